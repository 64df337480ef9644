"""Special functions, which are also offered as `penlight.special`: erf, sigmoid, xlogy, …"""

import math

from penlight.tensors.forms import by_other, give_functions, give_methods, of_tensors
from penlight.tensors.operation import elementwise, operation
from penlight.tensors.pointwise import exp2, expm1, log1p, sigmoid  # noqa: F401  (special.exp2, …)
from penlight.tensors.reductions import logsumexp  # noqa: F401
from penlight.tensors.rounding import round  # noqa: F401
from penlight.tensors.tensor import Tensor
from penlight.tensors.waves import sinc  # noqa: F401

# --- the error function -------------------------------------------------------------------------
# Two Chebyshev series, computed for this file with 50 digits: erf(x)/x for |x| <= 1 in 2x² - 1,
# and erfc(x)·exp(x²)·(1 + 2x) for x >= 0 in (x - 3.75)/(x + 3.75), as Schonfelder (1978) proposes.

_NEAR_ZERO = (
    0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485,
    2.741993125219606e-05, -1.1043175507344507e-06, 3.8488755420345036e-08,
    -1.1808582533875466e-09, 3.2334215826050907e-11, -7.991015947004549e-13,
    1.7990725113961456e-14, -3.718635487818693e-16, 7.103599003714253e-18,
)  # fmt: skip
_TAIL = (
    1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189,
    -0.026658668435305753, 0.009074997670705265, -0.002413163540417608, 0.0004907758365258086,
    -6.916973302501207e-05, 4.13902798607301e-06, 7.74038306619849e-07, -2.1886401049234397e-07,
    1.076499946567091e-08, 4.521959811218287e-09, -7.754400208831351e-10, -6.318088340886684e-11,
    2.8687950109306712e-11, 1.945586854577911e-13, -9.654696748433217e-13, 3.252548148151399e-14,
    3.347811948289862e-14, -1.8645628803851885e-15, -1.2507950530316477e-15, 7.41823526060431e-17,
)  # fmt: skip


def _chebyshev(series, x):
    """The sum of `series[k]` times the k-th Chebyshev polynomial of x (Clenshaw's recurrence)."""
    ahead, after = 0, 0
    for coefficient in reversed(series[1:]):
        ahead, after = 2 * x * ahead - after + coefficient, ahead
    return x * ahead - after + series[0]


def _erf_and_erfc(xp, x):
    """erf for |x| < 1, and erfc of |x| for the others (each right only there)."""
    # Single precision needs fewer terms, and computes in double so that rounding stays out.
    single = x.dtype.itemsize < 8
    wide = x.astype(xp.float64)
    size = xp.abs(wide)
    small = xp.minimum(size, 1)
    near = wide * _chebyshev(_NEAR_ZERO[: 9 if single else None], 2 * small * small - 1)
    series = _TAIL[: 16 if single else None]
    tail = _chebyshev(series, 1 - 7.5 / (size + 3.75)) / (1 + 2 * size)
    # exp(-x²) without the rounding of x²: the head's square is exact.
    head = size.astype(xp.float32).astype(xp.float64)
    with_tail = xp.exp(-head * head) * xp.exp((head - size) * (head + size)) * tail
    return near, xp.where(xp.isinf(size), 0, with_tail)


def _erf(xp, x):
    near, tail = _erf_and_erfc(xp, x)
    return xp.where(xp.abs(x) < 1, near, xp.copysign(1 - tail, near)).astype(x.dtype)


def _erfc(xp, x):
    near, tail = _erf_and_erfc(xp, x)
    return xp.where(xp.abs(x) < 1, 1 - near, xp.where(x < 0, 2 - tail, tail)).astype(x.dtype)


_SLOPE = 2 / math.sqrt(math.pi)
erf = elementwise(
    "erf", _erf, promote="float", x=lambda m, g, x: g * (_SLOPE * m.exp(-(x * x)))
)  # fmt: skip
erfc = elementwise(
    "erfc", _erfc, promote="float", x=lambda m, g, x: g * (-_SLOPE * m.exp(-(x * x)))
)  # fmt: skip

# --- logistic -----------------------------------------------------------------------------------


def _logit(xp, x, /, eps):
    x = x if eps is None else xp.minimum(xp.maximum(x, eps), 1 - eps)
    return xp.log(x / (1 - x))


