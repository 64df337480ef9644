"""Collating: a list of samples becomes one batch."""

from collections.abc import Mapping, Sequence

import numpy as np

from penlight.slots import slot
from penlight.tensors.creation import from_numpy, tensor
from penlight.tensors.dtypes import float64
from penlight.tensors.joining import stack
from penlight.tensors.tensor import Tensor


@slot(exercise="06_training")
def default_collate(batch):
    """Stack tensors, arrays and numbers; go into tuples, lists and dicts; keep strings as lists.

    Python floats become float64, whole numbers int64. A dict stays a dict; a tuple or list becomes
    a list, a named tuple keeps its type. TypeError for anything else, RuntimeError if the samples
    do not have one shape. Example: [(1, "a"), (2, "b")] gives [tensor([1, 2]), ["a", "b"]].
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch)
    if isinstance(first, np.ndarray | np.generic) and first.dtype.kind not in "SUaO":
        return stack([from_numpy(np.array(each)) for each in batch])
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([each[key] for each in batch]) for key in first}
    if isinstance(first, Sequence):
        if any(len(each) != len(first) for each in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        columns = [default_collate(column) for column in zip(*batch, strict=True)]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)}"
    )


def default_convert(data):
    """Without batches: arrays become tensors, the rest stays."""
    if isinstance(data, np.ndarray) and data.dtype.kind not in "SUaO":
        return from_numpy(data)
    if isinstance(data, Mapping):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [default_convert(value) for value in data]
    return data
