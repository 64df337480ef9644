"""Other shapes for the same elements, each said by what changes: flatten, unflatten, ravel, …"""

import math

from penlight.tensors.tensor import Tensor, teach, wrap_dim
from penlight.tensors.views import reshape, sized, unsqueeze_, view


@teach()
def view_as(self, other) -> Tensor:
    """`view` with the shape of `other`."""
    return view(self, *other._array.shape)


@teach()
def reshape_as(self, other) -> Tensor:
    """`reshape` with the shape of `other`."""
    return reshape(self, *other._array.shape)


@teach()
def flatten(input, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join dimensions `start_dim` to `end_dim` into one."""
    first, last = wrap_dim(start_dim, input.ndim), wrap_dim(end_dim, input.ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = input._array.shape
    if first == last and shape:
        return input
    return reshape(input, *shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :])


@teach()
def unflatten(input, dim: int, sizes) -> Tensor:
    """Take dimension `dim` apart into several of lengths `sizes`, of which one may be -1."""
    dim, shape = wrap_dim(dim, input.ndim), input._array.shape
    if not len(sizes):
        raise RuntimeError("unflatten: sizes must be non-empty")
    if not shape:
        raise RuntimeError("unflatten: a 0-d tensor has no dimension to take apart")
    try:
        sizes = sized(sizes, shape[dim])
    except RuntimeError:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} "
            f"({shape[dim]}) in the input tensor"
        ) from None
    return view(input, *shape[:dim], *sizes, *shape[dim + 1 :])


@teach()
def ravel(input) -> Tensor:
    """All elements in one row: a view where the tensor is contiguous, else a copy."""
    return view(input.contiguous(), -1)


def _at_least(ndim, promote):
    """`atleast_2d` and its kin: one tensor, or several, each given dimensions it lacks."""

    def run(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
            tensors = tensors[0]
            return tuple(map(promote, tensors))
        if len(tensors) == 1:
            return promote(tensors[0])
        return tuple(map(promote, tensors))

    run.__name__ = run.__qualname__ = f"atleast_{ndim}d"
    run.__doc__ = f"Each tensor with at least {ndim} dimension{'s' if ndim > 1 else ''}. Views."
    return run


def _to_1d(x) -> Tensor:
    return x if x.ndim else reshape(x, 1)


def _to_2d(x) -> Tensor:
    return x if x.ndim > 1 else unsqueeze_(_to_1d(x), 0)


def _to_3d(x) -> Tensor:
    return x if x.ndim > 2 else unsqueeze_(_to_2d(x), 2)


atleast_1d = _at_least(1, _to_1d)
atleast_2d = _at_least(2, _to_2d)
atleast_3d = _at_least(3, _to_3d)

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "flatten", "ravel", "unflatten",
]  # fmt: skip
