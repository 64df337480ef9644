"""Assignment 03, what an index asks for and where it reads: what right means, judged by PyTorch."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "03_indexing"
ALL = slice(None)


def ready_made(name: str, *others: str) -> tuple[str, ...]:
    """The functions that already do exercise `name`: penlight's own, and `others`."""
    return (f"penlight.indexing.steps.{name}", *others)


# --- 1


def as_written(answer):
    """An index as one writes it between brackets: (0, slice(None)) as ("0", ":")."""
    if not isinstance(answer, tuple | list):
        return answer
    return tuple(_one(item) for item in answer)


def _one(item):
    if not isinstance(item, slice):
        return repr(item)
    ends = ["" if end is None else repr(end) for end in (item.start, item.stop)]
    return ":".join(ends if item.step is None else [*ends, repr(item.step)])


def completed_by_trial(index, ndim):
    """Full slices in every place that they could have: where does PyTorch see the same view?"""
    x = torch.empty(tuple(range(11, 11 + ndim)))  # no two dimensions are equal
    wanted = x[index]
    written = index if isinstance(index, tuple) else (index,)
    bare = [item for item in written if item is not Ellipsis]
    missing = [ALL] * (ndim - sum(item is not None for item in bare))
    for place in range(len(bare) + 1):
        guess = (*bare[:place], *missing, *bare[place:])
        found = x[guess]
        if (found.shape, found.stride(), found.storage_offset()) == (
            wanted.shape,
            wanted.stride(),
            wanted.storage_offset(),
        ):
            return as_written(guess)
    raise AssertionError(f"no place for the full slices in {index}")


register(
    Exercise(
        "complete_index",
        lecture=LECTURE,
        title="What was left out",
        slot=True,
        points=3,
        minutes=15,
        difficulty=2,
        oracle=completed_by_trial,
        call=lambda complete_index, index, ndim: as_written(complete_index(index, ndim)),
        forbids=ready_made("complete_index"),
        groups=(
            Group(
                "missing dimensions",
                1,
                property="Dimensions that the index does not name follow at the end, as `:`.",
                hint="How many items name a dimension? How many dimensions are left?",
                cases=(
                    case("first of two", (0,), 2),
                    case("an int and a slice", (1, slice(0, 2)), 4),
                    case("an item that is no tuple", 0, 2),
                    case("all are named", (2, 1), 2),
                ),
            ),
            Group(
                "the ellipsis",
                1,
                property="`...` becomes as many `:` as dimensions are missing, in its own place.",
                hint="With `...` in the index, nothing is added at the end.",
                cases=(
                    case("last of three", (..., 0), 3),
                    case("in the middle", (1, ..., 0), 4),
                    case("alone", ..., 2),
                    case("it stands for nothing", (0, ..., 1), 2),
                ),
            ),
            Group(
                "new dimensions",
                0.5,
                property="None stays where it is, and names no dimension.",
                hint="Do not count None when you ask how many dimensions are named.",
                cases=(
                    case("in front", (None, 0), 2),
                    case("at the end", (..., None), 2),
                    case("nothing but None", (None, None), 1),
                ),
            ),
            Group(
                "error where there is too much",
                0.5,
                property="More items than dimensions raise an IndexError.",
                hint="None and `...` do not count.",
                cases=(
                    case("three for two", (0, 0, 0), 2, raises=IndexError),
                    case("one for none", 0, 0, raises=IndexError),
                    case("an ellipsis does not help", (0, ..., 0), 1, raises=IndexError),
                ),
            ),
        ),
    )
)


# --- 2


def window_on_a_vector(part, n):
    view = torch.empty(n)[part]
    return view.storage_offset(), view.numel(), view.stride(0)


