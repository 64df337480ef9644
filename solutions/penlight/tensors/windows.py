"""Windows: parts of a tensor that share its memory, from slices to diagonals."""

import itertools
import math

from penlight.tensors.dtypes import INTEGER
from penlight.tensors.operation import operation, view_operation
from penlight.tensors.tensor import Tensor, teach, wrap_dim
from penlight.tensors.views import inplace_view, strided

# --- slices: `at` is an index made of ints, slices and a final `...` ----------------------------


def _put(xp, *parts, ats, shape):
    """Zeros of `shape` with each of `parts` added at its place."""
    out = xp.zeros(shape, parts[0].dtype)
    for at, part in zip(ats, parts, strict=True):
        out[at] += part
    return out


# The gradient of a window, or of several: zeros everywhere else.
put_windows = operation("put_windows", _put, parts=lambda m, g, ats: [m.slice(g, at) for at in ats])


def _window(name):
    return view_operation(
        name,
        lambda xp, x, /, at: x[at],
        x=lambda m, g, at, x_shape: m.put_windows(g, ats=(at,), shape=x_shape),
    )


def _windows(name):
    return view_operation(
        name,
        lambda xp, x, /, ats: tuple([x[at] for at in ats]),
        x=lambda m, g, ats, x_shape: _put_present(m, g, ats, x_shape),
    )


def _put_present(m, grads, ats, shape):
    if not isinstance(grads, list):
        grads = [grads]
    present = [(g, at) for g, at in zip(grads, ats, strict=True) if g is not None]
    parts, places = zip(*present, strict=True)
    return m.put_windows(*parts, ats=places, shape=shape)


slice_, select_ = _window("slice"), _window("select")
split_, unbind_ = _windows("split"), _windows("unbind")
split_with_sizes_ = _windows("split_with_sizes")


def along(dim: int, item) -> tuple:
    """The index that applies `item`, an int or a slice, to dimension `dim`."""
    return (*(slice(None),) * dim, item, ...)


def checked_index(index: int, n: int, dim: int) -> int:
    """`index` from the front of a dimension of length `n`; IndexError if it lies outside."""
    if not -n <= index < n:
        raise IndexError(f"index {index} is out of bounds for dimension {dim} with size {n}")
    return index % n


@teach()
def select(input, dim: int, index: int) -> Tensor:
    """The slice number `index` along `dim`, without that dimension. A view."""
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = wrap_dim(dim, input.ndim)
    return select_(input, along(dim, checked_index(int(index), input._array.shape[dim], dim)))


@teach()
def narrow(input, dim: int, start, length: int) -> Tensor:
    """`length` slices along `dim`, beginning with `start`. A view."""
    if not input.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if length < 0:
        raise RuntimeError("narrow(): length must be non-negative.")
    if isinstance(start, Tensor) and (start.ndim or start.dtype.category != INTEGER):
        raise RuntimeError("start must be an 0-dim integral Tensor.")
    dim, start = wrap_dim(dim, input.ndim), int(start)
    n = input._array.shape[dim]
    if not -n <= start <= n:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-n}, {n}], but got {start})"
        )
    start += n if start < 0 else 0
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return slice_(input, along(dim, slice(start, start + length)))


# --- apart into several -------------------------------------------------------------------------


def _between(dim, ends) -> tuple:
    return tuple(along(dim, slice(a, b)) for a, b in itertools.pairwise(ends))


