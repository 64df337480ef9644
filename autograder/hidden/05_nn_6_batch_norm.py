"""`batch_norm`, the instructor's part: hidden cases, named mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn, tensor

channels = import_module("autograder.checks.05_nn_behaviour").channels
DOUBLE = {"dtype": "float64"}
LEARNS = {"dtype": "float64", "requires_grad": True}

RIGHT = """
def batch_norm(input, running_mean, running_var, weight, bias, training, momentum=0.1, eps=1e-5):
    dims = [d for d in range(input.ndim) if d != 1]
    shape = [1, -1] + [1] * (input.ndim - 2)
    mean, var = running_mean, running_var
    if training:
        mean, var = input.mean(dims), input.var(dims, correction=0)
        n = input.numel() // input.shape[1]
        with torch.no_grad():
            running_mean.add_(momentum * (mean - running_mean))
            running_var.add_(momentum * (var * n / (n - 1) - running_var))
    normal = (input - mean.reshape(shape)) / (var.reshape(shape) + eps).sqrt()
    return normal * weight.reshape(shape) + bias.reshape(shape)
"""
UPDATE = """        with torch.no_grad():
            running_mean.add_(momentum * (mean - running_mean))
            running_var.add_(momentum * (var * n / (n - 1) - running_var))
"""
STILL = (
    "The running averages that you were given have not changed. `x = …` makes a new tensor; write "
    "into the old one."
)
NOT_THE_BATCH = "In training the mean and variance of the batch are used, not the running ones."


def mistake(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "batch_norm",
    cases={
        "training": [
            case("hidden as many rows as channels", randn(3, 3), *channels(3), True, 0.0),
            case("hidden float64", randn(5, 2, **DOUBLE), *channels(2, **DOUBLE), True, 0.0),
            case("hidden far away", tensor([[1000.0, 0.5], [1002.0, 0.25], [1001.0, 0.0]]),
                 *channels(2), True, 0.0, tolerance=(1e-4, 1e-4)),
            case("hidden all alike", tensor([[2.0], [2.0], [2.0]]), *channels(1), True, 0.0),
            case("hidden a larger eps", randn(3, 2), *channels(2), True, 0.0, 2.0),
        ],
        "images": [
            case("hidden square", randn(3, 3, 3, 3), *channels(3), True, 0.0),
            case("hidden one image", randn(1, 2, 2, 2), *channels(2), True, 0.0),
            case("hidden as wide as channels", randn(2, 4, 1, 4), *channels(4), True, 0.0),
        ],
        "running averages": [
            case("hidden all at once", randn(3, 2), *channels(2), True, 1.0),
            case("hidden sequences", randn(2, 3, 4), *channels(3), True, 0.3),
            case("hidden float64 moves", randn(4, 2, **DOUBLE), *channels(2, **DOUBLE), True),
            case("hidden by name", randn(3, 3), *channels(3), training=True, momentum=0.6),
        ],
        "evaluation": [
            case("hidden a batch", randn(5, 3), *channels(3), False),
            case("hidden square at rest", randn(2, 2, 2, 2), *channels(2), False, 0.5),
            case("hidden sequences at rest", randn(2, 3, 3), *channels(3), False, 0.1, 1.5),
        ],
        "gradient": [
            case("hidden images", randn(2, 2, 2, 3, **LEARNS), *channels(2, **LEARNS), True),
            case("hidden images at rest", randn(2, 2, 2, 2, **LEARNS), *channels(2, **LEARNS),
                 False),
            case("hidden twice", randn(3, 2, **LEARNS), *channels(2, **LEARNS), True, 0.5, 0.1),
        ],
    },
    mistakes=[
        mistake(
            "unbiased inside",
            "Inside the batch the variance is divided by n. `var` divides by n - 1 unless told.",
            "correction=0)", "correction=1) ",
        ),
        mistake(
            "biased running variance",
            "The running variance is to be fed with the variance divided by n - 1.",
            "(var * n / (n - 1) - running_var)", "(var - running_var)",
        ),
        mistake(
            "momentum the other way",
            "momentum is the size of the step towards what was measured: 0.1 is a small one.",
            UPDATE,
            """        with torch.no_grad():
            running_mean.mul_(momentum).add_((1 - momentum) * mean)
            running_var.mul_(momentum).add_((1 - momentum) * var * n / (n - 1))
""",
        ),
        mistake(
            "rebinds the names",
            STILL,
            UPDATE,
            """        with torch.no_grad():
            running_mean = running_mean + momentum * (mean - running_mean)
            running_var = running_var + momentum * (var * n / (n - 1) - running_var)
""",
        ),
        mistake(
            "never moves",
            STILL,
            UPDATE, "",
        ),
        mistake(
            "records the averages",
            "The running averages are recorded, and drag every batch's graph along: `no_grad()`.",
            UPDATE,
            """        running_mean.add_(momentum * (mean - running_mean))
        running_var.add_(momentum * (var * n / (n - 1) - running_var))