register(
    Exercise(
        "slice_window",
        lecture=LECTURE,
        title="From here to there, in steps",
        slot=True,
        points=4,
        minutes=20,
        difficulty=2,
        oracle=window_on_a_vector,
        forbids=ready_made("slice_window"),
        groups=(
            Group(
                "plain ends",
                1,
                property="From start up to stop, without stop; a missing end means from the very "
                "front, or to the very back.",
                hint="The length is stop - start. What are `part.start` and `part.stop` for `:3`?",
                cases=(
                    case("two ends", slice(2, 5), 10),
                    case("from the front", slice(None, 3), 10),
                    case("to the back", slice(4, None), 10),
                    case("everything", slice(None), 4),
                    case("up to 0", slice(None, 0), 4),
                ),
            ),
            Group(
                "negative ends",
                1,
                property="A negative end counts from the back: -1 is the last element.",
                hint="Which number is the same place as -3 among 10 elements?",
                cases=(
                    case("the last three", slice(-3, None), 10),
                    case("without the last", slice(None, -1), 5),
                    case("both", slice(-4, -2), 6),
                ),
            ),
            Group(
                "ends beyond the edge",
                0.5,
                property="Ends beyond either side are cut off at it; no window is shorter than 0.",
                hint="Cut both ends to 0…n before you subtract them.",
                cases=(
                    case("too far", slice(2, 9), 4),
                    case("too early", slice(-9, 2), 4),
                    case("crossed", slice(3, 1), 4),
                    case("nothing there", slice(None), 0),
                    case("all beyond", slice(7, 9), 4),
                ),
            ),
            Group(
                "steps",
                1,
                property="With a step k, every k-th element counts, the first one always.",
                hint="Elements 0, 3, 6 and 9 of ten: a quarter too much when you round down.",
                cases=(
                    case("it divides", slice(0, 6, 2), 6),
                    case("it does not divide", slice(None, None, 3), 10),
                    case("with an end", slice(1, 6, 2), 8),
                    case("larger than the window", slice(1, 3, 7), 5),
                ),
            ),
            Group(
                "error for other steps",
                0.5,
                property="A step of 0 or below raises a ValueError.",
                hint="PyTorch allows no steps backwards: no stride is negative.",
                cases=(
                    case("backwards", slice(None, None, -1), 4, raises=ValueError),
                    case("standing still", slice(None, None, 0), 4, raises=ValueError),
                ),
            ),
        ),
    )
)


# --- 3


def comparable(answer):
    """(size, stride, offset) with 0 for the stride of a length of 1: nobody steps along it."""
    if not (isinstance(answer, tuple | list) and len(answer) == 3):
        return answer
    size, stride, offset = answer
    if not all(isinstance(each, tuple | list) for each in (size, stride)):
        return answer
    if len(size) != len(stride):
        return answer
    return size, tuple(0 if n == 1 else step for n, step in zip(size, stride, strict=True)), offset


def geometry_of_a_view(shape, stride, index):
    view = torch.empty_strided(shape, stride)[index]
    return comparable((tuple(view.shape), view.stride(), view.storage_offset()))


register(
    Exercise(
        "index_view",
        lecture=LECTURE,
        title="A view is arithmetic",
        slot=True,
        points=6,
        minutes=25,
        difficulty=3,
        oracle=geometry_of_a_view,
        call=lambda index_view, *where: comparable(index_view(*where)),
        forbids=ready_made("index_view"),
        groups=(
            Group(
                "ints",
                1.5,
                property="An int moves the start and takes its dimension away.",
                hint="How far in memory is it from row 0 to row i? Which stride says so?",
                cases=(
                    case("a row", (3, 4), (4, 1), 1),
                    case("a column", (3, 4), (4, 1), (ALL, 2)),
                    case("one element", (3, 4), (4, 1), (2, 1)),
                    case("from the back", (3, 4), (4, 1), -1),
                ),
            ),
            Group(
                "slices",
                1.5,
                property="A slice moves the start, changes the length and multiplies the stride "
                "by its step.",
                hint="`slice_window` knows start, length and step of every slice.",
                cases=(
                    case("some rows", (5, 2), (2, 1), slice(1, 4)),
                    case("every second column", (2, 5), (5, 1), (ALL, slice(None, None, 2))),
                    case("both", (4, 6), (6, 1), (slice(1, 3), slice(2, None, 3))),
                    case("a row's end", (3, 4), (4, 1), (1, slice(-2, None))),
                ),
            ),
            Group(
                "None and the ellipsis",
                1,
                property="None makes a dimension of length 1 and moves nothing; `...` keeps what "
                "it stands for.",
                hint="Start with `complete_index`. After None the next item still belongs to the "
                "same dimension of x.",
                cases=(
                    case("a new first", (3, 4), (4, 1), None),
                    case("a new last", (3,), (1,), (..., None)),
                    case("before an int", (3, 4), (4, 1), (None, 2)),
                    case("the last column", (2, 3, 4), (12, 4, 1), (..., 3)),
                ),
            ),
            Group(
                "any strides",
                1,
                property="The strides are those of x, whatever they are: nothing is contiguous "
                "for sure.",
                hint="Compute with the stride that you were given, not with the sizes.",
                cases=(
                    case("a transpose", (4, 3), (1, 4), (slice(1, 3), 2)),
                    case("a view of a view", (2, 3), (8, 2), (1, slice(1, None))),
                    case("stride 0", (3, 4), (0, 1), (slice(None, 2), slice(1, None))),
                    case("a 0-d tensor", (), (), ()),
                ),
            ),
            Group(
                "error outside",
                1,
                property="An int outside its dimension raises an IndexError, and so do too many "
                "items. Slices never do.",
                hint="For a dimension of length n the ints from -n to n - 1 are allowed.",
                cases=(
                    case("one too far", (3, 4), (4, 1), 3, raises=IndexError),
                    case("one too far back", (3, 4), (4, 1), (0, -5), raises=IndexError),
                    case("too many", (3,), (1,), (0, 0), raises=IndexError),
                ),
            ),
        ),
    )
)


