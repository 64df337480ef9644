"""Storage: the flat memory that tensors look at, and the strided views that look at it.

A tensor is a window: `element[i, j]` is `storage[offset + i·stride[0] + j·stride[1]]`. Several
tensors may look at one storage; its version counts the writes, so that autograd can tell when a
value it saved has been overwritten.
"""

import math

import numpy as np

from penlight.slots import slot
from penlight.tensors.devices import array_module


class Storage:
    """The memory of one or more tensors. `version` counts in-place writes."""

    __slots__ = ("_memory", "array", "version")

    def __init__(self, array):
        self.array = array
        self.version = 0
        self._memory = None

    @property
    def memory(self):
        """All of the storage as a flat array of bytes that shares memory with it."""
        if self._memory is None:
            self._memory = _bytes_of(self.array)
        return self._memory

    def nbytes(self) -> int:
        return self.memory.size

    def data_ptr(self) -> int:
        return pointer(self.memory)

    def window(self, numpy_dtype, shape, stride, offset):
        """An array over this storage; `stride` and `offset` count elements, not bytes."""
        size = numpy_dtype.itemsize
        last = storage_index(tuple(n - 1 for n in shape), stride, offset)
        required = (last + 1) * size
        if math.prod(shape) and required > self.memory.size:
            raise RuntimeError(
                f"setStorage: sizes {list(shape)}, strides {list(stride)}, storage offset {offset}"
                f", and itemsize {size} requiring a storage size of {required} are out of bounds "
                f"for storage of size {self.memory.size}"
            )
        strides = tuple([step * size for step in stride])
        if isinstance(self.memory, np.ndarray):
            if not math.prod(shape):
                offset = 0
            return np.ndarray(shape, numpy_dtype, self.memory, offset * size, strides)
        cupy = array_module(self.memory)
        return cupy.ndarray(shape, numpy_dtype, self.memory.data + offset * size, strides)


def pointer(array) -> int:
    """The address of the first element."""
    if isinstance(array, np.ndarray):
        return array.__array_interface__["data"][0]
    return array.data.ptr


@slot(exercise="01_tensors")
def contiguous_stride(shape):
    """Strides of a new tensor of `shape`: row by row, so the last dimension moves by 1.

    A length of 0 counts as 1. Example: shape (2, 3, 4) gives (12, 4, 1).
    """
    stride, step = [], 1
    for n in reversed(shape):
        stride.append(step)
        step *= max(n, 1)
    return tuple(reversed(stride))


@slot(exercise="01_tensors")
def storage_index(index, stride, offset):
    """Where in the storage the element at `index` lies, for a tensor of `stride` and `offset`.

    Example: index (1, 2), stride (4, 1) and offset 3 give 9.
    """
    return offset + sum(i * step for i, step in zip(index, stride, strict=True))


@slot(exercise="01_tensors")
def is_contiguous(shape, stride):
    """Whether the elements of a tensor of `shape` and `stride` lie row by row without gaps.

    The stride of a dimension of length 1 does not matter, nor any stride of a tensor without
    elements. Example: shape (2, 3) is contiguous with stride (3, 1), not with stride (1, 2).
    """
    if 0 in shape:
        return True
    wanted = contiguous_stride(shape)
    return all(n == 1 or a == b for n, a, b in zip(shape, stride, wanted, strict=True))


def _bytes_of(array):
    # The array may itself be a view that NumPy made: start from the memory's owner.
    while isinstance(getattr(array, "base", None), type(array)):
        array = array.base
    # What a stride of 0 shows again and again lies there once.
    array = array[(*(slice(None) if step else slice(1) for step in array.strides), ...)]
    order = sorted(range(array.ndim), key=lambda d: -abs(array.strides[d]))
    flat = array.transpose(order).reshape(-1)
    if array.size and pointer(flat) != pointer(array):
        raise RuntimeError(
            f"cannot share memory laid out with strides {array.strides} over shape {array.shape}; "
            "copy the array first"
        )
    return flat.view(array_module(array).uint8)
