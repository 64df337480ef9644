"""Assignment 05, the layers that behave differently in training and in evaluation."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import randn, tensor

LECTURE = "05_nn"
DOUBLE = {"dtype": "float64"}
LEARNS = {"dtype": "float64", "requires_grad": True}

# --- 5


def dropped(dropout, x, *args, **kwargs):
    """What two calls did to the elements of `x`, none of which is 0."""
    first, second = dropout(x, *args, **kwargs), dropout(x, *args, **kwargs)
    ratios = (first.detach() / x.detach()).reshape(-1)
    rows = ratios.reshape(-1, x.shape[-1])
    kept = ratios[ratios != 0]
    found = {
        "shape": tuple(first.shape),
        "share of zeros": 1 - len(kept) / len(ratios),
        "smallest factor of the rest": kept.min().item() if len(kept) else None,
        "largest factor of the rest": kept.max().item() if len(kept) else None,
        "the second call was the same": bool((first == second).all()),
        "all rows were the same": bool((rows == rows[0]).all()),
    }
    if x.requires_grad:
        first.sum().backward()
        found["largest gap between gradient and factor"] = (
            (x.grad.reshape(-1) - ratios).abs().max().item()
        )
        x.grad = None
    return found


LUCK = (1e-4, 0.06)  # tolerance: which elements fall is drawn, in whatever way

register(
    Exercise(
        "dropout",
        lecture=LECTURE,
        title="Learn without relying on anyone",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=lambda x, *args, **kwargs: dropped(
            torch.nn.functional.dropout, x, *args, **kwargs
        ),
        call=dropped,
        forbids=(
            "penlight.nn.steps.dropout",
            "penlight.dropout",
            "torch.dropout",
            *(f"{library}.nn.functional.{name}" for library in ("penlight", "torch")
              for name in ("dropout", "dropout1d", "dropout2d", "alpha_dropout")),
        ),
        groups=(
            Group(
                "evaluation",
                0.5,
                property="Where nothing is trained, nothing is changed.",
                hint="`training` is the third argument.",
                cases=(case("not training", randn(4, 5), 0.5, False),),
            ),
            Group(
                "who falls",
                1.5,
                property="A share p of all elements becomes 0: each on its own, anew at every "
                "call.",
                hint="Draw one number in [0, 1) for each element. How many of them are below p?",
                cases=(
                    case("a half", randn(40, 50), 0.5, True, tolerance=LUCK),
                    case("one in five", randn(60, 50), 0.2, True, tolerance=LUCK),
                    case("nine in ten", randn(60, 50), 0.9, True, tolerance=(1e-4, 0.03)),
                    case("as it is by default", randn(40, 50), tolerance=LUCK),
                ),
            ),
            Group(
                "the rest",
                1,
                property="What is kept is divided by 1 - p, so that the mean stays.",
                hint="If one in five falls, the others have to carry 5/4.",
                cases=(
                    case("times 2", randn(50, 60), 0.5, True, tolerance=(1e-4, 0.04)),
                    case("times 4/3", randn(3, 20, 50), 0.25, True, tolerance=(1e-4, 0.04)),
                ),
            ),
            Group(
                "none and all",
                0.5,
                property="p = 0 keeps everything, p = 1 makes everything 0, not nan.",
                hint="1 - p is 0 for p = 1, and 0 / 0 is nan.",
                cases=(
                    case("p is 0", randn(3, 4), 0.0, True),
                    case("p is 1", randn(3, 4), 1.0, True),
                ),
            ),
            Group(
                "gradient",
                0.5,
                property="What fell gets no gradient; the rest gets it times the same factor.",
                hint="Multiply. A product knows its derivative.",
                cases=(
                    case("through a half", randn(40, 50, **LEARNS), 0.5, True, tolerance=LUCK),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 6


def normalised(batch_norm, x, running_mean, running_var, weight, bias, *args, **kwargs):
    """The result, and what became of the running averages, which are copies of the case's."""
    mean, var = running_mean.clone(), running_var.clone()
    result = batch_norm(x, mean, var, weight, bias, *args, **kwargs)
    return {
        "result": result,
        "running_mean": mean.detach(),
        "running_var": var.detach(),
        "running averages recorded": mean.requires_grad or var.requires_grad,
    }


def channels(n, **options):
    """running_mean, running_var, weight and bias of n channels."""
    var = tensor([0.5 + 0.25 * k for k in range(n)], options.get("dtype", "float32"))
    plain = {"dtype": options.get("dtype", "float32")}
    return (randn(n, **plain), var, randn(n, **options), randn(n, **options))


register(
    Exercise(
        "batch_norm",
        lecture=LECTURE,
        title="Measure, or remember",
        slot=True,
        points=6,
        minutes=30,
        difficulty=4,
        oracle=lambda *args, **kwargs: normalised(
            torch.nn.functional.batch_norm, *args, **kwargs
        ),
        call=normalised,
        shown_as="batch_norm",
        compares=("dtype", "gradient"),
        forbids=(
            "penlight.nn.steps.batch_norm",
            *(f"{library}.nn.functional.{kind}_norm" for library in ("penlight", "torch")
              for kind in ("batch", "instance", "layer", "group")),
        ),
        groups=(
            Group(
                "training",
                1.5,
                property="Each column of (N, C) is shifted and scaled by its own mean and "
                "variance, then by weight and bias.",
                hint="Inside the batch the variance is the mean of the squared distances: "
                "divided by n, not by n - 1.",
                cases=(
                    case("one channel", tensor([[1.0], [3.0]]), tensor([0.0]), tensor([1.0]),
                         tensor([1.0]), tensor([0.0]), True, 0.0),
                    case("three channels", randn(4, 3), *channels(3), True, 0.0),
                    case("a large eps", randn(4, 2), *channels(2), True, 0.0, 0.5),
                ),
            ),
            Group(
                "images",
                1,
                property="In (N, C, H, W) a channel's numbers are those of all images and all "
                "places.",
                hint="All dimensions but number 1 belong together.",
                cases=(
                    case("images", randn(2, 3, 2, 4), *channels(3), True, 0.0),
                    case("sequences", randn(3, 2, 5), *channels(2), True, 0.0),
                ),
            ),
            Group(
                "running averages",
                2,
                property="In training the running averages move by momentum · (measured - "
                "running), in place; the variance measured for them is divided by n - 1.",
                hint="`x = x + …` makes a new tensor, `x += …` changes the one you were given.",
                cases=(
                    case("one step", tensor([[1.0], [3.0]]), tensor([0.0]), tensor([1.0]),
                         tensor([1.0]), tensor([0.0]), True, 0.5),
                    case("three channels move", randn(4, 3), *channels(3), True),
                    case("images move", randn(2, 2, 3, 2), *channels(2), True, 0.25),
                ),
            ),
            Group(
                "evaluation",
                1,
                property="In evaluation the running averages are used, and stay as they are.",
                hint="Then even a single example can be normalised.",
                cases=(
                    case("a single example", randn(1, 2), *channels(2), False),
                    case("images at rest", randn(2, 3, 2, 2), *channels(3), False, 0.1, 0.25),
                ),
            ),
            Group(
                "gradient",
                0.5,
                property="Gradients reach input, weight and bias; mean and variance depend on the "
                "input too. The running averages are not recorded.",
                hint="No `detach` on the mean of the batch. `no_grad()` for the running ones.",
                cases=(
                    case("in training", randn(4, 3, **LEARNS), *channels(3, **LEARNS), True),
                    case("in evaluation", randn(4, 2, **LEARNS), *channels(2, **LEARNS), False),
                ),
            ),
        ),
    )
)  # fmt: skip
