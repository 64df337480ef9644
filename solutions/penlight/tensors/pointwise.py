"""Element-wise arithmetic: each operation beside its derivative."""

import math

from penlight.tensors import dtypes
from penlight.tensors.forms import give_functions, give_methods, operators
from penlight.tensors.meeting import result_type
from penlight.tensors.operation import elementwise, inplace, operation
from penlight.tensors.tensor import Tensor, teach

# --- part of a gradient ------------------------------------------------------------------------


def masked(xp, g, mask):
    """`g` where `mask` is true, else 0: also where g is inf or nan, and never -0."""
    if g.dtype.kind == "c":
        return xp.where(mask, g, 0)
    # The numbers' bits times 0 or 1, which is much faster than choosing.
    bits = g.view(f"i{g.dtype.itemsize}")
    return (bits * mask).view(g.dtype)


# What the rules below use to let a gradient through, or not, element by element.
keep = operation("keep", masked, g=lambda m, h, mask: m.keep(h, mask))
drop = operation(
    "drop",
    lambda xp, g, mask: masked(xp, g, xp.logical_not(mask)),
    g=lambda m, h, mask: m.drop(h, mask),
)

# --- two operands -------------------------------------------------------------------------------


def _refuse_bool(name, operands):
    """`-` on truth values is an error, which `~` or `^` should say instead."""
    if any(isinstance(x, bool) or getattr(x, "dtype", None) is dtypes.bool_ for x in operands):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying "
            "to invert a mask, use the `~` or `logical_not()` operator instead."
        )


add_ = elementwise("add", "add", x=lambda m, g: g, y=lambda m, g: g)
add_scaled = elementwise(
    "add_scaled",
    lambda xp, x, y, /, alpha: x + y * alpha,
    node_name="AddBackward0",
    x=lambda m, g: g,
    y=lambda m, g, alpha: g * alpha,
)
sub_ = elementwise(
    "sub", "subtract", check=_refuse_bool, x=lambda m, g: g, y=lambda m, g: -g
)  # fmt: skip
sub_scaled = elementwise(
    "sub_scaled",
    lambda xp, x, y, /, alpha: x - y * alpha,
    check=_refuse_bool,
    node_name="SubBackward0",
    x=lambda m, g: g,
    y=lambda m, g, alpha: g * -alpha,
)
# Entries of their own, so that the graph shows them under PyTorch's names: tensor from tensor, and
# `number - tensor`.
rsub_tensors, rsub_ = (
    elementwise(
        name,
        lambda xp, x, y, /, alpha: y - x * alpha,
        check=_refuse_bool,
        node_name=node_name,
        x=lambda m, g, alpha: g * -alpha,
        y=lambda m, g: g,
    )
    for name, node_name in (("rsub_tensors", "RsubBackward0"), ("rsub", "RsubBackward1"))
)
mul = elementwise("mul", "multiply", x=lambda m, g, y: g * y, y=lambda m, g, x: g * x)
div_ = elementwise(
    "div",
    "true_divide",
    promote="float",
    x=lambda m, g, y: g / y,
    y=lambda m, g, x, y: -g * ((x / y) / y),
)


def _power(xp, x, y):
    if x.dtype.kind not in "iu" or not (y < 0).any():
        return xp.power(x, y)
    # NumPy refuses negative powers of integers; all but those of 1 and -1 round to 0.
    sign = xp.where(y % 2 == 0, 1, x)
    return xp.where(y >= 0, xp.power(x, xp.maximum(y, 0)), xp.where(xp.abs(x) == 1, sign, 0))


def _log_of_base(m, x):
    if hasattr(x, "dtype"):
        return m.log(x)
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _power_slope(m, g, x, y):
    slope = g * (y * m.pow(x, y - 1))
    if isinstance(y, int | float):
        return slope if y else m.keep(g, False)
    return m.drop(slope, y == 0)


_POWER_RULES = {
    "x": lambda m, g, x, y: _power_slope(m, g, x, y),
    "y": lambda m, g, x, y, out: m.drop(
        g * (out * _log_of_base(m, x)), (x == 0) & (y >= 0)
    ),
}  # fmt: skip
pow_ = elementwise("pow", _power, **_POWER_RULES)
pow_tensors = elementwise("pow_tensors", _power, node_name="PowBackward1", **_POWER_RULES)

pow_of_number = elementwise("pow_of_number", _power, node_name="PowBackward2", **_POWER_RULES)

# --- one operand --------------------------------------------------------------------------------


