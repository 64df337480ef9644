"""Trigonometric and hyperbolic functions, and angles."""

import math

from penlight.tensors.forms import give_functions, give_methods, of_tensors
from penlight.tensors.operation import elementwise

sin = elementwise("sin", "sin", promote="float", x=lambda m, g, x: g * m.cos(x))
cos = elementwise("cos", "cos", promote="float", x=lambda m, g, x: g * -m.sin(x))
tan = elementwise("tan", "tan", promote="float", x=lambda m, g, out: g * (1 + out * out))
asin = elementwise("asin", "arcsin", promote="float", x=lambda m, g, x: g * m.rsqrt(1 - x * x))
acos = elementwise("acos", "arccos", promote="float", x=lambda m, g, x: g * -m.rsqrt(1 - x * x))
atan = elementwise("atan", "arctan", promote="float", x=lambda m, g, x: g / (x * x + 1))
sinh = elementwise("sinh", "sinh", promote="float", x=lambda m, g, x: g * m.cosh(x))
cosh = elementwise("cosh", "cosh", promote="float", x=lambda m, g, x: g * m.sinh(x))
asinh = elementwise("asinh", "arcsinh", promote="float", x=lambda m, g, x: g * m.rsqrt(x * x + 1))
acosh = elementwise("acosh", "arccosh", promote="float", x=lambda m, g, x: g * m.rsqrt(x * x - 1))
atanh = elementwise("atanh", "arctanh", promote="float", x=lambda m, g, x: g / (1 - x * x))
atan2 = elementwise(
    "atan2",
    "arctan2",
    promote="float",
    x=lambda m, g, x, y: g * (y / _squares(m, x, y)),
    y=lambda m, g, x, y: g * (-x / _squares(m, x, y)),
)
hypot = elementwise(
    "hypot",
    "hypot",
    x=lambda m, g, x, out: g * (x / out),
    y=lambda m, g, y, out: g * (y / out),
)
deg2rad = elementwise(
    "deg2rad", lambda xp, x: x * (math.pi / 180), promote="float",
    x=lambda m, g: g * (math.pi / 180),
)  # fmt: skip
rad2deg = elementwise(
    "rad2deg", lambda xp, x: x * (180 / math.pi), promote="float",
    x=lambda m, g: g * (180 / math.pi),
)  # fmt: skip
sinc = elementwise(
    "sinc",
    lambda xp, x: xp.sinc(x).astype(x.dtype),
    promote="float",
    x=lambda m, g, x: g * _sinc_slope(m, x),
)


def _squares(m, x, y):
    # At the origin the angle has no slope; PyTorch says 0.
    squares = x * x + y * y
    return m.where(squares == 0, math.inf, squares)


def _sinc_slope(m, x):
    at_zero = x == 0
    x = m.where(at_zero, 1.0, x)
    angle = x * math.pi
    return m.where(at_zero, 0.0, (angle * m.cos(angle) - m.sin(angle)) / (angle * x))


atan2, hypot = of_tensors(atan2), of_tensors(hypot)
give_methods(
    sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh, atan2, hypot, deg2rad,
    rad2deg, sinc,
    arcsin=asin, arccos=acos, arctan=atan, arcsinh=asinh, arccosh=acosh, arctanh=atanh,
    arctan2=atan2,
)  # fmt: skip
arcsin, arccos, arctan, arcsinh, arccosh, arctanh, arctan2 = (
    asin, acos, atan, asinh, acosh, atanh, atan2,
)  # fmt: skip

__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "deg2rad", "hypot", "rad2deg", "sin",
    "sinc", "sinh", "tan",
]  # fmt: skip
give_functions(globals(), __all__)
