"""Making tensors: from data, from sizes, from other tensors; and moving them between types."""

import numpy as np

from penlight.slots import EmptySlot, slot
from penlight.tensors import dtypes, layouts
from penlight.tensors.devices import CPU, array_module, device, module_for, move
from penlight.tensors.storage import Storage
from penlight.tensors.tensor import Size, Tensor, _new, teach, wrap


def tensor(data, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A new tensor holding a copy of `data`: a number, nested lists, or an array.

    The type is inferred unless given: float32 if any number has a decimal point (or the default
    dtype), else int64, else bool. ValueError for ragged lists.
    """
    if isinstance(data, Tensor):
        array, inferred = data._array, data.dtype
    elif isinstance(data, np.ndarray | np.generic) or hasattr(data, "__array_interface__"):
        array = np.asarray(data)
        inferred = dtypes.from_numpy_dtype(array.dtype)
    else:
        data = _plain(data)
        array = _from_lists(data)
        inferred = _infer(array, data)
    target = dtype or inferred
    made = wrap(_copy_to(array, target, device))
    return made.requires_grad_() if requires_grad else made


def _plain(data):
    """Nested lists with every tensor and array in them turned into lists."""
    if isinstance(data, list | tuple | range):
        items = [_plain(each) for each in data]
        if len({isinstance(each, list) for each in items}) > 1:
            raise TypeError("not a sequence: a list holds numbers or lists, not both")
        return items
    if isinstance(data, Tensor):
        return data.tolist()
    if isinstance(data, np.ndarray | np.generic):
        return data.tolist()
    if not isinstance(data, bool | int | float | complex):
        raise TypeError(f"Could not infer dtype of {type(data).__name__}")
    return data


@slot(exercise="01_tensors")
def infer_shape(data):
    """The shape of nested lists `data`; a number has shape ().

    ValueError if the items of a list differ in shape. Example: [[1, 2, 3], [4, 5, 6]] gives (2, 3).
    """
    if not isinstance(data, list):
        return ()
    shapes = [infer_shape(each) for each in data]
    for shape in shapes:
        if shape != shapes[0]:
            raise ValueError(f"expected items of shape {shapes[0]}, got one of shape {shape}")
    return (len(data), *shapes[0]) if shapes else (0,)


def _from_lists(data):
    """Nested lists as an array. While the slot is empty, NumPy finds the shape."""
    try:
        shape = infer_shape(data)
    except EmptySlot:
        return np.array(data)
    return np.array(data).reshape(shape)


def _infer(array, data) -> dtypes.dtype:
    if array.dtype == object:
        raise ValueError("Overflow when unpacking long long: the number does not fit in int64")
    if array.dtype.kind == "b":
        return dtypes.bool_
    if array.dtype.kind in "iu":
        return dtypes.int64
    return dtypes.of_number(1j if array.dtype.kind == "c" else 1.0)


def _copy_to(array, target: dtypes.dtype, place):
    if array_module(array) is not np and place is None:
        return array.astype(target.numpy, copy=True)
    array = move(array, CPU)
    made = np.array(array, dtype=target.numpy, order="C", copy=True)
    return made if place is None else move(made, place_of(place))


def place_of(place) -> device:
    return CPU if place is None else place if isinstance(place, device) else device(place)


def as_tensor(data, dtype=None, device=None) -> Tensor:
    """Like `tensor`, but shares memory or returns `data` itself where nothing must change."""
    if isinstance(data, Tensor):
        return data.to(dtype=dtype, device=device)
    if isinstance(data, np.ndarray):
        return from_numpy(data).to(dtype=dtype, device=device)
    return tensor(data, dtype=dtype, device=device)


asarray = as_tensor


def from_numpy(array: np.ndarray) -> Tensor:
    """A tensor over the memory of `array`: writing to either shows in both."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    dtypes.from_numpy_dtype(array.dtype)
    if any(step < 0 for step in array.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array with array.copy().)"
        )
    made = _new(Tensor)
    made._array = array
    made._storage = Storage(array)
    return made


