"""Whether a penlight result is PyTorch's: the first difference in words, or None."""

from __future__ import annotations

import builtins
from collections.abc import Mapping

import numpy as np
import torch

import penlight
from tools.conformance.convert import to_array

# PyTorch's own defaults (torch.testing.assert_close): relative, absolute.
TOLERANCE = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}


def difference(ours, theirs, *, values=True, tolerance=None, zeros="alike") -> str | None:
    """The first way in which penlight's result differs, or None; looks into tuples and lists.

    values     False compares everything but the numbers, for draws no seed can pin down
    tolerance  (relative, absolute); PyTorch's own for the type unless given
    zeros      "alike": 0 and -0 differ, since they print and divide differently; "positive": no
               -0 where PyTorch has 0; "any": they are equal
    """
    if isinstance(theirs, torch.Tensor):
        return _tensor_difference(ours, theirs, values, tolerance, zeros)
    if isinstance(theirs, Mapping):
        if list(ours) != list(theirs):
            return f"keys {list(ours)} instead of {list(theirs)}"
        ours, theirs = list(ours.values()), list(theirs.values())
    if isinstance(theirs, list | tuple) and not isinstance(theirs, torch.Size):
        return _sequence_difference(ours, theirs, values, tolerance, zeros)
    if isinstance(theirs, torch.dtype | torch.device):
        return None if str(ours) == str(theirs) else f"{ours} instead of {theirs}"
    if isinstance(theirs, torch.Size):
        return None if tuple(ours) == tuple(theirs) else f"{ours} instead of {theirs}"
    if type(ours) is not type(theirs):
        return f"{_kind(ours)} instead of {_kind(theirs)}"
    if values and not _near(np.asarray(ours), np.asarray(theirs), (1e-7, 1e-7)).all():
        return f"{ours!r} instead of {theirs!r}"
    return None


def _kind(value) -> str:
    return f"{type(value).__name__} {value!r}"[:80]


def _sequence_difference(ours, theirs, values, tolerance, zeros):
    if not isinstance(ours, list | tuple):
        return f"{_kind(ours)} instead of a {type(theirs).__name__}"
    if isinstance(ours, list) != isinstance(theirs, list):
        return f"a {type(ours).__name__} instead of a {type(theirs).__name__}"
    if len(ours) != len(theirs):
        return f"{len(ours)} results instead of {len(theirs)}"
    names = [
        name for name in dir(theirs) if not name.startswith(("_", "n_")) and name not in dir(tuple)
    ]
    if names and not all(hasattr(ours, name) for name in names):
        return f"a plain {type(ours).__name__}, without the names {', '.join(names)}"
    for number, pair in enumerate(zip(ours, theirs, strict=True)):
        found = difference(*pair, values=values, tolerance=tolerance, zeros=zeros)
        if found:
            return f"result {number}: {found}"
    return None


def _tensor_difference(ours, theirs, values, tolerance, zeros):
    if not isinstance(ours, penlight.Tensor):
        return f"{_kind(ours)} instead of a tensor"
    if tuple(ours.shape) != tuple(theirs.shape):
        return f"shape {tuple(ours.shape)} instead of {tuple(theirs.shape)}"
    if str(ours.dtype) != str(theirs.dtype):
        return f"{ours.dtype} instead of {theirs.dtype}"
    if ours.requires_grad != theirs.requires_grad:
        return f"requires_grad={ours.requires_grad} instead of {theirs.requires_grad}"
    if not values:
        return None
    a, b = to_array(ours), to_array(theirs)
    tolerance = tolerance or TOLERANCE.get(ours.dtype.name, (0, 0))
    if a.tobytes() == b.tobytes():
        return None
    wrong = ~_near(a, b, tolerance) | _wrong_zeros(a, b, zeros)
    return _where_they_differ(a, b, wrong) if wrong.any() else None


def _near(a, b, tolerance):
    if a.dtype.kind not in "fc":
        return a == b
    with np.errstate(all="ignore"):
        return np.isclose(a, b, *tolerance, equal_nan=True)


def _wrong_zeros(a, b, zeros):
    if a.dtype.kind != "f" or zeros == "any":
        return np.zeros(a.shape, bool)
    wrong = np.signbit(a) != np.signbit(b) if zeros == "alike" else np.signbit(a) > np.signbit(b)
    return (a == 0) & (b == 0) & wrong


def _where_they_differ(a, b, wrong) -> str:
    where = tuple(map(int, np.argwhere(wrong)[0]))
    place = f" at {list(where)}" if a.ndim else ""
    count = f" ({int(wrong.sum())} of {a.size} elements differ)"
    return f"{a[where]} instead of {b[where]}{place}{count}"


def difference_but_for_ties(ours, theirs, x) -> str | None:
    """`difference` for results that hold places in `x`, where equal elements may trade places.

    Everything else is compared in full; places must show the same elements of `x`.
    """
    if isinstance(theirs, torch.Tensor):
        ours, theirs = (ours,), (theirs,)
    *mine, my_places = ours
    *wanted, places = theirs
    return difference(mine, wanted) or _places_difference(my_places, places, to_array(x))


def _places_difference(mine, wanted, x) -> str | None:
    found = difference(mine, wanted, values=False)
    if found:
        return found
    mine, wanted = to_array(mine), to_array(wanted)
    for d in range(x.ndim):
        kept = [np.expand_dims(p, d) if p.ndim < x.ndim else p for p in (mine, wanted)]
        others = [n for k, n in enumerate(x.shape) if k != d]
        if [n for k, n in enumerate(kept[0].shape) if k != d] == others:
            shown = [np.take_along_axis(x, p % x.shape[d], d) for p in kept]
            if (shown[0] == shown[1]).all():
                return None
    same = not x.ndim and (mine == wanted).all()
    return None if same else "the places do not show the same elements"


def layout_difference(ours, theirs) -> str | None:
    """Whether a tensor lies in memory as PyTorch's: strides exactly, start of a view."""
    if not theirs.numel():
        return None
    if ours.stride() != theirs.stride():
        return f"strides {ours.stride()} instead of {theirs.stride()}"
    if ours.storage_offset() != theirs.storage_offset():
        return f"storage offset {ours.storage_offset()} instead of {theirs.storage_offset()}"
    return None


def outcome_difference(ours, theirs) -> str | None:
    """Compare what two calls raised: same built-in error type, or neither raised."""
    wanted, found = _builtin(theirs), _builtin(ours)
    if wanted is found:
        return None
    if theirs is None:
        return f"raised {type(ours).__name__}: {ours}"
    if ours is None:
        return f"did not raise {type(theirs).__name__}: {_first_line(theirs)}"
    return (
        f"raised {type(ours).__name__} ({_first_line(ours)}) instead of "
        f"{type(theirs).__name__} ({_first_line(theirs)})"
    )


def _builtin(error):
    """The error type that an `except` clause of an ordinary program would name."""
    known = vars(builtins).values()
    return None if error is None else next(c for c in type(error).__mro__ if c in known)


def _first_line(error) -> str:
    return (str(error).strip() or "no message").splitlines()[0][:200]
