"""`stretched_dims`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "stretched_dims",
    cases={
        "added dimensions": [
            case("hidden three added", (2, 3, 4, 5), (5,)),
            case("hidden one number", (3,), ()),
            case("hidden added of size 0", (0, 3), (3,)),
        ],
        "stretched dimensions": [
            case("hidden first", (4, 3), (1, 3)),
            case("hidden all", (2, 3, 4), (1, 1, 1)),
            case("hidden outer two", (2, 3, 4), (1, 3, 1)),
            case("hidden 1s that stayed", (1, 5, 1), (1, 1, 1)),
            case("hidden one becomes nothing", (0,), (1,)),
        ],
        "both, counted in size": [
            case("hidden first of shape", (5, 2, 3), (1, 3)),
            case("hidden two added", (4, 4, 4, 4), (1, 4)),
            case("hidden everything", (2, 3), (1,)),
            case("hidden added and nothing", (2, 0, 3), (1, 3)),
        ],
        "nothing to undo": [
            case("hidden one dimension", (5,), (5,)),
            case("hidden 1s", (1, 1), (1, 1)),
            case("hidden empty", (0,), (0,)),
            case("hidden middle", (3, 4, 5), (3, 1, 5)),
        ],
    },
    mistakes=[
        wrong(
            "forgets added dimensions",
            "You name the stretched dimensions only. Those that `shape` does not have were read "
            "again too.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                return tuple(d for d in range(new, len(size)) if shape[d - new] == 1 != size[d])
            """,
        ),
        wrong(
            "forgets stretched dimensions",
            "You name the added dimensions only. A 1 that grew was read again too.",
            """
            def stretched_dims(size, shape):
                return tuple(range(len(size) - len(shape)))
            """,
        ),
        wrong(
            "numbers of shape",
            "You count the dimensions of `shape`. Count those of `size`.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                grown = tuple(d for d, n in enumerate(shape) if n == 1 != size[d + new])
                return tuple(range(new)) + grown
            """,
        ),
        wrong(
            "every 1",
            "You name every dimension of size 1. One that stayed 1 was not stretched.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                return tuple(d for d in range(len(size)) if d < new or shape[d - new] == 1)
            """,
        ),
        wrong(
            "reads from the left",
            "You line the shapes up on the left. They line up on the right.",
            """
            def stretched_dims(size, shape):
                return tuple(d for d in range(len(size)) if d >= len(shape) or shape[d] != size[d])
            """,
        ),
        wrong(
            "only larger sizes",
            "You look for sizes that grew. A 1 that became 0 was stretched too.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                return tuple(d for d in range(len(size)) if d < new or size[d] > shape[d - new])
            """,
        ),
        wrong(
            "the dimensions that stayed",
            "You name the dimensions that stayed. Asked are the others.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                return tuple(d for d in range(new, len(size)) if shape[d - new] == size[d])
            """,
        ),
        wrong(
            "counts from the end",
            "You count from the end, with negative numbers. Count from the front.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                dims = [d for d in range(len(size)) if d < new or shape[d - new] != size[d]]
                return tuple(d - len(size) for d in dims)
            """,
        ),
        wrong(
            "sizes in place of numbers",
            "You return the sizes of the dimensions. Asked are their numbers.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                return tuple(n for d, n in enumerate(size) if d < new or shape[d - new] != n)
            """,
        ),
        wrong(
            "None where nothing was stretched",
            "You return None where nothing was stretched. The answer is the empty tuple.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                dims = [d for d in range(len(size)) if d < new or shape[d - new] != size[d]]
                return tuple(dims) or None
            """,
        ),
        wrong(
            "only two dimensions",
            "Your code works for matrices only.",
            """
            def stretched_dims(size, shape):
                shape = (-1,) * (2 - len(shape)) + tuple(shape)
                return tuple(d for d in range(2)[: len(size)] if shape[d] != size[d])
            """,
        ),
        wrong(
            "from right to left",
            "Your numbers are right, but they go from right to left.",
            """
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                dims = [d for d in range(len(size)) if d < new or shape[d - new] != size[d]]
                return tuple(dims[::-1])
            """,
        ),
    ],
    alternatives=styles(
        padded="""
            def stretched_dims(size, shape):
                padded = [None] * (len(size) - len(shape)) + list(shape)
                return tuple(d for d, (a, b) in enumerate(zip(size, padded)) if a != b)
            """,
        in_two_parts="""
            def stretched_dims(size, shape):
                new = len(size) - len(shape)
                result = list(range(new))
                for i, n in enumerate(shape):
                    if n == 1 and size[new + i] != 1:
                        result.append(new + i)
                return tuple(result)
            """,
        recursive="""
            def stretched_dims(size, shape):
                if not size:
                    return ()
                last = len(size) - 1
                if not shape:
                    return (*stretched_dims(size[:-1], ()), last)
                front = stretched_dims(size[:-1], shape[:-1])
                return front if shape[-1] == size[-1] else (*front, last)
            """,
        by_strides="""
            def stretched_dims(size, shape):
                ones = (1,) * len(shape)
                steps = expand_strides(shape, ones, size)
                return tuple(d for d, step in enumerate(steps) if step == 0)
            """,
        numpy_arithmetic="""
            import numpy as np

            def stretched_dims(size, shape):
                padded = np.full(len(size), -1)
                if len(shape):
                    padded[len(size) - len(shape):] = shape
                return tuple(int(d) for d in np.flatnonzero(padded != np.array(size, dtype=int)))
            """,
    ),
)
