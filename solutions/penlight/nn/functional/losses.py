"""Losses for numbers and classes: one number that says how wrong a prediction is.

Each entry works on the whole batch at once, loss and reduction together, so that a training step
pays for one operation. `share` is the gradient that reaches each element: the gradient of the
loss, divided by the number of elements where the loss is their mean.
"""

import math
import warnings

from penlight.nn.functional.activations import floating, log_softmax
from penlight.tensors import dtypes
from penlight.tensors.meeting import broadcast, result_type
from penlight.tensors.operation import operation
from penlight.tensors.pointwise import masked
from penlight.tensors.tensor import Tensor

REDUCTIONS = ("none", "mean", "sum")


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """The elements of a loss as one number ("mean", "sum") or as they are ("none")."""
    check_reduction(reduction)
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


def check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not a valid value for reduction")


def legacy(size_average, reduce, reduction) -> str:
    """What the two old switches, which `reduction` replaced, ask for."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def _reduce(loss, reduction):
    return loss if reduction == "none" else loss.mean() if reduction == "mean" else loss.sum()


def _share(g, like, reduction):
    return g / max(math.prod(like.shape), 1) if reduction == "mean" else g


def _weighted(loss, weight):
    return loss if weight is None else loss * weight


# --- differences: the loss depends on input - target --------------------------------------------


def _of_difference(name, loss, slope):
    """A loss of `d = x - y` and its slope; `size` is where the loss bends, if it does."""

    def forward(xp, x, y, /, reduction, size):
        return _reduce(loss(xp, x - y, size), reduction)

    def rule(m, g, x, y, reduction, size):
        d = x - y
        return slope(m, d, size) * _share(g, d, reduction)

    return operation(name, forward, x=rule, y=lambda m, g, x, y, reduction, size: (
        -rule(m, g, x, y, reduction, size)
    ))  # fmt: skip


mse_ = _of_difference("mse_loss", lambda xp, d, _: d * d, lambda m, d, _: 2 * d)
smooth_l1_ = _of_difference(
    "smooth_l1_loss",
    lambda xp, d, beta: xp.where(
        xp.abs(d) < beta, 0.5 * d * d / (beta or 1), xp.abs(d) - 0.5 * beta
    ),
    lambda m, d, beta: m.where(m.abs(d) < beta, d / (beta or 1), m.sign(d)),
)
huber_ = _of_difference(
    "huber_loss",
    lambda xp, d, delta: xp.where(
        xp.abs(d) <= delta, 0.5 * d * d, delta * (xp.abs(d) - 0.5 * delta)
    ),
    lambda m, d, delta: m.where(m.abs(d) <= delta, d, delta * m.sign(d)),
)


def _difference_loss(entry, input, target, reduction, size=None) -> Tensor:
    check_reduction(reduction)
    if input._array.shape != target._array.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )
        broadcast.shapes(input.shape, target.shape)
    if input.dtype is not target.dtype:
        common = result_type(input, target)
        input, target = input.to(common), target.to(common)
    return entry(floating(entry.__name__, input), target, reduction, size)


def _weighted_mean(loss, weight, reduction) -> Tensor:
    """A weighted loss: the mean is over the weights, not over the elements."""
    check_reduction(reduction)
    if weight.shape != loss.shape:
        raise ValueError(f"weight of size {weight.shape} must be of the input's size {loss.shape}")
    loss = loss * weight
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


def mse_loss(
    input, target, size_average=None, reduce=None, reduction="mean", weight=None
) -> Tensor:
    """(input - target)², averaged."""
    reduction = legacy(size_average, reduce, reduction)
    if weight is None:
        return _difference_loss(mse_, input, target, reduction)
    return _weighted_mean(_difference_loss(mse_, input, target, "none"), weight, reduction)


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None) -> Tensor:
    """|input - target|, averaged."""
    loss = (input - target).abs()
    reduction = legacy(size_average, reduce, reduction)
    return reduced(loss, reduction) if weight is None else _weighted_mean(loss, weight, reduction)


def smooth_l1_loss(
    input, target, size_average=None, reduce=None, reduction="mean", beta=1.0
) -> Tensor:
    """Squares for errors below `beta`, straight lines above; averaged."""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    reduction = legacy(size_average, reduce, reduction)
    return _difference_loss(smooth_l1_, input, target, reduction, beta)


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None) -> Tensor:
    """`smooth_l1_loss` times `delta`: squares up to `delta`, then lines of slope `delta`."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is None:
        return _difference_loss(huber_, input, target, reduction, delta)
    return _weighted_mean(_difference_loss(huber_, input, target, "none", delta), weight, reduction)


