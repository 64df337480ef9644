"""Patches: taking images apart into windows and back."""

import math

from penlight.nn import steps
from penlight.nn.functional.windows import batched, count, inner, padded, per_dim, places, windows
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor

# --- windows as columns -------------------------------------------------------------------------


def _im2col(xp, x, /, kernel, dilation, padding, stride):
    view = windows(xp, padded(xp, x, padding), kernel, stride, dilation)
    blocks = math.prod(view.shape[-2:])
    return view.reshape(x.shape[0], x.shape[1] * math.prod(kernel), blocks)


def _col2im(xp, columns, /, size, kernel, dilation, padding, stride):
    channels = columns.shape[1] // math.prod(kernel)
    wide = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    out = xp.zeros((columns.shape[0], channels, *wide), columns.dtype)
    view = windows(xp, out, kernel, stride, dilation)
    columns = columns.reshape(view.shape)
    for place in places(kernel):
        view[(slice(None), slice(None), *place)] += columns[(slice(None), slice(None), *place)]
    return xp.ascontiguousarray(inner(out, padding, size))


im2col = operation(
    "im2col",
    _im2col,
    x=lambda m, g, x_shape, kernel, dilation, padding, stride: m.col2im(
        g, x_shape[2:], kernel, dilation, padding, stride
    ),
)
col2im = operation(
    "col2im",
    _col2im,
    columns=lambda m, g, kernel, dilation, padding, stride: m.im2col(
        g, kernel, dilation, padding, stride
    ),
)


def _window_numbers(kernel_size, dilation, padding, stride):
    numbers = {"kernel_size": kernel_size, "dilation": dilation, "stride": stride}
    pairs = {name: per_dim(name, value, 2) for name, value in numbers.items()}
    for name, pair in pairs.items():
        if min(pair) <= 0:
            raise RuntimeError(f"{name} should be greater than zero, but got {pair}")
    padding = per_dim("padding", padding, 2)
    if min(padding) < 0:
        raise RuntimeError(f"padding should be non-negative, but got {padding}")
    return pairs["kernel_size"], pairs["dilation"], padding, pairs["stride"]


def unfold(input, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Every window of (N, C, H, W) as a column: (N, C · kernel elements, windows)."""
    kernel, dilation, padding, stride = _window_numbers(kernel_size, dilation, padding, stride)
    input, single = batched("unfold", input, 2)
    size = [n + 2 * p for n, p in zip(input.shape[2:], padding, strict=True)]
    blocks = count(size, kernel, stride, dilation)
    if min(blocks) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[2:])}, kernel_size={kernel}, "
            f"dilation={dilation}, padding={padding}, calculated shape of the array of sliding "
            f"blocks as {blocks}, but its components must be at least one."
        )
    by = im2col if steps.unfold.is_reference else steps.unfold
    out = by(input, kernel, dilation, padding, stride)
    return out.squeeze(0) if single else out


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1) -> Tensor:
    """Columns (N, C · kernel elements, windows) added back at their places: (N, C, H, W)."""
    kernel, dilation, padding, stride = _window_numbers(kernel_size, dilation, padding, stride)
    input, single = batched("fold", input, 1)
    size = per_dim("output_size", output_size, 2)
    wide = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    blocks = math.prod(count(wide, kernel, stride, dilation))
    if input.shape[1] % math.prod(kernel):
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={input.shape[1]} and kernel_size={kernel}."
        )
    if input.shape[2] != blocks:
        raise RuntimeError(
            f"Given output_size={size}, kernel_size={kernel}, dilation={dilation}, "
            f"padding={padding}, stride={stride}, expected size of input's dimension 2 to match "
            f"the calculated number of sliding blocks {blocks}, but got input.size(2)="
            f"{input.shape[2]}."
        )
    out = col2im(input, size, kernel, dilation, padding, stride)
    return out.squeeze(0) if single else out


# --- pixels and channels ------------------------------------------------------------------------


def _shuffle(xp, x, /, r):
    *batch, channels, h, w = x.shape
    split = x.reshape(math.prod(batch), channels // (r * r), r, r, h, w).transpose(0, 1, 4, 2, 5, 3)
    return split.copy().reshape(*batch, channels // (r * r), h * r, w * r)


def _unshuffle(xp, x, /, r):
    *batch, channels, h, w = x.shape
    split = x.reshape(math.prod(batch), channels, h // r, r, w // r, r).transpose(0, 1, 3, 5, 2, 4)
    return split.copy().reshape(*batch, channels * r * r, h // r, w // r)


pixel_shuffle_ = operation("pixel_shuffle", _shuffle, x=lambda m, g, r: m.pixel_unshuffle(g, r))
pixel_unshuffle_ = operation("pixel_unshuffle", _unshuffle, x=lambda m, g, r: m.pixel_shuffle(g, r))


def pixel_shuffle(input, upscale_factor) -> Tensor:
    """(…, C · r², H, W) as (…, C, H · r, W · r): channels become a finer grid."""
    _check_pixels("pixel_shuffle", input, upscale_factor)
    channels, square = input.shape[-3], upscale_factor**2
    if channels % square:
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={channels} is not divisible by {square}"
        )
    return pixel_shuffle_(input, upscale_factor)


def pixel_unshuffle(input, downscale_factor) -> Tensor:
    """(…, C, H · r, W · r) as (…, C · r², H, W): undoes `pixel_shuffle`."""
    _check_pixels("pixel_unshuffle", input, downscale_factor)
    h, w = input.shape[-2:]
    if h % downscale_factor or w % downscale_factor:
        raise RuntimeError(
            "pixel_unshuffle expects height and width to be divisible by downscale_factor, but "
            f"height {h} and width {w} are not divisible by {downscale_factor}"
        )
    return pixel_unshuffle_(input, downscale_factor)


def _check_pixels(name, input, factor):
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with "
            f"{input.ndim} dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive factor, but got {factor}")


__all__ = ["fold", "pixel_shuffle", "pixel_unshuffle", "unfold"]
