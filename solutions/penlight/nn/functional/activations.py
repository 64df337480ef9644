"""Activations: the bends between the linear layers, each beside its derivative."""

import math

from penlight.autograd.node import rename
from penlight.nn import steps
from penlight.tensors import dtypes, special
from penlight.tensors.operation import inplace as in_place
from penlight.tensors.operation import kernels, operation
from penlight.tensors.pointwise import relu as relu_
from penlight.tensors.pointwise import sigmoid, tanh
from penlight.tensors.tensor import Tensor, wrap_dim

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def _stable_softplus(xp, x):
    return xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x)))


def _gelu(xp, x, /, approximate):
    if approximate == "tanh":
        return 0.5 * x * (1 + xp.tanh(_bent(x)))
    return x * _normal_cdf(xp, x)


def _bent(x):
    return math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)


def _normal_cdf(xp, x):
    return 0.5 * (1 + kernels(xp).erf(x * math.sqrt(0.5)))


def _gelu_rule(m, g, x, approximate):
    if approximate == "tanh":
        t = m.tanh(_bent(x))
        slope = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
        return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope)
    cdf = 0.5 * (1 + m.erf(x * math.sqrt(0.5)))
    return g * (cdf + x * m.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


leaky_relu_ = operation(
    "leaky_relu",
    lambda xp, x, /, slope: xp.where(x > 0, x, x * slope),
    x=lambda m, g, x, slope: m.where(x > 0, g, g * slope),
)
prelu_ = operation(
    "prelu",
    lambda xp, x, weight: xp.where(x > 0, x, weight * x),
    node_name="PreluKernelBackward0",
    x=lambda m, g, x, weight: m.where(x > 0, g, weight * g),
    weight=lambda m, g, x: m.drop(x * g, x > 0),
)
elu_ = operation(
    "elu",
    lambda xp, x, /, alpha, scale, inner: (
        scale * xp.where(x > 0, x, alpha * xp.expm1(inner * xp.minimum(x, 0)))
    ),
    x=lambda m, g, x, alpha, scale, inner: m.where(
        x > 0, g * scale, g * (scale * alpha * inner * m.exp(inner * m.drop(x, x > 0)))
    ),
)
gelu_ = operation("gelu", _gelu, x=_gelu_rule)
silu_ = operation(
    "silu",
    lambda xp, x, /: x / (1 + xp.exp(-x)),
    x=lambda m, g, x: g * (m.sigmoid(x) * (1 + x * (1 - m.sigmoid(x)))),
)
mish_ = operation(
    "mish",
    lambda xp, x, /: x * xp.tanh(_stable_softplus(xp, x)),
    x=lambda m, g, x: g * _mish_slope(m, x, m.tanh(m.softplus(x, 1, 20)), m.sigmoid(x)),
)
softplus_ = operation(
    "softplus",
    lambda xp, x, /, beta, threshold: xp.where(
        x * beta > threshold, x, _stable_softplus(xp, x * beta) / beta
    ),
    x=lambda m, g, x, beta, threshold: m.where(x * beta > threshold, g, g * m.sigmoid(x * beta)),
)
log_sigmoid_ = operation(
    "log_sigmoid",
    lambda xp, x, /: -_stable_softplus(xp, -x),
    x=lambda m, g, x: g * m.sigmoid(-x),
)
hardtanh_ = operation(
    "hardtanh",
    lambda xp, x, /, low, high: xp.clip(x, low, high).astype(x.dtype),
    x=lambda m, g, x, low, high: m.keep(g, (x > low) & (x < high)),
)
hardsigmoid_ = operation(
    "hardsigmoid",
    lambda xp, x, /: xp.clip(x + 3, 0, 6) / 6,
    x=lambda m, g, x: m.keep(g, (x > -3) & (x < 3)) / 6,
)
hardswish_ = operation(
    "hardswish",
    lambda xp, x, /: x * xp.clip(x + 3, 0, 6) / 6,
    x=lambda m, g, x: m.drop(m.where(x >= 3, g, g * (x / 3 + 0.5)), x <= -3),
)
hardshrink_ = operation(
    "hardshrink",
    lambda xp, x, /, lambd: xp.where((x >= -lambd) & (x <= lambd), 0, x).astype(x.dtype),
    x=lambda m, g, x, lambd: m.keep(g, (x < -lambd) | (x > lambd)),
)
softshrink_ = operation(
    "softshrink",
    lambda xp, x, /, lambd: xp.where(x > lambd, x - lambd, xp.where(x < -lambd, x + lambd, x * 0)),
    x=lambda m, g, x, lambd: m.keep(g, (x < -lambd) | (x > lambd)),
)
threshold_ = operation(
    "threshold",
    lambda xp, x, /, threshold, value: xp.where(x <= threshold, value, x).astype(x.dtype),
    x=lambda m, g, x, threshold: m.drop(g, x <= threshold),
)


def _mish_slope(m, x, t, s):
    return t + x * s * (1 - t * t)


def _softmax(xp, x, /, dim):
    if not x.size:
        return x.copy()
    shifted = xp.exp(x - x.max(dim, keepdims=True)) if x.ndim else x * 0 + 1
    return shifted / shifted.sum(dim, keepdims=True) if x.ndim else shifted


def _log_softmax(xp, x, /, dim):
    if not x.size or not x.ndim:
        return xp.zeros_like(x)
    shifted = x - x.max(dim, keepdims=True)
    return shifted - xp.log(xp.exp(shifted).sum(dim, keepdims=True))


def _along(m, g, dim):
    """Sum along one dimension, kept; a 0-d gradient is its own sum."""
    return m.sum(g, (dim,), True) if g.ndim else g


softmax_ = operation(
    "softmax", _softmax, x=lambda m, g, out, dim: out * (g - _along(m, g * out, dim))
)
log_softmax_ = operation(
    "log_softmax", _log_softmax, x=lambda m, g, out, dim: g - m.exp(out) * _along(m, g, dim)
)


# --- public forms -------------------------------------------------------------------------------


def floating(name, input):
    """`input`, or PyTorch's error where only floating-point numbers make sense."""
    if not input.is_floating_point():
        raise RuntimeError(f"\"{name}\" not implemented for '{dtypes.c_name(input.dtype)}'")
    return input


def _run(entry, input, *attrs, inplace=False) -> Tensor:
    return in_place(entry)(input, *attrs) if inplace else entry(input, *attrs)


def relu(input, inplace=False) -> Tensor:
    """max(x, 0)."""
    return _run(relu_, input, inplace=inplace)


def relu6(input, inplace=False) -> Tensor:
    """min(max(x, 0), 6)."""
    return hardtanh(input, 0.0, 6.0, inplace)


def leaky_relu(input, negative_slope=0.01, inplace=False) -> Tensor:
    """x where positive, else negative_slope · x."""
    return _run(leaky_relu_, floating("leaky_relu", input), negative_slope, inplace=inplace)


def prelu(input, weight) -> Tensor:
    """x where positive, else weight · x; one weight for all, or one for each channel (dim 1)."""
    if weight.ndim > 1 or (weight.ndim == 1 and input.ndim == 0 and weight.numel() != 1):
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )
    if weight.numel() != 1:
        channels = input.shape[1] if input.ndim > 1 else 1
        if weight.numel() != channels:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers "
                f"= {weight.numel()} and channel size = {channels}."
            )
        weight = weight.reshape(1, -1, *([1] * (input.ndim - 2)))
    elif weight.ndim:
        weight = weight.reshape(()) if input.ndim == 0 else weight
    return prelu_(input, weight)


