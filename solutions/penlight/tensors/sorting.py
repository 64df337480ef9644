"""Order: sorting, the largest few, the middle, and finding a place in a sorted row."""

import math

from penlight.tensors import dtypes
from penlight.tensors.devices import array_module
from penlight.tensors.extremes import choosing, not_empty
from penlight.tensors.joining import stack
from penlight.tensors.operation import operation
from penlight.tensors.outs import write_outs
from penlight.tensors.returns import return_type
from penlight.tensors.tensor import Tensor, teach, wrap, wrap_dim

_Sorted, _Top, _Kth, _Median = (
    return_type(name, "values", "indices") for name in ("sort", "topk", "kthvalue", "median")
)
sort_, topk_, kth_ = map(choosing, ("sort", "topk", "kthvalue"))
median_all = choosing("median_all", "MedianBackward0")
median_along = choosing("median", "MedianBackward1")


def _order(xp, x, /, dim, descending):
    """Positions that sort `x`; equal elements keep their order, NaN counts as the largest."""
    if not x.ndim:
        return xp.zeros((), xp.int64)
    if not descending:
        return xp.argsort(x, dim, kind="stable")
    # Backwards, sorted, and turned round: equal elements still keep their order.
    back = xp.argsort(xp.flip(x, dim), dim, kind="stable")
    return xp.ascontiguousarray(x.shape[dim] - 1 - xp.flip(back, dim))


order_ = operation("argsort", _order)


def _sorted(input, dim, descending):
    dim = wrap_dim(dim, input.ndim)
    places = order_(input, dim, descending)
    return sort_(input, places, dim, True), places


@teach()
def sort(input, dim=-1, descending=False, stable=False):
    """(values in order along `dim`, where they were)."""
    return _Sorted(*_sorted(input, dim, descending))


@teach()
def argsort(input, dim=-1, descending=False, stable=False) -> Tensor:
    """Where the elements in order were."""
    return order_(input, wrap_dim(dim, input.ndim), descending)


def msort(input) -> Tensor:
    """Sorted along the first dimension."""
    return sort(input, 0).values


Tensor.msort = msort


@teach()
def topk(input, k, dim=-1, largest=True, sorted=True):
    """The `k` largest (or smallest) along `dim`, and where they were."""
    dim = wrap_dim(dim, input.ndim)
    length = input.shape[dim] if input.ndim else 1
    if not 0 <= k <= length:
        raise RuntimeError("selected index k out of range")
    places = order_(input, dim, largest)
    places = places.narrow(dim, 0, k).contiguous() if input.ndim else places
    return _Top(topk_(input, places, dim, True), places)


@teach()
def kthvalue(input, k, dim=-1, keepdim=False, *, out=None):
    """The k-th smallest along `dim` (counted from 1), and where it was."""
    dim = wrap_dim(dim, input.ndim)
    length = input.shape[dim] if input.ndim else 1
    if not length:
        raise IndexError(f"kthvalue(): Expected reduction dim {dim} to have non-zero size.")
    if not 1 <= k <= length:
        raise RuntimeError("kthvalue(): selected number k out of range for dimension " + str(dim))
    found = _Kth(*_kth(input, k, dim, keepdim))
    return found if out is None else write_outs(found, out, input)


def _kth(input, k, dim, keepdim):
    places = order_(input, dim, False)
    if not input.ndim:
        return kth_(input, places, dim, keepdim), places
    places = places.narrow(dim, k - 1, 1).clone()
    return kth_(input, places, dim, keepdim), places if keepdim else places.squeeze(dim)


