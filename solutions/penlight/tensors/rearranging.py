"""The elements again, in another order or several times: repeat, roll, flip, rot90."""

from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor, teach, wrap_dim, wrap_dims
from penlight.tensors.views import packed


def _sum_of_copies(g, shape, repeats):
    """Every copy's gradient, added up: dimension `r·n` is seen as `r` by `n`, and `r` summed."""
    new = len(repeats) - len(shape)
    pairs = zip(repeats, (1,) * new + tuple(shape), strict=True)
    g = g.reshape(tuple(n for pair in pairs for n in pair))
    return g.sum(tuple(range(0, 2 * len(repeats), 2))).reshape(shape)


def _turned(xp, x, /, k, dims):
    """Flipped, and then the two dimensions exchanged; the copy lies as PyTorch's."""
    first, second = dims
    if k % 4 == 0:
        return x.copy()
    if k % 4 == 2:
        return xp.flip(x, dims).copy()
    return xp.flip(x, second if k % 4 == 1 else first).copy().swapaxes(first, second)


repeat_ = operation(
    "repeat",
    lambda xp, x, /, repeats: xp.tile(x, repeats),
    x=lambda m, g, x_shape, repeats: _sum_of_copies(g, x_shape, repeats) if repeats else g,
)
roll_ = operation(
    "roll",
    # Without dimensions, all elements roll as one row.
    lambda xp, x, /, shifts, dims: xp.asarray(xp.roll(x, shifts, dims), order="C"),
    x=lambda m, g, shifts, dims: m.roll(g, _opposite(shifts), dims),
)
flip_ = operation(
    "flip",
    lambda xp, x, /, dims: xp.flip(x, dims).copy("K") if x.ndim else x.copy(),
    x=lambda m, g, dims: m.flip(g, dims),
)
rot90_ = operation(
    "rot90",
    _turned,
    x=lambda m, g, k, dims: m.rot90(g, -k, dims),
)


def _opposite(shifts):
    return -shifts if isinstance(shifts, int) else tuple(-n for n in shifts)


@teach()
@packed
def repeat(self, repeats) -> Tensor:
    """Copies of the tensor side by side: `repeats[d]` along dimension `d`."""
    if len(repeats) < self.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of "
            f"tensor: got {len(repeats)} and {self.ndim}"
        )
    wrong = next((n for n in repeats if n < 0), None)
    if wrong is not None:
        raise RuntimeError(f"Trying to create tensor with negative dimension {wrong}")
    return repeat_(self, repeats)


@teach()
@packed
def tile(input, dims) -> Tensor:
    """`repeat`, with 1 for the leading dimensions that `dims` leaves out."""
    dims = tuple(dims)
    return repeat(input, (1,) * (input.ndim - len(dims)) + dims)


@teach()
def roll(input, shifts, dims=()) -> Tensor:
    """Shift elements along `dims`; what leaves at the end comes back at the start."""
    shifts = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    if not shifts:
        raise RuntimeError("`shifts` required")
    if not dims and len(shifts) == 1:
        return roll_(input, shifts[0], None)
    if len(shifts) != len(dims):
        raise RuntimeError(
            f"shifts and dimensions must align. shifts: {len(shifts)}, dims:{len(dims)}"
        )
    if not input.ndim:
        raise IndexError(f"Dimension specified as {dims[0]} but tensor has no dimensions")
    return roll_(input, shifts, tuple(wrap_dim(d, input.ndim) for d in dims))


@teach()
@packed
def flip(input, dims) -> Tensor:
    """The elements in reverse order along each of `dims`. A copy."""
    return flip_(input, wrap_dims(tuple(dims), input.ndim))


@teach()
def fliplr(input) -> Tensor:
    """`flip` along dimension 1."""
    if input.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip_(input, (1,))


@teach()
def flipud(input) -> Tensor:
    """`flip` along dimension 0."""
    if input.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip_(input, (0,))


@teach()
def rot90(input, k: int = 1, dims=(0, 1)) -> Tensor:
    """Turn by 90 degrees `k` times in the plane of `dims`, from the first towards the second."""
    if len(dims) != 2:
        raise RuntimeError(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.ndim < 2:
        raise RuntimeError(f"expected total dims >= 2, but got total dims = {input.ndim}")
    first, second = (wrap_dim(d, input.ndim) for d in dims)
    if first == second:
        raise RuntimeError(
            f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}"
        )
    return rot90_(input, k, (first, second))


__all__ = ["flip", "fliplr", "flipud", "roll", "rot90", "tile"]
