"""Derivatives of functions: products with the Jacobian, the Jacobian, the Hessian."""

from penlight.autograd.engine import grad
from penlight.autograd.modes import set_grad_enabled
from penlight.tensors.devices import array_module
from penlight.tensors.joining import stack
from penlight.tensors.tensor import Tensor, wrap


def _tuple(value):
    return (value,) if isinstance(value, Tensor) else tuple(value)


def _fresh(inputs, create_graph):
    """Inputs whose gradients are wanted: recorded aliases, or leaves cut from their history."""
    if create_graph:
        return tuple(
            x.view(x.shape) if x._requires_grad else x.detach().requires_grad_() for x in inputs
        )
    return tuple(x.detach().requires_grad_() for x in inputs)


def _zeros(x):
    return wrap(array_module(x._array).zeros_like(x._array))


def _direction(v, like, what):
    if v is None:
        if sum(x.numel() for x in like) != 1:
            raise RuntimeError(f"The vector v can only be None if the {what} is a single element.")
        return tuple(wrap(array_module(x._array).ones_like(x._array)) for x in like)
    v = _tuple(v)
    for given, x in zip(v, like, strict=True):
        if given.shape != x.shape:
            raise RuntimeError(
                f"v has shape {tuple(given.shape)}, but the {what} has {tuple(x.shape)}"
            )
    return v


def _done(values, create_graph, several):
    values = tuple(v if create_graph else v.detach() for v in values)
    return values if several else values[0]


def vjp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), v·J): the vector-Jacobian product that one backward computes."""
    with set_grad_enabled(True):
        xs = _fresh(_tuple(inputs), create_graph)
        out = func(*xs)
        ys = _tuple(out)
        v = _direction(v, ys, "output")
        found = _grads(ys, xs, v, create_graph)
    several = not isinstance(inputs, Tensor)
    return _done(ys, create_graph, not isinstance(out, Tensor)), _done(found, create_graph, several)


def jvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), J·v): the Jacobian-vector product, from two backward passes."""
    with set_grad_enabled(True):
        xs = _fresh(_tuple(inputs), create_graph)
        out = func(*xs)
        ys = _tuple(out)
        v = _direction(v, xs, "input")
        # v·J is linear in v; its own vector-Jacobian product is J·v.
        probes = tuple(_zeros(y).requires_grad_() for y in ys)
        back = _grads(ys, xs, probes, True)
        found = _grads(back, probes, v, create_graph)
    several = not isinstance(out, Tensor)
    return _done(ys, create_graph, several), _done(found, create_graph, several)


def _grads(ys, xs, v, create_graph):
    pairs = [(y, g) for y, g in zip(ys, v, strict=True) if y._requires_grad]
    if not pairs:
        return tuple(_zeros(x) for x in xs)
    ys, v = zip(*pairs, strict=True)
    found = grad(ys, xs, v, create_graph=create_graph, retain_graph=True, allow_unused=True)
    return tuple(_zeros(x) if g is None else g for g, x in zip(found, xs, strict=True))


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy=None):
    """The Jacobian, of shape output.shape + input.shape; nested tuples for several of either."""
    with set_grad_enabled(True):
        xs = _fresh(_tuple(inputs), create_graph)
        out = func(*xs)
        rows = tuple(_jacobian_of(y, xs, create_graph) for y in _tuple(out))
    if isinstance(inputs, Tensor):
        rows = tuple(row[0] for row in rows)
    return rows[0] if isinstance(out, Tensor) else rows


def _jacobian_of(y, xs, create_graph):
    """For each input, its Jacobian for the output `y`: one backward an element of `y`."""
    module = array_module(y._array)
    rows = []
    for k in range(y.numel()):
        cotangent = module.zeros(y.numel(), y._array.dtype)
        cotangent[k] = 1
        cotangent = wrap(cotangent.reshape(y._array.shape))
        rows.append(_grads((y,), xs, (cotangent,), create_graph))
    return tuple(
        stack([row[i] for row in rows]).reshape(*y.shape, *x.shape)
        if rows
        else wrap(module.zeros((*y.shape, *x.shape), x._array.dtype))
        for i, x in enumerate(xs)
    )


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False):
    """The matrix of second derivatives of a function with one result."""

    def scalar(*xs):
        out = func(*xs)
        if not isinstance(out, Tensor) or out.numel() != 1:
            raise RuntimeError(
                "The Tensor returned by the function given to hessian should contain a single "
                "element"
            )
        return out.reshape(())

    def first(*xs):
        return jacobian(scalar, xs if len(xs) > 1 else xs[0], create_graph=True)

    return jacobian(first, inputs, create_graph=create_graph)


def hvp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), H·v) without forming the Hessian."""
    several = not isinstance(inputs, Tensor)

    def first(*xs):
        return vjp(func, xs if several else xs[0], create_graph=True)[1]

    return func(*_tuple(inputs)), jvp(first, inputs, v, create_graph)[1]


def vhp(func, inputs, v=None, create_graph=False, strict=False):
    """(func(inputs), v·H) without forming the Hessian."""
    several = not isinstance(inputs, Tensor)

    def first(*xs):
        return vjp(func, xs if several else xs[0], create_graph=True)[1]

    return func(*_tuple(inputs)), vjp(first, inputs, v, create_graph)[1]


__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
