"""Is a gradient right? Compare it with finite differences, element by element."""

import numpy as np

from penlight.autograd.engine import grad
from penlight.autograd.modes import set_grad_enabled
from penlight.slots import slot
from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, move
from penlight.tensors.tensor import Tensor, wrap


class GradcheckError(RuntimeError):
    """A derivative does not agree with finite differences."""


def gradcheck(
    func, inputs, *, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **ignored
) -> bool:  # fmt: skip
    """Whether the gradients of `func` at `inputs` agree with central differences of step `eps`.

    Use float64: in float32 the differences are too coarse. Raises GradcheckError, or returns False.
    """
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [k for k, x in enumerate(inputs) if isinstance(x, Tensor) and x._requires_grad]
    if not checked:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of the "
            "them have requires_grad=True."
        )
    outputs = _tensors(func(*inputs))
    for o, y in enumerate(outputs):
        if y.dtype.category < dtypes.FLOAT:
            continue
        for k in checked:
            numerical = _numerical(func, inputs, k, o, eps)
            analytical = _analytical(y, inputs[k])
            if not np.allclose(analytical, numerical, rtol, atol, equal_nan=True):
                if not raise_exception:
                    return False
                raise GradcheckError(
                    f"Jacobian mismatch for output {o} with respect to input {k},\n"
                    f"numerical:{wrap(numerical)}\nanalytical:{wrap(analytical)}\n"
                )
    return True


def gradgradcheck(func, inputs, grad_outputs=None, **options) -> bool:
    """`gradcheck` of the gradient of `func`: are its second derivatives right?"""
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        grad_outputs = [
            wrap(rng.standard_normal(y.shape).astype(y._array.dtype)).requires_grad_()
            for y in _tensors(func(*inputs))
            if y._requires_grad
        ]
    cotangents = tuple(_tensors(grad_outputs))

    def gradient(*args):
        xs, gs = args[: len(inputs)], args[len(inputs) :]
        ys = [y for y in _tensors(func(*xs)) if y._requires_grad]
        wanted = [x for x in xs if isinstance(x, Tensor) and x._requires_grad]
        found = grad(ys, wanted, gs, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(gradient, (*inputs, *cotangents), **options)


@slot(exercise="04_autograd")
def numerical_jacobian(f, x, eps=1e-6):
    """The derivative of every element of f(x) by every element of x, from central differences.

    Row i belongs to element i of f(x), column j to element j of x. `x` is left as it is.
    Example: for f(x) = x * x at [1., 3.] it is close to [[2., 0.], [0., 6.]].
    """
    flat, y = x.detach().reshape(-1), f(x.detach())
    jacobian = y.detach().new_zeros(y.numel(), x.numel())
    for j in range(x.numel()):
        up, down = flat.clone(), flat.clone()
        up[j] += eps
        down[j] -= eps
        difference = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
        jacobian[:, j] = difference.detach().reshape(-1) / (2 * eps)
    return jacobian


def _tensors(value):
    return [value] if isinstance(value, Tensor) else [v for v in value if isinstance(v, Tensor)]


def _numerical(func, inputs, k, o, eps):
    """Rows: elements of the input; columns: elements of the output."""

    def one(x):
        with set_grad_enabled(True):
            return _tensors(func(*inputs[:k], x.requires_grad_(), *inputs[k + 1 :]))[o]

    return move(numerical_jacobian(one, inputs[k], eps)._array, CPU).T


def _analytical(y, x):
    columns = []
    for k in range(y.numel()):
        cotangent = np.zeros(y.numel(), y._array.dtype)
        cotangent[k] = 1
        g = None
        if y._requires_grad:
            cotangent = wrap(cotangent.reshape(y._array.shape)).to(device=y.device)
            (g,) = grad(y, x, cotangent, retain_graph=True, allow_unused=True)
        columns.append(np.zeros(x.numel()) if g is None else move(g._array, CPU).reshape(-1))
    return np.array(columns).T.reshape(x.numel(), -1)
