"""Assignment 03, indexing in use: gather, a repair, a puzzle and a loss, judged by PyTorch."""

import torch
import torch.nn.functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "03_indexing"


# --- 7

register(
    Exercise(
        "gather",
        lecture=LECTURE,
        title="One pick in every row",
        points=3,
        minutes=20,
        difficulty=3,
        oracle=torch.gather,
        compares=("dtype",),
        forbids=(
            "penlight.gather",
            "penlight.Tensor.gather",
            "penlight.take_along_dim",
            "penlight.Tensor.take_along_dim",
            "torch.gather",
            "torch.Tensor.gather",
            "numpy.take_along_axis",
        ),
        groups=(
            Group(
                "matrices",
                1,
                property="Along dim 1, row i picks from row i; along dim 0, column j from "
                "column j.",
                hint="Index x with a tensor for each dimension. Along dim it is `index`; in the "
                "other dimension every element stays in its own row or column.",
                cases=(
                    case(
                        "one in each row",
                        tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
                        1,
                        tensor([[2], [0]]),
                    ),
                    case(
                        "along dim 0",
                        tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
                        0,
                        tensor([[1, 0, 1]]),
                    ),
                    case("two in each row", randn(3, 4), 1, tensor([[0, 3], [1, 1], [2, 0]])),
                ),
            ),
            Group(
                "any shape",
                1,
                property="Any number of dimensions, dim from the back, and an index shorter than "
                "x work too.",
                hint="Build one tensor of positions a dimension in a loop over "
                "`enumerate(index.shape)`.",
                cases=(
                    case("a vector", randn(4), 0, tensor([3, 3, 0])),
                    case("three dimensions", randn(2, 3, 2), 1, integers(2, 2, 2, low=0, high=3)),
                    case("dim from the back", randn(2, 3), -1, tensor([[2, 0], [1, 1]])),
                    case("fewer rows", randn(4, 3), 1, tensor([[2], [0]])),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Gradients find their way back to the picked elements.",
                hint="Stay with tensor operations: the graph is lost in NumPy or `tolist`.",
                cases=(
                    case(
                        "one in each row of two",
                        randn(2, 3, dtype="float64", requires_grad=True),
                        1,
                        tensor([[2], [0]]),
                        compares=("dtype", "gradient"),
                    ),
                    case(
                        "picked again",
                        randn(3, 2, dtype="float64", requires_grad=True),
                        0,
                        tensor([[1, 0], [1, 0], [2, 0]]),
                        compares=("dtype", "gradient"),
                    ),
                ),
            ),
        ),
    )
)


# --- 8

SQUARE = ("dtype", "shares_memory")


def erase_one_by_one(images, chosen, top, left, size):
    rows = torch.arange(len(images))[chosen]
    for row in rows.tolist():
        for line in images[row].unbind(0)[top : top + size]:
            line.narrow(0, left, min(size, len(line) - left)).zero_()
    return images


register(
    Exercise(
        "erase_square",
        lecture=LECTURE,
        title="The write that is lost",
        points=3,
        minutes=10,
        difficulty=2,
        oracle=erase_one_by_one,
        compares=("dtype",),
        may_modify=True,
        groups=(
            Group(
                "chosen by positions",
                1,
                property="With a list or a tensor of positions the square is erased in just those "
                "images.",
                hint="`images[chosen]` with a list is a copy. Whatever you write into it is lost "
                "with it.",
                cases=(
                    case("a list", integers(3, 2, 2, low=1, high=10), [0, 2], 0, 0, 1),
                    case("a tensor", integers(3, 2, 3, low=1, high=10), tensor([2, 1]), 0, 1, 2),
                ),
            ),
            Group(
                "chosen by a mask",
                0.5,
                property="With a mask the square is erased where the mask is True.",
                hint="A mask picks, as a list does: a copy.",
                cases=(
                    case(
                        "some",
                        integers(3, 2, 2, low=1, high=10),
                        tensor([True, False, True]),
                        1,
                        0,
                        1,
                    ),
                    case(
                        "none", integers(2, 2, 2, low=1, high=10), tensor([False, False]), 0, 0, 2
                    ),
                ),
            ),
            Group(
                "the right square",
                1,
                property="Rows top to top + size, columns left to left + size, cut off at the "
                "edge; everything else stays.",
                hint="One pair of brackets can choose images, rows and columns.",
                cases=(
                    case(
                        "a slice of images", integers(3, 3, 3, low=1, high=10), slice(0, 2), 1, 0, 2
                    ),
                    case("not square", integers(2, 3, 4, low=1, high=10), [1], 1, 2, 2),
                    case("over the edge", integers(2, 3, 3, low=1, high=10), [0], 2, 1, 3),
                ),
            ),
            Group(
                "in place",
                0.5,
                property="The images themselves are changed and returned, not a copy.",
                hint="What you return must share memory with `images`.",
                cases=(
                    case(
                        "same memory",
                        integers(3, 2, 2, low=1, high=10),
                        [1],
                        0,
                        0,
                        2,
                        compares=SQUARE,
                    ),
                    case(
                        "with a slice",
                        integers(2, 2, 2, low=1, high=10),
                        slice(1, None),
                        0,
                        1,
                        1,
                        compares=SQUARE,
                    ),
                ),
            ),
        ),
    )
)


# --- 9

register(
    Exercise(
        "one_hot",
        lecture=LECTURE,
        title="Puzzle: one 1 in every row",
        points=2,
        minutes=10,
        difficulty=1,
        oracle=F.one_hot,
        compares=("dtype",),
        forbids=(
            "torch.nn.functional.one_hot",
            "penlight.nn.functional.one_hot",
            "torch.eye",
            "penlight.eye",
            "numpy.eye",
        ),
        groups=(
            Group(
                "values",
                1,
                property="Row i has a 1 in column labels[i], and 0 in all others.",
                hint="You write one element in each row. Which rows, and which columns?",
                cases=(
                    case("two of three", tensor([2, 0]), 3),
                    case("as many as classes", tensor([1, 2, 0]), 3),
                    case("one class again", tensor([1, 1, 1, 0]), 2),
                ),
            ),
            Group(
                "edge cases",
                1,
                property="No labels, one class and a class without examples work too. The numbers "
                "are whole.",
                hint="The type is int64, and the shape (n, num_classes) even for n = 0.",
                cases=(
                    case("no labels", integers(0), 3),
                    case("one class", tensor([0, 0]), 1),
                    case("unused classes", tensor([1]), 5),
                ),
            ),
        ),
    )
)


# --- 10

LEARNS = {"dtype": "float64", "requires_grad": True}
GRADIENT = ("dtype", "gradient")

register(
    Exercise(
        "cross_entropy",
        lecture=LECTURE,
        title="The surprise of the right answer",
        points=2,
        minutes=10,
        difficulty=2,
        oracle=F.cross_entropy,
        compares=("dtype",),
        forbids=(
            "torch.nn.functional.cross_entropy",
            "torch.nn.functional.nll_loss",
            "torch.nn.CrossEntropyLoss",
            "penlight.nn.functional.cross_entropy",
            "penlight.nn.functional.nll_loss",
        ),
        groups=(
            Group(
                "values",
                1,
                property="The mean over the rows of log(sum of exp(scores)) minus the score of "
                "the right class.",
                hint="The sum runs over the classes of a row. Which score of row i is subtracted?",
                cases=(
                    case("one example", tensor([[0.0, 2.0]]), tensor([1])),
                    case(
                        "two examples", tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]]), tensor([2, 0])
                    ),
                    case("as many rows as classes", randn(3, 3), tensor([0, 0, 2])),
                ),
            ),
            Group(
                "gradient",
                1,
                property="The gradient reaches the scores.",
                hint="Pick with an index, in tensors: then the way back is your `take_backward`.",
                cases=(
                    case(
                        "two of three classes",
                        randn(2, 3, **LEARNS),
                        tensor([2, 0]),
                        compares=GRADIENT,
                    ),
                    case("same class", randn(4, 3, **LEARNS), tensor([1] * 4), compares=GRADIENT),
                ),
            ),
        ),
    )
)