def _logit_rule(m, g, x, eps):
    low = 0 if eps is None else eps
    outside = (x < low) | (x > 1 - low)
    beyond = math.nan if eps is None else 0.0
    return m.where(outside, beyond, g / (x * (1 - x)))


logit_ = elementwise("logit", _logit, promote="float", x=_logit_rule)


def logit(input, eps=None) -> Tensor:
    """log(x / (1 - x)), the inverse of `sigmoid`; `eps` keeps x within [eps, 1 - eps]."""
    return logit_(input, eps)


# --- logarithms together with something else ----------------------------------------------------

logaddexp = elementwise(
    "logaddexp",
    "logaddexp",
    x=lambda m, g, x, y: g * m.sigmoid(x - y),
    y=lambda m, g, x, y: g * m.sigmoid(y - x),
)
logaddexp2 = elementwise(
    "logaddexp2",
    "logaddexp2",
    x=lambda m, g, x, y: g * m.sigmoid((x - y) * math.log(2)),
    y=lambda m, g, x, y: g * m.sigmoid((y - x) * math.log(2)),
)


def _xlogy(xp, x, y):
    # 0 · log(anything but NaN) counts as 0.
    return xp.where((x == 0) & (y == y), 0, x * xp.log(y)).astype(x.dtype)


_XLOGY_RULES = {
    "x": lambda m, g, x, y: g * m.where(
        (x == 0) & (y <= 0), 0.0, m.log(_as_operand(x, y))
    ),
    "y": lambda m, g, x, y: g * (x / y),
}  # fmt: skip
xlogy_tensors, xlogy_of_number, xlogy_by_number = (
    elementwise(name, _xlogy, promote="float", node_name=f"XlogyBackward{k}", **_XLOGY_RULES)
    for k, name in enumerate(("xlogy", "xlogy_of_number", "xlogy_by_number"))
)


def xlogy(input, other) -> Tensor:
    """`input * log(other)`, and 0 where `input` is 0; either may be a number."""
    if not isinstance(input, Tensor):
        return xlogy_of_number(input, other)
    return (xlogy_tensors if isinstance(other, Tensor) else xlogy_by_number)(input, other)


def _as_operand(x, y):
    # The logarithm is an operation on tensors only; a number joins the other operand.
    return y if hasattr(y, "dtype") else x * 0 + y


# --- signs and exceptions -----------------------------------------------------------------------

_COPYSIGN_RULES = {
    "x": lambda m, g, x, out: m.drop(g * (out / m.where(x == 0, 1.0, x)), x == 0),
    "y": lambda m, g: m.keep(g, False),
}
copysign = by_other(
    *(
        elementwise(name, "copysign", promote="float", node_name=node, **_COPYSIGN_RULES)
        for name, node in (
            ("copysign_tensors", "CopysignBackward0"),
            ("copysign", "CopysignBackward1"),
        )
    )
)
heaviside_ = elementwise(
    "heaviside",
    lambda xp, x, y: xp.where(x == 0, y, xp.where(x < 0, 0, x != 0).astype(x.dtype)),
)


@of_tensors
def heaviside(input, values) -> Tensor:
    """0 for negative, 1 for positive elements, and `values` where `input` is 0."""
    if input.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return heaviside_(input, values)


nan_to_num_ = operation(
    "nan_to_num",
    lambda xp, x, /, nan, posinf, neginf: (
        x.copy() if x.dtype.kind in "bui" else xp.nan_to_num(x, True, nan, posinf, neginf)
    ),
    x=lambda m, g, x: m.keep(g, m.isfinite(x)),
)


def nan_to_num(input, nan=None, posinf=None, neginf=None) -> Tensor:
    """NaN replaced by `nan` (0), infinities by `posinf`, `neginf` (the largest finite numbers)."""
    return nan_to_num_(input, 0.0 if nan is None else nan, posinf, neginf)


logaddexp, logaddexp2 = of_tensors(logaddexp), of_tensors(logaddexp2)
give_methods(
    erf, erfc, logit, xlogy, copysign, heaviside, nan_to_num, logaddexp, logaddexp2,
)  # fmt: skip
expit = sigmoid
__all__ = [
    "copysign", "erf", "erfc", "heaviside", "logaddexp", "logaddexp2", "logit", "nan_to_num",
    "xlogy",
]  # fmt: skip
give_functions(globals(), __all__, numbers_first=("xlogy",))
