"""A small TensorFlow 2: variables, a tape, and `function`, on penlight's operations.

Covered: `Variable` (assign, assign_add, assign_sub), `GradientTape` (watch, persistent), `function`
(one capture for each shape and type; `captures` says how many), and the operations below under
TensorFlow's names. Not covered: everything else; there is no autograph (see `script`).
"""

from __future__ import annotations

import types

import numpy as np

from penlight.autograd.modes import no_grad, set_grad_enabled
from penlight.graphs.guards import Compiled
from penlight.graphs.passes import optimise
from penlight.graphs.tape import Tape
from penlight.nn.functional import log_softmax, relu, sigmoid, softmax, tanh
from penlight.tensors import dtypes
from penlight.tensors.creation import as_tensor, ones, tensor, zeros
from penlight.tensors.operation import vocabulary
from penlight.tensors.random import randn
from penlight.tensors.tensor import Tensor

float32, float64, int32, int64 = dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64


class Variable(Tensor):
    """A tensor that keeps its memory and is changed by `assign`; every tape watches it."""

    is_state = True
    # Always heard, by whichever tape or capture is listening.
    _tracked = property(lambda self: True, lambda self, value: None)

    def __new__(cls, *args, **kwargs):
        return Tensor.__new__(cls)

    def __init__(self, initial_value, trainable: bool = True, name: str = "Variable", dtype=None):
        value = as_tensor(initial_value, dtype=dtype)
        self._array = np.array(value._array)
        self.trainable, self.name = trainable, name

    @no_grad()
    def assign(self, value) -> Variable:
        """Write `value`, of the same shape, into the variable."""
        value = as_tensor(value, dtype=self.dtype)
        if value.shape != self.shape:
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable "
                f"shape {tuple(self.shape)}, and the assigned value shape {tuple(value.shape)} "
                "are incompatible."
            )
        return self.copy_(value)

    def assign_add(self, delta) -> Variable:
        return self.assign(self + as_tensor(delta, dtype=self.dtype))

    def assign_sub(self, delta) -> Variable:
        return self.assign(self - as_tensor(delta, dtype=self.dtype))

    def read_value(self) -> Tensor:
        return vocabulary.alias(self)

    def __repr__(self):
        return f"<Variable '{self.name}' shape={tuple(self.shape)} value={self._array.tolist()}>"

    __str__ = __repr__


class GradientTape:
    """Records what is done with variables and watched tensors; `gradient` plays it backwards."""

    def __init__(self, persistent: bool = False):
        self.persistent, self._tape, self._used = persistent, Tape(), False

    def __enter__(self):
        self._tape.__enter__()
        return self

    def __exit__(self, *exc):
        self._tape.__exit__(*exc)

    def watch(self, tensor) -> None:
        """Also ask for gradients of this tensor, which is no variable."""
        for each in tensor if isinstance(tensor, list | tuple) else (tensor,):
            self._tape.watch(each)

    def gradient(self, target, sources):
        """The gradient of the sum of `target` for each source, None where it does not matter."""
        if self._used and not self.persistent:
            raise RuntimeError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians)"
            )
        self._used = True
        several = isinstance(sources, list | tuple)
        found = self._tape.gradient(target, sources if several else [sources])
        return found if several else found[0]


class Function(Compiled):
    """What `function` makes: a graph for each kind of arguments."""

    def __call__(self, *args, **kwargs):
        args = tuple(as_tensor(x) if isinstance(x, np.ndarray) else x for x in args)
        with set_grad_enabled(False):  # gradients come from tapes here
            return super().__call__(*args, **kwargs)

    def experimental_get_tracing_count(self) -> int:
        return self.captures


def function(func=None):
    """Decorator: run the function as a graph, captured anew for new shapes and types."""
    return function if func is None else Function(func, (optimise,))


def constant(value, dtype=None, shape=None) -> Tensor:
    made = tensor(value, dtype=dtype)
    return made if shape is None else made.reshape(shape).expand(shape)


convert_to_tensor = constant


def matmul(a, b) -> Tensor:
    return a @ b


def cast(x, dtype) -> Tensor:
    return x.to(dtype)


def square(x) -> Tensor:
    return x * x


def _reduction(name):
    def reduce(input_tensor, axis=None, keepdims=False) -> Tensor:
        method = getattr(input_tensor, name)
        return method() if axis is None else method(axis, keepdim=keepdims)

    reduce.__name__ = f"reduce_{name}"
    return reduce


reduce_sum, reduce_mean = _reduction("sum"), _reduction("mean")


def maximum(x, y) -> Tensor:
    return x.clamp(min=y) if isinstance(y, int | float) else x.maximum(y)


def transpose(a) -> Tensor:
    return a.t()


def reshape(tensor, shape) -> Tensor:
    return tensor.reshape(tuple(shape))


def argmax(input, axis=None) -> Tensor:
    return input.argmax(axis)


def exp(x) -> Tensor:
    return x.exp()


def log(x) -> Tensor:
    return x.log()


nn = types.SimpleNamespace(
    relu=relu, sigmoid=sigmoid, softmax=lambda x, axis=-1: softmax(x, axis), tanh=tanh,
    log_softmax=lambda x, axis=-1: log_softmax(x, axis),
)  # fmt: skip
random = types.SimpleNamespace(normal=lambda shape, dtype=None: randn(*shape, dtype=dtype))
__all__ = [
    "GradientTape", "Variable", "argmax", "cast", "constant", "exp", "function", "log", "matmul",
    "maximum", "nn", "ones", "random", "reduce_mean", "reduce_sum", "reshape", "square",
    "transpose", "zeros",
]  # fmt: skip
