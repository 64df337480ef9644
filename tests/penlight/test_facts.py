"""Constants, and small questions about tensors."""

import pytest
import torch

import penlight

ASKED = {
    "constants": "(L.pi, L.e, L.inf, L.nan, L.newaxis)",
    "type": "[L.ones(2).to(getattr(L, d)).type() for d in ('float', 'int8', 'bool', 'bfloat16')]",
    "to type": "L.ones(2).type(L.int64), L.ones(2).type('torch.DoubleTensor')",
    "no such type": "L.ones(2).type('x')",
    "typename": "L.typename(L.ones(1)), L.typename(3), L.typename([1])",
    "questions": "L.is_floating_point(L.ones(1)), L.is_complex(L.ones(1)), L.is_nonzero(L.ones(1))",
    "not one element": "L.is_nonzero(L.ones(2))",
    "where it lies": "L.ones(2).layout, L.ones(2).is_cpu, L.ones(2).is_sparse",
    "same size": "L.ones(2).is_same_size(L.zeros(2)), L.ones(2).is_same_size(L.ones(1, 2))",
    "isin": "L.isin(L.tensor([[1, 2], [3, 4]]), L.tensor([2, 4]))",
    "isin a number": "L.isin(L.tensor([1, 2]), 2)",
    "number isin": "L.isin(2, L.tensor([1, 2]))",
    "not in": "L.isin(L.tensor([1, 2]), L.tensor([2]), invert=True)",
    "newaxis": "L.ones(2)[:, L.newaxis].shape",
}


@pytest.mark.parametrize("name", ASKED)
def test_the_same_answer(name):
    answers = []
    for L in (penlight, torch):
        try:
            answers.append(repr(eval(ASKED[name], {"L": L})))
        except Exception as error:
            answers.append(type(error))
    assert answers[0] == answers[1]


def test_settings_are_taken_note_of():
    for setter, getter, value in (
        ("set_num_threads", "get_num_threads", 2),
        ("use_deterministic_algorithms", "are_deterministic_algorithms_enabled", True),
        ("set_float32_matmul_precision", "get_float32_matmul_precision", "high"),
    ):
        before = getattr(penlight, getter)()
        getattr(penlight, setter)(value)
        assert getattr(penlight, getter)() == value
        getattr(penlight, setter)(before)
