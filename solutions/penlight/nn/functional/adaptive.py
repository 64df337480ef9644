"""Adaptive pooling: you say the size of the result, the windows follow.

Window i of `out` over `n` elements runs from ⌊i·n/out⌋ to ⌈(i+1)·n/out⌉.
"""

import math

import numpy as np

from penlight.autograd.node import rename
from penlight.nn.functional.along import mix_along, pick_along
from penlight.nn.functional.pooling import Pool, flat_places, max_pool
from penlight.nn.functional.windows import batched
from penlight.tensors.devices import array_module
from penlight.tensors.tensor import Tensor, wrap


def _spans(n: int, out: int):
    return [(i * n // out, -((i + 1) * n // -out)) for i in range(out)]


def _target(name, input, output_size, n):
    """The batched input, whether it was single, and the result's size (None keeps a length)."""
    if isinstance(output_size, tuple | list) and input.ndim <= len(output_size):
        raise ValueError(f"{name}: Input dimension should be at least {len(output_size) + 1}")
    input, single = batched(name, input, n)
    sizes = output_size if isinstance(output_size, tuple | list) else (output_size,) * n
    if len(sizes) == 1:
        sizes = tuple(sizes) * n
    if len(sizes) != n:
        raise RuntimeError(f"{name}: output_size must have {n} elements, but got {output_size}")
    sizes = tuple(k if s is None else s for s, k in zip(sizes, input.shape[2:], strict=True))
    if any(s < 0 for s in sizes):
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0, but got {sizes}"
        )
    if not math.prod(input.shape[1:]):
        raise RuntimeError(
            f"{name}: Expected input to have non-zero size for non-batch dimensions, but input "
            f"has sizes {list(input.shape)}"
        )
    return input, single, sizes


def _adaptive_avg(n, input, output_size) -> Tensor:
    input, single, sizes = _target(f"adaptive_avg_pool{n}d", input, output_size, n)
    if all(out and size % out == 0 for size, out in zip(input.shape[2:], sizes, strict=True)):
        # All windows are alike: give each its own dimensions.
        pairs = [(out, size // out) for size, out in zip(input.shape[2:], sizes, strict=True)]
        split = input.reshape(*input.shape[:2], *(each for pair in pairs for each in pair))
        input = split.mean(tuple(range(3, split.ndim, 2)))
    else:
        for d, out in enumerate(sizes, 2):
            input = mix_along(input, d, _means(input.shape[d], out))
    if n > 1 and set(sizes) != {1}:  # to one number each is a mean, in PyTorch too
        input = rename(input, f"AdaptiveAvgPool{n}DBackward0")
    return input.squeeze(0) if single else input


def _means(n, out):
    """The matrix that takes `n` elements to the means of `out` windows."""
    matrix = np.zeros((out, n))
    for row, (start, end) in zip(matrix, _spans(n, out), strict=True):
        row[start:end] = 1 / (end - start)
    return matrix


def _adaptive_max(n, input, output_size, return_indices):
    input, single, sizes = _target(f"adaptive_max_pool{n}d", input, output_size, n)
    picked, source = input, []
    for d, out in enumerate(sizes, 2):
        spans = _spans(input.shape[d], out)
        width = max((end - start for start, end in spans), default=1)
        # Windows shorter than the others repeat their last element, which changes no maximum.
        index = tuple(min(start + i, end - 1) for start, end in spans for i in range(width))
        source.append(np.asarray(index, np.int64))
        if index != tuple(range(input.shape[d])):
            picked = pick_along(picked, d, index)
    kernel = tuple(len(index) // max(out, 1) or 1 for index, out in zip(source, sizes, strict=True))
    none = (0,) * n
    out, which = max_pool[n](picked, Pool(kernel, kernel, none, (1,) * n, none))
    out = out.squeeze(0) if single else out
    if not return_indices:
        return out

    def place(d, starts, within):
        return array_module(within).asarray(source[d])[starts * kernel[d] + within]

    flat = flat_places(which._array, kernel, input.shape[2:], place)
    return out, wrap(flat[0] if single else flat)


def adaptive_avg_pool1d(input, output_size) -> Tensor:
    """(N, C, L) averaged to length `output_size`."""
    return _adaptive_avg(1, input, output_size)


def adaptive_avg_pool2d(input, output_size) -> Tensor:
    """(N, C, H, W) averaged to `output_size`; None keeps a length."""
    return _adaptive_avg(2, input, output_size)


def adaptive_avg_pool3d(input, output_size) -> Tensor:
    """(N, C, D, H, W) averaged to `output_size`; None keeps a length."""
    return _adaptive_avg(3, input, output_size)


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """The largest elements of (N, C, L) in `output_size` windows; optionally also where."""
    return _adaptive_max(1, input, output_size, return_indices)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """The largest elements of (N, C, H, W) in `output_size` windows; optionally also where."""
    return _adaptive_max(2, input, output_size, return_indices)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """The largest elements of (N, C, D, H, W) in `output_size` windows; optionally where."""
    return _adaptive_max(3, input, output_size, return_indices)


__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d",
]  # fmt: skip
