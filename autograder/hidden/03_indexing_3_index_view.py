"""`index_view`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

ALL = slice(None)
ANY = "nobody steps along a dimension of length 1: its stride may be any number"

BODY = """
def index_view(shape, stride, index):
    size, steps, offset, d = [], [], 0, 0
    for item in complete_index(index, len(shape)):
        if item is None:
            size.append(1)
            steps.append(0)
        elif isinstance(item, slice):
            start, length, every = slice_window(item, shape[d])
            size.append(length)
            steps.append(stride[d] * every)
            offset += start * stride[d]
            d += 1
        else:
            if item < -shape[d] or item >= shape[d]:
                raise IndexError(f"{item} is outside")
            offset += (item + shape[d] if item < 0 else item) * stride[d]
            d += 1
    return tuple(size), tuple(steps), offset
"""


register_hidden(
    "index_view",
    cases={
        "ints": [
            case("hidden three dimensions", (2, 3, 4), (12, 4, 1), (1, ALL, 2)),
            case("hidden vector", (5,), (1,), 4),
            case("hidden first", (5,), (1,), -5),
            case("hidden middle", (2, 3, 4), (12, 4, 1), (ALL, -1)),
            case("hidden all three", (2, 3, 4), (12, 4, 1), (1, 2, 3)),
        ],
        "slices": [
            case("hidden negative", (6,), (1,), slice(-4, -1)),
            case("hidden step at the front", (7, 2), (2, 1), slice(None, None, 3)),
            case("hidden beyond", (3, 3), (3, 1), (slice(1, 9), slice(-9, 2))),
            case("hidden empty", (4, 3), (3, 1), slice(3, 1)),
            case("hidden one row", (4, 3), (3, 1), slice(2, 3)),
            case("hidden three", (4, 4, 4), (16, 4, 1), (slice(1, None, 2), ALL, slice(0, 3, 2))),
        ],
        "None and the ellipsis": [
            case("hidden twice", (3, 4), (4, 1), (None, ALL, None)),
            case("hidden between", (3, 4), (4, 1), (1, None, 2)),
            case("hidden after a slice", (5, 4), (4, 1), (slice(1, 3), None, 2)),
            case("hidden ellipsis in the middle", (2, 3, 4, 5), (60, 20, 5, 1), (1, ..., slice(2))),
            case("hidden on 0-d", (), (), (None, None)),
            case("hidden ellipsis for nothing", (3, 4), (4, 1), (0, ..., 1)),
        ],
        "any strides": [
            case("hidden transpose with a step", (4, 6), (1, 4), (ALL, slice(1, None, 2))),
            case("hidden int of a transpose", (4, 6), (1, 4), (-1, ALL)),
            case("hidden expanded", (2, 3), (0, 0), (1, slice(1, 2))),
            case("hidden strided vector", (4,), (3,), slice(1, None, 2)),
            case("hidden permuted", (4, 2, 3), (1, 12, 4), (slice(1, 3), 1, slice(None, None, 2))),
        ],
        "error outside": [
            case("hidden far", (2, 2), (2, 1), (1, 7), raises=IndexError),
            case("hidden just back", (3,), (1,), -4, raises=IndexError),
            case("hidden after a slice again", (2, 3), (3, 1), (slice(0, 1), 3), raises=IndexError),
            case("hidden int of nothing", (0, 3), (3, 1), 0, raises=IndexError),
            case("hidden int of 0-d", (), (), 0, raises=IndexError),
        ],
    },
    mistakes=[
        wrong(
            "keeps the dimension of an int",
            "You keep the dimension of an int, with length 1. An int takes it away.",
            but(
                BODY,
                "            offset += (item + shape[d] if item < 0 else item) * stride[d]\n",
                "            offset += (item + shape[d] if item < 0 else item) * stride[d]\n"
                "            size.append(1)\n"
                "            steps.append(0)\n",
            ),
        ),
        wrong(
            "forgets the start of a slice",
            "Your slices do not move the start. `x[2:]` begins two steps further on.",
            but(BODY, "            offset += start * stride[d]\n", ""),
        ),
        wrong(
            "forgets the offset of ints",
            "Your ints do not move the start. Row 1 begins one stride further on.",
            but(
                BODY,
                "            offset += (item + shape[d] if item < 0 else item) * stride[d]\n",
                "            pass\n",
            ),
        ),
        wrong(
            "forgets the step",
            "A slice with a step k has k times the stride: it steps over k - 1 elements.",
            but(BODY, "stride[d] * every", "stride[d]"),
        ),
        wrong(
            "step as the stride",
            "You take the slice's step for the stride. It counts in steps of that dimension: "
            "multiply.",
            but(BODY, "stride[d] * every", "every"),
        ),
        wrong(
            "start times the new stride",
            "You count the start in the new, longer steps. It counts in elements of the old "
            "dimension.",
            but(BODY, "offset += start * stride[d]", "offset += start * every * stride[d]"),
        ),
        wrong(
            "positions without strides",
            "You add up the positions as they are. One step along a dimension is its stride.",
            but(
                BODY,
                "(item + shape[d] if item < 0 else item) * stride[d]",
                "item + shape[d] if item < 0 else item",
            ),
        ),
        wrong(
            "negative ints as they are",
            "Negative ints lead you to the left of the tensor. Add the length first.",
            but(BODY, "(item + shape[d] if item < 0 else item)", "item"),
        ),
        wrong(
            "None uses a dimension up",
            "After a None you go on with the next dimension of x. None belongs to none of them.",
            but(
                BODY,
                "            size.append(1)\n            steps.append(0)\n",
                "            size.append(1)\n            steps.append(0)\n            d += 1\n",
            ),
        ),
        wrong(
            "None leaves no trace",
            "You skip None. It makes a dimension of length 1.",
            but(
                BODY,
                "            size.append(1)\n            steps.append(0)\n",
                "            pass\n",
            ),
        ),
        wrong(
            "makes it contiguous",
            "You return the strides of a fresh tensor. A view walks through the old memory.",
            but(
                BODY,
                "    return tuple(size), tuple(steps), offset\n",
                "    fresh, step = [], 1\n"
                "    for n in reversed(size):\n"
                "        fresh.insert(0, step)\n"
                "        step *= max(n, 1)\n"
                "    return tuple(size), tuple(fresh), offset\n",
            ),
        ),
        wrong(
            "trusts the sizes",
            "You work the strides out from the shape. x may be a transpose: use those you are "
            "given.",
            but(
                BODY,
                "    size, steps, offset, d = [], [], 0, 0\n",
                "    size, steps, offset, d = [], [], 0, 0\n"
                "    stride, step = [], 1\n"
                "    for n in reversed(shape):\n"
                "        stride.insert(0, step)\n"
                "        step *= max(n, 1)\n",
            ),
        ),
        wrong(
            "does not look at the edges",
            "You answer for ints outside their dimension. That reads somebody else's memory.",
            but(
                BODY,
                "            if item < -shape[d] or item >= shape[d]:\n"
                '                raise IndexError(f"{item} is outside")\n',
                "",
            ),
        ),
        wrong(
            "wraps around",
            "You let ints wrap around. Only -n to n - 1 are allowed.",
            but(
                BODY,
                "            if item < -shape[d] or item >= shape[d]:\n"
                '                raise IndexError(f"{item} is outside")\n'
                "            offset += (item + shape[d] if item < 0 else item) * stride[d]\n",
                "            offset += item % shape[d] * stride[d]\n",
            ),
        ),
        wrong(
            "allows n",
            "You allow the int n. The last element is n - 1.",
            but(BODY, "item >= shape[d]", "item > shape[d]"),
        ),
    ],
    alternatives=styles(
        as_a_plan=BODY,
        one_item_after_the_other="""
            def index_view(shape, stride, index):
                shape, stride, offset, d = list(shape), list(stride), 0, 0
                for item in complete_index(index, len(shape)):
                    if item is None:
                        shape.insert(d, 1)
                        stride.insert(d, 0)
                        d += 1
                    elif isinstance(item, slice):
                        start, length, step = slice_window(item, shape[d])
                        offset += start * stride[d]
                        shape[d] = length
                        stride[d] *= step
                        d += 1
                    else:
                        n, step = shape.pop(d), stride.pop(d)
                        if item not in range(-n, n):
                            raise IndexError(f"{item} does not exist among {n}")
                        offset += item % n * step
                return tuple(shape), tuple(stride), offset
            """,
        recursive="""
            def view(shape, stride, items):
                if not items:
                    return (), (), 0
                item, *others = items
                if item is None:
                    size, steps, offset = view(shape, stride, others)
                    return (1, *size), (0, *steps), offset
                size, steps, offset = view(shape[1:], stride[1:], others)
                if isinstance(item, slice):
                    start, length, step = slice_window(item, shape[0])
                    return (length, *size), (stride[0] * step, *steps), offset + start * stride[0]
                if item < 0:
                    item += shape[0]
                if not 0 <= item < shape[0]:
                    raise IndexError("outside")
                return size, steps, offset + item * stride[0]

            def index_view(shape, stride, index):
                return view(tuple(shape), tuple(stride), list(complete_index(index, len(shape))))
            """,
        ints_as_slices="""
            def index_view(shape, stride, index):
                lengths, steps, offset = (), (), 0
                dims = iter(zip(shape, stride))
                for item in complete_index(index, len(shape)):
                    if item is None:
                        lengths, steps = lengths + (1,), steps + (1,)
                        continue
                    n, step = next(dims)
                    if isinstance(item, slice):
                        first, length, every = slice_window(item, n)
                        lengths, steps = lengths + (length,), steps + (step * every,)
                    else:
                        last = None if item == -1 else item + 1
                        first, length, every = slice_window(slice(item, last), n)
                        if length != 1 or item < -n:
                            raise IndexError(item)
                    offset = offset + first * step
                return lengths, steps, offset
            """,
    ),
    equivalent_mutants={
        "`shape[d] * stride[d] if d < len(shape) else 1` -> `1`": ANY,
        "`d < len(shape)` -> `d > len(shape)`": ANY,
        "`shape[d] * stride[d]` -> `shape[d] + stride[d]`": ANY,
        "`1` -> `2` #2": ANY,
        "`1` -> `0` #2": ANY,
    },
)
