"""Operators whose other operand is no tensor: the same error, or the other's own answer."""

import operator

import pytest
import torch

import penlight

NAMES = (
    "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift eq ne lt le gt ge"
).split()
LIBRARIES = torch, penlight
OTHERS = {"None": None, "text": "a", "list": [1, 2], "tuple": (1, 2), "object": object()}


class Answers:
    """Knows what to do with a tensor on the other side."""

    __array_ufunc__ = None

    def __getattribute__(self, name):
        raise AttributeError(name)

    def _answer(self, other):
        return f"mine, {type(other).__name__}"

    __add__ = __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = _answer
    __rpow__ = __rmatmul__ = __rand__ = __ror__ = __rxor__ = __rlshift__ = __rrshift__ = _answer
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _answer
    __hash__ = None


def outcome(function, *operands):
    try:
        result = function(*operands)
    except Exception as error:
        return type(error)
    return result.tolist() if hasattr(result, "tolist") else result


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_other_operand_is_no_tensor(name, other):
    function = getattr(operator, name)
    for swap in (False, True):
        wanted, got = (
            outcome(function, *((other, x) if swap else (x, other)))
            for x in (library.tensor([1, 2]) for library in LIBRARIES)
        )
        assert got == wanted, f"swapped: {swap}"


@pytest.mark.parametrize("name", NAMES)
def test_an_operand_that_knows_better_is_asked(name):
    function = getattr(operator, name)
    wanted, got = (outcome(function, each.ones(2), Answers()) for each in LIBRARIES)
    assert got == wanted == "mine, Tensor"
