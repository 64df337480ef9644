"""Convolution: the same small linear map at every place of an image, as matrix products.

Every window of the input becomes a column of a matrix (`_columns`); the weight times that matrix
is the output. The batch goes through in stretches whose matrix stays in the cache. The gradients
run the same steps backwards. All three are linear in each of their tensors, so each is made of
the other two: convolution, its input's gradient (which is transposed convolution), its weight's
gradient.
"""

import math
from typing import NamedTuple

from penlight.nn import steps
from penlight.nn.functional.padding import pad
from penlight.nn.functional.windows import (
    batched,
    count,
    inner,
    padded,
    per_dim,
    places,
    reach,
    windows,
)
from penlight.tensors.joining import cat
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor
from penlight.tensors.views import strided


class How(NamedTuple):
    """How the windows lie; the first three have one number for each dimension."""

    stride: tuple
    padding: tuple
    dilation: tuple
    groups: int


def _runs(xp, x, kernel, how):
    """Every window of the padded `x` as a view (N, C, *kernel, places), and how places are laid.

    With stride 1 the windows start at neighbouring elements, so an element of the window meets
    the image in one long run. The run goes on where the rows end, which gives a few places too
    many, to be cut off later, but is copied far faster than row by row.
    """
    out = count(x.shape[2:], kernel, how.stride, how.dilation)
    if any(s != 1 for s in how.stride):
        return windows(xp, x, kernel, how.stride, how.dilation), out, out
    steps = x.strides[2:]
    last = sum((n - 1) * step for n, step in zip(out, steps, strict=True)) // x.itemsize
    within = [d * step for d, step in zip(how.dilation, steps, strict=True)]
    shape = (*x.shape[:2], *kernel, last + 1)
    view = strided(xp, x, shape, (*x.strides[:2], *within, x.itemsize))
    return view, (out[0], *x.shape[3:]), out


# How many numbers the matrix of windows may hold at a time: what stays in a CPU's cache.
_AT_ONCE = 2**18


