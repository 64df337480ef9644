"""How shapes meet, column by column. `shapes.js` is its twin; a test holds them together.

Written apart from penlight: a student's broken `broadcast_shapes` must not break the picture of it.
"""

from dataclasses import dataclass
from math import prod
from operator import index

MAX_DIMS = 8
MAX_SIZE = 10**12
NAMES = "abc"


@dataclass(frozen=True)
class Column:
    """One dim of the result: the operands' sizes there (None: missing), and what they make.

    `size` is None when they clash. `dim` counts from the right: -1 is the last.
    """

    dim: int
    sizes: tuple
    size: int | None


@dataclass(frozen=True)
class Clash:
    """Where PyTorch stops: sizes `left` and `right` of operands (names) at `dim` of that step."""

    dim: int
    column: int
    left: int
    right: int
    left_name: str
    right_name: str


@dataclass(frozen=True)
class Alignment:
    """Shapes written under each other, last dims in one column; `result` is None on a `clash`."""

    shapes: tuple
    columns: tuple
    result: tuple | None
    clash: Clash | None


def as_shape(value, name):
    """`value` (a shape, or what has one) as a tuple of ints; ValueError says what is wrong."""
    try:
        shape = tuple(index(size) for size in getattr(value, "shape", value))
    except TypeError:
        raise ValueError(
            f"{name} must be a shape such as (3, 1), a tuple of whole numbers, not {value!r}"
        ) from None
    if len(shape) > MAX_DIMS:
        raise ValueError(f"{name} has {len(shape)} dims; the explorer shows up to {MAX_DIMS}")
    for size in shape:
        if size < 0:
            raise ValueError(f"{name} = {shape}: {size} is negative, and a size counts cells")
        if size > MAX_SIZE:
            raise ValueError(f"{name} = {shape}: sizes here go up to {MAX_SIZE:,}")
    return shape


def meet(left, right):
    """The size two sizes make, None if they clash: the whole rule."""
    if left == right or right == 1:
        return left
    return right if left == 1 else None


def align(*shapes):
    """Write `shapes` under each other from the right and let each column meet."""
    width = max(map(len, shapes))
    columns = []
    for place in range(width):
        dim = place - width
        sizes = tuple(shape[dim] if len(shape) >= -dim else None for shape in shapes)
        size = 1
        for other in sizes:
            size = None if size is None else meet(size, 1 if other is None else other)
        columns.append(Column(dim, sizes, size))
    clash = _first_clash(shapes)
    result = None if clash else tuple(column.size for column in columns)
    return Alignment(shapes, tuple(columns), result, clash)


def _first_clash(shapes):
    """PyTorch works out a + b before + c, and each step from the right."""
    so_far, name = shapes[0], NAMES[0]
    for k, shape in enumerate(shapes[1:], 1):
        width = max(len(so_far), len(shape))
        left = (1,) * (width - len(so_far)) + so_far
        right = (1,) * (width - len(shape)) + shape
        for dim in reversed(range(width)):
            if meet(left[dim], right[dim]) is None:
                return Clash(dim, dim - width, left[dim], right[dim], name, NAMES[k])
        so_far = tuple(map(meet, left, right))
        name = f"{name} and {NAMES[k]}"
    return None


def contiguous_strides(shape):
    """Steps in memory, in elements, of a new tensor of `shape`."""
    return tuple(prod(max(size, 1) for size in shape[dim + 1 :]) for dim in range(len(shape)))


def expanded_strides(shape, result):
    """Strides of a new tensor of `shape` expanded to `result`, as PyTorch's `expand` gives them."""
    if not shape:
        return (0,) * len(result)
    new = len(result) - len(shape)
    strides = list(contiguous_strides(shape))
    for dim, size in enumerate(shape):
        if size != result[new + dim]:
            strides[dim] = 0
    for dim in reversed(range(new)):
        # A new dim of size 1 gets the stride its neighbour suggests; it is never walked along.
        strides.insert(0, result[dim + 1] * strides[0] if result[dim] == 1 else 0)
    return tuple(strides)


def written(shape):
    """A shape as Python writes the tuple."""
    return str(tuple(shape))


def verdict(alignment, op):
    """The outcome in one sentence."""
    expression = f" {op} ".join(map(written, alignment.shapes))
    if alignment.clash is None:
        return f"{expression} gives {written(alignment.result)}"
    at = alignment.clash
    return (
        f"{expression} fails at dim {at.column}: {at.left_name} {_has(at.left_name)} {at.left}, "
        f"{at.right_name} has {at.right}; they differ and neither is 1"
    )


def pytorch_error(clash):
    """The sentence PyTorch raises (as a RuntimeError) for the clash."""
    return (
        f"The size of tensor a ({clash.left}) must match the size of tensor b ({clash.right}) "
        f"at non-singleton dimension {clash.dim}"
    )


def column_words(column):
    """What happens in one column, in words."""
    names = NAMES[: len(column.sizes)]
    parts = [
        f"{name} has no dim here (counts as 1)" if size is None else f"{name} has {size}"
        for name, size in zip(names, column.sizes, strict=True)
    ]
    told = f"dim {column.dim}: " + ", ".join(parts)
    if column.size is None:
        return f"{told}. They differ and neither is 1: this cannot broadcast."
    movers = [
        name
        for name, size in zip(names, column.sizes, strict=True)
        if column.size != (1 if size is None else size)
    ]
    if not movers:
        return f"{told}. Nothing stretches; the result has {column.size}."
    verb = "stretches" if len(movers) == 1 else "stretch"
    how = "is repeated 0 times" if column.size == 0 else f"{verb} to {column.size}"
    return f"{told}. {' and '.join(movers)} {how}, with stride 0."


def _has(name):
    return "have" if " and " in name else "has"
