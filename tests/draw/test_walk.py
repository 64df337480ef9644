"""What the walk finds: the description, for PyTorch and for penlight alike."""

from dataclasses import replace

import pytest
import torch

import penlight
from tests.draw import programs
from tools.draw import draw
from tools.draw.graph import Edge, Kind
from tools.draw.walk import operation_name, reach

LIBRARIES = pytest.mark.parametrize("t", [torch, penlight], ids=["torch", "penlight"])


def graph_of(t, program, **options):
    results, arguments = program(t)
    return draw(*results, **arguments, **options).graph


def rounded(graph):
    """The description with numbers as they are shown: the last bit may differ between libraries."""
    nodes = tuple(
        replace(node, tensors=tuple(replace(f, values=_text(f.values)) for f in node.tensors))
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


def _text(values):
    return [_text(v) for v in values] if isinstance(values, list) else f"{values or 0.0:.4g}"


def named_edges(graph):
    """Edges as (source name, target name), which must be unambiguous in the graph at hand."""
    names = {node.key: node.name for node in graph.nodes}
    return [(names[edge.source], names[edge.target]) for edge in graph.edges]


@pytest.mark.parametrize("program", programs.ALL, ids=lambda program: program.__name__)
def test_the_same_program_gives_the_same_description(program):
    assert rounded(graph_of(penlight, program)) == rounded(graph_of(torch, program))


@pytest.mark.parametrize("program", [programs.neuron, programs.two_layer, programs.shared])
def test_after_backward_too(program):
    graphs = []
    for t in (torch, penlight):
        results, arguments = program(t)
        results[0].backward()
        graphs.append(draw(*results, **arguments).graph)
    ours, theirs = graphs
    assert ours.has_gradients
    assert [(node.kind, node.name) for node in ours.nodes] == [
        (node.kind, node.name) for node in theirs.nodes
    ]
    assert ours.edges == theirs.edges
    assert ours.notes == theirs.notes
    for mine, other in zip(ours.nodes, theirs.nodes, strict=True):
        for a, b in zip(mine.tensors, other.tensors, strict=True):
            assert (a.shape, a.dtype, a.has_grad) == (b.shape, b.dtype, b.has_grad)
            torch.testing.assert_close(torch.tensor(a.grad or 0.0), torch.tensor(b.grad or 0.0))


@LIBRARIES
def test_a_neuron(t):
    graph = graph_of(t, programs.neuron)
    kinds = {node.name: node.kind for node in graph.nodes}
    assert kinds == {
        "w": Kind.LEAF, "x": Kind.INPUT, "b": Kind.LEAF, "mul": Kind.OPERATION,
        "sum": Kind.OPERATION, "add": Kind.OPERATION, "tanh": Kind.OPERATION, "y": Kind.RESULT,
    }  # fmt: skip
    assert sorted(named_edges(graph)) == [
        ("add", "tanh"), ("b", "add"), ("mul", "sum"), ("sum", "add"), ("tanh", "y"),
        ("w", "mul"), ("x", "mul"),
    ]  # fmt: skip
    by_name = {node.name: node for node in graph.nodes}
    assert by_name["mul"].function == "MulBackward0"
    assert by_name["mul"].tensors[0].shape == (2,)
    assert by_name["w"].tensors[0].values == [2.0, -3.0]
    assert by_name["y"].tensors[0].dtype == "float32"
    assert graph.results == (by_name["y"].key,)
    assert graph.notes == ()


@LIBRARIES
def test_every_edge_points_forward_and_keys_are_unique(t):
    graph = graph_of(t, programs.two_layer)
    place = {node.key: i for i, node in enumerate(graph.nodes)}
    assert len(place) == len(graph.nodes)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)