def _stretches(n, size):
    """The batch in stretches of so many samples that their windows may be held at once."""
    step = max(1, _AT_ONCE // max(size, 1))
    return [slice(start, min(start + step, n)) for start in range(0, n, step)]


def _columns(xp, view, grid, kernel):
    """The windows as columns (samples, channels, *kernel, places), one stretch after the other.

    Yields the stretch and its columns, which are overwritten by the next.
    """
    shape, total = view.shape[1 : 2 + len(kernel)], math.prod(grid)
    stretches = _stretches(view.shape[0], math.prod(shape) * total)
    columns = xp.empty((stretches[0].stop if stretches else 0, *shape, total), view.dtype)
    flat = view.ndim == columns.ndim
    if flat:
        columns[..., view.shape[-1] :] = 0
    for where in stretches:
        part = view[where]
        here = columns[: len(part)]
        target = here[..., : view.shape[-1]] if flat else here.reshape(part.shape)
        target[...] = part
        yield where, here


def _as_matrices(weight, groups):
    return weight.reshape(groups, weight.shape[0] // groups, -1)


def _finished(xp, wide, part, bias):
    """The wanted `part` of a result, row by row, with the bias added."""
    if bias is not None:
        return part + bias.reshape(-1, *[1] * (part.ndim - 2))
    return wide if part.shape == wide.shape else part.copy()


def _laid_out(xp, g, grid, groups):
    """The gradient of the output, with zeros at the places too many, as matrices."""
    if g.shape[2:] != grid:
        wide = xp.zeros((*g.shape[:2], *grid), g.dtype)
        wide[(..., *map(slice, g.shape[2:]))] = g
        g = wide
    return g.reshape(g.shape[0], groups, g.shape[1] // groups, -1)


def _convolution(xp, x, weight, bias, /, how):
    kernel, groups = weight.shape[2:], how.groups
    view, grid, out = _runs(xp, padded(xp, x, how.padding), kernel, how)
    weights = _as_matrices(weight, groups)
    wide = xp.empty((x.shape[0], *weights.shape[:2], math.prod(grid)), x.dtype)
    for where, columns in _columns(xp, view, grid, kernel):
        columns = columns.reshape(len(columns), groups, weights.shape[2], -1)
        xp.matmul(weights, columns, out=wide[where])
    wide = wide.reshape(x.shape[0], weight.shape[0], *grid)
    return _finished(xp, wide, wide[(..., *map(slice, out))], bias)


def _weight_gradient(xp, g, x, /, kernel, how):
    groups = how.groups
    view, grid, _ = _runs(xp, padded(xp, x, how.padding), kernel, how)
    g = _laid_out(xp, g, grid, groups)
    size = x.shape[1] // groups * math.prod(kernel)
    total = xp.zeros((groups, g.shape[2], size), g.dtype)
    for where, columns in _columns(xp, view, grid, kernel):
        columns = columns.reshape(len(columns), groups, size, -1)
        total += xp.matmul(g[where], columns.swapaxes(-1, -2)).sum(0)
    return total.reshape(-1, x.shape[1] // groups, *kernel)


def _input_gradient(xp, g, weight, bias, /, size, how):
    kernel = weight.shape[2:]
    channels = weight.shape[1] * how.groups
    wide = [n + 2 * p for n, p in zip(size, how.padding, strict=True)]
    out = xp.zeros((g.shape[0], channels, *wide), g.dtype)
    view, grid, _ = _runs(xp, out, kernel, how)
    g = _laid_out(xp, g, grid, how.groups)
    weights = _as_matrices(weight, how.groups).swapaxes(-1, -2)
    shape = view.shape[1 : 2 + len(kernel)]
    for where in _stretches(g.shape[0], math.prod(shape) * math.prod(grid)):
        part = view[where]
        columns = xp.matmul(weights, g[where])
        if view.ndim == 3 + len(kernel):
            columns = columns.reshape(len(part), *shape, -1)[..., : view.shape[-1]]
        else:
            columns = columns.reshape(part.shape)
        for place in places(kernel):
            at = (slice(None), slice(None), *place)
            # Windows overlap, but the same place of all windows meets each element once.
            part[at] += columns[at]
    return _finished(xp, out, inner(out, how.padding, size), bias)


def _channel_sums(m, g):
    return m.sum(g, (0, *range(2, len(g.shape))), False)


def _cut(out, shape):
    """`out` without the last places, which output padding may add, if `shape` has not got them."""
    return out if out.shape == shape else out[(..., *map(slice, shape[2:]))]


convolution = operation(
    "convolution",
    _convolution,
    x=lambda m, g, weight, x_shape, how: m.convolution_input(g, weight, None, x_shape[2:], how),
    weight=lambda m, g, x, weight_shape, how: m.convolution_weight(g, x, weight_shape[2:], how),
    bias=_channel_sums,
)
convolution_input = operation(
    "convolution_input",
    _input_gradient,
    node_name="ConvolutionBackward0",
    g=lambda m, h, weight, g_shape, how: _cut(m.convolution(h, weight, None, how), g_shape),
    weight=lambda m, h, g, weight_shape, how: m.convolution_weight(g, h, weight_shape[2:], how),
    bias=_channel_sums,
)
convolution_weight = operation(
    "convolution_weight",
    _weight_gradient,
    node_name="ConvolutionBackwardBackward0",
    g=lambda m, h, x, g_shape, how: _cut(m.convolution(x, h, None, how), g_shape),
    x=lambda m, h, g, x_shape, how: m.convolution_input(g, h, None, x_shape[2:], how),
)


# --- public forms -------------------------------------------------------------------------------


def _batched(name, input, weight, n):
    if weight.ndim != n + 2:
        raise RuntimeError(
            f"expected {n + 2}-dimensional weight for {name}, but got weight of size "
            f"{list(weight.shape)}"
        )
    return batched(name, input, n)


def _check(input, weight, bias, transposed, groups):
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    outputs = weight.shape[1] * groups if transposed else weight.shape[0]
    if weight.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size {list(weight.shape)} instead"
        )
    wanted = weight.shape[0] if transposed else weight.shape[1] * groups
    if input.shape[1] != wanted:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected input"
            f"{list(input.shape)} to have {wanted} channels, but got {input.shape[1]} channels "
            "instead"
        )
    if bias is not None and bias.shape != (outputs,):
        raise RuntimeError(
            f"Given weight of size {list(weight.shape)}, expected bias to be 1-dimensional with "
            f"{outputs} elements, but got bias of size {list(bias.shape)} instead"
        )
    if input.dtype is not weight.dtype or (bias is not None and bias.dtype is not weight.dtype):
        raise RuntimeError(
            f"Input type ({input.dtype}) and weight type ({weight.dtype}) should be the same, "
            "and the bias type too"
        )


def _numbers(stride, padding, dilation, groups, n) -> How:
    stride, dilation = per_dim("stride", stride, n), per_dim("dilation", dilation, n)
    padding = per_dim("padding", padding, n)
    if min(padding) < 0:
        raise RuntimeError("negative padding is not supported")
    if min(stride) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilation) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    return How(stride, padding, dilation, groups)


def _conv(n, input, weight, bias, stride, padding, dilation, groups) -> Tensor:
    input, single = _batched(f"conv{n}d", input, weight, n)
    if isinstance(padding, str):
        input, padding = _named_padding(n, input, weight, stride, padding, dilation)
    how = _numbers(stride, padding, dilation, groups, n)
    _check(input, weight, bias, False, groups)
    size = [s + 2 * p for s, p in zip(input.shape[2:], how.padding, strict=True)]
    span = reach(weight.shape[2:], how.dilation)
    if any(s < r for s, r in zip(size, span, strict=True)):
        raise RuntimeError(
            f"Calculated padded input size per channel: {size}. Kernel size: {list(span)}. "
            "Kernel size can't be greater than actual input size"
        )
    if n < 3 and not steps.conv2d.is_reference:
        out = _in_steps(n, input, weight, bias, how)
    else:
        out = convolution(input, weight, bias, how)
    return out.squeeze(0) if single else out


def _in_steps(n, input, weight, bias, how) -> Tensor:
    """By the function in the slot `conv2d`, group by group; a sequence is an image of one row."""
    pairs = how[:3]
    if n == 1:
        input, weight = input.unsqueeze(2), weight.unsqueeze(2)
        pairs = [(one, *each) for one, each in zip((1, 0, 1), pairs, strict=True)]
    if how.groups == 1:
        out = steps.conv2d(input, weight, bias, *pairs)
    else:
        biases = [None] * how.groups if bias is None else bias.chunk(how.groups)
        parts = zip(input.chunk(how.groups, 1), weight.chunk(how.groups), biases, strict=True)
        out = cat([steps.conv2d(*part, *pairs) for part in parts], 1)
    return out.squeeze(2) if n == 1 else out


def _named_padding(n, input, weight, stride, padding, dilation):
    """ "valid" is none; "same" is as much as keeps the size, the odd one going behind."""
    if padding == "valid":
        return input, 0
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: {padding!r}; it must be 'valid' or 'same'")
    if any(s != 1 for s in per_dim("stride", stride, n)):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    extra = [r - 1 for r in reach(weight.shape[2:], per_dim("dilation", dilation, n))]
    odd = [e % 2 for e in extra]
    if any(odd):
        input = pad(input, [each for o in reversed(odd) for each in (0, o)])
    return input, tuple(e // 2 for e in extra)


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """Convolution over sequences: (N, C, L) with weight (O, C/groups, K) gives (N, O, L')."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """Convolution over images: (N, C, H, W) with weight (O, C/groups, K, K) gives (N, O, H', W').

    `padding` is a number of zeros around the image, or "same" or "valid".
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) -> Tensor:
    """Convolution over volumes: (N, C, D, H, W), weight (O, C/groups, K, K, K)."""
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def _conv_transpose(
    n, input, weight, bias, stride, padding, output_padding, groups, dilation
) -> Tensor:
    input, single = _batched(f"conv_transpose{n}d", input, weight, n)
    how = _numbers(stride, padding, dilation, groups, n)
    extra = per_dim("output_padding", output_padding, n)
    if any(e >= max(s, d) for e, s, d in zip(extra, how.stride, how.dilation, strict=True)):
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding: {extra}, stride: {how.stride}, dilation: {how.dilation}"
        )
    _check(input, weight, bias, True, groups)
    span = reach(weight.shape[2:], how.dilation)
    numbers = zip(input.shape[2:], how.stride, how.padding, span, extra, strict=True)
    size = tuple((n - 1) * s - 2 * p + r + e for n, s, p, r, e in numbers)
    if min(size) <= 0:
        raise RuntimeError(
            f"Given input size per channel: {list(input.shape[2:])}. Calculated output size per "
            f"channel: {list(size)}. Output size is too small"
        )
    out = convolution_input(input, weight, bias, size, how)
    return out.squeeze(0) if single else out


def conv_transpose1d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
) -> Tensor:
    """What the gradient of `conv1d` does: (N, C, L), weight (C, O/groups, K); enlarges."""
    return _conv_transpose(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose2d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
) -> Tensor:
    """What the gradient of `conv2d` does: (N, C, H, W), weight (C, O/groups, K, K); enlarges."""
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def conv_transpose3d(
    input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1
) -> Tensor:
    """What the gradient of `conv3d` does: (N, C, D, H, W), weight (C, O/groups, K, K, K)."""
    return _conv_transpose(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


__all__ = [
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
]  # fmt: skip
