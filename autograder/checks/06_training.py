"""Assignment 06, the step: gradients reset, weights decayed, parameters moved, norms clipped."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "06_training"
DOUBLE = {"dtype": "float64"}

# --- 1


def after_reset(zero_grad, parameters, grads, set_to_none):
    """`.grad` of every parameter after the call, and the tensors that were there before it."""
    for p, grad in zip(parameters, grads, strict=True):
        p.grad = grad
    zero_grad(parameters, set_to_none)
    return {".grad": [p.grad for p in parameters], "the tensors that were there": grads}


def reset_by_torch(parameters, grads, set_to_none):
    def by_optimizer(parameters, set_to_none):
        torch.optim.SGD(parameters).zero_grad(set_to_none)

    return after_reset(by_optimizer, parameters, grads, set_to_none)


LEAF = {"requires_grad": True}

register(
    Exercise(
        "zero_grad",
        lecture=LECTURE,
        title="A clean slate",
        slot=True,
        points=2,
        minutes=10,
        difficulty=1,
        oracle=reset_by_torch,
        call=after_reset,
        may_modify=True,
        forbids=("penlight.optim.Optimizer.zero_grad", "penlight.nn.Module.zero_grad"),
        groups=(
            Group(
                "set to None",
                1,
                property="With `set_to_none` every `.grad` is None. The tensor that was there is "
                "left alone: somebody may hold it.",
                hint="`p.grad = None` forgets the tensor and changes nothing in it.",
                cases=(
                    case("one parameter", [tensor(1.0, **LEAF)], [tensor(12.0)], True),
                    case("two parameters", [randn(2, **LEAF), randn(3, **LEAF)],
                         [tensor([1.0, 2.0]), randn(3)], True),
                    case("no gradient yet", [randn(2, **LEAF), randn(1, **LEAF)],
                         [None, tensor([5.0])], True),
                ),
            ),
            Group(
                "filled with zeros",
                1,
                property="Without it the same tensor stays in `.grad`, filled with zeros. Where "
                "there was None there still is.",
                hint="`t.zero_()` writes zeros into t. None has no such method.",
                cases=(
                    case("zeros in one", [tensor(1.0, **LEAF)], [tensor(12.0)], False),
                    case("zeros in two", [randn(2, **LEAF), randn(2, 2, **LEAF)],
                         [tensor([1.0, 2.0]), randn(2, 2)], False),
                    case("None stays", [randn(2, **LEAF), randn(1, **LEAF)],
                         [None, tensor([5.0])], False),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 2


def after_decay(decay_weights, p, grad, lr, weight_decay, decoupled):
    """The weights, the gradient to go on with, and the gradient that was given."""
    given = grad.clone()
    found = decay_weights(p, given, lr, weight_decay, decoupled)
    return {"p": p, "go on with": found, "the gradient given": given}


def decay_by_torch(p, grad, lr, weight_decay, decoupled):
    w = p.clone().requires_grad_()
    w.grad = torch.zeros_like(w) if decoupled else grad.clone()
    kind = torch.optim.AdamW if decoupled else torch.optim.SGD
    kind([w], lr=lr, weight_decay=weight_decay).step()
    if decoupled:  # a step without a gradient: the decay alone
        return {"p": w.detach(), "go on with": grad, "the gradient given": grad}
    return {"p": p, "go on with": (p - w.detach()) / lr, "the gradient given": grad}


register(
    Exercise(
        "decay_weights",
        lecture=LECTURE,
        title="A pull towards zero",
        slot=True,
        points=3,
        minutes=15,
        difficulty=2,
        oracle=decay_by_torch,
        call=after_decay,
        may_modify=True,
        forbids=("penlight.optim.AdamW.step",),
        groups=(
            Group(
                "coupled",
                1.5,
                property="The pull weight_decay * p is added to the gradient; p itself stays.",
                hint="The derivative of ½·λ·p² is λ·p.",
                cases=(
                    case("one weight", tensor(2.0, "float64"), tensor(1.0, "float64"), 0.5, 0.1,
                         False),
                    case("a vector", randn(3, **DOUBLE), randn(3, **DOUBLE), 0.1, 0.5, False),
                ),
            ),
            Group(
                "decoupled",
                1.5,
                property="p shrinks in place by the factor 1 - lr * weight_decay; the gradient "
                "stays what it is.",
                hint="In place: `p *= factor`. `p = p * factor` makes a new tensor.",
                cases=(
                    case("one weight shrinks", tensor(2.0, "float64"), tensor(1.0, "float64"), 0.5,
                         0.1, True),
                    case("a vector shrinks", randn(3, **DOUBLE), randn(3, **DOUBLE), 0.1, 0.5,
                         True),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 3


def after_sgd(sgd_step, p, grads, lr, momentum, dampening, nesterov):
    """Several steps. All gradients come in one tensor, as they do after `zero_()`."""
    buffer, grad = None, grads[0].clone()
    for each in grads:
        grad.copy_(each)
        buffer = sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov)
    return {"p": p, "buffer": buffer, "the last gradient": grad}


def sgd_by_torch(p, grads, lr, momentum, dampening, nesterov):
    w = p.clone().requires_grad_()
    options = {"momentum": momentum, "dampening": dampening, "nesterov": nesterov}
    optimizer = torch.optim.SGD([w], lr=lr, **options)
    for each in grads:
        w.grad = each.clone()
        optimizer.step()
    buffer = optimizer.state[w].get("momentum_buffer")
    return {"p": w.detach(), "buffer": buffer, "the last gradient": grads[-1]}


ONES = [tensor([1.0], "float64")] * 3

register(
    Exercise(
        "sgd_step",
        lecture=LECTURE,
        title="Down the slope, with momentum",
        slot=True,
        points=5,
        minutes=25,
        difficulty=3,
        oracle=sgd_by_torch,
        call=after_sgd,
        may_modify=True,
        forbids=("penlight.optim.SGD.step", "torch.optim.SGD.step"),
        groups=(
            Group(
                "plain",
                1,
                property="Without momentum p moves by -lr * grad, in place, and None is returned.",
                hint="`p -= …` writes into p. `p = p - …` makes a new tensor that nobody sees.",
                cases=(
                    case("one step", tensor([4.0], "float64"), ONES[:1], 0.5, 0, 0, False),
                    case("two steps", randn(2, **DOUBLE), [randn(2, **DOUBLE)] * 2, 0.1, 0, 0,
                         False),
                ),
            ),
            Group(
                "momentum",
                2,
                property="The buffer is momentum * buffer + grad, begins as a copy of the first "
                "gradient, and moves p.",
                hint="The first time `buffer` is None. Is your buffer a tensor of its own, or the "
                "gradient itself, which will be overwritten?",
                cases=(
                    case("it begins", tensor([4.0], "float64"), ONES[:1], 0.5, 0.5, 0, False),
                    case("it gathers speed", tensor([4.0], "float64"), ONES, 0.5, 0.5, 0, False),
                    case("a matrix", randn(2, 2, **DOUBLE), [randn(2, 2, **DOUBLE)] * 3, 0.1, 0.9,
                         0, False),
                ),
            ),
            Group(
                "dampening",
                1,
                property="Dampening d lets only (1 - d) of each gradient into the buffer, but for "
                "the first, which counts in full.",
                hint="Which branch of your code does the first step take?",
                cases=(
                    case("dampened", tensor([4.0], "float64"), ONES, 0.5, 0.5, 0.25, False),
                    case("the first in full", tensor([4.0], "float64"), ONES[:1], 0.5, 0.5, 0.25,
                         False),
                ),
            ),
            Group(
                "Nesterov",
                1,
                property="With nesterov p moves along grad + momentum * buffer, with the new "
                "buffer.",
                hint="First the buffer, then the direction.",
                cases=(
                    case("a look ahead", tensor([4.0], "float64"), ONES, 0.5, 0.5, 0, True),
                    case("at once", tensor([4.0], "float64"), ONES[:1], 0.5, 0.5, 0, True),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 4


def after_adam(adam_step, p, grads, lr, betas, eps, amsgrad=False):
    """Several steps of Adam: the weights, and all that is remembered."""
    mean, square, grad = p * 0, p * 0, grads[0].clone()
    largest = [p * 0] if amsgrad else []
    for number, each in enumerate(grads, 1):
        grad.copy_(each)
        adam_step(p, grad, mean, square, number, lr, betas, eps, *largest)
    kept = {"largest": largest[0]} if amsgrad else {}
    return {"p": p, "mean": mean, "square": square, "the last gradient": grad, **kept}


def adam_by_torch(p, grads, lr, betas, eps, amsgrad=False):
    w = p.clone().requires_grad_()
    optimizer = torch.optim.Adam([w], lr=lr, betas=betas, eps=eps, amsgrad=amsgrad)
    for each in grads:
        w.grad = each.clone()
        optimizer.step()
    state = optimizer.state[w]
    kept = {"largest": state["max_exp_avg_sq"]} if amsgrad else {}
    return {"p": w.detach(), "mean": state["exp_avg"], "square": state["exp_avg_sq"],
            "the last gradient": grads[-1], **kept}  # fmt: skip


BETAS = (0.9, 0.999)
FALLING = [tensor([8.0, 1.0], "float64"), tensor([1.0, 0.5], "float64"),
           tensor([0.0, 2.0], "float64")]  # fmt: skip

register(
    Exercise(
        "adam_step",
        lecture=LECTURE,
        title="A pace for every weight",
        slot=True,
        points=6,
        minutes=30,
        difficulty=4,
        oracle=adam_by_torch,
        call=after_adam,
        may_modify=True,
        forbids=("penlight.optim.Adam.step", "torch.optim.Adam.step"),
        groups=(
            Group(
                "the first step",
                2,
                property="After the corrections the first step is lr long for every weight, "
                "whatever the size of its gradient.",
                hint="The averages began at zero, so at step 1 they hold only 1 - beta of the "
                "truth. Divide by that.",
                cases=(
                    case("a gradient of one", tensor([4.0], "float64"), ONES[:1], 0.5, BETAS, 1e-8),
                    case("large and small", tensor([1.0, 1.0], "float64"),
                         [tensor([100.0, 0.01], "float64")], 0.5, BETAS, 1e-8),
                ),
            ),
            Group(
                "many steps",
                2,
                property="`mean` and `square` are kept up in place, and step t corrects by "
                "1 - beta ** t.",
                hint="beta * old + (1 - beta) * new, written into the tensor you were given.",
                cases=(
                    case("three steps", tensor([1.0, 1.0], "float64"), FALLING, 0.5, BETAS, 1e-8),
                    case("drawn", randn(2, 2, **DOUBLE), [randn(2, 2, **DOUBLE)] * 3, 0.1,
                         (0.8, 0.9), 1e-8),
                ),
            ),
            Group(
                "eps",
                1,
                property="eps is added to the root, after the correction.",
                hint="sqrt(a + eps) is another number than sqrt(a) + eps.",
                cases=(
                    case("a large eps", tensor([4.0], "float64"), ONES[:2], 0.5, BETAS, 0.25),
                ),
            ),
            Group(
                "AMSGrad",
                1,
                property="With `largest` the largest value of `square` so far takes its place.",
                hint="Keep the larger of both, element by element, in place. Then go on with it.",
                cases=(
                    case("the slope fades", tensor([1.0, 1.0], "float64"), FALLING, 0.5,
                         (0.9, 0.5), 1e-8, amsgrad=True),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 5


def after_clipping(clip_to_norm, grads, max_norm, norm_type):
    return {"norm": clip_to_norm(grads, max_norm, norm_type), "gradients": grads}


def clipped_by_torch(grads, max_norm, norm_type):
    def by_parameters(grads, max_norm, norm_type):
        parameters = [torch.zeros_like(grad, requires_grad=True) for grad in grads]
        for p, grad in zip(parameters, grads, strict=True):
            p.grad = grad
        return torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)

    return after_clipping(by_parameters, grads, max_norm, norm_type)


INF = float("inf")

register(
    Exercise(
        "clip_to_norm",
        lecture=LECTURE,
        title="A leash for gradients",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=clipped_by_torch,
        call=after_clipping,
        may_modify=True,
        forbids=("penlight.nn.utils.clip_grad_norm_", "penlight.nn.utils.clip_grads_with_norm_",
                 "penlight.nn.utils.get_total_norm", "torch.nn.utils.clip_grad_norm_"),
        groups=(
            Group(
                "too long",
                2,
                property="All gradients together, as one long vector, are scaled to max_norm. The "
                "norm before is returned.",
                hint="One norm over all tensors, one factor for all. Scaling each to max_norm "
                "would turn the direction.",
                cases=(
                    case("3, 4, 5", [tensor([3.0], "float64"), tensor([4.0], "float64")], 1.0, 2.0),
                    case("three tensors", [integers(2, dtype="float64"), integers(2, 2,
                         dtype="float64"), tensor(7.0, "float64")], 0.5, 2.0),
                ),
            ),
            Group(
                "short enough",
                1,
                property="Gradients whose norm is below max_norm stay as they are.",
                hint="The factor is never above 1.",
                cases=(
                    case("below", [tensor([3.0], "float64"), tensor([4.0], "float64")], 10.0, 2.0),
                    case("all zero", [tensor([0.0, 0.0], "float64")], 1.0, 2.0),
                ),
            ),
            Group(
                "other norms",
                1,
                property="norm_type 1 adds the sizes up, inf takes the largest, 3 is the third "
                "root of the sum of cubes.",
                hint="(|a|ᵏ + |b|ᵏ + …)^(1/k) over all elements; inf is a case of its own.",
                cases=(
                    case("added up", [tensor([3.0, -1.0], "float64"), tensor([-4.0], "float64")],
                         1.0, 1.0),
                    case("the largest", [tensor([3.0, -6.0], "float64"), tensor([4.0], "float64")],
                         1.0, INF),
                    case("the third", [tensor([3.0, -1.0], "float64"), tensor([-4.0], "float64")],
                         1.0, 3.0),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 6


def cosine_by_torch(start, end, part):
    """CosineAnnealingLR's rate after `part` of its way from `start` to `end`."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=start)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=1, eta_min=end)
    schedule.last_epoch = part
    return schedule._get_closed_form_lr()[0]


register(
    Exercise(
        "cosine_between",
        lecture=LECTURE,
        title="Landing softly",
        slot=True,
        points=2,
        minutes=10,
        difficulty=2,
        oracle=cosine_by_torch,
        groups=(
            Group(
                "on the way",
                1,
                property="The rate begins at `start`, is half way at part 0.5 and ends at `end`.",
                hint="cos goes from 1 to -1 while its argument goes from 0 to pi. Move and scale "
                "that to 1 … 0.",
                cases=(
                    case("the beginning", 0.4, 0.0, 0.0),
                    case("half way", 0.4, 0.0, 0.5),
                    case("the end", 0.4, 0.0, 1.0),
                    case("a third", 1.0, 0.0, 1 / 3),
                ),
            ),
            Group(
                "any two rates",
                1,
                property="It ends at `end`, may rise as well as fall, and goes on beyond 1.",
                hint="start - end is the height of the curve. What has to be added at the bottom?",
                cases=(
                    case("a floor", 0.5, 0.1, 0.25),
                    case("upwards", 0.1, 0.5, 0.25),
                    case("beyond", 0.4, 0.0, 1.5),
                ),
            ),
        ),
    )
)
