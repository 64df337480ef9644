"""Normalisation: shift and scale so that groups of elements have mean 0 and variance 1.

Batch, layer, group and instance norm are one computation; they differ in which elements belong
together. `view` is the shape in which these are whole dimensions, `dims` are those dimensions,
`affine` is the shape in which weight and bias fit that view.
"""

import math

from penlight.nn import steps
from penlight.nn.functional.padding import pad
from penlight.nn.functional.pooling import avg_pool2d
from penlight.tensors import dtypes
from penlight.tensors.operation import operation, recorder
from penlight.tensors.tensor import Tensor


def _forward(xp, x, weight, bias, /, view, dims, affine, eps):
    h = x.reshape(view)
    mean = h.mean(dims, keepdims=True)
    out = h - mean
    var = (out * out).mean(dims, keepdims=True)
    scale = (var + eps) ** -0.5
    out *= scale if weight is None else scale * weight.reshape(affine)
    if bias is not None:
        out += bias.reshape(affine)
    return out.reshape(x.shape), mean, var


def _rule(m, g, x, weight, out, x_shape, view, dims, affine, eps):
    """Mean and variance are results too: in higher derivatives gradients arrive there as well."""
    through, to_mean, to_var = g
    mean, var = out[1], out[2]
    centred = m.reshape(x, view) - mean
    n = math.prod(view[d] for d in dims)
    slope, shift = 0, 0  # what is added: slope · centred + shift
    if to_var is not None:
        slope = to_var * (2 / n)
    if to_mean is not None:
        shift = to_mean / n
    if through is None:
        return m.reshape(slope * centred + shift, x_shape)
    scale = factor = (var + eps) ** -0.5
    g = m.reshape(through, view)
    if weight is not None:
        weight = m.reshape(weight, affine)
        if all(affine[d] == 1 for d in dims):  # the same within each mean: it can wait
            factor = factor * weight
        else:
            g = g * weight
    slope = slope - factor * scale * scale * m.sum(g * centred, dims, True) / n
    shift = shift - factor * m.sum(g, dims, True) / n
    return m.reshape(factor * g + (slope * centred + shift), x_shape)


def _weight_rule(m, g, x, weight_shape, out, view, affine, eps):
    if g[0] is None:
        return None
    normal = (m.reshape(x, view) - out[1]) * (out[2] + eps) ** -0.5
    return _summed(m, m.reshape(g[0], view) * normal, affine, weight_shape)


def _summed(m, g, affine, shape):
    """`g` summed to the shape of a weight."""
    return m.reshape(m.sum(g, tuple(d for d, n in enumerate(affine) if n == 1), False), shape)


def _bias_rule(m, g, bias_shape, view, affine):
    return None if g[0] is None else _summed(m, m.reshape(g[0], view), affine, bias_shape)


def _norm(name):
    return operation(
        name, _forward, node_name=_NODES[name], x=_rule, weight=_weight_rule, bias=_bias_rule
    )


_NODES = {
    "batch_norm": "NativeBatchNormBackward0",
    "layer_norm": "NativeLayerNormBackward0",
    "group_norm": "NativeGroupNormBackward0",
}
batch_norm_, layer_norm_, group_norm_ = map(_norm, _NODES)


def _fixed(xp, x, weight, bias, mean, var, /, affine, eps):
    scale = (var + eps) ** -0.5
    scale = scale if weight is None else scale * weight
    out = (x - mean.reshape(affine)) * scale.reshape(affine)
    return out if bias is None else out + bias.reshape(affine)


def _fixed_rule(m, g, weight, var, affine, eps):
    scale = (var + eps) ** -0.5
    return g * m.reshape(scale if weight is None else scale * weight, affine)


def _fixed_weight_rule(m, g, x, mean, var, weight_shape, affine, eps):
    normal = (x - m.reshape(mean, affine)) * m.reshape((var + eps) ** -0.5, affine)
    return _summed(m, g * normal, affine, weight_shape)


# Batch norm with a mean and variance measured earlier.
batch_norm_fixed = operation(
    "batch_norm_fixed",
    _fixed,
    node_name="NativeBatchNormBackward0",
    x=_fixed_rule,
    weight=_fixed_weight_rule,
    bias=lambda m, g, bias_shape, affine: _summed(m, g, affine, bias_shape),
)


# --- public forms -------------------------------------------------------------------------------


def _check_channels(name, channels, **tensors):
    for what, tensor in tensors.items():
        if tensor is not None and tensor.numel() != channels:
            raise RuntimeError(
                f"{name}: {what} should contain {channels} elements not {tensor.numel()}"
            )


def _blend(running, measured, momentum, factor=1.0):
    """Move a running average a step of size `momentum` towards `factor * measured`."""
    if running is None:
        return
    if recorder.capturing is not None:  # the same in operations, which a capture hears of
        measured = measured.detach().reshape(running.shape) * factor
        running.copy_((1 - momentum) * running + momentum * measured)
        return
    array = running._array
    array[...] = (1 - momentum) * array + momentum * (measured._array * factor).reshape(array.shape)


