"""Stretching without copying: a stride of 0 reads the same element again and again."""

import numpy as np

from penlight.broadcasting.shapes import broadcast_shapes
from penlight.slots import EmptySlot, slot
from penlight.tensors.devices import array_module
from penlight.tensors.meeting import broadcast
from penlight.tensors.operation import view_operation
from penlight.tensors.tensor import Tensor, teach
from penlight.tensors.views import packed, strided


@slot(exercise="02_broadcasting")
def expand_strides(shape, strides, size):
    """Strides of a tensor of `shape` and `strides` when it is shown as `size`.

    A stretched or new dimension gets stride 0; -1 in `size` keeps a length. RuntimeError if a
    dimension not of length 1 would have to change, if `size` has too few dimensions, or -1 for a
    new one. Example: shape (3, 1), strides (1, 1) and size (2, 3, 4) give (0, 1, 0).
    """
    new = len(size) - len(shape)
    if new < 0:
        raise RuntimeError(
            f"the number of sizes provided ({len(size)}) must be greater or equal to the number "
            f"of dimensions in the tensor ({len(shape)})"
        )
    result = [0] * new
    if -1 in size[:new]:
        raise RuntimeError(
            f"The expanded size of the tensor (-1) isn't allowed in a leading, non-existing "
            f"dimension {size.index(-1)}"
        )
    for n, stride, wanted in zip(shape, strides, size[new:], strict=True):
        if wanted in (n, -1):
            result.append(stride)
        elif n == 1:
            result.append(0)
        else:
            raise RuntimeError(
                f"The expanded size of the tensor ({wanted}) must match the existing size ({n}) "
                f"at non-singleton dimension {len(result)}.  Target sizes: {list(size)}.  "
                f"Tensor sizes: {list(shape)}"
            )
    return tuple(result)


def _expand_kernel(xp, x, /, size):
    try:
        steps = expand_strides(x.shape, x.strides, size)
    except EmptySlot:
        steps = _found_steps(xp, x, size)
    new = len(size) - x.ndim
    shape = [x.shape[d - new] if n == -1 else n for d, n in enumerate(size)]
    if x.ndim and 1 in shape[:new]:
        steps = _steps_over(shape, steps, new, x.itemsize)
    return strided(xp, x, shape, steps)


def _found_steps(xp, x, size):
    """The strides in bytes, found by the array module while the slot is empty."""
    own = (0,) * (len(size) - x.ndim) + x.shape
    try:
        shape = [n if m == -1 else m for n, m in zip(own, size, strict=True)]
        return xp.broadcast_to(x, shape).strides
    except ValueError as error:
        raise RuntimeError(str(error)) from None


def _steps_over(shape, steps, new, itemsize):
    """PyTorch gives a new dimension of length 1 the stride that steps over all behind it."""
    steps = list(steps)
    for d in range(new - 1, -1, -1):
        if shape[d] == 1:
            steps[d] = shape[d + 1] * steps[d + 1] if d + 1 < len(shape) else itemsize
    return steps


# The engine sums every gradient back to its input's shape, so the rule has nothing to do.
expand_ = view_operation("expand", _expand_kernel, x=lambda m, g: g)


@teach()
@packed
def expand(self, size) -> Tensor:
    """The tensor shown as a larger size: dimensions of length 1 repeat, without copying.

    -1 keeps a length; new dimensions are added in front.
    """
    return expand_(self, size)


@teach()
def expand_as(self, other) -> Tensor:
    """`expand` to the shape of `other`."""
    return expand_(self, other._array.shape)


@teach("broadcast_to")
def broadcast_to(input, size) -> Tensor:
    """The same as `expand`, as a function."""
    return expand_(input, tuple(size))


@slot(exercise="02_broadcasting")
def broadcast_tensors(*tensors):
    """Every tensor shown in the shape that all of them broadcast to. Views, not copies.

    Example: tensors of shapes (3, 1) and (4,) give two of shape (3, 4).
    """
    shape = broadcast_shapes(*(t.shape for t in tensors))
    return tuple(t.expand(shape) for t in tensors)


def _arrays(arrays):
    """Arrays of different shapes, ready for an element-wise kernel.

    The array modules broadcast by the same rule and faster, so penlight leaves it to them, unless
    a student's function is in one of the slots: then all of it runs here. A slot that is still
    empty stops only those who call it by name.
    """
    try:
        shape = broadcast_shapes(*(a.shape for a in arrays))
        if broadcast_shapes.is_reference and expand_strides.is_reference:
            return arrays
        return [_expand_kernel(array_module(a), a, shape) for a in arrays]
    except EmptySlot:
        shapes = [a.shape for a in arrays]
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            words = " and ".join(map(str, shapes))
            raise RuntimeError(f"tensors of shapes {words} do not broadcast") from None
        return arrays


broadcast.shapes = broadcast_shapes
broadcast.arrays = _arrays
