"""`torch.linalg`: inverse, determinant, solving linear equations."""

from penlight.tensors import dtypes
from penlight.tensors.meeting import broadcast
from penlight.tensors.norms import linalg_norm as norm
from penlight.tensors.norms import matrix_norm, vector_norm
from penlight.tensors.operation import operation
from penlight.tensors.products import cross as _cross
from penlight.tensors.products import matmul, same_types
from penlight.tensors.tensor import Tensor, teach
from penlight.tensors.windows import diagonal as _diagonal


class LinAlgError(RuntimeError):
    """A matrix for which there is no answer, such as the inverse of a singular one."""


def _mT(m, x):
    return m.transpose(x, -2, -1)


def _by_columns(xp, x):
    """A copy whose matrices lie in memory column by column, as PyTorch's solvers leave them."""
    return xp.swapaxes(xp.swapaxes(x, -2, -1).copy(), -2, -1)


def _inverse(xp, x, /):
    try:
        return _by_columns(xp, xp.linalg.inv(x))
    except xp.linalg.LinAlgError:
        raise LinAlgError(
            "linalg.inv: The diagonal element is zero, the inversion could not be completed "
            "because the input matrix is singular."
        ) from None


def _solve(xp, a, b, /, vector):
    try:
        x = _by_columns(xp, xp.linalg.solve(a, b[..., None] if vector else b))
        return x[..., 0] if vector else x
    except xp.linalg.LinAlgError:
        raise LinAlgError(
            "torch.linalg.solve: The solver failed because the input matrix is singular."
        ) from None


def _cofactors(xp, x, /):
    """d(det)/d(element), which exists for singular matrices too: from the singular values.

    With x = U S Vᵀ it is det(U) det(V) U C Vᵀ; C holds the products of all other values.
    """
    if not x.size:
        return xp.zeros_like(x)
    u, s, vt = xp.linalg.svd(x)
    n = s.shape[-1]
    others = xp.stack([_product_without(xp, s, i) for i in range(n)], -1)
    sign = xp.linalg.det(u) * xp.linalg.det(vt)
    return sign[..., None, None] * ((u * others[..., None, :]) @ vt)


def _product_without(xp, s, *left_out):
    kept = [k for k in range(s.shape[-1]) if k not in left_out]
    return xp.prod(s[..., kept], -1)


def _cofactors_back(xp, x, g, /):
    """The gradient of `_cofactors`, by the same decomposition."""
    u, s, vt = xp.linalg.svd(x)
    n = s.shape[-1]
    sign = xp.linalg.det(u) * xp.linalg.det(vt)
    h = xp.swapaxes(u, -2, -1) @ g @ xp.swapaxes(vt, -2, -1)
    out = xp.zeros_like(h)
    for i in range(n):
        for j in range(n):
            if i != j:
                rest = _product_without(xp, s, i, j)
                out[..., i, i] += rest * h[..., j, j]
                out[..., i, j] -= rest * h[..., j, i]
    return sign[..., None, None] * (u @ out @ vt)


inv_ = operation("linalg_inv_ex", _inverse, x=lambda m, g, out: -(_mT(m, out) @ g @ _mT(m, out)))
det_ = operation(
    "linalg_det",
    lambda xp, x, /: xp.linalg.det(x),
    x=lambda m, g, x: g[..., None, None] * m.cofactors(x),
)
cofactors = operation("cofactors", _cofactors, x=lambda m, g, x: m.cofactors_back(x, g))
cofactors_back = operation("cofactors_back", _cofactors_back)
solve_ = operation(
    "linalg_solve_ex",
    _solve,
    a=lambda m, g, a, out, vector: -_outer(m, m.linalg_solve_ex(_mT(m, a), g, vector), out, vector),
    b=lambda m, g, a, vector: m.linalg_solve_ex(_mT(m, a), g, vector),
)


def _outer(m, x, y, vector):
    """`x @ yᵀ` for matrices or vectors."""
    return x[..., :, None] * y[..., None, :] if vector else x @ _mT(m, y)


def _square(name, x) -> None:
    if x.dtype.category < dtypes.FLOAT:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. Got {x.dtype.name}"
        )
    if x.ndim < 2:
        raise RuntimeError(f"{name}: The input tensor A must have at least 2 dimensions.")
    rows, columns = x._array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{name}: A must be batches of square matrices, but they are {rows} by {columns} "
            "matrices"
        )


@teach("inverse")
def inv(A) -> Tensor:
    """The inverse of every matrix (n, n); LinAlgError if one is singular."""
    _square("linalg.inv", A)
    return inv_(A)


@teach("det")
def det(A) -> Tensor:
    """The determinant of every matrix (n, n)."""
    _square("linalg.det", A)
    return det_(A)


def solve(A, B, *, left: bool = True) -> Tensor:
    """X with `A @ X = B` (`X @ A = B` unless `left`); LinAlgError if a matrix is singular.

    B is a matrix (n, k) or a vector (n,), or a batch of them: of vectors if it has one dimension
    less than A and the same batch shape.
    """
    _square("linalg.solve", A)
    same_types(A, B)
    shape = A._array.shape
    if not left:
        return solve(A.mT, B.mT).mT
    vector = B.ndim == 1 or (A.ndim - 1 == B.ndim and B._array.shape == shape[:-1])
    if B._array.shape[-1 if vector else -2] != shape[-1]:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation AX = B "
            f"({shape[-2]}x{shape[-1]} and {'x'.join(map(str, B._array.shape))})"
        )
    broadcast.shapes(shape[:-2], B._array.shape[: -1 if vector else -2])
    return solve_(A, B, vector)


def cross(input, other, *, dim: int = -1) -> Tensor:
    """Cross products of the vectors of length 3 along `dim`."""
    return _cross(input, other, dim)


def diagonal(A, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonal of every matrix. A view."""
    return _diagonal(A, offset, dim1, dim2)


__all__ = [
    "LinAlgError",
    "cross",
    "det",
    "diagonal",
    "inv",
    "matmul",
    "matrix_norm",
    "norm",
    "solve",
    "vector_norm",
]
