"""The backward of a broadcast: what was read several times collects several gradients."""

import functools

from penlight.slots import changed, slot
from penlight.tensors.devices import array_module


@slot(exercise="02_broadcasting")
def stretched_dims(size, shape):
    """The dimensions of `size` that broadcasting added to `shape` or stretched from length 1.

    Example: size (2, 4, 3) and shape (4, 1) give (0, 2).
    """
    new = len(size) - len(shape)
    return tuple(d for d in range(len(size)) if d < new or (shape[d - new] == 1 and size[d] != 1))


@slot(exercise="02_broadcasting")
def unbroadcast(grad, shape):
    """`grad` summed over every dimension that broadcasting stretched, so that it has `shape`.

    Example: a grad of ones of shape (2, 3) and shape (3,) give tensor([2., 2., 2.]).
    """
    dims = stretched_dims(grad.shape, shape)
    return grad.sum(dims).reshape(shape) if dims else grad


def sum_to(array, shape):
    """`unbroadcast` for the engine's arrays: which dimensions to sum is remembered.

    The plain version runs as soon as any slot holds another function; a test compares the two.
    """
    if changed:
        return unbroadcast(array, shape)
    dims = _remembered(array.shape, shape)
    if not dims:
        return array
    total = array_module(array).add.reduce(array, dims)
    return total if total.shape == shape else total.reshape(shape)


@functools.lru_cache(4096)
def _remembered(size, shape):
    return stretched_dims.reference(size, shape)
