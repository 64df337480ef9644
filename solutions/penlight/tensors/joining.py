"""Joining tensors along a dimension that they have, or along a new one."""

import itertools

from penlight.slots import changed
from penlight.tensors.meeting import result_type
from penlight.tensors.operation import operation
from penlight.tensors.outs import takes_out
from penlight.tensors.shaping import atleast_1d, atleast_2d, atleast_3d
from penlight.tensors.tensor import Tensor, wrap_dim
from penlight.tensors.windows import along


def _pieces(m, g, shapes, dim):
    """The gradient of each joined piece is its own stretch of `g`."""
    ends = itertools.accumulate(shape[dim] for shape in shapes)
    return [
        m.slice(g, along(dim, slice(end - shape[dim], end)))
        for shape, end in zip(shapes, ends, strict=True)
    ]


def _blocks(shapes):
    """For each of several matrices, where it lies when they stand along a diagonal.

    A vector counts as a row.
    """
    row = column = 0
    for shape in shapes:
        rows, columns = (1, 1, *shape)[-2:]
        yield slice(row, row + rows), slice(column, column + columns)
        row, column = row + rows, column + columns


def _block_diagonal(xp, *tensors, dtype):
    tensors = [xp.atleast_2d(x) for x in tensors]
    shape = [sum(x.shape[d] for x in tensors) for d in (0, 1)]
    out = xp.zeros(shape, dtype)
    for x, at in zip(tensors, _blocks([x.shape for x in tensors]), strict=True):
        out[at] = x
    return out


# Pieces of other types are brought to `dtype` on the way.
cat_ = operation(
    "cat",
    lambda xp, *tensors, dim, dtype: xp.asarray(
        xp.concatenate(tensors, dim, dtype=dtype, casting="unsafe"), order="C"
    ),
    tensors=lambda m, g, tensors_shape, dim: _pieces(m, g, tensors_shape, dim),
)
stack_ = operation(
    "stack",
    lambda xp, *tensors, dim, dtype: xp.asarray(
        xp.stack(tensors, dim, dtype=dtype, casting="unsafe"), order="C"
    ),
    tensors=lambda m, g, tensors_shape, dim: [
        m.select(g, along(dim, i)) for i in range(len(tensors_shape))
    ],
)
block_diag_ = operation(
    "block_diag",
    _block_diagonal,
    tensors=lambda m, g, tensors_shape: [
        m.reshape(m.slice(g, at), shape)
        for shape, at in zip(tensors_shape, _blocks(tensors_shape), strict=True)
    ],
)


def _listed(name, tensors) -> list[Tensor]:
    """The tensors to join; TypeError for anything else among them."""
    if isinstance(tensors, Tensor) or not isinstance(tensors, list | tuple):
        raise TypeError(
            f"{name}(): argument 'tensors' (position 1) must be tuple of Tensors, not "
            f"{type(tensors).__name__}"
        )
    for position, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"expected Tensor as element {position} in argument 0, but got {type(x).__name__}"
            )
    return list(tensors)


def _common(tensors):
    """The NumPy type in which all meet. Tensors of one type need not ask: a batch has many."""
    first = tensors[0]._array.dtype
    if not changed and all(x._array.dtype is first for x in tensors):
        return first
    return result_type(*tensors).numpy


@takes_out
def cat(tensors, dim=0, *, axis=None) -> Tensor:
    """Join tensors along an existing dimension; all other lengths must agree."""
    dim = dim if axis is None else axis
    tensors = _listed("cat", tensors)
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    if any(not x.ndim for x in tensors):
        position = [x.ndim for x in tensors].index(0)
        raise RuntimeError(
            f"zero-dimensional tensor (at position {position}) cannot be concatenated"
        )
    common = _common(tensors)
    # PyTorch lets an empty vector join anything.
    kept = [x for x in tensors if x._array.shape != (0,)]
    if all(x.ndim == 1 for x in tensors):
        kept, dim = tensors, dim if kept else 0
    dim = wrap_dim(dim, kept[0].ndim)
    for number, x in enumerate(kept[1:], 1):
        if x.ndim != kept[0].ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {kept[0].ndim} and {x.ndim}"
            )
        for d, (n, k) in enumerate(zip(kept[0].shape, x.shape, strict=True)):
            if d != dim and n != k:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {n} "
                    f"but got size {k} for tensor number {number} in the list."
                )
    return cat_(*kept, dim=dim, dtype=common)


@takes_out
def stack(tensors, dim=0, *, axis=None) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    dim = dim if axis is None else axis
    tensors = _listed("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    shape = tensors[0]._array.shape
    for i, x in enumerate(tensors):
        if x._array.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(tensors[0].shape)} at "
                f"entry 0 and {list(x.shape)} at entry {i}"
            )
    dim = wrap_dim(dim, tensors[0].ndim + 1)
    return stack_(*tensors, dim=dim, dtype=_common(tensors))


def _several(name, tensors):
    tensors = _listed(name, tensors)
    if not tensors:
        raise RuntimeError(f"{name} expects a non-empty TensorList")
    return tensors


def hstack(tensors) -> Tensor:
    """Side by side: along dimension 1 (0 for vectors)."""
    tensors = atleast_1d(_several("hstack", tensors))
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors) -> Tensor:
    """One below the other: along dimension 0, vectors as rows."""
    return cat(atleast_2d(_several("vstack", tensors)), 0)


def dstack(tensors) -> Tensor:
    """One behind the other: along dimension 2."""
    return cat(atleast_3d(_several("dstack", tensors)), 2)


def column_stack(tensors) -> Tensor:
    """Side by side, vectors as columns."""
    tensors = _several("column_stack", tensors)
    return hstack([x if x.ndim > 1 else x.reshape(x.numel(), 1) for x in tensors])


def block_diag(*tensors) -> Tensor:
    """A matrix with the given ones along its diagonal and zeros elsewhere."""
    for x in tensors:
        if x.ndim > 2:
            raise RuntimeError(
                f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Got {x.ndim}"
            )
    if not tensors:
        return cat([Tensor(0)]).reshape(1, 0)
    return block_diag_(*tensors, dtype=_common(tensors))


concat = concatenate = cat
row_stack = vstack

__all__ = [
    "block_diag", "cat", "column_stack", "concat", "concatenate", "dstack", "hstack", "row_stack",
    "stack", "vstack",
]  # fmt: skip
