"""Rounding, and the divisions that round: floor, trunc, remainder."""

from penlight.tensors import dtypes
from penlight.tensors.forms import by_other, give_functions, give_methods, operators
from penlight.tensors.operation import elementwise, operation
from penlight.tensors.pointwise import div_
from penlight.tensors.tensor import Tensor


def _of_floats(ufunc):
    """A kernel that leaves integers, which are round already, as they are."""
    return lambda xp, x: x.copy() if x.dtype.kind in "iu" else getattr(xp, ufunc)(x)


floor = elementwise("floor", _of_floats("floor"), x=lambda m, g: m.keep(g, False))
ceil = elementwise("ceil", _of_floats("ceil"), x=lambda m, g: m.keep(g, False))
trunc = elementwise("trunc", _of_floats("trunc"), x=lambda m, g: m.keep(g, False))
frac = elementwise("frac", lambda xp, x: x - xp.trunc(x), x=lambda m, g: g)
round_ = elementwise("round", _of_floats("rint"), x=lambda m, g: m.keep(g, False))


def _round_to(xp, x, /, decimals):
    scale = 10.0 ** abs(decimals)
    return xp.rint(x * scale) / scale if decimals > 0 else xp.rint(x / scale) * scale


round_to = operation(
    "round_to", _round_to, node_name="RoundBackward1", x=lambda m, g: m.keep(g, False)
)  # fmt: skip


def _refuse_zero(y):
    """Integers have no infinity to answer a division by zero with."""
    if y.dtype.kind in "bui" and not y.all():
        raise RuntimeError("ZeroDivisionError")


def _div_floor(xp, x, y):
    _refuse_zero(y)
    return xp.floor_divide(x, y)


def _div_trunc(xp, x, y):
    _refuse_zero(y)
    if x.dtype.kind not in "bui":
        return xp.trunc(x / y)
    down = xp.floor_divide(x, y)
    return down + ((down < 0) & (down * y != x))


def _remainder(xp, x, y):
    _refuse_zero(y)
    if x.dtype.kind in "bui":
        return xp.remainder(x, y)
    # NumPy's remainder gives every zero the sign of y; PyTorch leaves it that of x.
    rest = xp.fmod(x, y)
    return rest + y * ((rest != 0) & ((y < 0) != (rest < 0)))


def _fmod(xp, x, y):
    _refuse_zero(y)
    return xp.fmod(x, y)


# PyTorch gives rounded divisions a gradient of zero.
div_floor = elementwise(
    "div_floor", _div_floor, node_name="DivBackward2",
    x=lambda m, g: m.keep(g, False), y=lambda m, g: m.keep(g, False),
)  # fmt: skip
div_trunc = elementwise(
    "div_trunc", _div_trunc, node_name="DivBackward2",
    x=lambda m, g: m.keep(g, False), y=lambda m, g: m.keep(g, False),
)  # fmt: skip


def _no_rule(m, g):
    raise RuntimeError(
        "derivative for aten::floor_divide is not implemented: it has no slope. Use "
        "torch.div(a, b, rounding_mode='floor') for a gradient of zero."
    )


floor_divide_ = elementwise(
    "floor_divide", _div_floor, node_name="NotImplemented", x=_no_rule, y=_no_rule
)
_REMAINDER_RULES = {"x": lambda m, g: g, "y": lambda m, g, x, y: -g * m.div_floor(x, y)}
_FMOD_RULES = {"x": lambda m, g: g, "y": lambda m, g, x, y: -g * m.div_trunc(x, y)}
remainder = by_other(
    elementwise(
        "remainder_tensors", _remainder, node_name="RemainderBackward1", **_REMAINDER_RULES
    ),
    elementwise("remainder", _remainder, **_REMAINDER_RULES),
)
fmod = by_other(
    elementwise("fmod_tensors", _fmod, node_name="FmodBackward1", **_FMOD_RULES),
    elementwise("fmod", _fmod, **_FMOD_RULES),
)


def div(input, other, *, rounding_mode=None) -> Tensor:
    """`input / other`; rounding_mode "floor" or "trunc" rounds down or towards zero."""
    if rounding_mode is None:
        return div_(input, other)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"{rounding_mode!r}"
        )
    return (div_floor if rounding_mode == "floor" else div_trunc)(input, other)


def true_divide(input, other) -> Tensor:
    """`input / other`."""
    return div_(input, other)


def floor_divide(input, other) -> Tensor:
    """`input / other` rounded down, in their common type."""
    return floor_divide_(input, other)


def round(input, *, decimals: int | None = None) -> Tensor:
    """The nearest integer (to even from half-way), or multiple of 10^-decimals."""
    if decimals is None or input.dtype.category < dtypes.FLOAT:
        return round_(input)
    return round_to(input, decimals)


give_methods(
    floor, ceil, trunc, frac, round, div, true_divide, floor_divide, remainder, fmod,
    fix=trunc, divide=div,
)  # fmt: skip
operators(floordiv=floor_divide, mod=remainder)
operators("r", floordiv=floor_divide, mod=remainder)
operators("i", floordiv=floor_divide, mod=remainder)
fix, divide = trunc, div

__all__ = [
    "ceil", "div", "divide", "fix", "floor", "floor_divide", "fmod", "frac", "remainder", "round",
    "true_divide", "trunc",
]  # fmt: skip
give_functions(globals(), __all__, numbers_first=("remainder",))
