"""`two_layer`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn


def network(n, inputs, hidden, outputs, **options):
    """Arguments for `two_layer`: a batch of n, then the weights and biases."""
    shapes = ((inputs, hidden), (hidden,), (hidden, outputs), (outputs,))
    return (randn(n, inputs, **options), *(randn(*shape, **options) for shape in shapes))


DOUBLE = {"dtype": "float64", "requires_grad": True}
GRADIENT = ("dtype", "gradient")

register_hidden(
    "two_layer",
    cases={
        "values": [
            case("hidden equal sizes", *network(3, 3, 3, 3)),
            case("hidden wide", *network(4, 1, 9, 2)),
            case("hidden empty batch", *network(0, 2, 3, 1)),
            case("hidden float64", *network(2, 3, 4, 2, dtype="float64")),
        ],
        "gradient": [
            case("hidden all sizes 3", *network(3, 3, 3, 3, **DOUBLE), compares=GRADIENT),
            case("hidden one example", *network(1, 2, 5, 2, **DOUBLE), compares=GRADIENT),
            case("hidden float32", *network(4, 3, 6, 2, requires_grad=True), compares=GRADIENT),
        ],
    },
    mistakes=[
        wrong(
            "forgets the relu",
            "The relu is missing. Without it two layers are no more than one.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1 + b1) @ w2 + b2
            """,
        ),
        wrong(
            "relu at the end",
            "The last layer has no relu. A score may be negative.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return ((x @ w1 + b1).relu() @ w2 + b2).relu()
            """,
        ),
        wrong(
            "relu before the bias",
            "You cut off before you add the bias. The bias decides where the cut is.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return ((x @ w1).relu() + b1) @ w2 + b2
            """,
        ),
        wrong(
            "forgets the first bias",
            "The bias of the hidden layer is missing.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1).relu() @ w2 + b2
            """,
        ),
        wrong(
            "forgets the second bias",
            "The bias of the last layer is missing.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1 + b1).relu() @ w2
            """,
        ),
        wrong(
            "subtracts a bias",
            "You subtract a bias. It is added.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1 - b1).relu() @ w2 + b2
            """,
        ),
        wrong(
            "another cut",
            "You use another function in place of relu.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1 + b1).tanh() @ w2 + b2
            """,
        ),
        wrong(
            "bias down the rows",
            "You add the bias down the examples. Its numbers belong to the hidden units.",
            """
            def two_layer(x, w1, b1, w2, b2):
                before = x @ w1
                bias = b1.unsqueeze(1) if len(b1) == len(x) else b1
                return (before + bias).relu() @ w2 + b2
            """,
        ),
        wrong(
            "leaves the graph",
            "You compute in NumPy, where no graph is recorded: no gradient finds its way back.",
            """
            import numpy as np

            def two_layer(x, w1, b1, w2, b2):
                x, w1, b1, w2, b2 = (t.detach().numpy() for t in (x, w1, b1, w2, b2))
                return torch.from_numpy(np.maximum(x @ w1 + b1, 0) @ w2 + b2)
            """,
        ),
        wrong(
            "detaches the hidden layer",
            "You cut the graph at the hidden layer, so the first layer never learns.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return (x @ w1 + b1).relu().detach() @ w2 + b2
            """,
        ),
        wrong(
            "multiplies number by number",
            "You multiply number by number. A layer is a matrix product: @.",
            """
            def two_layer(x, w1, b1, w2, b2):
                return ((x.sum(1, keepdim=True) * w1.sum(0)) + b1).relu() @ w2 + b2
            """,
        ),
        wrong(
            "calls linear",
            "A ready-made layer does the work here.",
            """
            def two_layer(x, w1, b1, w2, b2):
                from torch.nn.functional import linear
                import torch as real
                x, w1, b1, w2, b2 = (
                    real.from_numpy(t.detach().numpy()) for t in (x, w1, b1, w2, b2)
                )
                scores = linear(linear(x, w1.T, b1).relu(), w2.T, b2)
                return torch.from_numpy(scores.numpy())
            """,
        ),
    ],
    alternatives=styles(
        one_line="""
            def two_layer(x, w1, b1, w2, b2):
                return torch.relu(x @ w1 + b1) @ w2 + b2
            """,
        helper_for_a_layer="""
            def layer(x, w, b):
                return torch.matmul(x, w) + b

            def two_layer(x, w1, b1, w2, b2):
                return layer(torch.relu(layer(x, w1, b1)), w2, b2)
            """,
        mask_for_relu="""
            def two_layer(x, w1, b1, w2, b2):
                before = x.mm(w1) + b1
                hidden = before * (before > 0)
                return hidden.mm(w2) + b2
            """,
        products_as_sums="""
            def two_layer(x, w1, b1, w2, b2):
                before = (x.unsqueeze(2) * w1).sum(1) + b1.unsqueeze(0)
                hidden = torch.where(before > 0, before, torch.zeros_like(before))
                return (hidden.unsqueeze(2) * w2).sum(1) + b2.unsqueeze(0)
            """,
    ),
)
