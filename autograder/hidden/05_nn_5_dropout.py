"""`dropout`, the instructor's part: hidden cases, named mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn

LEARNS = {"dtype": "float64", "requires_grad": True}
LUCK = import_module("autograder.checks.05_nn_behaviour").LUCK

register_hidden(
    "dropout",
    cases={
        "evaluation": [
            case("hidden almost all", randn(3, 4), 0.9, False),
            case("hidden all", randn(3, 4), 1.0, False),
            case("hidden by name", randn(5, 2), training=False),
        ],
        "who falls": [
            case("hidden a third", randn(30, 100), 0.35, True, tolerance=LUCK),
            case("hidden by name alone", randn(50, 60), p=0.7, tolerance=(1e-4, 0.04)),
            case("hidden images", randn(10, 3, 10, 10), 0.5, True, tolerance=LUCK),
            case("hidden square", randn(50, 50), 0.5, True, tolerance=LUCK),
        ],
        "the rest": [
            case("hidden times 10", randn(60, 60), 0.9, True, tolerance=(1e-4, 0.03)),
            case("hidden times 10/9", randn(40, 80), 0.1, True, tolerance=(1e-4, 0.03)),
            case("hidden float64", randn(40, 50, dtype="float64"), 0.5, True, tolerance=LUCK),
        ],
        "none and all": [
            case("hidden none of many", randn(20, 20), 0.0, True),
            case("hidden all of many", randn(20, 20), 1.0, True),
        ],
        "gradient": [
            case("hidden a tenth", randn(40, 50, **LEARNS), 0.1, True, tolerance=LUCK),
            case("hidden resting", randn(4, 5, **LEARNS), 0.5, False),
            case("hidden all fall", randn(4, 5, **LEARNS), 1.0, True),
        ],
    },
    mistakes=[
        wrong(
            "the other way round",
            "You keep a share p. A share p falls.",
            """
            def dropout(input, p=0.5, training=True):
                if not training or p == 0:
                    return input
                if p == 1:
                    return input * 0
                return input * (rand_like(input) < p) / p
            """,
        ),
        wrong(
            "not scaled",
            "What is kept has to be divided by 1 - p, or the mean sinks.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                return input * (rand_like(input) >= p)
            """,
        ),
        wrong(
            "divides by p",
            "You divide by p. What is left is a share 1 - p, so divide by that.",
            """
            def dropout(input, p=0.5, training=True):
                if not training or p == 0:
                    return input
                return input * (rand_like(input) >= p) / p
            """,
        ),
        wrong(
            "multiplies",
            "You multiply by 1 - p, which makes the mean smaller still. Divide.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                return input * (rand_like(input) >= p) * (1 - p)
            """,
        ),
        wrong(
            "always training",
            "You drop in evaluation too. With `training=False` nothing changes.",
            """
            def dropout(input, p=0.5, training=True):
                if p == 1:
                    return input * 0
                return input * (rand_like(input) >= p) / (1 - p)
            """,
        ),
        wrong(
            "scales in evaluation",
            "In evaluation the input is returned as it is: the factor was applied in training.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input * (1 - p)
                if p == 1:
                    return input * 0
                return input * (rand_like(input) >= p) / (1 - p)
            """,
        ),
        wrong(
            "never",
            "Nothing falls in training. Did you ask `if training` where `if not training` is "
            "meant?",
            """
            def dropout(input, p=0.5, training=True):
                if training:
                    return input
                return input * (rand_like(input) >= p) / (1 - p)
            """,
        ),
        wrong(
            "whole columns",
            "Whole columns fall together. Draw a number for each element.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                if p == 1:
                    return input * 0
                return input * (torch.rand(input.shape[-1]) >= p) / (1 - p)
            """,
        ),
        wrong(
            "the same each time",
            "The same elements fall at every call. Draw anew, without setting the seed.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                if p == 1:
                    return input * 0
                torch.manual_seed(0)
                return input * (rand_like(input) >= p) / (1 - p)
            """,
        ),
        wrong(
            "nan for all",
            "For p = 1 you divide 0 by 0. Everything falls, and the result is 0.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                return input * (rand_like(input) >= p) / (1 - p)
            """,
        ),
        wrong(
            "every second",
            "Every second element falls. Which ones is a matter of chance, and the share is p.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                mask = (torch.arange(input.numel()) % 2).reshape(input.shape)
                return input * mask / (1 - p) if p != 1 else input * 0
            """,
        ),
        wrong(
            "without a gradient",
            "The result has left the graph: no gradient comes through.",
            """
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                if p == 1:
                    return input * 0
                return input.detach() * (rand_like(input) >= p) / (1 - p) + 0 * input
            """,
        ),
    ],
    alternatives=styles(
        where="""
            def dropout(input, p=0.5, training=True):
                if not training:
                    return input
                if p == 1:
                    return torch.zeros_like(input) * input
                scaled = input / (1 - p)
                return torch.where(torch.rand(input.shape) < p, 0 * input, scaled)
            """,
        bernoulli="""
            def dropout(input, p=0.5, training=True):
                if training and p == 1:
                    return 0 * input
                if training and p > 0:
                    noise = torch.empty_like(input, requires_grad=False).bernoulli_(1 - p)
                    return input * noise / (1 - p)
                return input
            """,
        masked="""
            def dropout(input, p=0.5, training=True):
                if training is False or p == 0:
                    return input
                fallen = rand_like(input) < p
                factor = 1 / (1 - p) if p < 1 else 1.0
                return (input * factor).masked_fill(fallen, 0.0)
            """,
    ),
    equivalent_mutants={
        "`rand_like(input) >= p` -> `rand_like(input) > p`":
            "They differ where a number drawn is p itself: once in millions of draws.",
    },
)  # fmt: skip