# --- two classes --------------------------------------------------------------------------------


def _bce(xp, x, y, weight, /, reduction):
    # log(x) not below -100, so that a probability of 0 costs much but not everything.
    loss = y * xp.maximum(xp.log(x), -100) + (1 - y) * xp.maximum(xp.log1p(-x), -100)
    return _reduce(_weighted(-loss, weight), reduction)


def _bce_rule(m, g, x, y, weight, reduction):
    slope = (x - y) / m.maximum((1 - x) * x, 0 * x + 1e-12)
    return _weighted(slope, weight) * _share(g, x, reduction)


def _bce_target_rule(m, g, x, weight, reduction):
    lowest = 0 * x - 100
    slope = m.maximum(m.log(1 - x), lowest) - m.maximum(m.log(x), lowest)
    return _weighted(slope, weight) * _share(g, x, reduction)


def _bce_logits(xp, x, y, weight, pos_weight, /, reduction):
    certain = xp.log1p(xp.exp(-xp.abs(x))) + xp.maximum(-x, 0)
    loss = (1 - y) * x + (1 if pos_weight is None else 1 + (pos_weight - 1) * y) * certain
    return _reduce(_weighted(loss, weight), reduction)


def _logits_rule(m, g, x, y, weight, pos_weight, reduction):
    if pos_weight is None:
        slope = m.sigmoid(x) - y
    else:
        slope = (pos_weight * y + 1 - y) * m.sigmoid(x) - pos_weight * y
    return _weighted(slope, weight) * _share(g, x, reduction)


def _logits_target_rule(m, g, x, weight, pos_weight, reduction):
    if pos_weight is None:
        slope = -x
    else:
        certain = m.softplus(-x, 1, math.inf)
        slope = (pos_weight - 1) * certain - x
    return _weighted(slope, weight) * _share(g, x, reduction)


bce_ = operation("binary_cross_entropy", _bce, x=_bce_rule, y=_bce_target_rule)
bce_logits_ = operation(
    "binary_cross_entropy_with_logits", _bce_logits, x=_logits_rule, y=_logits_target_rule
)


def binary_cross_entropy(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean"
) -> Tensor:
    """Cross-entropy of probabilities with targets between 0 and 1, averaged."""
    reduction = legacy(size_average, reduce, reduction)
    check_reduction(reduction)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )
    if input.dtype is not target.dtype:
        raise RuntimeError(f"Found dtype {target.dtype} but expected {input.dtype}")
    array = floating("binary_cross_entropy", input)._array
    if ((array < 0) | (array > 1)).any():
        raise RuntimeError("all elements of input should be between 0 and 1")
    if weight is not None:
        weight = weight.expand(input.shape)
    return bce_(input, target, weight, reduction)


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
) -> Tensor:
    """`binary_cross_entropy(sigmoid(input), target)` without overflow."""
    reduction = legacy(size_average, reduce, reduction)
    check_reduction(reduction)
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    return bce_logits_(input, target, weight, pos_weight, reduction)


# --- several classes ----------------------------------------------------------------------------


def _chosen(xp, target, weight, ignore, dtype):
    """Each target's class (0 where ignored), and the weight of each element (0 where ignored)."""
    keep = target != ignore
    classes = target * keep
    weights = keep.astype(dtype) if weight is None else keep * weight[classes]
    return xp.expand_dims(classes, 1).astype("int64", copy=False), weights


def _nll(xp, x, target, weight, /, ignore, reduction):
    classes, weights = _chosen(xp, target, weight, ignore, x.dtype)
    loss = masked(xp, xp.take_along_axis(x, classes, 1)[:, 0] * -weights, target != ignore)
    if reduction == "none":
        return loss
    return loss.sum() / weights.sum() if reduction == "mean" else loss.sum()


def _nll_spread(xp, g, target, weight, /, ignore, reduction, shape):
    classes, weights = _chosen(xp, target, weight, ignore, g.dtype)
    share = -weights * (g / weights.sum() if reduction == "mean" else g)
    share = xp.where(weights == 0, 0, share)  # also where all are ignored and the mean is nan
    out = xp.zeros(shape, g.dtype)
    xp.put_along_axis(out, classes, xp.expand_dims(share, 1), 1)
    return out


