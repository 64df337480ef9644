"""The same value for both libraries: copies of PyTorch's samples, as PyTorch's and as penlight's.

Copies keep what a plain copy loses: strides, offset, memory that several tensors of a sample
share, `requires_grad`.
"""

from __future__ import annotations

from collections.abc import Mapping

import ml_dtypes
import numpy as np
import torch

import penlight
from penlight.tensors.tensor import alias


def numpy_dtype(dtype: torch.dtype) -> np.dtype:
    name = str(dtype).removeprefix("torch.")
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def flat(tensor: torch.Tensor) -> np.ndarray:
    """A copy of the whole storage of a CPU tensor, as a flat array of its type."""
    storage = tensor.untyped_storage()
    raw = np.array(torch.tensor([], dtype=torch.uint8).set_(storage).numpy())
    size = tensor.element_size()
    return raw[: len(raw) // size * size].view(numpy_dtype(tensor.dtype))


class _Copier:
    """Copies a sample; tensors that share storage in the sample share it in the copy."""

    def __init__(self):
        self._storages = {}

    def __call__(self, value):
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, torch.Size):
            return self.size(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self, value))
        if isinstance(value, list | tuple):
            return type(value)(map(self, value))
        if isinstance(value, Mapping):
            return {key: self(each) for key, each in value.items()}
        return self.other(value)

    def size(self, value):
        return value

    def other(self, value):
        return value

    def tensor(self, value):
        detached = value.detach()
        place = detached.untyped_storage().data_ptr(), detached.dtype
        if place not in self._storages:
            # Kept alive with its copy: the address of a freed tensor may come again.
            self._storages[place] = detached, self.base(detached)
        window = self.window(self._storages[place][1], detached)
        return window.requires_grad_() if value.requires_grad else window


class TorchCopier(_Copier):
    def base(self, value):
        return torch.from_numpy(flat(value).view(np.uint8)).view(value.dtype)

    def window(self, base, value):
        return base.as_strided(value.shape, value.stride(), value.storage_offset()).detach()


class PenlightCopier(_Copier):
    def __init__(self, device: str = "cpu"):
        super().__init__()
        self.device = device

    def base(self, value):
        return penlight.from_numpy(flat(value)).to(self.device)

    def window(self, base, value):
        storage = base.storage()
        return alias(
            base,
            storage.window(
                numpy_dtype(value.dtype), value.shape, value.stride(), value.storage_offset()
            ),
        )

    def size(self, value):
        return penlight.Size(value)

    def other(self, value):
        if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
            return getattr(penlight, str(value).removeprefix("torch."))
        if isinstance(value, torch.device):
            return penlight.device(self.device)
        if isinstance(value, str) and value == "cpu":
            return self.device
        if isinstance(value, torch.Generator):
            made = penlight.Generator()
            made.set_state(PenlightCopier()(value.get_state()))
            return made
        return value


def to_array(tensor) -> np.ndarray:
    """The values of either library's tensor as a NumPy array, for comparing only."""
    if isinstance(tensor, torch.Tensor):
        wide = tensor.float() if tensor.dtype is torch.bfloat16 else tensor
        return wide.numpy(force=True)
    array = tensor.detach().cpu()
    return (array.float() if array.dtype is penlight.bfloat16 else array).numpy()


def tensors_in(value) -> list:
    """All tensors of either library in nested lists, tuples and dicts, in order."""
    if isinstance(value, torch.Tensor | penlight.Tensor):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [each for item in value for each in tensors_in(item)]
    return []
