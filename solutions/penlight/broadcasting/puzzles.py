"""Loops that broadcasting replaces: every pair of two lists at once."""

from penlight.slots import slot
from penlight.tensors.tensor import Tensor, teach


@slot(exercise="02_broadcasting")
def outer(a, b):
    """Every product of two vectors (n,) and (m,), as (n, m): `result[i, j] = a[i] * b[j]`.

    Example: [1, 2] and [3, 4, 5] give [[3, 4, 5], [6, 8, 10]].
    """
    return a.unsqueeze(1) * b


@slot(exercise="02_broadcasting")
def squared_distances(x, y):
    """Squared distance of every row of x (n, d) to every row of y (m, d), as (n, m).

    Example: [[0, 0], [3, 4]] and [[0, 1]] give [[1], [18]].
    """
    difference = x.unsqueeze(1) - y
    return (difference * difference).sum(2)


@teach("outer", "ger")
def _outer(self, vec2) -> Tensor:
    return outer(self, vec2)
