"""`expand_strides`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "expand_strides",
    cases={
        "stretched dimensions": [
            case("hidden middle", (4, 1, 3), (6, 6, 2), (4, 5, 3)),
            case("hidden two of three", (1, 7, 1), (7, 1, 1), (2, 7, 6)),
            case("hidden odd strides", (2, 3), (10, 3), (2, 3)),
            case("hidden transposed column", (1, 3), (1, 2), (4, 3)),
            case("hidden already stretched", (4, 3), (0, 1), (4, 3)),
            case("hidden last to nothing", (3, 1), (1, 1), (3, 0)),
            case("hidden 0 stays", (0, 3), (3, 1), (0, 3)),
        ],
        "new dimensions": [
            case("hidden three new", (2,), (5,), (3, 2, 4, 2)),
            case("hidden new and stretched", (3, 1), (2, 1), (2, 3, 4)),
            case("hidden new and transposed", (2, 3), (1, 2), (4, 2, 3)),
            case("hidden new of size 0", (3,), (1,), (0, 3)),
        ],
        "-1 keeps a size": [
            case("hidden last", (1, 3), (3, 1), (2, -1)),
            case("hidden middle stays", (1, 4, 1), (4, 1, 1), (3, -1, 2)),
            case("hidden keep with strides", (3, 2), (1, 3), (-1, -1)),
        ],
        "error where it cannot be done": [
            case("hidden shrink", (4, 3), (3, 1), (2, 3), raises=RuntimeError),
            case("hidden to 1", (3,), (1,), (1,), raises=RuntimeError),
            case("hidden multiple", (2,), (1,), (4,), raises=RuntimeError),
            case("hidden lined up on the left", (4,), (1,), (4, 3), raises=RuntimeError),
            case("hidden empty cannot grow", (0,), (1,), (3,), raises=RuntimeError),
            case("hidden to nothing", (3,), (1,), (0,), raises=RuntimeError),
            case("hidden too few, would fit", (1, 3), (3, 1), (3,), raises=RuntimeError),
            case("hidden too few for 0-d", (1,), (1,), (), raises=RuntimeError),
            case("hidden -1 among new ones", (3,), (1,), (2, -1, 3), raises=RuntimeError),
            case("hidden -1 for 0-d", (), (), (-1,), raises=RuntimeError),
        ],
    },
    mistakes=[
        wrong(
            "strides of a fresh tensor",
            "You computed the strides a fresh tensor of that size would have. Nothing is copied, "
            "so the numbers stay where the given strides find them.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                full = []
                for d, n in enumerate(size):
                    own = shape[d - new] if d >= new else 1
                    n = own if n == -1 else n
                    if own not in (1, n):
                        raise RuntimeError("cannot expand")
                    full.append(n)
                steps, step = [], 1
                for n in reversed(full):
                    steps.append(step)
                    step *= n
                return tuple(reversed(steps))
            """,
        ),
        wrong(
            "keeps the stride of a stretched dimension",
            "You keep the stride of a dimension that is stretched. It would walk past the one "
            "number that is there: the step must be 0.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                for n, wanted in zip(shape, size[new:]):
                    if wanted != -1 and n not in (1, wanted):
                        raise RuntimeError("cannot expand")
                return (0,) * new + tuple(strides)
            """,
        ),
        wrong(
            "0 for everything",
            "You set every stride to 0. Only stretched and new dimensions stand still.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                for n, wanted in zip(shape, size[new:]):
                    if wanted != -1 and n not in (1, wanted):
                        raise RuntimeError("cannot expand")
                return (0,) * len(size)
            """,
        ),
        wrong(
            "lines up on the left",
            "You put new dimensions at the end. They stand in front.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or (new and -1 in size[len(shape):]):
                    raise RuntimeError("cannot expand")
                result = []
                for n, step, wanted in zip(shape, strides, size):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result) + (0,) * new
            """,
        ),
        wrong(
            "stride 1 for new dimensions",
            "You give new dimensions stride 1. A step along them must stay at the same number.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                result = [1] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "does not know -1",
            "You treat -1 as a size. It means: keep the size that is there.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0:
                    raise RuntimeError("cannot expand")
                result = [0] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    if n != wanted and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(step if n == wanted else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "keeps a size that is not there",
            "You let a new dimension keep its size with -1. It has no size to keep: an error.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0:
                    raise RuntimeError("cannot expand")
                result = [0] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "too few dimensions go unnoticed",
            "You do not notice that `size` has fewer dimensions than `shape`.",
            """
            def expand_strides(shape, strides, size):
                new = max(len(size) - len(shape), 0)
                if -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                result = [0] * new
                for n, step, wanted in zip(shape[::-1], strides[::-1], size[::-1]):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.insert(new, step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "never refuses",
            "You never raise an error. A size that is not 1 cannot change.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                result = [0] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "accepts multiples",
            "You let a size grow to a multiple of itself. Only a size of 1 stretches.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                result = [0] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    if wanted not in (n, -1) and (n == 0 or wanted % n or wanted < n):
                        if n != 1:
                            raise RuntimeError("cannot expand")
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "only larger sizes stretch",
            "You stretch only when the new size is larger. A 1 may also become 0.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                result = [0] * new
                for n, step, wanted in zip(shape, strides, size[new:]):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(0 if wanted > n else step)
                return tuple(result)
            """,
        ),
        wrong(
            "only two dimensions",
            "Your code works for matrices only.",
            """
            def expand_strides(shape, strides, size):
                if len(size) != 2 or len(shape) > 2:
                    raise RuntimeError("cannot expand")
                shape = (1,) * (2 - len(shape)) + tuple(shape)
                strides = (0,) * (2 - len(strides)) + tuple(strides)
                result = []
                for n, step, wanted in zip(shape, strides, size):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                    result.append(step if wanted in (n, -1) else 0)
                return tuple(result)
            """,
        ),
        wrong(
            "returns the new size",
            "You return the size. Asked are the strides.",
            """
            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0 or -1 in size[:new]:
                    raise RuntimeError("cannot expand")
                own = (1,) * new + tuple(shape)
                for n, wanted in zip(own, size):
                    if wanted not in (n, -1) and n != 1:
                        raise RuntimeError("cannot expand")
                return tuple(n if wanted == -1 else wanted for n, wanted in zip(own, size))
            """,
        ),
        wrong(
            "asks expand",
            "`expand` does the work here, and `expand` is what you are building.",
            """
            def expand_strides(shape, strides, size):
                import torch as real
                return real.empty_strided(shape, strides).expand(size).stride()
            """,
        ),
    ],
    alternatives=styles(
        from_the_right="""
            def expand_strides(shape, strides, size):
                if len(size) < len(shape):
                    raise RuntimeError("size has too few dimensions")
                result = []
                for back in range(1, len(size) + 1):
                    wanted = size[-back]
                    if back > len(shape):
                        if wanted < 0:
                            raise RuntimeError("a new dimension has no size to keep")
                        result.append(0)
                    elif wanted == -1 or wanted == shape[-back]:
                        result.append(strides[-back])
                    elif shape[-back] == 1:
                        result.append(0)
                    else:
                        raise RuntimeError(f"{shape[-back]} cannot become {wanted}")
                return tuple(reversed(result))
            """,
        recursive="""
            def expand_strides(shape, strides, size):
                if not size:
                    if shape:
                        raise RuntimeError("too few dimensions")
                    return ()
                *front, wanted = size
                if not shape:
                    if wanted == -1:
                        raise RuntimeError("-1 for a new dimension")
                    return (*expand_strides((), (), front), 0)
                n, step = shape[-1], strides[-1]
                if wanted != -1 and n != wanted:
                    if n != 1:
                        raise RuntimeError(f"{n} is not {wanted}")
                    step = 0
                return (*expand_strides(shape[:-1], strides[:-1], front), step)
            """,
        every_1_stands_still="""
            def expand_strides(shape, strides, size):
                extra = len(size) - len(shape)
                if extra < 0 or any(n < 0 for n in size[:extra]):
                    raise RuntimeError("size does not fit " + str(shape))
                padded = [1] * extra + list(shape)
                steps = [0] * extra + list(strides)
                for n, wanted in zip(padded, size):
                    if wanted != -1 and n != 1 and n != wanted:
                        raise RuntimeError("size does not fit " + str(shape))
                return tuple(step if n != 1 else 0 for n, step in zip(padded, steps))
            """,
        numpy_arithmetic="""
            import numpy as np

            def expand_strides(shape, strides, size):
                new = len(size) - len(shape)
                if new < 0:
                    raise RuntimeError("too few dimensions")
                own = np.array([-2] * new + list(shape), dtype=int)
                steps = np.array([0] * new + list(strides), dtype=int)
                wanted = np.array(size, dtype=int)
                if np.any((own == -2) & (wanted == -1)):
                    raise RuntimeError("-1 for a new dimension")
                keep = (wanted == own) | ((wanted == -1) & (own != -2))
                if np.any(~keep & (own != 1) & (own != -2)):
                    raise RuntimeError("sizes do not fit")
                return tuple(int(s) for s in np.where(keep, steps, 0))
            """,
    ),
    equivalent_mutants={
        "`zip(shape, strides, size[new:], strict=True)` -> `zip(shape, strides, size[new:])`": (
            "the lengths are equal: the lines before made sure"
        ),
        "`True` -> `False`": "the lengths are equal: the lines before made sure",
    },
)
