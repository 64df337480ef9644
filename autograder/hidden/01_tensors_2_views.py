"""Order in memory, sizes and views, the instructor's part: hidden cases, mistakes, answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

STRICT = "strict= only watches over lengths, which are equal here"

# --- 4

register_hidden(
    "is_contiguous",
    cases={
        "order and gaps": [
            case("hidden a vector", (4,), (1,)),
            case("hidden every third", (4,), (3,)),
            case("hidden four dimensions", (2, 3, 2, 2), (12, 4, 2, 1)),
            case("hidden first two swapped", (3, 2, 4), (4, 12, 1)),
            case("hidden last two swapped", (2, 3, 4), (12, 1, 3)),
            case("hidden column by column", (2, 3, 4), (1, 2, 6)),
            case("hidden square transposed", (3, 3), (1, 3)),
            case("hidden all stretched", (2, 2), (0, 0)),
            case("hidden rows overlap", (2, 3), (1, 1)),
        ],
        "length 1": [
            case("hidden 1s only", (1, 1, 1), (0, 0, 0)),
            case("hidden stretched from 1 to 1", (1, 3), (0, 1)),
            case("hidden 1 last, gap before", (2, 3, 1), (6, 2, 1)),
            case("hidden 1 last, none before", (2, 3, 1), (3, 1, 5)),
            case("hidden 1 between swapped", (2, 1, 3), (1, 1, 2)),
        ],
        "none and nothing": [
            case("hidden nothing", (0,), (5,)),
            case("hidden nothing last", (2, 0), (0, 0)),
            case("hidden nothing in the middle", (2, 0, 3), (1, 2, 3)),
        ],
    },
    mistakes=[
        wrong(
            "descending is enough",
            "Strides that go down are not enough: between rows there may be gaps.",
            """
            def is_contiguous(shape, stride):
                if 0 in shape:
                    return True
                steps = [s for n, s in zip(shape, stride) if n != 1]
                return all(a > b for a, b in zip(steps, steps[1:])) and 0 not in steps
            """,
        ),
        wrong(
            "last stride only",
            "You look at the last stride only. The others must fit as well.",
            """
            def is_contiguous(shape, stride):
                steps = [s for n, s in zip(shape, stride) if n != 1]
                return 0 in shape or not steps or steps[-1] == 1
            """,
        ),
        wrong(
            "compares length 1 too",
            "You compare the strides of length-1 dimensions too. Nobody steps along those.",
            """
            def is_contiguous(shape, stride):
                return 0 in shape or tuple(stride) == tuple(contiguous_stride(shape))
            """,
        ),
        wrong(
            "compares where there is nothing",
            "You compare strides of a tensor without elements. Where nothing lies, all is well.",
            """
            def is_contiguous(shape, stride):
                wanted = contiguous_stride(shape)
                return all(n <= 1 or a == b for n, a, b in zip(shape, stride, wanted))
            """,
        ),
        wrong(
            "always",
            "You always answer True.",
            """
            def is_contiguous(shape, stride):
                return True
            """,
        ),
        wrong(
            "never",
            "You always answer False.",
            """
            def is_contiguous(shape, stride):
                return False
            """,
        ),
        wrong(
            "column by column",
            "You ask for column by column, the first dimension the fastest. It is the last one.",
            """
            def is_contiguous(shape, stride):
                if 0 in shape:
                    return True
                wanted = contiguous_stride(shape[::-1])[::-1]
                return all(n == 1 or a == b for n, a, b in zip(shape, stride, wanted))
            """,
        ),
        wrong(
            "starts at the second",
            "You leave out the first dimension. Its stride can tell of gaps too.",
            """
            def is_contiguous(shape, stride):
                if 0 in shape:
                    return True
                wanted = contiguous_stride(shape)
                return all(n == 1 or a == b for n, a, b in list(zip(shape, stride, wanted))[1:])
            """,
        ),
        wrong(
            "no dimensions are not contiguous",
            "A 0-d tensor is one number. It cannot lie wrong.",
            """
            def is_contiguous(shape, stride):
                if 0 in shape:
                    return True
                wanted = contiguous_stride(shape)
                found = [n == 1 or a == b for n, a, b in zip(shape, stride, wanted)]
                return bool(found) and all(found)
            """,
        ),
    ],
    alternatives=styles(
        counting_up="""
            def is_contiguous(shape, stride):
                step = 1
                for n, s in zip(reversed(shape), reversed(stride)):
                    if n == 0:
                        return True
                    if n > 1:
                        if s != step and 0 not in shape:
                            return False
                        step *= n
                return True
            """,
        without_the_1s="""
            def is_contiguous(shape, stride):
                kept = [(n, s) for n, s in zip(shape, stride) if n != 1]
                lengths = [n for n, _ in kept]
                wanted = list(contiguous_stride(lengths))
                return min(shape, default=1) == 0 or wanted == [s for _, s in kept]
            """,
        by_places="""
            from itertools import product

            def is_contiguous(shape, stride):
                places = [sum(i * s for i, s in zip(index, stride))
                          for index in product(*map(range, shape))]
                return places == list(range(len(places)))
            """,
        recursive="""
            def is_contiguous(shape, stride):
                if 0 in shape or not shape:
                    return True
                *front, n = shape
                *steps, last = stride
                if n == 1:
                    return is_contiguous(front, steps)
                if last != 1:
                    return False
                if any(s % n and m != 1 for m, s in zip(front, steps)):
                    return False
                return is_contiguous(front, [s // n for s in steps])
            """,
    ),
    equivalent_mutants={
        "`zip(shape, stride, wanted, strict=True)` -> `zip(shape, stride, wanted)`": STRICT,
        "`True` -> `False` #2": STRICT,
    },
)

# --- 5

register_hidden(
    "infer_size",
    cases={
        "one -1": [
            case("hidden one left", (4, -1), 4),
            case("hidden 1s", (1, -1, 1), 5),
            case("hidden four", (-1, 2, 2, 3), 24),
            case("hidden one element", (-1,), 1),
            case("hidden large", (-1, 1000), 7000),
        ],
        "no -1": [
            case("hidden as it is", (5,), 5),
            case("hidden four lengths", (1, 2, 3, 4), 24),
            case("hidden two 1s", (1, 1), 1),
        ],
        "no elements": [
            case("hidden 0 alone", (0,), 0),
            case("hidden -1 alone", (-1,), 0),
            case("hidden 0 in the middle", (3, 0, 2), 0),
            case("hidden -1 and 0", (-1, 0, 2), 0, raises=RuntimeError),
        ],
        "error on bad input": [
            case("hidden too many", (4, 2), 6, raises=RuntimeError),
            case("hidden no dimensions", (), 2, raises=RuntimeError),
            case("hidden three -1", (-1, 2, -1, -1), 8, raises=RuntimeError),
            case("hidden -1 with -2", (-1, -2), 4, raises=RuntimeError),
            case("hidden -3 and -2", (-3, -2), 6, raises=RuntimeError),
            case("hidden -3, -2 and 1", (-3, -2, 1), 6, raises=RuntimeError),
            case("hidden -2 twice", (-2, 1, -2), 4, raises=RuntimeError),
            case("hidden three negative", (-1, -2, -3), 12, raises=RuntimeError),
            case("hidden -1 too large", (8, -1), 4, raises=RuntimeError),
            case("hidden no room", (2, 0), 6, raises=RuntimeError),
            case("hidden -1 of nothing left", (3, 3, -1), 6, raises=RuntimeError),
        ],
    },
    mistakes=[
        wrong(
            "keeps -1",
            "You return the size with its -1 still in it.",
            """
            def infer_size(size, numel):
                known = math.prod(n for n in size if n != -1)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if size.count(-1) > 1 or min(size, default=0) < -1 or not fits:
                    raise RuntimeError("does not fit")
                return tuple(size)
            """,
        ),
        wrong(
            "rounds down",
            "You divide and drop the remainder. A remainder means that the size does not fit.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                if -1 not in size:
                    if known != numel:
                        raise RuntimeError("another count")
                    return tuple(size)
                if not known:
                    raise RuntimeError("anything would do")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "never compares",
            "Without a -1 the size must hold just as many elements as there are. You never "
            "compare.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                if -1 not in size:
                    return tuple(size)
                known = math.prod(n for n in size if n != -1)
                if not known or numel % known:
                    raise RuntimeError("a remainder")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "fills every -1",
            "You fill in several -1 with the same number. With more than one, nothing is certain.",
            """
            def infer_size(size, numel):
                if min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if not fits:
                    raise RuntimeError("does not fit")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "counts the -1 in",
            "You multiply the -1 in, so the missing length comes out negative.",
            """
            def infer_size(size, numel):
                known = math.prod(size)
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                if -1 not in size and known != numel:
                    raise RuntimeError("another count")
                if -1 in size and (not known or numel % known):
                    raise RuntimeError("a remainder")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "adds the lengths",
            "You add up the lengths that are known. They multiply.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                if -1 not in size:
                    if known != numel:
                        raise RuntimeError("another count")
                    return tuple(size)
                if not known or numel % known:
                    raise RuntimeError("a remainder")
                rest = numel - sum(n for n in size if n != -1)
                return tuple(rest if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "lets -2 pass",
            "Other negative numbers than -1 mean nothing. Refuse them.",
            """
            def infer_size(size, numel):
                if sum(n < 0 for n in size) > 1:
                    raise RuntimeError("only one can be inferred")
                known = math.prod(n for n in size if n >= 0)
                fits = known == numel if min(size, default=0) >= 0 else known
                if not fits or (known and numel % known):
                    raise RuntimeError("does not fit")
                return tuple(numel // known if n < 0 else n for n in size)
            """,
        ),
        wrong(
            "divides by zero",
            "You divide by the known lengths, and they may hold a 0. Then -1 could be anything: "
            "refuse it.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                if -1 not in size and known != numel or -1 in size and numel % known:
                    raise RuntimeError("does not fit")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "0 for anything",
            "With a length of 0 beside it, -1 could be any number. You pick 0.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                if -1 in size and known == 0 == numel:
                    return tuple(0 if n == -1 else n for n in size)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if not fits:
                    raise RuntimeError("does not fit")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "refuses no elements",
            "You refuse a -1 where there are no elements. 0 elements in rows of 2 are 0 rows.",
            """
            def infer_size(size, numel):
                if size.count(-1) > 1 or min(size, default=0) < -1:
                    raise RuntimeError("bad size")
                known = math.prod(n for n in size if n != -1)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if not fits or (-1 in size and numel == 0):
                    raise RuntimeError("does not fit")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "another error",
            "You notice that the size does not fit, but raise another error than RuntimeError.",
            """
            def infer_size(size, numel):
                known = math.prod(n for n in size if n != -1)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if size.count(-1) > 1 or min(size, default=0) < -1 or not fits:
                    raise ValueError("does not fit")
                return tuple(numel // known if n == -1 else n for n in size)
            """,
        ),
        wrong(
            "-1 at the end only",
            "You look for -1 at the end only. It may stand anywhere.",
            """
            def infer_size(size, numel):
                known = math.prod(n for n in size if n != -1)
                fits = known == numel if -1 not in size else known and numel % known == 0
                if size.count(-1) > 1 or min(size, default=0) < -1 or not fits:
                    raise RuntimeError("does not fit")
                return (*size[:-1], numel // known) if -1 in size else tuple(size)
            """,
        ),
        wrong(
            "calls reshape",
            "A ready-made function does the work here. Work the length out yourself.",
            """
            def infer_size(size, numel):
                return torch.zeros(numel).reshape(*size).shape
            """,
        ),
    ],
    alternatives=styles(
        a_loop="""
            def infer_size(size, numel):
                known, place = 1, None
                for d, n in enumerate(size):
                    if n < -1:
                        raise RuntimeError(f"what is a length of {n}?")
                    if n == -1:
                        if place is not None:
                            raise RuntimeError("two lengths are unknown")
                        place = d
                    else:
                        known *= n
                result = list(size)
                if place is None:
                    if known != numel:
                        raise RuntimeError(f"{known} is not {numel}")
                elif known == 0 or numel % known != 0:
                    raise RuntimeError(f"{numel} cannot be cut into {known}")
                else:
                    result[place] = numel // known
                return tuple(result)
            """,
        divmod_and_index="""
            def infer_size(size, numel):
                size = list(size)
                if sorted(size)[:2] == [-1, -1] or any(n < -1 for n in size):
                    raise RuntimeError("at most one -1, nothing below")
                if -1 in size:
                    at = size.index(-1)
                    rest = math.prod(size[:at] + size[at + 1:])
                    if not rest:
                        raise RuntimeError("it could be anything")
                    size[at], left = divmod(numel, rest)
                    if left:
                        raise RuntimeError(f"{left} elements are left over")
                if math.prod(size) != numel:
                    raise RuntimeError("that does not hold all elements")
                return size
            """,
        by_trying="""
            def infer_size(size, numel):
                unknown = [d for d, n in enumerate(size) if n == -1]
                if len(unknown) > 1 or [n for n in size if n < -1]:
                    raise RuntimeError("size")
                if not unknown:
                    found = [tuple(size)] if math.prod(size) == numel else []
                else:
                    d = unknown[0]
                    tries = [(*size[:d], n, *size[d + 1:]) for n in range(numel + 1)]
                    found = [t for t in tries if math.prod(t) == numel]
                    if numel == 0 and 0 in size:
                        found = []
                if not found:
                    raise RuntimeError("nothing fits")
                return found[0]
            """,
    ),
    equivalent_mutants={
        "`0` -> `1`": "of no lengths, none is below -1",
        "`0` -> `-1`": "of no lengths, none is below -1",
    },
)

