"""Products added to something: `beta * input + alpha * (product)` in one operation."""

from penlight.tensors import dtypes
from penlight.tensors.meeting import broadcast
from penlight.tensors.operation import inplace, operation
from penlight.tensors.products import agree, expect_ndim, product, same_types, scaled
from penlight.tensors.tensor import Tensor


def _accumulating(name, multiply, **rules):
    """An entry for `beta * input + alpha * multiply(x, y)`; input is left out if beta is 0."""

    def forward(xp, input, x, y, /, beta, alpha):
        total = scaled(multiply(xp, x, y), alpha)
        if beta == 0:
            return total + xp.zeros(input.shape, total.dtype)
        return scaled(input, beta) + total

    return operation(name, forward, input=lambda m, g, beta: scaled(g, beta), **rules)


addmm_ = _accumulating(
    "addmm",
    product,
    x=lambda m, g, y, alpha: scaled(m.mm(g, m.t(y)), alpha),
    y=lambda m, g, x, alpha: scaled(m.mm(m.t(x), g), alpha),
)
addmv_ = _accumulating(
    "addmv",
    product,
    x=lambda m, g, y, alpha: scaled(m.unsqueeze(g, 1) * y, alpha),
    y=lambda m, g, x, alpha: scaled(m.mv(m.t(x), g), alpha),
)
addr_ = _accumulating(
    "addr",
    lambda xp, x, y: x[:, None] * y,
    x=lambda m, g, y, alpha: scaled(m.mv(g, y), alpha),
    y=lambda m, g, x, alpha: scaled(m.mv(m.t(g), x), alpha),
)
baddbmm_ = _accumulating(
    "baddbmm",
    product,
    x=lambda m, g, y, alpha: scaled(m.bmm(g, m.transpose(y, 1, 2)), alpha),
    y=lambda m, g, x, alpha: scaled(m.bmm(m.transpose(x, 1, 2), g), alpha),
)
addbmm_ = _accumulating(
    "addbmm",
    lambda xp, x, y: product(xp, x, y).sum(0),
    x=lambda m, g, x_shape, y, alpha: scaled(
        m.bmm(m.expand(g, (x_shape[0], *g.shape)), m.transpose(y, 1, 2)), alpha
    ),
    y=lambda m, g, x, x_shape, alpha: scaled(
        m.bmm(m.transpose(x, 1, 2), m.expand(g, (x_shape[0], *g.shape))), alpha
    ),
)


def _factor(name, factor, dtype):
    """A factor as a number of type `dtype`."""
    if name == "addr" and dtypes.of_number(factor).category > max(dtype.category, dtypes.INTEGER):
        raise RuntimeError(
            "For integral input tensors, arguments beta and alpha must not be floating point "
            "numbers."
        )
    return {dtypes.BOOL: bool, dtypes.INTEGER: int}.get(dtype.category, lambda x: x)(factor)


def _public(name, entry, ndims, shape_of, doc):
    """The function, method and in-place method of an entry.

    ndims  how many dimensions the two factors have
    """

    def run(input, x, y, *, beta=1, alpha=1) -> Tensor:
        expect_ndim(name, **{"the first factor": (x, ndims[0]), "the second": (y, ndims[1])})
        same_types(x, y)
        if name != "addr":
            agree("the factors'", x, y)
        if input.dtype is not x.dtype:
            raise RuntimeError(
                f"self and mat2 must have the same dtype, but got {dtypes.c_name(input.dtype)} "
                f"and {dtypes.c_name(x.dtype)}"
            )
        beta, alpha = (_factor(name, each, x.dtype) for each in (beta, alpha))
        shape = shape_of(x._array.shape, y._array.shape)
        if broadcast.shapes(input._array.shape, shape) != shape:
            raise RuntimeError(
                f"{name}(): input of shape {list(input._array.shape)} cannot be broadcast to the "
                f"product's shape {list(shape)}"
            )
        return entry(input, x, y, beta, alpha)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = doc
    setattr(Tensor, name, run)
    setattr(Tensor, name + "_", inplace(run))
    return run


addmm = _public(
    "addmm", addmm_, (2, 2), lambda x, y: (x[0], y[1]),
    "`beta * input + alpha * (x @ y)` for matrices x (n, k) and y (k, m).",
)  # fmt: skip
addmv = _public(
    "addmv", addmv_, (2, 1), lambda x, y: x[:1],
    "`beta * input + alpha * (x @ y)` for a matrix x (n, k) and a vector y (k,).",
)  # fmt: skip
addr = _public(
    "addr", addr_, (1, 1), lambda x, y: x + y,
    "`beta * input + alpha * (outer product)` for vectors x (n,) and y (m,).",
)  # fmt: skip
baddbmm = _public(
    "baddbmm", baddbmm_, (3, 3), lambda x, y: (*x[:2], y[2]),
    "`beta * input + alpha * (x @ y)` for batches x (b, n, k) and y (b, k, m).",
)  # fmt: skip
addbmm = _public(
    "addbmm", addbmm_, (3, 3), lambda x, y: (x[1], y[2]),
    "`beta * input + alpha * (x @ y).sum(0)` for batches x (b, n, k) and y (b, k, m).",
)  # fmt: skip

__all__ = ["addbmm", "addmm", "addmv", "addr", "baddbmm"]
