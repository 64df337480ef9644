"""Linear maps along one dimension: picking places, and mixing them with a matrix."""

from penlight.tensors.operation import operation


def _at(dim, place):
    return (slice(None),) * dim + (place,)


def _add_along(xp, g, /, dim, index, n):
    out = xp.zeros((*g.shape[:dim], n, *g.shape[dim + 1 :]), g.dtype)
    for place, target in enumerate(index):
        out[_at(dim, target)] += g[_at(dim, place)]
    return out


def _mix_along(xp, x, /, dim, matrix):
    mixed = xp.matmul(xp.moveaxis(x, dim, -1), xp.asarray(matrix.T, x.dtype))
    return xp.ascontiguousarray(xp.moveaxis(mixed, -1, dim))


# `index` is a tuple of places; each may be picked several times.
pick_along = operation(
    "pick_along",
    lambda xp, x, /, dim, index: xp.take(x, xp.asarray(index), dim),
    x=lambda m, g, x_shape, dim, index: m.add_along(g, dim, index, x_shape[dim]),
)
add_along = operation(
    "add_along", _add_along, g=lambda m, h, dim, index: m.pick_along(h, dim, index)
)
# `matrix` (places after, places before) is an array of constants.
mix_along = operation(
    "mix_along", _mix_along, x=lambda m, g, dim, matrix: m.mix_along(g, dim, matrix.T)
)
