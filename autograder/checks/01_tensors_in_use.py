"""Assignment 01, types and pictures: what right means, judged by PyTorch."""

from functools import reduce

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import dtype, integers, randn, tensor

LECTURE = "01_tensors"


# --- 7

register(
    Exercise(
        "promote_types",
        lecture=LECTURE,
        title="Which type holds both",
        slot=True,
        points=4,
        minutes=20,
        difficulty=2,
        oracle=torch.promote_types,
        forbids=(
            "penlight.promote_types",
            "penlight.result_type",
            "torch.promote_types",
            "torch.result_type",
            "numpy.promote_types",
            "numpy.result_type",
        ),
        groups=(
            Group(
                "the same category",
                1.5,
                property="Of two types of one category the larger wins, whatever their order.",
                hint="`itemsize` says how many bytes an element takes.",
                cases=(
                    case("the same type", dtype("int32"), dtype("int32")),
                    case("a small integer first", dtype("int8"), dtype("int64")),
                    case("a large integer first", dtype("int32"), dtype("int16")),
                    case("floats", dtype("float64"), dtype("float32")),
                    case("half and float", dtype("float16"), dtype("float32")),
                    case("a byte and a short", dtype("uint8"), dtype("int16")),
                ),
            ),
            Group(
                "different categories",
                1.5,
                property="The higher category wins, even if its type is smaller.",
                hint="bool, then integers, then floating types, then complex ones.",
                cases=(
                    case("bool and byte", dtype("bool"), dtype("uint8")),
                    case("float and long", dtype("float32"), dtype("int64")),
                    case("long and half", dtype("int64"), dtype("float16")),
                    case("bfloat16 and bool", dtype("bfloat16"), dtype("bool")),
                ),
            ),
            Group(
                "neither holds the other",
                0.5,
                property="Where neither type holds all values of the other, a third one does.",
                hint="int8 has no 200, uint8 has no -1. float16 ends at 65504, bfloat16 has "
                "fewer digits.",
                cases=(
                    case("signed and unsigned bytes", dtype("int8"), dtype("uint8")),
                    case("two kinds of half", dtype("bfloat16"), dtype("float16")),
                ),
            ),
            Group(
                "complex",
                0.5,
                property="A complex type with float64 gives complex128, else the complex type "
                "stays.",
                hint="complex64 holds two float32. That is too little for a float64.",
                cases=(
                    case("complex and double", dtype("complex64"), dtype("float64")),
                    case("float and complex", dtype("float32"), dtype("complex64")),
                ),
            ),
        ),
    )
)


# --- 8


def type_of_result(*operands):
    """`torch.result_type`, which takes two operands only, for any number of them."""
    kinds = [], [], []
    for each in operands:
        is_tensor = isinstance(each, torch.Tensor)
        found = each.dtype if is_tensor else torch.tensor(each).dtype
        kinds[0 if is_tensor and each.dim() else 1 if is_tensor else 2].append(found)
    met = [reduce(torch.promote_types, kind) if kind else None for kind in kinds]
    shown = [torch.empty(1, dtype=met[0])] if met[0] else []
    shown += [torch.empty((), dtype=met[1])] if met[1] else []
    if len(shown) == 2:
        shown = [torch.empty(1, dtype=torch.result_type(*shown))]
    if met[2]:
        number = next(
            n
            for n in operands
            if type(n) in (bool, int, float, complex) and torch.tensor(n).dtype == met[2]
        )
        return torch.result_type(*shown, number) if shown else met[2]
    return shown[0].dtype


