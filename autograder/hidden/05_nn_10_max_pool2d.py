"""`max_pool2d`, the instructor's part: hidden cases, named mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn, tensor

image = import_module("autograder.checks.05_nn_images").image
LEARNS = {"dtype": "float64", "requires_grad": True}

RIGHT = """
def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
    n, c, h, w = input.shape
    x = input.reshape(n * c, 1, h, w)
    x = pad(x, (padding[1], padding[1], padding[0], padding[0]), value=-math.inf)
    largest = unfold(x, kernel_size, stride=stride).max(1).values
    height = output_size(h, kernel_size[0], stride[0], padding[0])
    width = output_size(w, kernel_size[1], stride[1], padding[1])
    return largest.reshape(n, c, height, width)
"""


def mistake(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "max_pool2d",
    cases={
        "tiles": [
            case("hidden one pixel", image(1, 2, 2, 3), (1, 1), (1, 1)),
            case("hidden all of it", randn(2, 2, 3, 2), (3, 2), (3, 2)),
            case("hidden negative", randn(1, 1, 4, 6, dtype="float64"), (2, 3), (2, 3)),
            case("hidden below zero", tensor([[[[-5.0, -3.0, -9.0, -7.0]]]]), (1, 2), (1, 2)),
        ],
        "strides": [
            case("hidden wide", randn(1, 1, 3, 7), (3, 2), (1, 2)),
            case("hidden tall", randn(2, 1, 7, 4), (2, 3), (3, 1)),
            case("hidden square", randn(1, 3, 5, 5), (3, 3), (2, 2)),
        ],
        "padding": [
            case("hidden left and right", randn(1, 1, 2, 4), (1, 3), (1, 2), (0, 1)),
            case("hidden very negative",
                 tensor([[[[-1e6, -2e6, -3e6], [-4e6, -5e6, -6e6]]]]), (2, 2), (1, 2), (1, 1)),
            case("hidden all around", randn(2, 2, 3, 3), (3, 3), (1, 1), (1, 1)),
        ],
        "gradient": [
            case("hidden tiles", randn(2, 2, 4, 4, **LEARNS), (2, 2), (2, 2)),
            case("hidden border", randn(1, 2, 3, 3, **LEARNS), (2, 3), (1, 2), (1, 0)),
            case("hidden gaps", randn(1, 1, 5, 5, **LEARNS), (1, 2), (2, 3)),
        ],
    },
    mistakes=[
        mistake(
            "pads with zeros",
            "Zeros were padded, and 0 is larger than negative numbers. Pad with -inf.",
            ", value=-math.inf)", ")",
        ),
        mistake(
            "a number that seems low",
            "The padding is a low number, but not lower than all others. -inf is.",
            "value=-math.inf", "value=-1000.0",
        ),
        mistake(
            "across the channels",
            "The largest of all channels is taken. Each channel is pooled on its own.",
            "    return largest.reshape(n, c, height, width)",
            "    image = largest.reshape(n, c, height, width)\n"
            "    return image.max(1, keepdim=True).values.expand(n, c, height, width)",
        ),
        mistake(
            "means",
            "You take the mean of each window. The largest is asked for.",
            "max(1).values", "mean(1)",
        ),
        mistake(
            "the smallest",
            "You take the smallest of each window.",
            "max(1).values", "min(1).values",
        ),
        mistake(
            "positions",
            "These are the positions of the largest. Their values are asked for.",
            "max(1).values", "max(1).indices",
        ),
        mistake(
            "stride of the kernel",
            "The stride is not used: the windows lie side by side.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    stride = kernel_size\n",
        ),
        mistake(
            "stride 1",
            "The stride is not used: a window begins at every pixel.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    stride = (1, 1)\n",
        ),
        mistake(
            "no padding",
            "The padding is not used.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    padding = (0, 0)\n",
        ),
        mistake(
            "padding exchanged",
            "The padding down and across are exchanged: `pad` begins with the last dimension.",
            "(padding[1], padding[1], padding[0], padding[0])",
            "(padding[0], padding[0], padding[1], padding[1])",
        ),
        mistake(
            "images and channels mixed",
            "Images and channels are mixed up when the result is put together.",
            "largest.reshape(n, c, height, width)",
            "largest.reshape(c, n, height, width).transpose(0, 1)",
        ),
        mistake(
            "a gradient for all",
            "The gradient is spread over the window. It goes to the largest element alone.",
            "    largest = unfold(x, kernel_size, stride=stride).max(1).values",
            "    shown = unfold(x, kernel_size, stride=stride)\n"
            "    spread = shown.masked_fill(shown == -math.inf, 0.0).mean(1)\n"
            "    largest = shown.max(1).values.detach() + spread - spread.detach()",
        ),
    ],
    alternatives=styles(
        other_names=RIGHT,
        channels_within="""
            def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
                around = (padding[1], padding[1], padding[0], padding[0])
                x = pad(input, around, value=float("-inf"))
                columns = unfold(x, kernel_size, stride=stride)
                columns = columns.unflatten(1, (input.shape[1], -1))
                size = [output_size(x.shape[2 + d], kernel_size[d], stride[d]) for d in (0, 1)]
                return columns.amax(2).unflatten(2, size)
            """,
        place_by_place="""
            def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
                around = (padding[1], padding[1], padding[0], padding[0])
                x = pad(input, around, value=-math.inf)
                (kh, kw), (sh, sw) = kernel_size, stride
                height = (x.shape[2] - kh) // sh + 1
                width = (x.shape[3] - kw) // sw + 1
                best = None
                for i in range(kh):
                    for j in range(kw):
                        part = x[:, :, i::sh, j::sw][:, :, :height, :width]
                        best = part if best is None else torch.maximum(best, part)
                return best
            """,
        rows_then_columns="""
            def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
                around = (padding[1], padding[1], padding[0], padding[0])
                x = pad(input, around, value=-math.inf)
                x = x.unfold(2, kernel_size[0], stride[0]).max(-1)[0]
                return x.unfold(3, kernel_size[1], stride[1]).max(-1)[0]
            """,
        window_by_window="""
            def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
                around = (padding[1], padding[1], padding[0], padding[0])
                x = pad(input, around, value=-math.inf)
                rows = []
                for top in range(0, x.shape[2] - kernel_size[0] + 1, stride[0]):
                    row = []
                    for left in range(0, x.shape[3] - kernel_size[1] + 1, stride[1]):
                        window = x[:, :, top : top + kernel_size[0], left : left + kernel_size[1]]
                        row.append(window.flatten(2).max(2)[0])
                    rows.append(torch.stack(row, 2))
                return torch.stack(rows, 2)
            """,
    ),
    equivalent_mutants={
        "`d + 2` -> `d - 2`":
            "Counted from the back, the last two of four dimensions are the same ones.",
    },
)  # fmt: skip
