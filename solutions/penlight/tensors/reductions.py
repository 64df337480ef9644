"""Reductions: many elements become one, along dimensions or over all."""

import math

from penlight.tensors import dtypes
from penlight.tensors.joining import cat
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor, teach, wrap_dim, wrap_dims


def wide(xp, x):
    """Half-precision numbers are added up in float32, as PyTorch does."""
    return x.astype(xp.float32) if x.dtype.itemsize == 2 and x.dtype.kind not in "iu" else x


def kept(m, g, shape, dims, keepdim):
    """`g` with the reduced dimensions put back as length 1."""
    if keepdim or not shape:
        return g
    return m.reshape(g, tuple(1 if d in dims else n for d, n in enumerate(shape)))


def spread(m, g, shape, dims, keepdim):
    """The gradient of a sum: `g` copied back along the dimensions that were summed."""
    return m.expand(kept(m, g, shape, dims, keepdim), shape)


def count(shape, dims) -> int:
    return math.prod(shape[d] for d in dims)


def _sum(xp, x, /, dims, keepdim):
    return xp.add.reduce(wide(xp, x), axis=dims, keepdims=keepdim).astype(x.dtype, copy=False)


def _sum_all(xp, x, /):
    return xp.add.reduce(wide(xp, x), axis=None).astype(x.dtype, copy=False)


sum_ = operation(
    "sum",
    _sum,
    node_name="SumBackward1",
    x=lambda m, g, x_shape, dims, keepdim: spread(m, g, x_shape, dims, keepdim),
)
sum_all = operation("sum_all", _sum_all, node_name="SumBackward0",
                    x=lambda m, g, x_shape: m.expand(g, x_shape))  # fmt: skip
mean_ = operation(
    "mean",
    lambda xp, x, /, dims, keepdim: _mean(xp, x, dims, keepdim),
    node_name="MeanBackward1",
    x=lambda m, g, x_shape, dims, keepdim: (
        spread(m, g, x_shape, dims, keepdim) / count(x_shape, dims)
    ),
)
mean_all = operation(
    "mean_all",
    lambda xp, x, /: _mean(xp, x, None, False),
    node_name="MeanBackward0",
    x=lambda m, g, x_shape: m.expand(g / max(math.prod(x_shape), 1), x_shape),
)


def _mean(xp, x, dims, keepdim):
    n = x.size if dims is None else count(x.shape, dims)
    total = xp.add.reduce(wide(xp, x), axis=dims, keepdims=keepdim)
    return (total / total.dtype.type(n)).astype(x.dtype, copy=False)


def sum_of(terms):
    """The sum of one or more gradients (`sum` is a reduction of tensors here)."""
    first, *others = terms
    for each in others:
        first = first + each
    return first


cast_like = operation("cast_like", lambda xp, x, like: x.astype(like.dtype))
prod_, prod_all = (
    operation(
        name,
        lambda xp, x, /, dims, keepdim: xp.multiply.reduce(x, axis=dims, keepdims=keepdim).astype(
            x.dtype, copy=False
        ),
        node_name=node_name,
        # Only for inputs without zeros; `prod` sees to that.
        x=lambda m, g, x, out, x_shape, dims, keepdim: (
            spread(m, g * out, x_shape, dims, keepdim) / x
        ),
    )
    for name, node_name in (("prod", "ProdBackward1"), ("prod_all", "ProdBackward0"))
)
nansum_ = operation(
    "nansum",
    lambda xp, x, /, dims, keepdim: _sum(xp, xp.where(x == x, x, 0), dims, keepdim),
    x=lambda m, g, x, x_shape, dims, keepdim: m.keep(spread(m, g, x_shape, dims, keepdim), x == x),
)
logsumexp_ = operation(
    "logsumexp",
    lambda xp, x, /, dims, keepdim: _logsumexp(xp, x, dims, keepdim),
    x=lambda m, g, x, out, x_shape, dims, keepdim: (
        spread(m, g, x_shape, dims, keepdim) * m.exp(x - kept(m, out, x_shape, dims, keepdim))
    ),
)


def _logsumexp(xp, x, dims, keepdim):
    top = x.max(axis=dims, keepdims=True) if x.size else xp.zeros((1,) * x.ndim, x.dtype)
    top = xp.where(xp.isfinite(top), top, 0)
    total = xp.log(xp.exp(x - top).sum(dims, keepdims=keepdim))
    return total + (top if keepdim else top.reshape(total.shape)) if x.size else total


def integral(input) -> bool:
    return input._array.dtype.kind in "bui"


def summed(input, dtype) -> Tensor:
    """`input` in the type that sums have: integers and booleans are added up as int64."""
    if dtype is None:
        dtype = dtypes.int64 if integral(input) else input.dtype
    return input if input.dtype is dtype else input.to(dtype)


