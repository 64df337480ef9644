"""Picking elements by position: copies of what an index tensor names."""

import math

from penlight.indexing.places import add_flat, along_dim, check_range, places, positions_of
from penlight.tensors.devices import array_module
from penlight.tensors.layouts import contiguous_format
from penlight.tensors.meeting import broadcast
from penlight.tensors.operation import operation
from penlight.tensors.outs import takes_out
from penlight.tensors.shaping import atleast_1d
from penlight.tensors.tensor import Tensor, teach, wrap, wrap_dim


def _put_along(xp, g, /, index, dim, shape):
    out = xp.zeros(shape, g.dtype)
    add_flat(xp, out, places(xp, shape, index, dim), g)
    return out


gather_ = operation(
    "gather",
    lambda xp, x, /, index, dim: x.reshape(-1).take(places(xp, x.shape, index, dim)),
    x=lambda m, g, index, dim, x_shape: m.put_along(g, index, dim, x_shape),
)
# The gradient of gather: zeros with `g` added where its elements came from.
put_along = operation("put_along", _put_along, g=lambda m, g, index, dim: m.gather(g, index, dim))
index_select_ = operation(
    "index_select",
    lambda xp, x, /, dim, index: x.take(index, dim),
    x=lambda m, g, dim, index, x_shape: m.index_scatter(g, along_dim(dim, index), x_shape),
)
take_ = operation(
    "take",
    lambda xp, x, /, index: x.reshape(-1).take(index),
    x=lambda m, g, index, x_shape: m.reshape(
        m.index_scatter(g, (index,), (math.prod(x_shape),)), x_shape
    ),
)
masked_select_ = operation(
    "masked_select",
    lambda xp, x, /, mask: xp.broadcast_to(x, mask.shape)[mask],
    x=lambda m, g, mask: m.index_scatter(g, (mask,), mask.shape),
)


def checked_gather(name, input, dim, index):
    """`dim` and the positions for gather and scatter, once they are known to fit `input`."""
    dim = wrap_dim(dim, input.ndim)
    if isinstance(index, Tensor) and not index.numel():  # nothing to read or write
        return dim, index._array.astype("int64")
    positions = positions_of(name, index)
    if max(positions.ndim, 1) != max(input.ndim, 1):
        raise RuntimeError(
            f"Index tensor must have the same number of dimensions as input tensor: got "
            f"{positions.ndim} and {input.ndim}"
        )
    for d, n in enumerate(input._array.shape if positions.ndim else ()):
        if d != dim and positions.shape[d] > n:
            raise RuntimeError(
                f"Size does not match at dimension {d} expected index {list(positions.shape)} to "
                f"be no larger than self {list(input._array.shape)} apart from dimension {dim}"
            )
    check_range(positions, input._array.shape[dim] if input.ndim else 1, dim, RuntimeError)
    return dim, positions


@teach()
@takes_out(same_type=True)
def gather(input, dim: int, index, *, sparse_grad: bool = False) -> Tensor:
    """`out[i][j] = input[index[i][j]][j]` for dim 0, and so on: one element for each of `index`."""
    dim, positions = checked_gather("gather", input, dim, index)
    return gather_(input, positions, dim)


@teach()
@takes_out(same_type=True)
def index_select(input, dim: int, index) -> Tensor:
    """The slices along `dim` that the vector `index` names, in its order."""
    dim = wrap_dim(dim, input.ndim)
    positions = positions_of("index_select", index, vector=True)
    if not input.ndim:
        check_range(positions, 1, 0)
        if positions.size != 1:
            raise IndexError("index_select(): a 0-d tensor has one element to select")
        return input.clone()
    check_range(positions, input._array.shape[dim], dim)
    return index_select_(input, dim, positions)


@teach()
@takes_out(same_type=True)
def take(input, index) -> Tensor:
    """The elements at positions counted through the whole tensor, in the shape of `index`."""
    if not isinstance(index, Tensor) or index.dtype.name != "int64":
        raise RuntimeError("take(): Expected a long tensor for index")
    if index.numel() and not input.numel():
        raise IndexError("take(): tried to take from an empty tensor")
    check_range(index._array, input.numel(), 0, negative=True)
    return take_(input, index._array)