def elu(input, alpha=1.0, inplace=False) -> Tensor:
    """x where positive, else alpha · (eˣ - 1)."""
    return _run(elu_, floating("elu", input), alpha, 1.0, 1.0, inplace=inplace)


def selu(input, inplace=False) -> Tensor:
    """`elu` scaled so that activations keep mean 0 and variance 1."""
    return _run(elu_, floating("elu", input), SELU_ALPHA, SELU_SCALE, 1.0, inplace=inplace)


def celu(input, alpha=1.0, inplace=False) -> Tensor:
    """x where positive, else alpha · (e^(x/alpha) - 1)."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    out = _run(elu_, floating("elu", input), alpha, 1.0, 1.0 / alpha, inplace=inplace)
    return rename(out, "CeluBackward0")


def gelu(input, approximate="none") -> Tensor:
    """x · Φ(x), Φ the normal distribution function; "tanh" approximates it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return gelu_(floating("GeluKernelImpl", input), approximate)


def silu(input, inplace=False) -> Tensor:
    """x · sigmoid(x)."""
    if not input.is_complex():
        floating("silu_cpu", input)
    return _run(silu_, input, inplace=inplace)


def mish(input, inplace=False) -> Tensor:
    """x · tanh(softplus(x))."""
    return _run(mish_, floating("mish_cpu", input), inplace=inplace)


