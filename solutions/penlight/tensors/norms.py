"""Norms: how long a vector is, how large a matrix."""

import math

from penlight.tensors import dtypes
from penlight.tensors.extremes import amax, amin
from penlight.tensors.operation import operation
from penlight.tensors.reductions import dims_of, kept, spread, sum
from penlight.tensors.tensor import Tensor, teach, wrap_dims


def _vector_norm(xp, x, /, p, dims, keepdim):
    size = xp.abs(x)
    if p == 0:
        return (size != 0).sum(dims, keepdims=keepdim).astype(size.dtype)
    if math.isinf(p):
        if not size.size:
            return xp.add.reduce(size, dims, keepdims=keepdim)
        return (size.max if p > 0 else size.min)(axis=dims, keepdims=keepdim)
    if p == 1:
        return size.sum(dims, keepdims=keepdim)
    if p == 2:
        return xp.sqrt((size * size).sum(dims, keepdims=keepdim))
    return (size**p).sum(dims, keepdims=keepdim) ** (1.0 / p)


def _norm_rule(m, g, x, out, x_shape, p, dims, keepdim):
    g = spread(m, g, x_shape, dims, keepdim)
    if p == 0:
        return m.keep(g, False)
    if p == 1:
        return g * m.sign(x)
    norm = m.expand(kept(m, out, x_shape, dims, keepdim), x_shape)
    if math.isinf(p):
        hit = m.cast_like(m.abs(x) == norm, x)
        number = m.sum(hit, dims, True) if x_shape else hit
        return g * m.sign(x) * hit / m.expand(number, x_shape)
    # At 0 a norm has no slope; PyTorch takes the subgradient 0.
    safe = m.where(norm == 0, 1.0, norm)
    if p == 2:
        return m.drop(g * (x / safe), norm == 0)
    sized = m.where(x == 0, 1.0, m.abs(x))
    steep = m.sign(x) * m.pow(sized, p - 1.0) * (g / m.pow(safe, p - 1.0))
    return m.drop(steep, (norm == 0) | (x == 0))


vector_norm_ = operation(
    "vector_norm", _vector_norm, node_name="LinalgVectorNormBackward0", x=_norm_rule
)
# U, S, V of a matrix; gradients reach the singular values only, which is all that norms need.
svdvals_ = operation(
    "svdvals",
    lambda xp, x, /: xp.linalg.svd(x, full_matrices=False, compute_uv=False),
    node_name="LinalgSvdBackward0",
    x=lambda m, g, x: m.svd_spread(g, x),
)


def _svd_spread(xp, g, x):
    u, _, v = xp.linalg.svd(x, full_matrices=False)
    return (u * g[..., None, :]) @ v


svd_spread = operation("svd_spread", _svd_spread)


def _floating(name, input, dtype):
    if not (input.is_floating_point() or input.is_complex()):
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got "
            f"{dtypes.c_name(input.dtype)}"
        )
    if dtype is None:
        return input
    if not (dtype.is_floating_point or dtype.is_complex):
        raise RuntimeError(f"{name}: dtype should be floating point or complex. Got {dtype}")
    if dtypes.promote_types(input.dtype, dtype) is not dtype:
        raise RuntimeError(
            f"{name}: the dtype of the input ({dtypes.c_name(input.dtype)}) should be convertible "
            f"without narrowing to the specified dtype ({dtypes.c_name(dtype)})"
        )
    return input.to(dtype)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None) -> Tensor:
    """(Σ |x|^ord)^(1/ord) along `dim`; the largest or smallest |x| for ±inf, a count for 0."""
    x = _floating("linalg.vector_norm", x, dtype)
    dims = dims_of(dim, x)
    if ord is None:
        ord = 2
    empty = any(not x.shape[d] for d in dims) if x.ndim else False
    if empty and (ord < 0 or ord == math.inf) and any(not x.shape[d] for d in dims):
        whole = dim is None or len(dims) == x.ndim
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {ord} norm on an empty "
            f"{'tensor' if whole else 'dimension'} because the operation does not have an identity"
        )
    return vector_norm_(x, ord, dims, keepdim)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None) -> Tensor:
    """The norm of matrices: "fro", "nuc", or ±1, ±2, ±inf as an operator norm."""
    A = _floating("linalg.matrix_norm", A, dtype)
    if A.ndim < 2:
        raise RuntimeError(
            "linalg.matrix_norm: The input tensor A must have at least 2 dimensions."
        )
    if not isinstance(dim, tuple | list) or len(dim) != 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    rows, columns = wrap_dims(tuple(dim), A.ndim)
    if ord == "fro":
        return vector_norm_(A, 2, (rows, columns), keepdim)
    largest = amin if isinstance(ord, int | float) and ord < 0 else _largest
    if ord in ("nuc", 2, -2):
        others = [d for d in range(A.ndim) if d not in (rows, columns)]
        values = svdvals_(A.permute(*others, rows, columns))
        out = sum(values, -1) if ord == "nuc" else largest(values, -1)
        if keepdim:
            for d in sorted((rows, columns)):
                out = out.unsqueeze(d)
        return out
    if isinstance(ord, str) or abs(ord) not in (1, math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    first, second = (rows, columns) if abs(ord) == 1 else (columns, rows)
    second -= 1 if not keepdim and first < second else 0
    return largest(vector_norm_(A, 1, (first,), keepdim), second, keepdim)


def _largest(values, dim, keepdim=False) -> Tensor:
    """The largest along `dim`; 0 of nothing, since norms are not negative."""
    reduce = amax if values.shape[dim] else sum
    return reduce(values, dim, keepdim)


def linalg_norm(A, ord=None, dim=None, keepdim=False, *, dtype=None) -> Tensor:
    """`vector_norm` of everything, or along one dimension; `matrix_norm` along two."""
    dims = (dim,) if isinstance(dim, int) else dim
    if ord is not None:
        if dims is not None and len(dims) not in (1, 2):
            raise RuntimeError(
                f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {list(dims)}"
            )
        if dims is None and A.ndim not in (1, 2):
            raise RuntimeError(
                "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
                f"{A.ndim}D."
            )
        if (dims is not None and len(dims) == 2) or (dims is None and A.ndim == 2):
            return matrix_norm(A, ord, dims or (0, 1), keepdim, dtype=dtype)
    return vector_norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


@teach()
def norm(input, p="fro", dim=None, keepdim=False, dtype=None) -> Tensor:
    """The older form of `linalg.norm`: `p` is the order of a vector norm, or "fro" or "nuc"."""
    if p == "nuc":
        if dim is None and input.ndim != 2:
            raise RuntimeError("linalg.matrix_norm: The input tensor A must have 2 dimensions.")
        return matrix_norm(input, "nuc", (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"only valid p-norms are numbers, 'fro' and 'nuc'; got {p!r}")
    order = 2 if p is None or p == "fro" else p
    return vector_norm(input, order, dim, keepdim, dtype=dtype)


__all__ = ["norm"]
