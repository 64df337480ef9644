"""Comparing and choosing: which elements are equal, larger, finite; the larger of two."""

from penlight.tensors import dtypes
from penlight.tensors.forms import by_other, give_functions, give_methods, of_tensors, operators
from penlight.tensors.meeting import result_type
from penlight.tensors.operation import elementwise, operation
from penlight.tensors.tensor import Tensor

eq = elementwise("eq", "equal", promote="bool")
ne = elementwise("ne", "not_equal", promote="bool")
lt = elementwise("lt", "less", promote="bool")
le = elementwise("le", "less_equal", promote="bool")
gt = elementwise("gt", "greater", promote="bool")
ge = elementwise("ge", "greater_equal", promote="bool")

# --- truth values and bits ----------------------------------------------------------------------

logical_and_ = elementwise("logical_and", "logical_and", promote="bool")
logical_or_ = elementwise("logical_or", "logical_or", promote="bool")
logical_xor_ = elementwise("logical_xor", "logical_xor", promote="bool")
logical_not = elementwise("logical_not", "logical_not")


def _only_bits(name, operands):
    if result_type(*operands).category >= dtypes.FLOAT:
        wrong = next(x for x in operands if result_type(x).category >= dtypes.FLOAT)
        raise RuntimeError(
            f"\"{name}_cpu\" not implemented for '{dtypes.c_name(result_type(wrong))}': "
            "it works on bits, so the operands must be integers or bool"
        )


bitwise_and = elementwise("bitwise_and", "bitwise_and", check=_only_bits)
bitwise_or = elementwise("bitwise_or", "bitwise_or", check=_only_bits)
bitwise_xor = elementwise("bitwise_xor", "bitwise_xor", check=_only_bits)
bitwise_left_shift = elementwise("bitwise_left_shift", "left_shift", check=_only_bits)
bitwise_right_shift = elementwise("bitwise_right_shift", "right_shift", check=_only_bits)
invert = elementwise("bitwise_not", "invert")


def bitwise_not(input) -> Tensor:
    """Every bit turned over; for bool, `not`."""
    _only_bits("bitwise_not", (input,))
    return invert(input)


# --- finite or not ------------------------------------------------------------------------------


def _of_floats(ufunc, otherwise):
    """A kernel that asks only floating numbers; for all others the answer is known."""

    def kernel(xp, x):
        if x.dtype.kind in "bui":
            return xp.full_like(x, otherwise, dtype=bool)
        return getattr(xp, ufunc)(x)

    return kernel


isnan = elementwise("isnan", _of_floats("isnan", False))
isinf = elementwise("isinf", _of_floats("isinf", False))
isfinite = elementwise("isfinite", _of_floats("isfinite", True))
isposinf = elementwise("isposinf", _of_floats("isposinf", False))
isneginf = elementwise("isneginf", _of_floats("isneginf", False))

# --- the larger, the smaller --------------------------------------------------------------------


def _share(m, g, wins, tie):
    # Equal operands share the gradient: half each.
    return m.keep(g, wins) * (1.0 - 0.5 * tie)


maximum_ = elementwise(
    "maximum",
    "maximum",
    x=lambda m, g, x, y: _share(m, g, x >= y, x == y),
    y=lambda m, g, x, y: _share(m, g, y >= x, x == y),
)
minimum_ = elementwise(
    "minimum",
    "minimum",
    x=lambda m, g, x, y: _share(m, g, x <= y, x == y),
    y=lambda m, g, x, y: _share(m, g, y <= x, x == y),
)
# fmax and fmin prefer any number to NaN; of equal operands the first takes the whole gradient.
fmax_ = elementwise(
    "fmax",
    "fmax",
    x=lambda m, g, x, y: m.keep(g, (x >= y) | (y != y)),
    y=lambda m, g, x, y: m.drop(g, (x >= y) | (y != y)),
)
fmin_ = elementwise(
    "fmin",
    "fmin",
    x=lambda m, g, x, y: m.keep(g, (x <= y) | (y != y)),
    y=lambda m, g, x, y: m.drop(g, (x <= y) | (y != y)),
)

# Bounds are numbers or None where only one side is bounded.
clamp_numbers = operation(
    "clamp",
    lambda xp, x, /, min, max, numpy_dtype: _clip(xp, x.astype(numpy_dtype), min, max),
    node_name="ClampBackward1",
    x=lambda m, g, x, min, max: m.keep(g, _inside(x, min, max)),
)
_MIN_RULES = {"x": lambda m, g, x, y: m.keep(g, x >= y), "y": lambda m, g, x, y: m.keep(g, x < y)}
_MAX_RULES = {"x": lambda m, g, x, y: m.keep(g, x <= y), "y": lambda m, g, x, y: m.keep(g, x > y)}
clamp_min = by_other(
    elementwise("clamp_min_tensors", "maximum", node_name="ClampMinBackward1", **_MIN_RULES),
    elementwise("clamp_min", "maximum", **_MIN_RULES),
)
clamp_max = by_other(
    elementwise("clamp_max_tensors", "minimum", node_name="ClampMaxBackward1", **_MAX_RULES),
    elementwise("clamp_max", "minimum", **_MAX_RULES),
)
clamp_below = elementwise("clamp_below", "maximum", node_name="ClampBackward0", **_MIN_RULES)
clamp_above = elementwise("clamp_above", "minimum", node_name="ClampBackward0", **_MAX_RULES)
# Where the bounds are crossed, the upper one holds.
clamp_tensors = elementwise(
    "clamp_tensors",
    lambda xp, x, min, max: xp.minimum(xp.maximum(x, min), max),
    node_name="ClampBackward0",
    x=lambda m, g, x, min, max: m.keep(g, (x >= min) & (x <= max)),
    min=lambda m, g, x, min, max: m.keep(g, (x < min) & (min < max)),
    max=lambda m, g, x, min, max: m.keep(g, (x > max) | (max < min)),
)


