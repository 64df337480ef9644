"""What the cases share of the peers' own ways."""

from __future__ import annotations

from collections.abc import Callable


def tinygrad_step(layers: list, loss: Callable, rate: float) -> Callable[[], float]:
    """A step of SGD on the tensors `layers`, recorded once and replayed, as tinygrad advises."""
    from tinygrad import Tensor, TinyJit

    Tensor.realize(*layers)

    @TinyJit
    def step():
        value = loss()
        gradients = value.gradient(*layers)
        for each, gradient in zip(layers, gradients, strict=True):
            each.assign(each - rate * gradient)
        return value.realize(*layers)

    return lambda: step().item()
