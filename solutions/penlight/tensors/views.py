"""Views: new shape and strides over the same storage, and the copies where no view can do."""

import functools
import math

import numpy as np

from penlight.slots import EmptySlot, slot
from penlight.tensors import layouts, storage
from penlight.tensors.devices import array_module
from penlight.tensors.dtypes import dtype as Dtype
from penlight.tensors.operation import operation, recorder, view_operation
from penlight.tensors.tensor import Tensor, alias, teach, wrap_dim, wrap_dims


def strided(xp, array, shape, steps):
    """A window on `array` with the given shape and strides in bytes, from its first element."""
    return xp.lib.stride_tricks.as_strided(array, shape, steps)


@slot(exercise="01_tensors")
def infer_size(size, numel):
    """`size` with its one -1 worked out, so that it holds `numel` elements; else RuntimeError.

    Example: (2, -1) for 6 elements gives (2, 3).
    """
    known = math.prod(n for n in size if n != -1)
    if min(size, default=0) < -1:
        raise RuntimeError(f"invalid shape dimension {min(size)}")
    if size.count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in size and known > 0 and numel % known == 0:
        return tuple(numel // known if n == -1 else n for n in size)
    if -1 in size or known != numel:
        raise RuntimeError(f"shape '{list(size)}' is invalid for input of size {numel}")
    return tuple(size)


@slot(exercise="01_tensors")
def view_stride(shape, stride, size):
    """Strides that show a tensor of `shape` and `stride` as `size` without a copy, else None.

    Neighbouring dimensions without a gap between them form one run; `size` has to cut every run
    into whole dimensions. Example: shape (4, 3), stride (3, 1) and size (2, 6) give (6, 1).
    """
    runs = []  # [length, step], from the right
    for n, step in zip(reversed(shape), reversed(stride), strict=True):
        if runs and (n == 1 or step == runs[-1][0] * runs[-1][1]):
            runs[-1][0] *= n
        else:
            runs.append([n, step])
    result, left = [], list(size)
    for run, step in runs:
        filled = 1
        while left and (filled < run or left[-1] == 1):
            result.append(filled * step)
            filled *= left.pop()
        if filled != run:
            return None
    return tuple(reversed(result))


def sized(size, numel: int) -> tuple[int, ...]:
    """`infer_size`; while that slot is empty, NumPy finds the size."""
    try:
        return infer_size(size, numel)
    except EmptySlot:
        try:
            return np.broadcast_to(0, numel).reshape(size).shape
        except ValueError as error:
            raise RuntimeError(f"shape '{list(size)}' is invalid: {error}") from None


def _view_steps(array, size):
    """`view_stride` in bytes; while that slot is empty, NumPy finds out by trying."""
    if not array.ndim:
        return (array.itemsize,) * len(size)
    unit = array.itemsize
    try:
        stride = view_stride(array.shape, tuple([step // unit for step in array.strides]), size)
    except EmptySlot:
        shown = array.reshape(size)
        return shown.strides if array_module(array).shares_memory(shown, array) else None
    return None if stride is None else [step * unit for step in stride]


def _view_kernel(xp, x, /, size):
    # With a length of 1 among them, strides may be other than row by row and still contiguous.
    if x.flags.c_contiguous and 1 not in x.shape and view_stride.is_reference:
        return x.reshape(size)
    steps = _view_steps(x, size) if x.size else None
    return x.reshape(size) if steps is None else strided(xp, x, size, steps)


def _unsqueeze_kernel(xp, x, /, dim):
    step = x.shape[dim] * x.strides[dim] if dim < x.ndim else x.itemsize
    shape, steps = list(x.shape), list(x.strides)
    shape.insert(dim, 1)
    steps.insert(dim, step)
    return strided(xp, x, shape, steps)


def _squeeze_kernel(xp, x, /, dims):
    # The dots make a window even of a single element.
    return x[(*(0 if d in dims else slice(None) for d in range(x.ndim)), ...)]


def _inverse(dims):
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


def _reshaping(name, kernel=_view_kernel, node_name=None, make=view_operation):
    """A view whose gradient is put back into the input's shape."""
    return make(name, kernel, node_name=node_name, x=lambda m, g, x_shape: m.reshape(g, x_shape))


view_ = _reshaping("view")
reshape_alias_ = _reshaping("reshape_alias")
unsafe_view_ = _reshaping("unsafe_view", make=operation)
# reshape in a rule: a view where one is possible, else a copy. Its own gradient is a reshape.
reshape_copy = _reshaping("reshape", lambda xp, x, /, size: x.reshape(size), make=operation)
unsqueeze_ = _reshaping("unsqueeze", _unsqueeze_kernel)
# PyTorch's three forms: every dimension, one, several.
squeeze_all = _reshaping("squeeze", _squeeze_kernel)
squeeze_one = _reshaping("squeeze_one", _squeeze_kernel, "SqueezeBackward1")
squeeze_some = _reshaping("squeeze_some", _squeeze_kernel, "SqueezeBackward2")
permute_ = view_operation(
    "permute",
    lambda xp, x, /, dims: x.transpose(dims),
    x=lambda m, g, dims: m.permute(g, _inverse(dims)),
)
transpose_ = view_operation(
    "transpose",
    lambda xp, x, /, dim0, dim1: x.swapaxes(dim0, dim1),
    x=lambda m, g, dim0, dim1: m.transpose(g, dim0, dim1),
)
t_ = view_operation("t", lambda xp, x, /: x.T, x=lambda m, g: m.t(g))
alias_ = view_operation("alias", lambda xp, x, /: x[...], x=lambda m, g: g)


def _clone_kernel(xp, x, /, order):
    if order == "C" or x.flags.c_contiguous:
        return x.copy()
    dims = layouts.memory_order(x)
    return x.transpose(dims).copy().transpose(_inverse(dims))


clone_ = operation("clone", _clone_kernel, x=lambda m, g: g)


def packed(function):
    """Let `f(x, (2, 3))` be written `f(x, 2, 3)`: the last argument is a tuple of ints."""

    @functools.wraps(function)
    def run(input, *sizes, **kwargs):
        if not sizes and kwargs:
            return function(input, **kwargs)
        if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
            sizes = sizes[0]
        return function(input, tuple(map(int, sizes)), **kwargs)

    return run


def _can_view(array, size) -> bool:
    return not array.size or _view_steps(array, size) is not None


@packed
def view(input, size) -> Tensor:
    """The same elements as another shape, without a copy; RuntimeError where strides forbid it."""
    shape = sized(size, input._array.size)
    array = input._array
    if not array.flags.c_contiguous and not _can_view(array, shape):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return view_(input, shape)


@teach("view")
def _view(self, *size, dtype=None, **kwargs) -> Tensor:
    """The same memory as another shape, or as another type of elements."""
    dtype = dtype or (size[0] if size and isinstance(size[0], Dtype) else None)
    return view(self, *size, **kwargs) if dtype is None else _view_as_type(self, dtype)


def _view_as_type(self, dtype) -> Tensor:
    try:
        return alias(self, self._array.view(dtype.numpy))
    except (ValueError, TypeError) as error:
        raise RuntimeError(
            f"a tensor of {self.dtype} with shape {list(self._array.shape)} and strides "
            f"{list(self.stride())} cannot be viewed as {dtype}: {error}"
        ) from None


@teach()
@packed
def reshape(input, shape) -> Tensor:
    """The same elements as another shape: a view where strides allow, else a copy."""
    shape = sized(shape, input._array.size)
    array = input._array
    if array.flags.c_contiguous:
        return view_(input, shape)
    if _can_view(array, shape):
        return reshape_alias_(input, shape)
    return unsafe_view_(clone_(input, "C"), shape)


@teach()
@packed
def permute(input, dims) -> Tensor:
    """Reorder the dimensions: result dimension `i` is `dims[i]` of the input. A view."""
    if len(dims) != input.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {input.ndim} is not "
            f"equal to len(dims) = {len(dims)}"
        )
    return permute_(input, wrap_dims(dims, input.ndim))


@teach("transpose", "swapaxes", "swapdims")
def transpose(input, dim0: int, dim1: int) -> Tensor:
    """Swap two dimensions. A view."""
    dim0, dim1 = wrap_dim(dim0, input.ndim), wrap_dim(dim1, input.ndim)
    return transpose_(input, dim0, dim1) if input.ndim else alias_(input)


@teach()
def t(input) -> Tensor:
    """Transpose of a matrix; a vector or 0-d tensor stays as it is. A view."""
    if input.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.ndim}D")
    return t_(input)


@teach("movedim", "moveaxis")
def movedim(input, source, destination) -> Tensor:
    """Move dimensions `source` to `destination` (one or several); the others keep their order."""
    source, destination = (
        (each,) if isinstance(each, int) else tuple(each) for each in (source, destination)
    )
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should "
            f"contain the same number of dims as destination ({list(destination)} dims)"
        )
    source, destination = wrap_dims(source, input.ndim), wrap_dims(destination, input.ndim)
    order = [d for d in range(input.ndim) if d not in source]
    for place, d in sorted(zip(destination, source, strict=True)):
        order.insert(place, d)
    return permute_(input, tuple(order)) if input.ndim else alias_(input)


@teach()
def unsqueeze(input, dim: int) -> Tensor:
    """Put a dimension of length 1 at `dim`. A view."""
    return unsqueeze_(input, wrap_dim(dim, input.ndim + 1))


@teach()
def squeeze(input, dim=None) -> Tensor:
    """Drop every dimension of length 1, or those among `dim`. A view."""
    run = squeeze_all if dim is None else squeeze_one if isinstance(dim, int) else squeeze_some
    dims = wrap_dims(dim, input.ndim)
    return run(input, tuple(d for d in dims if input.ndim and input._array.shape[d] == 1))


@teach()
def clone(input, *, memory_format=layouts.preserve_format) -> Tensor:
    """A copy with the same order of dimensions in memory; gradients pass through it."""
    if memory_format is layouts.channels_last:
        return clone_(permute_(input, (0, 2, 3, 1)), "C").permute(0, 3, 1, 2)
    return clone_(input, "K" if memory_format is layouts.preserve_format else "C")


@teach()
def contiguous(input, *, memory_format=layouts.contiguous_format) -> Tensor:
    """The tensor itself if its elements lie row by row, else a copy where they do."""
    if input.is_contiguous(memory_format=memory_format):
        return input
    return clone(input, memory_format=memory_format)


@teach()
def is_contiguous(self, *, memory_format=layouts.contiguous_format) -> bool:
    """Whether the elements lie in the storage row by row (or pixel by pixel) without gaps."""
    if memory_format is layouts.channels_last:
        return self.ndim == 4 and bool(self._array.transpose(0, 2, 3, 1).flags.c_contiguous)
    if storage.is_contiguous.is_reference:  # the array knows, and is faster
        return bool(self._array.flags.c_contiguous)
    return storage.is_contiguous(self._array.shape, self.stride())


Tensor.T = property(lambda self: permute_(self, tuple(reversed(range(self.ndim)))))
Tensor.mT = property(lambda self: _matrix_transpose(self, "mT"))
Tensor.H = property(lambda self: _matrix_transpose(self, "H") if self.ndim else self)


@teach()
def adjoint(input) -> Tensor:
    """Transpose of every matrix in a batch."""
    return _matrix_transpose(input, "adjoint()")


def _matrix_transpose(x, name) -> Tensor:
    if x.ndim < 2:
        raise RuntimeError(
            f"tensor.{name} is only supported on matrices or batches of matrices. "
            f"Got {x.ndim}-D tensor."
        )
    return transpose_(x, x.ndim - 2, x.ndim - 1)


def inplace_view(function, name: str | None = None):
    """The form of a view operation that changes the tensor itself: `t_` from `t`."""

    def run(self, *args, **kwargs):
        shown = function(alias(self, self._array), *args, **kwargs)._array
        if recorder.active and self._tracked:
            before = recorder.before_write(self)
            # The history of a view is worked out anew from its base.
            if self._base is None:
                recorder.write(self, function(before, *args, **kwargs))
        self.storage().version += 1
        self._array = shown
        return self

    run.__name__ = run.__qualname__ = name or function.__name__ + "_"
    run.__doc__ = f"`{function.__name__}`, changing the tensor itself instead of making a view."
    return run


for _function in (squeeze, t, transpose, unsqueeze):
    setattr(Tensor, _function.__name__ + "_", inplace_view(_function))
Tensor.swapaxes_ = Tensor.swapdims_ = Tensor.transpose_
moveaxis, swapaxes, swapdims = movedim, transpose, transpose


__all__ = [
    "adjoint", "clone", "moveaxis", "movedim", "permute", "reshape", "squeeze", "swapaxes",
    "swapdims", "t", "transpose", "unsqueeze",
]  # fmt: skip