@teach()
def numpy(self, *, force: bool = False) -> np.ndarray:
    """The tensor as an array that shares its memory; on the CPU and without gradient only."""
    if force:
        return move(self._array, CPU)
    if self._requires_grad:
        raise RuntimeError(
            "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
        )
    if self.is_cuda:
        raise TypeError(
            f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy "
            "the tensor to host memory first."
        )
    if self.dtype is dtypes.bfloat16:
        raise TypeError("Got unsupported ScalarType BFloat16")
    return self._array


@teach()
def __array__(self, dtype=None, copy=None) -> np.ndarray:
    array = self.numpy()
    return array if dtype is None else array.astype(dtype, copy=False)


# --- filled with one value ----------------------------------------------------------------------


def sizes_of(size) -> tuple[int, ...]:
    """The shape in `f(2, 3)` or `f((2, 3))`; RuntimeError for a negative size."""
    if len(size) == 1 and isinstance(size[0], tuple | list):
        size = size[0]
    for n in size:
        if isinstance(n, bool) or not hasattr(n, "__index__"):
            raise TypeError(f"size must be made of ints, got {type(n).__name__} in {tuple(size)}")
    size = tuple(n.__index__() for n in size)
    if any(n < 0 for n in size):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(size)}: {list(size)}"
        )
    return size


def _filled(size, value, dtype, place, requires_grad) -> Tensor:
    chosen = dtype or dtypes.get_default_dtype()
    module = module_for(place_of(place))
    if value is None:
        made = wrap(module.empty(size, chosen.numpy))
    else:
        made = wrap(module.full(size, value, chosen.numpy))
    return made.requires_grad_() if requires_grad else made


def empty(*size, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A tensor whose elements are whatever the memory held."""
    return _filled(sizes_of(size), None, dtype, device, requires_grad)


def zeros(*size, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A tensor of zeros."""
    return _filled(sizes_of(size), 0, dtype, device, requires_grad)


def ones(*size, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A tensor of ones."""
    return _filled(sizes_of(size), 1, dtype, device, requires_grad)


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A tensor of `fill_value`; its type is inferred from the value unless given."""
    value = as_number(fill_value)
    chosen = dtype or dtypes.of_number(value)
    return _filled(sizes_of((size,)), value, chosen, device, requires_grad)


def _like(make):
    def like(
        input,
        *args,
        dtype=None,
        device=None,
        requires_grad=False,
        memory_format=layouts.preserve_format,
    ) -> Tensor:
        array = input._array
        order = range(array.ndim)
        if memory_format is layouts.preserve_format and not array.flags.c_contiguous:
            order = layouts.memory_order(array)
        made = make(
            tuple(array.shape[d] for d in order),
            *args,
            dtype=dtype or input.dtype,
            device=device or input.device,
        )
        # The dimensions lie in memory in the order in which they do in `input`.
        made._array = made._array.transpose([order.index(d) for d in range(array.ndim)])
        return made.requires_grad_() if requires_grad else made

    like.__name__ = like.__qualname__ = f"{make.__name__}_like"
    like.__doc__ = f"`{make.__name__}` with the shape, type and device of `input`."
    return like


empty_like, zeros_like, ones_like, full_like = map(_like, (empty, zeros, ones, full))


def _new_like(make, *, name):
    def method(self, *args, dtype=None, device=None, requires_grad=False) -> Tensor:
        return make(
            *args,
            dtype=dtype or self.dtype,
            device=device or self.device,
            requires_grad=requires_grad,
        )

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`{make.__name__}` with the type and device of this tensor."
    setattr(Tensor, name, method)


for _make in (empty, zeros, ones, full, tensor):
    _new_like(_make, name=f"new_{_make.__name__}")


def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """A 0-d tensor of the number `s`, of the default type unless given."""
    return full((), as_number(s), dtype=dtype or dtypes.get_default_dtype(), device=device,
                requires_grad=requires_grad)  # fmt: skip


def as_number(value):
    """A 0-d tensor as a Python number; a number as it is."""
    return value.item() if isinstance(value, Tensor) else value


def is_tensor(obj) -> bool:
    return isinstance(obj, Tensor)


def numel(input) -> int:
    return input.numel()


__all__ = [
    "Size", "as_tensor", "asarray", "empty", "empty_like", "from_numpy", "full", "full_like",
    "is_tensor", "numel", "ones", "ones_like", "scalar_tensor", "tensor", "zeros", "zeros_like",
]  # fmt: skip
