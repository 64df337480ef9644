"""Running totals: each element tells of all up to it."""

from penlight.tensors import dtypes
from penlight.tensors.comparing import ne
from penlight.tensors.extremes import choosing
from penlight.tensors.joining import cat
from penlight.tensors.operation import inplace, operation
from penlight.tensors.reductions import integral, summed
from penlight.tensors.returns import return_type
from penlight.tensors.tensor import Tensor, teach, wrap_dim


def _cumsum(xp, x, /, dim):
    return xp.cumsum(x, dim, dtype=x.dtype) if x.ndim else x.copy()


def _cumsum_back(xp, x, /, dim):
    return xp.flip(xp.cumsum(xp.flip(x, dim), dim, dtype=x.dtype), dim) if x.ndim else x.copy()


# Running from the front and from the back: each is the gradient of the other.
cumsum_ = operation("cumsum", _cumsum, x=lambda m, g, dim: m.cumsum_back(g, dim))
cumsum_back = operation("cumsum_back", _cumsum_back, x=lambda m, g, dim: m.cumsum(g, dim))
cumprod_ = operation(
    "cumprod",
    lambda xp, x, /, dim: xp.cumprod(x, dim, dtype=x.dtype) if x.ndim else x.copy(),
    # Only for inputs without zeros; `cumprod` sees to that.
    x=lambda m, g, x, out, dim: m.cumsum_back(g * out, dim) / x,
)
logcumsumexp_ = operation(
    "logcumsumexp",
    lambda xp, x, /, dim: _logcumsumexp(xp, x, dim),
    x=lambda m, g, x, out, dim: _logcumsumexp_rule(m, g, x, out, dim),
)


def _logcumsumexp(xp, x, dim):
    if not x.ndim or not x.size:
        return x.copy()
    rows = xp.moveaxis(x, dim, 0)
    out = xp.empty_like(rows)
    out[0] = rows[0]
    for i in range(1, len(rows)):
        out[i] = xp.logaddexp(out[i - 1], rows[i])
    return xp.ascontiguousarray(xp.moveaxis(out, 0, dim))


def _logcumsumexp_rule(m, g, x, out, dim):
    # exp(x - out) never overflows where it counts: out is at least x from its place on. What comes
    # later is larger still, so shares are taken relative to the result at each later place.
    shift = x - out
    # + 0.0: PyTorch adds up from 0, and so never ends at -0.
    return m.exp(shift) * m.cumsum_back_weighted(g, out, dim) + 0.0


def _weighted(xp, g, out, dim, back):
    """Running sums of `g` in which every step from place i to place j costs exp(out[i] - out[j]).

    `out` never falls, so no exponent is positive. `back` runs from the end.
    """
    if not g.ndim or not g.size:
        return g.copy()
    gs, outs = xp.moveaxis(g, dim, 0), xp.moveaxis(out, dim, 0)
    total = gs.copy()
    places = range(len(gs) - 2, -1, -1) if back else range(1, len(gs))
    for i in places:
        before = i + 1 if back else i - 1
        step = -xp.abs(outs[i] - outs[before])
        total[i] += xp.exp(xp.where(xp.isnan(step), 0, step)) * total[before]
    return xp.ascontiguousarray(xp.moveaxis(total, 0, dim))


weighted_back = operation(
    "cumsum_back_weighted",
    lambda xp, v, level, /, dim: _weighted(xp, v, level, dim, True),
    v=lambda m, g, level, dim: m.cumsum_weighted(g, level, dim),
    level=lambda m, g, v, level, out, dim: g * out - v * m.cumsum_weighted(g, level, dim),
)
weighted = operation(
    "cumsum_weighted",
    lambda xp, v, level, /, dim: _weighted(xp, v, level, dim, False),
    v=lambda m, g, level, dim: m.cumsum_back_weighted(g, level, dim),
    level=lambda m, g, v, level, out, dim: v * m.cumsum_back_weighted(g, level, dim) - g * out,
)


def _running(name, better):
    def kernel(xp, x, /, dim):
        if not x.ndim or not x.size:
            return xp.zeros(x.shape, xp.int64)
        rows = xp.moveaxis(x, dim, 0)
        places = xp.zeros(rows.shape, xp.int64)
        best = rows[0].copy()
        for i in range(1, len(rows)):
            # The later of equals, and anything that is not a number, wins.
            wins = better(rows[i], best) | (rows[i] != rows[i])
            best = xp.where(wins, rows[i], best)
            places[i] = xp.where(wins, i, places[i - 1])
        return xp.ascontiguousarray(xp.moveaxis(places, 0, dim))

    return operation(f"{name}_places", kernel)


cummax_places = _running("cummax", lambda new, best: new >= best)
cummin_places = _running("cummin", lambda new, best: new <= best)


# --- public forms -------------------------------------------------------------------------------


@teach()
def cumsum(input, dim, *, dtype=None) -> Tensor:
    """Running sums along `dim`."""
    dim = wrap_dim(dim, input.ndim)
    return cumsum_(summed(input, dtype), dim)


@teach()
def cumprod(input, dim, *, dtype=None) -> Tensor:
    """Running products along `dim`."""
    dim = wrap_dim(dim, input.ndim)
    input = summed(input, dtype)
    if input._tracked and input.ndim and not input._array.all():
        return _cumprod_step_by_step(input, dim)
    return cumprod_(input, dim)


Tensor.cumsum_, Tensor.cumprod_ = inplace(cumsum), inplace(cumprod)


def _cumprod_step_by_step(input, dim) -> Tensor:
    """Past a zero the gradient is no quotient: record the products one by one."""
    total, parts = None, []
    for i in range(input.shape[dim]):
        part = input.narrow(dim, i, 1)
        total = part if total is None else total * part
        parts.append(total)
    return cat(parts, dim)


@teach()
def logcumsumexp(input, dim) -> Tensor:
    """Running log(Σ eˣ) along `dim`."""
    dim = wrap_dim(dim, input.ndim)
    if integral(input):
        raise RuntimeError(
            f"\"logcumsumexp_out_cpu\" not implemented for '{dtypes.c_name(input.dtype)}'"
        )
    return logcumsumexp_(input, dim)


def _with_places(name, find, doc):
    choose, pair = choosing(name), return_type(name, "values", "indices")

    def run(input, dim):
        dim = wrap_dim(dim, input.ndim)
        places = find(input, dim)
        return pair(choose(input, places, dim, True), places)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    return teach(name)(run)


cummax = _with_places("cummax", cummax_places, "(running maximum, where it was) along `dim`.")
cummin = _with_places("cummin", cummin_places, "(running minimum, where it was) along `dim`.")


@teach()
def diff(input, n=1, dim=-1, prepend=None, append=None) -> Tensor:
    """Differences of neighbours along `dim`, taken `n` times."""
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    dim = wrap_dim(dim, input.ndim)
    for each in (prepend, append):
        if each is not None and each.ndim != input.ndim:
            raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    if n == 0:
        return input.clone()
    pieces = [each for each in (prepend, input, append) if each is not None]
    out = cat(pieces, dim) if len(pieces) > 1 else input
    for _ in range(n):
        length = max(out.shape[dim] - 1, 0)
        if not length:
            return out.narrow(dim, 0, 0)
        later, earlier = out.narrow(dim, 1, length), out.narrow(dim, 0, length)
        out = ne(later, earlier) if out.dtype is dtypes.bool_ else later - earlier
    return out


__all__ = ["cummax", "cummin", "cumprod", "cumsum", "diff", "logcumsumexp"]
