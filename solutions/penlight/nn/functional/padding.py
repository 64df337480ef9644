"""Padding: a border around a tensor."""

import math

from penlight.autograd.node import rename
from penlight.nn.functional.along import pick_along
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor


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
        if before or after or not any(pad):  # the result is a new tensor in any case
            n = input.shape[d]
            if n + before + after < 1:
                raise RuntimeError(
                    f"input {list(input.shape)} is too small for padding {pad} at dimension {d}"
                )
            index = tuple(_PLACES[mode](i, n, before, after) for i in range(-before, n + after))
            input = rename(pick_along(input, d, index), _NODES[mode].format(len(widths)))
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


_NODES = {
    "reflect": "ReflectionPad{}DBackward0",
    "circular": "CopySlices",
    "replicate": "ReplicationPad{}DBackward0",
}
_PLACES = {
    "reflect": _reflected,
    "circular": _wrapped,
    "replicate": lambda i, n, before, after: min(max(i, 0), n - 1),
}

__all__ = ["pad"]