def _clip(xp, x, min, max):
    x = x if min is None else xp.maximum(x, x.dtype.type(min))
    return x if max is None else xp.minimum(x, x.dtype.type(max))


def _inside(x, min, max):
    above = True if min is None else x >= min
    return above if max is None else above & (x <= max)


# --- public forms -------------------------------------------------------------------------------


logical_and, logical_or, logical_xor, maximum, minimum, fmax, fmin = map(
    of_tensors,
    (logical_and_, logical_or_, logical_xor_, maximum_, minimum_, fmax_, fmin_),
)


def clamp(input, min=None, max=None) -> Tensor:
    """`input` with what lies below `min` or above `max` set to that bound; either may be None."""
    if min is None and max is None:
        raise ValueError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        if max is None:
            return clamp_below(input, min)
        return clamp_above(input, max) if min is None else clamp_tensors(input, min, max)
    common = result_type(*(x for x in (input, min, max) if x is not None))
    return clamp_numbers(input, min, max, common.numpy)


@of_tensors
def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) -> Tensor:
    """Where `|input - other| <= atol + rtol * |other|`; infinities only equal themselves."""
    if input.dtype is not other.dtype:
        raise RuntimeError(
            f"{dtypes.c_name(input.dtype)} did not match {dtypes.c_name(other.dtype)}"
        )
    if rtol < 0 or atol < 0:
        which, wrong = ("rtol", rtol) if rtol < 0 else ("atol", atol)
        raise RuntimeError(f"{which} must be greater than or equal to zero, but got {wrong}")
    return isclose_(input, other, rtol, atol, equal_nan)


def _near(xp, x, y, /, rtol, atol, equal_nan):
    close = x == y
    if equal_nan and x.dtype.kind not in "bui":
        close |= (x != x) & (y != y)
    if x.dtype.kind == "b" or (rtol == 0 and atol == 0):
        return close
    allowed = atol + xp.abs(rtol * y)
    distance = xp.abs(x - y)
    return close | (xp.isfinite(distance) & (distance <= allowed))


isclose_ = elementwise("isclose", _near, promote="bool")


def allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) -> bool:
    """Whether `isclose` holds everywhere."""
    return bool(isclose(input, other, rtol, atol, equal_nan)._array.all())


def equal(input, other) -> bool:
    """Whether two tensors have the same shape and the same elements."""
    if input._array.shape != other._array.shape:
        return False
    return bool(eq(input, other)._array.all())


give_methods(
    eq, ne, lt, le, gt, ge, logical_and, logical_or, logical_xor, logical_not, bitwise_and,
    bitwise_or, bitwise_xor, bitwise_not, bitwise_left_shift, bitwise_right_shift, clamp,
    clamp_min, clamp_max,
    not_equal=ne, less=lt, less_equal=le, greater=gt, greater_equal=ge, clip=clamp,
)  # fmt: skip
give_methods(
    isnan, isinf, isfinite, isposinf, isneginf, maximum, minimum, fmax, fmin, isclose, allclose,
    equal, write=False,
)  # fmt: skip
_bits = {"and": bitwise_and, "or": bitwise_or, "xor": bitwise_xor}
_shifts = {"lshift": bitwise_left_shift, "rshift": bitwise_right_shift}
operators(eq=eq, ne=ne, lt=lt, le=le, gt=gt, ge=ge, invert=bitwise_not, **_bits, **_shifts)
operators("r", **_bits, **_shifts)
operators("i", **_bits, **_shifts)
not_equal, less, less_equal, greater, greater_equal, clip = ne, lt, le, gt, ge, clamp

_NAMES = [
    "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "clamp", "clamp_max", "clamp_min", "clip", "eq", "fmax", "fmin", "ge",
    "greater", "greater_equal", "gt", "isneginf", "isposinf", "le", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "maximum", "minimum", "ne",
    "not_equal",
]  # fmt: skip
give_functions(globals(), _NAMES, numbers_first=("bitwise_and", "bitwise_or", "bitwise_xor"))
__all__ = [*_NAMES, "allclose", "equal", "isclose", "isfinite", "isinf", "isnan"]
