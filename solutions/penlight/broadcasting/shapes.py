"""The rule: which shape several shapes broadcast to."""

from penlight.slots import slot
from penlight.tensors.tensor import Size


@slot(exercise="02_broadcasting")
def broadcast_shapes(*shapes):
    """The shape that `shapes` broadcast to, read from the right; RuntimeError if there is none.

    Two lengths agree if they are equal or one of them is 1; a missing dimension counts as 1.
    Example: (5, 1, 3) and (4, 1) give (5, 4, 3).
    """
    ndim = max((len(shape) for shape in shapes), default=0)
    result = [1] * ndim
    for shape in shapes:
        for i in range(-1, -len(shape) - 1, -1):
            if shape[i] == 1:
                continue
            if result[i] not in (1, shape[i]):
                raise RuntimeError(
                    f"The size of tensor a ({result[i]}) must match the size of tensor b "
                    f"({shape[i]}) at non-singleton dimension {ndim + i}"
                )
            result[i] = shape[i]
    return tuple(result)


def public_broadcast_shapes(*shapes) -> Size:
    """What users call: `broadcast_shapes`, where a single length may stand for a shape."""
    return Size(broadcast_shapes(*((s,) if isinstance(s, int) else tuple(s) for s in shapes)))
