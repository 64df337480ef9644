"""`gather`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn, tensor

LEARNS = {"dtype": "float64", "requires_grad": True}
GRADIENT = ("dtype", "gradient")

BODY = """
def gather(x, dim, index):
    dim = dim % x.ndim
    picks = []
    for d in range(x.ndim):
        if d == dim:
            picks.append(index)
        else:
            ones = [1] * x.ndim
            ones[d] = index.shape[d]
            picks.append(torch.arange(index.shape[d]).reshape(ones))
    return x[tuple(picks)]
"""


register_hidden(
    "gather",
    cases={
        "matrices": [
            case("hidden square", randn(3, 3), 1, tensor([[2, 0, 1], [0, 0, 0], [1, 1, 2]])),
            case("hidden square, dim 0", randn(3, 3), 0, tensor([[2, 0, 1], [0, 0, 0], [1, 1, 2]])),
            case("hidden more than there are", randn(2, 2), 1, tensor([[0, 1, 0], [1, 1, 1]])),
            case("hidden whole numbers", integers(3, 2), 0, tensor([[2, 1]])),
            case("hidden transposed", randn(3, 4, layout="transposed"), 1, tensor([[3], [0], [1]])),
        ],
        "any shape": [
            case("hidden first of three", randn(3, 2, 2), 0, integers(2, 2, 2, low=0, high=3)),
            case("hidden last of three", randn(2, 2, 4), 2, integers(2, 2, 3, low=0, high=4)),
            case(
                "hidden middle from the back", randn(2, 3, 2), -2, integers(2, 1, 2, low=0, high=3)
            ),
            case("hidden fewer columns", randn(3, 4), 0, tensor([[2, 0], [1, 1], [0, 2]])),
            case("hidden nothing", randn(2, 3), 1, integers(2, 0)),
            case("hidden one element", randn(1, 1), -1, tensor([[0]])),
            case("hidden fewer of three", randn(3, 3, 3), -1, integers(2, 2, 2, low=0, high=3)),
        ],
        "gradient": [
            case(
                "hidden again and again",
                randn(2, 3, **LEARNS),
                1,
                tensor([[1, 1, 1], [0, 2, 0]]),
                compares=GRADIENT,
            ),
            case(
                "hidden three dimensions",
                randn(2, 3, 2, **LEARNS),
                1,
                integers(2, 2, 2, low=0, high=3),
                compares=GRADIENT,
            ),
            case(
                "hidden float32",
                randn(3, 2, requires_grad=True),
                -1,
                tensor([[1], [0], [1]]),
                compares=GRADIENT,
            ),
        ],
    },
    mistakes=[
        wrong(
            "picks whole rows",
            "`x[index]` picks whole rows. Each position picks one element, in its own row.",
            """
            def gather(x, dim, index):
                return x[index]
            """,
        ),
        wrong(
            "along the other dimension",
            "You pick along another dimension than `dim`.",
            but(BODY, "dim = dim % x.ndim", "dim = x.ndim - 1 - dim % x.ndim"),
        ),
        wrong(
            "dim 1 only",
            "You always pick along the last dimension. `dim` says which.",
            but(BODY, "dim = dim % x.ndim", "dim = x.ndim - 1"),
        ),
        wrong(
            "dim from the front only",
            "A negative dim counts from the back. No dimension has the number -1 in your loop.",
            but(BODY, "    dim = dim % x.ndim\n", ""),
        ),
        wrong(
            "every row from row 0",
            "All your picks come from the first row. Row i picks from row i.",
            but(
                BODY,
                "torch.arange(index.shape[d]).reshape(ones)",
                "torch.arange(index.shape[d]).reshape(ones) * 0",
            ),
        ),
        wrong(
            "row numbers not reshaped",
            "Your row numbers run along the last dimension. Reshape them so that they run along "
            "their own.",
            but(BODY, "torch.arange(index.shape[d]).reshape(ones)", "torch.arange(index.shape[d])"),
        ),
        wrong(
            "all rows of x",
            "You number all rows of x. Only as many as index has take part.",
            but(BODY, "ones[d] = index.shape[d]", "ones[d] = x.shape[d]").replace(
                "torch.arange(index.shape[d])", "torch.arange(x.shape[d])"
            ),
        ),
        wrong(
            "leaves the graph",
            "You compute with plain numbers, where no graph is recorded: no gradient finds its way "
            "back.",
            """
            import numpy as np

            def gather(x, dim, index):
                picked = np.take_along_axis  # the name alone is no call
                array, where = x.detach().numpy(), index.numpy()
                grids = list(np.indices(where.shape))
                grids[dim] = where
                return torch.from_numpy(np.ascontiguousarray(array[tuple(grids)]))
            """,
        ),
        wrong(
            "one dimension less",
            "Your answer has lost a dimension. It has the shape of index.",
            but(BODY, "    return x[tuple(picks)]\n", "    return x[tuple(picks)].squeeze(dim)\n"),
        ),
        wrong(
            "calls the ready-made one",
            "A ready-made function does the work here. Write it with an index.",
            """
            def gather(x, dim, index):
                return torch.gather(x, dim, index)
            """,
        ),
        wrong(
            "averages over the row",
            "You mix the elements of a row. Each pick is one element.",
            """
            def gather(x, dim, index):
                return x.mean(dim, keepdim=True) + index * 0
            """,
        ),
    ],
    alternatives=styles(
        a_list_of_picks=BODY,
        grids="""
            def gather(x, dim, index):
                lines = []
                for d, n in enumerate(index.shape):
                    line = torch.arange(n)
                    for _ in range(index.ndim - d - 1):
                        line = line.unsqueeze(-1)
                    lines.append(line)
                lines[dim] = index
                return x[tuple(lines)]
            """,
        flat="""
            def gather(x, dim, index):
                lines = []
                for d, n in enumerate(index.shape):
                    shape = [1] * index.ndim
                    shape[d] = n
                    lines.append(torch.arange(n).reshape(shape))
                lines[dim] = index
                return x.reshape(-1)[flat_positions(x.shape, tuple(lines))]
            """,
        element_by_element="""
            import itertools

            def gather(x, dim, index):
                picked = []
                for place in itertools.product(*map(range, index.shape)):
                    own = list(place)
                    own[dim] = index[place].item()
                    picked.append(x[tuple(own)])
                if not picked:
                    return x.reshape(-1)[:0].reshape(index.shape)
                return torch.stack(picked).reshape(index.shape)
            """,
    ),
)
