"""`outer`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn, tensor

register_hidden(
    "outer",
    cases={
        "values": [
            case("hidden longer a", randn(5), randn(2)),
            case("hidden strided", randn(3, layout="strided"), randn(4)),
            case("hidden with itself", tensor([1.0, -2.0, 3.0]), tensor([1.0, -2.0, 3.0])),
        ],
        "lengths and types": [
            case("hidden empty a", randn(0), randn(3)),
            case("hidden one and many", randn(1), randn(4)),
            case("hidden many and one", randn(4), randn(1)),
            case("hidden float64", randn(2, dtype="float64"), randn(3, dtype="float64")),
            case("hidden small integers", integers(2, dtype="int32"), integers(2, dtype="int32")),
        ],
    },
    mistakes=[
        wrong(
            "transposed",
            "Your table is transposed: a belongs to the rows, b to the columns.",
            """
            def outer(a, b):
                return a * b.unsqueeze(1)
            """,
        ),
        wrong(
            "number by number",
            "You multiply number by number. Every number of a meets every number of b.",
            """
            def outer(a, b):
                return a * b
            """,
        ),
        wrong(
            "adds",
            "You add the pairs. Asked are their products.",
            """
            def outer(a, b):
                return a.unsqueeze(1) + b
            """,
        ),
        wrong(
            "a row in place of a column",
            "You made a row of a, shape (1, n). It has to be a column, shape (n, 1).",
            """
            def outer(a, b):
                return a.unsqueeze(0) * b
            """,
        ),
        wrong(
            "sums up",
            "You add the products up: that is the inner product.",
            """
            def outer(a, b):
                return (a * b).sum() if len(a) == len(b) else (a.unsqueeze(1) * b).sum(1)
            """,
        ),
        wrong(
            "one dimension too many",
            "Your result has a dimension too many.",
            """
            def outer(a, b):
                return a.unsqueeze(1).unsqueeze(2) * b.unsqueeze(0).unsqueeze(0)
            """,
        ),
        wrong(
            "flat",
            "You made all products, but in one long row.",
            """
            def outer(a, b):
                return (a.unsqueeze(1) * b).reshape(-1)
            """,
        ),
        wrong(
            "always float32",
            "Your result is always float32. It should have the type of a * b.",
            """
            def outer(a, b):
                return a.to(torch.float32).unsqueeze(1) * b.to(torch.float32)
            """,
        ),
        wrong(
            "equal lengths only",
            "Your code needs vectors of the same length.",
            """
            def outer(a, b):
                return a.unsqueeze(1) * b.reshape(1, len(a))
            """,
        ),
        wrong(
            "calls the ready-made one",
            "A ready-made function does the work here.",
            """
            def outer(a, b):
                return torch.outer(a, b)
            """,
        ),
        wrong(
            "calls NumPy's",
            "A ready-made function does the work here.",
            """
            import numpy as np

            def outer(a, b):
                return torch.from_numpy(np.outer(a.numpy(), b.numpy()))
            """,
        ),
    ],
    alternatives=styles(
        reshape="""
            def outer(a, b):
                return a.reshape(-1, 1) * b.reshape(1, -1)
            """,
        expand="""
            def outer(a, b):
                n, m = len(a), len(b)
                return a.unsqueeze(1).expand(n, m) * b.unsqueeze(0).expand(n, m)
            """,
        matrix_product="""
            def outer(a, b):
                return a.unsqueeze(1) @ b.unsqueeze(0)
            """,
        transposed_twice="""
            def outer(a, b):
                return (b.unsqueeze(1) * a).t()
            """,
        loops="""
            def outer(a, b):
                rows = [[p * q for q in b.tolist()] for p in a.tolist()]
                return torch.tensor(rows, dtype=a.dtype).reshape(len(a), len(b))
            """,
        numpy_arithmetic="""
            import numpy as np

            def outer(a, b):
                return torch.from_numpy(np.multiply.outer(a.numpy(), b.numpy()))
            """,
    ),
)
