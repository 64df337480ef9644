"""Dropout: set elements to 0 at random and scale up the rest, so that the mean stays."""

from penlight.nn import steps
from penlight.tensors.creation import empty_like
from penlight.tensors.operation import inplace as in_place
from penlight.tensors.pointwise import mul
from penlight.tensors.tensor import Tensor

# Where SELU saturates: what alpha dropout sets elements to.
_ALPHA = 1.7580993408473766


def _check(p) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _kept(input, p, shape) -> Tensor:
    """1 where an element is kept and 0 where it is dropped, drawn as PyTorch draws it."""
    # A mask for every element lies in memory as the input does, which is the order of drawing.
    mask = empty_like(input) if shape == input.shape else input.new_empty(shape)
    return mask.bernoulli_(1 - p)


def _drop(input, p, inplace, shape) -> Tensor:
    if p == 1:
        noise = input.new_zeros(shape)
    else:
        noise = _kept(input, p, shape)
        noise.div_(1 - p)
    return (in_place(mul) if inplace else mul)(input, noise)


def dropout(input, p=0.5, training=True, inplace=False) -> Tensor:
    """Each element becomes 0 with probability `p`, else x / (1 - p); x itself when not training."""
    _check(p)
    if not steps.dropout.is_reference and not inplace:
        return steps.dropout(input, p, training)
    if p == 0 or not training or not input.numel():
        return input
    return _drop(input, p, inplace, input.shape)


def _channels(input, ndim) -> Tensor:
    """`input` with a batch dimension, for inputs of `ndim` dimensions that lack it."""
    return input.unsqueeze(0) if input.ndim == ndim else input


def _feature_dropout(input, p, training, inplace, unbatched) -> Tensor:
    _check(p)
    if p == 0 or not training or not input.numel():
        return input
    batched = _channels(input, unbatched)
    shape = (*batched.shape[:2], *[1] * (batched.ndim - 2))
    out = _drop(batched, p, inplace, shape)
    return out.squeeze(0) if batched is not input else out


def dropout1d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """`dropout` of whole channels of (N, C, L) or (C, L)."""
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input."
        )
    return _feature_dropout(input, p, training, inplace, 2)


def dropout2d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """`dropout` of whole channels of (N, C, H, W)."""
    return _feature_dropout(input, p, training, inplace, None)


def dropout3d(input, p=0.5, training=True, inplace=False) -> Tensor:
    """`dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    return _feature_dropout(input, p, training, inplace, 4)


def _alpha_drop(input, p, training, inplace, shape) -> Tensor:
    _check(p)
    if p == 0 or not training or not input.numel():
        return input
    if p == 1:
        return _drop(input, p, inplace, shape)
    kept = _kept(input, p, shape)
    a = 1 / ((_ALPHA**2 * p + 1) * (1 - p)) ** 0.5
    shift = (kept - 1) * (_ALPHA * a) + _ALPHA * a * p

    def drop(x):
        return x * (kept * a) + shift

    return in_place(drop)(input) if inplace else drop(input)


def alpha_dropout(input, p=0.5, training=False, inplace=False) -> Tensor:
    """Dropout for SELU networks: keeps mean 0 and variance 1."""
    return _alpha_drop(input, p, training, inplace, input.shape)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False) -> Tensor:
    """`alpha_dropout` of whole channels."""
    shape = (*input.shape[:2], *[1] * (input.ndim - 2))
    return _alpha_drop(input, p, training, inplace, shape)


__all__ = [
    "alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout",
]  # fmt: skip
