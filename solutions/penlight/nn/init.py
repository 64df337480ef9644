"""Starting values for parameters, drawn as PyTorch draws them: same seed, same weights.

Every function fills its tensor in place, without being recorded, and returns it.
"""

import math
import warnings

from penlight.autograd.modes import no_grad
from penlight.nn import steps
from penlight.tensors import random as _random  # teaches tensors uniform_ and normal_
from penlight.tensors.devices import array_module, move
from penlight.tensors.tensor import Tensor, wrap

_LINEAR = {"linear", "sigmoid"} | {
    f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)
}


def calculate_gain(nonlinearity: str, param=None) -> float:
    """What to multiply a spread by so that it survives `nonlinearity` unchanged."""
    if nonlinearity in _LINEAR:
        return 1
    if nonlinearity == "tanh":
        return 5 / 3
    if nonlinearity == "relu":
        return math.sqrt(2)
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs each output of a weight (out, in, …) has, and how many outputs each input."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    outputs, inputs, *window = tensor.shape
    return inputs * math.prod(window), outputs * math.prod(window)


_calculate_fan_in_and_fan_out = fans


def _fan(tensor, mode: str) -> int:
    modes = ["fan_in", "fan_out"]
    if mode.lower() not in modes:
        raise ValueError(f"Mode {mode} not supported, please use one of {modes}")
    return fans(tensor)[modes.index(mode.lower())]


@no_grad
def uniform_(tensor, a=0.0, b=1.0, generator=None) -> Tensor:
    """Uniform numbers in [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad
def normal_(tensor, mean=0.0, std=1.0, generator=None) -> Tensor:
    """Normal numbers."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad
def constant_(tensor, val) -> Tensor:
    """`val` everywhere."""
    return tensor.fill_(val)


def ones_(tensor) -> Tensor:
    return constant_(tensor, 1.0)


def zeros_(tensor) -> Tensor:
    return constant_(tensor, 0.0)


@no_grad
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None) -> Tensor:
    """Normal numbers between `a` and `b`: what falls outside is drawn again."""
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of "
            "values may be incorrect.",
            stacklevel=2,
        )
    inside = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    if inside > 0.3:
        return _redraw_outside(tensor, mean, std, a, b, generator)
    return _accept_by_density(tensor, mean, std, a, b, generator)


def _normal_cdf(x) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _redraw_outside(tensor, mean, std, a, b, generator):
    values = tensor.normal_(mean, std, generator=generator)._array
    low, high = values.dtype.type(a), values.dtype.type(b)
    while True:
        outside = (values < low) | (values > high)
        if not outside.any():
            return tensor
        again = wrap(values.copy()).normal_(mean, std, generator=generator)
        values[outside] = again._array[outside]


def _accept_by_density(tensor, mean, std, a, b, generator):
    """For a tail: uniform candidates, each kept with a chance in proportion to the density."""
    xp, values = array_module(tensor._array), tensor._array
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    pending = xp.ones(values.shape, bool)
    while pending.any():
        drawn = wrap(values.copy()).uniform_(a, b, generator=generator)._array
        values[pending] = drawn[pending]
        density = -0.5 * ((drawn - mean) / std) ** 2 - peak
        chance = wrap(values.copy()).uniform_(generator=generator)._array
        pending &= xp.log(chance) > density
    return tensor


@no_grad
def eye_(tensor) -> Tensor:
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    array = tensor._array
    array[...] = array_module(array).eye(*array.shape, dtype=array.dtype)
    return tensor


@no_grad
def dirac_(tensor, groups=1) -> Tensor:
    """A convolution's weight that hands its input through."""
    if tensor.ndim not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    outputs, inputs, *window = tensor.shape
    if outputs % groups:
        raise ValueError("dim 0 must be divisible by groups")
    tensor.zero_()
    centre = tuple(n // 2 for n in window)
    each = outputs // groups
    for group in range(groups):
        for d in range(min(each, inputs)):
            tensor._array[(group * each + d, d, *centre)] = 1
    return tensor


def xavier_uniform_(tensor, gain=1.0, generator=None) -> Tensor:
    """Uniform, as wide as keeps variance the same forwards and backwards (Glorot)."""
    bound = math.sqrt(3) * (gain * math.sqrt(2 / sum(fans(tensor))))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor, gain=1.0, generator=None) -> Tensor:
    """Normal, as wide as keeps variance the same forwards and backwards (Glorot)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(fans(tensor))), generator)


def _kaiming_std(tensor, a, mode, nonlinearity):
    if not tensor.numel():
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return 0.0
    fan = _fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
) -> Tensor:
    """Uniform, as wide as keeps variance the same through a rectifier (He)."""
    std = _kaiming_std(tensor, a, mode, nonlinearity)
    usual = (mode, nonlinearity, generator) == ("fan_in", "leaky_relu", None)
    if usual and std and not steps.kaiming_uniform_.is_reference:
        return steps.kaiming_uniform_(tensor, a)
    bound = math.sqrt(3) * std
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None
) -> Tensor:
    """Normal, as wide as keeps variance the same through a rectifier (He)."""
    return normal_(tensor, 0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


@no_grad
def orthogonal_(tensor, gain=1, generator=None) -> Tensor:
    """Rows (or columns, whichever are fewer) at right angles, all of length `gain`."""
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if not tensor.numel():
        return tensor
    rows = tensor.shape[0]
    drawn = wrap(tensor._array.reshape(rows, -1).copy()).normal_(0, 1, generator=generator)._array
    xp = array_module(drawn)
    flat = drawn if rows >= drawn.shape[1] else drawn.T
    q, r = xp.linalg.qr(flat)
    # The signs of the diagonal make the result uniform over all orthogonal matrices.
    q = q * xp.sign(xp.diagonal(r))
    q = q if rows >= drawn.shape[1] else q.T
    tensor._array[...] = gain * q.reshape(tensor._array.shape)
    return tensor


@no_grad
def sparse_(tensor, sparsity, std=0.01, generator=None) -> Tensor:
    """Normal numbers, with a share `sparsity` of each column set to 0."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    tensor.normal_(0, std, generator=generator)
    zeros = math.ceil(sparsity * rows)
    for column in range(columns):
        order = move(_random.randperm(rows)._array, tensor.device)
        tensor._array[order[:zeros], column] = 0
    return tensor
