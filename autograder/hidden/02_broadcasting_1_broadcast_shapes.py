"""`broadcast_shapes`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "broadcast_shapes",
    cases={
        "size 1 stretches": [
            case("hidden 1s in turn", (1, 7, 1), (6, 1, 5)),
            case("hidden four dimensions", (2, 1, 3, 1), (1, 4, 1, 5)),
            case("hidden all 1s", (1, 1), (1, 1)),
        ],
        "missing dimensions": [
            case("hidden two more in front", (5,), (2, 3, 5)),
            case("hidden last is stretched", (4, 3), (2, 1, 1)),
            case("hidden vector meets 0-d", (6,), ()),
        ],
        "any number of shapes": [
            case("hidden four", (7, 1), (), (1, 1, 2), (3, 1, 1), compares=("container",)),
            case("hidden two 0-d", (), (), compares=("container",)),
            case("hidden late one stretches", (1,), (1,), (6, 1), compares=("container",)),
        ],
        "size 0": [
            case("hidden 1 meets 0", (1,), (0,)),
            case("hidden 0 meets 0", (0, 2), (0, 1)),
            case("hidden 0 in the middle", (3, 0, 1), (1, 4)),
            case("hidden 0 and 0-d", (0,), ()),
        ],
        "error where shapes do not fit": [
            case("hidden in front", (2, 3), (4, 3), raises=RuntimeError),
            case("hidden turned", (2, 3), (3, 2), raises=RuntimeError),
            case("hidden third shape", (1,), (3,), (4,), raises=RuntimeError),
            case("hidden 1s between", (5, 1, 2), (1,), (4, 1, 2), raises=RuntimeError),
            case("hidden 2 divides 4", (4,), (2,), raises=RuntimeError),
            case("hidden 3 meets 0", (2, 3), (0,), raises=RuntimeError),
        ],
    },
    mistakes=[
        wrong(
            "reads from the left",
            "You line the shapes up on the left. The rule starts at the last dimension.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                result = []
                for d in range(ndim):
                    sizes = {s[d] for s in shapes if d < len(s)} - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "takes the larger size",
            "You take the larger size of each column. A size of 0 beats a 1, and it is smaller.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    if len(set(column) - {1}) > 1:
                        raise RuntimeError(f"sizes {column} do not fit")
                    result.append(max(column))
                return tuple(result)
            """,
        ),
        wrong(
            "never refuses",
            "You never raise an error: sizes that differ, and are not 1, do not fit together.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                return tuple(next((n for n in c if n != 1), 1) for c in zip(*padded))
            """,
        ),
        wrong(
            "drops missing dimensions",
            "You stop at the end of the shorter shape. What it lacks counts as 1 and still belongs "
            "to the result.",
            """
            def broadcast_shapes(*shapes):
                if not shapes:
                    return ()
                result = []
                for column in zip(*(reversed(s) for s in shapes)):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "only equal numbers of dimensions",
            "You refuse shapes with different numbers of dimensions. A missing one counts as 1.",
            """
            def broadcast_shapes(*shapes):
                if len({len(s) for s in shapes}) > 1:
                    raise RuntimeError("different numbers of dimensions")
                result = []
                for column in zip(*shapes):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "only two shapes",
            "You look at the first two shapes only.",
            """
            def broadcast_shapes(*shapes):
                shapes = shapes[:2]
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "compares with the first only",
            "You compare every shape with the first one. A 1 there fits all of them, and they "
            "may still not fit each other.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    for n in column[1:]:
                        if 1 not in (n, column[0]) and n != column[0]:
                            raise RuntimeError(f"{n} meets {column[0]}")
                    result.append(next((n for n in column if n != 1), 1))
                return tuple(result)
            """,
        ),
        wrong(
            "0 fits everything",
            "You let 0 stretch, or be stretched, like a 1. Only a size of 1 can do that.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {0, 1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(0 if 0 in column else sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "accepts multiples",
            "You accept sizes where one divides the other. Only a size of 1 stretches.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    largest = 0 if 0 in column else max(column)
                    if any(n != 1 and (n == 0) != (largest == 0) for n in column):
                        raise RuntimeError(f"sizes {column} do not fit")
                    if largest and any(largest % n for n in column):
                        raise RuntimeError(f"sizes {column} do not fit")
                    result.append(largest)
                return tuple(result)
            """,
        ),
        wrong(
            "wrong type of error",
            "Your error has the wrong type: raise a RuntimeError.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {1}
                    assert len(sizes) <= 1, "sizes do not fit"
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "no shapes crash",
            "With no shapes at all there is no longest one: the answer is ().",
            """
            def broadcast_shapes(*shapes):
                ndim = max(len(s) for s in shapes)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        ),
        wrong(
            "returns a list",
            "Your shape is a list. Shapes are tuples.",
            """
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sizes} do not fit")
                    result.append(sizes.pop() if sizes else 1)
                return result
            """,
        ),
        wrong(
            "calls NumPy's",
            "NumPy's function does the work here. Write the rule yourself.",
            """
            import numpy as np

            def broadcast_shapes(*shapes):
                try:
                    return tuple(np.broadcast_shapes(*shapes))
                except ValueError as error:
                    raise RuntimeError(str(error)) from error
            """,
        ),
        wrong(
            "calls PyTorch's",
            "PyTorch's function does the work here. Write the rule yourself.",
            """
            def broadcast_shapes(*shapes):
                import torch as real
                return tuple(real.broadcast_shapes(*shapes))
            """,
        ),
        wrong(
            "knows the visible cases",
            "Your answer fits the inputs shown in the notebook and no others.",
            """
            def broadcast_shapes(*shapes):
                known = {
                    ((3, 1), (1, 4)): (3, 4),
                    ((2, 3), (2, 3)): (2, 3),
                    ((2, 1, 5), (2, 4, 5)): (2, 4, 5),
                    ((4, 3), (3,)): (4, 3),
                    ((3,), (4, 1)): (4, 3),
                    ((), (2, 3)): (2, 3),
                    (): (),
                    ((5, 2),): (5, 2),
                    ((3,), (2, 1), (1, 1)): (2, 3),
                    ((0,), (1,)): (0,),
                    ((1, 3), (0, 3)): (0, 3),
                }
                if shapes not in known:
                    raise RuntimeError("shapes do not fit")
                return known[shapes]
            """,
        ),
    ],
    alternatives=styles(
        columns_with_sets="""
            def broadcast_shapes(*shapes):
                ndim = max((len(s) for s in shapes), default=0)
                padded = [(1,) * (ndim - len(s)) + tuple(s) for s in shapes]
                result = []
                for column in zip(*padded):
                    sizes = set(column) - {1}
                    if len(sizes) > 1:
                        raise RuntimeError(f"sizes {sorted(sizes)} do not fit together")
                    result.append(sizes.pop() if sizes else 1)
                return tuple(result)
            """,
        recursive="""
            def broadcast_shapes(*shapes):
                if not any(shapes):
                    return ()
                rest = broadcast_shapes(*(s[:-1] for s in shapes))
                last = 1
                for s in shapes:
                    n = s[-1] if s else 1
                    if last == 1:
                        last = n
                    elif n not in (1, last):
                        raise RuntimeError(f"{last} meets {n}")
                return (*rest, last)
            """,
        pair_by_pair="""
            from functools import reduce
            from itertools import zip_longest

            def _join(a, b):
                if a == b or b == 1:
                    return a
                if a == 1:
                    return b
                raise RuntimeError(f"size {a} meets size {b}")

            def _two(s, t):
                pairs = zip_longest(reversed(s), reversed(t), fillvalue=1)
                return tuple(_join(a, b) for a, b in pairs)[::-1]

            def broadcast_shapes(*shapes):
                return reduce(_two, shapes, ())
            """,
        numpy_arithmetic="""
            import numpy as np

            def broadcast_shapes(*shapes):
                ndim = max([len(s) for s in shapes] + [0])
                table = np.ones((len(shapes) + 1, ndim), dtype=int)
                for row, s in enumerate(shapes):
                    if s:
                        table[row, -len(s):] = s
                result = []
                for column in table.T:
                    found = np.unique(column[column != 1])
                    if len(found) > 1:
                        raise RuntimeError("shapes do not broadcast: " + str(shapes))
                    result.append(int(found[0]) if len(found) else 1)
                return tuple(result)
            """,
    ),
    equivalent_mutants={
        "`0` -> `-1`": "-1 times the list [1] is the empty list too",
    },
)
