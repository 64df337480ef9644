"""Shapes, strides and places, the instructor's part: hidden cases, mistakes, right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

STRICT = "strict= only watches over lengths, which are equal here"

# --- 1

register_hidden(
    "infer_shape",
    cases={
        "lists of numbers": [
            case("hidden zero", 0),
            case("hidden long", [1.0] * 12),
            case("hidden a float", -0.5),
            case("hidden truth values", [True, False]),
        ],
        "lists of lists": [
            case("hidden three rows", [[1, 2], [3, 4], [5, 6]]),
            case("hidden four levels", [[[[1], [2]]], [[[3], [4]]]]),
            case("hidden mixed numbers", [[1, 2.5, True]]),
        ],
        "empty lists": [
            case("hidden three empty", [[], [], []]),
            case("hidden two levels", [[[], []], [[], []]]),
            case("hidden one in one", [[]]),
        ],
        "error on ragged lists": [
            case("hidden long second", [[1], [2, 3]], raises=ValueError),
            case("hidden number first", [1, [2, 3]], raises=ValueError),
            case("hidden number last", [[1], 2], raises=ValueError),
            case("hidden second block", [[[1], [2]], [[3], [4, 5]]], raises=ValueError),
            case("hidden row too many", [[[1], [2]], [[3]]], raises=ValueError),
            case("hidden empty last", [[1], []], raises=ValueError),
        ],
    },
    mistakes=[
        wrong(
            "looks at the first items only",
            "You follow the first item of every list and never look at its neighbours, so ragged "
            "lists go unnoticed.",
            """
            def infer_shape(data):
                shape = ()
                while isinstance(data, list):
                    shape += (len(data),)
                    if not data:
                        break
                    data = data[0]
                return shape
            """,
        ),
        wrong(
            "innermost length first",
            "You write the lengths from the inside out. The outermost list comes first.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                shapes = {infer_shape(each) for each in data}
                if len(shapes) > 1:
                    raise ValueError("ragged")
                return (*(shapes.pop() if shapes else ()), len(data))
            """,
        ),
        wrong(
            "a number is a list of one",
            "A number has no dimension at all: its shape is (), not (1,).",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return (1,)
                shapes = [infer_shape(each) for each in data if isinstance(each, list)]
                if any(s != shapes[0] for s in shapes) or 0 < len(shapes) < len(data):
                    raise ValueError("ragged")
                return (len(data), *(shapes[0] if shapes else ()))
            """,
        ),
        wrong(
            "two levels at most",
            "You stop after two levels of brackets. Lists may be nested as deeply as anyone likes.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                if not data or not isinstance(data[0], list):
                    if any(isinstance(each, list) for each in data):
                        raise ValueError("ragged")
                    return (len(data),)
                if len({len(row) if isinstance(row, list) else -1 for row in data}) > 1:
                    raise ValueError("ragged")
                return (len(data), len(data[0]))
            """,
        ),
        wrong(
            "compares neighbours' lengths on one level",
            "You compare lengths on the first level only. Lists further inside can be ragged too.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                lengths = {len(each) if isinstance(each, list) else None for each in data}
                if len(lengths) > 1:
                    raise ValueError("ragged")
                shape = (len(data),)
                while data and isinstance(data[0], list):
                    data = data[0]
                    shape += (len(data),)
                return shape
            """,
        ),
        wrong(
            "an empty list has no dimension",
            "An empty list is a list: it has one dimension, of length 0.",
            """
            def infer_shape(data):
                if not isinstance(data, list) or not data:
                    return ()
                shapes = [infer_shape(each) for each in data]
                if any(shape != shapes[0] for shape in shapes):
                    raise ValueError("ragged")
                return (len(data), *shapes[0])
            """,
        ),
        wrong(
            "asks the first item of an empty list",
            "You ask the first item of every list, and an empty list has none.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                first = infer_shape(data[0])
                if any(infer_shape(each) != first for each in data):
                    raise ValueError("ragged")
                return (len(data), *first)
            """,
        ),
        wrong(
            "another error",
            "You notice the ragged list, but raise another error than ValueError.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                shapes = [infer_shape(each) for each in data]
                if any(shape != shapes[0] for shape in shapes):
                    raise TypeError("ragged")
                return (len(data), *(shapes[0] if shapes else ()))
            """,
        ),
        wrong(
            "adds the lengths up",
            "You add up the lengths of the inner lists. Their common length is wanted.",
            """
            def infer_shape(data):
                if not isinstance(data, list):
                    return ()
                shapes = [infer_shape(each) for each in data]
                if any(shape != shapes[0] for shape in shapes):
                    raise ValueError("ragged")
                inner = shapes[0] if shapes else ()
                return (len(data), *((inner[0] * len(data), *inner[1:]) if inner else ()))
            """,
        ),
        wrong(
            "calls tensor",
            "A ready-made function does the work here. Find the shape yourself.",
            """
            def infer_shape(data):
                return tuple(torch.tensor(data).shape)
            """,
        ),
    ],
    alternatives=styles(
        first_then_check="""
            def infer_shape(data):
                if not isinstance(data, (list, tuple)):
                    return ()
                if len(data) == 0:
                    return (0,)
                first = infer_shape(data[0])
                for each in data[1:]:
                    if infer_shape(each) != first:
                        raise ValueError("these lists are ragged")
                return (len(data),) + first
            """,
        level_by_level="""
            def infer_shape(data):
                shape, level = [], [data]
                while level and any(isinstance(each, list) for each in level):
                    if not all(isinstance(each, list) for each in level):
                        raise ValueError("a number beside a list")
                    lengths = {len(each) for each in level}
                    if len(lengths) != 1:
                        raise ValueError(f"lengths {lengths} side by side")
                    shape.append(lengths.pop())
                    level = [item for each in level for item in each]
                return tuple(shape)
            """,
        with_sets="""
            def infer_shape(data):
                try:
                    items = list(data)
                except TypeError:
                    return ()
                shapes = set(map(infer_shape, items)) or {()}
                if len(shapes) != 1:
                    raise ValueError(f"items of the shapes {shapes}")
                return (len(items), *shapes.pop())
            """,
        returns_a_list="""
            def infer_shape(data):
                if isinstance(data, (bool, int, float)):
                    return []
                inner = [infer_shape(each) for each in data]
                if inner and inner.count(inner[0]) < len(inner):
                    raise ValueError("ragged")
                return [len(data)] + (inner[0] if inner else [])
            """,
    ),
    equivalent_mutants={
        "`for shape in shapes:` -> `for shape in list(shapes)[1:]:`": "the first equals itself",
        "`0` -> `-1`": "all are equal if all equal the last",
        "`0` -> `-1` #2": "all have the same shape by then",
    },
)

# --- 2

register_hidden(
    "contiguous_stride",
    cases={
        "tables": [
            case("hidden wide", (2, 50)),
            case("hidden tall", (50, 2)),
        ],
        "any number of dimensions": [
            case("hidden five", (2, 2, 3, 3, 2)),
            case("hidden equal lengths", (3, 3, 3)),
            case("hidden one number", (1,)),
            case("hidden six", (1, 2, 1, 3, 1, 4)),
        ],
        "lengths 1 and 0": [
            case("hidden nothing", (0,)),
            case("hidden nothing at all", (0, 0)),
            case("hidden nothing at the end", (2, 3, 0)),
            case("hidden 1s around", (1, 5, 1)),
            case("hidden nothing behind 1", (4, 1, 0, 2)),
        ],
    },
    mistakes=[
        wrong(
            "column by column",
            "Your strides go column by column: the first dimension moves by 1. In a new tensor "
            "the last one does.",
            """
            def contiguous_stride(shape):
                stride, step = [], 1
                for n in shape:
                    stride.append(step)
                    step *= max(n, 1)
                return tuple(stride)
            """,
        ),
        wrong(
            "back to front",
            "The numbers are right and their order is turned round: the last stride is 1.",
            """
            def contiguous_stride(shape):
                stride, step = [], 1
                for n in reversed(shape):
                    stride.append(step)
                    step *= max(n, 1)
                return tuple(stride)
            """,
        ),
        wrong(
            "counts itself",
            "You multiply a dimension's own length in. A step along it jumps over what lies "
            "behind it, not over itself.",
            """
            def contiguous_stride(shape):
                stride, step = [], 1
                for n in reversed(shape):
                    step *= max(n, 1)
                    stride.append(step)
                return tuple(reversed(stride))
            """,
        ),
        wrong(
            "only the next length",
            "You take the next length alone. A step jumps over all dimensions behind it: "
            "multiply all their lengths.",
            """
            def contiguous_stride(shape):
                return tuple(max(n, 1) for n in (*shape[1:], 1)) if shape else ()
            """,
        ),
        wrong(
            "adds lengths",
            "You add the lengths behind. They multiply.",
            """
            def contiguous_stride(shape):
                return tuple(sum(shape[d + 1:]) or 1 for d in range(len(shape)))
            """,
        ),
        wrong(
            "0 spreads",
            "A length of 0 makes every stride in front of it 0. Count it as 1.",
            """
            def contiguous_stride(shape):
                stride, step = [], 1
                for n in reversed(shape):
                    stride.append(step)
                    step *= n
                return tuple(reversed(stride))
            """,
        ),
        wrong(
            "0 for a length of 1",
            "You give a dimension of length 1 the stride 0. A new tensor's stride does not depend "
            "on its own length.",
            """
            def contiguous_stride(shape):
                stride, step = [], 1
                for n in reversed(shape):
                    stride.append(0 if n == 1 else step)
                    step *= max(n, 1)
                return tuple(reversed(stride))
            """,
        ),
        wrong(
            "in bytes",
            "You count bytes. Strides count elements, so they are the same for every type.",
            """
            def contiguous_stride(shape):
                stride, step = [], 4
                for n in reversed(shape):
                    stride.append(step)
                    step *= max(n, 1)
                return tuple(reversed(stride))
            """,
        ),
        wrong(
            "tables only",
            "Your function knows tables only. A shape may have any number of dimensions.",
            """
            def contiguous_stride(shape):
                if len(shape) == 2:
                    return (max(shape[1], 1), 1)
                return (1,) * len(shape)
            """,
        ),
        wrong(
            "(1,) for a number",
            "A tensor without dimensions has no strides: ().",
            """
            def contiguous_stride(shape):
                stride = [1]
                for n in reversed(shape[1:]):
                    stride.insert(0, stride[0] * max(n, 1))
                return tuple(stride)
            """,
        ),
        wrong(
            "asks a new tensor",
            "A ready-made function does the work here. Work the strides out yourself.",
            """
            def contiguous_stride(shape):
                return torch.zeros(*shape).stride() if shape else ()
            """,
        ),
    ],
    alternatives=styles(
        products="""
            def contiguous_stride(shape):
                result = []
                for d in range(len(shape)):
                    step = 1
                    for n in shape[d + 1:]:
                        step = step * n if n > 0 else step
                    result.append(step)
                return tuple(result)
            """,
        recursive="""
            def contiguous_stride(shape):
                if len(shape) < 2:
                    return (1,) * len(shape)
                rest = contiguous_stride(shape[1:])
                return (rest[0] * max(shape[1], 1), *rest)
            """,
        accumulate="""
            from itertools import accumulate
            from operator import mul

            def contiguous_stride(shape):
                behind = [n or 1 for n in shape[:0:-1]]
                return list(accumulate([1, *behind], mul))[::-1] if shape else []
            """,
        numpy_products="""
            import numpy as np

            def contiguous_stride(shape):
                lengths = np.maximum(np.array(shape, dtype=np.int64), 1)
                return tuple(int(lengths[d + 1:].prod()) for d in range(len(shape)))
            """,
    ),
    equivalent_mutants={
        "`max(n, 1)` -> `max(1, n)`": "the order of max does not matter",
    },
)

# --- 3

register_hidden(
    "storage_index",
    cases={
        "from the beginning": [
            case("hidden a vector", (5,), (1,), 0),
            case("hidden gaps", (2, 2), (10, 3), 0),
            case("hidden four", (1, 1, 1, 1), (40, 20, 5, 1), 0),
            case("hidden all stretched", (4, 4), (0, 0), 0),
        ],
        "from an offset": [
            case("hidden first of a window", (0, 0), (4, 1), 5),
            case("hidden transposed window", (2, 1), (1, 6), 8),
            case("hidden stretched window", (3, 2), (0, 1), 2),
        ],
    },
    mistakes=[
        wrong(
            "forgets the offset",
            "You begin at place 0. The first element lies at the offset.",
            """
            def storage_index(index, stride, offset):
                return sum(i * step for i, step in zip(index, stride))
            """,
        ),
        wrong(
            "offset times something",
            "The offset is added once. It is no factor.",
            """
            def storage_index(index, stride, offset):
                place = 0
                for i, step in zip(index, stride):
                    place += offset + i * step
                return place if index else offset
            """,
        ),
        wrong(
            "stride backwards",
            "You pair the first index with the last stride. First belongs to first.",
            """
            def storage_index(index, stride, offset):
                return offset + sum(i * step for i, step in zip(index, reversed(stride)))
            """,
        ),
        wrong(
            "adds index and stride",
            "You add index and stride. Each step along a dimension moves by its stride: multiply.",
            """
            def storage_index(index, stride, offset):
                return offset + sum(i + step for i, step in zip(index, stride))
            """,
        ),
        wrong(
            "ignores the stride",
            "You add up the indices and leave out the strides.",
            """
            def storage_index(index, stride, offset):
                return offset + sum(index)
            """,
        ),
        wrong(
            "two dimensions only",
            "Your formula uses the first and the last dimension only. Any number is possible.",
            """
            def storage_index(index, stride, offset):
                if not index:
                    return offset
                if len(index) == 1:
                    return offset + index[0] * stride[0]
                return offset + index[0] * stride[0] + index[-1] * stride[-1]
            """,
        ),
        wrong(
            "counts from 1",
            "You count from 1. The first index is 0, and so is the first place.",
            """
            def storage_index(index, stride, offset):
                return offset + sum((i + 1) * step for i, step in zip(index, stride))
            """,
        ),
        wrong(
            "overwrites",
            "Your loop overwrites the place in place of adding to it.",
            """
            def storage_index(index, stride, offset):
                place = offset
                for i, step in zip(index, stride):
                    place = offset + i * step
                return place
            """,
        ),
        wrong(
            "calls as_strided",
            "A ready-made function does the work here. It is one sum: write it yourself.",
            """
            def storage_index(index, stride, offset):
                sizes = [i + 1 for i in index]
                found = torch.as_strided(torch.arange(1000), sizes, stride, offset)
                return found.reshape(-1)[-1].item()
            """,
        ),
    ],
    alternatives=styles(
        a_loop="""
            def storage_index(index, stride, offset):
                place = offset
                for d in range(len(index)):
                    place += index[d] * stride[d]
                return place
            """,
        recursive="""
            def storage_index(index, stride, offset):
                if not index:
                    return offset
                return storage_index(index[1:], stride[1:], offset + index[0] * stride[0])
            """,
        dot_product="""
            import numpy as np

            def storage_index(index, stride, offset):
                return offset + int(np.dot(np.array(index, int), np.array(stride, int)))
            """,
        walking="""
            def storage_index(index, stride, offset):
                for count, step in zip(index, stride):
                    for _ in range(count):
                        offset += step
                return offset
            """,
    ),
    equivalent_mutants={
        "`zip(index, stride, strict=True)` -> `zip(stride, index, strict=True)`": "same products",
        "`zip(index, stride, strict=True)` -> `zip(index, stride)`": STRICT,
        "`True` -> `False`": STRICT,
    },
)