# --- 4


def rows_of_nonzero(mask):
    return [tuple(row) for row in torch.nonzero(mask).tolist()]


register(
    Exercise(
        "mask_positions",
        lecture=LECTURE,
        title="A mask is a list of positions",
        slot=True,
        points=2,
        minutes=10,
        difficulty=1,
        oracle=rows_of_nonzero,
        forbids=ready_made(
            "mask_positions",
            "penlight.nonzero",
            "penlight.argwhere",
            "penlight.where",
            "penlight.Tensor.nonzero",
            "penlight.Tensor.argwhere",
            "torch.nonzero",
            "torch.argwhere",
            "torch.where",
            "numpy.nonzero",
            "numpy.argwhere",
            "numpy.where",
        ),
        groups=(
            Group(
                "vectors and matrices",
                1,
                property="One tuple of positions for each True, row by row.",
                hint="Go through the mask as you read: each row from left to right.",
                cases=(
                    case("a vector", tensor([False, True, True])),
                    case("a matrix", tensor([[False, True, False], [True, False, True]])),
                    case("nothing is True", tensor([False, False])),
                ),
            ),
            Group(
                "any number of dimensions",
                1,
                property="With d dimensions each tuple has d numbers.",
                hint="Two nested loops are for matrices only. Can you count through the flat mask "
                "and work out the position from the count?",
                cases=(
                    case("three dimensions", tensor([[[True, False]], [[False, True]]])),
                    case("no dimension", tensor(True)),
                    case("no elements", tensor([[], []], dtype="bool")),
                ),
            ),
        ),
    )
)


# --- 5


def places_of_numbered_elements(shape, index):
    return torch.arange(torch.Size(shape).numel()).reshape(shape)[index]


register(
    Exercise(
        "flat_positions",
        lecture=LECTURE,
        title="Where picked elements lie",
        slot=True,
        points=5,
        minutes=20,
        difficulty=3,
        oracle=places_of_numbered_elements,
        compares=("dtype",),
        forbids=ready_made("flat_positions", "numpy.ravel_multi_index"),
        groups=(
            Group(
                "vectors of positions",
                1.5,
                property="Place = sum over the dimensions of position times step; the last step "
                "is 1.",
                hint="One row down in a matrix with 4 columns is 4 places further.",
                cases=(
                    case("one dimension", (5,), (tensor([3, 0, 3]),)),
                    case("two dimensions", (3, 4), (tensor([0, 2]), tensor([1, 3]))),
                    case(
                        "three dimensions",
                        (2, 3, 4),
                        (tensor([1, 0]), tensor([2, 1]), tensor([3, 0])),
                    ),
                ),
            ),
            Group(
                "they broadcast",
                1,
                property="Tensors of positions of different shapes broadcast against each other.",
                hint="Add tensors, not lists: then broadcasting is already there.",
                cases=(
                    case("a column and a row", (3, 4), (tensor([[0], [2]]), tensor([1, 3]))),
                    case("one position for all", (3, 4), (tensor(1), tensor([0, 1, 2, 3]))),
                ),
            ),
            Group(
                "from the back",
                1,
                property="Negative positions count from the back of their own dimension.",
                hint="Among n elements, -1 is n - 1. Which n, in each dimension?",
                cases=(
                    case("the last", (5,), (tensor([-1, 0, -5]),)),
                    case("mixed", (3, 4), (tensor([-1, 1]), tensor([2, -3]))),
                ),
            ),
            Group(
                "any shape",
                0.5,
                property="The answer has the shape of the positions, be it (2, 2), () or (0,).",
                hint="Tensor operations keep the shape by themselves.",
                cases=(
                    case("a matrix of positions", (4,), (tensor([[0, 1], [2, 3]]),)),
                    case("one position", (3, 4), (tensor(2), tensor(1))),
                    case("no position", (3,), (integers(0),)),
                    case("no row", (2, 3), (integers(0, 1), tensor([0, 1]))),
                ),
            ),
            Group(
                "error outside",
                1,
                property="A position outside its dimension raises an IndexError, even where the "
                "place would exist.",
                hint="Check each dimension by itself: column 4 of row 0 is not row 1.",
                cases=(
                    case("too far", (3,), (tensor([0, 3]),), raises=IndexError),
                    case("too far back", (3,), (tensor([-4]),), raises=IndexError),
                    case(
                        "beyond the row",
                        (3, 4),
                        (tensor([0, 1]), tensor([1, 4])),
                        raises=IndexError,
                    ),
                ),
            ),
        ),
    )
)


