"""Assignment 01, shapes and strides: what right means, judged by PyTorch."""

import torch

from autograder.exercise import Exercise, Group, case, register

LECTURE = "01_tensors"


# --- 1


def shape_of_lists(data):
    try:
        return tuple(torch.tensor(data).shape)
    except TypeError as error:  # a number beside a list
        raise ValueError(str(error)) from None


register(
    Exercise(
        "infer_shape",
        lecture=LECTURE,
        title="The shape of nested lists",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=shape_of_lists,
        forbids=(
            "penlight.tensor",
            "penlight.as_tensor",
            "torch.tensor",
            "numpy.array",
            "numpy.asarray",
            "numpy.shape",
        ),
        groups=(
            Group(
                "lists of numbers",
                1,
                property="A list has one dimension, a number has none.",
                hint="How long is a list? And what is left to ask of a number?",
                cases=(
                    case("three numbers", [7, 8, 9]),
                    case("one number in a list", [2.5]),
                    case("a number", 5),
                    case("a truth value", True),
                ),
            ),
            Group(
                "lists of lists",
                1,
                property="Each level of brackets is one dimension, the outermost first.",
                hint="The shape begins with the length of the list. How does it go on?",
                cases=(
                    case("two rows of three", [[1, 2, 3], [4, 5, 6]]),
                    case("one column", [[1], [2], [3]]),
                    case("three levels", [[[1, 2]], [[3, 4]], [[5, 6]]]),
                ),
            ),
            Group(
                "empty lists",
                1,
                property="A list of nothing has length 0, and no further dimension.",
                hint="In an empty list there is no first item to ask.",
                cases=(
                    case("nothing", []),
                    case("two empty rows", [[], []]),
                    case("empty three levels down", [[[]]]),
                ),
            ),
            Group(
                "error on ragged lists",
                1,
                property="Items of different shapes are refused with a ValueError.",
                hint="Compare every item's shape with the first one's.",
                cases=(
                    case("a short second row", [[1, 2], [3]], raises=ValueError),
                    case("a short last row", [[1, 2], [3, 4], [5]], raises=ValueError),
                    case("ragged deeper down", [[[1, 2], [3]]], raises=ValueError),
                    case("a list beside a number", [1, [2]], raises=ValueError),
                ),
            ),
        ),
    )
)


# --- 2


def stride_of_new(shape):
    return torch.empty(shape).stride()


register(
    Exercise(
        "contiguous_stride",
        lecture=LECTURE,
        title="Strides of a new tensor",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=stride_of_new,
        forbids=(
            "penlight.empty",
            "penlight.zeros",
            "penlight.ones",
            "torch.empty",
            "torch.zeros",
            "torch.ones",
            "numpy.empty",
            "numpy.zeros",
            "numpy.ones",
        ),
        groups=(
            Group(
                "tables",
                1,
                property="A step to the right moves 1 place, a step down moves a whole row.",
                hint="How many numbers lie between an element and the one below it?",
                cases=(
                    case("two by three", (2, 3)),
                    case("three by two", (3, 2)),
                    case("four by four", (4, 4)),
                ),
            ),
            Group(
                "any number of dimensions",
                1.5,
                property="A step along a dimension jumps over all that lies behind it.",
                hint="Begin at the last dimension. What do you multiply by to get to the one "
                "before it?",
                cases=(
                    case("a vector", (5,)),
                    case("three dimensions", (2, 3, 4)),
                    case("four dimensions", (2, 3, 2, 5)),
                    case("no dimensions", ()),
                ),
            ),
            Group(
                "lengths 1 and 0",
                1.5,
                property="A length of 1 is a length like any other, and a length of 0 counts as 1.",
                hint="What happens to a product when one of its factors is 0?",
                cases=(
                    case("a column", (3, 1)),
                    case("a row", (1, 3)),
                    case("no rows", (0, 3)),
                    case("no columns", (2, 0)),
                    case("nothing in the middle", (2, 0, 3)),
                ),
            ),
        ),
    )
)


# --- 3


def place_of_element(index, stride, offset):
    numbers = torch.arange(10_000)  # each number is its own place
    return numbers.as_strided([i + 1 for i in index], stride, offset)[index].item()


