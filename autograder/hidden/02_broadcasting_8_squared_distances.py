"""`squared_distances`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn

register_hidden(
    "squared_distances",
    cases={
        "values": [
            case("hidden five dimensions", randn(3, 5), randn(4, 5)),
            case("hidden more in y", randn(2, 3), randn(6, 3)),
            case("hidden strided", randn(3, 2, layout="strided"), randn(4, 2)),
            case("hidden transposed", randn(3, 2, layout="transposed"), randn(2, 2)),
        ],
        "equal sizes": [
            case("hidden four by four", randn(4, 4), randn(4, 4)),
            case("hidden n is d", randn(3, 3), randn(2, 3)),
            case("hidden m is d", randn(4, 2), randn(2, 2)),
            case("hidden n is m", randn(3, 2), randn(3, 2)),
        ],
        "edge cases": [
            case("hidden no points in y", randn(2, 3), randn(0, 3)),
            case("hidden one to many", randn(1, 2), randn(5, 2)),
            case("hidden many to one", randn(5, 2), randn(1, 2)),
            case("hidden one number each", randn(1, 1), randn(1, 1)),
            case("hidden no coordinates", randn(2, 0), randn(3, 0)),
        ],
        "types": [
            case("hidden float64", randn(3, 2, dtype="float64"), randn(4, 2, dtype="float64")),
            case("hidden whole numbers", integers(4, 3), integers(2, 3)),
        ],
    },
    mistakes=[
        wrong(
            "takes the root",
            "You take the root. Asked are squared distances.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return (difference * difference).sum(2).sqrt()
            """,
        ),
        wrong(
            "transposed",
            "Your table is transposed: the points of x belong to the rows.",
            """
            def squared_distances(x, y):
                difference = x - y.unsqueeze(1)
                return (difference * difference).sum(2)
            """,
        ),
        wrong(
            "sums over the points",
            "You sum over the points of y. Sum over the coordinates.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return (difference * difference).sum(1)
            """,
        ),
        wrong(
            "sums over the points of x",
            "You sum over the points of x. Sum over the coordinates.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return (difference * difference).sum(0)
            """,
        ),
        wrong(
            "forgets the sum",
            "You return the squared differences of single coordinates. Add them up.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return difference * difference
            """,
        ),
        wrong(
            "forgets the square",
            "You add the differences without squaring them first.",
            """
            def squared_distances(x, y):
                return (x.unsqueeze(1) - y).sum(2)
            """,
        ),
        wrong(
            "squares the sum",
            "You square after adding up. Square every difference first.",
            """
            def squared_distances(x, y):
                total = (x.unsqueeze(1) - y).sum(2)
                return total * total
            """,
        ),
        wrong(
            "row by row",
            "You compare row i of x with row i of y only. Every pair is asked for.",
            """
            def squared_distances(x, y):
                difference = x - y
                return (difference * difference).sum(1)
            """,
        ),
        wrong(
            "averages",
            "You average over the coordinates. Add them up.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return (difference * difference).mean(2)
            """,
        ),
        wrong(
            "only the plane",
            "Your code knows two coordinates. There may be any number.",
            """
            def squared_distances(x, y):
                difference = x.reshape(-1, 1, 2) - y.reshape(1, -1, 2)
                return (difference * difference).sum(2)
            """,
        ),
        wrong(
            "sign of the product",
            "In |x|² + |y|² − 2x·y the last term is subtracted.",
            """
            def squared_distances(x, y):
                return (x * x).sum(1).unsqueeze(1) + (y * y).sum(1) + 2 * (x @ y.t())
            """,
        ),
        wrong(
            "always float32",
            "Your result is always float32. It should have the type of the points.",
            """
            def squared_distances(x, y):
                difference = (x.unsqueeze(1) - y).to(torch.float32)
                return (difference * difference).sum(2)
            """,
        ),
        wrong(
            "drops the 1s",
            "You squeeze the result. With one point a dimension of size 1 has to stay.",
            """
            def squared_distances(x, y):
                difference = x.unsqueeze(1) - y
                return (difference * difference).sum(2).squeeze()
            """,
        ),
        wrong(
            "calls cdist",
            "A ready-made function does the work here.",
            """
            def squared_distances(x, y):
                return torch.cdist(x, y) ** 2
            """,
        ),
    ],
    alternatives=styles(
        both_unsqueezed="""
            def squared_distances(x, y):
                return ((x.unsqueeze(1) - y.unsqueeze(0)) ** 2).sum(-1)
            """,
        reshape="""
            def squared_distances(x, y):
                (n, d), m = x.shape, y.shape[0]
                difference = x.reshape(n, 1, d) - y.reshape(1, m, d)
                return difference.square().sum(dim=2)
            """,
        three_products="""
            def squared_distances(x, y):
                return (x * x).sum(1, keepdim=True) + (y * y).sum(1) - 2 * (x @ y.t())
            """,
        a_loop_over_coordinates="""
            def squared_distances(x, y):
                total = torch.zeros(x.shape[0], y.shape[0], dtype=x.dtype)
                for p, q in zip(_columns(x), _columns(y)):
                    total = total + (p - q.t()) ** 2
                return total


            def _columns(x):
                n, d = x.shape
                return [torch.from_numpy(x.numpy()[:, k:k + 1]) for k in range(d)]
            """,
        loops="""
            def squared_distances(x, y):
                points, others = x.tolist(), y.tolist()
                table = [[sum((a - b) ** 2 for a, b in zip(p, q)) for q in others] for p in points]
                return torch.tensor(table, dtype=x.dtype).reshape(len(points), len(others))
            """,
        numpy_arithmetic="""
            import numpy as np

            def squared_distances(x, y):
                a, b = x.numpy(), y.numpy()
                return torch.from_numpy(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
            """,
    ),
)