""",
        ),
        mistake(
            "moves in evaluation",
            "In evaluation the running averages must stay as they are.",
            "    normal =",
            """    if not training and input.numel() > input.shape[1]:
        n = input.numel() // input.shape[1]
        with torch.no_grad():
            running_mean.add_(momentum * (input.mean(dims) - running_mean))
            running_var.add_(momentum * (input.var(dims, correction=1) - running_var))
    normal =""",
        ),
        mistake(
            "always measures",
            "In evaluation the running averages are used, not those of the batch.",
            "    normal =",
            """    if not training:
        mean, var = input.mean(dims), input.var(dims, correction=0)
    normal =""",
        ),
        mistake(
            "never measures",
            NOT_THE_BATCH,
            "    normal =",
            """    mean, var = running_mean, running_var
    normal =""",
        ),
        mistake(
            "moves first, then uses",
            NOT_THE_BATCH,
            "(n - 1) - running_var))\n",
            "(n - 1) - running_var))\n"
            "        mean, var = running_mean.clone(), running_var.clone()\n",
        ),
        mistake(
            "eps outside",
            "eps is added to the standard deviation. It belongs to the variance, inside the root.",
            "(var.reshape(shape) + eps).sqrt()", "(var.reshape(shape).sqrt() + eps)",
        ),
        mistake(
            "forgets eps",
            "eps is not used. Numbers that are all alike have variance 0.",
            "(var.reshape(shape) + eps)", "(var.reshape(shape))",
        ),
        mistake(
            "no root",
            "You divide by the variance. Its root is asked for.",
            " + eps).sqrt()", " + eps)",
        ),
        mistake(
            "the batch only",
            "The mean is taken over the images alone. A channel's numbers are those of all "
            "places too.",
            "    dims = [d for d in range(input.ndim) if d != 1]\n",
            "    dims = [0]\n    if input.ndim > 2 and training:\n"
            "        one = batch_norm(input.flatten(2).transpose(1, 2).flatten(1),\n"
            "            running_mean.repeat(input[0, 0].numel()),\n"
            "            running_var.repeat(input[0, 0].numel()),\n"
            "            weight.repeat(input[0, 0].numel()), bias.repeat(input[0, 0].numel()),\n"
            "            True, momentum, eps)\n"
            "        return one.unflatten(1, (-1, input.shape[1])).transpose(1, 2).reshape(\n"
            "            input.shape)\n",
        ),
        mistake(
            "layer norm",
            "You normalise each row. Batch norm goes down the columns: each channel, over the "
            "batch.",
            "    normal =",
            """    if training:
        rest = list(range(1, input.ndim))
        mean = input.mean(rest, keepdim=True)
        var = input.var(rest, correction=0, keepdim=True)
        scale = weight.reshape(shape) / (var + eps).sqrt()
        return (input - mean) * scale + bias.reshape(shape)
    normal =""",
        ),
        mistake(
            "detached mean",
            "The batch's mean and variance are detached. They depend on the input, and carry a "
            "gradient.",
            "input.mean(dims), input.var(dims, correction=0)",
            "input.detach().mean(dims), input.detach().var(dims, correction=0)",
        ),
        mistake(
            "forgets weight and bias",
            "weight and bias are not used.",
            "normal * weight.reshape(shape) + bias.reshape(shape)", "normal",
        ),
    ],
    alternatives=styles(
        in_place_methods=RIGHT,
        channels_last="""
def batch_norm(input, running_mean, running_var, weight, bias, training, momentum=0.1, eps=1e-5):
    last = input.transpose(1, -1)
    rows = last.reshape(-1, last.shape[-1])
    if training:
        mean = rows.mean(0)
        squares = ((rows - mean) ** 2).sum(0)
        var = squares / len(rows)
        with no_grad():
            measured = squares / (len(rows) - 1)
            running_mean.copy_((1 - momentum) * running_mean + momentum * mean)
            running_var.copy_((1 - momentum) * running_var + momentum * measured)
    else:
        mean, var = running_mean, running_var
    done = (rows - mean) / torch.sqrt(var + eps) * weight + bias
    return done.reshape(last.shape).transpose(1, -1)
""",
        channel_by_channel="""
def batch_norm(input, running_mean, running_var, weight, bias, training, momentum=0.1, eps=1e-5):
    done = []
    for c in range(input.shape[1]):
        x = input[:, c]
        mean, var = running_mean[c].clone(), running_var[c].clone()
        if training:
            mean, var = x.mean(), x.var(correction=0)
            with no_grad():
                estimate = x.var(correction=1)
                running_mean[c] += momentum * (mean - running_mean[c])
                running_var[c] += momentum * (estimate - running_var[c])
        done.append((x - mean) * (var + eps) ** -0.5 * weight[c] + bias[c])
    return torch.stack(done, 1)
""",
        detached_updates="""
def batch_norm(input, running_mean, running_var, weight, bias, training, momentum=0.1, eps=1e-5):
    dims = (0, *range(2, input.ndim))
    wide = (slice(None), *[None] * (input.ndim - 2))
    if not training:
        scale = weight / torch.sqrt(running_var + eps)
        return input * scale[wide] + (bias - running_mean * scale)[wide]
    mean = input.mean(dims, keepdim=True)
    centred = input - mean
    var = (centred * centred).mean(dims, keepdim=True)
    n = input.numel() / len(weight)
    running_mean[:] = running_mean.lerp(mean.detach().reshape(-1), momentum)
    running_var[:] = running_var.lerp(
        var.detach().reshape(-1) * (n / (n - 1)), momentum
    )
    return centred / (var + eps).sqrt() * weight[wide] + bias[wide]
""",
    ),
)  # fmt: skip
