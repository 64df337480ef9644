"""Pooling: every window becomes its largest element, or its mean.

A window's first elements of all windows form one strided view, its second elements another, and
so on: comparing or adding these few views does all windows at once.
"""

import math
from typing import NamedTuple

import numpy as np

from penlight.nn import steps
from penlight.nn.functional.windows import (
    batched,
    inner,
    padded,
    per_dim,
    places,
    reach,
    refuse_empty,
    windows,
)
from penlight.tensors.devices import array_module
from penlight.tensors.operation import operation
from penlight.tensors.pointwise import masked
from penlight.tensors.tensor import Tensor, wrap
from penlight.tensors.views import strided


class Pool(NamedTuple):
    """How the windows lie, one number for each dimension; `after` is the padding behind, which
    is larger than `padding` where ceil mode adds windows that reach over the edge."""

    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    after: tuple


def _views(xp, x, how, value):
    """For each place in a window, the view of that element of all windows."""
    x = padded(xp, x, how.padding, value, how.after)
    view = windows(xp, x, how.kernel, how.stride, how.dilation)
    return [view[(slice(None), slice(None), *place)] for place in places(how.kernel)]


def _collected(xp, g, parts, shape, how):
    """The adjoint of `_views`: zeros of `shape`, with each part of `g` added where a view looks."""
    size = [n + p + q for n, p, q in zip(shape[2:], how.padding, how.after, strict=True)]
    out = xp.zeros((*shape[:2], *size), g.dtype)
    view = windows(xp, out, how.kernel, how.stride, how.dilation)
    spans = zip(reach(how.kernel, how.dilation), how.stride, strict=True)
    overlap = any(span > step for span, step in spans)
    for place, part in zip(places(how.kernel), parts, strict=True):
        target = view[(slice(None), slice(None), *place)]
        if overlap:
            target += part
        else:
            target[...] = part
    return inner(out, how.padding, shape[2:])


def _max_pool(xp, x, /, how):
    lowest = -np.inf if x.dtype.kind not in "biu" else np.iinfo(x.dtype).min
    first, *rest = _views(xp, x, how, lowest)
    out = first.copy()
    kind = xp.uint8 if len(rest) < 256 else xp.int32
    which = xp.zeros(out.shape, kind)
    has_nan = x.dtype.kind not in "biu" and bool(xp.isnan(x.sum()))
    for number, view in enumerate(rest, 1):
        larger = view > out
        if has_nan:  # it counts as larger than everything, as in PyTorch
            larger |= view != view
        xp.maximum(which, larger * kind(number), out=which)
        xp.maximum(out, view, out=out)
    if x.ndim == 4 and not x.flags.c_contiguous and x.transpose(0, 2, 3, 1).flags.c_contiguous:
        # Images stored pixel by pixel stay so.
        return _by_pixel(xp, out), _by_pixel(xp, which)
    return out, which


def _by_pixel(xp, x):
    return xp.array(x.transpose(0, 2, 3, 1), order="C").transpose(0, 3, 1, 2)


def _max_entry(n):
    return operation(
        f"max_pool{n}d",
        _max_pool,
        node_name=f"MaxPool{n}DWithIndicesBackward0",
        differentiable=(0,),
        x=lambda m, g, x_shape, out, how: m.max_pool_back(g[0], out[1], x_shape, how),
    )


# One entry for each number of dimensions, under PyTorch's names; it has none for one dimension.
max_pool = {n: _max_entry(n) for n in (2, 3)}
max_pool[1] = max_pool[2]
# `which` says which place of each window held the maximum.
max_pool_back = operation(
    "max_pool_back",
    lambda xp, g, which, /, shape, how: _collected(
        xp, g, (masked(xp, g, which == k) for k in range(math.prod(how.kernel))), shape, how
    ),
    g=lambda m, h, which, how: m.max_pool_pick(h, which, how),
)
max_pool_pick = operation(
    "max_pool_pick",
    lambda xp, h, which, /, how: sum(
        (which == k) * view for k, view in enumerate(_views(xp, h, how, 0))
    ),
    h=lambda m, g, which, h_shape, how: m.max_pool_back(g, which, h_shape, how),
)


