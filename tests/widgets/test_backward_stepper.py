"""The stepper's Python side: what it records is what the library does, for both libraries."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
import traitlets

import penlight
from tools.widgets import BackwardStepper
from tools.widgets.backward_record import MOST_NODES, record
from tools.widgets.backward_rules import RULES, rule_of

SVG = "{http://www.w3.org/2000/svg}"
LIBRARIES = [torch, penlight]
BOTH = pytest.mark.parametrize("L", LIBRARIES, ids=["torch", "penlight"])


def leaves(L):
    return (L.tensor(2.0, requires_grad=True), L.tensor(1.0, requires_grad=True))


def branching(a, b):
    def program():
        d = a + b
        e = 4 * a
        f = d * e
        return f, {"d": d, "e": e, "f": f}

    return program


def node(graph, name):
    return next(each for each in graph["nodes"] if each["name"] == name)


def numbers(value):
    return None if value is None else value["numbers"]


def added_up(graph, key):
    """The sum of everything that is sent to a node, as the page adds it up."""
    total = None
    for each in graph["nodes"]:
        for entry in each.get("inputs", ()):
            if entry["from"] == key and entry["sent"] is not None:
                sent = np.array(entry["sent"]["numbers"])
                total = sent if total is None else total + sent
    return total


@BOTH
def test_values_gradients_and_what_is_sent(L):
    a, b = leaves(L)
    graph = record(branching(a, b), {"a": a, "b": b})
    assert {n["name"]: numbers(n["value"]) for n in graph["nodes"]} == {
        "a": [2.0], "b": [1.0], "d": [3.0], "e": [8.0], "f": [24.0]
    }  # fmt: skip
    assert {n["name"]: numbers(n["grad"]) for n in graph["nodes"]} == {
        "a": [20.0], "b": [8.0], "d": [8.0], "e": [3.0], "f": [1.0]
    }  # fmt: skip
    assert [numbers(e["sent"]) for e in node(graph, "f")["inputs"]] == [[8.0], [3.0]]
    assert added_up(graph, node(graph, "a")["key"]) == [20.0]
    assert graph["backward"][0] == graph["result"] == node(graph, "f")["key"]


@BOTH
def test_nothing_is_left_behind(L):
    a, b = leaves(L)
    program = branching(a, b)
    result, names = program()
    record(result, names)
    assert a.grad is None
    result.backward()  # the graph is still there
    assert (a.grad.item(), b.grad.item()) == (20.0, 8.0)
    record(program)
    assert a.grad.item() == 20.0


def softmax_error(L):
    x = L.tensor([0.1, 0.15, 0.2], dtype=L.float64, requires_grad=True)
    t = L.tensor([1.0, 0.0, 0.0], dtype=L.float64)

    def program():
        e = x.exp()
        return ((e / e.sum() - t) ** 2).sum()

    return x, program


def small_net(L):
    x = L.tensor([[1.0, 2.0], [0.5, -1.0]])
    w = L.tensor([[0.5, -1.0], [1.5, 0.25]], requires_grad=True)

    def program():
        return (x @ w + w[0]).tanh().sum()

    return w, program


@BOTH
@pytest.mark.parametrize("make", [softmax_error, small_net])
def test_the_sums_are_what_backward_gives(L, make):
    leaf, program = make(L)
    graph = record(program, {"leaf": leaf})
    program().backward()
    total = added_up(graph, node(graph, "leaf")["key"])
    np.testing.assert_allclose(total, leaf.grad.reshape(-1).tolist(), rtol=1e-5)
    np.testing.assert_allclose(numbers(node(graph, "leaf")["grad"]), total, rtol=1e-5)
    assert all(each["value"] is not None for each in graph["nodes"])


@BOTH
def test_a_broadcast_is_summed_before_it_is_sent(L):
    b = L.tensor([1.0, 2.0], requires_grad=True)
    x = L.tensor([[1.0, 2.0], [3.0, 4.0]])
    graph = record((x * b).sum(), {"b": b})
    (entry,) = [e for n in graph["nodes"] for e in n.get("inputs", ()) if e["from"] == "n0"]
    assert numbers(entry["sent"]) == [4.0, 6.0]


@BOTH
def test_a_tensor_alone_knows_its_leaves_names_and_what_was_saved(L):
    a, b = leaves(L)
    d = a + b
    graph = record(d.sin() * a, {"a": a, "d": d})
    assert numbers(node(graph, "d")["value"]) == [3.0]
    assert numbers(node(graph, "L")["value"]) == pytest.approx([2 * np.sin(3.0)])
    sine = next(n for n in graph["nodes"] if n.get("operation") == "sin")
    assert numbers(sine["value"]) == pytest.approx([np.sin(3.0)])


@BOTH
def test_a_result_of_several_numbers_needs_a_gradient(L):
    a = L.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="has 2 elements: give gradient="):
        record(a * 3)
    graph = record(a * 3, {"a": a}, gradient=L.tensor([1.0, 10.0]))
    assert numbers(node(graph, "a")["grad"]) == [3.0, 30.0]


@BOTH
def test_wrong_input_is_refused_with_the_reason(L):
    a, _ = leaves(L)
    with pytest.raises(TypeError, match="got float"):
        record(3.0)
    with pytest.raises(TypeError, match="got list"):
        record(lambda: [a])
    with pytest.raises(ValueError, match="no graph"):
        record(L.ones(()))
    used = a * a
    used.backward()
    with pytest.raises(RuntimeError, match="used up by backward"):
        record(used)
    long = a
    for _ in range(MOST_NODES + 5):
        long = long * 1.5
    with pytest.raises(ValueError, match=f"more than {MOST_NODES} nodes"):
        record(long)
    with pytest.raises(ValueError, match="direction must be one of"):
        BackwardStepper(a * 2, direction="up")


def test_the_recorder_is_put_back_after_an_error():
    a, _ = leaves(penlight)

    def fails():
        raise KeyError("mine")

    before = type(penlight.tensors.operation.recorder).record
    with pytest.raises(KeyError):
        record(fails)
    assert type(penlight.tensors.operation.recorder).record is before
    (a * 2).backward()
    assert a.grad.item() == 2.0


def test_every_rule_can_be_written_out():
    words = {"a": "a", "b": "b", "n": "2", "out": "y", "g": "∂y"}
    for name, (forward, *back) in RULES.items():
        for template in (forward, *back):
            assert "{" not in template.format(**words), name
    assert rule_of("frobnicate", 2) == ("frobnicate of {a}", ("the rule of frobnicate",) * 2)
    assert rule_of("relu", 1)[1] == ("{g} where {a} > 0, else 0",)


# --- the widget


@pytest.fixture
def stepper():
    a, b = leaves(torch)
    return BackwardStepper(branching(a, b), {"a": a, "b": b})


def test_words(stepper):
    assert stepper.describe().splitlines() == [
        "Forward:",
        "  a = 2",
        "  b = 1",
        "  d = a + b = 3",
        "  e = a · 4 = 8",
        "  f = d · e = 24",
        "Backward, from a gradient of 1:",
        "  f sends to d: ∂f · e = 8",
        "  f sends to e: ∂f · d = 3",
        "  e sends to a: ∂e · 4 = 12",
        "  d sends to a: ∂d = 8",
        "  d sends to b: ∂d = 8",
        "Added up:",
        "  a.grad = 20",
        "  b.grad = 8",
    ]


def test_steps_are_counted_and_bounded(stepper):
    assert stepper.steps == 3 + 1 + 5 + 1
    stepper.step = 99
    assert stepper.step == 10
    stepper.step = -3
    assert stepper.step == 0
    with pytest.raises(traitlets.TraitError, match="read-only"):
        stepper.graph = {}


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_still_form_has_a_box_for_each_node_inside_the_picture(direction):
    a, b = leaves(torch)
    stepper = BackwardStepper(branching(a, b), {"a": a, "b": b}, direction=direction)
    picture = ET.fromstring(stepper.svg())
    assert picture.find(f"{SVG}desc").text == stepper.describe()
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert "f = d · e" in texts
    assert "grad 20" in texts
    width, height = float(picture.get("width")), float(picture.get("height"))
    boxes = list(picture.iter(f"{SVG}rect"))[1:]  # the first is the card
    assert len(boxes) == 5
    for box in boxes:
        x, y, wide, high = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width + 1
        assert 0 <= y <= y + high <= height + 1
    assert len([p for p in picture.iter(f"{SVG}path") if p.get("marker-end")]) == 5


def test_names_of_all_kinds_reach_page_and_picture():
    a = torch.tensor(2.0, requires_grad=True)
    stepper = BackwardStepper(a * a, {'<b>&"x"': a})
    assert ET.fromstring(stepper.svg()) is not None
    assert "</b>" not in stepper.html().split("<script")[0]