@LIBRARIES
def test_gradients_and_intermediates_after_backward(t):
    (loss,), arguments = programs.two_layer(t)
    before = draw(loss, **arguments).graph
    assert not before.has_gradients
    loss.backward()
    graph = draw(loss, **arguments).graph
    by_name = {node.name: node for node in graph.nodes}
    assert by_name["h"].kind is Kind.INTERMEDIATE
    assert by_name["h"].tensors[0].has_grad, "h kept its gradient by retain_grad()"
    assert [node.name for node in graph.of_kind(Kind.PARAMETER)] == ["w1", "b1", "w2", "b2"]
    w1 = arguments["params"]["w1"]
    assert by_name["w1"].tensors[0].grad == w1.grad.tolist()
    assert ("relu", "h") in named_edges(graph)
    assert ("h", "mm") in named_edges(graph)
    # The freed graph is still drawn; only the link to the input x is gone, and that is said.
    assert [n.name for n in graph.of_kind(Kind.OPERATION)] == [
        n.name for n in before.of_kind(Kind.OPERATION)
    ]
    assert len(graph.notes) == 1
    assert graph.notes[0].startswith("x is not in the drawing")
    assert "freed by backward()" in graph.notes[0]


@LIBRARIES
def test_a_shared_node_is_drawn_once_with_an_edge_for_each_use(t):
    graph = graph_of(t, programs.shared)
    names = [node.name for node in graph.nodes]
    assert names.count("a") == 1
    assert names.count("intermediate 1") == 1
    edges = named_edges(graph)
    assert edges.count(("a", "mul")) == 2
    slots = [e.slot for e in graph.edges if graph.node(e.source).name == "a"]
    assert slots == [0, 1]
    assert {target for source, target in edges if source == "intermediate 1"} == {
        "add", "exp", "mul",
    }  # fmt: skip
    assert [graph.node(key).name for key in graph.results] == ["result 1", "result 2"]


@LIBRARIES
def test_views_and_in_place_operations_go_by_their_own_names(t):
    operations = [node.name for node in graph_of(t, programs.views).of_kind(Kind.OPERATION)]
    assert "t" in operations
    assert "view" in operations
    in_place = graph_of(t, programs.in_place).of_kind(Kind.OPERATION)
    assert [node.name for node in in_place] == ["mul", "mul", "sum"]


def test_writing_into_a_slice_shows_as_copy_slices():
    a = torch.ones(3, requires_grad=True)
    b = a * 2
    b[0] = 0.0
    operations = [node.name for node in draw(b.sum()).graph.of_kind(Kind.OPERATION)]
    assert operations == ["mul", "copy_slices", "sum"]


@LIBRARIES
def test_a_leaf_is_one_node_and_the_note_says_why(t):
    graph = graph_of(t, programs.one_leaf)
    assert [node.kind for node in graph.nodes] == [Kind.LEAF]
    assert graph.edges == ()
    assert graph.notes[0].startswith("a is a leaf")


@LIBRARIES
def test_a_tensor_without_graph_says_why(t):
    a = t.tensor([1.0], requires_grad=True)
    with t.no_grad():
        b = a * 2
    graph = draw(b).graph
    assert [node.kind for node in graph.nodes] == [Kind.INPUT]
    assert "no_grad()" in graph.notes[0]


@LIBRARIES
def test_names_that_are_not_in_the_graph_are_reported(t):
    notes = graph_of(t, programs.unrelated_name).notes
    assert notes[0] == "other is not in the drawing: the result does not depend on it."
    assert notes[1].startswith("constant is not in the drawing: it needs no gradient")


@LIBRARIES
def test_a_deep_graph_keeps_the_part_nearest_the_result(t):
    h = t.tensor([1.0, 1.0], requires_grad=True)
    first = h
    for _ in range(1500):
        h = h * 1.0
    graph = draw(h, names={"first": first}, max_nodes=20).graph
    assert graph.left_out == 1501 - 20
    omitted, *operations, result = graph.nodes
    assert omitted.kind is Kind.OMITTED
    assert omitted.name == "1,481 earlier nodes not drawn"
    assert [node.name for node in operations] == ["mul"] * 20
    assert graph.edges[0] == Edge(omitted.key, operations[0].key, 0)
    assert graph.results == (result.key,)
    assert any("1,481" in note and "max_nodes" in note for note in graph.notes)
    assert graph.notes[1].startswith("first is not in the drawing: it is in the part left out")