# --- 6

register_hidden(
    "view_stride",
    cases={
        "without gaps": [
            case("hidden block to vector", (2, 3, 4), (12, 4, 1), (24,)),
            case("hidden vector to block", (24,), (1,), (2, 3, 4)),
            case("hidden block to table", (2, 3, 4), (12, 4, 1), (4, 6)),
            case("hidden as it is", (3, 5), (5, 1), (3, 5)),
            case("hidden sizes that do not nest", (6, 4), (4, 1), (8, 3)),
        ],
        "gaps between rows": [
            case("hidden gaps as they are", (2, 3), (4, 1), (2, 3)),
            case("hidden transposed as it is", (3, 2), (1, 3), (3, 2)),
            case("hidden both cut", (4, 6), (7, 1), (2, 2, 3, 2)),
            case("hidden last two join", (2, 3, 4), (20, 4, 1), (2, 12)),
            case("hidden first two join", (2, 3, 4), (15, 5, 1), (6, 4)),
            case("hidden steps of 2 join", (2, 3), (6, 2), (6,)),
            case("hidden stretched in front", (4, 3), (0, 1), (2, 2, 3)),
            case("hidden stretched behind", (3, 4), (1, 0), (3, 2, 2)),
            case("hidden all stretched", (2, 3), (0, 0), (6,)),
        ],
        "not without a copy": [
            case("hidden stretched rows", (2, 3), (0, 1), (6,)),
            case("hidden stretched columns", (3, 2), (1, 0), (6,)),
            case("hidden square transposed", (3, 3), (1, 3), (9,)),
            case("hidden not nesting", (4, 6), (7, 1), (8, 3)),
            case("hidden nesting", (4, 6), (7, 1), (4, 3, 2)),
            case("hidden halfway", (2, 6), (8, 1), (4, 3)),
            case("hidden halfway back", (2, 6), (8, 1), (3, 4)),
            case("hidden first cut only", (4, 3), (4, 1), (2, 6)),
        ],
        "length 1": [
            case("hidden 1s everywhere", (2, 3), (3, 1), (1, 2, 1, 3, 1)),
            case("hidden 1s out", (1, 4, 1, 2, 1), (9, 2, 9, 1, 9), (8,)),
            case("hidden from 1", (1,), (1,), (1, 1, 1)),
            case("hidden to 1", (1, 1), (3, 5), (1,)),
            case("hidden to no dimensions", (1, 1), (3, 5), ()),
            case("hidden gap stays", (2, 1, 3), (4, 9, 1), (6,)),
            case("hidden 1 behind the gap", (3, 1), (1, 3), (3, 1)),
            case("hidden 1 in front of a gap", (2, 3), (4, 1), (1, 2, 3)),
            case("hidden a row of a table", (1, 6), (99, 1), (2, 3)),
            case("hidden behind a stretched one", (2, 3), (0, 1), (2, 3, 1)),
        ],
    },
    mistakes=[
        wrong(
            "strides of a new tensor",
            "You give the strides that a new tensor of this size would have. The elements lie "
            "where they lie.",
            """
            def view_stride(shape, stride, size):
                return contiguous_stride(size)
            """,
        ),
        wrong(
            "only what is contiguous",
            "You give up on everything that is not in order. Often the gaps do no harm.",
            """
            def view_stride(shape, stride, size):
                return contiguous_stride(size) if is_contiguous(shape, stride) else None
            """,
        ),
        wrong(
            "never None",
            "You never say that it cannot be: a dimension steps across a gap.",
            """
            def view_stride(shape, stride, size):
                step, result = stride[-1], []
                for n in reversed(size):
                    result.append(step)
                    step *= n
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "1s separate",
            "You let a dimension of length 1 end a run. Nobody steps along it: it never separates.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and step == runs[-1][0] * runs[-1][1]:
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled * step)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "forgets new 1s",
            "You run out of strides where the new size holds a 1. It needs one too.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and (n == 1 or step == runs[-1][0] * runs[-1][1]):
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and filled < run:
                        result.append(filled * step)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "ignores the step",
            "In each run your strides begin with 1. They begin with the run's own step.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and (n == 1 or step == runs[-1][0] * runs[-1][1]):
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "every dimension is a run",
            "You treat each old dimension on its own. Neighbours without a gap make one run and "
            "may be cut anywhere.",
            """
            def view_stride(shape, stride, size):
                result, left = [], list(size)
                for run, step in zip(reversed(shape), reversed(stride)):
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled * step)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "joins across gaps",
            "You join dimensions that have a gap between them: the step to the next row must be "
            "just the length of a row.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and (n == 1 or step >= runs[-1][0] * runs[-1][1]):
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled * step)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(reversed(result))
            """,
        ),
        wrong(
            "turned round",
            "You collect the strides from the right and forget to turn them round.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and (n == 1 or step == runs[-1][0] * runs[-1][1]):
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled * step)
                        filled *= left.pop()
                    if filled != run:
                        return None
                return tuple(result)
            """,
        ),
        wrong(
            "does not compare at the end of a run",
            "A run must be used up exactly. Yours may be filled beyond its end.",
            """
            def view_stride(shape, stride, size):
                runs = []
                for n, step in zip(reversed(shape), reversed(stride)):
                    if runs and (n == 1 or step == runs[-1][0] * runs[-1][1]):
                        runs[-1][0] *= n
                    else:
                        runs.append([n, step])
                result, left = [], list(size)
                for run, step in runs:
                    filled = 1
                    while left and (filled < run or left[-1] == 1):
                        result.append(filled * step)
                        filled *= left.pop()
                return tuple(reversed(result)) if not left and len(result) == len(size) else None
            """,
        ),
        wrong(
            "asks view",
            "A ready-made function does the work here. Work the strides out yourself.",
            """
            def view_stride(shape, stride, size):
                try:
                    return torch.zeros(1000).as_strided(shape, stride).view(*size).stride()
                except RuntimeError:
                    return None
            """,
        ),
    ],
    alternatives=styles(
        recursive="""
            def view_stride(shape, stride, size):
                shape, stride, size = list(shape), list(stride), list(size)
                runs = []
                while shape:
                    n, step = shape.pop(), stride.pop()
                    while shape and (shape[-1] == 1 or n == 1 or stride[-1] == n * step):
                        if n == 1:
                            step = stride[-1]
                        n *= shape.pop()
                        stride.pop()
                    runs.append((n, step))
                return cut(size, runs)


            def cut(size, runs):
                if not size:
                    return () if all(n == 1 for n, _ in runs) else None
                *front, last = size
                if last == 1:
                    rest = cut(front, runs)
                    return None if rest is None else (*rest, 1)
                runs = [run for run in runs if run[0] != 1]
                if not runs or runs[0][0] % last:
                    return None
                (n, step), *others = runs
                rest = cut(front, [(n // last, step * last), *others])
                return None if rest is None else (*rest, step)
            """,
        from_the_left="""
            def view_stride(shape, stride, size):
                old = [(n, s) for n, s in zip(shape, stride) if n != 1]
                new = [n for n in size if n != 1]
                steps, i, j = [], 0, 0
                while i < len(old):
                    first, count, other = i, old[i][0], 1
                    parts = []
                    while True:
                        if other < count or not parts:
                            if j == len(new):
                                return None
                            other *= new[j]
                            parts.append(new[j])
                            j += 1
                        elif other > count:
                            i += 1
                            if i == len(old):
                                return None
                            count *= old[i][0]
                        else:
                            break
                    for a, b in zip(old[first:i], old[first + 1:i + 1]):
                        if a[1] != b[0] * b[1]:
                            return None
                    step, found = old[i][1], []
                    for n in reversed(parts):
                        found.insert(0, step)
                        step *= n
                    steps += found
                    i += 1
                rest = iter(steps)
                return tuple(1 if n == 1 else next(rest) for n in size)
            """,
        by_places="""
            from itertools import product

            def view_stride(shape, stride, size):
                def places(lengths, steps):
                    return [sum(i * s for i, s in zip(index, steps))
                            for index in product(*map(range, lengths))]

                wanted = places(shape, stride)
                steps, behind = [], 1
                for n in reversed(size):
                    steps.insert(0, wanted[behind] if n > 1 else 0)
                    behind *= n
                return tuple(steps) if places(size, steps) == wanted else None
            """,
        numpy_tries="""
            import numpy as np

            def view_stride(shape, stride, size):
                memory = np.zeros(1000)
                shown = np.lib.stride_tricks.as_strided(memory, shape, [8 * s for s in stride])
                shown = shown.squeeze()
                kept = tuple(n for n in size if n != 1)
                cut = shown.reshape(kept)
                if not np.shares_memory(cut, memory):
                    return None
                steps = iter(cut.strides)
                return tuple(0 if n == 1 else next(steps) // 8 for n in size)
            """,
    ),
    equivalent_mutants={
        "`zip(reversed(shape), reversed(stride), strict=True)` -> "
        "`zip(reversed(shape), reversed(stride))`": STRICT,
        "`True` -> `False`": STRICT,
    },
)
