"""Assignment 02, forward and backward of a broadcast: what right means, judged by PyTorch."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "02_broadcasting"


def ready_made(name: str, *others: str) -> tuple[str, ...]:
    """The functions that already do exercise `name`: penlight's own, and `others`."""
    return (f"penlight.{name}", f"penlight.broadcasting.{name}", *others)


# --- 1


def shape_of_broadcast(*shapes):
    return tuple(torch.broadcast_shapes(*shapes))


register(
    Exercise(
        "broadcast_shapes",
        lecture=LECTURE,
        title="The rule",
        slot=True,
        points=5,
        minutes=20,
        difficulty=2,
        oracle=shape_of_broadcast,
        forbids=ready_made("broadcast_shapes", "torch.broadcast_shapes", "numpy.broadcast_shapes"),
        groups=(
            Group(
                "size 1 stretches",
                1.5,
                property="With equally many dimensions, a size of 1 becomes the other size.",
                hint="Go through the columns one by one. Which sizes in a column are not 1?",
                cases=(
                    case("a column and a row", (3, 1), (1, 4)),
                    case("equal shapes", (2, 3), (2, 3)),
                    case("one of three", (2, 1, 5), (2, 4, 5)),
                ),
            ),
            Group(
                "missing dimensions",
                1.5,
                property="Shapes line up on the right; a missing dimension counts as 1.",
                hint="Count from the right: compare the last sizes first, or put 1s in front.",
                cases=(
                    case("a row for every row", (4, 3), (3,)),
                    case("shorter one first", (3,), (4, 1)),
                    case("0-d meets a matrix", (), (2, 3)),
                ),
            ),
            Group(
                "any number of shapes",
                0.5,
                property="None, one or many shapes give one tuple.",
                hint="What is the shape when there is nothing to line up? Is the answer a tuple?",
                cases=(
                    case("no shape", compares=("container",)),
                    case("one shape", (5, 2), compares=("container",)),
                    case("three shapes", (3,), (2, 1), (1, 1), compares=("container",)),
                ),
            ),
            Group(
                "size 0",
                0.5,
                property="0 is a size like any other: it stretches a 1 and is never stretched.",
                hint="Which size wins when 0 meets 1? The larger one?",
                cases=(
                    case("0 meets 1", (0,), (1,)),
                    case("0 in a longer shape", (1, 3), (0, 3)),
                ),
            ),
            Group(
                "error where shapes do not fit",
                1,
                property="Two different sizes in a column, neither 1, raise a RuntimeError.",
                hint="Look at every column before you answer, and at every shape.",
                cases=(
                    case("3 meets 4", (3,), (4,), raises=RuntimeError),
                    case("lined up on the left it would fit", (4, 3), (4,), raises=RuntimeError),
                    case("0 meets 3", (0,), (3,), raises=RuntimeError),
                ),
            ),
        ),
    )
)


# --- 2


def strides_of_expand(shape, strides, size):
    return torch.empty_strided(shape, strides).expand(size).stride()