def dims_of(dim, input) -> tuple[int, ...]:
    """The dimensions to reduce: one, several, or all for None and ()."""
    if not input.ndim:
        wrap_dims(() if dim is None else dim, 0)
        return ()
    return wrap_dims(None if dim == () or dim == [] else dim, input.ndim)


@teach()
def sum(input, dim=None, keepdim=False, *, dtype=None, axis=None, keepdims=None) -> Tensor:
    """Sum over `dim` (one, several, or all). Integers and booleans are summed as int64."""
    dim, keepdim = dim if axis is None else axis, keepdim if keepdims is None else keepdims
    input = summed(input, dtype)
    if dim is None and not keepdim:
        return sum_all(input)
    return sum_(input, dims_of(dim, input), keepdim)


@teach()
def mean(input, dim=None, keepdim=False, *, dtype=None, axis=None, keepdims=None) -> Tensor:
    """Average over `dim` (one, several, or all); RuntimeError for integers."""
    dim, keepdim = dim if axis is None else axis, keepdim if keepdims is None else keepdims
    if dtype is not None:
        input = input.to(dtype)
    if integral(input):
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {dtypes.c_name(input.dtype)}"
        )
    if dim is None and not keepdim:
        return mean_all(input)
    return mean_(input, dims_of(dim, input), keepdim)


@teach()
def prod(input, dim=None, keepdim=False, *, dtype=None) -> Tensor:
    """Product over one dimension, or over all."""
    input = summed(input, dtype)
    dims = dims_of(None if dim is None else wrap_dim(dim, input.ndim), input)
    if input._tracked and not input._array.all():
        return _prod_by_halves(input, dims, keepdim)
    return (prod_all if dim is None else prod_)(input, dims, keepdim)


def _prod_by_halves(input, dims, keepdim) -> Tensor:
    """Past a zero the gradient is no quotient: record a tree of products, each of two halves."""
    rows = input.reshape(-1) if len(dims) > 1 else input.movedim(dims[0], 0) if dims else input
    while dims and len(rows) > 1:
        half, odd = divmod(len(rows), 2)
        product = rows.narrow(0, 0, half) * rows.narrow(0, half, half)
        rows = cat([product, rows.narrow(0, 2 * half, 1)]) if odd else product
    out = rows.squeeze(0) if dims else rows
    return out.unsqueeze(dims[0]) if keepdim and len(dims) == 1 else out


@teach()
def nansum(input, dim=None, keepdim=False, *, dtype=None) -> Tensor:
    """`sum` that leaves out what is not a number."""
    if input.is_complex():
        raise RuntimeError("nansum does not support complex inputs")
    return nansum_(summed(input, dtype), dims_of(dim, input), keepdim)


@teach()
def nanmean(input, dim=None, keepdim=False, *, dtype=None) -> Tensor:
    """`mean` that leaves out what is not a number."""
    if not input.is_floating_point():
        raise RuntimeError(
            "nanmean(): expected input to have floating point or complex dtype but got "
            f"{dtypes.c_name(input.dtype)}"
        )
    numbers = sum((input == input), dim, keepdim).to(input.dtype)
    return nansum(input, dim, keepdim, dtype=dtype) / numbers


@teach()
def logsumexp(input, dim, keepdim=False) -> Tensor:
    """log(Σ eˣ) without overflow; integers become floating."""
    if integral(input):
        input = input.to(dtypes.get_default_dtype())
    return logsumexp_(input, dims_of(dim, input), keepdim)


def _truth(name, reduce):
    entry = operation(
        name, lambda xp, x, /, dims, keepdim: getattr(xp, name)(x, axis=dims, keepdims=keepdim)
    )

    def run(input, dim=None, keepdim=False) -> Tensor:
        # PyTorch answers for bytes in bytes.
        kind = dtypes.uint8 if input.dtype is dtypes.uint8 else dtypes.bool_
        out = entry(input, dims_of(dim, input), keepdim)
        return out if kind is dtypes.bool_ else out.to(kind)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = reduce
    return teach(name)(run)


all = _truth("all", "Whether every element along `dim` (or of all) is true.")
any = _truth("any", "Whether any element along `dim` (or of all) is true.")
count_ = operation("count_nonzero", lambda xp, x, /, dims: xp.asarray((x != 0).sum(dims), xp.int64))


@teach()
def count_nonzero(input, dim=None) -> Tensor:
    """How many elements are not zero."""
    return count_(input, dims_of(dim, input))


__all__ = [
    "all", "any", "count_nonzero", "logsumexp", "mean", "nanmean", "nansum", "prod", "sum",
]  # fmt: skip
