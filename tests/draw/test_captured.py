"""Pictures of captured graphs, before and after a pass."""

import pytest

import penlight
from penlight.graphs import capture, passes, script
from tools.draw.captured import before_after, describe_captured, draw_captured
from tools.draw.graph import Kind


def program(x):
    scale = penlight.ones(2) * 3
    x.exp()
    return (x * 1 + (x * 2).tanh() * (x * 2).tanh()) * scale


@pytest.fixture
def captured():
    return capture(program, penlight.tensor([1.0, 2.0]))


def test_a_module_is_drawn_with_its_parameters():
    net = penlight.nn.Sequential(penlight.nn.Linear(2, 3), penlight.nn.ReLU())
    drawing = draw_captured(capture(net, penlight.ones(4, 2)))
    assert [node.name for node in drawing.graph.of_kind(Kind.PARAMETER)] == ["0.weight", "0.bias"]
    assert [node.name for node in drawing.graph.of_kind(Kind.OPERATION)] == ["linear", "relu"]
    assert "<svg" in drawing.svg()
    assert "relu" in drawing.text()
    assert len(drawing.graph.edges) == 5


@pytest.mark.parametrize("each", passes.ALL, ids=lambda each: each.__name__)
def test_each_pass_shows_what_it_did(captured, each):
    pair = before_after(captured, each)
    if each is not passes.reuse_buffers:
        assert pair.counts[1] < pair.counts[0]
        assert "(removed)" in pair.before.text()
    assert ("(new)" in pair.after.text()) == (each is passes.fuse_elementwise)
    shown = pair._repr_mimebundle_()
    assert shown["text/html"].count("<figure") == 2
    assert "alt=" in shown["text/html"]
    assert f"Before {each.__name__.replace('_', ' ')}" in shown["text/plain"]


def branchy(x):
    if x.sum() > 0:
        y = x.exp()
    else:
        y = x * 2
    return y


def test_control_flow_and_effects_are_in_the_picture():
    drawing = draw_captured(capture(script(branchy), penlight.ones(2)))
    (node,) = [node for node in drawing.graph.nodes if node.name == "if"]
    assert node.function == "exp; mul"
    count = penlight.zeros(2)
    graph = describe_captured(capture(lambda x: count.add_(x), penlight.ones(2)).graph)
    assert "write count" in [node.name for node in graph.of_kind(Kind.RESULT)]
