"""Assignment 05, the layers that slide a window over an image."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "05_nn"
LEARNS = {"dtype": "float64", "requires_grad": True}
NAMES = (
    "unfold", "fold", "conv1d", "conv2d", "conv3d", "max_pool1d", "max_pool2d", "max_pool3d",
    "avg_pool2d", "adaptive_max_pool2d", "conv_transpose2d",
)  # fmt: skip
LIBRARY = (
    *(f"penlight.nn.steps.{name}" for name in ("unfold", "conv2d", "max_pool2d")),
    *(f"{library}.nn.functional.{name}" for library in ("penlight", "torch") for name in NAMES),
    *(f"{library}.{name}" for library in ("penlight", "torch") for name in ("conv1d", "conv2d")),
    "torch.max_pool2d",
    "penlight.max_pool2d",
)

# --- 7


def counted_by_pytorch(n, kernel_size, stride=1, padding=0, dilation=1):
    line, kernel = torch.zeros(1, 1, n), torch.zeros(1, 1, kernel_size)
    out = torch.nn.functional.conv1d(line, kernel, None, stride, padding, dilation)
    return out.shape[2]


register(
    Exercise(
        "output_size",
        lecture=LECTURE,
        title="How many windows fit",
        slot=True,
        points=2,
        minutes=10,
        difficulty=2,
        oracle=counted_by_pytorch,
        forbids=("penlight.nn.steps.output_size", *LIBRARY),
        groups=(
            Group(
                "stride 1",
                0.5,
                property="A window of length 3 has three places in 5 elements.",
                hint="Write down where the first window begins, and where the last.",
                cases=(
                    case("3 in 5", 5, 3),
                    case("1 in 5", 5, 1),
                    case("all of it", 4, 4),
                ),
            ),
            Group(
                "stride",
                0.5,
                property="Windows begin every `stride` elements; what does not fit is left out.",
                hint="Divide the room that is left after the first window, and round down.",
                cases=(
                    case("every second", 7, 3, 2),
                    case("a rest stays over", 8, 3, 2),
                    case("stride 5", 9, 2, 5),
                ),
            ),
            Group(
                "padding",
                0.5,
                property="`padding` elements are added on both sides.",
                hint="Both sides.",
                cases=(
                    case("same size", 5, 3, 1, 1),
                    case("with a stride", 6, 3, 2, 1),
                ),
            ),
            Group(
                "dilation",
                0.5,
                property="A window of 3 with dilation 2 reaches over 5 elements.",
                hint="Between 3 elements there are two gaps.",
                cases=(
                    case("two apart", 7, 3, 1, 0, 2),
                    case("by name", 9, 2, dilation=3),
                ),
            ),
        ),
    )
)


# --- 8


def image(*shape):
    """Whole numbers as floats, easy to read in a report."""
    return integers(*shape, low=1, high=10, dtype="float32")


register(
    Exercise(
        "unfold",
        lecture=LECTURE,
        title="Every window is a column",
        slot=True,
        points=5,
        minutes=25,
        difficulty=4,
        oracle=torch.nn.functional.unfold,
        compares=("dtype", "gradient"),
        forbids=LIBRARY,
        groups=(
            Group(
                "one channel",
                1.5,
                property="Row k holds element k of every window, column l all of window l.",
                hint="Fix one place of the window, say its first element. Where in the image does "
                "it meet the image, over all windows? That is one slice.",
                cases=(
                    case("2 by 2", tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), (2, 2)),
                    case("1 by 2", image(1, 1, 2, 3), (1, 2)),
                    case("3 by 2", image(1, 1, 4, 3), (3, 2)),
                ),
            ),
            Group(
                "channels and images",
                1,
                property="A column holds the window of channel 0, then that of channel 1, …; each "
                "image has its own columns.",
                hint="Stack so that the channel comes before the place in the window, then join "
                "the two.",
                cases=(
                    case("two channels", image(1, 2, 2, 3), (2, 2)),
                    case("two images", image(2, 1, 2, 2), (1, 2)),
                    case("two of both", image(2, 2, 3, 3), (2, 1)),
                ),
            ),
            Group(
                "stride and padding",
                1,
                property="Windows begin every `stride` pixels, in a border of zeros.",
                hint="In a slice, the step is the stride. `pad` takes the widths of the last "
                "dimension first: left, right, top, bottom.",
                cases=(
                    case("stride", image(1, 1, 4, 5), (2, 2), (1, 1), (0, 0), (2, 1)),
                    case("padding", image(1, 1, 2, 2), (2, 2), (1, 1), (1, 0)),
                    case("both", image(1, 1, 4, 4), (3, 2), (1, 1), (1, 2), (2, 3)),
                    case("by name again", image(1, 1, 3, 5), (1, 2), stride=(1, 3)),
                ),
            ),
            Group(
                "dilation",
                0.5,
                property="Neighbours in the window lie `dilation` pixels apart.",
                hint="Element (i, j) of a window lies dilation · i down and dilation · j across.",
                cases=(
                    case("holes", image(1, 1, 4, 5), (2, 3), (2, 1)),
                    case("holes across", image(1, 2, 3, 6), (2, 2), (1, 3), (0, 1), (1, 2)),
                ),
            ),
            Group(
                "gradient",
                1,
                property="A pixel collects a gradient from every window that shows it.",
                hint="Slices and `stack` know their derivatives.",
                cases=(case("overlapping", randn(1, 2, 3, 3, **LEARNS), (2, 2)),),
            ),
        ),
    )
)


# --- 9

register(
    Exercise(
        "conv2d",
        lecture=LECTURE,
        title="One matrix product",
        slot=True,
        points=4,
        minutes=15,
        difficulty=3,
        oracle=torch.nn.functional.conv2d,
        compares=("dtype", "gradient"),
        forbids=LIBRARY,
        groups=(
            Group(
                "one channel",
                1,
                property="Each number is the sum of a window times the kernel.",
                hint="Make the kernel one row. `unfold` made the windows columns.",
                cases=(
                    case("an edge", tensor([[[[0.0, 0.0, 5.0], [0.0, 0.0, 5.0]]]]),
                         tensor([[[[-1.0, 1.0]]]])),
                    case("2 by 2", image(1, 1, 3, 4), image(1, 1, 2, 2)),
                ),
            ),
            Group(
                "channels",
                1,
                property="Each output channel has a kernel for every input channel; their "
                "products are added up.",
                hint="A weight (O, C, kh, kw) is O rows of C · kh · kw numbers.",
                cases=(
                    case("three in", image(1, 3, 2, 2), image(1, 3, 2, 1)),
                    case("three out", image(1, 1, 2, 3), image(3, 1, 1, 2)),
                    case("a batch", randn(3, 2, 4, 3), randn(2, 2, 3, 2)),
                ),
            ),
            Group(
                "bias",
                0.5,
                property="Each output channel has its own bias; None is none.",
                hint="The bias has shape (O,), and the columns (N, O, windows).",
                cases=(
                    case("two biases", image(1, 1, 2, 3), image(2, 1, 1, 2), tensor([100.0, 0.5])),
                    case("None", image(1, 1, 2, 2), image(1, 1, 1, 2), None),
                ),
            ),
            Group(
                "stride, padding, dilation",
                1,
                property="The three numbers do what they do in `unfold`, in this order.",
                hint="`unfold` takes them in another order: dilation, padding, stride.",
                cases=(
                    case("stride", image(1, 1, 4, 5), image(1, 1, 2, 2), None, (2, 3)),
                    case("padding", image(1, 1, 2, 3), image(1, 1, 2, 3), None, (1, 1), (1, 2)),
                    case("all three", randn(2, 2, 6, 7), randn(3, 2, 2, 3), randn(3), (2, 1),
                         (1, 0), (1, 2)),
                    case("dilation by name", image(1, 1, 4, 3), image(1, 1, 2, 2),
                         dilation=(3, 1)),
                ),
            ),
            Group(
                "gradient",
                0.5,
                property="Gradients reach image, kernel and bias.",
                hint="Stay with tensor operations.",
                cases=(
                    case("all three learn", randn(2, 1, 3, 4, **LEARNS),
                         randn(2, 1, 2, 2, **LEARNS), randn(2, **LEARNS)),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 10

register(
    Exercise(
        "max_pool2d",
        lecture=LECTURE,
        title="The largest of each window",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=torch.nn.functional.max_pool2d,
        compares=("dtype", "gradient"),
        forbids=LIBRARY,
        groups=(
            Group(
                "tiles",
                1,
                property="Each channel of each image is shrunk on its own.",
                hint="`unfold` puts the channels of a window into one column. What if every "
                "channel were an image with one channel?",
                cases=(
                    case("one tile", image(1, 1, 2, 2), (2, 2), (2, 2)),
                    case("four tiles", image(1, 1, 4, 4), (2, 2), (2, 2)),
                    case("two channels", image(1, 2, 2, 2), (1, 2), (1, 2)),
                    case("two images of three", image(2, 3, 2, 4), (2, 2), (2, 2)),
                ),
            ),
            Group(
                "strides",
                1,
                property="Windows may overlap or leave gaps; one that does not fit is left out.",
                hint="`output_size` says how many there are, down and across.",
                cases=(
                    case("overlap", image(1, 1, 3, 4), (2, 2), (1, 1)),
                    case("a rest", image(1, 1, 5, 4), (2, 3), (2, 1)),
                    case("gaps", image(1, 2, 4, 5), (1, 2), (3, 3)),
                ),
            ),
            Group(
                "padding",
                1,
                property="The padding is never the largest, not even among negative numbers.",
                hint="Zeros are larger than negative numbers. Which number is below all others?",
                cases=(
                    case("negative numbers", tensor([[[[-1.0, -2.0], [-3.0, -4.0]]]]), (2, 2),
                         (2, 2), (1, 1)),
                    case("top and bottom", randn(1, 2, 3, 3), (3, 2), (1, 2), (1, 0)),
                ),
            ),
            Group(
                "gradient",
                1,
                property="The gradient of a window goes to its largest element.",
                hint="`max(dim)` gives a pair: values and positions. The values are recorded.",
                cases=(
                    case("overlapping windows", randn(1, 2, 4, 4, **LEARNS), (2, 2), (1, 1)),
                    case("with a border", randn(2, 1, 3, 4, **LEARNS), (3, 3), (2, 2), (1, 1)),
                ),
            ),
        ),
    )
)  # fmt: skip
