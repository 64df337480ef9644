"""`kaiming_uniform_`, the instructor's part: hidden cases, mistakes, other right answers."""

from importlib import import_module

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn

DRAWN = import_module("autograder.checks.05_nn").DRAWN

register_hidden(
    "kaiming_uniform_",
    cases={
        "a matrix": [
            case("hidden wide", randn(10, 300), tolerance=DRAWN),
            case("hidden tall", randn(300, 10), tolerance=DRAWN),
            case("hidden float64", randn(60, 50, dtype="float64"), tolerance=DRAWN),
        ],
        "kernels": [
            case("hidden sequence", randn(40, 8, 9), tolerance=DRAWN),
            case("hidden one channel", randn(120, 1, 5, 5), tolerance=DRAWN),
        ],
        "slope": [
            case("hidden leaky", randn(80, 30), a=0.5, tolerance=DRAWN),
            case("hidden kernel with a slope", randn(30, 4, 5, 5), a=1.5, tolerance=DRAWN),
        ],
        "in place": [
            case("hidden kernels", randn(20, 5, 5, 5, requires_grad=True), tolerance=DRAWN),
        ],
    },
    mistakes=[
        wrong(
            "fan out",
            "You count the outputs. The fan-in is how many numbers each output is a sum of.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor.shape[0]))
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "channels only",
            "For a kernel each output is a sum over the window too: in · height · width.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor.shape[1]))
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "the spread as the bound",
            "You took the standard deviation, sqrt(2 / fan_in), for the bound. An even spread "
            "between -b and b has standard deviation b / sqrt(3).",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(2 / ((1 + a * a) * tensor[0].numel()))
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "normal numbers",
            "You draw normal numbers. All between -bound and bound should be equally likely.",
            """
            def kaiming_uniform_(tensor, a=0):
                std = math.sqrt(2 / ((1 + a * a) * tensor[0].numel()))
                with no_grad():
                    return tensor.normal_(0, std)
            """,
        ),
        wrong(
            "positive only",
            "All numbers are positive. They go from -bound to bound.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor[0].numel()))
                with no_grad():
                    return tensor.uniform_(0, bound)
            """,
        ),
        wrong(
            "forgets the slope",
            "The slope `a` is not used.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / tensor[0].numel())
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "slope not squared",
            "In the formula the slope is squared.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a) * tensor[0].numel()))
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "no root",
            "The square root is missing.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = 6 / ((1 + a * a) * tensor[0].numel())
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "a new tensor",
            "You return a new tensor. The one that was given is not filled.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor[0].numel()))
                return (rand_like(tensor) * 2 - 1) * bound
            """,
        ),
        wrong(
            "records",
            "Writing into a parameter while PyTorch records is refused: `with no_grad():`.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor[0].numel()))
                return tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "returns nothing",
            "The filled tensor is not returned.",
            """
            def kaiming_uniform_(tensor, a=0):
                bound = math.sqrt(6 / ((1 + a * a) * tensor[0].numel()))
                with no_grad():
                    tensor.uniform_(-bound, bound)
            """,
        ),
        wrong(
            "xavier",
            "You average fan-in and fan-out. That is Xavier's rule.",
            """
            def kaiming_uniform_(tensor, a=0):
                window = tensor[0, 0].numel() if tensor.ndim > 2 else 1
                fans = (tensor.shape[0] + tensor.shape[1]) * window
                bound = math.sqrt(12 / ((1 + a * a) * fans))
                with no_grad():
                    return tensor.uniform_(-bound, bound)
            """,
        ),
    ],
    alternatives=styles(
        copy_into="""
            def kaiming_uniform_(tensor, a=0):
                outputs, *rest = tensor.shape
                bound = (6 / (1 + a**2) / math.prod(rest)) ** 0.5
                with torch.no_grad():
                    tensor.copy_((1 - 2 * torch.rand(tensor.shape)) * bound)
                return tensor
            """,
        through_data="""
            def kaiming_uniform_(tensor, a=0):
                fan_in = tensor.numel() // tensor.shape[0]
                gain = math.sqrt(2 / (1 + a**2))
                bound = math.sqrt(3) * gain / math.sqrt(fan_in)
                tensor.data.uniform_(-bound, bound)
                return tensor
            """,
        steps_in_place="""
            def kaiming_uniform_(tensor, a=0):
                fan_in = 1
                for n in tensor.shape[1:]:
                    fan_in *= n
                bound = math.sqrt(6 / (fan_in * (1 + a * a)))
                with no_grad():
                    tensor.zero_()
                    tensor += rand_like(tensor)
                    tensor -= 0.5
                    tensor *= 2 * bound
                return tensor
            """,
    ),
    equivalent_mutants=dict.fromkeys(
        ("`0` -> `1`", "`0` -> `-1`"),
        "Every output is a sum of equally many numbers, the second and the last too.",
    ),
)  # fmt: skip
