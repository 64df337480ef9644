"""Results that are an input with some elements replaced or added to, at given positions."""

from penlight.indexing.places import (
    add_at,
    add_flat,
    along_dim,
    check_range,
    places,
    positions_of,
)
from penlight.indexing.selecting import checked_gather
from penlight.tensors import dtypes
from penlight.tensors.operation import inplace, operation
from penlight.tensors.tensor import Tensor, teach, wrap_dim

# --- scatter: one position for each element of `src` ---------------------------------------------


def _scatter(xp, x, src, /, index, dim):
    out = xp.array(x)  # also of a scalar, which a rule may hand over
    out.reshape(-1)[places(xp, x.shape, index, dim)] = _first(src, index)
    return out


def _scatter_add(xp, x, src, /, index, dim):
    out = xp.array(x)
    add_flat(xp, out, places(xp, x.shape, index, dim), _spread(xp, src, index, x.dtype))
    return out


def _scatter_mul(xp, x, src, /, index, dim):
    out = x.copy()
    source = _spread(xp, src, index, x.dtype)
    xp.multiply.at(out.reshape(-1), places(xp, x.shape, index, dim).reshape(-1), source.reshape(-1))
    return out


def _first(src, index):
    """As many elements of `src` along each dimension as `index` has; a number as it is."""
    if not getattr(src, "ndim", 0):
        return src
    return src[tuple(slice(0, n) for n in index.shape)]


def _spread(xp, src, index, dtype):
    return xp.broadcast_to(_first(src, index), index.shape).astype(dtype, copy=False)


def _grad_of_src(m, g, index, dim, shape, share=None):
    g = m.gather(g, index, dim)
    g = g if share is None else g * share
    if g.shape == shape:
        return g
    used = tuple(slice(0, n) for n in index.shape)
    return m.put_windows(g, ats=(used,), shape=shape)


scatter_ = operation(
    "scatter",
    _scatter,
    x=lambda m, g, index, dim: m.scatter_value(g, index, dim, 0),
    src=lambda m, g, index, dim, src_shape: _grad_of_src(m, g, index, dim, src_shape),
)
scatter_value = operation(
    "scatter_value",
    lambda xp, x, /, index, dim, value: _scatter(xp, x, value, index, dim),
    node_name="ScatterBackward1",
    x=lambda m, g, index, dim: m.scatter_value(g, index, dim, 0),
)
scatter_add_ = operation(
    "scatter_add",
    _scatter_add,
    x=lambda m, g: g,
    src=lambda m, g, index, dim, src_shape: _grad_of_src(m, g, index, dim, src_shape),
)
scatter_mul = operation("scatter_mul", _scatter_mul)


def _checked_scatter(name, input, dim, index, src):
    dim, positions = checked_gather(name, input, dim, index)
    if isinstance(src, Tensor):
        if src.dtype is not input.dtype:
            raise RuntimeError(f"{name}(): Expected self.dtype to be equal to src.dtype")
        fits = all(n <= k for n, k in zip(positions.shape, src._array.shape, strict=False))
        if positions.size and (max(src.ndim, 1) != max(positions.ndim, 1) or not fits):
            raise RuntimeError(
                f"Expected index {list(positions.shape)} to be no larger than src "
                f"{list(src._array.shape)}"
            )
    return dim, positions


@teach()
def scatter(input, dim: int, index, src=None, *, value=None, reduce: str | None = None) -> Tensor:
    """A copy of `input` with `src` (or a number) at the places that `gather` would read.

    reduce  "add" or "multiply": combine with what is there; such results have no gradient.
    """
    src = value if src is None else src
    dim, positions = _checked_scatter("scatter", input, dim, index, src)
    if reduce is not None:
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        entry = scatter_add_ if reduce == "add" else scatter_mul
        return entry(input, src, positions, dim)
    if isinstance(src, Tensor):
        return scatter_(input, src, positions, dim)
    return scatter_value(input, positions, dim, src)


@teach()
def scatter_add(input, dim: int, index, src) -> Tensor:
    """A copy of `input` with `src` added at the places that `gather` would read."""
    dim, positions = _checked_scatter("scatter_add", input, dim, index, src)
    return scatter_add_(input, src, positions, dim)