@teach()
def take_along_dim(input, indices, dim: int | None = None) -> Tensor:
    """`gather`, with `input` and `indices` broadcast along the other dimensions."""
    if not isinstance(indices, Tensor) or indices.dtype.name != "int64":
        raise RuntimeError("torch.take_along_dim(): dtype of indices should be Long")
    if dim is None:
        return gather(input.reshape(-1), 0, indices.reshape(-1))
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, "
            f"but got {input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    dim = wrap_dim(dim, input.ndim)
    a, b = list(input._array.shape), list(indices._array.shape)
    length, wanted = a[dim], b[dim]
    a[dim] = b[dim] = 1
    shape = list(broadcast.shapes(tuple(a), tuple(b)))
    # Positions from the end count too.
    check_range(indices._array, length, dim, RuntimeError, negative=True)
    indices = wrap(indices._array + length * (indices._array < 0))
    return gather(
        input.expand([*shape[:dim], length, *shape[dim + 1 :]]),
        dim,
        indices.expand([*shape[:dim], wanted, *shape[dim + 1 :]]),
    )


@teach()
@takes_out(same_type=True)
def masked_select(input, mask) -> Tensor:
    """The elements where `mask` is true, in one row; the two broadcast."""
    if mask.dtype.name != "bool":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast.shapes(input._array.shape, mask._array.shape)
    return masked_select_(input, mask.expand(shape)._array)


@teach()
def argwhere(input) -> Tensor:
    """Where the elements are not zero, one row of positions each."""
    array = input._array
    found = array_module(array).stack(array.reshape(array.shape or (1,)).nonzero())
    return wrap(found[: array.ndim].T)


@teach()
def nonzero(input, *, as_tuple: bool = False):
    """Where the elements are not zero: one row of positions each, or a vector a dimension."""
    if not as_tuple:
        return argwhere(input)
    return argwhere(atleast_1d(input)).unbind(1)


@teach()
def repeat_interleave(input, repeats=None, dim: int | None = None, *, output_size=None) -> Tensor:
    """Every slice along `dim` (every element if None) `repeats` times, next to each other.

    `repeats` is one number, or a tensor with one for each slice. With `input` alone, that is the
    repeats, and the result numbers the slices.
    """
    if repeats is None:
        return wrap(_numbers(input, input.numel()))
    if dim is None:
        input, dim = input.flatten(), 0
    dim = wrap_dim(dim, input.ndim)
    n = input._array.shape[dim] if input.ndim else 1
    if isinstance(repeats, Tensor):
        return index_select(input, dim, wrap(_numbers(repeats, n)))
    if repeats < 0:
        raise RuntimeError("Repeats must be non-negative")
    copies = input.unsqueeze(dim + 1)
    shape = list(copies._array.shape)
    shape[dim + 1] = repeats
    copies = copies.expand(shape).clone(memory_format=contiguous_format)
    return copies.flatten(dim, dim + 1)


def _numbers(repeats, n: int):
    """Slice number `i` as often as `repeats[i]` says, for `n` slices."""
    if repeats.dtype.name not in ("int32", "int64"):
        raise NotImplementedError(f"repeats must be int32 or int64, but got {repeats.dtype}")
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be a 0-dim or 1-dim tensor")
    if repeats.numel() not in (1, n):
        raise RuntimeError(
            f"repeats must have the same size as input along dim, but got repeats.size(0) = "
            f"{repeats.numel()} and input.size(dim) = {n}"
        )
    counts = repeats._array.reshape(-1)
    if (counts < 0).any():
        raise RuntimeError("repeats can not be negative")
    xp = array_module(counts)
    return xp.repeat(xp.arange(n), counts if counts.size == n else xp.full(n, counts[0]))


__all__ = [
    "argwhere", "gather", "index_select", "masked_select", "nonzero", "repeat_interleave", "take",
    "take_along_dim",
]  # fmt: skip
