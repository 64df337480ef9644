"""`scatter_reduce`: many elements meet at one place; their sum, mean, product or extreme stays."""

import numpy as np

from penlight.indexing.places import places
from penlight.indexing.writing import (
    _checked_scatter,
    _first,
    _grad_of_src,
    _spread,
    scatter_add_,
    scatter_value,
)
from penlight.tensors.operation import inplace, operation
from penlight.tensors.tensor import Tensor, teach

_UFUNCS = {"prod": "multiply", "amax": "maximum", "amin": "minimum"}


def _neutral(how, dtype):
    """What changes nothing when it is combined with another element."""
    if how == "prod":
        return 1
    if dtype.kind == "b":
        return how == "amin"
    if dtype.kind in "iu":
        return getattr(np.iinfo(dtype), "min" if how == "amax" else "max")
    return -np.inf if how == "amax" else np.inf


def _combined(xp, x, src, /, index, dim, how, include_self):
    out = xp.array(x)
    at = places(xp, x.shape, index, dim).reshape(-1)
    if not include_self:
        out.reshape(-1)[at] = _neutral(how, x.dtype)
    source = _spread(xp, src, index, x.dtype).reshape(-1)
    getattr(xp, _UFUNCS[how]).at(out.reshape(-1), at, source)
    return out


def _winners(xp, x, src, out, /, index, dim):
    """What share of the gradient each element of `x` and of `src` gets: equal ones share.

    As in PyTorch, an equal element of `x` counts even where it does not take part.
    """
    at = places(xp, x.shape, index, dim)
    mine = xp.array(x == out, x.dtype)
    theirs = (_first(src, index) == out.reshape(-1)[at]).astype(x.dtype)
    count = mine.copy()
    xp.add.at(count.reshape(-1), at.reshape(-1), theirs.reshape(-1))
    return mine / count, theirs / count.reshape(-1)[at]


scatter_winners = operation("scatter_winners", _winners)


def _extreme_of_src(m, g, x, src, out, index, dim, include_self):
    share = m.scatter_winners(x, src, out, index, dim)[1]
    return _grad_of_src(m, g, index, dim, src.shape, share)


def _product_of_src(m, g, x, src, out, index, dim, include_self):
    """The product of all others: `out` divided by the element, unless that is a zero."""
    used = _first(src, index)
    ones = m.drop(used, used == 0) + (used == 0)  # zeros replaced
    without_zeros = m.scatter_combine(x, ones, index, dim, "prod", include_self)
    zeros = m.scatter_add(x * 0, (used == 0) * 1.0, index, dim)
    others = m.gather(out, index, dim) / ones
    lone = (used == 0) & (m.gather(zeros, index, dim) == 1)
    share = m.drop(others, used == 0) + m.keep(m.gather(without_zeros, index, dim), lone)
    return _grad_of_src(m, g, index, dim, src.shape, share)


def _of_x(m, g, x, src, out, index, dim, how, include_self):
    if how == "prod":
        share = m.scatter_combine(x * 0 + 1, src, index, dim, how, True)
    else:
        share = m.scatter_winners(x, src, out, index, dim)[0]
    return g * share if include_self else m.scatter_value(g * share, index, dim, 0)


def _of_src(m, g, x, src, out, index, dim, how, include_self):
    rule = _product_of_src if how == "prod" else _extreme_of_src
    return rule(m, g, x, src, out, index, dim, include_self)


combine = operation(
    "scatter_combine", _combined, node_name="ScatterReduceBackward0", x=_of_x, src=_of_src
)


@teach()
def scatter_reduce(
    input, dim: int, index, src, reduce: str, *, include_self: bool = True
) -> Tensor:
    """A copy of `input` in which all of `src` that `index` sends to one place is combined there.

    reduce        "sum", "prod", "mean", "amax" or "amin"
    include_self  whether the element of `input` at that place takes part
    """
    if reduce not in (*_UFUNCS, "sum", "mean"):
        raise RuntimeError(
            f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}."
        )
    dim, positions = _checked_scatter("scatter_reduce", input, dim, index, src)
    if reduce in _UFUNCS:
        return combine(input, src, positions, dim, reduce, include_self)
    if not include_self:
        input = scatter_value(input, positions, dim, 0)
    total = scatter_add_(input, src, positions, dim)
    if reduce == "sum":
        return total
    whole = not input.is_floating_point()
    start = input.detach() * 0 + (1 if include_self else 0)
    ones = src.detach() * 0 + 1
    count = scatter_add_(start, ones, positions, dim)
    count = count + (count == 0).to(count.dtype)  # places that nothing was sent to
    return total.div(count, rounding_mode="floor") if whole else total / count


Tensor.scatter_reduce_ = inplace(scatter_reduce)

__all__ = ["scatter_reduce"]
