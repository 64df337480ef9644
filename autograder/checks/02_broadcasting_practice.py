"""Assignment 02, broadcasting in use: a repair, two puzzles and a network, judged by PyTorch."""

import torch
import torch.nn.functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "02_broadcasting"


# --- 6


def standardize_with_layer_norm(x, dim):
    last = x.movedim(dim, -1)
    return F.layer_norm(last, last.shape[-1:], eps=0.0).movedim(-1, dim)


register(
    Exercise(
        "standardize",
        lecture=LECTURE,
        title="Find the silent broadcast",
        points=3,
        minutes=15,
        difficulty=2,
        oracle=standardize_with_layer_norm,
        compares=("dtype",),
        groups=(
            Group(
                "square tables",
                1,
                property="In a square table every row (dim 1) gets mean 0 and spread 1.",
                hint="Print the shapes of x and of its mean. Which numbers meet in the minus?",
                cases=(
                    case("rows of two by two", tensor([[0.0, 4.0], [10.0, 30.0]]), 1),
                    case("rows of three by three", randn(3, 3), 1),
                    case("columns of three by three", randn(3, 3), 0),
                ),
            ),
            Group(
                "other tables",
                1,
                property="Tables that are not square work along either dimension.",
                hint="A mean of shape (n,) lines up with the columns. What shape lines up with "
                "the rows?",
                cases=(
                    case("rows", randn(2, 3), 1),
                    case("columns", randn(2, 3), 0),
                    case("rows, counted from the end", randn(2, 3), -1),
                ),
            ),
            Group(
                "any number of dimensions",
                1,
                property="Vectors and stacks of tables work along each of their dimensions.",
                hint="Keep the dimension that you average over, with size 1.",
                cases=(
                    case("a vector", randn(4), 0),
                    case("the middle of three", randn(2, 3, 4), 1),
                    case("all sizes equal", randn(3, 3, 3), 1),
                    case("float64", randn(3, 4, dtype="float64"), 1),
                ),
            ),
        ),
    )
)


# --- 7

register(
    Exercise(
        "outer",
        lecture=LECTURE,
        title="Puzzle: every product",
        slot=True,
        points=2,
        minutes=10,
        difficulty=1,
        oracle=torch.outer,
        compares=("dtype",),
        forbids=(
            "penlight.outer",
            "penlight.broadcasting.outer",
            "torch.outer",
            "torch.ger",
            "torch.einsum",
            "numpy.outer",
            "numpy.einsum",
        ),
        groups=(
            Group(
                "values",
                1,
                property="Row i, column j holds a[i] * b[j].",
                hint="Which shape must a have so that its numbers run down the rows?",
                cases=(
                    case("two and three", tensor([1.0, 2.0]), tensor([3.0, 4.0, 5.0])),
                    case("equal lengths", randn(3), randn(3)),
                ),
            ),
            Group(
                "lengths and types",
                1,
                property="Length 1 and 0 and whole numbers work too.",
                hint="The result has the type that a * b has.",
                cases=(
                    case("one number each", tensor([2.0]), tensor([3.0])),
                    case("empty b", randn(2), randn(0)),
                    case("whole numbers", integers(2), integers(3)),
                ),
            ),
        ),
    )
)


# --- 8


def squared_cdist(x, y):
    exact = torch.cdist(
        x.double(), y.double(), compute_mode="donot_use_mm_for_euclid_dist"
    ).square()
    return (exact if x.is_floating_point() else exact.round()).to(x.dtype)


register(
    Exercise(
        "squared_distances",
        lecture=LECTURE,
        title="Puzzle: every distance",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=squared_cdist,
        compares=("dtype",),
        forbids=(
            "penlight.squared_distances",
            "penlight.broadcasting.squared_distances",
            "penlight.cdist",
            "torch.cdist",
        ),
        groups=(
            Group(
                "values",
                1.5,
                property="Row i, column j holds the squared distance of x's row i to y's row j.",
                hint="Make the differences of all pairs first: which shape holds them?",
                cases=(
                    case(
                        "two points to one",
                        tensor([[0.0, 0.0], [3.0, 4.0]]),
                        tensor([[0.0, 1.0]]),
                    ),
                    case("four to three", randn(4, 2), randn(3, 2)),
                ),
            ),
            Group(
                "equal sizes",
                1,
                property="Where n, m and d are equal nothing is mixed up.",
                hint="Equal sizes fit in every order, so no error warns you. Over which dimension "
                "do you sum?",
                cases=(
                    case("two points in the plane", randn(2, 2), randn(2, 2)),
                    case("three points in space", randn(3, 3), randn(3, 3)),
                ),
            ),
            Group(
                "edge cases",
                1,
                property="One point, points on a line and no points work too.",
                hint="Which dimensions have size 1 here? None of them may vanish.",
                cases=(
                    case("points on a line", randn(3, 1), randn(2, 1)),
                    case("one point each", randn(1, 3), randn(1, 3)),
                    case("no points", randn(0, 2), randn(3, 2)),
                ),
            ),
            Group(
                "types",
                0.5,
                property="The result has the type of the points.",
                hint="Whole numbers stay whole; float64 stays float64.",
                cases=(
                    case("whole numbers", integers(2, 2), integers(3, 2)),
                    case("float64", randn(2, 2, dtype="float64"), randn(1, 2, dtype="float64")),
                ),
            ),
        ),
    )
)


# --- 9


def two_linear_layers(x, w1, b1, w2, b2):
    return F.linear(F.relu(F.linear(x, w1.T, b1)), w2.T, b2)


def network(n, inputs, hidden, outputs, **options):
    """Arguments for `two_layer`: a batch of n, then the weights and biases."""
    shapes = ((inputs, hidden), (hidden,), (hidden, outputs), (outputs,))
    return (randn(n, inputs, **options), *(randn(*shape, **options) for shape in shapes))


register(
    Exercise(
        "two_layer",
        lecture=LECTURE,
        title="A network whose biases broadcast",
        points=2,
        minutes=10,
        difficulty=1,
        oracle=two_linear_layers,
        compares=("dtype",),
        forbids=("torch.nn.functional.linear", "torch.nn.Linear"),
        groups=(
            Group(
                "values",
                1,
                property="Multiply, add the bias, relu, multiply, add the bias.",
                hint="Compare with the formula step by step. The last layer has no relu.",
                cases=(
                    case("one hidden unit", *network(2, 2, 1, 1)),
                    case("three outputs", *network(4, 2, 5, 3)),
                    case("a batch of one", *network(1, 3, 4, 2)),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Gradients reach the input, both weights and both biases.",
                hint="Stay with tensor operations: the graph is lost in NumPy or `tolist`.",
                cases=(
                    case(
                        "small",
                        *network(2, 2, 3, 1, dtype="float64", requires_grad=True),
                        compares=("dtype", "gradient"),
                    ),
                    case(
                        "larger",
                        *network(5, 2, 4, 3, dtype="float64", requires_grad=True),
                        compares=("dtype", "gradient"),
                    ),
                ),
            ),
        ),
    )
)
