"""Embedding: rows of a table, looked up by number."""

from penlight.indexing.writing import index_add
from penlight.tensors import dtypes
from penlight.tensors.creation import zeros
from penlight.tensors.devices import array_module
from penlight.tensors.joining import stack
from penlight.tensors.operation import operation
from penlight.tensors.tensor import Tensor, wrap


def _add_rows(xp, g, indices, /, n):
    """The adjoint of looking up: each row of `g` added to the row of the table it came from."""
    d = g.shape[-1]
    out = xp.zeros((n, d), g.dtype)
    # Element by element, since `add.at` has a fast way for one dimension only.
    places = indices.reshape(-1, 1) * d + xp.arange(d)
    xp.add.at(out.reshape(-1), places.reshape(-1), g.reshape(-1))
    return out


# `share` scales the gradient of each looked-up row: 0 for the padding row, say.
embedding_ = operation(
    "embedding",
    lambda xp, weight, indices, share, /: weight[indices],
    weight=lambda m, g, indices, share, weight_shape: m.embedding_back(
        g if share is None else g * share, indices, weight_shape[0]
    ),
)
embedding_back = operation(
    "embedding_back", _add_rows, g=lambda m, h, indices: m.embedding(h, indices, None)
)


def embedding(
    input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
    sparse=False,
) -> Tensor:  # fmt: skip
    """Rows of `weight` (n, d) by number: indices of any shape (…) give (…, d).

    padding_idx         a row that gets no gradient
    max_norm            rows looked up are first cut, in place, to this `norm_type`-norm
    scale_grad_by_freq  divide a row's gradient by how often it was looked up
    """
    if not isinstance(input, Tensor) or input.dtype not in (dtypes.int64, dtypes.int32):
        kind = input.dtype if isinstance(input, Tensor) else type(input).__name__
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got {kind} instead"
        )
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    indices, n = input._array, weight.shape[0]
    if padding_idx is not None:
        if not -n <= padding_idx < n:
            raise AssertionError("Padding_idx must be within num_embeddings")
        padding_idx %= n
    if indices.size and (indices.min() < 0 or indices.max() >= n):
        raise IndexError(
            f"index out of range in self: there are rows 0 to {n - 1}, but the indices go from "
            f"{indices.min()} to {indices.max()}"
        )
    if max_norm is not None:
        _cut_norms(weight, indices, max_norm, norm_type)
    return embedding_(weight, input, _shares(weight, indices, padding_idx, scale_grad_by_freq))


def embedding_bag(
    input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean",
    sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None,
) -> Tensor:  # fmt: skip
    """The sum, mean or maximum of several rows of `weight`: (bags, d).

    input    (bags, n), or (indices,) for bags of different size: bag i starts at `offsets[i]`
             (and the last number of `offsets` is the end if `include_last_offset`)
    others   as in `embedding`; rows of `padding_idx` do not count
    per_sample_weights  a factor for each row, with mode "sum" only
    """
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if per_sample_weights is not None:
        if mode != "sum":
            raise NotImplementedError(
                "embedding_bag: per_sample_weights was not None. per_sample_weights is only "
                f"supported for mode='sum' (got mode='{mode}'). Please open a feature request on "
                "GitHub."
            )
        if per_sample_weights.shape != input.shape:
            raise ValueError(
                f"embedding_bag: If per_sample_weights ({list(per_sample_weights.shape)}) is not "
                f"None, then it must have the same shape as the input ({list(input.shape)})"
            )
    starts, ends = _bags(input, offsets, include_last_offset)
    flat = input.reshape(-1)
    rows = embedding(flat, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)
    counted = flat != padding_idx % weight.shape[0] if padding_idx is not None else flat == flat
    if mode == "max":
        none = zeros(weight.shape[1], dtype=weight.dtype, device=weight.device)
        bags = [rows[a:b][counted[a:b]] for a, b in zip(starts, ends, strict=True)]
        return stack([bag.max(0).values if len(bag) else none for bag in bags])
    if per_sample_weights is not None:
        rows = rows * per_sample_weights.reshape(-1, 1)
    xp = array_module(flat._array)
    lengths = xp.asarray([b - a for a, b in zip(starts, ends, strict=True)], dtype=xp.int64)
    number = wrap(xp.repeat(xp.arange(len(starts)), lengths))[counted]
    empty = zeros(len(starts), weight.shape[1], dtype=weight.dtype, device=weight.device)
    total = index_add(empty, 0, number, rows[counted])
    if mode == "sum":
        return total
    counts = xp.bincount(number._array, minlength=len(starts))
    return total / wrap(xp.maximum(counts, 1).astype(weight._array.dtype)[:, None])


def _bags(input, offsets, include_last_offset) -> tuple[list[int], list[int]]:
    """Where each bag begins and ends among the flattened indices."""
    if input.ndim == 2:
        if offsets is not None:
            raise ValueError(
                "if input is 2D, then offsets has to be None, as input is treated is a mini-batch "
                f"of fixed length sequences. However, found offsets of type {type(offsets)}"
            )
        bags, n = input.shape
        starts = [i * n for i in range(bags + 1)]
    elif input.ndim == 1:
        if not isinstance(offsets, Tensor) or offsets.ndim != 1:
            found = None if offsets is None else getattr(offsets, "shape", offsets)
            raise ValueError(f"offsets has to be a 1D Tensor, but got {found}")
        starts = offsets.tolist()
        if starts and starts[0] != 0:
            raise RuntimeError(
                "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start "
                f"from position 0. However, got {starts[0]}"
            )
        if starts and starts[-1] > len(input):
            raise RuntimeError(
                f"offsets[-1] can not be greater than input's length {len(input)} but got "
                f"offsets[-1] of {starts[-1]}"
            )
        starts = starts if include_last_offset else [*starts, len(input)]
    else:
        raise ValueError(
            f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.ndim}"
        )
    return starts[:-1], starts[1:]


def _shares(weight, indices, padding_idx, scale_grad_by_freq) -> Tensor | None:
    if padding_idx is None and not scale_grad_by_freq:
        return None
    xp = array_module(indices)
    share = xp.ones(indices.shape, weight._array.dtype)
    if scale_grad_by_freq:
        share /= xp.bincount(indices.reshape(-1), minlength=weight.shape[0])[indices]
    if padding_idx is not None:
        share[indices == padding_idx] = 0
    return wrap(share[..., None])


def _cut_norms(weight, indices, max_norm, norm_type):
    xp, table = array_module(indices), weight._array
    used = xp.unique(indices)
    norms = (xp.abs(table[used]) ** norm_type).sum(1) ** (1 / norm_type)
    long = norms > max_norm
    table[used[long]] *= (max_norm / (norms[long] + 1e-7))[:, None].astype(table.dtype)
    weight.storage().version += 1


def one_hot(tensor, num_classes=-1) -> Tensor:
    """Class numbers (…) as rows (…, num_classes) with a single 1."""
    if tensor.dtype is not dtypes.int64:
        raise RuntimeError(
            f"one_hot is only applicable to index tensor of type LongTensor, got {tensor.dtype}"
        )
    array, xp = tensor._array, array_module(tensor._array)
    if not array.size and num_classes <= 0:
        raise RuntimeError("Can not infer total number of classes from empty tensor.")
    if array.size and array.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(array.max()) + 1
    if num_classes < 1:
        raise RuntimeError("num_classes should be positive")
    if array.size and array.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrap((array[..., None] == xp.arange(num_classes)).astype(xp.int64))


__all__ = ["embedding", "embedding_bag", "one_hot"]
