"""Choosing by truth: `where`, masks, triangles."""

import math

from penlight.indexing.selecting import nonzero
from penlight.tensors import dtypes
from penlight.tensors.creation import full
from penlight.tensors.meeting import broadcast, result_type
from penlight.tensors.operation import inplace, operation
from penlight.tensors.tensor import Tensor, teach


def _filled(xp, x, value, /, mask):
    return xp.where(mask, xp.asarray(value).astype(x.dtype), x)


masked_fill_ = operation(
    "masked_fill",
    lambda xp, x, /, value, mask: _filled(xp, x, value, mask),
    x=lambda m, g, mask: m.masked_fill(g, 0, mask),
)
masked_fill_tensor = operation(
    "masked_fill_tensor",
    _filled,
    node_name="MaskedFillBackward1",
    x=lambda m, g, mask: m.masked_fill(g, 0, mask),
    value=lambda m, g, mask: m.masked_fill(g, 0, ~mask).sum(),
)
choose = operation(
    "choose",
    lambda xp, x, y, /, condition, dtype: xp.where(
        condition, x.astype(dtype, copy=False), y.astype(dtype, copy=False)
    ),
    node_name="WhereBackward0",
    x=lambda m, g, condition: m.masked_fill(g, 0, ~condition),
    y=lambda m, g, condition: m.masked_fill(g, 0, condition),
)


def _masked_scatter(xp, x, source, /, mask):
    out = xp.broadcast_to(x, mask.shape).copy()
    out[mask] = source.reshape(-1)[: int(mask.sum())]
    return out


def _taken(m, g, mask, shape):
    """The gradient of the elements of `source` that found a place; the others get zeros."""
    used = m.masked_select(g, mask)
    at = (slice(0, used.shape[0]),)
    return m.reshape(m.put_windows(used, ats=(at,), shape=(math.prod(shape),)), shape)


masked_scatter_ = operation(
    "masked_scatter",
    _masked_scatter,
    x=lambda m, g, mask: m.masked_fill(g, 0, mask),
    source=lambda m, g, mask, source_shape: _taken(m, g, mask, source_shape),
)
tril_ = operation(
    "tril",
    lambda xp, x, /, diagonal: xp.tril(x, diagonal),
    x=lambda m, g, diagonal: m.tril(g, diagonal),
)
triu_ = operation(
    "triu",
    lambda xp, x, /, diagonal: xp.triu(x, diagonal),
    x=lambda m, g, diagonal: m.triu(g, diagonal),
)


def where(condition, input=None, other=None):
    """`input` where `condition` is true, else `other`; all broadcast, and types are promoted.

    With `condition` alone: where it is true, as `nonzero(as_tuple=True)`.
    """
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    if input is None or other is None:
        raise TypeError("where() needs both values or none: where(condition, input, other)")
    if condition.dtype.name not in ("bool", "uint8"):
        raise RuntimeError(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{dtypes.c_name(condition.dtype)}"
        )
    common = result_type(input, other)
    values = [
        x if isinstance(x, Tensor) else full((), x, dtype=common, device=condition.device)
        for x in (input, other)
    ]
    broadcast.shapes(*(x._array.shape for x in (condition, *values)))
    return choose(*values, condition._array.astype(bool, copy=False), common.numpy)


@teach("where")
def _where(self, condition, other) -> Tensor:
    """This tensor where `condition` is true, else `other`."""
    return where(condition, self, other)


def _mask(name, mask):
    if mask.dtype.name != "bool":
        raise RuntimeError(
            f"{name}_ only supports boolean masks, but got mask with dtype {mask.dtype.name}"
        )
    return mask._array


@teach()
def masked_fill(input, mask, value) -> Tensor:
    """A copy of `input` with `value` where `mask` is true; the two broadcast."""
    broadcast.shapes(input._array.shape, mask._array.shape)
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    if result_type(input, value).is_complex and not input.dtype.is_complex:
        raise RuntimeError(f"value cannot be converted to type {input.dtype.name} without overflow")
    run = masked_fill_tensor if isinstance(value, Tensor) else masked_fill_
    return run(input, value, _mask("masked_fill", mask))


@teach()
def masked_scatter(input, mask, source) -> Tensor:
    """A copy of `input` with the elements of `source`, in order, where `mask` is true."""
    shape = broadcast.shapes(input._array.shape, mask._array.shape)
    if source.dtype is not input.dtype:
        raise RuntimeError(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{dtypes.c_name(input.dtype)} and {dtypes.c_name(source.dtype)}"
        )
    wide = _mask("masked_scatter", mask.expand(shape))
    if source.numel() < int(wide.sum()):
        raise RuntimeError(
            "masked_scatter: expected self and source to have same number of elements, but "
            f"source has {source.numel()} and the mask selects {int(wide.sum())}"
        )
    return masked_scatter_(input, source, wide)


def _matrices(name, x):
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
    return x


@teach()
def tril(input, diagonal: int = 0) -> Tensor:
    """The lower triangle of every matrix, up to a diagonal above (or below, if negative)."""
    return tril_(_matrices("tril", input), diagonal)


@teach()
def triu(input, diagonal: int = 0) -> Tensor:
    """The upper triangle of every matrix, from a diagonal above (or below, if negative)."""
    return triu_(_matrices("triu", input), diagonal)


Tensor.masked_fill_ = inplace(masked_fill, overlapping=True)
for _function in (masked_scatter, tril, triu):
    setattr(Tensor, _function.__name__ + "_", inplace(_function))

__all__ = ["masked_fill", "masked_scatter", "tril", "triu", "where"]
