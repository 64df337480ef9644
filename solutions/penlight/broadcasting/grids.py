"""Every combination of several vectors, as stretched views of them."""

import warnings

from penlight.tensors.joining import stack
from penlight.tensors.tensor import Tensor


def meshgrid(*tensors, indexing: str | None = None) -> tuple[Tensor, ...]:
    """One view of each vector, all of one shape: together they run through every combination.

    indexing  "ij": dimension `k` belongs to vector `k`; "xy": the first two change places.
    """
    if len(tensors) == 1 and isinstance(tensors[0], list | tuple):
        tensors = tensors[0]
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    for x in tensors:
        if x.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got {x}"
            )
        if x.dtype is not tensors[0].dtype:
            raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype")
        if x.device != tensors[0].device:
            raise RuntimeError("torch.meshgrid expects all tensors to have the same device")
    if indexing is None:
        warnings.warn(
            "torch.meshgrid: in an upcoming release, it will be required to pass the indexing "
            "argument.",
            stacklevel=2,
        )
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(
            f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
        )
    if indexing == "xy" and len(tensors) > 1:
        first, second, *rest = meshgrid(tensors[1], tensors[0], *tensors[2:], indexing="ij")
        return (second, first, *rest)
    shape = [x.numel() for x in tensors]
    return tuple(
        x.view(*(-1 if d == k else 1 for d in range(len(shape)))).expand(shape)
        for k, x in enumerate(tensors)
    )


def cartesian_prod(*tensors) -> Tensor:
    """Every combination of one element of each vector, one a row."""
    for x in tensors:
        if x.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(x._array.shape)}")
    if len(tensors) == 1:
        return tensors[0]
    return stack([x.flatten() for x in meshgrid(*tensors, indexing="ij")], dim=1)
