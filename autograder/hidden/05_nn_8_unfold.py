"""`unfold`, the instructor's part: hidden cases, named mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn

image = import_module("autograder.checks.05_nn_images").image
LEARNS = {"dtype": "float64", "requires_grad": True}

RIGHT = """
def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
    n, c, h, w = input.shape
    x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
    height = output_size(h, kernel_size[0], stride[0], padding[0], dilation[0])
    width = output_size(w, kernel_size[1], stride[1], padding[1], dilation[1])
    places = []
    for i in range(kernel_size[0]):
        for j in range(kernel_size[1]):
            i0, j0 = i * dilation[0], j * dilation[1]
            i1, j1 = i0 + (height - 1) * stride[0] + 1, j0 + (width - 1) * stride[1] + 1
            places.append(x[:, :, i0 : i1 : stride[0], j0 : j1 : stride[1]])
    table = torch.stack(places, 2)
    return table.reshape(n, c * kernel_size[0] * kernel_size[1], height * width)
"""


def mistake(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "unfold",
    cases={
        "one channel": [
            case("hidden one pixel", image(1, 1, 2, 2), (1, 1)),
            case("hidden all of it", image(1, 1, 2, 3), (2, 3)),
            case("hidden tall", image(1, 1, 5, 2), (2, 1)),
            case("hidden square", image(1, 1, 4, 4), (2, 3)),
        ],
        "channels and images": [
            case("hidden as many as pixels", image(2, 4, 2, 2), (2, 2)),
            case("hidden three", randn(3, 2, 3, 4), (2, 2)),
            case("hidden float64", randn(2, 3, 2, 3, dtype="float64"), (1, 2)),
        ],
        "stride and padding": [
            case("hidden stride down", image(1, 1, 6, 3), (2, 2), stride=(3, 1)),
            case("hidden padding across", image(1, 2, 2, 2), (2, 2), padding=(0, 1)),
            case("hidden a rest", image(1, 1, 5, 6), (2, 2), (1, 1), (0, 0), (2, 3)),
            case("hidden larger than the image", image(1, 1, 1, 1), (3, 3), (1, 1), (1, 1)),
        ],
        "dilation": [
            case("hidden both ways", image(1, 1, 5, 5), (2, 2), (3, 2)),
            case("hidden with everything", image(2, 1, 5, 6), (2, 3), (2, 1), (1, 2), (1, 3)),
        ],
        "gradient": [
            case("hidden everything learns", randn(1, 1, 4, 4, **LEARNS), (2, 2), (2, 1), (1, 1),
                 (1, 2)),
            case("hidden side by side", randn(2, 1, 4, 4, **LEARNS), (2, 2), stride=(2, 2)),
        ],
    },
    mistakes=[
        mistake(
            "transposed",
            "Rows and columns are exchanged: a window is a column.",
            "    return table.reshape(n, c * kernel_size[0] * kernel_size[1], height * width)",
            "    table = table.reshape(n, c * kernel_size[0] * kernel_size[1], height * width)\n"
            "    return table.transpose(1, 2)",
        ),
        mistake(
            "places before channels",
            "The places stand before the channels. A column holds the whole window of channel 0 "
            "first.",
            "torch.stack(places, 2)", "torch.stack(places, 1)",
        ),
        mistake(
            "windows column by column",
            "The windows follow column by column. They go row by row, like reading.",
            "    table = torch.stack(places, 2)",
            "    table = torch.stack(places, 2).transpose(3, 4)",
        ),
        mistake(
            "places column by column",
            "Within a window the elements follow column by column. They go row by row.",
            "    table = torch.stack(places, 2)",
            "    places = [places[i * kernel_size[1] + j] for j in range(kernel_size[1])\n"
            "              for i in range(kernel_size[0])]\n"
            "    table = torch.stack(places, 2)",
        ),
        mistake(
            "padding exchanged",
            "The padding down and across are exchanged: `pad` begins with the last dimension.",
            "(padding[1], padding[1], padding[0], padding[0])",
            "(padding[0], padding[0], padding[1], padding[1])",
        ),
        mistake(
            "pads after only",
            "You pad on one side only. The padding goes on both.",
            "(padding[1], padding[1], padding[0], padding[0])",
            "(0, 2 * padding[1], 0, 2 * padding[0])",
        ),
        mistake(
            "pads with copies of the edge",
            "The border holds copies of the edge. It is made of zeros.",
            "padding[0], padding[0]))", "padding[0], padding[0]), mode='replicate')",
        ),
        mistake(
            "stride exchanged",
            "The strides down and across are exchanged.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    stride = (stride[1], stride[0])\n",
        ),
        mistake(
            "no stride",
            "The stride is not used: windows begin at every pixel.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    stride = (1, 1)\n",
        ),
        mistake(
            "no dilation",
            "The dilation is not used: elements of a window lie side by side.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    dilation = (1, 1)\n",
        ),
        mistake(
            "no padding",
            "The padding is not used.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    padding = (0, 0)\n",
        ),
        mistake(
            "stride and dilation exchanged",
            "Stride and dilation are exchanged: the stride lies between windows, the dilation "
            "inside one.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n    stride, dilation = dilation, stride\n",
        ),
        mistake(
            "kernel turned over",
            "The window is read from its end: convolution in the textbooks of mathematics turns "
            "the kernel over, that of networks does not.",
            "    table = torch.stack(places, 2)",
            "    table = torch.stack(places[::-1], 2)",
        ),
        mistake(
            "channels added up",
            "The channels are added up. Each keeps its own rows.",
            "    table = torch.stack(places, 2)\n    return table.reshape(n, c * ",
            "    table = torch.stack(places, 2).sum(1)\n    return table.reshape(n, ",
        ),
        mistake(
            "leaves the graph",
            "The pixels were copied as plain numbers: no gradient finds its way back.",
            "    n, c, h, w = input.shape\n",
            "    n, c, h, w = input.shape\n"
            "    input = torch.tensor(input.tolist(), dtype=input.dtype) + 0 * input.sum()\n",
        ),
    ],
    alternatives=styles(
        other_names=RIGHT,
        tensor_unfold="""
            def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
                x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
                for d in (0, 1):
                    reach = dilation[d] * (kernel_size[d] - 1) + 1
                    x = x.unfold(2 + d, reach, stride[d])[..., :: dilation[d]]
                n, c, height, width, kh, kw = x.shape
                return x.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, height * width)
            """,
        window_by_window="""
            def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
                x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
                tall = dilation[0] * (kernel_size[0] - 1) + 1
                wide = dilation[1] * (kernel_size[1] - 1) + 1
                columns = []
                for top in range(0, x.shape[2] - tall + 1, stride[0]):
                    for left in range(0, x.shape[3] - wide + 1, stride[1]):
                        window = x[:, :, top : top + tall, left : left + wide]
                        window = window[:, :, :: dilation[0], :: dilation[1]]
                        columns.append(window.reshape(len(input), -1))
                return torch.stack(columns, 2)
            """,
        by_positions="""
            def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
                x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
                grids = []
                for d in (0, 1):
                    count = output_size(x.shape[2 + d], kernel_size[d], stride[d], 0, dilation[d])
                    inside = torch.arange(kernel_size[d]) * dilation[d]
                    starts = torch.arange(count) * stride[d]
                    grids.append(inside[:, None] + starts[None, :])
                rows, across = grids
                picked = x[:, :, rows[:, None, :, None], across[None, :, None, :]]
                return picked.reshape(x.shape[0], -1, rows.shape[1] * across.shape[1])
            """,
        filling="""
            def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
                (kh, kw), (n, c, h, w) = kernel_size, input.shape
                (ph, pw), (sh, sw), (dh, dw) = padding, stride, dilation
                x = input.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
                x[:, :, ph : ph + h, pw : pw + w] = input
                height, width = output_size(h, kh, sh, ph, dh), output_size(w, kw, sw, pw, dw)
                table = input.new_zeros(n, c, kh, kw, height, width)
                for i in range(kh):
                    for j in range(kw):
                        part = x[:, :, i * dh :: sh, j * dw :: sw][:, :, :height, :width]
                        table[:, :, i, j] = part
                return table.view(n, c * kh * kw, height * width)
            """,
    ),
)  # fmt: skip
