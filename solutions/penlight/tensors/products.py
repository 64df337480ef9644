"""Products of vectors and matrices."""

import math

from penlight.tensors import dtypes
from penlight.tensors.forms import check_tensors, operators
from penlight.tensors.meeting import broadcast, result_type
from penlight.tensors.operation import operation
from penlight.tensors.outs import takes_out
from penlight.tensors.tensor import Tensor, teach, wrap_dim
from penlight.tensors.views import unsafe_view_

# --- the table ----------------------------------------------------------------------------------


def product(xp, x, y):
    """`x @ y`. Half precision is summed in single precision, as PyTorch does it."""
    if x.dtype.itemsize == 2 and x.dtype.kind not in "iu":
        return xp.matmul(x.astype("float32"), y.astype("float32")).astype(x.dtype)
    return xp.matmul(_for_blas(xp, x), _for_blas(xp, y))


def _for_blas(xp, x):
    """A copy if the strides are none that the fast matrix product takes, such as 0."""
    if x.ndim < 2 or x.flags.c_contiguous:
        return x
    row, column = x.strides[-2:]
    fast = x.itemsize in (row, column) and min(row, column) > 0
    return x if fast else xp.ascontiguousarray(x)


def scaled(x, factor):
    """`factor * x`, at no cost where that changes nothing."""
    return x if factor == 1 else x * factor


mm_ = operation(
    "mm",
    lambda xp, x, y: product(xp, x, y),
    x=lambda m, g, y: m.mm(g, m.t(y)),
    y=lambda m, g, x: m.mm(m.t(x), g),
)
bmm_ = operation(
    "bmm",
    lambda xp, x, y: product(xp, x, y),
    x=lambda m, g, y: m.bmm(g, m.transpose(y, 1, 2)),
    y=lambda m, g, x: m.bmm(m.transpose(x, 1, 2), g),
)
mv_ = operation(
    "mv",
    lambda xp, x, y: product(xp, x, y),
    x=lambda m, g, y: m.unsqueeze(g, 1) * y,
    y=lambda m, g, x: m.mv(m.t(x), g),
)
dot_ = operation(
    "dot", lambda xp, x, y: product(xp, x, y), x=lambda m, g, y: g * y, y=lambda m, g, x: g * x
)
trace_ = operation(
    "trace",
    lambda xp, x, /: x.trace(),
    x=lambda m, g, x_shape: m.diag_embed(m.expand(g, (min(x_shape),)), x_shape, 0, 0, 1),
)


def _cross(xp, x, y, /, dim):
    x1, x2, y1, y2 = (xp.roll(each, -k, dim) for each in (x, y) for k in (1, 2))
    return x1 * y2 - x2 * y1


cross_ = operation(
    "linalg_cross",
    _cross,
    x=lambda m, g, y, dim: m.linalg_cross(y, g, dim),
    y=lambda m, g, x, dim: m.linalg_cross(g, x, dim),
)


# --- checks -------------------------------------------------------------------------------------


def same_types(x: Tensor, y: Tensor) -> None:
    """RuntimeError unless both have one type; products do not promote."""
    if x.dtype is not y.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {_c_name(x)} != {_c_name(y)}"
        )


def _c_name(x) -> str:
    name = x.dtype.name
    return {"float32": "float", "float64": "double", "int64": "long long"}.get(name, name)


def expect_ndim(function: str, **tensors) -> None:
    """RuntimeError unless each tensor, `name=(tensor, ndim)`, has that many dimensions."""
    for name, (x, ndim) in tensors.items():
        if x.ndim != ndim:
            kind = {1: "vector", 2: "matrix", 3: "batch of matrices"}[ndim]
            raise RuntimeError(
                f"{function}(): {name} must be a {kind}, but it has {x.ndim} dimensions"
            )


def agree(what: str, x: Tensor, y: Tensor) -> None:
    """RuntimeError unless the columns of `x` are as many as the rows of `y`."""
    same_types(x, y)
    a, b = x._array.shape, y._array.shape
    if a[-1] != (b[-2] if len(b) > 1 else b[0]):
        raise RuntimeError(
            f"{what} shapes cannot be multiplied ({'x'.join(map(str, a))} and "
            f"{'x'.join(map(str, b))})"
        )


# --- public forms -------------------------------------------------------------------------------


@teach()
@takes_out
def mm(input, mat2) -> Tensor:
    """Product of two matrices: (n, k) and (k, m) give (n, m)."""
    expect_ndim("mm", self=(input, 2), mat2=(mat2, 2))
    agree("mat1 and mat2", input, mat2)
    return mm_(input, mat2)


@teach()
@takes_out
def bmm(input, mat2) -> Tensor:
    """Products of two batches of matrices: (b, n, k) and (b, k, m) give (b, n, m)."""
    expect_ndim("bmm", batch1=(input, 3), batch2=(mat2, 3))
    same_types(input, mat2)
    (b, _, k), shape = input._array.shape, mat2._array.shape
    if shape[:2] != (b, k):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: "
            f"[{shape[0]}, {shape[1]}]."
        )
    return bmm_(input, mat2)


@teach()
@takes_out
def mv(input, vec) -> Tensor:
    """Product of a matrix (n, k) and a vector (k,), as (n,)."""
    expect_ndim("mv", self=(input, 2), vec=(vec, 1))
    agree("matrix and vector", input, vec)
    return mv_(input, vec)