def _negative(xp, x):
    if x.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return xp.negative(x)


neg = elementwise("neg", _negative, x=lambda m, g: -g)
abs = elementwise("abs", "absolute", x=lambda m, g, x: g * m.sign(x))
sign = elementwise(
    "sign",
    lambda xp, x: x.copy() if x.dtype.kind == "b" else xp.sign(x),
    x=lambda m, g: m.keep(g, False),
)
exp = elementwise("exp", "exp", promote="float", x=lambda m, g, out: g * out)
exp2 = elementwise("exp2", "exp2", promote="float", x=lambda m, g, out: g * out * math.log(2))
expm1 = elementwise("expm1", "expm1", promote="float", x=lambda m, g, out: g * (out + 1))
log = elementwise("log", "log", promote="float", x=lambda m, g, x: g / x)
log2 = elementwise("log2", "log2", promote="float", x=lambda m, g, x: g / (x * math.log(2)))
log10 = elementwise("log10", "log10", promote="float", x=lambda m, g, x: g / (x * math.log(10)))
log1p = elementwise("log1p", "log1p", promote="float", x=lambda m, g, x: g / (x + 1))
sqrt = elementwise("sqrt", "sqrt", promote="float", x=lambda m, g, out: g / (2 * out))
rsqrt = elementwise(
    "rsqrt",
    lambda xp, x: 1 / xp.sqrt(x),
    promote="float",
    x=lambda m, g, out: -0.5 * g * (out * out * out),
)
reciprocal = elementwise(
    "reciprocal", "reciprocal", promote="float", x=lambda m, g, out: -g * (out * out)
)
tanh = elementwise("tanh", "tanh", promote="float", x=lambda m, g, out: g * (1 - out * out))
sigmoid = elementwise(
    "sigmoid",
    # Where exp overflows to inf, 1 / inf is the right 0.
    lambda xp, x: 1 / (1 + xp.exp(-x)),
    promote="float",
    x=lambda m, g, out: g * (out * (1 - out)),
)
relu = elementwise("relu", lambda xp, x: xp.maximum(x, 0), x=lambda m, g, out: m.keep(g, out > 0))

# --- three operands -----------------------------------------------------------------------------

# For rules and other floors; programs get the indexing floor's `where`, which promotes types.
where = operation(
    "where",
    lambda xp, condition, x, y: xp.where(condition, x, y),
    x=lambda m, g, condition: m.keep(g, condition),
    y=lambda m, g, condition: m.drop(g, condition),
)

addcmul_ = elementwise(
    "addcmul",
    lambda xp, x, y, z, /, value: x + y * value * z,
    x=lambda m, g: g,
    y=lambda m, g, z, value: g * (z * value),
    z=lambda m, g, y, value: g * (y * value),
)
addcdiv_ = elementwise(
    "addcdiv",
    lambda xp, x, y, z, /, value: x + y * value / z,
    x=lambda m, g: g,
    y=lambda m, g, z, value: g * (value / z),
    z=lambda m, g, y, z, value: -g * (value * y / (z * z)),
)


def _between(xp, start, end, weight):
    # From the nearer end, so that weight 1 gives `end` exactly.
    step = end - start
    return xp.where(xp.abs(weight) < 0.5, start + weight * step, end - step * (1 - weight))


_LERP_RULES = {
    "start": lambda m, g, weight: g * (1 - weight),
    "end": lambda m, g, weight: g * weight,
    "weight": lambda m, g, start, end: g * (end - start),
}
lerp_ = elementwise("lerp", _between, **_LERP_RULES)
lerp_tensors = elementwise("lerp_tensors", _between, node_name="LerpBackward1", **_LERP_RULES)

# --- public forms -------------------------------------------------------------------------------


def _check_alpha(alpha, *operands):
    """A factor must not have a higher type than the result."""
    kind, common = dtypes.of_number(alpha), result_type(*operands)
    if kind is dtypes.bool_ and common is not dtypes.bool_:
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if kind.category > common.category and kind.category >= dtypes.FLOAT:
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )


def add(input, other, *, alpha=1) -> Tensor:
    """`input + alpha * other`, element by element."""
    if type(alpha) is int and alpha == 1:
        return add_(input, other)
    _check_alpha(alpha, input, other)
    return add_scaled(input, other, alpha)


def sub(input, other, *, alpha=1) -> Tensor:
    """`input - alpha * other`, element by element."""
    if type(alpha) is int and alpha == 1:
        return sub_(input, other)
    _check_alpha(alpha, input, other)
    return sub_scaled(input, other, alpha)