@teach()
def split(tensor, split_size_or_sections, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one length along `dim` (the last may be shorter), or of the lengths in a list."""
    if not tensor.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    dim = wrap_dim(dim, tensor.ndim)
    n = tensor._array.shape[dim]
    if isinstance(split_size_or_sections, int):
        return split_(tensor, _between(dim, _equal_ends(n, split_size_or_sections)))
    sizes = tuple(map(int, split_size_or_sections))
    if any(size < 0 for size in sizes):
        raise RuntimeError(
            "split_with_sizes expects split_sizes have only non-negative entries, but got "
            f"split_sizes={list(sizes)}"
        )
    if sum(sizes) != n:
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to sum exactly to {n} (input tensor's size at "
            f"dimension {dim}), but got split_sizes={list(sizes)}"
        )
    ends = [sum(sizes[:k]) for k in range(len(sizes) + 1)]
    return split_with_sizes_(tensor, _between(dim, ends))


def _equal_ends(n: int, size: int) -> list[int]:
    if size < 0 or (size == 0 and n):
        raise RuntimeError(f"split expects split_size be non-negative, but got split_size={size}")
    count = max(math.ceil(n / size), 1) if size else 1
    return [min(k * size, n) for k in range(count)] + [n]


@teach()
def chunk(input, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal length along `dim`; the last may be shorter."""
    if not input.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    if chunks <= 0:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    dim = wrap_dim(dim, input.ndim)
    size = math.ceil(input._array.shape[dim] / chunks)
    if not size:  # nothing to share out: as many empty pieces as were asked for
        return split(input, [0] * chunks, dim)
    return split(input, size, dim)


@teach()
def tensor_split(input, indices_or_sections, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces along `dim`: as many as a number says, or cut before each index of a list."""
    if not input.ndim:
        raise RuntimeError(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        )
    dim = wrap_dim(dim, input.ndim)
    n = input._array.shape[dim]
    cuts = _cuts(indices_or_sections)
    if isinstance(cuts, int):
        if cuts <= 0:
            raise RuntimeError(f"number of sections must be larger than 0, got {cuts}")
        small, longer = divmod(n, cuts)
        cuts = [k * small + min(k, longer) for k in range(1, cuts)]
    edges = [None, *cuts, None]
    return tuple(slice_(input, along(dim, slice(a, b))) for a, b in itertools.pairwise(edges))


def _cuts(given):
    if not isinstance(given, Tensor):
        return given if isinstance(given, int) else list(given)
    if given.ndim > 1:
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or "
            f"one-dimensional tensor, but got a tensor with {given.ndim} dims"
        )
    if given.dtype.name != "int64":
        raise RuntimeError(
            "tensor_split expected tensor_indices_or_sections to have dtype of long, but got "
            f"{given.dtype}"
        )
    return given.tolist()


def _split_along(name, least, dim_of):
    def run(input, indices_or_sections):
        if input.ndim < least:
            raise RuntimeError(
                f"torch.{name} requires a tensor with at least {least} dimension"
                f"{'s' if least > 1 else ''}, but got a tensor with {input.ndim} dimensions!"
            )
        dim, sections = dim_of(input), indices_or_sections
        if isinstance(sections, int) and (not sections or input._array.shape[dim] % sections):
            raise RuntimeError(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the "
                f"dimension {input._array.shape[dim]} is not divisible by the split_size "
                f"{sections}!"
            )
        return tensor_split(input, indices_or_sections, dim)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = f"`tensor_split` along the dimension that `{name[0]}stack` joins along."
    setattr(Tensor, name, run)
    return run


hsplit = _split_along("hsplit", 1, lambda x: 0 if x.ndim == 1 else 1)
vsplit = _split_along("vsplit", 2, lambda x: 0)
dsplit = _split_along("dsplit", 3, lambda x: 2)


@teach()
def unbind(input, dim: int = 0) -> tuple[Tensor, ...]:
    """Every slice along `dim`, without that dimension."""
    if not input.ndim:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    dim = wrap_dim(dim, input.ndim)
    return unbind_(input, tuple(along(dim, i) for i in range(input._array.shape[dim])))


# --- by strides ---------------------------------------------------------------------------------


def _diagonal(xp, x, /, offset, dim1, dim2):
    below = offset < 0
    x = x[along(dim1 if below else dim2, slice(abs(offset), None))]
    kept = [d for d in range(x.ndim) if d not in (dim1, dim2)]
    length = min(x.shape[dim1], x.shape[dim2])
    return strided(
        xp,
        x,
        [x.shape[d] for d in kept] + [length],
        [x.strides[d] for d in kept] + [x.strides[dim1] + x.strides[dim2]],
    )


def _diagonal_embedded(xp, x, /, shape, offset, dim1, dim2):
    out = xp.zeros(shape, x.dtype)
    _diagonal(xp, out, offset, dim1, dim2)[...] = x
    return out


def _diagonal_view(name, make, kernel, node_name=None):
    return make(
        name,
        kernel,
        node_name=node_name,
        x=lambda m, g, x_shape, offset, dim1, dim2: m.diag_embed(g, x_shape, offset, dim1, dim2),
    )


diagonal_ = _diagonal_view("diagonal", view_operation, _diagonal)
diagonal_copy = _diagonal_view(
    "diagonal_copy",
    operation,
    lambda xp, x, /, offset, dim1, dim2: _diagonal(xp, x, offset, dim1, dim2).copy(),
    node_name="DiagonalBackward0_copy",
)
diag_embed_ = operation(
    "diag_embed",
    _diagonal_embedded,
    x=lambda m, g, offset, dim1, dim2: m.diagonal(g, offset, dim1, dim2),
)


def two_dims(dim1, dim2, ndim) -> tuple[int, int]:
    """Two different dimensions, from the front; RuntimeError if they are the same."""
    first, second = wrap_dim(dim1, ndim), wrap_dim(dim2, ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return first, second


@teach()
def diagonal(input, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements where index `dim2` is index `dim1` plus `offset`, as the last dimension."""
    return diagonal_(input, offset, *two_dims(dim1, dim2, input.ndim))


@teach()
def diag_embed(input, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Zeros with the last dimension of `input` on the diagonals of dimensions `dim1`, `dim2`."""
    dim1, dim2 = two_dims(dim1, dim2, input.ndim + 1)
    side = input._array.shape[-1] + abs(offset)
    shape = list(input._array.shape[:-1])
    for d in sorted((dim1, dim2)):
        shape.insert(d, side)
    return diag_embed_(input, tuple(shape), offset, dim1, dim2)


@teach()
def diag(input, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, as a copy; or, of a vector, the matrix with it as diagonal."""
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim == 2:
        return diagonal_copy(input, diagonal, 0, 1)
    raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")


def _unfold(xp, x, /, dim, size, step):
    if not x.ndim:
        return strided(xp, x, (size,), (x.itemsize,))
    shape, steps = list(x.shape), list(x.strides)
    shape[dim] = (shape[dim] - size) // step + 1
    return strided(xp, x, [*shape, size], [*steps[:dim], steps[dim] * step, *steps[dim + 1 :],
                                           steps[dim]])  # fmt: skip


def _fold(xp, x, /, shape, dim, size, step):
    """What `unfold` shows, added back: an element gets as many terms as windows show it."""
    out = xp.zeros(shape, x.dtype)
    if not shape:
        return out + x.sum()
    count = x.shape[dim]
    for k in range(size if count else 0):
        out[along(dim, slice(k, k + (count - 1) * step + 1, step))] += x[..., k]
    return out


unfold_ = view_operation(
    "unfold",
    _unfold,
    x=lambda m, g, x_shape, dim, size, step: m.fold_windows(g, x_shape, dim, size, step),
)
fold_windows = operation(
    "fold_windows",
    _fold,
    x=lambda m, g, dim, size, step: m.unfold(g, dim, size, step),
)


@teach()
def unfold(self, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` every `step` along a dimension; the window is the last dimension."""
    dim = wrap_dim(dimension, self.ndim)
    n = self._array.shape[dim] if self.ndim else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > n:
        raise RuntimeError(f"maximum size for tensor at dimension {dim} is {n} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    return unfold_(self, dim, size, step)


# --- any window at all --------------------------------------------------------------------------


def _places(xp, shape, stride, offset):
    """Where in the storage each element of a strided tensor lies."""
    out = xp.full((1,) * len(shape), offset)
    for d, (n, step) in enumerate(zip(shape, stride, strict=True)):
        out = out + (xp.arange(n) * step).reshape([-1 if d == k else 1 for k in range(len(shape))])
    return out


def _through_storage(xp, x, /, written, read):
    """`x` added into an empty storage at geometry `written`, and then read at geometry `read`."""
    into, back = _places(xp, *written), _places(xp, *read)
    storage = xp.zeros(int(max(into.max(initial=0), back.max(initial=0))) + 1, x.dtype)
    xp.add.at(storage, into.reshape(-1), x.reshape(-1))
    return storage[back]


as_strided_ = view_operation(
    "as_strided",
    lambda xp, x, /, storage, window, own: storage.window(x.dtype, *window),
    x=lambda m, g, window, own: m.through_storage(g, window, own),
)
through_storage = operation(
    "through_storage",
    _through_storage,
    x=lambda m, g, written, read: m.through_storage(g, read, written),
)


@teach()
def as_strided(input, size, stride, storage_offset: int | None = None) -> Tensor:
    """Any window on the storage of `input`, by shape, strides and start. A view."""
    own = input._array.shape, input.stride(), input.storage_offset()
    offset = own[2] if storage_offset is None else storage_offset
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if any(step < 0 for step in stride):
        raise RuntimeError(
            "as_strided: Negative strides are not supported at the moment, got strides: "
            f"{list(stride)}"
        )
    window = tuple(map(int, size)), tuple(map(int, stride)), int(offset)
    return as_strided_(input, input.storage(), window, own)


Tensor.as_strided_ = inplace_view(as_strided)

__all__ = [
    "as_strided", "chunk", "diag", "diag_embed", "diagonal", "dsplit", "hsplit", "narrow",
    "select", "split", "tensor_split", "unbind", "vsplit",
]  # fmt: skip