@teach()
@takes_out
def dot(input, tensor) -> Tensor:
    """Sum of the products of two vectors."""
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    if input.dtype is not tensor.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtypes.c_name(input.dtype)} and {dtypes.c_name(tensor.dtype)}"
        )
    if input.numel() != tensor.numel():
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{input.numel()}] and src "
            f"[{tensor.numel()}] to have the same number of elements, but got {input.numel()} and "
            f"{tensor.numel()} elements respectively"
        )
    return dot_(input, tensor)


vdot = Tensor.vdot = dot


@teach()
@takes_out
def matmul(input, other) -> Tensor:
    """Matrix product; leading dimensions are batches and broadcast; a vector is a row or column."""
    check_tensors(matmul, (input, other))
    a, b = input.ndim, other.ndim
    if not a or not b:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a}D and {b}D"
        )
    if a == b == 1:
        return dot(input, other)
    agree("mat1 and mat2" if a < 3 and b < 3 else "batch1 and batch2", input, other)
    if a == b == 2:
        return mm_(input, other)
    if a == 1:
        return matmul(input.unsqueeze(0), other).squeeze(-2)
    if b == 1 and a == 2:
        return mv_(input, other)
    if b <= 2:
        return _folded(input, other)
    return _batched(input, other)


operators(matmul=matmul)
operators("r", matmul=matmul)


def _folded(input, other):
    """One matrix or vector for the whole batch: fold the batch into the rows."""
    *batch, k = input._array.shape
    rows = input.reshape(math.prod(batch), k)
    out = mv_(rows, other) if other.ndim == 1 else mm_(rows, other)
    return unsafe_view_(out, (*batch, *other._array.shape[1:]))


def _batched(input, other):
    """Broadcast the batch dimensions, fold them into one, multiply, unfold."""
    n, k = input._array.shape[-2:]
    columns = other._array.shape[-1]
    batch = broadcast.shapes(input._array.shape[:-2], other._array.shape[:-2])
    count = math.prod(batch)
    left = input.expand(*batch, n, k).reshape(count, n, k)
    right = other.expand(*batch, k, columns).reshape(count, k, columns)
    return unsafe_view_(bmm_(left, right), (*batch, n, columns))


@teach()
def inner(input, other) -> Tensor:
    """Sum of products along the last dimensions, for every pair of the others."""
    if not input.ndim or not other.ndim:
        return input * other
    if input._array.shape[-1] != other._array.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input._array.shape)} and {list(other._array.shape)}"
        )
    return tensordot(input, other, [[-1], [-1]])


@takes_out
def tensordot(a, b, dims=2) -> Tensor:
    """Sum of products over pairs of dimensions: the last of `a` with the first of `b`, or lists."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0 or dims > min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        dims = range(a.ndim - dims, a.ndim), range(dims)
    dims_a, dims_b = ((each,) if isinstance(each, int) else each for each in dims)
    dims_a = [wrap_dim(d, a.ndim) for d in dims_a]
    dims_b = [wrap_dim(d, b.ndim) for d in dims_b]
    if len(dims_a) != len(dims_b):
        raise RuntimeError("both dimension lists should have same length")
    same_types(a, b)
    for i, j in zip(dims_a, dims_b, strict=True):
        n, k = a._array.shape[i], b._array.shape[j]
        if n != k and 1 not in (n, k):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {n} in dim {i} and "
                f"second has size {k} in dim {j}"
            )
        # A dimension of length 1 meets any other: sum that one first.
        if n == 1 != k:
            b = b.sum(j, keepdim=True)
        elif k == 1 != n:
            a = a.sum(i, keepdim=True)
    kept_a = [d for d in range(a.ndim) if d not in dims_a]
    kept_b = [d for d in range(b.ndim) if d not in dims_b]
    rows, columns = ([x._array.shape[d] for d in kept] for x, kept in ((a, kept_a), (b, kept_b)))
    inside = math.prod(a._array.shape[d] for d in dims_a)
    left, right = a.permute(kept_a + dims_a), b.permute(dims_b + kept_b)
    if not rows and not columns:
        return dot_(left.flatten(), right.flatten()).reshape(())
    left = left.reshape(math.prod(rows), inside)
    right = right.reshape(inside, math.prod(columns))
    return mm_(left, right).reshape(rows + columns)


@teach()
def kron(input, other) -> Tensor:
    """Every element of `input` times all of `other`, block by block."""
    ndim = max(input.ndim, other.ndim)
    a, b = ((1,) * (ndim - x.ndim) + x._array.shape for x in (input, other))
    left = unsafe_view_(input, tuple(n for d in a for n in (d, 1)))
    right = unsafe_view_(other, tuple(n for d in b for n in (1, d)))
    return unsafe_view_(left * right, tuple(n * k for n, k in zip(a, b, strict=True)))


@teach()
def trace(input) -> Tensor:
    """Sum of the diagonal of a matrix; integers are summed as int64."""
    if input.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.ndim}")
    return trace_(input.long() if input.dtype.category < dtypes.FLOAT else input)


@teach()
def cross(input, other, dim: int | None = None) -> Tensor:
    """Cross products of vectors of length 3 along `dim` (the first of length 3 unless given)."""
    if input.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    if dim is None:
        if 3 not in input._array.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = input._array.shape.index(3)
    dim = wrap_dim(dim, input.ndim)
    if input._array.shape[dim] != 3 or other._array.shape[dim] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got "
            f"{input._array.shape[dim]} and {other._array.shape[dim]}"
        )
    broadcast.shapes(input._array.shape, other._array.shape)
    common = result_type(input, other)
    return cross_(input.to(common), other.to(common), dim)


__all__ = [
    "bmm", "cross", "dot", "inner", "kron", "matmul", "mm", "mv", "tensordot", "trace", "vdot",
]  # fmt: skip