def flat_places(which, kernel, size, place):
    """Where the maxima lie in each flattened input plane, which is how PyTorch numbers them.

    `place(d, starts, within)` is the place along dimension `d` of element `within` of the windows
    number `starts`.
    """
    xp = array_module(which)
    within = xp.unravel_index(which, kernel)
    # Zeros that lie as `which` lies.
    steps = [step // which.itemsize * 8 for step in which.strides]
    flat = strided(xp, xp.zeros(which.size, xp.int64), which.shape, steps)
    for d, n in enumerate(size):
        numbers = xp.arange(which.shape[2 + d])
        numbers = numbers.reshape([-1 if d == k else 1 for k in range(len(size))])
        flat *= n
        flat += place(d, numbers, within[d])
    return flat


avg_pool = operation(
    "avg_pool",
    # `share` is what one divides each window's sum by: a number, or an array for ragged edges.
    lambda xp, x, /, share, how: _divided(xp, sum(_views(xp, x, how, 0)), share),
    node_name="AvgPool2DBackward0",
    x=lambda m, g, x_shape, share, how: m.avg_pool_back(g, share, x_shape, how),
)
avg_pool_back = operation(
    "avg_pool_back",
    lambda xp, g, /, share, shape, how: _collected(
        xp, g, [_divided(xp, g, share)] * math.prod(how.kernel), shape, how
    ),
    g=lambda m, h, share, how: m.avg_pool(h, share, how),
)


def _divided(xp, x, share):
    if x.dtype.kind in "biu":  # towards zero, as C divides
        share = xp.asarray(share, x.dtype)
        return xp.abs(x) // xp.abs(share) * xp.sign(x) * xp.sign(share)
    return x / xp.asarray(share, x.dtype)


# --- public forms -------------------------------------------------------------------------------


def _geometry(name, n, input, kernel_size, stride, padding, dilation, ceil_mode):
    kernel = per_dim("kernel_size", kernel_size, n)
    stride = kernel if stride in (None, (), []) else per_dim("stride", stride, n)
    padding, dilation = per_dim("padding", padding, n), per_dim("dilation", dilation, n)
    if min(kernel) <= 0 or min(stride) <= 0 or min(dilation) <= 0:
        raise RuntimeError(
            f"{name}: kernel size, stride and dilation should be greater than zero, but got "
            f"{kernel}, {stride} and {dilation}"
        )
    if any(p < 0 or p > ((k - 1) * d + 1) // 2 for p, k, d in zip(padding, kernel, dilation,
                                                                 strict=True)):  # fmt: skip
        raise RuntimeError(
            f"pad should be at most half of effective kernel size and not negative, but got pad="
            f"{padding}, kernel_size={kernel} and dilation={dilation}"
        )
    after, out = [], []
    for size, k, s, p, d in zip(input.shape[2:], kernel, stride, padding, dilation, strict=True):
        room = size + 2 * p - (d * (k - 1) + 1)
        windows_here = (room + s - 1 if ceil_mode else room) // s + 1
        if not (ceil_mode or steps.output_size.is_reference):
            windows_here = steps.output_size(size, k, s, p, d)
        # A window must start inside the input or the padding in front of it.
        if ceil_mode and (windows_here - 1) * s >= size + p:
            windows_here -= 1
        out.append(windows_here)
        after.append(max((windows_here - 1) * s + d * (k - 1) + 1 - size - p, 0))
    refuse_empty(name, input, out)
    return Pool(kernel, stride, padding, dilation, tuple(after))


def _max(n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    name = f"max_pool{n}d"
    input, single = batched(name, input, n)
    how = _geometry(name, n, input, kernel_size, stride, padding, dilation, ceil_mode)
    plain = n == 2 and not ceil_mode and how.dilation == (1, 1) and not return_indices
    if plain and input.is_floating_point() and not steps.max_pool2d.is_reference:
        out = steps.max_pool2d(input, how.kernel, how.stride, how.padding)
        return out.squeeze(0) if single else out
    out, which = max_pool[n](input, how)
    if single:
        out = out.squeeze(0)
    if not return_indices:
        return out

    def place(d, starts, within):
        return starts * how.stride[d] - how.padding[d] + within * how.dilation[d]

    flat = flat_places(which._array, how.kernel, input.shape[2:], place)
    return out, wrap(flat[0] if single else flat)


def max_pool1d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest element of each window of (N, C, L); optionally also where it is."""
    return _max(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest element of each window of (N, C, H, W); optionally also where it is."""
    return _max(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
):
    """The largest element of each window of (N, C, D, H, W); optionally also where it is."""
    return _max(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _avg(n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override):
    name = f"avg_pool{n}d"
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    input, single = batched(name, input, n)
    how = _geometry(name, n, input, kernel_size, stride, padding, 1, ceil_mode)
    ragged = how.after > how.padding or (not count_include_pad and any(how.padding))
    if divisor_override is not None:
        share = divisor_override
    elif ragged or how.after != how.padding:
        share = _window_sizes(input.shape[2:], how, count_include_pad)
    else:
        share = math.prod(how.kernel)
    out = avg_pool(input, share, how)
    return out.squeeze(0) if single else out


def _window_sizes(size, how, count_include_pad):
    """How many elements each window has, without what lies over the edge."""
    total = np.ones(())
    for n, k, s, p, q in zip(size, how.kernel, how.stride, how.padding, how.after, strict=True):
        starts = np.arange((n + p + q - k) // s + 1) * s - p
        low, high = (-p, n + p) if count_include_pad else (0, n)
        total = total[..., None] * (np.minimum(starts + k, high) - np.maximum(starts, low))
    return total


def avg_pool1d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
) -> Tensor:
    """The mean of each window of (N, C, L)."""
    return _avg(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
    divisor_override=None,
) -> Tensor:  # fmt: skip
    """The mean of each window of (N, C, H, W)."""
    return _avg(
        2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
    divisor_override=None,
) -> Tensor:  # fmt: skip
    """The mean of each window of (N, C, D, H, W)."""
    return _avg(
        3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


__all__ = [
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d",
]  # fmt: skip
