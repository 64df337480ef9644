"""`mask_positions`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

register_hidden(
    "mask_positions",
    cases={
        "vectors and matrices": [
            case("hidden all True", tensor([True, True, True])),
            case("hidden one row", tensor([[True, False, True]])),
            case("hidden one column", tensor([[True], [False], [True]])),
            case("hidden square", tensor([[True, True], [False, True]])),
            case("hidden random", randn(3, 4, dtype="bool")),
            case("hidden transposed", randn(3, 2, dtype="bool", layout="transposed")),
        ],
        "any number of dimensions": [
            case("hidden three", randn(2, 3, 2, dtype="bool")),
            case("hidden four", randn(2, 1, 2, 2, dtype="bool")),
            case("hidden False without dimension", tensor(False)),
            case("hidden equal sizes", randn(3, 3, 3, dtype="bool")),
        ],
    },
    mistakes=[
        wrong(
            "flat positions",
            "You count through the flat mask. Asked is one number for each dimension.",
            """
            def mask_positions(mask):
                return [(i,) for i, true in enumerate(mask.reshape(-1).tolist()) if true]
            """,
        ),
        wrong(
            "plain numbers",
            "Each position is a tuple, even in a vector: (2,), not 2.",
            """
            def mask_positions(mask):
                if mask.ndim == 1:
                    return [i for i, true in enumerate(mask.tolist()) if true]
                return right(mask)


            def right(mask):
                import itertools
                every = itertools.product(*map(range, mask.shape))
                return [i for i, true in zip(every, mask.reshape(-1).tolist()) if true]
            """,
        ),
        wrong(
            "where it is False",
            "These are the positions of the False elements.",
            """
            import itertools

            def mask_positions(mask):
                every = itertools.product(*map(range, mask.shape))
                return [i for i, true in zip(every, mask.reshape(-1).tolist()) if not true]
            """,
        ),
        wrong(
            "column by column",
            "You go through the mask column by column. Rows come first, as one reads.",
            """
            import itertools

            def mask_positions(mask):
                every = itertools.product(*map(range, mask.shape))
                found = [i for i, true in zip(every, mask.reshape(-1).tolist()) if true]
                return sorted(found, key=lambda index: index[::-1])
            """,
        ),
        wrong(
            "turned round",
            "Your tuples are turned round: the first dimension comes first.",
            """
            import itertools

            def mask_positions(mask):
                every = itertools.product(*map(range, mask.shape))
                return [i[::-1] for i, true in zip(every, mask.reshape(-1).tolist()) if true]
            """,
        ),
        wrong(
            "one list for each dimension",
            "You return a list for each dimension. Asked is a tuple for each True.",
            """
            import itertools

            def mask_positions(mask):
                every = itertools.product(*map(range, mask.shape))
                found = [i for i, true in zip(every, mask.reshape(-1).tolist()) if true]
                return list(zip(*found))
            """,
        ),
        wrong(
            "matrices only",
            "Your loops are made for matrices. A mask can have any number of dimensions.",
            """
            def mask_positions(mask):
                found = []
                if mask.ndim == 1:
                    return [(i,) for i, true in enumerate(mask.tolist()) if true]
                for i, row in enumerate(mask.tolist()):
                    for j, true in enumerate(row):
                        if true is True:
                            found.append((i, j))
                return found
            """,
        ),
        wrong(
            "the values",
            "You return the mask's own values, not where they stand.",
            """
            def mask_positions(mask):
                return [(true,) for true in mask.reshape(-1).tolist() if true]
            """,
        ),
        wrong(
            "stops at the first",
            "You stop at the first True. All of them are asked for.",
            """
            import itertools

            def mask_positions(mask):
                every = itertools.product(*map(range, mask.shape))
                return [i for i, true in zip(every, mask.reshape(-1).tolist()) if true][:1]
            """,
        ),
    ],
    alternatives=styles(
        product="""
            from itertools import product

            def mask_positions(mask):
                places = product(*[range(n) for n in mask.shape])
                values = mask.reshape(-1).tolist()
                return [place for place, value in zip(places, values) if value]
            """,
        numpy="""
            import numpy as np

            def mask_positions(mask):
                return [index for index, true in np.ndenumerate(mask.numpy()) if true]
            """,
        recursive="""
            def positions(nested, depth):
                if depth == 0:
                    return [()] if nested else []
                found = []
                for i, inner in enumerate(nested):
                    for rest in positions(inner, depth - 1):
                        found.append((i,) + rest)
                return found

            def mask_positions(mask):
                return positions(mask.tolist(), mask.dim())
            """,
        asks_each_element="""
            import numpy as np

            def mask_positions(mask):
                found = []
                for index in np.ndindex(*mask.shape):
                    if mask[index].item():
                        found.append(index)
                return found
            """,
    ),
)