def softplus(input, beta=1.0, threshold=20.0) -> Tensor:
    """log(1 + e^(beta·x)) / beta; x itself where beta·x is above the threshold."""
    return softplus_(floating("softplus_cpu", input), beta, threshold)


def softsign(input) -> Tensor:
    """x / (1 + |x|)."""
    return input / (input.abs() + 1)


def tanhshrink(input) -> Tensor:
    """x - tanh(x)."""
    return input - tanh(input)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False) -> Tensor:
    """x clipped to [min_val, max_val]."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return _run(hardtanh_, input, min_val, max_val, inplace=inplace)


def hardsigmoid(input, inplace=False) -> Tensor:
    """A sigmoid of three straight pieces: clip(x + 3, 0, 6) / 6."""
    return _run(hardsigmoid_, floating("hardsigmoid_kernel", input), inplace=inplace)


def hardswish(input, inplace=False) -> Tensor:
    """x · hardsigmoid(x)."""
    return _run(hardswish_, floating("hardswish_cpu", input), inplace=inplace)


def hardshrink(input, lambd=0.5) -> Tensor:
    """x, but 0 between -lambd and lambd."""
    return hardshrink_(floating("hardshrink_cpu", input), lambd)


def softshrink(input, lambd=0.5) -> Tensor:
    """x moved towards 0 by lambd, and 0 between."""
    if lambd < 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return softshrink_(floating("softshrink_cpu", input), lambd)


def threshold(input, threshold, value, inplace=False) -> Tensor:
    """x where above the threshold, else `value`."""
    return _run(threshold_, input, threshold, value, inplace=inplace)


def logsigmoid(input) -> Tensor:
    """log(sigmoid(x)), without overflow."""
    return log_sigmoid_(floating("log_sigmoid_cpu", input))


def glu(input, dim=-1) -> Tensor:
    """The first half of `dim` times the sigmoid of the second."""
    if not input.ndim:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    dim = wrap_dim(dim, input.ndim)
    if input.shape[dim] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {dim} is size {input.shape[dim]}"
        )
    half = input.shape[dim] // 2
    before = (slice(None),) * dim
    halves = input[(*before, slice(0, half))], input[(*before, slice(half, None))]
    return rename(halves[0] * sigmoid(halves[1]), "GluBackward0")


def _cast(input, dtype):
    return input if dtype is None else input.to(dtype)


def _implicit_dim(ndim: int) -> int:
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None) -> Tensor:
    """eˣ, divided by its sum along `dim`: positive numbers that add up to 1."""
    dim = _implicit_dim(input.ndim) if dim is None else wrap_dim(dim, input.ndim)
    return softmax_(floating("softmax_lastdim_kernel_impl", _cast(input, dtype)), dim)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None) -> Tensor:
    """log(softmax(x)), computed without forming the softmax."""
    dim = _implicit_dim(input.ndim) if dim is None else wrap_dim(dim, input.ndim)
    input = floating("log_softmax_lastdim_kernel_impl", _cast(input, dtype))
    if not steps.log_softmax.is_reference and input.numel() and input.ndim:
        return steps.log_softmax(input, dim)
    return log_softmax_(input, dim)


def softmin(input, dim=None, _stacklevel=3, dtype=None) -> Tensor:
    """softmax(-x)."""
    return softmax(-input, dim, dtype=dtype)


def _softmax_method(function):
    def method(self, dim, dtype=None) -> Tensor:
        return function(self, dim, dtype=dtype)

    method.__name__, method.__doc__ = function.__name__, function.__doc__
    return method


Tensor.softmax, Tensor.log_softmax = _softmax_method(softmax), _softmax_method(log_softmax)
special.softmax, special.log_softmax = softmax, log_softmax

__all__ = [
    "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh",
    "leaky_relu", "log_softmax", "logsigmoid", "mish", "prelu", "relu", "relu6", "selu", "sigmoid",
    "silu", "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink",
    "threshold",
]  # fmt: skip
