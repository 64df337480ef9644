"""`standardize`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn

register_hidden(
    "standardize",
    cases={
        "square tables": [
            case("hidden four by four", randn(4, 4), 1),
            case("hidden transposed", randn(3, 3, layout="transposed"), 1),
            case("hidden from the end", randn(3, 3), -1),
            case("hidden first from the end", randn(4, 4), -2),
        ],
        "other tables": [
            case("hidden tall", randn(5, 2), 1),
            case("hidden columns from the end", randn(2, 5), -2),
            case("hidden one row", randn(1, 4), 1),
            case("hidden strided", randn(3, 4, layout="strided"), 1),
        ],
        "any number of dimensions": [
            case("hidden vector from the end", randn(5), -1),
            case("hidden last of three", randn(2, 3, 4), 2),
            case("hidden first of three", randn(3, 3, 3), 0),
            case("hidden middle from the end", randn(4, 3, 2), -2),
            case("hidden four dimensions", randn(2, 3, 2, 3), 1),
            case("hidden float64 stack", randn(2, 3, 2, dtype="float64"), 1),
        ],
    },
    mistakes=[
        wrong(
            "the code that was handed out",
            "This is still the code with the mistake. In a square table the mean of row j is "
            "subtracted from column j.",
            """
            def standardize(x, dim):
                deviation = x - x.mean(dim)
                spread = (deviation * deviation).mean(dim).sqrt()
                return deviation / spread
            """,
        ),
        wrong(
            "mended the mean only",
            "The mean is mended, the spread is not: it loses its dimension as well.",
            """
            def standardize(x, dim):
                deviation = x - x.mean(dim, keepdim=True)
                spread = (deviation * deviation).mean(dim).sqrt()
                return deviation / spread
            """,
        ),
        wrong(
            "mended the spread only",
            "The spread is mended, the mean is not: it loses its dimension as well.",
            """
            def standardize(x, dim):
                deviation = x - x.mean(dim)
                spread = (deviation * deviation).mean(dim, keepdim=True).sqrt()
                return deviation / spread
            """,
        ),
        wrong(
            "always the rows",
            "You put the dimension back at place 1, whatever `dim` is.",
            """
            def standardize(x, dim):
                deviation = x - x.mean(dim).unsqueeze(-1)
                spread = (deviation * deviation).mean(dim).unsqueeze(-1).sqrt()
                return deviation / spread
            """,
        ),
        wrong(
            "turns the table",
            "You transpose, which helps for tables and one dimension, but not in general.",
            """
            def standardize(x, dim):
                x = x.t()
                deviation = x - x.mean(1 - abs(dim), keepdim=True)
                spread = (deviation * deviation).mean(1 - abs(dim), keepdim=True).sqrt()
                return (deviation / spread).t()
            """,
        ),
        wrong(
            "one mean for all",
            "You subtract the mean of all numbers. Every row, or column, has its own.",
            """
            def standardize(x, dim):
                deviation = x - x.mean()
                return deviation / (deviation * deviation).mean().sqrt()
            """,
        ),
        wrong(
            "divides by n - 1",
            "You divide by n - 1 in the spread. Here it is the mean over all n numbers.",
            """
            def standardize(x, dim):
                n = x.shape[dim]
                deviation = x - x.mean(dim, keepdim=True)
                variance = (deviation * deviation).sum(dim, keepdim=True) / max(n - 1, 1)
                return deviation / variance.sqrt()
            """,
        ),
        wrong(
            "forgets the root",
            "You divide by the mean of the squares. The spread is its root.",
            """
            def standardize(x, dim):
                deviation = x - x.mean(dim, keepdim=True)
                return deviation / (deviation * deviation).mean(dim, keepdim=True)
            """,
        ),
        wrong(
            "spread around 0",
            "You measure the spread before you subtract the mean.",
            """
            def standardize(x, dim):
                spread = (x * x).mean(dim, keepdim=True).sqrt()
                return (x - x.mean(dim, keepdim=True)) / spread
            """,
        ),
        wrong(
            "only centres",
            "You subtract the mean but do not divide by the spread.",
            """
            def standardize(x, dim):
                return x - x.mean(dim, keepdim=True)
            """,
        ),
        wrong(
            "keeps float32",
            "You turn everything into float32. The result has the type of x.",
            """
            def standardize(x, dim):
                x = x.to(torch.float32)
                deviation = x - x.mean(dim, keepdim=True)
                return deviation / (deviation * deviation).mean(dim, keepdim=True).sqrt()
            """,
        ),
    ],
    alternatives=styles(
        unsqueeze="""
            def standardize(x, dim):
                deviation = x - x.mean(dim).unsqueeze(dim)
                variance = (deviation ** 2).mean(dim).unsqueeze(dim)
                return deviation / variance ** 0.5
            """,
        sums="""
            def standardize(x, dim):
                n = x.shape[dim]
                mean = x.sum(dim, keepdim=True) / n
                centred = x - mean
                return centred / ((centred * centred).sum(dim, keepdim=True) / n).sqrt()
            """,
        helper_function="""
            def average(values, dim):
                return values.mean(dim=dim, keepdim=True)

            def standardize(x, dim):
                x = x - average(x, dim)
                return x / average(x * x, dim).sqrt()
            """,
        swap_and_swap_back="""
            def standardize(x, dim):
                turned = x.transpose(0, dim)
                deviation = turned - turned.mean(0)
                return (deviation / (deviation * deviation).mean(0).sqrt()).transpose(0, dim)
            """,
        numpy_arithmetic="""
            import numpy as np

            def standardize(x, dim):
                array = x.numpy()
                mean = array.mean(axis=dim, keepdims=True)
                return torch.from_numpy((array - mean) / array.std(axis=dim, keepdims=True))
            """,
    ),
)
