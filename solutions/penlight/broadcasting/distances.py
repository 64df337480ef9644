"""Distances: of two tensors, and of every row of one to every row of another."""

import math

from penlight.broadcasting.puzzles import squared_distances
from penlight.broadcasting.shapes import broadcast_shapes
from penlight.tensors.dtypes import FLOAT
from penlight.tensors.meeting import result_type
from penlight.tensors.operation import operation
from penlight.tensors.products import product
from penlight.tensors.tensor import Tensor, teach, wrap


def _norm(xp, difference, p, dims):
    """The p-norm along `dims`; for p = 0 the number of elements that are not zero."""
    size = xp.abs(difference)
    if p == 0:
        return (size != 0).sum(dims).astype(size.dtype)
    if p == math.inf:
        return size.max(dims, initial=0)
    if p == -math.inf:
        return size.min(dims)
    if p == 2:
        return xp.sqrt((size * size).sum(dims))
    return (size**p).sum(dims) ** (1 / p)


def _slope(m, difference, norm, p):
    """The derivative of the p-norm by each element of `difference`; 0 where the norm is 0.

    Not for p = 0: counting has no slope.
    """
    size, sign = m.abs(difference), m.sign(difference)
    if abs(p) == math.inf:
        return sign * (size == norm)
    # 1 in place of 0 keeps powers finite; the sign there is 0 anyway.
    ratio = (size + (size == 0)) / (norm + (norm == 0))
    return sign * ratio ** (p - 1)


def _cdist(xp, x, y, /, p):
    many = max(x.shape[-2], y.shape[-2]) > 25
    if p == 2 and many and squared_distances.is_reference:
        return _by_product(xp, x, y)
    if p == 2 and x.ndim == y.ndim == 2 and x.shape[1]:
        return xp.sqrt(squared_distances(wrap(x), wrap(y))._array)
    return _norm(xp, x[..., :, None, :] - y[..., None, :, :], p, -1)


def _pull(m, g, x, y, out, p, sign):
    """The gradient that each pair of rows sends to a row of x, or of y if `sign` is -1."""
    difference = x[..., :, None, :] - y[..., None, :, :]
    return sign * g[..., None] * _slope(m, difference, out[..., None], p)


def _by_product(xp, x, y):
    """|x - y|² = |x|² + |y|² - 2xy: one matrix product, as PyTorch does it for many rows."""
    squares = [(each * each).sum(-1) for each in (x, y)]
    total = squares[0][..., :, None] + squares[1][..., None, :]
    total -= 2 * product(xp, x, xp.swapaxes(y, -2, -1))
    return xp.sqrt(xp.maximum(total, 0))


# "+ 0.0" as PyTorch, which adds to zeros and so never ends at -0.
cdist_ = operation(
    "cdist",
    _cdist,
    x=lambda m, g, x, y, out, p: _pull(m, g, x, y, out, p, 1).sum(-2) + 0.0 if p else m.zero(x),
    y=lambda m, g, x, y, out, p: _pull(m, g, x, y, out, p, -1).sum(-3) + 0.0 if p else m.zero(y),
)
dist_ = operation(
    "dist",
    lambda xp, x, y, /, p: _norm(xp, x - y, p, None),
    x=lambda m, g, x, y, out, p: g * _shared_slope(m, x - y, out, p) if p else m.zero(x),
    y=lambda m, g, x, y, out, p: -g * _shared_slope(m, x - y, out, p) if p else m.zero(y),
)


def _shared_slope(m, difference, norm, p):
    """`_slope`; several elements of the greatest size share it."""
    slope = _slope(m, difference, norm, p)
    if abs(p) != math.inf:
        return slope
    return slope / (m.abs(difference) == norm).sum()


def cdist(
    x1, x2, p: float = 2.0, compute_mode: str = "use_mm_for_euclid_dist_if_necessary"
) -> Tensor:
    """Distance of every row of x1 (…, n, d) to every row of x2 (…, m, d), as (…, n, m).

    p  2 for the ordinary distance, 1 for city blocks, inf for the greatest difference, …
    """
    for name, x in (("X1", x1), ("X2", x2)):
        if x.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {x.ndim}D")
        if x.dtype.category < FLOAT:
            raise RuntimeError(f"cdist only supports floating-point dtypes, {name} got: {x.dtype}")
    if x1._array.shape[-1] != x2._array.shape[-1]:
        raise RuntimeError(
            "X1 and X2 must have the same number of columns. X1: "
            f"{x1._array.shape[-1]} X2: {x2._array.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    broadcast_shapes(x1._array.shape[:-2], x2._array.shape[:-2])
    common = result_type(x1, x2)
    return cdist_(x1.to(common), x2.to(common), p)


@teach()
def dist(input, other, p: float = 2) -> Tensor:
    """The p-norm of `input - other`, over all elements."""
    broadcast_shapes(input._array.shape, other._array.shape)
    common = result_type(input, other)
    if common.category < FLOAT:
        raise RuntimeError(f"dist: expected a floating point type, but got {common}")
    return dist_(input.to(common), other.to(common), p)
