"""Losses that compare pairs, distributions and margins. Each is a line or two of tensor maths."""

import math
import warnings

from penlight.nn.functional.activations import logsigmoid
from penlight.nn.functional.distance import pairwise_distance
from penlight.nn.functional.losses import check_reduction, legacy, reduced
from penlight.tensors.pointwise import relu, where
from penlight.tensors.tensor import Tensor


def kl_div(
    input, target, size_average=None, reduce=None, reduction="mean", log_target=False
) -> Tensor:
    """Kullback-Leibler divergence from log-probabilities `input` to probabilities `target`.

    "batchmean" divides by the batch size, as the definition has it; "mean" by all elements.
    """
    reduction = legacy(size_average, reduce, reduction)
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support "
            "size. 'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.",
            stacklevel=2,
        )
    if log_target:
        loss = target.exp() * (target - input)
    else:
        loss = target.xlogy(target) - target * input
    if reduction == "batchmean":
        total = loss.sum()
        return total / input.shape[0] if input.ndim else total
    return reduced(loss, reduction)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None,
    reduction="mean",
) -> Tensor:  # fmt: skip
    """Negative log-likelihood of counts `target` under a Poisson rate (or its log) `input`.

    `full` adds Stirling's approximation of log(target!).
    """
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    if full:
        stirling = target * target.log() - target + 0.5 * (2 * math.pi * target).log()
        loss = loss + where(target > 1, stirling, stirling.new_zeros(()))
    return reduced(loss, legacy(size_average, reduce, reduction))


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean") -> Tensor:
    """Negative log-likelihood of `target` under normal distributions of mean `input`.

    `var` (not below `eps`) has the shape of `input`, or lacks or has length 1 in one dimension.
    """
    if isinstance(var, float):
        if var < 0:
            raise ValueError("var has negative entry/entries")
        var = input.new_full(input.shape, var)
    elif bool((var._array < 0).any()):
        raise ValueError("var has negative entry/entries")
    if var.shape != input.shape:
        if var.shape == input.shape[:-1]:
            var = var.unsqueeze(-1)
        elif var.ndim != input.ndim or sum(
            k for n, k in zip(input.shape, var.shape, strict=True) if n != k
        ) != 1:  # fmt: skip
            raise ValueError("var is of incorrect size")
    # The floor holds the value only; gradients pass as if it were not there.
    var = var + (var.detach().clamp_min(eps) - var.detach())
    loss = 0.5 * (var.log() + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduced(loss, reduction)


def hinge_embedding_loss(
    input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """The distance `input` where target is 1, max(0, margin - input) where it is -1."""
    zero = input.new_zeros(())
    far = where(target != 1, (margin - input).clamp_min(0), zero)
    near = where(target != -1, input, zero)
    return reduced(far + near, legacy(size_average, reduce, reduction))


def margin_ranking_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """max(0, margin - target · (input1 - input2)): target 1 wants input1 larger, -1 input2."""
    if input1.ndim != input2.ndim or input1.ndim != target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    loss = (-target * (input1 - input2) + margin).clamp_min(0)
    return reduced(loss, legacy(size_average, reduce, reduction))


def cosine_embedding_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """1 - cos of the angle where target is 1, max(0, cos - margin) where it is -1."""
    if target.ndim not in (0, 1):
        raise RuntimeError(
            f"0D or 1D target tensor expected, multi-target not supported: {list(target.shape)}"
        )
    if input1.ndim != target.ndim + 1 or input2.ndim != target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found "
            f"inputs with sizes {list(input1.shape)} and {list(input2.shape)}."
        )
    tiny = 1e-12
    squares1, squares2 = (input1 * input1).sum(-1) + tiny, (input2 * input2).sum(-1) + tiny
    cosine = (input1 * input2).sum(-1) / (squares1 * squares2).sqrt()
    zero = cosine.new_zeros(())
    near = where(target == 1, 1 - cosine, zero)
    far = where(target == -1, (cosine - margin).clamp_min(0), zero)
    return reduced(near + far, legacy(size_average, reduce, reduction))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean") -> Tensor:
    """log(1 + e^(-target · input)), targets 1 and -1."""
    loss = (-target * input).exp().log1p()
    return reduced(loss, legacy(size_average, reduce, reduction))


def multi_margin_loss(
    input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """Σ over wrong classes of max(0, margin - score of the right class + score)ᵖ, divided by C."""
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.ndim != 1:
        raise ValueError("weight must be one-dimensional")
    reduction = legacy(size_average, reduce, reduction)
    check_reduction(reduction)
    classes = input.shape[-1] if input.ndim else 1
    scores = input.reshape(-1, classes)
    if input.ndim > 2 or not input.numel() or target.numel() != scores.shape[0]:
        raise RuntimeError(
            f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: "
            f"{list(input.shape)}, and as many targets as rows, but got {target.numel()}"
        )
    if weight is not None and weight.numel() != classes:
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {weight.shape}")
    outside = (target._array < 0) | (target._array >= classes)
    if outside.any():
        raise RuntimeError(f"target out of range: classes are 0 to {classes - 1}")
    right = target.reshape(-1, 1)
    loss = relu(margin - scores.gather(1, right) + scores)
    loss = loss if p == 1 else loss * loss
    wrong = loss.detach() * 0 + 1
    wrong.scatter_(1, right, 0)
    loss = loss * wrong if weight is None else loss * wrong * weight[right]
    loss = loss.sum(1) / classes
    return reduced(loss.reshape(target.shape) if reduction == "none" else loss, reduction)


def multilabel_margin_loss(
    input, target, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """Hinge between every right and every wrong class; targets list classes and end with -1."""
    classes = input.shape[-1]
    scores, listed = input.reshape(-1, classes), target.reshape(-1, classes)
    valid = (listed >= 0).to(scores.dtype).cumprod(1)
    places = listed.clamp_min(0)
    right = scores.new_zeros(scores.shape).scatter_add(1, places, valid).clamp_max(1)
    gaps = relu(1 - scores.gather(1, places).unsqueeze(2) + scores.unsqueeze(1))
    loss = (gaps * valid.unsqueeze(2) * (1 - right).unsqueeze(1)).sum((1, 2)) / classes
    loss = loss if input.ndim > 1 else loss.squeeze(0)
    return reduced(loss, legacy(size_average, reduce, reduction))


def multilabel_soft_margin_loss(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """Binary cross-entropy of each class, averaged over the classes."""
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    loss = loss if weight is None else loss * weight
    return reduced(loss.sum(-1) / input.shape[-1], legacy(size_average, reduce, reduction))


def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
    reduce=None, reduction="mean",
) -> Tensor:  # fmt: skip
    """max(0, distance to the positive - distance to the negative + margin)."""

    def distance(x, y):
        return pairwise_distance(x, y, p, eps)

    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=distance, margin=margin, swap=swap,
        reduction=legacy(size_average, reduce, reduction),
    )  # fmt: skip


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
    reduction="mean",
) -> Tensor:  # fmt: skip
    """`triplet_margin_loss` with a distance of your own."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    dims = anchor.ndim, positive.ndim, negative.ndim
    if len(set(dims)) > 1:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {dims[0]}D, positive {dims[1]}D, and negative "
            f"{dims[2]}D inputs"
        )
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return reduced((margin + near - far).clamp_min(0), reduction)


__all__ = [
    "cosine_embedding_loss", "gaussian_nll_loss", "hinge_embedding_loss", "kl_div",
    "margin_ranking_loss", "multi_margin_loss", "multilabel_margin_loss",
    "multilabel_soft_margin_loss", "poisson_nll_loss", "soft_margin_loss", "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]  # fmt: skip
