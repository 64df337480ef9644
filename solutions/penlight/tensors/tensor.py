"""Tensor: an array of one type on one device.

Here it only holds its memory and says what it looks like. Every floor then teaches it methods
with `teach`: element-wise maths on this floor, `expand` on the next, `backward` on autograd's.
"""

import numpy as np

from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, array_module, device_of
from penlight.tensors.storage import Storage, contiguous_stride, pointer


class Size(tuple):
    """A shape: a tuple that prints as PyTorch's and counts its elements with `numel`."""

    __slots__ = ()

    def numel(self) -> int:
        return int(np.prod(self, dtype=np.int64))

    def __repr__(self):
        return f"torch.Size({list(self)})"

    def __add__(self, other):
        return Size(tuple.__add__(self, other))

    def __getitem__(self, index):
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item


class _TensorType(type):
    def __repr__(cls):
        # print(type(x)) shows what it shows under PyTorch.
        return f"<class 'torch.{cls.__qualname__}'>"


class Tensor(metaclass=_TensorType):
    """An n-dimensional array. Make one with `tensor`, `zeros`, `rand`, …"""

    # The array that this tensor looks at; its strides and start are the tensor's own.
    _array: np.ndarray
    # Made at the first view or in-place write: most tensors never need one.
    _storage: Storage | None = None
    # What follows is written by the recorder alone (see operation.py). Class attributes, so that
    # making a tensor costs one assignment.
    _tracked = False
    _requires_grad = False
    _output_nr = 0
    _tangent = None
    grad_fn = None
    # A view knows the tensor that it was made from, and which version of the memory it has seen.
    _base: "Tensor | None" = None
    _seen_version = 0
    # Why recorded writes to this view are refused, if they are: "several" or "no_grad".
    _frozen: str | None = None
    # NumPy must not treat a tensor as a list of numbers: array + tensor asks the tensor.
    __array_priority__ = 1000

    def __init__(self, *args):
        made = legacy_constructor(*args)
        self._array = made._array

    @property
    def shape(self) -> Size:
        return Size(self._array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.from_numpy_dtype(self._array.dtype)

    @property
    def device(self):
        array = self._array
        return CPU if type(array) is np.ndarray else device_of(array)

    @property
    def is_cuda(self) -> bool:
        return self.device.type == "cuda"

    @property
    def ndim(self) -> int:
        return self._array.ndim

    @property
    def itemsize(self) -> int:
        return self._array.itemsize

    @property
    def nbytes(self) -> int:
        return self._array.nbytes

    @property
    def _version(self) -> int:
        return self._storage.version if self._storage is not None else 0

    def size(self, dim: int | None = None):
        """The shape, or the length of dimension `dim`."""
        return self.shape if dim is None else self._array.shape[wrap_dim(dim, self.ndim)]

    def dim(self) -> int:
        return self._array.ndim

    def numel(self) -> int:
        return self._array.size

    nelement = numel
    ndimension = dim

    def element_size(self) -> int:
        return self._array.itemsize

    def stride(self, dim: int | None = None):
        """How many elements of storage lie between neighbours, for each dimension or for `dim`."""
        array = self._array
        if array.size or any(array.strides):
            stride = tuple([step // array.itemsize for step in array.strides])
        else:  # NumPy gives a new array without elements no strides
            stride = contiguous_stride(array.shape)
        return stride if dim is None else stride[wrap_dim(dim, self.ndim)]

    def storage_offset(self) -> int:
        """Where in the storage the first element lies, in elements."""
        if self._storage is None or not self._array.size:
            return 0
        return (pointer(self._array) - self._storage.data_ptr()) // self._array.itemsize

    def data_ptr(self) -> int:
        """The address of the first element."""
        return pointer(self._array)

    def storage(self) -> Storage:
        """The memory this tensor looks at, shared with every view of it."""
        if self._storage is None:
            self._storage = Storage(self._array)
        return self._storage

    untyped_storage = storage

    def is_contiguous(self) -> bool:
        """Whether the elements lie in the storage row by row without gaps."""
        return bool(self._array.flags.c_contiguous)

    def is_floating_point(self) -> bool:
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        return self.dtype.is_complex

    def is_signed(self) -> bool:
        return self.dtype.is_signed

    def get_device(self) -> int:
        place = self.device
        return -1 if place.type == "cpu" else place.index

    def item(self):
        """The one element as a Python number; RuntimeError if there is not exactly one."""
        if self._array.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._array.size} elements cannot be converted to Scalar"
            )
        value = self._array.reshape(()).item()
        return value if isinstance(value, bool | int | complex) else float(value)

    def tolist(self):
        """The elements as nested lists of Python numbers (one number if 0-d)."""
        array = self._array
        return (array.astype(np.float32) if self.dtype is dtypes.bfloat16 else array).tolist()

    def __len__(self) -> int:
        if not self._array.ndim:
            raise TypeError("len() of a 0-d tensor")
        return self._array.shape[0]

    def __bool__(self) -> bool:
        if self._array.size != 1:
            meaning = "no values" if not self._array.size else "more than one value"
            raise RuntimeError(f"Boolean value of Tensor with {meaning} is ambiguous")
        return bool(self._array)

    def __float__(self):
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    def __index__(self):
        if self.dtype.category > dtypes.INTEGER or self._array.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    __hash__ = object.__hash__


_new = Tensor.__new__


def wrap(array) -> Tensor:
    """A tensor over a result of the array module (which returns bare scalars for 0-d results)."""
    made = _new(Tensor)
    made._array = array if type(array) is np.ndarray else as_array(array)
    return made


def as_array(result):
    """A NumPy scalar as a 0-d array; an array as it is."""
    return np.asarray(result) if array_module(result) is np else result


def alias(tensor: Tensor, array) -> Tensor:
    """A tensor that looks at `array`, a window on the storage of `tensor`."""
    made = _new(Tensor)
    made._array = array
    made._storage = tensor._storage if tensor._storage is not None else tensor.storage()
    return made


def teach(*names: str):
    """Decorator: give Tensor the function as a method, under its own or the given names."""

    def attach(function):
        for name in names or (function.__name__,):
            setattr(Tensor, name, function)
        return function

    return attach


def wrap_dim(dim: int, ndim: int) -> int:
    """`dim` counted from the front; IndexError if a tensor of `ndim` dimensions has none such."""
    reach = max(ndim, 1)
    if not -reach <= dim < reach:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-reach}, {reach - 1}], "
            f"but got {dim})"
        )
    return dim % reach


def wrap_dims(dims, ndim: int) -> tuple[int, ...]:
    """Every dimension of `dims` (one, several, or None for all) from the front, each once."""
    if dims is None:
        return tuple(range(ndim))
    wrapped = tuple(
        wrap_dim(d, ndim) for d in (dims if isinstance(dims, tuple | list) else (dims,))
    )
    if len(set(wrapped)) < len(wrapped):
        twice = next(d for d in wrapped if wrapped.count(d) > 1)
        raise RuntimeError(f"dim {twice} appears multiple times in the list of dims")
    return wrapped


def legacy_constructor(*args) -> Tensor:
    """`Tensor(2, 3)` makes an uninitialised tensor, `Tensor([2, 3])` one with these values."""
    numpy_dtype = dtypes.get_default_dtype().numpy
    if len(args) == 1 and isinstance(args[0], Tensor):
        return alias(args[0], args[0]._array)
    if len(args) == 1 and isinstance(args[0], list | tuple | np.ndarray):
        return wrap(np.array(args[0], dtype=numpy_dtype))
    return wrap(np.empty(args or 0, dtype=numpy_dtype))
