"""Assignment 04, derivatives without an engine: what right means, judged by PyTorch."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import formula, randn, tensor

LECTURE = "04_autograd"
BACKWARD = (
    "penlight.Tensor.backward",
    "penlight.autograd.backward",
    "penlight.autograd.grad",
    "torch.Tensor.backward",
    "torch.autograd.grad",
)
JACOBIANS = ("penlight.autograd.functional.jacobian", "torch.autograd.functional.jacobian")

# --- 1


def slopes_between(f, x, eps=1e-6):
    """For all moves at once: the moved inputs are the rows of two stacks."""
    moves = eps * torch.eye(x.numel(), dtype=x.dtype)
    above = torch.stack([f(row.reshape(x.shape)).reshape(-1) for row in x.reshape(-1) + moves])
    below = torch.stack([f(row.reshape(x.shape)).reshape(-1) for row in x.reshape(-1) - moves])
    return ((above - below) / (2 * eps)).T


CUBE, PRODUCTS = formula("x * x * x"), formula("x[0] * x[1:]")
DOUBLE = {"dtype": "float64"}

register(
    Exercise(
        "numerical_jacobian",
        lecture=LECTURE,
        title="The judge",
        slot=True,
        points=4,
        minutes=20,
        difficulty=2,
        oracle=slopes_between,
        compares=("dtype",),
        forbids=(
            "penlight.autograd.numerical_jacobian",
            "penlight.autograd.gradcheck",
            *JACOBIANS,
            *BACKWARD,
        ),
        groups=(
            Group(
                "one number",
                1,
                property="One number in, one out: a table with one row and one column.",
                hint="Move x up by eps and down by eps. How far apart are the two places?",
                cases=(
                    case("a square", formula("x * x"), tensor([3.0], "float64")),
                    case("a large step", CUBE, tensor([1.0], "float64"), eps=0.5),
                ),
            ),
            Group(
                "several numbers",
                1.5,
                property="Row i belongs to element i of f(x), column j to element j of x.",
                hint="Each move of one element of x gives one column.",
                cases=(
                    case("the sum of two", formula("x.sum()"), tensor([1.0, 2.0], "float64")),
                    case("two from three", PRODUCTS, randn(3, **DOUBLE)),
                    case("three from two", formula("x[0] * x[1] ** x.new_tensor([1, 2, 3])"),
                         tensor([2.0, 3.0], "float64")),
                ),
            ),
            Group(
                "any shape",
                1,
                property="Elements of matrices and of 0-d tensors are counted row by row.",
                hint="`reshape(-1)` makes one row of all elements, `numel()` counts them.",
                cases=(
                    case("a matrix", formula("(x * x).sum(0)"), randn(2, 3, **DOUBLE)),
                    case("0-d", CUBE, tensor(2.0, "float64")),
                    case("a transposed matrix", formula("x @ x"),
                         randn(2, 2, layout="transposed", **DOUBLE)),
                ),
            ),
            Group(
                "types",
                0.5,
                property="The table has the type of f(x), and x is as it was before.",
                hint="Do you write into x? Into a copy? And which type has the table you fill?",
                cases=(
                    case("float64", formula("x * x"), randn(2, **DOUBLE), eps=0.25),
                    case("float32", formula("x * x"), randn(2), eps=0.25),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 2


def derivative(dual_class, f, x):
    """What a dual number x + 1·ε becomes in `f`."""
    result = f(dual_class(x, 1.0))
    return {"value": result.value, "tangent": result.tangent}


def derivative_by_backward(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = f(x)
    y.backward()
    return {"value": y.item(), "tangent": x.grad.item()}


register(
    Exercise(
        "Dual",
        lecture=LECTURE,
        title="Numbers that know their derivative",
        points=6,
        minutes=25,
        difficulty=2,
        oracle=derivative_by_backward,
        call=derivative,
        shown_as="derivative",
        forbids=BACKWARD,
        groups=(
            Group(
                "sums and differences",
                1,
                property="(x + y)' = x' + y' and (x - y)' = x' - y'.",
                hint="A plain number is a constant. What is its derivative?",
                cases=(
                    case("x + x", formula("x + x"), 3.0),
                    case("x + 2", formula("x + 2"), 3.0),
                    case("2 + x", formula("2 + x"), 3.0),
                    case("x - 2", formula("x - 2"), 3.0),
                    case("2 - x", formula("2 - x"), 3.0),
                    case("x - x - x", formula("x - x - x"), 3.0),
                ),
            ),
            Group(
                "products",
                1.5,
                property="(x y)' = x' y + x y'.",
                hint="Both factors may depend on the input: each gets its turn to move.",
                cases=(
                    case("2x", formula("2 * x"), 3.0),
                    case("x times 5", formula("x * 5"), 3.0),
                    case("a square", formula("x * x"), 3.0),
                    case("two factors", formula("(x + 1) * (x - 4)"), 2.0),
                    case("a cube", formula("x * x * x"), -2.0),
                ),
            ),
            Group(
                "quotients",
                1.5,
                property="(x / y)' = (x' y - x y') / y².",
                hint="Which of the two products in the numerator comes first?",
                cases=(
                    case("x / 4", formula("x / 4"), 3.0),
                    case("1 / x", formula("1 / x"), 2.0),
                    case("two that move", formula("(x + 1) / (x * x)"), 2.0),
                ),
            ),
            Group(
                "functions",
                1.5,
                property="f(x)' = f'(x) · x': the derivative of what is inside is a factor.",
                hint="Try sin(2x). Where does the 2 go?",
                cases=(
                    case("exp", formula("x.exp()"), 0.5),
                    case("log", formula("x.log()"), 0.5),
                    case("sin", formula("x.sin()"), 0.5),
                    case("sin of twice x", formula("(2 * x).sin()"), 0.5),
                    case("log inside", formula("(x * x + 1).log()"), 3.0),
                ),
            ),
            Group(
                "whole programs",
                0.5,
                property="A program made of these operations is differentiated without more ado.",
                hint="If all other groups pass, compare the failing program step by step.",
                cases=(
                    case("a sigmoid", formula("1 / (1 + (-x).exp())"), 0.3),
                    case("a branch", formula("x * x if x > 1 else 3 * x"), 0.5),
                ),
            ),
        ),
    )
)


# --- 3


def neuron_by_backward(x, w, b, y):
    leaves = [t.detach().requires_grad_() for t in (x, w, b)]
    loss = (torch.sigmoid(torch.dot(leaves[0], leaves[1]) + leaves[2]) - y).square()
    loss.backward()
    return (loss.detach(), *(t.grad for t in leaves))


def neuron(n, **options):
    """A neuron with n inputs: x, w, b and the target y."""
    return (randn(n, **options), randn(n, **options), randn(**options), randn(**options))


register(
    Exercise(
        "neuron_gradients",
        lecture=LECTURE,
        title="One neuron by hand",
        points=4,
        minutes=20,
        difficulty=2,
        oracle=neuron_by_backward,
        compares=("dtype",),
        forbids=(*BACKWARD, *JACOBIANS, "penlight.autograd.numerical_jacobian"),
        groups=(
            Group(
                "the example",
                1.5,
                property="The loss, then the gradients of x, w and b, as in the worked example.",
                hint="Begin with da = 2 (a - y). Each step back is one factor.",
                cases=(
                    case(
                        "one input",
                        tensor([2.0], "float64"),
                        tensor([0.5], "float64"),
                        tensor(-1.0, "float64"),
                        tensor(1.0, "float64"),
                    ),
                ),
            ),
            Group(
                "any number of inputs",
                1.5,
                property="Three inputs have three weights; x and w have gradients of their shape.",
                hint="z is a sum of products. Moving w[i] moves z by x[i]; what does x[i] do?",
                cases=(
                    case("two inputs", *neuron(2, **DOUBLE)),
                    case("three inputs", *neuron(3)),
                ),
            ),
            Group(
                "far from zero",
                1,
                property="A saturated neuron has gradients of 0, never nan.",
                hint="exp of a large number is inf, and inf / inf is nan. Write the slope with a.",
                cases=(
                    case(
                        "z is 900",
                        tensor([30.0], "float64"),
                        tensor([30.0], "float64"),
                        tensor(0.0, "float64"),
                        tensor(0.0, "float64"),
                    ),
                    case(
                        "z is -900",
                        tensor([30.0], "float64"),
                        tensor([-30.0], "float64"),
                        tensor(0.0, "float64"),
                        tensor(1.0, "float64"),
                    ),
                ),
            ),
        ),
    )
)