register(
    Exercise(
        "result_type",
        lecture=LECTURE,
        title="The type of a result",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=type_of_result,
        forbids=("penlight.result_type", "torch.result_type", "numpy.result_type"),
        groups=(
            Group(
                "tensors",
                1,
                property="Tensors with dimensions meet in the type that holds them all.",
                hint="`each.dtype` is a tensor's type; promote_types joins two.",
                cases=(
                    case("one", integers(2, dtype="int16")),
                    case("bytes and floats", integers(2, dtype="uint8"), randn(2)),
                    case("two bytes", integers(2, dtype="int8"), integers(2, dtype="uint8", low=0)),
                    case("three", integers(2, dtype="int8"), randn(2, dtype="float64"), randn(2)),
                ),
            ),
            Group(
                "Python numbers",
                1,
                property="A Python number counts only if its category is higher.",
                hint="300 does not make an int8 tensor larger. 0.5 makes it a floating one.",
                cases=(
                    case("int8 and 300", tensor([1, 2], dtype="int8"), 300),
                    case("half and 2.5", randn(2, dtype="float16"), 2.5),
                    case("int8 and 0.5", tensor([1, 2], dtype="int8"), 0.5),
                    case("a number in front", True, tensor([1, 2], dtype="int16")),
                    case("bool and 3", tensor([True, False]), 3),
                    case("numbers alone", 2, 0.5),
                ),
            ),
            Group(
                "0-d tensors",
                1,
                property="A 0-d tensor counts less than one with dimensions, more than a number.",
                hint="Sort the operands into three kinds first. Then let one kind after the other "
                "have its say.",
                cases=(
                    case("half and a double", randn(2, dtype="float16"), tensor(1.5, "float64")),
                    case("long and a half", tensor([1, 2]), tensor(1.5, "float16")),
                    case("0-d first", tensor(1, "int64"), tensor([1], "int8")),
                    case("0-d ones alone", tensor(1, "int8"), tensor(1, "int32")),
                    case("0-d and a number", tensor(1, "int8"), 5),
                ),
            ),
            Group(
                "all kinds at once",
                0.5,
                property="The kinds are asked in their order, whatever the order of the operands.",
                hint="Within one kind, all types meet before the next kind is asked.",
                cases=(
                    case("number, 0-d, int8", 7, tensor(1.5, "float64"), tensor([1], "int8")),
                    case(
                        "two of a later kind",
                        tensor([1], "int8"),
                        tensor(1.5, "float16"),
                        tensor(1.5, "float32"),
                    ),
                ),
            ),
            Group(
                "complex",
                0.5,
                property="A floating type that meets a complex one of a later kind gives the "
                "complex type of its own width.",
                hint="complex64 is two float32, complex128 two float64.",
                cases=(
                    case("float and 1j", randn(2), 1j),
                    case("double and 1j", randn(2, dtype="float64"), 1j),
                    case("float and a 0-d complex128", randn(2), tensor(1.0, "complex128")),
                ),
            ),
        ),
    )
)


# --- 9


def channels_moved(image):
    return image.permute(*range(image.dim() - 3), -1, -3, -2)


register(
    Exercise(
        "to_channels_first",
        lecture=LECTURE,
        title="Find the scrambled picture",
        points=2,
        minutes=10,
        difficulty=2,
        oracle=channels_moved,
        compares=("dtype", "shares_memory"),
        groups=(
            Group(
                "one picture",
                1,
                property="Element (c, y, x) of the result is element (y, x, c) of the picture.",
                hint="Which dimension has to go where? The numbers must not be dealt out anew.",
                cases=(
                    case("one row of two pixels", tensor([[[1.0, 2.0], [3.0, 4.0]]])),
                    case("two by three, two channels", integers(2, 3, 2)),
                    case("as long as wide as deep", integers(3, 3, 3)),
                    case("bytes", integers(2, 2, 3, low=0, dtype="uint8")),
                ),
            ),
            Group(
                "batches",
                1,
                property="Dimensions in front stay where they are. The result is a view.",
                hint="Count the dimensions from the end.",
                cases=(
                    case("a batch of two", integers(2, 2, 3, 3)),
                    case("a batch of batches", integers(2, 1, 2, 2, 3)),
                ),
            ),
        ),
    )
)


# --- 10


def all_windows(image, size):
    return image.unfold(0, size, 1).unfold(1, size, 1)


register(
    Exercise(
        "windows",
        lecture=LECTURE,
        title="Every window of a picture",
        points=3,
        minutes=20,
        difficulty=3,
        oracle=all_windows,
        compares=("dtype", "strides", "shares_memory"),
        groups=(
            Group(
                "values",
                1,
                property="Window (y, x) shows the picture from row y and column x on. "
                "The result is a view.",
                hint="Element (y, x, i, j) is the picture's element (y + i, x + j). So what does "
                "a step along each of the four dimensions move?",
                cases=(
                    case("two by two of a small picture", integers(2, 3), 2),
                    case("three by three", integers(4, 5), 3),
                    case("single pixels", integers(2, 2), 1),
                    case("the whole picture", integers(3, 3), 3),
                ),
            ),
            Group(
                "pictures that are views",
                1.5,
                property="A transposed picture and a part of a larger one work too.",
                hint="Take the strides that the picture has, not those that a new one would have.",
                cases=(
                    case("transposed", integers(3, 4, layout="transposed"), 2),
                    case("every second column", integers(3, 3, layout="strided"), 2),
                    case("one row shown three times", integers(1, 4).expand(3, 4), 2),
                ),
            ),
            Group(
                "gradient",
                0.5,
                property="The gradient reaches the picture, once for each window that shows a "
                "pixel.",
                hint="Stay with one view of the tensor itself.",
                cases=(
                    case(
                        "double",
                        randn(3, 4, dtype="float64", requires_grad=True),
                        2,
                        compares=("gradient",),
                    ),
                ),
            ),
        ),
    )
)