register(
    Exercise(
        "storage_index",
        lecture=LECTURE,
        title="Where an element lies",
        slot=True,
        points=2,
        minutes=10,
        difficulty=1,
        oracle=place_of_element,
        forbids=("penlight.as_strided", "torch.as_strided"),
        groups=(
            Group(
                "from the beginning",
                1,
                property="Every dimension adds its index times its stride.",
                hint="Go through index and stride together.",
                cases=(
                    case("first element", (0, 0), (4, 1), 0),
                    case("row by row", (1, 2), (4, 1), 0),
                    case("transposed", (1, 2), (1, 4), 0),
                    case("three dimensions", (1, 2, 3), (12, 4, 1), 0),
                    case("stride 0", (2, 3), (0, 1), 0),
                ),
            ),
            Group(
                "from an offset",
                1,
                property="The first element lies at the offset.",
                hint="Where is element (0, 0)? Everything else is counted from there.",
                cases=(
                    case("a window", (1, 2), (4, 1), 3),
                    case("every second", (3,), (2,), 1),
                    case("no dimensions", (), (), 7),
                ),
            ),
        ),
    )
)


# --- 4


def stride_is_in_order(shape, stride):
    return torch.empty_strided(shape, stride).is_contiguous()


register(
    Exercise(
        "is_contiguous",
        lecture=LECTURE,
        title="Row by row, without gaps?",
        slot=True,
        points=3,
        minutes=15,
        difficulty=2,
        oracle=stride_is_in_order,
        forbids=("torch.empty_strided", "torch.as_strided"),
        groups=(
            Group(
                "order and gaps",
                1,
                property="True for the strides of a new tensor; False for other orders and gaps.",
                hint="Which strides would a new tensor of this shape have? You have a function "
                "for that.",
                cases=(
                    case("new", (2, 3), (3, 1)),
                    case("transposed", (2, 3), (1, 2)),
                    case("every second column", (2, 3), (6, 2)),
                    case("columns left out", (2, 3), (4, 1)),
                    case("a new block", (2, 3, 4), (12, 4, 1)),
                    case("a block with a gap", (2, 3, 4), (24, 4, 1)),
                    case("stretched", (2, 3), (0, 1)),
                ),
            ),
            Group(
                "length 1",
                1,
                property="Along a dimension of length 1 nobody ever steps: its stride may be any.",
                hint="Leave the dimensions of length 1 out of the comparison.",
                cases=(
                    case("a column with any last stride", (3, 1), (1, 7)),
                    case("a row with any first stride", (1, 3), (50, 1)),
                    case("a 1 in the middle", (2, 1, 3), (3, 99, 1)),
                    case("a row with gaps", (1, 3), (3, 2)),
                ),
            ),
            Group(
                "none and nothing",
                1,
                property="A 0-d tensor is in order, and so is every tensor without elements.",
                hint="Where there are no elements, none lies wrong.",
                cases=(
                    case("no dimensions", (), ()),
                    case("one number, any stride", (1, 1), (5, 7)),
                    case("no rows, any strides", (0, 3), (1, 9)),
                    case("two numbers with a gap", (2,), (2,)),
                ),
            ),
        ),
    )
)


# --- 5


def size_of_reshaped(size, numel):
    return tuple(torch.empty(numel).reshape(size).shape)


