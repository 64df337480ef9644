"""Assignment 05, parameters and the layers on vectors: what right means, judged by PyTorch."""

import math

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.small_modules import SmallModules, named
from autograder.values import randn, tensor

LECTURE = "05_nn"
LEARNS = {"dtype": "float64", "requires_grad": True}
GRADIENT = ("dtype", "gradient")


def everywhere(*names):
    """The names of functions of `nn.functional` in both libraries, and as slot."""
    homes = ("penlight.nn.functional", "torch.nn.functional")
    return tuple(f"{home}.{name}" for name in names for home in homes)


# --- 1


def paths_by_pytorch(text, **options):
    module = text.made(torch)
    return named(module.named_parameters(**options), module)


def paths_found(named_parameters, text, **options):
    module = text.made()
    return named(named_parameters(module, **options), module)


register(
    Exercise(
        "named_parameters",
        lecture=LECTURE,
        title="Find all parameters",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=paths_by_pytorch,
        call=paths_found,
        forbids=(
            "penlight.nn.steps.named_parameters",
            *(f"penlight.nn.Module.{name}" for name in
              ("named_parameters", "parameters", "named_modules", "modules", "state_dict")),
        ),
        groups=(
            Group(
                "one module",
                1,
                property="A module's own parameters, with their names, in order.",
                hint="`module._parameters` is a dictionary. What may stand in it beside tensors?",
                cases=(
                    case("none", SmallModules("")),
                    case("weight and bias", SmallModules("weight 3x2, bias 3")),
                    case("a bias that is None", SmallModules("weight 3x2, bias -")),
                    case("a buffer is no parameter", SmallModules("weight 2, ~mean 2")),
                ),
            ),
            Group(
                "parts",
                1.5,
                property="Own parameters first, then those of each part, whose path is "
                "part.name, at any depth.",
                hint="A part is a module: what you do for a module, do for each of its parts, "
                "with a longer path.",
                cases=(
                    case("one part", SmallModules("a: weight 2")),
                    case("own ones first", SmallModules("a: weight 2; own 1")),
                    case("two parts", SmallModules("0: weight 2, bias 1; 1: weight 3")),
                    case("parts of parts", SmallModules("a.b.c: weight 2; a: bias 1; d: own 1")),
                ),
            ),
            Group(
                "each once",
                1,
                property="A parameter that is used in two places is found once, at the first.",
                hint="Remember which you have seen. Two tensors with equal numbers are not the "
                "same tensor: `id(parameter)` tells them apart.",
                cases=(
                    case("a shared parameter", SmallModules("a: weight 2; b.weight = a.weight")),
                    case("a shared part", SmallModules("a: weight 2, bias 1; b = a")),
                ),
            ),
            Group(
                "prefix",
                0.5,
                property="With a prefix, every path begins with it and a dot.",
                hint='"" gives no dot in front.',
                cases=(
                    case("a prefix", SmallModules("own 1; a: weight 2"), prefix="net"),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 2

register(
    Exercise(
        "linear",
        lecture=LECTURE,
        title="A matrix for every vector",
        slot=True,
        points=3,
        minutes=10,
        difficulty=1,
        oracle=torch.nn.functional.linear,
        compares=("dtype", "gradient"),
        forbids=("penlight.nn.steps.linear", *everywhere("linear", "bilinear")),
        groups=(
            Group(
                "a batch",
                1,
                property="Row i of the result is weight @ input[i] + bias.",
                hint="The weight is (out, in) and the rows of the input are (in,). Which of the "
                "two has to be transposed?",
                cases=(
                    case("the example", tensor([[1.0, 2.0]]), tensor([[1.0, 10.0], [0.0, 1.0]]),
                         tensor([0.5, 0.0])),
                    case("three rows", randn(3, 4), randn(2, 4), randn(2)),
                ),
            ),
            Group(
                "any leading shape",
                1,
                property="Only the last dimension is used; all before it stay.",
                hint="`@` works on the last two dimensions, and broadcasts the others.",
                cases=(
                    case("one vector", randn(4), randn(2, 4), randn(2)),
                    case("sentences of words", randn(2, 5, 4), randn(3, 4), randn(3)),
                ),
            ),
            Group(
                "no bias",
                0.5,
                property="Without a bias nothing is added.",
                hint="bias may be None.",
                cases=(
                    case("left out", randn(3, 4), randn(2, 4)),
                    case("None", randn(3, 4), randn(2, 4), None),
                ),
            ),
            Group(
                "gradient",
                0.5,
                property="Gradients reach input, weight and bias.",
                hint="Stay with tensor operations.",
                cases=(case("all three", randn(3, 4, **LEARNS), randn(2, 4, **LEARNS),
                            randn(2, **LEARNS)),),
            ),
        ),
    )
)  # fmt: skip


# --- 3


def filled(kaiming_uniform_, weight, **options):
    """How the numbers lie that a weight was filled with; the case's own is left alone."""
    mine = weight.detach().clone().requires_grad_(weight.requires_grad)
    given = kaiming_uniform_(mine, **options)
    values = mine.detach()
    return {
        "smallest": values.min().item(),
        "largest": values.max().item(),
        "mean size": values.abs().mean().item(),
        "the tensor itself is returned": given is mine,
        "the filling was recorded": mine.grad_fn is not None,
    }


DRAWN = (0.02, 0.01)  # tolerance: thousands of numbers are drawn, in whatever way

register(
    Exercise(
        "kaiming_uniform_",
        lecture=LECTURE,
        title="Where learning begins",
        slot=True,
        points=3,
        minutes=15,
        difficulty=2,
        oracle=lambda weight, **options: filled(
            torch.nn.init.kaiming_uniform_, weight, **options
        ),
        call=filled,
        forbids=(
            "penlight.nn.steps.kaiming_uniform_",
            *(f"{library}.nn.init.kaiming_{kind}_" for library in ("penlight", "torch")
              for kind in ("uniform", "normal")),
        ),
        groups=(
            Group(
                "a matrix",
                1,
                property="Evenly between -bound and bound, with bound = sqrt(6 / fan_in).",
                hint="Each output of a weight (out, in) is a sum of how many products?",
                cases=(
                    case("100 from 24", randn(100, 24), tolerance=DRAWN),
                    case("20 from 150", randn(20, 150), tolerance=DRAWN),
                ),
            ),
            Group(
                "kernels",
                0.5,
                property="A kernel (out, in, height, width) sums over in · height · width.",
                hint="`tensor[0]` is all that one output is made of.",
                cases=(case("5 by 3", randn(20, 10, 5, 3), tolerance=DRAWN),),
            ),
            Group(
                "slope",
                0.5,
                property="The bound is sqrt(6 / ((1 + a²) · fan_in)).",
                hint="Where does a² stand, and what is divided by what?",
                cases=(
                    case("as Linear does", randn(60, 40), a=math.sqrt(5), tolerance=DRAWN),
                    case("slope 2", randn(60, 40), a=2.0, tolerance=DRAWN),
                ),
            ),
            Group(
                "in place",
                1,
                property="The tensor itself is filled, unrecorded, and returned.",
                hint="`tensor = …` makes a new one. PyTorch refuses to write into a parameter "
                "while it records: `no_grad()`.",
                cases=(
                    case("a parameter", randn(80, 30, requires_grad=True), tolerance=DRAWN),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 4

ROUNDED = (1e-5, 1e-3)  # tolerance: next to 1000, float32 has steps of 6e-5
SOFTMAXES = tuple(
    f"{library}.{name}"
    for library in ("penlight", "torch")
    for name in (
        "log_softmax", "softmax", "logsumexp", "Tensor.log_softmax", "Tensor.softmax",
        "Tensor.logsumexp",
    )
)  # fmt: skip

register(
    Exercise(
        "log_softmax",
        lecture=LECTURE,
        title="Scores of any size",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=torch.log_softmax,
        compares=("dtype", "gradient"),
        forbids=(
            "penlight.nn.steps.log_softmax",
            *everywhere("log_softmax", "softmax", "softmin", "cross_entropy"),
            *SOFTMAXES,
        ),
        groups=(
            Group(
                "values",
                1,
                property="x minus the logarithm of the sum of exp(x).",
                hint="log(exp(x) / sum) is x - log(sum).",
                cases=(
                    case("two alike", tensor([0.0, 0.0]), 0),
                    case("three scores", tensor([1.0, 2.0, 3.0]), 0),
                ),
            ),
            Group(
                "any dim",
                1,
                property="The sum goes along `dim`; the other dimensions stay apart.",
                hint="`keepdim=True` keeps a place for what is subtracted.",
                cases=(
                    case("rows", randn(2, 3), 1),
                    case("columns", randn(3, 3), 0),
                    case("the last of three", randn(2, 3, 2), -1),
                ),
            ),
            Group(
                "large scores",
                1,
                property="Right for scores of any size, in every row: no inf, no nan.",
                hint="Subtracting the same number from all scores of a row changes nothing. "
                "Which number keeps `exp` small?",
                cases=(
                    case("1000", tensor([1000.0, 0.0]), 0, tolerance=ROUNDED),
                    case("-1000", tensor([-1000.0, -1001.0]), 0, tolerance=ROUNDED),
                    case("both at once", tensor([[1000.0, 999.0], [-1000.0, -999.0]]), 1,
                         tolerance=ROUNDED),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Gradients are right, for large scores too.",
                hint="Stay with tensor operations.",
                cases=(
                    case("rows again", randn(3, 4, **LEARNS), 1),
                    case("large ones", tensor([[500.0, 499.0, -500.0]], **LEARNS), 1),
                ),
            ),
        ),
    )
)  # fmt: skip
