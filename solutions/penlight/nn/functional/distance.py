"""Distances and angles between vectors."""

from penlight.broadcasting import broadcast_tensors
from penlight.tensors.tensor import Tensor


def cosine_similarity(x1, x2, dim=1, eps=1e-8) -> Tensor:
    """Cosine of the angle between vectors along `dim`; lengths count as at least `eps`."""
    x1, x2 = broadcast_tensors(x1, x2)
    return (unit(x1, dim, eps) * unit(x2, dim, eps)).sum(dim)


def unit(x, dim, eps) -> Tensor:
    """`x` divided by its length along `dim`."""
    return x / x.norm(2, dim, True).clamp_min(eps)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False) -> Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension."""
    return (x1 - x2 + eps).norm(p, -1, keepdim)


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None) -> Tensor:
    """`input` divided by its p-norm along `dim`, a norm below `eps` counting as `eps`."""
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)


__all__ = ["cosine_similarity", "normalize", "pairwise_distance"]