register(
    Exercise(
        "infer_size",
        lecture=LECTURE,
        title="What -1 stands for",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=size_of_reshaped,
        forbids=(
            "penlight.Tensor.reshape",
            "penlight.Tensor.view",
            "penlight.reshape",
            "torch.Tensor.reshape",
            "torch.Tensor.view",
            "torch.reshape",
            "numpy.reshape",
        ),
        groups=(
            Group(
                "one -1",
                1.5,
                property="-1 becomes the length that uses up all elements.",
                hint="Multiply the lengths that are known. How often does that fit?",
                cases=(
                    case("at the end", (2, -1), 6),
                    case("in front", (-1, 2), 6),
                    case("alone", (-1,), 12),
                    case("in the middle", (2, -1, 3), 24),
                    case("nothing is left", (3, -1), 3),
                ),
            ),
            Group(
                "no -1",
                1,
                property="A size that holds just so many elements comes back as it is.",
                hint="Count the elements that the size holds, then compare.",
                cases=(
                    case("three by two", (3, 2), 6),
                    case("0-d", (), 1),
                    case("with 1s", (1, 4, 1), 4),
                ),
            ),
            Group(
                "no elements",
                0.5,
                property="Zero elements can be shared out too, if it is clear how.",
                hint="0 divided by 2 is 0. What is 0 divided by 0?",
                cases=(
                    case("a length of 0", (0, 3), 0),
                    case("-1 becomes 0", (2, -1), 0),
                    case("anything would do", (0, -1), 0, raises=RuntimeError),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="A size that does not fit is refused with a RuntimeError.",
                hint="What can go wrong: too many -1, other negative numbers, a remainder, "
                "another count.",
                cases=(
                    case("too few", (2, 2), 6, raises=RuntimeError),
                    case("a remainder", (4, -1), 6, raises=RuntimeError),
                    case("-1 twice", (-1, -1), 4, raises=RuntimeError),
                    case("-2", (-2, 3), 6, raises=RuntimeError),
                    case("0 of something", (0, -1), 6, raises=RuntimeError),
                ),
            ),
        ),
    )
)


# --- 6


def stride_of_view(shape, stride, size):
    try:
        return comparable(torch.empty_strided(shape, stride).view(size).stride(), size)
    except RuntimeError:
        return None


def comparable(answer, size):
    """Strides with 0 at dimensions of length 1: nobody steps along them, so any is right."""
    if not isinstance(answer, (tuple, list)) or len(answer) != len(size):
        return answer
    return tuple(0 if n == 1 else step for n, step in zip(size, answer, strict=True))


def comparable_stride(view_stride, shape, stride, size):
    return comparable(view_stride(shape, stride, size), size)


register(
    Exercise(
        "view_stride",
        lecture=LECTURE,
        title="Can it be a view?",
        slot=True,
        points=6,
        minutes=35,
        difficulty=4,
        oracle=stride_of_view,
        call=comparable_stride,
        forbids=(
            "torch.empty_strided",
            "torch.as_strided",
            "penlight.Tensor.reshape",
            "penlight.Tensor.view",
            "penlight.reshape",
            "torch.Tensor.reshape",
            "torch.Tensor.view",
            "torch.reshape",
            "numpy.reshape",
        ),
        groups=(
            Group(
                "without gaps",
                1.5,
                property="Elements that lie row by row can be shown as any size.",
                hint="There is one run. Cut it from the right: what is the stride of the last "
                "dimension, and how does it grow?",
                cases=(
                    case("a table from a vector", (6,), (1,), (2, 3)),
                    case("a vector from a table", (2, 3), (3, 1), (6,)),
                    case("other rows", (4, 3), (3, 1), (2, 6)),
                    case("three from two", (4, 6), (6, 1), (2, 4, 3)),
                ),
            ),
            Group(
                "gaps between rows",
                1.5,
                property="Dimensions with a gap between them stay apart; each may be cut.",
                hint="Only some columns of a larger table: the step from row to row is not the "
                "length of a row. Which dimensions of the new size come from the rows?",
                cases=(
                    case("rows cut in two", (2, 4), (10, 1), (2, 2, 2)),
                    case("rows in pairs", (4, 3), (5, 1), (2, 2, 3)),
                    case("every second number", (6,), (2,), (2, 3)),
                    case("transposed, cut", (4, 6), (1, 4), (2, 2, 6)),
                ),
            ),
            Group(
                "not without a copy",
                1.5,
                property="None where one new dimension would have to step across a gap.",
                hint="When a new dimension is larger than what is left of its run, nothing can "
                "be done.",
                cases=(
                    case("transposed to a vector", (2, 3), (1, 2), (6,)),
                    case("across the gap", (2, 3), (4, 1), (3, 2)),
                    case("too large a cut", (4, 3), (5, 1), (2, 6)),
                    case("across no gap", (2, 3), (3, 1), (3, 2)),
                    case("two of three joined", (2, 3, 4), (12, 1, 3), (6, 4)),
                    case("the other two joined", (2, 3, 4), (4, 8, 1), (2, 12)),
                    case("a block cut", (2, 3, 4), (24, 4, 1), (2, 12)),
                ),
            ),
            Group(
                "length 1",
                1.5,
                property="Dimensions of length 1 never separate, and may be put in anywhere.",
                hint="Nobody steps along a length of 1, so its stride says nothing about gaps.",
                cases=(
                    case("a 1 put in front", (3,), (1,), (1, 3)),
                    case("a 1 put behind", (2, 3), (3, 1), (6, 1)),
                    case("a 1 taken out", (2, 1, 3), (3, 99, 1), (6,)),
                    case("a column with any stride", (3, 1), (1, 7), (3,)),
                    case("a 1 between gaps", (2, 3), (4, 1), (2, 1, 3)),
                ),
            ),
        ),
    )
)
