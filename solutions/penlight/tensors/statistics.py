"""Spread: variance and standard deviation, with as many degrees of freedom as you say."""

from penlight.tensors.operation import operation, table
from penlight.tensors.reductions import count, dims_of, integral, spread, sum_of
from penlight.tensors.tensor import Tensor, teach


def _var(xp, x, /, dims, correction, keepdim):
    n = count(x.shape, dims)
    wide = x.astype(xp.float32) if x.dtype.itemsize == 2 else x
    off = wide - wide.mean(dims, keepdims=True) if x.size else wide
    total = (off * off).sum(dims, keepdims=keepdim)
    return (total / xp.asarray(n - correction if n > correction else 0, total.dtype)).astype(
        x.dtype, copy=False
    )


def _off_centre(m, x, dims):
    centre = m.mean(x, dims, True)
    return x - m.expand(centre, x.shape)


var_ = operation(
    "var",
    _var,
    x=lambda m, g, x, x_shape, dims, correction, keepdim: (
        (2.0 / _freedom(x_shape, dims, correction))
        * spread(m, g, x_shape, dims, keepdim)
        * _off_centre(m, x, dims)
    ),
)
std_ = operation(
    "std",
    lambda xp, x, /, dims, correction, keepdim: xp.sqrt(_var(xp, x, dims, correction, keepdim)),
    x=lambda m, g, x, out, x_shape, dims, correction, keepdim: (
        spread(m, _over_std(m, g, out), x_shape, dims, keepdim)
        * _off_centre(m, x, dims)
        / _freedom(x_shape, dims, correction)
    ),
)


def _with_mean(name):
    """An entry for (variance, mean), or with the standard deviation in its place."""
    entry = table[name]

    def rule(m, g, x, out, x_shape, dims, correction, keepdim):
        spread_g, mean_g = g
        parts = []
        if mean_g is not None:
            parts.append(spread(m, mean_g, x_shape, dims, keepdim) / count(x_shape, dims))
        if spread_g is not None:
            rest = [x, out[0], x_shape] if name == "std" else [x, x_shape]
            parts.append(entry.rules[0][1](m, spread_g, *rest, dims, correction, keepdim))
        return sum_of(parts)

    return operation(
        f"{name}_mean",
        lambda xp, x, /, dims, correction, keepdim: (
            entry.forward(xp, x, dims, correction, keepdim),
            table["mean"].forward(xp, x, dims, keepdim),
        ),
        x=rule,
    )


var_mean_, std_mean_ = _with_mean("var"), _with_mean("std")


def _freedom(shape, dims, correction) -> float:
    left = count(shape, dims) - correction
    return left if left > 0 else float("nan")


def _over_std(m, g, std):
    # Where nothing varies the standard deviation has no slope; PyTorch gives 0 there.
    return m.drop(g / m.where(std == 0, 1.0, std), std == 0)


def _options(name, input, dim, unbiased, correction):
    """`var(x, False)` and `var(x, unbiased=False)` mean `correction=0`."""
    if integral(input):
        raise RuntimeError(f"{name} and {name}_mean only support floating point and complex dtypes")
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None or unbiased else 0
    return dims_of(dim, input), correction


@teach()
def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None) -> Tensor:
    """Mean squared distance from the mean, over n - correction."""
    dims, correction = _options("var", input, dim, unbiased, correction)
    return var_(input, dims, correction, keepdim)


@teach()
def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None) -> Tensor:
    """The square root of the variance."""
    dims, correction = _options("std", input, dim, unbiased, correction)
    return std_(input, dims, correction, keepdim)


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """(variance, mean)."""
    return var_mean_(input, *_options("var", input, dim, unbiased, correction), keepdim)


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """(standard deviation, mean)."""
    return std_mean_(input, *_options("std", input, dim, unbiased, correction), keepdim)


__all__ = ["std", "std_mean", "var", "var_mean"]
