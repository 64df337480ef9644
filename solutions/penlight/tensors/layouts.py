"""The order in which a tensor's elements may lie in memory, as PyTorch names it."""


class memory_format:
    """One of `contiguous_format` (row by row), `preserve_format`, `channels_last`."""

    def __init__(self, name: str):
        self._name = name

    def __repr__(self):
        return f"torch.{self._name}"

    def __reduce__(self):
        return self._name


class layout(memory_format):
    """How a tensor is stored; there is only `strided`."""


def memory_order(array) -> list[int]:
    """The dimensions of an array from the longest stride to the shortest, as a copy keeps them.

    A stretched dimension (stride 0) stays where it is among its neighbours.
    """
    order = list(range(array.ndim))[::-1]  # the shortest first, for now
    for i in range(1, array.ndim):
        for k in range(i - 1, -1, -1):
            inner, outer = order[k], order[i]
            a, b = array.strides[inner], array.strides[outer]
            if 0 < a < b:
                break
            if a > b > 0 or (a == b > 0 and array.shape[inner] > array.shape[outer]):
                order[k], order[i], i = outer, inner, k
    return order[::-1]


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
strided = layout("strided")

__all__ = [
    "channels_last", "contiguous_format", "layout", "memory_format", "preserve_format", "strided",
]  # fmt: skip