@LIBRARIES
def test_a_hundred_thousand_nodes_need_no_recursion(t):
    h = w = t.tensor([1.0], requires_grad=True)
    for _ in range(100_000):
        h = h * w
    drawing = draw(h)
    assert len(drawing.graph.of_kind(Kind.OPERATION)) == 499
    assert "more than 2,000 nodes" in drawing.graph.notes[0]
    assert "<svg" in drawing.svg()
    del h, drawing  # freeing it must not recurse either


def test_an_operation_with_several_outputs():
    a = torch.arange(6.0, requires_grad=True)
    first, second = a.view(2, 3).unbind(0)
    graph = draw(first.sum() + second.sum(), tensors=[first]).graph
    unbind = next(node for node in graph.nodes if node.name == "unbind")
    assert [facts.shape for facts in unbind.tensors] == [(3,), (3,)]
    outgoing = [
        (graph.node(e.target).name, e.output) for e in graph.edges if e.source == unbind.key
    ]
    assert outgoing == [("intermediate 1", 0), ("sum", 1)]


def test_a_module_names_its_parameters_and_tied_weights_show_all_names():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    x = torch.ones(1, 2)
    loss = model(x).sum()
    graph = draw(loss, params=model, names={"first": model[0].weight, "x": x}).graph
    names = {node.name for node in graph.of_kind(Kind.PARAMETER)}
    assert names == {"first = 0.weight", "0.bias", "1.weight", "1.bias"}
    assert [node.name for node in graph.of_kind(Kind.INPUT)] == ["x"]


def test_parameters_are_known_without_being_named():
    layer = torch.nn.Linear(2, 1)
    graph = draw(layer(torch.ones(1, 2))).graph
    assert [node.name for node in graph.of_kind(Kind.PARAMETER)] == ["parameter 1", "parameter 2"]


def test_what_a_custom_function_saved_is_found():
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.save_for_backward(factor)
            return x * factor

        @staticmethod
        def backward(ctx, grad):
            (factor,) = ctx.saved_tensors
            return grad * factor, None

    factor = torch.tensor(2.0)
    out = Scale.apply(torch.ones(2, requires_grad=True), factor)
    graph = draw(out, names={"factor": factor}).graph
    assert named_edges(graph) == [("leaf 1", "scale"), ("factor", "scale"), ("scale", "result")]


def test_only_small_tensors_show_their_values():
    a = torch.ones(13, requires_grad=True)
    (a * 1).sum().backward()
    big = draw((a * 1).sum()).graph.of_kind(Kind.LEAF)[0].tensors[0]
    assert big.values is None
    assert big.grad is None
    assert big.has_grad
    shown = draw((a * 1).sum(), max_values=13).graph.of_kind(Kind.LEAF)[0].tensors[0]
    assert shown.values == [1.0] * 13


def test_values_that_cannot_be_read_are_left_out():
    meta = torch.ones(2, device="meta", requires_grad=True)
    assert draw(meta.sum()).graph.nodes[0].tensors[0].values is None


def test_drawing_warns_about_nothing_and_changes_nothing(recwarn):
    (loss,), arguments = programs.two_layer(torch)
    draw(loss, **arguments)
    assert not recwarn.list
    loss.backward()  # what was saved is still there


def test_reach_gives_inputs_before_users():
    a = torch.ones(2, requires_grad=True)
    loss = (a * a).sum()
    reached = reach([loss.grad_fn], max_nodes=10)
    assert [operation_name(f.name()) for f in reached.functions[1:]] == ["mul", "sum"]
    assert reached.functions[0].variable is a
    assert reached.left_out == 0


@pytest.mark.parametrize(
    ("recorded", "name"),
    [
        ("MmBackward0", "mm"), ("SumBackward1", "sum"), ("LogSoftmaxBackward0", "log_softmax"),
        ("AsStridedBackward0", "as_strided"), ("TBackward0", "t"), ("CopySlices", "copy_slices"),
        ("MaxPool2DWithIndicesBackward0", "max_pool2d_with_indices"),
        ("UpsampleNearest2DBackward0", "upsample_nearest2d"), ("MyFnBackward", "my_fn"),
    ],
)  # fmt: skip
def test_operation_names(recorded, name):
    assert operation_name(recorded) == name
