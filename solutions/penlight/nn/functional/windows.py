"""Windows that slide over the last dimensions: what convolution, pooling and patches share.

Tensors are (N, C, *size). `kernel`, `stride`, `padding` and `dilation` have one number for each
dimension of `size`.
"""

import itertools
import math

from penlight.nn.steps import output_size
from penlight.tensors.tensor import Tensor
from penlight.tensors.views import strided


def per_dim(name: str, value, n: int, kind: str = "int") -> tuple[int, ...]:
    """`value` for each of `n` dimensions; RuntimeError unless it is one number or `n` of them."""
    values = tuple(value) if isinstance(value, tuple | list) else (value,)
    if len(values) == 1:
        values *= n
    if len(values) != n:
        raise RuntimeError(f"{name} should be one {kind} or a tuple of {n}, but got {value}")
    return tuple(map(int, values))


def reach(kernel, dilation) -> tuple[int, ...]:
    """How many neighbouring elements a window covers, holes included."""
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))


def count(size, kernel, stride, dilation) -> tuple[int, ...]:
    """How many windows fit into the (padded) `size`."""
    span = reach(kernel, dilation)
    found = tuple((n - r) // s + 1 for n, r, s in zip(size, span, stride, strict=True))
    if output_size.is_reference:
        return found
    numbers = zip(size, kernel, stride, (0,) * len(size), dilation, strict=True)
    wanted = tuple(output_size(*each) for each in numbers)
    # Windows are views of memory: one too many would read what lies behind the tensor.
    if any(not 0 <= n <= most for n, most in zip(wanted, found, strict=True)):
        raise RuntimeError(f"output_size says that {wanted} windows fit, but {found} do")
    return wanted


def padded(xp, x, padding, value=0, after=None):
    """`x` with `value` around it: `padding` before and `after` (else the same) behind."""
    after = padding if after is None else after
    if not any(padding) and not any(after):
        return xp.ascontiguousarray(x)
    size = [n + p + q for n, p, q in zip(x.shape[2:], padding, after, strict=True)]
    out = xp.full((*x.shape[:2], *size), value, x.dtype)
    inner(out, padding, x.shape[2:])[...] = x
    return out


def inner(x, padding, size):
    """What `padded` put its padding around."""
    return x[(..., *(slice(p, p + n) for p, n in zip(padding, size, strict=True)))]


def windows(xp, x, kernel, stride, dilation):
    """Every window as a view (N, C, *kernel, *count) on the padded `x`, without copying."""
    steps = x.strides[2:]
    shape = (*x.shape[:2], *kernel, *count(x.shape[2:], kernel, stride, dilation))
    within = [d * step for d, step in zip(dilation, steps, strict=True)]
    across = [s * step for s, step in zip(stride, steps, strict=True)]
    return strided(xp, x, shape, (*x.strides[:2], *within, *across))


def places(kernel):
    """The place of each element in a window, row by row."""
    return itertools.product(*map(range, kernel))


def batched(name: str, input: Tensor, n: int) -> tuple[Tensor, bool]:
    """`input` as (N, C, *size) with `n` sizes, and whether the batch dimension had to be added."""
    if input.ndim == n + 2:
        return input, False
    if input.ndim != n + 1:
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input "
            f"of size: {list(input.shape)}"
        )
    return input.unsqueeze(0), True


def refuse_empty(name: str, input: Tensor, out_size) -> None:
    """RuntimeError if windows do not fit, or if there is nothing but the batch to be empty."""
    if min(out_size) <= 0:
        raise RuntimeError(
            f"{name}: calculated output size {list(out_size)} of input {list(input.shape)} is too "
            "small: the kernel does not fit into the padded input"
        )
    if not math.prod(input.shape[1:]):
        raise RuntimeError(
            f"{name}: expected an input whose dimensions other than the batch are not 0, but got "
            f"{list(input.shape)}"
        )
