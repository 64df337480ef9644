"""Reading an index: which views it asks for, and which elements it picks."""

from dataclasses import dataclass

import numpy as np

from penlight.indexing.steps import complete_index, mask_positions, slice_window
from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, array_module, move
from penlight.tensors.tensor import Tensor


@dataclass
class Parsed:
    """An index in two steps: `views` first (a window, no copy), then `picks` (a copy).

    views  one item for each dimension of the tensor: an int, a slice, or None for a new dimension
    picks  one item for each dimension of the window: an array of positions or a mask, or a full
           slice; empty if the views say it all
    """

    views: list
    picks: tuple


def parse(index, tensor: Tensor) -> Parsed:
    """Split an index expression for `tensor`; IndexError says what is wrong with it."""
    items = as_items(index)
    shape = tensor._array.shape
    used = sum(
        _dimensions_used(item) for item in items if item is not Ellipsis and item is not None
    )
    if used > len(shape):
        raise IndexError(f"too many indices for tensor of dimension {len(shape)}")
    items = _completed(items, len(shape))
    views, picks, d, filled = [], [], 0, False
    vectors = []  # (number of the pick, dimension) of each vector of positions
    for position, item in enumerate(items):
        if item is Ellipsis:
            # The first ellipsis stands for all dimensions not named; further ones for none.
            rest = 0 if filled else len(shape) - used
            if filled and len(shape) > used and any(i is not ... for i in items[position:]):
                raise IndexError("an index may not go on after its second ellipsis")
            filled = True
            views += [slice(None)] * rest
            picks += [slice(None)] * rest
            d += rest
        elif item is None:
            views.append(None)
            picks.append(slice(None))
        elif isinstance(item, bool | np.bool_):
            # A single truth value: a new dimension of length 1, or 0 if it is false.
            views.append(None)
            picks.append(np.array([bool(item)]))
        elif _is_integer(item):
            views.append(_checked(int(item), d, shape))
            d += 1
        elif isinstance(item, slice):
            views.append(_cut(plain_slice(item), shape[d]))
            picks.append(slice(None))
            d += 1
        else:
            array = _positions(item, tensor, d)
            width = array.ndim if array.dtype.kind == "b" else 1
            if array.dtype.kind != "b":
                vectors.append((len(picks), d))
            views += [slice(None)] * width
            picks += _as_picks(array)
            d += width
    views += [slice(None)] * (len(shape) - d)
    for number, d in vectors:
        picks[number] = _in_range(picks[number], d, tensor._array, views)
    chosen = any(isinstance(pick, np.ndarray) or hasattr(pick, "shape") for pick in picks)
    return Parsed(views, tuple(picks) if chosen else ())


def _completed(items, ndim: int):
    """The items in the order that a student's `complete_index` gives them; it sees their numbers.

    Masks, truth values and a second ellipsis are beyond the exercise: those stay as they are.
    """
    if complete_index.is_reference or sum(item is ... for item in items) > 1:
        return items
    if not all(_is_marker(item) or _dimensions_used(item) == 1 for item in items):
        return items
    numbers = tuple(item if _is_marker(item) else k for k, item in enumerate(items))
    order = complete_index(numbers, ndim)
    return [items[number] if isinstance(number, int) else number for number in order]


def _is_marker(item) -> bool:
    return item is None or item is ...


def _cut(item: slice, n: int) -> slice:
    """The slice as a student's `slice_window` reads it."""
    if slice_window.is_reference:
        return item
    start, length, step = slice_window(item, n)
    return slice(start, start + length * step, step)


def _as_picks(array) -> list:
    """A mask, or a vector of positions a dimension if a student's function finds them."""
    if mask_positions.is_reference or array.dtype.kind != "b" or not array.ndim:
        return [array]
    rows = np.array(mask_positions(array), np.int64).reshape(-1, array.ndim)
    return [array_module(array).asarray(column) for column in rows.T]


def parse_positions(indices, tensor: Tensor) -> tuple:
    """The picks that a tuple of index tensors names."""
    if not isinstance(indices, list | tuple):
        raise TypeError(
            "index_put(): argument 'indices' must be tuple of Tensors, not "
            f"{type(indices).__name__}"
        )
    picks, d = [], 0
    for item in indices:
        if not isinstance(item, Tensor):
            raise TypeError(f"expected Tensors in argument 'indices', got {type(item).__name__}")
        if d >= tensor.ndim:
            raise IndexError(f"too many indices for tensor of dimension {tensor.ndim}")
        array = _positions(item, tensor, d)
        picks.append(array if array.dtype.kind == "b" else _in_range(array, d, tensor._array))
        d += picks[-1].ndim if picks[-1].dtype.kind == "b" else 1
    return tuple(picks)


def as_items(index) -> tuple:
    """The items between the brackets. Like PyTorch, a short list of lists counts as several."""
    if isinstance(index, tuple):
        return index
    nested = (list, tuple, range, slice, Tensor, np.ndarray, type(None), type(...))
    if isinstance(index, list) and len(index) < 32 and any(isinstance(i, nested) for i in index):
        return tuple(index)
    return (index,)


def _is_integer(item) -> bool:
    if isinstance(item, Tensor):
        return not item.ndim and item.dtype.category == dtypes.INTEGER
    if isinstance(item, np.ndarray):
        return not item.ndim and item.dtype.kind in "iu"
    return hasattr(item, "__index__")


def _dimensions_used(item) -> int:
    if isinstance(item, bool | np.bool_):
        return 0
    dtype = getattr(item, "dtype", None)
    if dtype is not None and str(dtype).rsplit(".", 1)[-1] in ("bool", "uint8"):
        return item.ndim
    return 1


def _checked(i: int, d: int, shape) -> int:
    n = shape[d]
    if not -n <= i < n:
        raise IndexError(f"index {i} is out of bounds for dimension {d} with size {n}")
    return i


def plain_slice(item: slice) -> slice:
    """A slice whose ends are plain ints; ValueError for steps backwards."""
    if item.step is not None and int(item.step) <= 0:
        raise ValueError("step must be greater than zero")

    def plain(end):
        return None if end is None else int(end)

    return slice(plain(item.start), plain(item.stop), plain(item.step))


def _positions(item, tensor: Tensor, d: int):
    """A list, array or tensor of positions (or a mask) as an array on the tensor's device."""
    if isinstance(item, Tensor):
        array = item._array
    elif isinstance(item, list | tuple | range | np.ndarray):
        array = np.asarray(item)
        array = array.astype(np.int64) if not array.size else array
    else:
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(item).__name__})"
        )
    if array.dtype == np.uint8:
        array = array != 0
    if array.dtype.kind not in "bi":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    if array.dtype.kind == "b":
        shape = tensor._array.shape
        if array.shape != shape[d : d + array.ndim]:
            raise IndexError(
                f"The shape of the mask {list(array.shape)} at index 0 does not match the shape "
                f"of the indexed tensor {list(shape)} at index {d}"
            )
    module = array_module(tensor._array)
    return move(array, CPU) if module is np else module.asarray(array)


def _in_range(positions, d: int, array, views=()):
    """The positions, if all lie within dimension `d` of `array`; else IndexError.

    Where `views`, the rest of the index, leave no elements, PyTorch does not look, and any will do.
    """
    n = array.shape[d]
    if not positions.size:
        return positions
    low, high = int(positions.min()), int(positions.max())
    if -n <= low and high < n:
        return positions
    if n and not array[tuple(views)].size:
        return positions % n
    wrong = low if low < -n else high
    raise IndexError(f"index {wrong} is out of bounds for dimension {d} with size {n}")
