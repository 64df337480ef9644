"""Whether two outcomes, one of PyTorch and one of penlight, say the same."""

import math
import re

import numpy as np

# Rounding may differ: another order of the same sum.
RELATIVE, ABSOLUTE = 1e-4, 1e-5
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def difference(ours, theirs) -> str:
    """What differs between two outcomes, in a few words; empty if nothing does.

    Errors must be of the same type; their wording may differ.
    """
    one, two = ours.value, theirs.value
    if isinstance(one, Exception) or isinstance(two, Exception):
        return "" if type(one) is type(two) else "the error"
    if not same_text(ours.printed, theirs.printed):
        return "what is printed"
    return value_difference(one, two)


def value_difference(one, two) -> str:
    if _is_tensor(one) and _is_tensor(two):
        return _tensor_difference(one, two)
    if isinstance(one, bool) or one is None or isinstance(one, str):
        return "" if one == two else "the value"
    if isinstance(one, int | float) and isinstance(two, int | float):
        close = math.isclose(one, two, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
        return "" if close or (one != one and two != two) else "the value"
    if isinstance(one, tuple | list) and isinstance(two, tuple | list):
        if len(one) != len(two):
            return "the length"
        pairs = zip(one, two, strict=True)
        return next((why for pair in pairs if (why := value_difference(*pair))), "")
    return "" if same_text(repr(one), repr(two)) else "how the value prints"


def _is_tensor(value) -> bool:
    return all(hasattr(value, name) for name in ("shape", "dtype", "stride", "grad_fn"))


def _tensor_difference(one, two) -> str:
    for what in ("shape", "dtype", "requires_grad"):
        if str(getattr(one, what)) != str(getattr(two, what)):
            return f"the {what}"
    if one.stride() != two.stride():
        return "the strides"
    left, right = (np.asarray(t.detach().tolist(), dtype=float) for t in (one, two))
    close = np.allclose(left, right, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True)
    return "" if close else "the values"


def same_text(one: str, two: str) -> bool:
    """Whether two texts are equal but for spacing and for rounding in their numbers."""
    if "".join(NUMBER.sub("#", one).split()) != "".join(NUMBER.sub("#", two).split()):
        return False
    numbers = zip(NUMBER.findall(one), NUMBER.findall(two), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=1e-3, abs_tol=2e-4) for a, b in numbers)