# --- index_*: one position for each slice along a dimension ---------------------------------------


def _index_add(xp, x, source, /, dim, index, alpha):
    out = x.copy()
    whole = out if out.ndim else out.reshape(1)
    source = source if alpha == 1 else source * alpha
    if index.size * 64 < source.size:  # few long slices: one after the other
        for position, part in zip(index.tolist(), xp.moveaxis(source, dim, 0), strict=True):
            whole[along_dim(dim, position)] += part
    else:
        add_at(xp, whole, along_dim(dim, index), source)
    return out


def _index_copy(xp, x, source, /, dim, index):
    out = x.copy()
    (out if out.ndim else out.reshape(1))[along_dim(dim, index)] = source
    return out


index_add_ = operation(
    "index_add",
    _index_add,
    x=lambda m, g: g,
    source=lambda m, g, dim, index, alpha: _selected(m, g, dim, index) * alpha,
)
index_copy_ = operation(
    "index_copy",
    _index_copy,
    x=lambda m, g, dim, index: m.index_fill(g, 0, dim, index),
    source=lambda m, g, dim, index: _selected(m, g, dim, index),
)
index_fill_ = operation(
    "index_fill",
    lambda xp, x, /, value, dim, index: _index_copy(xp, x, value, dim, index),
    x=lambda m, g, dim, index: m.index_fill(g, 0, dim, index),
)
index_fill_tensor = operation(
    "index_fill_tensor",
    lambda xp, x, value, /, dim, index: _index_copy(xp, x, value, dim, index),
    node_name="IndexFillBackward1",
    x=lambda m, g, dim, index: m.index_fill(g, 0, dim, index),
    # A slice may be named twice, but counts once.
    value=lambda m, g, dim, index: (g - m.index_fill(g, 0, dim, index)).sum(),
)


def _selected(m, g, dim, index):
    return m.index_select(g if g.ndim else m.reshape(g, (1,)), dim, index)


def _checked_index(name, input, dim, index, *, negative=False):
    dim = wrap_dim(dim, input.ndim)
    positions = positions_of(name, index, vector=True)
    n = input._array.shape[dim] if input.ndim else 1
    check_range(positions, n, dim, negative=negative)
    return dim, positions


def _check_source(name, input, dim, positions, source):
    if source.dtype is not input.dtype:
        raise RuntimeError(
            f"{name}(): self ({dtypes.c_name(input.dtype)}) and source "
            f"({dtypes.c_name(source.dtype)}) must have the same scalar type"
        )
    wanted = list(input._array.shape or (1,))
    wanted[dim] = positions.size
    if list(source._array.shape or (1,)) != wanted:
        raise RuntimeError(
            f"{name}(): source of shape {list(source._array.shape)} does not fit: with this index "
            f"and dim {dim} it must have shape {wanted}"
        )


@teach()
def index_add(input, dim: int, index, source, *, alpha=1) -> Tensor:
    """A copy of `input` with `alpha * source` added to the slices that `index` names."""
    dim, positions = _checked_index("index_add", input, dim, index)
    _check_source("index_add", input, dim, positions, source)
    return index_add_(input, source, dim, positions, alpha)


@teach()
def index_copy(input, dim: int, index, source) -> Tensor:
    """A copy of `input` with the slices that `index` names replaced by those of `source`."""
    dim, positions = _checked_index("index_copy", input, dim, index)
    _check_source("index_copy", input, dim, positions, source)
    return index_copy_(input, source, dim, positions)


@teach()
def index_fill(input, dim: int, index, value) -> Tensor:
    """A copy of `input` with one value in all slices that `index` names."""
    dim, positions = _checked_index("index_fill", input, dim, index, negative=True)
    if isinstance(value, Tensor) and value.ndim:
        raise RuntimeError(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with "
            f"{value.ndim} dimension(s)."
        )
    run = index_fill_tensor if isinstance(value, Tensor) else index_fill_
    return run(input, value, dim, positions)


for _function in (scatter, scatter_add, index_add, index_copy, index_fill):
    setattr(Tensor, _function.__name__ + "_", inplace(_function))

__all__ = ["index_add", "index_copy", "index_fill", "scatter", "scatter_add"]