register(
    Exercise(
        "expand_strides",
        lecture=LECTURE,
        title="Stride 0",
        slot=True,
        points=5,
        minutes=20,
        difficulty=3,
        oracle=strides_of_expand,
        forbids=ready_made(
            "expand_strides",
            "torch.Tensor.expand",
            "torch.broadcast_to",
            "penlight.Tensor.expand",
            "penlight.broadcast_to",
            "numpy.broadcast_to",
        ),
        groups=(
            Group(
                "stretched dimensions",
                2,
                property="A size of 1 that grows gets stride 0; every other stride stays.",
                hint="Which step in memory reads the same number again?",
                cases=(
                    case("a column", (3, 1), (1, 1), (3, 4)),
                    case("a row", (1, 3), (3, 1), (2, 3)),
                    case("a transposed matrix stays", (2, 3), (1, 2), (2, 3)),
                    case("stretched to nothing", (1, 9), (9, 1), (0, 9)),
                ),
            ),
            Group(
                "new dimensions",
                1,
                property="Dimensions that `size` has more than `shape` stand in front, stride 0.",
                hint="Line `shape` up with the right end of `size`. What is left over on the left?",
                cases=(
                    case("a vector repeated", (3,), (1,), (2, 3)),
                    case("0-d fills a matrix", (), (), (2, 3)),
                    case("every second number", (3,), (2,), (4, 3)),
                ),
            ),
            Group(
                "-1 keeps a size",
                1,
                property="-1 in `size` keeps that dimension, stride included.",
                hint="Read -1 as 'the size that it already has' before you compare.",
                cases=(
                    case("keep the rows", (3, 1), (1, 1), (-1, 4)),
                    case("keep both", (2, 3), (3, 1), (5, -1, -1)),
                ),
            ),
            Group(
                "error where it cannot be done",
                1,
                property="A size that would have to change, too few dimensions, or -1 for a new "
                "dimension raise a RuntimeError.",
                hint="Three things can go wrong; the exercise lists them.",
                cases=(
                    case("3 is no 4", (3,), (1,), (4,), raises=RuntimeError),
                    case("too few dimensions", (2, 3), (3, 1), (3,), raises=RuntimeError),
                    case("-1 for a new dimension", (3,), (1,), (-1, 3), raises=RuntimeError),
                ),
            ),
        ),
    )
)


# --- 3

VIEWS = ("dtype", "strides", "shares_memory")

register(
    Exercise(
        "broadcast_tensors",
        lecture=LECTURE,
        title="Views of one shape",
        slot=True,
        points=5,
        minutes=15,
        difficulty=2,
        oracle=torch.broadcast_tensors,
        compares=("dtype",),
        forbids=ready_made(
            "broadcast_tensors", "torch.broadcast_tensors", "numpy.broadcast_arrays"
        ),
        groups=(
            Group(
                "shapes and values",
                1.5,
                property="Every tensor comes back in the shape they all broadcast to.",
                hint="Ask `broadcast_shapes` for the shape, then show every tensor in it.",
                cases=(
                    case("a row for every row", tensor([[1.0], [2.0]]), tensor([3.0, 4.0, 5.0])),
                    case("same shape", randn(2, 2), randn(2, 2)),
                    case("different types", integers(3), randn(2, 1, dtype="float64")),
                ),
            ),
            Group(
                "views, not copies",
                1.5,
                property="The results look at their inputs' own memory, with stride 0.",
                hint="Nothing may be copied: `expand` makes a view, arithmetic never does.",
                cases=(
                    case("a column and a row", randn(3, 1), randn(4), compares=VIEWS),
                    case("nothing to stretch", randn(2), randn(2), compares=VIEWS),
                    case("transposed", randn(2, 3, layout="transposed"), randn(3), compares=VIEWS),
                ),
            ),
            Group(
                "edge cases",
                1,
                property="0-d and empty tensors, one tensor and three tensors work like two.",
                hint="Does your code name a first and a second tensor? Then a third has no place.",
                cases=(
                    case("0-d", tensor(7.0), randn(2, 2)),
                    case("one tensor", randn(3)),
                    case("three tensors", randn(2, 1), randn(3), randn(1, 1)),
                    case("no rows", randn(0, 3), randn(3)),
                ),
            ),
            Group(
                "error where shapes do not fit",
                1,
                property="Shapes that do not broadcast raise a RuntimeError.",
                hint="`broadcast_shapes` raises the error already: do not catch it.",
                cases=(
                    case("3 meets 4", randn(3), randn(4), raises=RuntimeError),
                    case("rows meet columns", randn(4, 3), randn(4), raises=RuntimeError),
                ),
            ),
        ),
    )
)


# --- 4


def dims_with_stride_zero(size, shape):
    stretched = torch.empty(shape).expand(size)
    return tuple(dim for dim in range(stretched.ndim) if not stretched.stride(dim))