# --- 6


def gradient_of_take(grad, positions, shape):
    x = torch.zeros(shape, dtype=grad.dtype, requires_grad=True)
    torch.take(x, positions).backward(grad)
    return x.grad


register(
    Exercise(
        "take_backward",
        lecture=LECTURE,
        title="The backward of picking",
        slot=True,
        points=6,
        minutes=20,
        difficulty=3,
        oracle=gradient_of_take,
        compares=("dtype",),
        forbids=ready_made(
            "take_backward",
            "penlight.scatter_add",
            "penlight.Tensor.scatter_add",
            "penlight.Tensor.scatter_add_",
            "penlight.index_add",
            "penlight.Tensor.index_add",
            "penlight.Tensor.index_add_",
            "penlight.index_put",
            "penlight.Tensor.index_put",
            "penlight.Tensor.index_put_",
            "penlight.Tensor.backward",
            "torch.Tensor.scatter_add",
            "torch.Tensor.scatter_add_",
            "torch.Tensor.index_add",
            "torch.Tensor.index_add_",
            "torch.Tensor.index_put_",
            "torch.Tensor.backward",
        ),
        groups=(
            Group(
                "picked once",
                1.5,
                property="What was picked gets its gradient, in its own place; the rest gets 0.",
                hint="Start from zeros. Where does the first number of grad belong?",
                cases=(
                    case("two of four", tensor([5.0, 7.0]), tensor([1, 3]), (4,)),
                    case("in another order", tensor([1.0, 2.0, 3.0]), tensor([2, 0, 1]), (3,)),
                ),
            ),
            Group(
                "picked again",
                2,
                property="An element picked several times gets the sum of what arrives.",
                hint="Did you write or did you add? And does it add where a place comes twice in "
                "one statement?",
                cases=(
                    case("twice", tensor([1.0, 10.0, 100.0]), tensor([2, 0, 2]), (4,)),
                    case("all from one place", tensor([1.0, 2.0, 4.0, 8.0]), tensor([1] * 4), (2,)),
                    case("many", randn(12), integers(12, low=0, high=5), (5,)),
                ),
            ),
            Group(
                "any shape",
                1.5,
                property="grad and positions have one shape; the answer has the shape asked for.",
                hint="Work on flat tensors (`reshape(-1)`), and shape the answer at the end.",
                cases=(
                    case(
                        "a matrix of picks",
                        tensor([[1.0, 2.0], [3.0, 4.0]]),
                        tensor([[0, 2], [2, 1]]),
                        (3,),
                    ),
                    case("out of a matrix", tensor([1.0, 2.0, 3.0]), tensor([5, 0, 5]), (2, 3)),
                    case(
                        "transposed",
                        randn(2, 3, layout="transposed"),
                        tensor([[0, 1, 2]] * 2),
                        (3,),
                    ),
                ),
            ),
            Group(
                "edge cases",
                1,
                property="One pick, no pick and other types work as well.",
                hint="The answer has the type of grad.",
                cases=(
                    case("one pick", tensor(5.0), tensor(2), (3,)),
                    case("no pick", randn(0), integers(0), (2, 2)),
                    case("float64", randn(3, dtype="float64"), tensor([1, 1, 0]), (2,)),
                    case("out of a 0-d tensor", tensor([1.0, 2.0]), tensor([0, 0]), ()),
                ),
            ),
        ),
    )
)
