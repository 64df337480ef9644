"""The number machine's steps, as numbers. `number_steps.js` is its twin; a test compares them."""

import math
from dataclasses import dataclass

QUARTER = math.pi / 2
ANGLES = [math.atan(2.0**-k) for k in range(50)]
SHRINK = math.prod(1 / math.sqrt(1 + 4.0**-k) for k in range(50))


@dataclass(frozen=True)
class Method:
    """title: what it finds and how. low, high: the numbers it takes. usual: the one to begin with.
    error: what its error means."""

    title: str
    low: float
    high: float
    usual: float
    error: str


METHODS = {
    "sqrt": Method("square root by Newton's method", 1e-12, 1e12, 2.0, "relative error"),
    "cos_sin": Method("cosine and sine by CORDIC", -100.0, 100.0, 1.0, "error"),
    "log_series": Method("logarithm by a series", 1e-12, 1e12, 10.0, "error"),
    "log_roots": Method("logarithm by square roots", 1e-12, 1e12, 10.0, "error"),
}


@dataclass(frozen=True)
class Step:
    """What the machine shows after a step, a number or (cosine, sine), and how far it is off."""

    value: float | tuple[float, float]
    error: float


def steps(method, number):
    """All the steps of `method` on `number`. ValueError where the method does not take it."""
    limits = METHODS[method]
    if not limits.low <= number <= limits.high:  # refuses nan too
        raise ValueError(f"{limits.title} takes numbers from {limits.low:g} to {limits.high:g}, "
                         f"not {number:g}")  # fmt: skip
    return _STEPS[method](number)


def _newton(a):
    found, x, root = [], max(a, 1.0), math.sqrt(a)
    while True:
        found.append(Step(x, abs(x - root) / root))
        closer = (x + a / x) / 2
        if closer >= x:
            return found
        x = closer


def _cordic(angle):
    quarters = round_half_up(angle / QUARTER)
    x, y, rest, found = SHRINK, 0.0, angle - quarters * QUARTER, []
    for k in range(len(ANGLES) + 1):
        c, s = x, y
        for _ in range(quarters % 4):
            c, s = -s, c
        found.append(Step((c, s), max(abs(c - math.cos(angle)), abs(s - math.sin(angle)))))
        if k < len(ANGLES):
            slope = (1 if rest >= 0 else -1) / 2**k
            x, y, rest = x - slope * y, y + slope * x, rest - math.copysign(ANGLES[k], slope)
    return found


def _log_series(x):
    m, e = math.frexp(x)
    z = (m - 1) / (m + 1)
    total, power, k, found = 0.0, z, 1, []
    while True:
        value = 2 * total + e * math.log(2)
        found.append(Step(value, abs(value - math.log(x))))
        if total + power / k == total:
            return found
        total, power, k = total + power / k, power * z * z, k + 2


def _log_roots(x):
    found, near = [], x
    for k in range(46):
        value = (near - 1) * 2.0**k
        found.append(Step(value, abs(value - math.log(x))))
        near = math.sqrt(near)
    return found


def round_half_up(x):
    """The nearest whole number, halves upwards, as JavaScript rounds."""
    return math.floor(x + 0.5)


_STEPS = {"sqrt": _newton, "cos_sin": _cordic, "log_series": _log_series, "log_roots": _log_roots}
