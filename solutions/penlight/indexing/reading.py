"""Reading and writing through an index: a window where the index allows, else a copy."""

import numpy as np

from penlight.indexing.parse import Parsed, parse, parse_positions, plain_slice
from penlight.indexing.places import add_at, picked_places
from penlight.indexing.steps import flat_positions, index_view
from penlight.slots import changed
from penlight.tensors import dtypes
from penlight.tensors.creation import tensor as make_tensor
from penlight.tensors.devices import array_module
from penlight.tensors.operation import inplace, operation, overlap, recorder
from penlight.tensors.tensor import Tensor, teach
from penlight.tensors.views import alias_, unsqueeze_
from penlight.tensors.windows import along, checked_index, select_, slice_

_STEPS = {"complete_index", "slice_window", "index_view"}  # slots that one int or slice needs


def _repeats(picks) -> bool:
    """Whether an element may be picked twice: not by a mask."""
    return any(
        getattr(pick, "dtype", None) is not None and pick.dtype.kind == "i" for pick in picks
    )


def _scattered(xp, g, /, picks, shape):
    """Zeros of `shape` with `g` added at the picked places, each as often as it was picked."""
    out = xp.zeros(shape, g.dtype)
    if _repeats(picks):
        add_at(xp, out, picks, g)
    else:
        out[picks] = g
    return out


def _picked(xp, x, picks):
    if not flat_positions.is_reference:
        return x.reshape(-1).take(picked_places(xp, x.shape, picks))
    # NumPy may lay the copy out in another order; PyTorch's is row by row.
    return xp.asarray(x[picks], order="C")


def _put(xp, x, values, /, picks, accumulate):
    out = x.copy()
    if accumulate:
        add_at(xp, out, picks, values)
    else:
        out[picks] = values
    return out


pick = operation(
    "index",
    lambda xp, x, /, picks: _picked(xp, x, picks),
    x=lambda m, g, picks, x_shape: m.index_scatter(g, picks, x_shape),
)
# The gradient of picking: zeros everywhere else.
index_scatter = operation("index_scatter", _scattered, g=lambda m, g, picks: m.index(g, picks))
put = operation(
    "index_put",
    _put,
    x=lambda m, g, picks, accumulate: g if accumulate else m.index_put(g, 0, picks, False),
    values=lambda m, g, picks: m.index(g, picks),
)
put_ = inplace(put, "index_put_", overlapping=True)


@teach()
def __getitem__(self, index) -> Tensor:
    """`x[index]`: ints, slices, None and `...` give a view; lists, tensors and masks a copy."""
    shape = self._array.shape
    if (type(index) is int or type(index) is slice) and shape and changed.isdisjoint(_STEPS):
        if type(index) is int:
            return select_(self, (checked_index(index, shape[0], 0), ...))
        return slice_(self, (plain_slice(index), ...))
    parsed = parse(index, self)
    view = _view(self, parsed)
    if parsed.picks:
        return pick(view, parsed.picks)
    return alias_(self) if view is self else view


def _view(self, parsed: Parsed) -> Tensor:
    """The window that an index asks for, one item after the other; `self` if that is all of it."""
    if not index_view.is_reference:
        own = self._array.shape, self.stride()
        size, stride, offset = index_view(*own, tuple(parsed.views))
        if (tuple(size), tuple(stride), offset) == (*own, 0):
            return self
        return self.as_strided(size, stride, self.storage_offset() + offset)
    out, d = self, 0
    for item in parsed.views:
        if item is None:
            out, d = unsqueeze_(out, d), d + 1
        elif isinstance(item, slice):
            n = out._array.shape[d]
            if item.indices(n) != (0, n, 1):
                out = slice_(out, along(d, item))
            d += 1
        else:
            out = select_(out, along(d, item))
    return out


