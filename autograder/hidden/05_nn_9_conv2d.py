"""`conv2d`, the instructor's part: hidden cases, named mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn

image = import_module("autograder.checks.05_nn_images").image
LEARNS = {"dtype": "float64", "requires_grad": True}

RIGHT = """
def conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    n, outputs = input.shape[0], weight.shape[0]
    kh, kw = weight.shape[2], weight.shape[3]
    columns = unfold(input, (kh, kw), dilation=dilation, padding=padding, stride=stride)
    out = torch.matmul(weight.reshape(outputs, -1), columns)
    if bias is not None:
        out = out + bias[:, None]
    height = output_size(input.shape[2], kh, stride[0], padding[0], dilation[0])
    width = output_size(input.shape[3], kw, stride[1], padding[1], dilation[1])
    return out.reshape(n, outputs, height, width)
"""


def mistake(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "conv2d",
    cases={
        "one channel": [
            case("hidden one pixel", image(1, 1, 3, 3), image(1, 1, 1, 1)),
            case("hidden all of it", image(1, 1, 3, 2), image(1, 1, 3, 2)),
            case("hidden not square", image(1, 1, 4, 5), image(1, 1, 2, 3)),
        ],
        "channels": [
            case("hidden as many out as in", randn(2, 3, 4, 4), randn(3, 3, 2, 2)),
            case("hidden as many as pixels", randn(2, 2, 2, 2), randn(2, 2, 2, 2)),
            case("hidden float64", randn(1, 2, 3, 5, dtype="float64"),
                 randn(4, 2, 2, 2, dtype="float64")),
        ],
        "bias": [
            case("hidden as many as windows", randn(2, 1, 1, 4), randn(3, 1, 1, 2), randn(3)),
            case("hidden square", randn(1, 2, 3, 3), randn(2, 2, 2, 2), randn(2)),
        ],
        "stride, padding, dilation": [
            case("hidden stride", randn(1, 2, 7, 5), randn(2, 2, 3, 2), None, (3, 1)),
            case("hidden padding", randn(2, 1, 3, 3), randn(2, 1, 2, 2), None, (1, 1), (2, 0)),
            case("hidden dilation", randn(1, 1, 5, 7), randn(1, 1, 2, 3), None, (1, 1), (0, 0),
                 (3, 2)),
            case("hidden all", randn(2, 3, 8, 9), randn(2, 3, 3, 2), randn(2), (2, 3), (2, 1),
                 (1, 4)),
            case("hidden by name", randn(1, 1, 4, 4), randn(1, 1, 2, 2), padding=(1, 0),
                 stride=(1, 2)),
        ],
        "gradient": [
            case("hidden no bias", randn(1, 2, 4, 4, **LEARNS), randn(2, 2, 2, 3, **LEARNS), None,
                 (2, 1), (1, 0)),
            case("hidden with all", randn(2, 2, 4, 5, **LEARNS), randn(3, 2, 2, 2, **LEARNS),
                 randn(3, **LEARNS), (1, 2), (1, 1), (2, 1)),
        ],
    },
    mistakes=[
        mistake(
            "kernel turned over",
            "You turn the kernel over, as mathematicians do. Networks lay it on the image as it "
            "is.",
            "weight.reshape(outputs, -1)", "weight.flip([2, 3]).reshape(outputs, -1)",
        ),
        mistake(
            "order of the numbers",
            "`unfold` was given stride, padding, dilation in conv2d's order. It takes dilation, "
            "padding, stride.",
            "(kh, kw), dilation=dilation, padding=padding, stride=stride)",
            "(kh, kw), stride, padding, dilation)",
        ),
        mistake(
            "forgets the bias",
            "The bias is not added.",
            "        out = out + bias[:, None]\n", "        pass\n",
        ),
        mistake(
            "always a bias",
            "Without a bias, `None` is added.",
            "    if bias is not None:\n        out = out + bias[:, None]\n",
            "    out = out + bias[:, None]\n",
        ),
        mistake(
            "bias along the windows",
            "The bias is added along the windows. It belongs to the output channels.",
            "bias[:, None]", "bias[torch.arange(out.shape[2]) % outputs]",
        ),
        mistake(
            "the first channel only",
            "Only the first channel of the image is used. The products of all channels are added "
            "up.",
            "    columns =", "    input, weight = input[:, :1], weight[:, :1]\n    columns =",
        ),
        mistake(
            "the first kernel for all",
            "All outputs use the first kernel.",
            "weight.reshape(outputs, -1)", "weight[:1].expand(weight.shape).reshape(outputs, -1)",
        ),
        mistake(
            "height and width exchanged",
            "Height and width of the result are exchanged.",
            "(n, outputs, height, width)", "(n, outputs, width, height)",
        ),
        mistake(
            "stays in columns",
            "The result is still a table of windows. It has to become an image again.",
            "    return out.reshape(n, outputs, height, width)", "    return out",
        ),
        mistake(
            "means in place of sums",
            "You take the mean of the products. A convolution adds them up.",
            "    if bias", "    out = out / columns.shape[1]\n    if bias",
        ),
        mistake(
            "kernel not recorded",
            "The kernel is detached: it would never learn.",
            "weight.reshape(outputs, -1)", "weight.detach().reshape(outputs, -1)",
        ),
        mistake(
            "ignores the stride",
            "The stride is not used.",
            "    n, outputs =", "    stride = (1, 1)\n    n, outputs =",
        ),
        mistake(
            "ignores the padding",
            "The padding is not used.",
            "    n, outputs =", "    padding = (0, 0)\n    n, outputs =",
        ),
        mistake(
            "ignores the dilation",
            "The dilation is not used.",
            "    n, outputs =", "    dilation = (1, 1)\n    n, outputs =",
        ),
    ],
    alternatives=styles(
        other_names=RIGHT,
        place_by_place="""
            def conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
                x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
                kh, kw = weight.shape[2:]
                height = output_size(x.shape[2], kh, stride[0], 0, dilation[0])
                width = output_size(x.shape[3], kw, stride[1], 0, dilation[1])
                out = 0
                for i in range(kh):
                    for j in range(kw):
                        part = x[:, :, i * dilation[0] :: stride[0], j * dilation[1] :: stride[1]]
                        part = part[:, None, :, :height, :width]
                        out = out + (weight[None, :, :, i, j, None, None] * part).sum(2)
                return out if bias is None else out + bias.reshape(1, -1, 1, 1)
            """,
        einsum="""
            def conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
                columns = unfold(input, tuple(weight.shape[2:]), dilation, padding, stride)
                out = torch.einsum("ok,nkl->nol", weight.flatten(1), columns)
                size = [
                    output_size(input.shape[2 + d], weight.shape[2 + d], stride[d], padding[d],
                                dilation[d])
                    for d in range(2)
                ]
                out = out.unflatten(2, size)
                return out if bias is None else out + bias[:, None, None]
            """,
        one_column_at_a_time="""
            def conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
                x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
                down, across = [d * (k - 1) + 1 for d, k in zip(dilation, weight.shape[2:])]
                rows = []
                for top in range(0, x.shape[2] - down + 1, stride[0]):
                    row = []
                    for left in range(0, x.shape[3] - across + 1, stride[1]):
                        window = x[:, :, top : top + down : dilation[0],
                                   left : left + across : dilation[1]]
                        row.append(window.flatten(1) @ weight.flatten(1).t())
                    rows.append(torch.stack(row, 2))
                out = torch.stack(rows, 2)
                return out if bias is None else out + bias.reshape(-1, 1, 1)
            """,
    ),
    equivalent_mutants=dict.fromkeys(
        ("`d + 2` -> `d - 2`", "`d + 2` -> `d - 2` #2"),
        "Counted from the back, the last two of four dimensions are the same ones.",
    ),
)  # fmt: skip