def rsub(input, other, *, alpha=1) -> Tensor:
    """`other - alpha * input`, element by element."""
    _check_alpha(alpha, input, other)
    return (rsub_tensors if isinstance(other, Tensor) else rsub_)(input, other, alpha)


def pow(input, exponent) -> Tensor:
    """`input ** exponent`, element by element; either may be a number."""
    if not isinstance(input, Tensor):
        return pow_of_number(input, exponent)
    if isinstance(exponent, Tensor):
        return pow_tensors(input, exponent)
    if isinstance(exponent, int) and exponent < 0 and input.dtype.category < dtypes.FLOAT:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    return pow_(input, exponent)


def float_power(input, exponent) -> Tensor:
    """`input ** exponent` computed and returned in float64."""
    operands = (x.to(dtypes.float64) if isinstance(x, Tensor) else x for x in (input, exponent))
    return pow(*operands)


def square(input) -> Tensor:
    """`input ** 2`."""
    return pow(input, 2)


def positive(input) -> Tensor:
    """`+input`: the tensor itself; RuntimeError for bool."""
    if input.dtype is dtypes.bool_:
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def addcmul(input, tensor1, tensor2, *, value=1) -> Tensor:
    """`input + value * tensor1 * tensor2`, element by element."""
    return addcmul_(input, tensor1, tensor2, value)


def addcdiv(input, tensor1, tensor2, *, value=1) -> Tensor:
    """`input + value * tensor1 / tensor2`, element by element; not for integers."""
    if result_type(tensor1, tensor2).category < dtypes.FLOAT:
        raise RuntimeError(
            "Integer division with addcdiv is no longer supported. Use (input + value * "
            "torch.trunc(tensor1 / tensor2)).to(input.dtype) or convert to floats first."
        )
    return addcdiv_(input, tensor1, tensor2, value)


def lerp(input, end, weight) -> Tensor:
    """From `input` to `end`: `input + weight * (end - input)`."""
    for name, x in (("end", end), ("weight", weight)):
        if isinstance(x, Tensor) and x.dtype is not input.dtype:
            raise RuntimeError(
                f"expected dtype {input.dtype.name} for `{name}` but got dtype {x.dtype.name}"
            )
    return (lerp_tensors if isinstance(weight, Tensor) else lerp_)(input, end, weight)


give_methods(
    add, sub, mul, pow, float_power, neg, abs, sign, exp, exp2, expm1, log, log2, log10, log1p,
    sqrt, rsqrt, reciprocal, square, relu, tanh, sigmoid, addcmul, addcdiv, lerp, positive,
    multiply=mul, subtract=sub, negative=neg, absolute=abs, sgn=sign,
)  # fmt: skip
operators(add=add_, sub=sub_, mul=mul, truediv=div_, pow=pow, neg=neg, abs=abs, pos=positive)
operators("r", pow=pow)
operators("i", add=add_, sub=sub_, mul=mul, truediv=div_, pow=pow)


def _checked(self) -> Tensor:
    if not isinstance(self, Tensor):
        raise TypeError(f"expected a Tensor before the operator, got {type(self).__name__}")
    return self


@teach()
def __radd__(self, other):
    return _checked(self) + other


@teach()
def __rmul__(self, other):
    return _checked(self) * other


@teach()
def __rsub__(self, other):
    try:
        return rsub(_checked(self), other)
    except TypeError:
        return NotImplemented


@teach("__rtruediv__", "__rdiv__")
def __rdiv__(self, other):
    return self.reciprocal() * other


@teach()
def float_power_(self, exponent) -> Tensor:
    if self.dtype is not dtypes.float64:
        raise RuntimeError(
            f"the base given to float_power_ has dtype {dtypes.c_name(self.dtype)} but the "
            "operation's result requires dtype Double"
        )
    return _write_power(self, exponent)


_write_power = inplace(float_power)


multiply, subtract, negative, absolute, sgn = mul, sub, neg, abs, sign

__all__ = [
    "abs", "absolute", "add", "addcdiv", "addcmul", "exp", "exp2", "expm1", "float_power", "lerp",
    "log", "log1p", "log2", "log10", "mul", "multiply", "neg", "negative", "positive", "pow",
    "reciprocal", "relu", "rsqrt", "rsub", "sgn", "sigmoid", "sign", "sqrt", "square", "sub",
    "subtract", "tanh",
]  # fmt: skip
give_functions(globals(), __all__, numbers_first=("pow", "float_power"))
