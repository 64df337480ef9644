"""Patches: putting a border around a tensor, and taking it apart into windows and back."""

import math

from penlight.nn.functional.along import pick_along
from penlight.nn.functional.windows import batched, count, inner, padded, per_dim, places, windows
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor

# --- padding ------------------------------------------------------------------------------------


def _constant_pad(xp, x, /, widths, value):
    """`widths` is (before, after) for each dimension; negative ones cut off."""
    size = [n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)]
    out = xp.full(size, value, x.dtype)
    target, source = [], []
    for n, (before, after) in zip(x.shape, widths, strict=True):
        source.append(slice(max(-before, 0), n + min(after, 0)))
        target.append(slice(max(before, 0), max(before, 0) + n + min(before, 0) + min(after, 0)))
    out[tuple(target)] = x[tuple(source)]
    return out


constant_pad = operation(
    "constant_pad_nd",
    _constant_pad,
    x=lambda m, g, widths: m.constant_pad_nd(g, tuple((-a, -b) for a, b in widths), 0),
)


def pad(input, pad, mode="constant", value=None) -> Tensor:
    """`input` with a border: `pad` is (before, after) of the last dimension, then of the last
    but one, …; negative widths cut off.

    mode  "constant" (filled with `value`, else 0), "reflect", "replicate" or "circular"
    """
    pad = tuple(map(int, pad))
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but got {len(pad)}")
    widths = list(zip(pad[0::2], pad[1::2], strict=True))
    if len(widths) > input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension. "
            f"Padding length: {len(pad)}, input of dimensions {input.ndim}."
        )
    if mode == "constant":
        whole = ((0, 0),) * (input.ndim - len(widths)) + tuple(reversed(widths))
        for d, (before, after) in enumerate(whole):
            if input.shape[d] + before + after < 0:
                raise RuntimeError(
                    f"The input size {input.shape[d]}, plus negative padding {before} and "
                    f"{after}, resulted in a negative output size, at dimension {d} of the input."
                )
        return constant_pad(input, whole, value or 0)
    if mode not in _PLACES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value is not None and value != 0:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if len(widths) not in (input.ndim - 2, input.ndim - 1) or not 1 <= len(widths) <= 3:
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now: "
            f"{len(pad)} widths need an input of {len(pad) // 2 + 1} or {len(pad) // 2 + 2} "
            f"dimensions, but got {input.ndim}"
        )
    if not math.prod(input.shape[1:]):
        raise RuntimeError(f"Expected an input that is not empty, but got {list(input.shape)}")
    for d, (before, after) in zip(range(input.ndim - 1, 0, -1), widths, strict=False):
        if before or after:
            n = input.shape[d]
            if n + before + after < 1:
                raise RuntimeError(
                    f"input {list(input.shape)} is too small for padding {pad} at dimension {d}"
                )
            index = tuple(_PLACES[mode](i, n, before, after) for i in range(-before, n + after))
            input = pick_along(input, d, index)
    return input


def _reflected(i, n, before, after):
    if max(before, after) >= n:
        raise RuntimeError(
            "Padding size should be less than the corresponding input dimension, but got: padding "
            f"({before}, {after}) at a dimension of length {n}"
        )
    return n - 1 - abs(n - 1 - abs(i))


def _wrapped(i, n, before, after):
    if max(before, after) > n:
        raise RuntimeError(
            f"Padding value causes wrapping around more than once: padding ({before}, {after}) "
            f"at a dimension of length {n}"
        )
    # Negative widths cut first; what is left goes round.
    start = max(-before, 0)
    return start + (i - start) % (n - start + min(after, 0))


_PLACES = {
    "reflect": _reflected,
    "circular": _wrapped,
    "replicate": lambda i, n, before, after: min(max(i, 0), n - 1),
}

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
    out = im2col(input, kernel, dilation, padding, stride)
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


__all__ = ["fold", "pad", "pixel_shuffle", "pixel_unshuffle", "unfold"]
