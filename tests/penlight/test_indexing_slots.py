"""With a function in each slot, penlight reads, writes and goes backward through it, as PyTorch."""

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))  # its programs, in pytest's importlib mode

import test_indexing

import penlight
from penlight import slots

NAMES = ["complete_index", "slice_window", "index_view", "mask_positions", "flat_positions",
         "take_backward"]  # fmt: skip


@pytest.fixture(autouse=True)
def restored():
    yield
    slots.restore()


@pytest.fixture
def calls():
    """Each slot filled with penlight's own function as a student's would be; counts its calls."""
    counts = dict.fromkeys(NAMES, 0)

    def counted(name):
        def function(*args):
            counts[name] += 1
            return slots.registry[name].reference(*args)

        return function

    for name in NAMES:
        penlight.transplant(counted(name), slot=name)
    return counts


def test_these_are_the_slots():
    assert [s.name for s in slots.registry.values() if s.exercise == "03_indexing"] == NAMES


@pytest.mark.parametrize("expression", test_indexing.EXPRESSIONS)
def test_read(calls, expression):
    test_indexing.test_read(expression)


@pytest.mark.parametrize("statement", test_indexing.WRITES)
def test_write(calls, statement):
    test_indexing.test_write(statement)


PROGRAMS = {
    "window": "x[1, :, ::2]",
    "new dimension": "x[:, None, 1:]",
    "repeated": "x[[0, 1, 0], 2]",
    "mask": "x[x > 3]",
    "mask of rows": "x[L.tensor([True, False]), :, 1]",
    "apart": "x[[0, 1, 1], :, [3, 0, 3]]",
    "beside": "x[:, [[0, 2], [2, 2]], [1]]",
    "gather": "x.gather(2, L.tensor([[[0, 3, 3]] * 3] * 2))",
    "take": "x.take(L.tensor([[0, 5], [5, 5]]))",
    "index_select": "x.index_select(1, L.tensor([2, 2, 0]))",
    "index_add": "x.index_add(0, L.tensor([1, 1]), x * 2)",
    "transposed": "x.permute(2, 0, 1)[[0, 1, 0], 1:]",
}


@pytest.mark.parametrize("expression", PROGRAMS.values(), ids=PROGRAMS)
def test_value_and_gradient(calls, expression):
    results = []
    for L in (penlight, torch):
        x = test_indexing.fresh(L).requires_grad_()
        y = eval(expression, {"x": x, "L": L})
        (y * L.arange(1.0, 1 + y.numel()).reshape(y.shape)).sum().backward()
        results.append((tuple(y.shape), y.tolist(), x.grad.tolist()))
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("complete_index", "x[0]"),
        ("slice_window", "x[1:]"),
        ("index_view", "x[..., 1]"),
        ("mask_positions", "x[x > 5]"),
        ("flat_positions", "x[[0, 1]]"),
        ("take_backward", "x[[0, 1]].sum().backward()"),
    ],
)
def test_penlight_asks_the_slot(calls, name, expression):
    x = test_indexing.fresh(penlight).requires_grad_()
    before = calls[name]
    eval(expression, {"x": x})
    assert calls[name] > before


@pytest.mark.parametrize("name", NAMES)
def test_each_slot_works_alone(name):
    penlight.transplant(slots.registry[name].reference, slot=name)
    for expression in ("x[1, :, ::2]", "x[:, [0, 2]]", "x[x > 5]", "x[..., None]"):
        test_indexing.test_read(expression)


def test_a_wrong_function_shows():
    def take_backward(grad, positions, shape):
        total = [0.0] * shape[0]
        for position, g in zip(positions.tolist(), grad.tolist(), strict=True):
            total[position] = g
        return grad.new_tensor(total)

    x = penlight.zeros(3, requires_grad=True)
    with penlight.transplant(take_backward):
        x[[0, 0, 1]].sum().backward()
    assert x.grad.tolist() == [1, 1, 0]
    x.grad = None
    x[[0, 0, 1]].sum().backward()
    assert x.grad.tolist() == [2, 1, 0]


def test_another_floors_slot_changes_no_graph():
    x = penlight.ones(2, 3, requires_grad=True)
    with penlight.transplant(lambda *operands: operands[0].dtype, slot="result_type"):
        assert x[:].grad_fn.name() == "SliceBackward0"