def _middle(xp, x, /, dim):
    """Where the lower median is; the first NaN if there is one."""
    order = _order(xp, x, dim, False)
    place = xp.take(order, [(x.shape[dim] - 1) // 2], dim)
    missing = xp.isnan(x) if x.dtype.kind == "f" else xp.zeros(x.shape, bool)
    first = xp.expand_dims(missing.argmax(dim), dim)
    return xp.where(xp.expand_dims(missing.any(dim), dim), first, place)


middle_ = operation("median_places", _middle)


@teach()
def median(input, dim=None, keepdim=False):
    """The lower median of all elements, or (values, indices) along `dim`."""
    if dim is None:
        if not input.numel():
            return wrap(array_module(input._array).full((), float("nan"), input._array.dtype))
        flat = input.reshape(-1)
        return median_all(flat, middle_(flat, 0), 0, False)
    dim = wrap_dim(dim, input.ndim)
    not_empty("median", input, dim)
    if not input.ndim:
        return _Median(
            median_along(input, order_(input, 0, False), 0, True), order_(input, 0, False)
        )
    places = middle_(input, dim)
    values = median_along(input, places, dim, keepdim)
    return _Median(values, places if keepdim else places.squeeze(dim))


# --- distinct values and counts -----------------------------------------------------------------


@teach()
def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """The distinct elements (or slices along `dim`), sorted; on wish where and how often."""
    module = array_module(input._array)
    if dim is not None:
        dim = wrap_dim(dim, input.ndim)
    found = module.unique(
        input._array, return_inverse=True, return_counts=True, axis=dim, equal_nan=False
    )
    values, inverse, counts = found
    inverse = inverse.reshape(input._array.shape if dim is None else -1)
    out = [wrap(values)]
    if return_inverse:
        out.append(wrap(inverse.astype(module.int64)))
    if return_counts:
        out.append(wrap(counts.astype(module.int64)))
    return out[0] if len(out) == 1 else tuple(out)


@teach()
def bincount(input, weights=None, minlength=0) -> Tensor:
    """How often each of the numbers 0, 1, 2, … occurs in a vector, or the sum of its weights."""
    if minlength < 0:
        raise RuntimeError("minlength should be >= 0")
    if input.dtype.category != dtypes.INTEGER:
        raise RuntimeError(f"\"bincount_cpu\" not implemented for '{dtypes.c_name(input.dtype)}'")
    if input.ndim != 1 or (input.numel() and bool((input < 0).any())):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is not None and weights.shape != input.shape:
        raise RuntimeError("weights should be 1-d and have the same length as input")
    module = array_module(input._array)
    given = None if weights is None else weights._array
    out = module.bincount(input._array, given, minlength)
    if weights is None:
        return wrap(out.astype(module.int64))
    return wrap(out.astype(given.dtype if given.dtype == module.float32 else module.float64))


# --- places in a sorted row ---------------------------------------------------------------------


@teach()
def searchsorted(
    sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None
) -> Tensor:
    """Where each element of `input` would go in the sorted last dimension of `sorted_sequence`."""
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(f"side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError(
            "side and right can't be set to opposites, got side of left while right was True"
        )
    module = array_module(sorted_sequence._array)
    rows = sorted_sequence._array
    if sorter is not None:
        rows = module.take_along_axis(rows, sorter._array, -1)
    number = not isinstance(input, Tensor)
    values = module.asarray(input) if number else input._array
    if not number and values.dtype != rows.dtype:
        raise RuntimeError(
            "torch.searchsorted(): input value tensor and boundary tensor should have same dtype, "
            f"but got input value tensor dtype {input.dtype} and boundary tensor dtype "
            f"{sorted_sequence.dtype}"
        )
    if rows.ndim != 1 and rows.shape[:-1] != values.shape[:-1]:
        raise RuntimeError(
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 "
            "dimensions of boundaries tensor and input value tensor must match, but we got "
            f"boundaries tensor {list(rows.shape)} and input value tensor {list(values.shape)}"
        )
    side = "right" if right or side == "right" else "left"
    if rows.ndim == 1:
        found = module.searchsorted(rows, values, side)
    else:
        flat_rows = rows.reshape(math.prod(rows.shape[:-1]), rows.shape[-1])
        flat = values.reshape(len(flat_rows), values.shape[-1] if values.ndim else 1)
        found = [module.searchsorted(r, v, side) for r, v in zip(flat_rows, flat, strict=True)]
        found = module.stack(found).reshape(values.shape) if found else values.astype(module.int64)
    return wrap(module.asarray(found).astype(module.int32 if out_int32 else module.int64))


@teach()
def bucketize(input, boundaries, *, out_int32=False, right=False) -> Tensor:
    """In which bucket between the sorted `boundaries` each element lies."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)


_BETWEEN = {
    "linear": lambda low, high, part: low + (high - low) * part,
    "lower": lambda low, high, part: low,
    "higher": lambda low, high, part: high,
    "midpoint": lambda low, high, part: low + (high - low) * 0.5,
    "nearest": None,
}


@teach()
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear") -> Tensor:
    """The values below which the fractions `q` of the elements lie."""
    if not input.is_floating_point() or input.itemsize < 4:
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if interpolation not in _BETWEEN:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    if not input.numel():
        raise RuntimeError("quantile() input tensor must be non-empty")
    fractions = q if isinstance(q, Tensor) else wrap(input._array.dtype.type(q))
    if fractions.ndim > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if fractions.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if not bool(((fractions >= 0)._array & (fractions <= 1)._array).all()):
        raise RuntimeError("quantile() q values must be in the range [0, 1]")
    shape = [1] * input.ndim
    if dim is None:
        rows = input.reshape(-1)
    elif input.ndim:
        dim = wrap_dim(dim, input.ndim)
        shape = [n if d != dim else 1 for d, n in enumerate(input.shape)]
        rows = input.transpose(dim, -1)
    else:
        wrap_dim(dim, 0)
        rows = input.reshape(1)
    rows = sort(rows, -1).values
    each_fraction = fractions.reshape(-1).split(1)
    found = [_at_fraction(rows, f, interpolation) for f in each_fraction]
    if dim is not None and input.ndim:
        found = [each.transpose(dim, -1).contiguous() for each in found]
    found = [each.reshape(shape) for each in found]
    if not keepdim:
        kept = [] if dim is None else [n for d, n in enumerate(shape) if d != dim]
        found = [each.reshape(kept) for each in found]
    if not fractions.ndim:
        return found[0]
    # One row of results for each fraction, in front.
    out = stack(found, -1)
    return out.permute(out.ndim - 1, *range(out.ndim - 1))


def _at_fraction(rows, fraction, interpolation) -> Tensor:
    """The element at `fraction` of the way through each sorted row, shape (..., 1)."""
    last = rows.shape[-1] - 1
    where = fraction * last
    place = where.item()
    if interpolation == "nearest":
        return rows.narrow(-1, round(place), 1)
    low, high = rows.narrow(-1, int(place), 1), rows.narrow(-1, min(int(place) + 1, last), 1)
    if place == int(place):
        high = low
    out = _BETWEEN[interpolation](low, high, where - int(place))
    # Sorted last, a NaN makes every quantile of its row NaN.
    return out + rows.narrow(-1, last, 1) * 0


__all__ = [
    "argsort", "bincount", "bucketize", "kthvalue", "median", "msort", "quantile", "searchsorted",
    "sort", "topk", "unique",
]  # fmt: skip
