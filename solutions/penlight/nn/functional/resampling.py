"""Resampling: a grid shown at another size.

Every mode works along one dimension after the other: a new element is one old element (nearest)
or a weighted mean of a few neighbours (linear, cubic).
"""

import math

import numpy as np

from penlight.autograd.node import rename
from penlight.nn.functional.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
)
from penlight.nn.functional.along import mix_along, pick_along
from penlight.tensors.tensor import Tensor

# The number of dimensions that a mode is for; None means any.
_MODES = {
    "nearest": None, "nearest-exact": None, "area": None,
    "linear": 3, "bilinear": 4, "bicubic": 4, "trilinear": 5,
}  # fmt: skip
_AREA = {3: adaptive_avg_pool1d, 4: adaptive_avg_pool2d, 5: adaptive_avg_pool3d}


def _step(n, out, scale, kind):
    """How far apart in the old grid neighbours of the new one lie."""
    return kind(1 / scale) if scale else kind(n) / kind(out)


def _nearest(n, out, scale, shift):
    step = _step(n, out, scale, np.float32)
    places = (np.arange(out, dtype=np.float32) + np.float32(shift)) * step
    return tuple(np.minimum(places.astype(np.int64), n - 1).tolist())


def _positions(n, out, scale, align_corners, kind):
    """Where the elements of the new grid lie in the old one."""
    if align_corners:
        return np.arange(out, dtype=kind) * (kind(n - 1) / kind(out - 1) if out > 1 else kind(0))
    return (np.arange(out, dtype=kind) + kind(0.5)) * _step(n, out, scale, kind) - kind(0.5)


def _matrix(n, places, weights):
    """Rows that mix the elements at `places` (beyond the edge: the edge) by `weights`."""
    matrix = np.zeros((len(places), n), weights.dtype)
    rows = np.arange(len(places))[:, None]
    np.add.at(matrix, (rows, np.clip(places, 0, n - 1)), weights)
    return matrix


def _linear(n, out, scale, align_corners, kind):
    real = np.maximum(_positions(n, out, scale, align_corners, kind), 0)
    first = np.minimum(real.astype(np.int64), n - 1)
    t = np.clip(real - first, 0, 1)
    return _matrix(n, np.stack([first, first + 1], 1), np.stack([1 - t, t], 1))


def _cubic(n, out, scale, align_corners, kind):
    real = _positions(n, out, scale, align_corners, kind)
    first = np.floor(real)
    t, a = real - first, -0.75  # Keys' kernel with the constant that PyTorch uses

    def near(x):
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x):
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    weights = np.stack([far(t + 1), near(t), near(1 - t), far(2 - t)], 1).astype(kind)
    return _matrix(n, first.astype(np.int64)[:, None] + np.arange(-1, 3), weights)


def interpolate(
    input, size=None, scale_factor=None, mode="nearest", align_corners=None,
    recompute_scale_factor=None, antialias=False,
) -> Tensor:  # fmt: skip
    """(N, C, …) resampled to `size`, or by `scale_factor`.

    mode  "nearest", "nearest-exact", "area", "linear" (3-D), "bilinear" and "bicubic" (4-D),
          "trilinear" (5-D)
    """
    if mode not in _MODES or input.ndim not in (3, 4, 5):
        raise NotImplementedError(
            "Input Error: Only 3D, 4D and 5D input Tensors supported (got "
            f"{input.ndim}D) for the modes: {' | '.join(_MODES)} (got {mode})"
        )
    if antialias:
        raise NotImplementedError("interpolate: antialias=True is not available in penlight")
    blocky = _MODES[mode] is None
    if blocky and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )
    if not blocky and input.ndim != _MODES[mode]:
        raise NotImplementedError(
            f"Got {input.ndim}D input, but {mode} mode needs {_MODES[mode]}D input"
        )
    sizes, scales = _target(input, size, scale_factor, recompute_scale_factor or mode == "area")
    if not math.prod(input.shape[1:]) or min(sizes) <= 0:
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input (H, W): "
            f"{list(input.shape[2:])} output (H, W): {list(sizes)}"
        )
    if mode == "area":
        return _AREA[input.ndim](input, sizes)
    for d, (out, scale) in enumerate(zip(sizes, scales, strict=True), 2):
        n = input.shape[d]
        if mode.startswith("nearest"):
            input = pick_along(input, d, _nearest(n, out, scale, 0.5 * (mode != "nearest")))
            continue
        kind = np.float64 if input._array.dtype == np.float64 else np.float32
        weights = _cubic if mode == "bicubic" else _linear
        input = mix_along(input, d, weights(n, out, scale, bool(align_corners), kind))
    return rename(input, f"Upsample{mode.title().replace('-', '')}{len(sizes)}DBackward0")


def _target(input, size, scale_factor, recompute):
    """The new size, and the scale factors where these count and not the sizes."""
    spatial = input.shape[2:]
    if (size is None) == (scale_factor is None):
        which = "only one of size or" if size is not None else "either size or"
        raise ValueError(f"{which} scale_factor should be defined")
    given = size if size is not None else scale_factor
    each = tuple(given) if isinstance(given, tuple | list) else (given,) * len(spatial)
    if len(each) != len(spatial):
        what = "output size" if size is not None else "scale_factor"
        raise ValueError(
            "Input and output must have the same number of spatial dimensions, but got input with "
            f"spatial dimensions of {list(spatial)} and {what} of {given}. Please provide input "
            "tensor in (N, C, d1, d2, ...,dK) format and one number for each of d1 ... dK."
        )
    if size is not None:
        if recompute and scale_factor is not None:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        if not all(isinstance(n, int) for n in each):
            raise TypeError(f"expected size to be one int or a tuple of ints, but got {size}")
        return each, (None,) * len(each)
    sizes = tuple(math.floor(n * s) for n, s in zip(spatial, each, strict=True))
    return sizes, (None,) * len(each) if recompute else each


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None) -> Tensor:
    """`interpolate` under its old name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input, size=None, scale_factor=None) -> Tensor:
    """`interpolate` with mode "nearest"."""
    return interpolate(input, size, scale_factor, "nearest")


def upsample_bilinear(input, size=None, scale_factor=None) -> Tensor:
    """`interpolate` with mode "bilinear" and aligned corners."""
    return interpolate(input, size, scale_factor, "bilinear", True)


__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]
