"""All parameters as one vector, and back."""

from penlight.tensors.joining import cat
from penlight.tensors.tensor import Tensor


def parameters_to_vector(parameters) -> Tensor:
    """All parameters, one after the other, as one vector."""
    return cat([p.reshape(-1) for p in parameters])


def vector_to_parameters(vec, parameters) -> None:
    """Give each parameter its stretch of the vector as its memory."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected Tensor, but got: {type(vec).__name__}")
    start = 0
    for p in parameters:
        p.data = vec[start : start + p.numel()].reshape(p.shape).data
        start += p.numel()
