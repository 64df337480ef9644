"""Largest and smallest: the values, where they are, and which of them get the gradient."""

from penlight.tensors import dtypes
from penlight.tensors.comparing import maximum, minimum
from penlight.tensors.operation import operation
from penlight.tensors.outs import takes_out, write_outs
from penlight.tensors.reductions import dims_of, kept, spread, sum_of
from penlight.tensors.returns import return_type
from penlight.tensors.tensor import Tensor, teach, wrap_dim


def _take(xp, x, places, /, dim, keepdim):
    if not x.ndim:
        return x.copy()
    found = xp.take_along_axis(x, places, dim)
    return found if keepdim else found.squeeze(dim)


def _put(xp, g, places, /, dim, shape):
    """Zeros of `shape` with each `g` added at its place along `dim`."""
    out = xp.zeros(shape, g.dtype)
    if not shape:
        return out + g
    at = [xp.arange(n).reshape([-1 if d == k else 1 for k in range(g.ndim)])
          for d, n in enumerate(g.shape)]  # fmt: skip
    at[dim] = places
    xp.add.at(out, tuple(at), g)
    return out


def choosing(name, node_name=None):
    """An entry for the elements of `x` at `places` along `dim`: what `max`, `sort`, … return.

    Every such function has its own, so that the graph shows PyTorch's name. Without `keepdim`
    there must be one place each, and the dimension goes.
    """
    return operation(
        name,
        _take,
        node_name=node_name,
        x=lambda m, g, places, dim, keepdim, x_shape: m.put_places(
            g if keepdim or not x_shape else m.unsqueeze(g, dim), places, dim, x_shape
        ),
    )


choosing("take_places")
put_places_ = operation(
    "put_places", _put, g=lambda m, g, places, dim: m.take_places(g, places, dim, True)
)


def _shared(m, g, x, out, shape, dims, keepdim):
    """The gradient of an extreme, in equal parts for all the elements that reach it."""
    hit = x == m.expand(kept(m, out, shape, dims, keepdim), shape)
    hits = m.cast_like(hit, x)
    number = m.sum(hits, dims, True) if shape else hits
    return hits * (spread(m, g, shape, dims, keepdim) / m.expand(number, shape))


def _reduced(name):
    return lambda xp, x, /, dims, keepdim: getattr(x, name)(axis=dims, keepdims=keepdim)


amax_, amin_ = (
    operation(
        name,
        _reduced(name[1:]),
        x=lambda m, g, x, out, x_shape, dims, keepdim: _shared(
            m, g, x, out, x_shape, dims, keepdim
        ),
    )
    for name in ("amax", "amin")
)
max_all, min_all = (
    operation(
        f"{name}_all",
        lambda xp, x, /, name=name: getattr(x, name)(),
        node_name=f"{name.capitalize()}Backward1",
        x=lambda m, g, x, out, x_shape: _shared(
            m, g, x, out, x_shape, tuple(range(len(x_shape))), False
        ),
    )
    for name in ("max", "min")
)


def _argument(name):
    def kernel(xp, x, /, dim, keepdim):
        if dim is None:
            place = getattr(xp, name)(x)
            return xp.reshape(place, (1,) * x.ndim if keepdim else ())
        return (
            xp.expand_dims(getattr(xp, name)(x, dim), dim) if keepdim else getattr(xp, name)(x, dim)
        )

    return operation(name, kernel)


argmax_, argmin_ = _argument("argmax"), _argument("argmin")


# --- public forms -------------------------------------------------------------------------------


def not_empty(name, input, dim) -> None:
    """There is no largest of nothing."""
    if dim is None and not input.numel():
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument."
        )
    dims = () if dim is None else dims_of(dim, input)
    if input.ndim and not input.numel():
        for d in dims or range(input.ndim):
            if not input.shape[d]:
                raise IndexError(f"{name}(): Expected reduction dim {d} to have non-zero size.")


def _along(choose, argument, pair, input, dim, keepdim):
    dim = wrap_dim(dim, input.ndim)
    not_empty(choose.__name__, input, dim)
    places = argument(input, dim if input.ndim else None, bool(input.ndim))
    values = choose(input, places, dim, keepdim)
    return pair(values, places if keepdim or not input.ndim else places.squeeze(dim))


def _extreme(name, whole, argument, pair):
    choose, result = choosing(name), return_type(name, "values", "indices")

    def run(input, dim=None, keepdim=False, *, other=None):
        if not isinstance(input, Tensor):
            raise TypeError(f"{name}() received an invalid combination of arguments")
        other = dim if isinstance(dim, Tensor) else other
        if other is not None:
            return pair(input, other)
        if dim is None:
            not_empty(name, input, None)
            return whole(input)
        return _along(choose, argument, result, input, dim, keepdim)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = (
        f"The {name}imum of all elements, or (values, indices) along `dim`, or element-wise "
        "with another tensor."
    )
    return teach(name)(run)


max = _extreme("max", max_all, argmax_, maximum)
min = _extreme("min", min_all, argmin_, minimum)


def _over_dims(name, entry):
    @takes_out(same_type=True)
    def run(input, dim=(), keepdim=False) -> Tensor:
        not_empty(name, input, dim if dim != () else None)
        return entry(input, dims_of(dim, input), keepdim)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = "The extreme along one or several dimensions; ties share the gradient."
    return teach(name)(run)


amax, amin = _over_dims("amax", amax_), _over_dims("amin", amin_)
_MinMax = return_type("aminmax", "min", "max")
aminmax_ = operation(
    "aminmax",
    lambda xp, x, /, dims, keepdim: (
        x.min(axis=dims, keepdims=keepdim), x.max(axis=dims, keepdims=keepdim)
    ),
    x=lambda m, g, x, out, x_shape, dims, keepdim: sum_of(
        _shared(m, each, x, found, x_shape, dims, keepdim)
        for each, found in zip(g, out, strict=True)
        if each is not None
    ),
)  # fmt: skip


@teach()
def aminmax(input, *, dim=None, keepdim=False, out=None):
    """(min, max) along one dimension or over all."""
    not_empty("aminmax", input, dim)
    found = _MinMax(*aminmax_(input, dims_of(dim, input), keepdim))
    return found if out is None else write_outs(found, out, input)


def _position(name, entry):
    @takes_out(same_type=True)
    def run(input, dim=None, keepdim=False) -> Tensor:
        if input.dtype is dtypes.bool_:
            raise RuntimeError(f"\"{name}_cpu\" not implemented for 'Bool'")
        not_empty(name, input, dim)
        if dim is None or not input.ndim:
            dims_of(dim, input)
            return entry(input, None, keepdim)
        return entry(input, wrap_dim(dim, input.ndim), keepdim)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = "Where the extreme is: its position along `dim`, or in the flattened tensor."
    return teach(name)(run)


argmax, argmin = _position("argmax", argmax_), _position("argmin", argmin_)

__all__ = ["amax", "amin", "aminmax", "argmax", "argmin", "max", "min"]