def batch_norm(
    input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
    eps=1e-5,
) -> Tensor:  # fmt: skip
    """Normalise each channel of (N, C, …) over the batch and all positions.

    In training the running averages are updated in place; else they are used instead.
    """
    if input.ndim < 2:
        if not input.numel():
            return input.clone()
        raise RuntimeError(f"batch_norm expects an input of shape (N, C, …), got {input.shape}")
    if input.is_complex():
        name = dtypes.c_name(input.dtype)
        raise NotImplementedError(f"\"batch_norm\" not implemented for '{name}'")
    shape, channels = input._array.shape, input._array.shape[1]
    n = math.prod(shape) // max(channels, 1)
    if training and n == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )
    _check_channels("batch_norm", channels, running_mean=running_mean, running_var=running_var,
                    weight=weight, bias=bias)  # fmt: skip
    affine = (1, channels, *[1] * (len(shape) - 2))
    if not training and (running_mean is None or running_var is None):
        raise RuntimeError("running_mean and running_var must be given in evaluation mode")
    if n and not steps.batch_norm.is_reference:
        given = zip((running_mean, running_var, weight, bias), (0, 1, 1, 0), strict=True)
        vectors = [input.new_full((channels,), x) if t is None else t for t, x in given]
        return steps.batch_norm(input, *vectors, training, momentum, eps)
    if not training:
        return batch_norm_fixed(input, weight, bias, running_mean, running_var, affine, eps)
    dims = (0, *range(2, len(shape)))
    out, mean, var = batch_norm_(input, weight, bias, shape, dims, affine, eps)
    if n:  # not counted as writes, as in PyTorch: the graph of an earlier step stays valid
        _blend(running_mean, mean, momentum)
        _blend(running_var, var, momentum, n / (n - 1))
    return out


def instance_norm(
    input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
    momentum=0.1, eps=1e-5,
) -> Tensor:  # fmt: skip
    """Normalise each channel of each sample of (N, C, …) over its positions."""
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    shape = input._array.shape
    n = math.prod(shape[2:])
    if n == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {input.shape}"
        )
    _check_channels("instance_norm", shape[1], running_mean=running_mean, running_var=running_var,
                    weight=weight, bias=bias)  # fmt: skip
    affine = (1, shape[1], *[1] * (len(shape) - 2))
    dims = tuple(range(2, len(shape)))
    out, mean, var = batch_norm_(input, weight, bias, shape, dims, affine, eps)
    _blend(running_mean, mean.detach().mean(0), momentum)
    _blend(running_var, var.detach().mean(0), momentum, n / max(n - 1, 1))
    for running in (running_mean, running_var):
        if running is not None and recorder.capturing is None:
            running.storage().version += 1
    return out


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5) -> Tensor:
    """Normalise over the last dimensions, which must be `normalized_shape`."""
    dims = _last_dims("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    shape = input._array.shape
    affine = (1,) * dims[0] + shape[dims[0] :]
    return layer_norm_(input, weight, bias, shape, dims, affine, eps)[0]


def rms_norm(input, normalized_shape, weight=None, eps=None) -> Tensor:
    """Divide by the root of the mean square over the last dimensions (`normalized_shape`)."""
    dims = _last_dims("rms_norm", input, normalized_shape, weight=weight)
    if eps is None:
        eps = dtypes.finfo(input.dtype).eps
    out = input * ((input * input).mean(dims, keepdim=True) + eps) ** -0.5
    return out if weight is None else out * weight


def _last_dims(name, input, normalized_shape, **tensors):
    wanted = tuple(normalized_shape)
    if not wanted:
        raise RuntimeError(
            f"Expected normalized_shape to be at least 1-dimensional, i.e., containing at least "
            f"one element, but got normalized_shape = {list(wanted)}"
        )
    for what, tensor in tensors.items():
        if tensor is not None and tensor._array.shape != wanted:
            raise RuntimeError(
                f"Expected {what} to be of same shape as normalized_shape, but got {what} of "
                f"shape {list(tensor.shape)} and normalized_shape = {list(wanted)}"
            )
    if input._array.shape[-len(wanted) :] != wanted:
        raise RuntimeError(
            f"Given normalized_shape={list(wanted)}, expected input with shape "
            f"[*, {', '.join(map(str, wanted))}], but got input of size{list(input.shape)}"
        )
    return tuple(range(input.ndim - len(wanted), input.ndim))


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5) -> Tensor:
    """Normalise each of `num_groups` groups of channels of (N, C, …), sample by sample."""
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but got {input.ndim}")
    shape = input._array.shape
    if num_groups <= 0:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input "
            f"of shape {list(shape)} and num_groups={num_groups}"
        )
    if math.prod(shape) == shape[1] and num_groups == shape[1]:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )
    _check_channels("group_norm", shape[1], weight=weight, bias=bias)
    each = shape[1] // num_groups
    view = (shape[0], num_groups, each, math.prod(shape[2:]))
    affine = (1, num_groups, each, 1)
    return group_norm_(input, weight, bias, view, (2, 3), affine, eps)[0]


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0) -> Tensor:
    """Divide by (k + alpha · mean square over `size` neighbouring channels) ** beta."""
    if input.ndim < 3:
        raise ValueError(
            "Expected 3D or higher dimensionality                          input "
            f"(got {input.ndim} dimensions)"
        )
    if not input.numel():
        return input
    shape = input.shape
    squares = (input * input).reshape(shape[0], 1, shape[1], -1)
    squares = pad(squares, (0, 0, size // 2, (size - 1) // 2))
    mean = avg_pool2d(squares, (size, 1), stride=1).reshape(*shape)
    return input / (mean * alpha + k) ** beta


__all__ = [
    "batch_norm", "group_norm", "instance_norm", "layer_norm", "local_response_norm", "rms_norm",
]  # fmt: skip