# The loss is linear in its input, so each of the two is the gradient of the other.
_NLL_RULES = {
    "x": lambda m, g, target, weight, ignore, reduction, x_shape: m.nll_loss_spread(
        g, target, weight, ignore, reduction, x_shape
    )
}
nll_ = operation("nll_loss", _nll, **_NLL_RULES)
nll_2d = operation("nll_loss2d", _nll, node_name="NllLoss2DBackward0", **_NLL_RULES)
nll_spread = operation(
    "nll_loss_spread",
    _nll_spread,
    node_name="NllLossBackwardBackward0",
    g=lambda m, g, target, weight, ignore, reduction: m.nll_loss(
        g, target, weight, ignore, reduction
    ),
)


def nll_loss(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"
) -> Tensor:
    """The log-probability of the right class, negated: input (N, C, …), target (N, …).

    Elements whose target is `ignore_index` do not count. IndexError for a class that is not one.
    """
    reduction = legacy(size_average, reduce, reduction)
    check_reduction(reduction)
    single = input.ndim == 1
    if single:
        input, target = input.unsqueeze(0), target.reshape(1)
    _check_classes(input, target, weight, ignore_index)
    entry = nll_ if input.ndim == 2 else nll_2d
    loss = entry(floating("nll_loss_out_frame", input), target, weight, ignore_index, reduction)
    return loss.squeeze(0) if single and reduction == "none" else loss


def _check_classes(input, target, weight, ignore_index):
    shape, array = input._array.shape, target._array
    if not shape:
        raise RuntimeError("input tensor should be 1D or more")
    if shape[0] != array.shape[:1][0]:
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({array.shape[0]})."
        )
    if shape[2:] != array.shape[1:]:
        raise RuntimeError(
            f"Expected target size {[shape[0], *shape[2:]]}, got {list(array.shape)}"
        )
    if array.dtype.name not in ("int64", "uint8"):
        raise RuntimeError(
            f"expected scalar type Long but found {dtypes.c_name(target.dtype)}: "
            "targets are class numbers, make them with .long()"
        )
    if weight is not None and weight._array.shape != (shape[1],):
        raise RuntimeError(
            "weight tensor should be defined either for all classes or no classes but got weight "
            f"tensor of shape: {list(weight.shape)}"
        )
    if array.size and (array.min() < 0 or array.max() >= shape[1]):
        wrong = array[((array < 0) | (array >= shape[1])) & (array != ignore_index)]
        if wrong.size:
            raise IndexError(f"Target {wrong[0]} is out of bounds.")


def cross_entropy(
    input, target, weight=None, size_average=None, ignore_index=-100, reduce=None,
    reduction="mean", label_smoothing=0.0,
) -> Tensor:  # fmt: skip
    """`nll_loss` of `log_softmax`: scores (N, C, …), and classes (N, …) or probabilities (N, C, …).

    `label_smoothing` moves that share of the target's probability to all classes alike.
    """
    reduction = legacy(size_average, reduce, reduction)
    check_reduction(reduction)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    dim = 0 if input.ndim == 1 else 1
    if target.shape == input.shape and target.is_floating_point():
        return _soft_cross_entropy(input, target, weight, reduction, label_smoothing, dim)
    logs = log_softmax(input, dim)
    loss = nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    if not label_smoothing:
        return loss
    # The share that goes to all classes: a mean over the elements that count.
    keep = target != ignore_index
    spread = -_by_class(logs, weight, dim).sum(dim) * keep
    if reduction == "mean":
        counts = keep if weight is None else weight[target * keep] * keep
        spread = spread.sum() / counts.sum()
    elif reduction == "sum":
        spread = spread.sum()
    return loss * (1 - label_smoothing) + spread * (label_smoothing / input.shape[dim])


def _by_class(logs, weight, dim):
    if weight is None:
        return logs
    return logs * weight.reshape([-1 if d == dim else 1 for d in range(logs.ndim)])


def _soft_cross_entropy(input, target, weight, reduction, label_smoothing, dim):
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / input.shape[dim]
    loss = -(_by_class(log_softmax(input, dim), weight, dim) * target).sum(dim)
    if reduction == "mean":
        return loss.sum() / max(loss.numel(), 1)
    return reduced(loss, reduction)


__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "huber_loss",
    "l1_loss", "mse_loss", "nll_loss", "smooth_l1_loss",
]  # fmt: skip
