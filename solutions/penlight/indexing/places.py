"""Positions: checking them, counting them in flat memory, and adding at them."""

import math

import numpy as np

from penlight.indexing.steps import flat_positions, take_backward
from penlight.tensors.storage import contiguous_stride
from penlight.tensors.tensor import Tensor, wrap


def places(xp, shape, index, dim):
    """Where in a row-major array of `shape` the elements lie that `gather` picks."""
    if index.ndim < 2:
        return index
    if not flat_positions.is_reference:
        return _asked(xp, shape, [index if d == dim else _along(xp, n, d, index.ndim)
                                  for d, n in enumerate(index.shape)])  # fmt: skip
    steps = contiguous_stride(shape)
    # Big temporary arrays cost more than the sums.
    rest = 0
    for d, n in enumerate(index.shape):
        if d != dim and n > 1:
            rest = rest + _along(xp, n, d, index.ndim) * steps[d]
    return (index if steps[dim] == 1 else index * steps[dim]) + rest


def _along(xp, n, d, ndim):
    """The numbers below `n` along dimension `d` of `ndim`."""
    return xp.arange(n).reshape([-1 if d == k else 1 for k in range(ndim)])


def picked_places(xp, shape, picks):
    """Where in a row-major array of `shape` the elements of `array[picks]` lie."""
    if flat_positions.is_reference or any(getattr(pick, "ndim", 1) == 0 for pick in picks):
        return xp.arange(math.prod(shape)).reshape(shape)[picks]
    # A mask stands for a vector of positions a dimension, a slice for all positions.
    index = []
    for pick in picks:
        is_mask = not isinstance(pick, slice) and pick.dtype.kind == "b"
        index += pick.nonzero() if is_mask else [pick]
    index += [slice(None)] * (len(shape) - len(index))
    chosen = [d for d, pick in enumerate(index) if not isinstance(pick, slice)]
    shapes = [index[d].shape for d in chosen]
    try:
        common = np.broadcast_shapes(*shapes)
    except ValueError:
        words = ", ".join(str(list(each)) for each in shapes)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {words}"
        ) from None
    # What index tensors pick stands in their place, or in front if they are not neighbours.
    neighbours = chosen[-1] - chosen[0] + 1 == len(chosen)
    first = chosen[0] if neighbours else 0
    ndim, seen = len(shape) - len(chosen) + len(common), 0
    for d, pick in enumerate(index):
        if isinstance(pick, slice):
            place = seen if seen < first else seen + len(common)
            index[d], seen = _along(xp, shape[d], place, ndim), seen + 1
        else:
            index[d] = pick.reshape(*pick.shape, *(1,) * (ndim - first - len(common)))
    return _asked(xp, shape, index)


def _asked(xp, shape, index):
    """What the student's `flat_positions` answers; it sees tensors."""
    answer = flat_positions(shape, tuple(map(wrap, index)))
    return xp.asarray(getattr(answer, "_array", answer))


def add_at(xp, out, picks, values):
    """`out[picks] += values`, an element as often as it is picked. Writes into `out`."""
    positions = picks[0]
    if out.ndim > 1 or len(picks) > 1 or positions.dtype.kind == "b":
        # One long row is what the array modules add to fastest.
        positions = picked_places(xp, out.shape, picks)
    values = xp.broadcast_to(values, positions.shape).astype(out.dtype, copy=False)
    add_flat(xp, out, positions, values)


def add_flat(xp, out, positions, values):
    """Add `values` at `positions` counted through a row-major `out`."""
    flat = out.reshape(-1)
    if out.dtype.kind == "b":  # True + True is True
        flat[positions.reshape(-1)[values.reshape(-1)]] = True
    elif not take_backward.is_reference:
        flat += take_backward(values.reshape(-1), positions.reshape(-1), flat.shape)
    else:
        xp.add.at(flat, positions.reshape(-1), values.reshape(-1))


def along_dim(dim: int, index) -> tuple:
    """The index that picks `index` along `dim`."""
    return (*(slice(None),) * dim, index)


def positions_of(name, index, *, vector=False):
    """The array of an index tensor; RuntimeError or IndexError if it cannot be one."""
    if not isinstance(index, Tensor):
        raise TypeError(f"{name}(): argument 'index' must be Tensor, not {type(index).__name__}")
    array = index._array
    if array.dtype.kind != "i" or array.dtype.itemsize < 4:
        raise RuntimeError(f"{name}(): Expected dtype int32 or int64 for index")
    if vector and array.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector")
    array = array.reshape(-1) if vector else array
    return array if array.dtype.itemsize == 8 else array.astype("int64")


def check_range(index, n: int, dim: int, error=IndexError, *, negative=False) -> None:
    """Raise `error` if a position lies outside a dimension of length `n`."""
    if not index.size:
        return
    low, high = int(index.min()), int(index.max())
    if low < (-n if negative else 0) or high >= n:
        wrong = low if high < n else high
        raise error(f"index {wrong} is out of bounds for dimension {dim} with size {n}")
