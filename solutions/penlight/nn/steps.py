"""What the layers compute, in plain steps, each of them a slot.

penlight's layers use kernels that do the same in fewer operations, unless a student's function is
in one of the slots. Images are (N, C, H, W); kernel_size, stride, padding and dilation are pairs.
"""

import math

from penlight.autograd.modes import no_grad
from penlight.nn.functional.padding import pad
from penlight.slots import slot
from penlight.tensors.joining import stack
from penlight.tensors.random import rand_like


@slot(exercise="05_nn")
def named_parameters(module, prefix=""):
    """(path, parameter) for every parameter of `module` and of its parts, each once.

    Own ones come first, then each part's. A path is made of names with dots between, such as
    "features.0.weight"; `prefix` is the path of `module` itself, "" for the outermost.
    """
    found, seen = [], set()

    def visit(module, start):
        for name, parameter in module._parameters.items():
            if parameter is not None and id(parameter) not in seen:
                seen.add(id(parameter))
                found.append((start + name, parameter))
        for name, part in module._modules.items():
            if part is not None:
                visit(part, f"{start}{name}.")

    visit(module, f"{prefix}." if prefix else "")
    return found


@slot(exercise="05_nn")
def linear(input, weight, bias=None):
    """weight · x + bias for each vector x along the last dimension of `input`.

    input (…, in), weight (out, in), bias (out,) or None: (…, out).
    Example: input [1., 2.], weight [[1., 10.], [0., 1.]] and bias [0.5, 0.] give [21.5, 2.].
    """
    out = input @ weight.t()
    return out if bias is None else out + bias


@slot(exercise="05_nn")
def kaiming_uniform_(tensor, a=0):
    """Fill the weight (out, in, …) in place, evenly between -bound and bound; returns it.

    bound = sqrt(6 / ((1 + a²) · fan_in)), where fan_in is how many numbers each output is the
    sum of. The filling is not recorded for backward.
    """
    fan_in = tensor[0].numel()
    bound = math.sqrt(6 / ((1 + a * a) * fan_in))
    with no_grad():
        return tensor.uniform_(-bound, bound)


@slot(exercise="05_nn")
def log_softmax(input, dim):
    """log(softmax(input)) along `dim`, right for scores of any size.

    Example: [0., 0.] gives [-0.6931, -0.6931] and [1000., 0.] gives [0., -1000.].
    """
    shifted = input - input.max(dim, keepdim=True)[0]
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


@slot(exercise="05_nn")
def dropout(input, p=0.5, training=True):
    """Each element becomes 0 with probability `p`, else x / (1 - p); `input` if not training.

    Which ones is drawn anew at every call, for each element on its own. 0 <= p <= 1.
    """
    if not training:
        return input
    if p == 1:
        return input * 0
    kept = rand_like(input) >= p
    return input * kept / (1 - p)


@slot(exercise="05_nn")
def batch_norm(input, running_mean, running_var, weight, bias, training, momentum=0.1, eps=1e-5):
    """weight · (x - mean) / sqrt(var + eps) + bias, for each channel of `input` (N, C, …).

    In training mean and var are those of the batch, and the two running ones are moved towards
    them in place, unrecorded; else the running ones are used. All four others are (C,).
    """
    dims = [d for d in range(input.ndim) if d != 1]
    if training:
        mean, var = input.mean(dims), input.var(dims, correction=0)
        n = input.numel() / input.shape[1]
        with no_grad():
            running_mean += momentum * (mean - running_mean)
            running_var += momentum * (var * n / (n - 1) - running_var)
    else:
        mean, var = running_mean, running_var
    shape = [1 if d in dims else -1 for d in range(input.ndim)]
    scale = weight / (var + eps).sqrt()
    return (input - mean.reshape(shape)) * scale.reshape(shape) + bias.reshape(shape)


@slot(exercise="05_nn")
def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    """How many windows fit along a dimension of length `n`; all five are whole numbers.

    Example: 5 elements, kernel_size 3, stride 2 and padding 1 give 3 windows.
    """
    reach = dilation * (kernel_size - 1) + 1
    return (n + 2 * padding - reach) // stride + 1


@slot(exercise="05_nn")
def unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
    """Every window of the images (N, C, H, W) as a column: (N, C · kh · kw, windows).

    A column holds the window of the first channel row by row, then that of the second, …; the
    columns follow the windows row by row. All arguments but `input` are pairs (down, across).
    """
    x = pad(input, (padding[1], padding[1], padding[0], padding[0]))
    height = output_size(x.shape[2], kernel_size[0], stride[0], 0, dilation[0])
    width = output_size(x.shape[3], kernel_size[1], stride[1], 0, dilation[1])
    columns = []
    for i in range(kernel_size[0]):
        for j in range(kernel_size[1]):
            top, left = i * dilation[0], j * dilation[1]
            rows = slice(top, top + height * stride[0], stride[0])
            across = slice(left, left + width * stride[1], stride[1])
            columns.append(x[:, :, rows, across])
    return stack(columns, 2).flatten(3).flatten(1, 2)


@slot(exercise="05_nn")
def conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    """The weight (O, C, kh, kw) times every window of the images (N, C, H, W), plus bias (O,).

    Gives (N, O, H', W') with the heights and widths of `output_size`. The last three are pairs.
    """
    columns = unfold(input, weight.shape[2:], dilation, padding, stride)
    out = weight.flatten(1) @ columns
    if bias is not None:
        out = out + bias.reshape(-1, 1)
    size = [
        output_size(input.shape[d + 2], weight.shape[d + 2], stride[d], padding[d], dilation[d])
        for d in (0, 1)
    ]
    return out.unflatten(2, size)


@slot(exercise="05_nn")
def max_pool2d(input, kernel_size, stride, padding=(0, 0)):
    """The largest element of each window of each channel: (N, C, H, W) gives (N, C, H', W').

    The padding is never the largest. kernel_size, stride and padding are pairs (down, across).
    """
    around = (padding[1], padding[1], padding[0], padding[0])
    x = pad(input, around, value=-math.inf).flatten(0, 1).unsqueeze(1)
    largest = unfold(x, kernel_size, stride=stride).max(1)[0]
    size = [output_size(x.shape[d + 2], kernel_size[d], stride[d]) for d in (0, 1)]
    return largest.reshape(*input.shape[:2], *size)
