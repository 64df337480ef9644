"""Keeping gradients from getting too large."""

import math

from penlight.autograd.modes import no_grad
from penlight.slots import slot
from penlight.tensors.creation import tensor
from penlight.tensors.devices import array_module
from penlight.tensors.tensor import Tensor, wrap


def _grads(parameters) -> list[Tensor]:
    each = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in each if p.grad is not None]


@no_grad
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None) -> Tensor:
    """The norm of all `tensors` taken as one long vector; RuntimeError if not finite, if asked."""
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return tensor(0.0)
    xp = array_module(tensors[0]._array)
    each = xp.stack([_norm(xp, t._array, norm_type) for t in tensors])
    total = wrap(_norm(xp, each, norm_type))
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def _norm(xp, array, order):
    size = xp.abs(array)
    if order == math.inf:
        return size.max()
    return (size**order).sum() ** (1 / order) if order != 2 else xp.sqrt((array * array).sum())


@no_grad
def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None) -> None:
    """Scale all gradients by max_norm / total_norm if that is below 1."""
    factor = (max_norm / (total_norm + 1e-6)).item()
    for g in _grads(parameters):
        g.mul_(min(factor, 1.0) if not math.isnan(factor) else factor)


@no_grad
def clip_grad_norm_(
    parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None
) -> Tensor:
    """Shrink all gradients together, in place, so that their norm is at most `max_norm`.

    Returns the norm before.
    """
    grads = [grad.detach() for grad in _grads(parameters)]
    if error_if_nonfinite or not grads:
        total = get_total_norm(grads, norm_type, error_if_nonfinite)
    return clip_to_norm(grads, float(max_norm), float(norm_type)) if grads else total


@slot(exercise="06_training")
def clip_to_norm(grads, max_norm, norm_type):
    """Scale the tensors in the list `grads`, in place, so that their norm is at most `max_norm`.

    The norm is that of all their elements together: the `norm_type`-th root of the sum of their
    sizes to that power, or for inf the largest size. One factor for all, never above 1:
    max_norm / (norm + 1e-6). Returns the norm from before, a 0-d tensor.
    """
    sizes = [grad.norm(norm_type) for grad in grads]
    if norm_type == math.inf:
        total = max(sizes)
    else:
        total = sum(size**norm_type for size in sizes) ** (1 / norm_type)
    factor = (max_norm / (total + 1e-6)).clamp(max=1)
    for grad in grads:
        grad *= factor
    return total


@no_grad
def clip_grad_value_(parameters, clip_value, foreach=None) -> None:
    """Cut every element of every gradient, in place, to [-clip_value, clip_value]."""
    bound = float(clip_value)
    for g in _grads(parameters):
        array_module(g._array).clip(g._array, -bound, bound, out=g._array)
        g.storage().version += 1
