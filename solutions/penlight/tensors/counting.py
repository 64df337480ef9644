"""Tensors that follow from a rule: evenly spaced numbers, the identity, indices of triangles."""

import math

import numpy as np

from penlight.tensors import dtypes
from penlight.tensors.creation import as_number, tensor
from penlight.tensors.outs import takes_out
from penlight.tensors.tensor import Tensor


@takes_out
def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """Numbers from `start` (0 if only one is given) up to but not including `end`."""
    if end is None:
        start, end = 0, start
    start, end, step = map(as_number, (start, end, step))
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    chosen = dtype or dtypes.of_number(start + end + step)
    if chosen is dtypes.int64:
        start, end, step = int(start), int(end), int(step)
        if step == 0:
            raise ValueError("step must be nonzero: int64 rounds it down to 0")
    count = math.ceil((end - start) / step)
    if chosen.category == dtypes.INTEGER:
        values = int(start) + int(step) * np.arange(count)
    else:
        values = start + step * np.arange(count, dtype=np.float64)
    return tensor(values, dtype=chosen, device=device, requires_grad=requires_grad)


def _steps(name, steps) -> int:
    if isinstance(steps, float) or not hasattr(steps, "__index__"):
        raise TypeError(f"{name}(): steps must be an int, not {type(steps).__name__}")
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return steps.__index__()


def _ends(name, start, end):
    for each in (start, end):
        if isinstance(each, Tensor) and each.ndim:
            raise RuntimeError(
                f"{name} only supports 0-dimensional start and end tensors, but got one with "
                f"{each.ndim} dimension(s)."
            )
    return as_number(start), as_number(end)


def _evenly(start, end, steps):
    """From both ends to the middle, so that both are met exactly."""
    i, step = np.arange(steps), (end - start) / max(steps - 1, 1)
    return np.where(i < steps // 2 + steps % 2, start + step * i, end - step * (steps - 1 - i))


@takes_out
def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """`steps` numbers evenly from `start` to `end`, both included."""
    start, end = _ends("linspace", start, end)
    chosen = dtype or dtypes.get_default_dtype()
    if chosen.category == dtypes.INTEGER:
        start, end = int(start), int(end)
    values = _evenly(start, end, _steps("linspace", steps))
    return tensor(values, dtype=chosen, device=device, requires_grad=requires_grad)


@takes_out
def logspace(
    start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False
) -> Tensor:
    """`base` to the power of each of `steps` numbers evenly from `start` to `end`."""
    start, end = _ends("logspace", start, end)
    values = float(base) ** _evenly(start, end, _steps("logspace", steps))
    chosen = dtype or dtypes.get_default_dtype()
    return tensor(values, dtype=chosen, device=device, requires_grad=requires_grad)


@takes_out
def eye(n, m=None, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """The identity matrix, n by n or n by m."""
    for name, side in (("n", n), ("m", n if m is None else m)):
        if side < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {side}")
    made = np.eye(n, n if m is None else m, dtype=bool)
    chosen = dtype or dtypes.get_default_dtype()
    return tensor(made, dtype=chosen, device=device, requires_grad=requires_grad)


def _triangle(name, keep, what):
    def run(row, col, offset=0, *, dtype=dtypes.int64, device=None) -> Tensor:
        if row < 0 or col < 0:
            raise RuntimeError(f"row and col must be non-negative, got {row} and {col}")
        found = np.nonzero(keep(np.ones((row, col), dtype=bool), offset))
        return tensor(np.stack(found), dtype=dtype, device=device)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"Row and column numbers, as (2, n), of the {what} triangle of a matrix."
    return run


tril_indices = _triangle("tril_indices", np.tril, "lower")
triu_indices = _triangle("triu_indices", np.triu, "upper")

__all__ = ["arange", "eye", "linspace", "logspace", "tril_indices", "triu_indices"]
