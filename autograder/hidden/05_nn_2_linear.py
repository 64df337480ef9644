"""`linear`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn

LEARNS = {"dtype": "float64", "requires_grad": True}

register_hidden(
    "linear",
    cases={
        "a batch": [
            case("hidden square", randn(3, 3), randn(3, 3), randn(3)),
            case("hidden one output", randn(5, 2), randn(1, 2), randn(1)),
            case("hidden one input", randn(4, 1), randn(3, 1), randn(3)),
            case("hidden float64", randn(2, 3, dtype="float64"), randn(4, 3, dtype="float64"),
                 randn(4, dtype="float64")),
        ],
        "any leading shape": [
            case("hidden square vector", randn(3), randn(3, 3), randn(3)),
            case("hidden four dimensions", randn(2, 1, 3, 4), randn(2, 4), randn(2)),
            case("hidden nothing in it", randn(0, 3), randn(2, 3), randn(2)),
            case("hidden strided", randn(3, 4, layout="transposed"), randn(2, 4), randn(2)),
            case("hidden as many as outputs", randn(2, 2, 2), randn(2, 2), randn(2)),
        ],
        "no bias": [
            case("hidden square again", randn(2, 2), randn(2, 2)),
            case("hidden vector", randn(3), randn(2, 3), None),
        ],
        "gradient": [
            case("hidden three dimensions", randn(2, 2, 3, **LEARNS), randn(4, 3, **LEARNS),
                 randn(4, **LEARNS)),
            case("hidden no bias", randn(3, 2, **LEARNS), randn(2, 2, **LEARNS)),
        ],
    },
    mistakes=[
        wrong(
            "no transpose",
            "The weight is (out, in), so it has to be turned over: `input @ weight.t()`.",
            """
            def linear(input, weight, bias=None):
                out = input @ weight.reshape(weight.shape[1], weight.shape[0])
                return out if bias is None else out + bias
            """,
        ),
        wrong(
            "forgets the bias",
            "The bias is not added.",
            """
            def linear(input, weight, bias=None):
                return input @ weight.t()
            """,
        ),
        wrong(
            "always a bias",
            "Without a bias nothing may be added, but `None` cannot be added at all.",
            """
            def linear(input, weight, bias=None):
                return input @ weight.t() + bias
            """,
        ),
        wrong(
            "batches only",
            "Only inputs of two dimensions work. The last dimension counts, whatever stands "
            "before it.",
            """
            def linear(input, weight, bias=None):
                n, features = input.shape
                out = input @ weight.t()
                return out if bias is None else out + bias
            """,
        ),
        wrong(
            "loses the leading shape",
            "All leading dimensions have become one. Put them back at the end.",
            """
            def linear(input, weight, bias=None):
                out = input.reshape(-1, weight.shape[1]) @ weight.t()
                return out if bias is None else out + bias
            """,
        ),
        wrong(
            "leaves the graph",
            "The gradient of the input is lost: it was detached.",
            """
            def linear(input, weight, bias=None):
                out = input.detach() @ weight.t()
                return out if bias is None else out + bias
            """,
        ),
        wrong(
            "subtracts the bias",
            "The bias is subtracted.",
            """
            def linear(input, weight, bias=None):
                out = input @ weight.t()
                return out if bias is None else out - bias
            """,
        ),
        wrong(
            "bias down the rows",
            "The bias is added along the rows of the batch. It belongs to the outputs.",
            """
            def linear(input, weight, bias=None):
                out = input @ weight.t()
                if bias is None:
                    return out
                n = out.shape[-2] if out.ndim > 1 else 1
                return out + bias[torch.arange(n) % len(bias)].reshape(n, 1)
            """,
        ),
    ],
    alternatives=styles(
        method="""
            def linear(input, weight, bias=None):
                out = torch.matmul(input, weight.transpose(0, 1))
                if bias is not None:
                    out = out + bias
                return out
            """,
        sum_of_products="""
            def linear(input, weight, bias=None):
                out = (input.unsqueeze(-2) * weight).sum(-1)
                return out if bias is None else bias + out
            """,
        einsum="""
            def linear(input, weight, bias=None):
                out = torch.einsum("...i,oi->...o", input, weight)
                return out if bias is None else out + bias
            """,
        rows_and_back="""
            def linear(input, weight, bias=None):
                rows = input.reshape(-1, weight.shape[1])
                out = torch.mm(rows, weight.T)
                if bias is not None:
                    out += bias
                return out.reshape(*input.shape[:-1], weight.shape[0])
            """,
    ),
)  # fmt: skip
