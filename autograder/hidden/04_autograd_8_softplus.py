"""`Softplus`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

GRADIENT = {"compares": ("dtype", "gradient")}


def function(value="x.relu() + (1 + (-x.abs()).exp()).log()", slope="grad / (1 + (-x).exp())"):
    """The solution with another formula for the value, or for what goes back."""
    return (
        "class Softplus(torch.autograd.Function):\n"
        "    @staticmethod\n"
        "    def forward(ctx, x):\n"
        "        ctx.save_for_backward(x)\n"
        f"        return {value}\n\n"
        "    @staticmethod\n"
        "    def backward(ctx, grad):\n"
        "        (x,) = ctx.saved_tensors\n"
        f"        return {slope}\n"
    )


register_hidden(
    "Softplus",
    cases={
        "values": [
            case("hidden float32", randn(5)),
            case("hidden 0-d", tensor(-0.5, "float64")),
            case("hidden strided", randn(3, 4, layout="transposed")),
        ],
        "gradient": [
            case("hidden 0-d slope", tensor(-0.5, "float64", requires_grad=True), **GRADIENT),
            case("hidden slopes", randn(4, dtype="float64", requires_grad=True), **GRADIENT),
            case("hidden at the corner", tensor([0.0, 0.0, -0.0], "float64", requires_grad=True),
                 **GRADIENT),
        ],
        "far from zero": [
            case("hidden float32 far away", tensor([200.0, -200.0, 90.0], requires_grad=True),
                 **GRADIENT),
            case("hidden alternating", tensor([[800.0, -3.0], [3.0, -800.0]], "float64",
                 requires_grad=True), **GRADIENT),
        ],
    },
    mistakes=[
        wrong("the naive value", "exp(1000) is inf. Take the formula with max(x, 0).",
              function(value="(1 + x.exp()).log()")),
        wrong("the naive slope", "e^x / (1 + e^x) is inf / inf for large x. Use 1 / (1 + e^-x).",
              function(slope="grad * x.exp() / (1 + x.exp())")),
        wrong("forgets what arrives", "You return the bare slope. Multiply it by the gradient that "
              "arrives.", function(slope="1 / (1 + (-x).exp())")),
        wrong("adds what arrives", "The chain rule multiplies: slope times what arrives.",
              function(slope="grad + 1 / (1 + (-x).exp())")),
        wrong("slope turned round", "Your slope falls where x grows: it is 1 / (1 + e^-x).",
              function(slope="grad / (1 + x.exp())")),
        wrong("slope of relu", "You use the slope of relu. Softplus has a round corner.",
              function(slope="grad * (x > 0)")),
        wrong("slope of the sigmoid", "That is the slope of the sigmoid, one derivative too far.",
              function(slope="grad * x.sigmoid() * (1 - x.sigmoid())")),
        wrong("lets everything through", "You pass on what arrives unchanged. Where is the slope?",
              function(slope="grad.clone()")),
        wrong("returns x", "`forward` returns its input.", function(value="x.clone()")),
        wrong("relu", "You return relu. The logarithm that rounds the corner is missing.",
              function(value="x.relu()")),
        wrong("minus forgotten", "The exponent is -|x|, never positive.",
              function(value="x.relu() + (1 + x.abs().exp()).log()")),
        wrong(
            "saves the result",
            "You saved the result and use it as if it were x.",
            """
            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    y = x.relu() + (1 + (-x.abs()).exp()).log()
                    ctx.save_for_backward(y)
                    return y

                @staticmethod
                def backward(ctx, grad):
                    (x,) = ctx.saved_tensors
                    return grad / (1 + (-x).exp())
            """,
        ),
        wrong(
            "writes into x",
            "You change x in place. It belongs to the caller.",
            """
            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    ctx.save_for_backward(x.clone())
                    y = x.relu() + (1 + (-x.abs()).exp()).log()
                    x *= 0
                    return y

                @staticmethod
                def backward(ctx, grad):
                    (x,) = ctx.saved_tensors
                    return grad / (1 + (-x).exp())
            """,
        ),
        wrong(
            "formula left to autograd",
            "Autograd differentiates your formula, and at the corner of relu and abs its slope "
            "is 0 where 0.5 is right. Write the slope yourself.",
            """
            class Softplus:
                @staticmethod
                def apply(x):
                    return x.relu() + (1 + (-x.abs()).exp()).log()
            """,
        ),
    ],
    alternatives={
        "a sigmoid": function(slope="grad * x.sigmoid()"),
        **styles(
            saves_the_slope="""
            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    small = (-x.abs()).exp()
                    slope = torch.where(x > 0, 1 / (1 + small), small / (1 + small))
                    ctx.save_for_backward(slope)
                    return torch.where(x > 0, x, torch.zeros_like(x)) + (1 + small).log()

                @staticmethod
                def backward(ctx, grad):
                    (slope,) = ctx.saved_tensors
                    return grad * slope
            """,
            from_the_result="""
            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    y = (x + x.abs()) / 2 + (1 + (-x.abs()).exp()).log()
                    ctx.save_for_backward(y)
                    return y

                @staticmethod
                def backward(ctx, grad):
                    (y,) = ctx.saved_tensors
                    return grad * (1 - (-y).exp())
            """,
            setup_context="""
            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(x):
                    return x.relu() + (1 + (-x.abs()).exp()).log()

                @staticmethod
                def setup_context(ctx, inputs, output):
                    ctx.save_for_backward(*inputs)

                @staticmethod
                def backward(ctx, grad):
                    x = ctx.saved_tensors[0]
                    return grad * (1 + (x / 2).tanh()) / 2
            """,
            numpy_inside="""
            import numpy as np

            class Softplus(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x):
                    ctx.array = x.detach().numpy()
                    return torch.from_numpy(np.asarray(np.logaddexp(ctx.array, 0)))

                @staticmethod
                def backward(ctx, grad):
                    slope = (1 + np.tanh(ctx.array / 2)) / 2
                    return grad * torch.from_numpy(np.asarray(slope))
            """,
        ),
    },
)  # fmt: skip
