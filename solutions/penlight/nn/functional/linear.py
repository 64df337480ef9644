"""Linear maps: the layers with the weights."""

import math

from penlight.nn import steps
from penlight.tensors.operation import operation
from penlight.tensors.products import matmul
from penlight.tensors.tensor import Tensor


def _linear(xp, bias, x, weight):
    out = x @ weight.T
    out += bias
    return out


# In the order in which PyTorch's `addmm` has them.
linear_ = operation(
    "linear",
    _linear,
    node_name="AddmmBackward0",
    bias=lambda m, g: m.sum(g, (0,), False),
    x=lambda m, g, weight: m.mm(g, weight),
    weight=lambda m, g, x: m.mm(m.t(g), x),
)


def linear(input, weight, bias=None) -> Tensor:
    """`input @ weight.T + bias`: input (…, in), weight (out, in) or (in,), bias (out,) or ()."""
    if weight.ndim == 2 and not steps.linear.is_reference:
        return steps.linear(input, weight, bias)
    if bias is None or weight.ndim != 2:
        out = matmul(input, weight.t())
        return out if bias is None else out + bias
    shape, columns = input._array.shape, weight._array.shape
    if not shape or shape[-1] != columns[1]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({_rows(shape)} and "
            f"{columns[1]}x{columns[0]}): the last dimension of the input must be "
            f"in_features = {columns[1]}"
        )
    if input.dtype is not weight.dtype or bias.dtype is not weight.dtype:
        raise RuntimeError(
            "mat1 and mat2 must have the same dtype, but got "
            f"{input.dtype} and {weight.dtype} (bias {bias.dtype})"
        )
    if bias.ndim > 1 or bias.numel() not in (1, columns[0]):
        raise RuntimeError(
            f"The expanded size of the tensor ({columns[0]}) must match the existing size "
            f"({bias.numel()}) at non-singleton dimension 1: bias of shape {list(bias.shape)}"
        )
    if len(shape) == 2:
        return linear_(bias, input, weight)
    rows = input.reshape(math.prod(shape[:-1]), shape[-1])
    return linear_(bias, rows, weight).view(*shape[:-1], columns[0])


def _rows(shape) -> str:
    return f"{math.prod(shape[:-1])}x{shape[-1]}" if shape else "1x1"


def bilinear(input1, input2, weight, bias=None) -> Tensor:
    """`input1ᵀ weight[k] input2 + bias[k]`: (…, n), (…, m), weight (out, n, m) give (…, out)."""
    leading = input1.shape[:-1]
    if input2.shape[:-1] != leading:
        raise RuntimeError(
            f"bilinear(): input batch dimensions do not match: got {list(input1.shape)} and "
            f"{list(input2.shape)}"
        )
    out_features, n, m = weight.shape
    for number, (x, size) in enumerate(((input1, n), (input2, m)), 1):
        if x.shape[-1] != size:
            raise RuntimeError(
                f"bilinear(): input{number} size does not match weight size: got {x.shape[-1]} "
                f"but expected {size}"
            )
    if bias is not None and bias.shape != (out_features,):
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {list(bias.shape)} but "
            f"expected [{out_features}]"
        )
    rows1, rows2 = input1.reshape(-1, n), input2.reshape(-1, m)
    # (n) times (out, n, m) for every row gives (rows, out, m); then the second input.
    half = (rows1 @ weight.permute(1, 0, 2).reshape(n, -1)).reshape(-1, out_features, m)
    out = (half @ rows2.unsqueeze(2)).squeeze(2).reshape(*leading, out_features)
    return out if bias is None else out + bias


__all__ = ["bilinear", "linear"]
