"""`neuron_gradients`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

DOUBLE = {"dtype": "float64"}


def neuron(n, **options):
    """A neuron with n inputs: x, w, b and the target y."""
    return (randn(n, **options), randn(n, **options), randn(**options), randn(**options))


def variant(
    z="(w * x).sum() + b",
    loss="(a - y) * (a - y)",
    da="2 * (a - y)",
    dz="da * a * (1 - a)",
    out="loss, dz * w, dz * x, dz",
):
    """The solution with one formula changed."""
    return (
        "def neuron_gradients(x, w, b, y):\n"
        f"    z = {z}\n"
        "    a = 1 / (1 + (-z).exp())\n"
        f"    loss = {loss}\n"
        f"    da = {da}\n"
        f"    dz = {dz}\n"
        f"    return {out}\n"
    )


register_hidden(
    "neuron_gradients",
    cases={
        "the example": [
            case("hidden one input", *neuron(1, **DOUBLE)),
            case("hidden target reached", tensor([1.0], "float64"), tensor([0.0], "float64"),
                 tensor(0.0, "float64"), tensor(0.5, "float64")),
        ],
        "any number of inputs": [
            case("hidden five inputs", *neuron(5, **DOUBLE)),
            case("hidden strided", randn(3, layout="strided"), randn(3), randn(), randn()),
            case("hidden requires gradients", *neuron(2, requires_grad=True, **DOUBLE)),
        ],
        "far from zero": [
            case("hidden far away with a target", tensor([40.0, 1.0], "float64"),
                 tensor([-40.0, 1.0], "float64"), tensor(3.0, "float64"), tensor(-1.0, "float64")),
        ],
    },
    mistakes=[
        wrong("forgets the 2", "The slope of a square is twice what is squared.",
              variant(da="a - y")),
        wrong("error turned round", "The slope of (a - y)² by a is 2 (a - y), not 2 (y - a).",
              variant(da="2 * (y - a)")),
        wrong("forgets the activation", "The gradient has to pass the activation: times a (1 - a).",
              variant(dz="da")),
        wrong("half of the activation's slope", "The slope of the sigmoid is a (1 - a).",
              variant(dz="da * a")),
        wrong("slope at z", "The slope of the sigmoid is a (1 - a), with a, not with z.",
              variant(dz="da * z * (1 - z)")),
        wrong("x and w exchanged", "You exchanged the gradients of x and w: z = w x + b.",
              variant(out="loss, dz * x, dz * w, dz")),
        wrong("in another order", "The order is: loss, then the gradients of x, w and b.",
              variant(out="loss, dz * x, dz, dz * w")),
        wrong("bias times itself", "b is added as it is, so dz / db is 1.",
              variant(out="loss, dz * w, dz * x, dz * b")),
        wrong("stops at the weights", "The gradient of x is dz times w, not w alone.",
              variant(out="loss, w.clone(), dz * x, dz")),
        wrong("forgets the bias", "z = w x + b: the bias is missing in the forward pass.",
              variant(z="(w * x).sum()")),
        wrong("no sum", "z is one number, the sum of all products.",
              variant(z="w * x + b")),
        wrong("halves the loss", "The loss is (a - y)², without a half.",
              variant(loss="(a - y) * (a - y) / 2")),
        wrong(
            "slope by exponentials",
            "Your slope is right on paper and nan far from zero. Write it as a (1 - a).",
            variant(dz="da * (-z).exp() / ((1 + (-z).exp()) * (1 + (-z).exp()))"),
        ),
        wrong(
            "uses the engine",
            "You let autograd do the work.",
            """
            def neuron_gradients(x, w, b, y):
                x, w, b = (t.detach().requires_grad_() for t in (x, w, b))
                a = ((w * x).sum() + b).sigmoid()
                loss = (a - y) * (a - y)
                loss.backward()
                return loss.detach(), x.grad, w.grad, b.grad
            """,
        ),
    ],
    alternatives=styles(
        step_by_step="""
            def neuron_gradients(x, w, b, y):
                z = b
                for i in range(len(x)):
                    z = z + w[i] * x[i]
                a = torch.sigmoid(z)
                loss = (a - y) ** 2
                dL_da = 2 * (a - y)
                da_dz = a * (1 - a)
                dL_dz = dL_da * da_dz
                return loss, dL_dz * w, dL_dz * x, dL_dz * 1
            """,
        vectors="""
            def neuron_gradients(x, w, b, y):
                a = (w @ x + b).sigmoid()
                error = a - y
                delta = 2 * error * (a - a * a)
                return error.square(), w * delta, x * delta, delta
            """,
        plain_numbers="""
            def neuron_gradients(x, w, b, y):
                xs, ws = x.tolist(), w.tolist()
                z = sum(p * q for p, q in zip(xs, ws)) + b.item()
                a = 1 / (1 + math.exp(-z)) if z > -700 else 0.0
                d = 2 * (a - y.item()) * a * (1 - a)
                make = lambda v: torch.tensor(v, dtype=x.dtype)
                loss = (a - y.item()) ** 2
                return make(loss), make([d * q for q in ws]), make([d * p for p in xs]), make(d)
            """,
        numpy_arithmetic="""
            import numpy as np

            def neuron_gradients(x, w, b, y):
                x, w, b, y = (t.detach().numpy() for t in (x, w, b, y))
                a = 1 / (1 + np.exp(-(x @ w) - b))
                slope = 2 * (a - y) * a * (1 - a)
                answers = ((a - y) ** 2, slope * w, slope * x, slope)
                return tuple(torch.from_numpy(np.asarray(v)) for v in answers)
            """,
    ),
)  # fmt: skip