@teach()
def __setitem__(self, index, value) -> None:
    """`x[index] = value`, in place: the value is broadcast to what the index shows."""
    parsed = parse(index, self)
    view = _view(self, parsed)
    if not isinstance(value, Tensor):
        if not isinstance(value, bool | int | float | complex | np.generic):
            raise TypeError(
                f"can't assign a {type(value).__name__} to a "
                f"torch.{dtypes.c_name(self.dtype)}Tensor"
            )
        value = make_tensor(value, dtype=self.dtype, device=self.device)
    if not parsed.picks:
        view.copy_(_without_leading_ones(value, view.ndim))
        return
    if value.dtype is not self.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.c_name(self.dtype)} for the destination and {dtypes.c_name(value.dtype)} "
            "for the source."
        )
    if value.ndim:
        shown = _shape_of(view._array, parsed.picks)
        value = _without_leading_ones(value, len(shown))
        _check_fits(value, shown)
    if recorder.active and (view._tracked or value._tracked):
        put_(view, value, parsed.picks, False)
        return
    _refuse_shared(view, value)
    _write(view._array, parsed.picks, value._array)
    view.storage().version += 1


def _write(array, picks, values) -> None:
    first = picks[0]
    if not values.ndim and len(picks) == 1 and first.dtype.kind == "b":
        # One value where a mask is true has a way of its own, which is faster.
        mask = first.reshape(first.shape + (1,) * (array.ndim - first.ndim))
        array_module(array).copyto(array, values, where=mask)
    else:
        array[picks] = values


def _refuse_shared(target: Tensor, value: Tensor) -> None:
    if overlap(target._array, value._array):
        raise RuntimeError(
            "unsupported operation: some elements of the input tensor and the written-to tensor "
            "refer to a single memory location. Please clone() the value before writing it."
        )


def _shape_of(array, picks) -> tuple[int, ...]:
    """The shape of `array[picks]`, without reading its elements."""
    xp = array_module(array)
    nothing = xp.zeros((), bool)
    return xp.broadcast_to(nothing, array.shape)[picks].shape


def _without_leading_ones(value: Tensor, ndim: int) -> Tensor:
    """PyTorch allows a value more dimensions than its place has, if they are of length 1."""
    while value.ndim > ndim and value._array.shape[0] == 1:
        value = value.squeeze(0)
    return value


def _check_fits(value: Tensor, shown) -> None:
    """RuntimeError unless `value` broadcasts to the shape that an index shows."""
    shape = value._array.shape
    tail = shown[len(shown) - len(shape) :]
    fits = len(shape) <= len(shown) and all(n in (1, k) for n, k in zip(shape, tail, strict=True))
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(shape)} cannot be broadcast to indexing "
            f"result of shape {list(shown)}"
        )


@teach()
def index_put(input, indices, values, accumulate: bool = False) -> Tensor:
    """`input` with `values` at the places that a tuple of index tensors names.

    With `accumulate`, values are added, and those for one place are added up.
    """
    picks = parse_positions(indices, input)
    if values.dtype is not input.dtype:
        raise RuntimeError(
            "Index put requires the source and destination dtypes match, got "
            f"{dtypes.c_name(input.dtype)} for the destination and {dtypes.c_name(values.dtype)} "
            "for the source."
        )
    _check_fits(values, _shape_of(input._array, picks))
    return put(input, values, picks, bool(accumulate))


_index_put_ = inplace(index_put, overlapping=True)


@teach("index_put_")
def _write_at(self, indices, values, accumulate: bool = False) -> Tensor:
    """`index_put`, in place."""
    _refuse_shared(self, values)
    return _index_put_(self, indices, values, accumulate)


@teach()
def __iter__(self):
    """The slices along the first dimension."""
    if not self.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(self.unbind(0))


@teach()
def __contains__(self, element) -> bool:
    """Whether any element equals `element`."""
    if not isinstance(element, Tensor | bool | int | float | complex):
        raise RuntimeError(
            "Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element)}."
        )
    return bool((self == element)._array.any())


__all__ = ["index_put"]
