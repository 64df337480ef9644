"""Types and pictures, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import dtype, integers, randn, tensor

ORDER = "the order of two types does not matter"

# --- 7


def two(first, second):
    """A hidden case of two types."""
    return case(f"hidden {first} {second}", dtype(first), dtype(second))


register_hidden(
    "promote_types",
    cases={
        "the same category": [
            two("bool", "bool"),
            two("uint8", "uint8"),
            two("int16", "int8"),
            two("int16", "int64"),
            two("int32", "uint8"),
            two("int64", "uint8"),
            two("bfloat16", "bfloat16"),
            two("float16", "float16"),
            two("float32", "bfloat16"),
            two("float16", "float64"),
            two("complex64", "complex128"),
            two("complex128", "complex64"),
        ],
        "different categories": [
            two("int64", "bool"),
            two("bool", "float16"),
            two("bool", "float64"),
            two("float32", "uint8"),
            two("float64", "int8"),
            two("int8", "bfloat16"),
        ],
        "neither holds the other": [
            two("uint8", "int8"),
            two("float16", "bfloat16"),
        ],
        "complex": [
            two("float64", "complex64"),
            two("complex64", "int64"),
            two("bool", "complex128"),
            two("float64", "complex128"),
            two("complex64", "bfloat16"),
            two("complex128", "float32"),
        ],
    },
    mistakes=[
        wrong(
            "the larger one",
            "You take the larger type. First comes the category: int64 and float16 give float16.",
            """
            def promote_types(a, b):
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.int16
                if {a, b} == {torch.float16, torch.bfloat16}:
                    return torch.float32
                if a.itemsize == b.itemsize:
                    return max(a, b, key=lambda each: each.category)
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "the first one",
            "You keep the first type. Which of them wins does not depend on their order.",
            """
            def promote_types(a, b):
                return a
            """,
        ),
        wrong(
            "the smaller one",
            "Within a category you keep the smaller type, which cannot hold the other's values.",
            """
            def promote_types(a, b):
                if a.category != b.category:
                    return max(a, b, key=lambda each: each.category)
                return min(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "category only",
            "You compare categories only. Within one, the larger type wins.",
            """
            def promote_types(a, b):
                return a if a.category >= b.category else b
            """,
        ),
        wrong(
            "int8 holds bytes",
            "You let int8 hold the values of uint8. It ends at 127, and uint8 at 255.",
            """
            def promote_types(a, b):
                if a.category != b.category:
                    low, high = sorted((a, b), key=lambda each: each.category)
                    return torch.complex128 if low is torch.float64 else high
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.int8
                if {a, b} == {torch.float16, torch.bfloat16}:
                    return torch.float32
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "bytes hold int8",
            "You let uint8 hold the values of int8. It has no negative numbers.",
            """
            def promote_types(a, b):
                if a.category != b.category:
                    low, high = sorted((a, b), key=lambda each: each.category)
                    return torch.complex128 if low is torch.float64 else high
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.uint8
                if {a, b} == {torch.float16, torch.bfloat16}:
                    return torch.float32
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "one half for both",
            "You let one of the two 16-bit floats hold the other. float16 has more digits, "
            "bfloat16 reaches farther: only float32 holds both.",
            """
            def promote_types(a, b):
                if a.category != b.category:
                    low, high = sorted((a, b), key=lambda each: each.category)
                    return torch.complex128 if low is torch.float64 else high
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.int16
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "always float32",
            "You answer float32 as soon as one type is floating. float16 stays float16 beside "
            "integers, and float64 stays float64.",
            """
            def promote_types(a, b):
                if a is b:
                    return a
                if torch.complex64 in (a, b) or torch.complex128 in (a, b):
                    return torch.complex64
                if a.is_floating_point or b.is_floating_point:
                    return torch.float32
                if a.category != b.category:
                    return max(a, b, key=lambda each: each.category)
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.int16
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "as NumPy does",
            "You use NumPy's rules, which save every digit: int64 with float32 becomes float64 "
            "there. PyTorch keeps float32.",
            """
            def promote_types(a, b):
                import numpy as np
                if {a, b} == {torch.float16, torch.bfloat16}:
                    return torch.float32
                if torch.bfloat16 in (a, b):
                    other = b if a is torch.bfloat16 else a
                    return other if other.is_complex or other.itemsize > 2 else a
                found = np.result_type(np.zeros(1, str(a).split(".")[1]),
                                       np.zeros(1, str(b).split(".")[1]))
                return getattr(torch, str(found))
            """,
        ),
        wrong(
            "a double is lost",
            "complex64 holds two float32. With a float64 it has to become complex128.",
            """
            def promote_types(a, b):
                if a.category != b.category:
                    return max(a, b, key=lambda each: each.category)
                if {a, b} == {torch.int8, torch.uint8}:
                    return torch.int16
                if {a, b} == {torch.float16, torch.bfloat16}:
                    return torch.float32
                return max(a, b, key=lambda each: each.itemsize)
            """,
        ),
        wrong(
            "calls PyTorch",
            "A ready-made function does the work here. Write the rule yourself.",
            """
            def promote_types(a, b):
                import torch as real
                names = [str(each).split(".")[1] for each in (a, b)]
                found = real.promote_types(*(getattr(real, name) for name in names))
                return getattr(torch, str(found).split(".")[1])
            """,
        ),
    ],
    alternatives=styles(
        a_ladder="""
            def promote_types(a, b):
                ladder = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32,
                          torch.int64, torch.bfloat16, torch.float16, torch.float32,
                          torch.float64, torch.complex64, torch.complex128]
                low, high = sorted((a, b), key=ladder.index)
                if (low, high) == (torch.uint8, torch.int8):
                    return torch.int16
                if (low, high) == (torch.bfloat16, torch.float16):
                    return torch.float32
                if (low, high) == (torch.float64, torch.complex64):
                    return torch.complex128
                return high
            """,
        sets_of_types="""
            HOLDS = {
                torch.bool: {torch.bool},
                torch.uint8: {torch.bool, torch.uint8},
                torch.int8: {torch.bool, torch.int8},
            }
            HOLDS[torch.int16] = {torch.int16} | HOLDS[torch.uint8] | HOLDS[torch.int8]
            HOLDS[torch.int32] = {torch.int32} | HOLDS[torch.int16]
            HOLDS[torch.int64] = {torch.int64} | HOLDS[torch.int32]
            HOLDS[torch.float16] = {torch.float16} | HOLDS[torch.int64]
            HOLDS[torch.bfloat16] = {torch.bfloat16} | HOLDS[torch.int64]
            HOLDS[torch.float32] = {torch.float32} | HOLDS[torch.float16] | HOLDS[torch.bfloat16]
            HOLDS[torch.float64] = {torch.float64} | HOLDS[torch.float32]
            HOLDS[torch.complex64] = {torch.complex64} | HOLDS[torch.float32]
            HOLDS[torch.complex128] = {torch.complex128} | HOLDS[torch.float64] | {torch.complex64}

            def promote_types(a, b):
                able = [t for t, held in HOLDS.items() if {a, b} <= held]
                return min(able, key=lambda t: len(HOLDS[t]))
            """,
        many_ifs="""
            def category(d):
                if d.is_complex:
                    return 3
                if d.is_floating_point:
                    return 2
                return 0 if d is torch.bool else 1

            def promote_types(a, b):
                if category(a) < category(b):
                    a, b = b, a
                if category(a) > category(b):
                    if a is torch.complex64 and b is torch.float64:
                        return torch.complex128
                    return a
                if a.itemsize > b.itemsize:
                    return a
                if b.itemsize > a.itemsize:
                    return b
                if a is b:
                    return a
                return torch.int16 if category(a) == 1 else torch.float32
            """,
    ),
    equivalent_mutants={
        "`max(a, b, key=lambda each: each.itemsize)` -> "
        "`max(b, a, key=lambda each: each.itemsize)`": "equal sizes do not get here",
    },
)

# --- 8

register_hidden(
    "result_type",
    cases={
        "tensors": [
            case("hidden bool", tensor([True])),
            case("hidden half and long", randn(3, dtype="float16"), integers(3)),
            case("hidden other shapes", integers(2, 1, dtype="int16"), integers(3, dtype="int8")),
            case(
                "hidden byte, int8, bool",
                integers(3, low=0, dtype="uint8"),
                integers(3, dtype="int8"),
                tensor([False, True, True]),
            ),
            case("hidden no elements", randn(0, dtype="float64"), randn(2)),
        ],
        "Python numbers": [
            case("hidden byte and -1", integers(2, low=0, dtype="uint8"), -1),
            case("hidden float and True", randn(2), True),
            case("hidden double and 0.5", randn(2, dtype="float64"), 0.5),
            case("hidden bfloat16 and 2", randn(2, dtype="bfloat16"), 2),
            case("hidden bool and 0.5", tensor([True]), 0.5),
            case("hidden bool and False", tensor([True]), False),
            case("hidden numbers", True, 7),
            case("hidden one number", 2.5),
            case("hidden several numbers", integers(2, dtype="int8"), 3, 0.5, True),
        ],
        "0-d tensors": [
            case("hidden bool and 0-d long", tensor([True]), tensor(5, "int64")),
            case("hidden int8 and 0-d byte", tensor([1], "int8"), tensor(200, "uint8")),
            case(
                "hidden bfloat16 and 0-d half", randn(2, dtype="bfloat16"), tensor(1.5, "float16")
            ),
            case("hidden 0-d half and 0.5", tensor(1.5, "float16"), 0.5),
            case("hidden 0-d bool and 3", tensor(True), 3),
            case("hidden 0-d int8 and 0.5", tensor(1, "int8"), 0.5),
            case(
                "hidden one element is not 0-d", tensor([1.5], "float16"), tensor([1.5], "float64")
            ),
        ],
        "all kinds at once": [
            case("hidden three kinds", tensor([True]), tensor(1, "int16"), 0.5),
            case("hidden backwards", 0.5, tensor(1, "int16"), tensor([True])),
            case(
                "hidden later first",
                tensor(2.5, "float64"),
                tensor([1], "int8"),
                tensor(1.5, "float16"),
            ),
            case("hidden nothing new", tensor([1], "int16"), tensor(1, "int64"), 99),
            case("hidden bool, two 0-d", tensor([True]), tensor(1, "int8"), tensor(1, "uint8")),
            case("hidden numbers last", tensor([1], "int8"), tensor(1.5, "float16"), 2.5),
        ],
        "complex": [
            case("hidden long and 1j", integers(2), 1j),
            case(
                "hidden double and 0-d complex64",
                randn(3, dtype="float64"),
                tensor(1.0, "complex64"),
            ),
            case("hidden two with dimensions", randn(2), integers(2, dtype="complex128")),
            case("hidden int8 and 0-d complex128", tensor([1], "int8"), tensor(1.0, "complex128")),
            case("hidden complex and 2.5", integers(2, dtype="complex64"), 2.5),
            case(
                "hidden complex and 0-d double",
                integers(2, dtype="complex64"),
                tensor(2.5, "float64"),
            ),
            case("hidden complex and 1j", integers(2, dtype="complex128"), 1j),
            case("hidden 0-d float and 1j", tensor(1.5), 1j),
            case("hidden 0-d double and 1j", tensor(1.5, "float64"), 1j),
        ],
    },
    mistakes=[
        wrong(
            "numbers count fully",
            "You let a Python number count like a tensor, so 300 makes an int8 tensor int64.",
            """
            def result_type(*operands):
                found = [each.dtype if isinstance(each, Tensor) else of_number(each)
                         for each in operands]
                return reduce(promote_types, found)
            """,
        ),
        wrong(
            "0-d tensors count fully",
            "You let a 0-d tensor count like one with dimensions.",
            """
            def result_type(*operands):
                found = [each.dtype for each in operands if isinstance(each, Tensor)]
                numbers = [of_number(each) for each in operands if not isinstance(each, Tensor)]
                result = reduce(promote_types, found) if found else None
                for number in numbers:
                    if result is None or number.category > result.category:
                        result = number if result is None else promote_types(result, number)
                return result
            """,
        ),
        wrong(
            "0-d tensors count as numbers",
            "You put 0-d tensors and Python numbers into one kind. A 0-d tensor comes first.",
            """
            def result_type(*operands):
                kinds = [], []
                for each in operands:
                    if isinstance(each, Tensor) and each.ndim:
                        kinds[0].append(each.dtype)
                    else:
                        kinds[1].append(each.dtype if isinstance(each, Tensor) else of_number(each))
                found = [reduce(promote_types, kind) for kind in kinds if kind]
                if len(found) == 2 and found[1].category > found[0].category:
                    if found[0].is_floating_point:
                        return promote_types(found[0], torch.complex64)
                    return promote_types(*found)
                return found[0]
            """,
        ),
        wrong(
            "numbers never count",
            "You leave Python numbers out. Where their category is higher they count.",
            """
            def result_type(*operands):
                wide = [e.dtype for e in operands if isinstance(e, Tensor) and e.ndim]
                small = [e.dtype for e in operands if isinstance(e, Tensor) and not e.ndim]
                if not wide + small:
                    return reduce(promote_types, map(of_number, operands))
                if not wide or not small:
                    return reduce(promote_types, wide or small)
                one, other = reduce(promote_types, wide), reduce(promote_types, small)
                if one.is_floating_point and other.is_complex:
                    return promote_types(one, torch.complex64)
                return promote_types(one, other) if other.category > one.category else one
            """,
        ),
        wrong(
            "the first operand's type",
            "You answer with the type of the first tensor. The others count too.",
            """
            def result_type(*operands):
                for each in operands:
                    if isinstance(each, Tensor):
                        return each.dtype
                return reduce(promote_types, map(of_number, operands))
            """,
        ),
        wrong(
            "the later kind replaces",
            "A later kind of higher category does not replace the type: both are promoted.",
            """
            def result_type(*operands):
                kinds = [], [], []
                for each in operands:
                    if isinstance(each, Tensor):
                        kinds[0 if each.ndim else 1].append(each.dtype)
                    else:
                        kinds[2].append(of_number(each))
                result = None
                for kind in kinds:
                    if kind:
                        common = reduce(promote_types, kind)
                        if result is None or common.category > result.category:
                            result = common
                return result
            """,
        ),
        wrong(
            "one after the other",
            "You take the operands as they come. All tensors with dimensions come first, then "
            "all 0-d ones, then the numbers.",
            """
            def result_type(*operands):
                result = None
                for each in operands:
                    found = each.dtype if isinstance(each, Tensor) else of_number(each)
                    full = isinstance(each, Tensor) and each.ndim
                    if result is None:
                        result = found
                    elif full or found.category > result.category:
                        result = promote_types(result, found)
                return result
            """,
        ),
        wrong(
            "one element is 0-d",
            "A tensor of shape (1,) is not 0-d: it has a dimension. Look at `ndim`, not at the "
            "number of elements.",
            """
            def result_type(*operands):
                kinds = [], [], []
                for each in operands:
                    if isinstance(each, Tensor):
                        kinds[0 if each.numel() != 1 else 1].append(each.dtype)
                    else:
                        kinds[2].append(of_number(each))
                result = None
                for kind in kinds:
                    if kind:
                        common = reduce(promote_types, kind)
                        if result is None:
                            result = common
                        elif result.is_floating_point and common.is_complex:
                            result = promote_types(result, torch.complex64)
                        elif common.category > result.category:
                            result = promote_types(result, common)
                return result
            """,
        ),
        wrong(
            "complex as wide as it comes",
            "A float32 tensor stays narrow: with a complex128 of a later kind it gives complex64.",
            """
            def result_type(*operands):
                kinds = [], [], []
                for each in operands:
                    if isinstance(each, Tensor):
                        kinds[0 if each.ndim else 1].append(each.dtype)
                    else:
                        kinds[2].append(of_number(each))
                result = None
                for kind in kinds:
                    if kind:
                        common = reduce(promote_types, kind)
                        if result is None:
                            result = common
                        elif common.category > result.category:
                            result = promote_types(result, common)
                return result
            """,
        ),
        wrong(
            "an equal category counts",
            "A later kind counts only where its category is higher. With an equal one, nothing "
            "changes.",
            """
            def result_type(*operands):
                kinds = [], [], []
                for each in operands:
                    if isinstance(each, Tensor):
                        kinds[0 if each.ndim else 1].append(each.dtype)
                    else:
                        kinds[2].append(of_number(each))
                result = None
                for kind in kinds:
                    if kind:
                        common = reduce(promote_types, kind)
                        if result is None:
                            result = common
                        elif result.is_floating_point and common.is_complex:
                            result = promote_types(result, torch.complex64)
                        elif common.category >= result.category:
                            result = promote_types(result, common)
                return result
            """,
        ),
        wrong(
            "adds them",
            "A ready-made function does the work here. Find the type yourself.",
            """
            def result_type(*operands):
                return torch.result_type(*operands)
            """,
        ),
    ],
    alternatives=styles(
        recursive_by_kind="""
            def kind_of(x):
                return 2 if not isinstance(x, torch.Tensor) else 0 if x.dim() > 0 else 1

            def own_type(x):
                return x.dtype if isinstance(x, torch.Tensor) else of_number(x)

            def result_type(*operands):
                best = None
                for kind in range(3):
                    found = None
                    for x in operands:
                        if kind_of(x) == kind:
                            t = own_type(x)
                            found = t if found is None else promote_types(found, t)
                    if best is None or found is None:
                        best = best or found
                    elif found.is_complex and best.is_floating_point:
                        best = torch.complex128 if best is torch.float64 else torch.complex64
                    elif found.category > best.category:
                        best = promote_types(best, found)
                return best
            """,
        by_sorting="""
            def result_type(*operands):
                ranked = []
                for x in operands:
                    if isinstance(x, Tensor):
                        ranked.append((min(x.ndim, 1), x.dtype))
                    else:
                        ranked.append((-1, of_number(x)))
                answer = None
                for rank in sorted({rank for rank, _ in ranked}, reverse=True):
                    types = [t for r, t in ranked if r == rank]
                    together = types[0]
                    for t in types[1:]:
                        together = promote_types(t, together)
                    if answer is None:
                        answer = together
                    if together.category <= answer.category:
                        continue
                    if answer.category == 2:
                        together = torch.complex64
                    answer = promote_types(answer, together)
                return answer
            """,
        with_a_helper="""
            def later(first, second):
                if first is None or second is None:
                    return first or second
                if second.category <= first.category:
                    return first
                if first in (torch.float16, torch.bfloat16, torch.float32):
                    return torch.complex64
                return promote_types(first, second) if first is not torch.float64 else (
                    torch.complex128)

            def met(types):
                types = list(types)
                return reduce(promote_types, types) if types else None

            def result_type(*operands):
                tensors = [x for x in operands if isinstance(x, Tensor)]
                return later(
                    later(met(x.dtype for x in tensors if x.ndim),
                          met(x.dtype for x in tensors if not x.ndim)),
                    met(of_number(x) for x in operands if not isinstance(x, Tensor)),
                )
            """,
    ),
    equivalent_mutants={
        "`promote_types(result, complex64)` -> `promote_types(complex64, result)`": ORDER,
        "`promote_types(result, common)` -> `promote_types(common, result)`": ORDER,
    },
)

# --- 9

register_hidden(
    "to_channels_first",
    cases={
        "one picture": [
            case("hidden one pixel", tensor([[[1, 2, 3]]])),
            case("hidden one channel", integers(3, 2, 1)),
            case("hidden transposed", randn(3, 4, 2, layout="transposed")),
            case("hidden high", integers(5, 2, 3)),
        ],
        "batches": [
            case("hidden all equal", integers(3, 3, 3, 3)),
            case("hidden one in the batch", randn(1, 2, 4, 3)),
            case("hidden strided batch", randn(2, 3, 2, 2, layout="strided")),
        ],
    },
    mistakes=[
        wrong(
            "deals the numbers out anew",
            "You keep the order of the numbers in memory and only cut it at other places. The "
            "dimensions have to change places.",
            """
            def to_channels_first(image):
                *batch, height, width, channels = image.shape
                return image.reshape(*batch, channels, height, width)
            """,
        ),
        wrong(
            "swaps two",
            "You swap the first and the last: rows and columns of the picture change places too.",
            """
            def to_channels_first(image):
                return image.transpose(-1, -3)
            """,
        ),
        wrong(
            "turns all round",
            "You turn all dimensions round. Height still comes before width.",
            """
            def to_channels_first(image):
                return image.permute(*reversed(range(image.dim())))
            """,
        ),
        wrong(
            "one picture only",
            "You move the channels to the very front. In a batch, the batch comes first.",
            """
            def to_channels_first(image):
                return image.movedim(-1, 0)
            """,
        ),
        wrong(
            "the other way",
            "You move the other way round, from channels first to channels last.",
            """
            def to_channels_first(image):
                return image.movedim(-3, -1)
            """,
        ),
        wrong(
            "a copy",
            "You make a copy. The same memory with other strides is enough.",
            """
            def to_channels_first(image):
                return image.movedim(-1, -3).contiguous().clone()
            """,
        ),
        wrong(
            "height and width only",
            "You swap height and channels' neighbour only: the channels are still not in front.",
            """
            def to_channels_first(image):
                return image.transpose(-1, -2)
            """,
        ),
        wrong(
            "three dimensions only",
            "You name the dimensions from the front, so a batch is out of place.",
            """
            def to_channels_first(image):
                rest = tuple(range(3, image.dim()))
                return image.permute(2, 0, 1, *rest)
            """,
        ),
    ],
    alternatives=styles(
        permute="""
            def to_channels_first(image):
                n = image.dim()
                return image.permute(*range(n - 3), n - 1, n - 3, n - 2)
            """,
        two_swaps="""
            def to_channels_first(image):
                return image.transpose(-1, -2).transpose(-2, -3)
            """,
        as_strided="""
            def to_channels_first(image):
                shape, stride = list(image.shape), list(image.stride())
                shape.insert(-2, shape.pop())
                stride.insert(-2, stride.pop())
                return image.as_strided(shape, stride)
            """,
        torch_function="""
            def to_channels_first(image):
                return torch.movedim(image, image.ndim - 1, image.ndim - 3)
            """,
    ),
)

# --- 10

register_hidden(
    "windows",
    cases={
        "values": [
            case("hidden wide", integers(2, 7), 2),
            case("hidden high", integers(6, 3), 3),
            case("hidden larger", randn(7, 6), 4),
            case("hidden bytes", integers(4, 4, low=0, dtype="uint8"), 2),
        ],
        "pictures that are views": [
            case("hidden transposed", randn(5, 4, layout="transposed"), 3),
            case("hidden strided", randn(4, 4, layout="strided"), 3),
            case("hidden one column", randn(4, 1).expand(4, 3), 2),
        ],
        "gradient": [
            case(
                "hidden three",
                randn(4, 4, dtype="float64", requires_grad=True),
                3,
                compares=("gradient",),
            ),
            case(
                "hidden transposed gradient",
                randn(3, 4, dtype="float64", requires_grad=True, layout="transposed"),
                2,
                compares=("gradient",),
            ),
        ],
    },
    mistakes=[
        wrong(
            "strides of a new picture",
            "You use the strides that a new picture of this shape would have. This one may be a "
            "view itself: ask it with `stride()`.",
            """
            def windows(image, size):
                height, width = image.shape
                rows, columns = height - size + 1, width - size + 1
                return image.as_strided((rows, columns, size, size), (width, 1, width, 1))
            """,
        ),
        wrong(
            "one window too few",
            "The last window begins `size` before the end, so there is one more than you think.",
            """
            def windows(image, size):
                height, width = image.shape
                down, right = image.stride()
                rows, columns = height - size, width - size
                return image.as_strided((rows, columns, size, size), (down, right, down, right))
            """,
        ),
        wrong(
            "tiles",
            "Your windows stand side by side. They begin at every pixel and overlap.",
            """
            def windows(image, size):
                height, width = image.shape
                down, right = image.stride()
                shape = (height // size, width // size, size, size)
                return image.as_strided(shape, (size * down, size * right, down, right))
            """,
        ),
        wrong(
            "windows transposed",
            "Inside each window rows and columns have changed places.",
            """
            def windows(image, size):
                height, width = image.shape
                down, right = image.stride()
                rows, columns = height - size + 1, width - size + 1
                return image.as_strided((rows, columns, size, size), (down, right, right, down))
            """,
        ),
        wrong(
            "inside out",
            "The place in the window comes before the place of the window. It is the other way.",
            """
            def windows(image, size):
                height, width = image.shape
                down, right = image.stride()
                rows, columns = height - size + 1, width - size + 1
                return image.as_strided((size, size, rows, columns), (down, right, down, right))
            """,
        ),
        wrong(
            "height and width swapped",
            "You mix up height and width.",
            """
            def windows(image, size):
                width, height = image.shape
                down, right = image.stride()
                rows, columns = height - size + 1, width - size + 1
                return image.as_strided((rows, columns, size, size), (down, right, down, right))
            """,
        ),
        wrong(
            "a copy of each",
            "You copy every window. All of them are in the picture's memory already.",
            """
            def windows(image, size):
                height, width = image.shape
                return torch.stack([
                    torch.stack([
                        image.narrow(0, y, size).narrow(1, x, size)
                        for x in range(width - size + 1)
                    ])
                    for y in range(height - size + 1)
                ])
            """,
        ),
        wrong(
            "makes it contiguous first",
            "You copy the picture before you look through the windows, so they no longer show "
            "the picture itself.",
            """
            def windows(image, size):
                image = image.clone().contiguous()
                height, width = image.shape
                down, right = image.stride()
                rows, columns = height - size + 1, width - size + 1
                return image.as_strided((rows, columns, size, size), (down, right, down, right))
            """,
        ),
        wrong(
            "leaves the graph",
            "You look at the memory in NumPy. No gradient finds its way back from there.",
            """
            def windows(image, size):
                from numpy.lib.stride_tricks import as_strided
                array = image.detach().numpy()
                height, width = array.shape
                shape = (height - size + 1, width - size + 1, size, size)
                return torch.from_numpy(as_strided(array, shape, array.strides * 2))
            """,
        ),
        wrong(
            "always from the beginning",
            "You begin at place 0 of the memory. The picture begins at its storage offset, which "
            "as_strided keeps if you do not give another.",
            """
            def windows(image, size):
                height, width = image.shape
                down, right = image.stride()
                rows, columns = height - size + 1, width - size + 1
                shape, stride = (rows, columns, size, size), (down, right, down, right)
                return image.as_strided(shape, stride, 0)
            """,
        ),
    ],
    alternatives=styles(
        unfold="""
            def windows(image, size):
                return image.unfold(0, size, 1).unfold(1, size, 1)
            """,
        strides_twice="""
            def windows(image, size):
                count = [n - size + 1 for n in image.shape]
                return torch.as_strided(image, [*count, size, size], 2 * image.stride())
            """,
        with_the_offset="""
            def windows(image, size):
                (h, w), (a, b) = image.size(), image.stride()
                return image.as_strided(
                    (h - size + 1, w - size + 1, size, size), (a, b, a, b), image.storage_offset()
                )
            """,
    ),
)
