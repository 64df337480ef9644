"""Does a graph depend on the numbers it was captured with? Capture again with others: compare."""

from __future__ import annotations

import numpy as np

from penlight.graphs.ir import Graph, Value


def other_numbers(array):
    """Numbers of the same kind in the same shape: what is there, turned around and moved a bit."""
    turned = np.flip(array).copy()
    if array.dtype.kind == "f":
        return (turned * array.dtype.type(0.75) + array.dtype.type(0.125)).astype(array.dtype)
    return turned


def difference(first: Graph, second: Graph) -> str | None:
    """What differs between two captures of one function, in words; None if nothing does."""
    if [node.op for node in first.nodes] != [node.op for node in second.nodes]:
        return "it runs other operations for other numbers"
    if len(first.constants) != len(second.constants):
        return "it has other constants for other numbers"
    for (value, a), b in zip(first.constants.items(), second.constants.values(), strict=True):
        if not _equal(a, b):
            return (
                f"{value}: {value.type} is kept as a constant, but depends on the inputs' numbers"
            )
    for one, two in zip(first.nodes, second.nodes, strict=True):
        if not (_equal(one.args, two.args) and _equal(one.attrs, two.attrs)):
            return f"{one} was recorded with plain numbers that depend on the inputs' numbers"
    return None


def _equal(a, b) -> bool:
    if isinstance(a, Value) and isinstance(b, Value):
        return a.name == b.name
    if isinstance(a, Graph) and isinstance(b, Graph):
        return difference(a, b) is None
    if isinstance(a, np.ndarray | np.generic):
        return np.shape(a) == np.shape(b) and bool(
            np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
        )
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return a == b or (a != a and b != b)
