"""The update rules. Those of SGD and Adam are slots, in `steps`; the rest are lines on arrays."""

import numpy as np

from penlight.tensors.tensor import Tensor, wrap
from penlight.training.optim.optimizer import Optimizer, check, zeros
from penlight.training.optim.steps import adam_step, decay_weights, sgd_step


def _lr(value) -> float:
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")
    return value.item() if isinstance(value, Tensor) else value


def _decayed(p, g, group):
    """The gradient array with the group's weight decay; with a decoupled one `p` shrinks."""
    if not group["weight_decay"]:
        return g
    decoupled = group.get("decoupled_weight_decay", False)
    lr = _lr(group["lr"])
    return decay_weights(wrap(p), wrap(g), lr, group["weight_decay"], decoupled)._array


class SGD(Optimizer):
    """p ← p - lr·v with v ← momentum·v + (1 - dampening)·g; Nesterov looks one step ahead."""

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *,
        maximize=False, foreach=None, differentiable=False, fused=None,
    ):  # fmt: skip
        check("learning rate", lr, _lr(lr) >= 0)
        check("momentum value", momentum, momentum >= 0)
        check("weight_decay value", weight_decay, weight_decay >= 0)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay,
            "nesterov": nesterov, "maximize": maximize, "foreach": foreach,
            "differentiable": differentiable, "fused": fused,
        })  # fmt: skip

    def update(self, xp, p, g, state, group):
        buffer = sgd_step(
            wrap(p), wrap(_decayed(p, g, group)), state.get("momentum_buffer"), _lr(group["lr"]),
            group["momentum"], group["dampening"], group["nesterov"],
        )  # fmt: skip
        if buffer is not None:
            state["momentum_buffer"] = buffer


class Adam(Optimizer):
    """Steps of the mean gradient over the root of the mean square, both corrected for their start.

    Kingma and Ba, 2015. With `decoupled_weight_decay` (AdamW) the decay skips the statistics.
    """

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *,
        foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
        decoupled_weight_decay=False,
    ):  # fmt: skip
        check("learning rate", lr, _lr(lr) >= 0)
        check("epsilon value", eps, eps >= 0)
        if len({isinstance(beta, int | float) for beta in betas}) > 1:
            raise ValueError("betas must be either both floats or both Tensors")
        for i, beta in enumerate(betas):
            check(f"beta parameter at index {i}", beta, 0 <= beta < 1)
        check("weight_decay value", weight_decay, weight_decay >= 0)
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach,
            "capturable": capturable, "differentiable": differentiable, "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        })  # fmt: skip

    def update(self, xp, p, g, state, group):
        if not state:
            state["step"] = wrap(np.zeros((), np.float32))
            state["exp_avg"], state["exp_avg_sq"] = zeros(xp, p), zeros(xp, p)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = zeros(xp, p)
        state["step"]._array += 1
        adam_step(
            wrap(p), wrap(_decayed(p, g, group)), state["exp_avg"], state["exp_avg_sq"],
            int(state["step"].item()), _lr(group["lr"]), group["betas"], group["eps"],
            *([state["max_exp_avg_sq"]] if group["amsgrad"] else []),
        )  # fmt: skip


class AdamW(Adam):
    """Adam with weight decay applied to the parameters directly."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False,
        **options,
    ):  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, decoupled_weight_decay=True, **options
        )


class RMSprop(Optimizer):
    """Steps of the gradient over the root of its mean square; optionally centred, with momentum."""

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False,
        capturable=False, foreach=None, maximize=False, differentiable=False,
    ):  # fmt: skip
        check("learning rate", lr, _lr(lr) >= 0)
        check("epsilon value", eps, eps >= 0)
        check("momentum value", momentum, momentum >= 0)
        check("weight_decay value", weight_decay, weight_decay >= 0)
        check("alpha value", alpha, alpha >= 0)
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
            "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable,
        })  # fmt: skip

    def update(self, xp, p, g, state, group):
        alpha = group["alpha"]
        if not state:
            state["step"] = wrap(np.zeros((), np.float32))
            state["square_avg"] = zeros(xp, p)
            if group["momentum"] > 0:
                state["momentum_buffer"] = zeros(xp, p)
            if group["centered"]:
                state["grad_avg"] = zeros(xp, p)
        state["step"]._array += 1
        g = _decayed(p, g, group)
        square = state["square_avg"]._array
        square *= alpha
        square += (1 - alpha) * (g * g)
        if group["centered"]:
            mean = state["grad_avg"]._array
            mean += (1 - alpha) * (g - mean)
            square = square - mean * mean
        direction = g / (xp.sqrt(square) + group["eps"])
        if group["momentum"] > 0:
            v = state["momentum_buffer"]._array
            v *= group["momentum"]
            v += direction
            direction = v
        p -= _lr(group["lr"]) * direction


class Adagrad(Optimizer):
    """Steps of the gradient over the root of the sum of all its squares so far."""

    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10,
        foreach=None, *, maximize=False, differentiable=False, fused=None,
    ):  # fmt: skip
        check("learning rate", lr, _lr(lr) >= 0)
        check("lr_decay value", lr_decay, lr_decay >= 0)
        check("weight_decay value", weight_decay, weight_decay >= 0)
        check("epsilon value", eps, eps >= 0)
        if initial_accumulator_value < 0:
            raise ValueError(
                f"Invalid initial_accumulator_value value: {initial_accumulator_value}"
            )
        super().__init__(params, {
            "lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "fused": fused,
        })  # fmt: skip
        for group in self.param_groups:
            for p in group["params"]:
                total = wrap(p._array * 0 + p._array.dtype.type(initial_accumulator_value))
                self.state[p] = {"step": wrap(np.zeros((), np.float32)), "sum": total}

    def update(self, xp, p, g, state, group):
        state["step"]._array += 1
        g = _decayed(p, g, group)
        total = state["sum"]._array
        total += g * g
        rate = _lr(group["lr"]) / (1 + (state["step"].item() - 1) * group["lr_decay"])
        p -= rate * (g / (xp.sqrt(total) + group["eps"]))