register(
    Exercise(
        "stretched_dims",
        lecture=LECTURE,
        title="Who was read more than once",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=dims_with_stride_zero,
        forbids=ready_made("stretched_dims"),
        groups=(
            Group(
                "added dimensions",
                1,
                property="Dimensions that `shape` does not have were added, always in front.",
                hint="How many dimensions does `size` have more than `shape`?",
                cases=(
                    case("a row for every row", (4, 3), (3,)),
                    case("everything added to 0-d", (6, 5), ()),
                ),
            ),
            Group(
                "stretched dimensions",
                1,
                property="A dimension of size 1 in `shape` and another size in `size` was "
                "stretched.",
                hint="Compare the sizes pair by pair. A 1 that stayed 1 was not stretched.",
                cases=(
                    case("a column", (4, 3), (4, 1)),
                    case("a 1 that stayed", (1, 7), (1, 1)),
                    case("stretched to nothing", (0, 9), (1, 9)),
                ),
            ),
            Group(
                "both, counted in size",
                1,
                property="The numbers count the dimensions of `size`, not those of `shape`.",
                hint="Dimension 0 of `shape` is not dimension 0 of `size` when some were added.",
                cases=(
                    case("added and stretched", (2, 4, 3), (4, 1)),
                    case("equal sizes", (3, 3, 3), (1, 3)),
                ),
            ),
            Group(
                "nothing to undo",
                1,
                property="Where nothing was added or stretched the answer is the empty tuple.",
                hint="Try it with two equal shapes, and with two empty ones.",
                cases=(
                    case("equal shapes", (2, 3), (2, 3)),
                    case("both 0-d", (), ()),
                    case("no rows", (0, 3), (0, 3)),
                    case("some dimensions", (2, 3), (1, 3)),
                ),
            ),
        ),
    )
)


# --- 5


def gradient_of_expand(grad, shape):
    x = torch.zeros(shape, dtype=grad.dtype, requires_grad=True)
    x.expand(grad.shape).backward(grad)
    return x.grad


register(
    Exercise(
        "unbroadcast",
        lecture=LECTURE,
        title="The backward of a broadcast",
        slot=True,
        points=6,
        minutes=20,
        difficulty=3,
        oracle=gradient_of_expand,
        compares=("dtype",),
        forbids=ready_made("unbroadcast", "torch.Tensor.sum_to_size"),
        groups=(
            Group(
                "added dimensions",
                1.5,
                property="Dimensions that broadcasting added are summed away.",
                hint="`stretched_dims` names them; `sum` takes several dimensions at once.",
                cases=(
                    case("a bias", tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), (3,)),
                    case("two added", randn(2, 4, 3), (3,)),
                ),
            ),
            Group(
                "stretched dimensions",
                1.5,
                property="A stretched dimension is summed and keeps its place, with size 1.",
                hint="The answer must have exactly the shape asked for, 1s included.",
                cases=(
                    case("a column", tensor([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]), (3, 1)),
                    case("equal sizes", randn(3, 3), (1, 3)),
                    case("all three", randn(2, 3, 4), (1, 1, 1)),
                ),
            ),
            Group(
                "both at once",
                1,
                property="Added and stretched dimensions are summed together.",
                hint="Print `stretched_dims(grad.shape, shape)` for the failing case.",
                cases=(
                    case("added and stretched", randn(2, 4, 3), (4, 1)),
                    case("strides of a transpose", randn(3, 3, 3, layout="transposed"), (3, 1)),
                ),
            ),
            Group(
                "nothing to undo",
                1,
                property="A gradient that already has the shape comes back as it is.",
                hint="In PyTorch `x.sum(())` sums over everything. When does that happen to you?",
                cases=(
                    case("same shape", randn(2, 3), (2, 3)),
                    case("a 1 that stayed", randn(1, 3), (1, 3)),
                    case("one dimension to undo", randn(2, 2), (2, 1)),
                ),
            ),
            Group(
                "edge cases",
                1,
                property="0-d tensors, empty tensors and other types work as well.",
                hint="The gradient of a 0-d tensor is one number in a tensor of shape ().",
                cases=(
                    case("down to 0-d", randn(2, 3), ()),
                    case("0-d stays", randn(), ()),
                    case("nothing arrived", randn(0, 3), (1, 3)),
                    case("float64", randn(2, 3, dtype="float64"), (3,)),
                ),
            ),
        ),
    )
)
