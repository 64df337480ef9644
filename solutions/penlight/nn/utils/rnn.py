"""Sequences of different lengths in one batch: padded, or packed without the padding.

A packed batch holds step 0 of all sequences, then step 1 of those that are long enough, and so
on, the longest sequence first; `batch_sizes` says how many sequences each step has.
"""

from collections import namedtuple

import numpy as np

from penlight.tensors.creation import tensor
from penlight.tensors.devices import CPU, move
from penlight.tensors.joining import cat, stack
from penlight.tensors.tensor import Tensor, wrap


class PackedSequence(
    namedtuple("PackedSequence", "data batch_sizes sorted_indices unsorted_indices")
):
    """What `pack_padded_sequence` makes and recurrent layers take.

    sorted_indices    the order of the sequences in the pack, None if it is the batch's
    unsorted_indices  the order that puts results back
    """

    def __new__(cls, data, batch_sizes, sorted_indices=None, unsorted_indices=None):
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args, **kwargs):
        return self._replace(data=self.data.to(*args, **kwargs))

    @property
    def is_cuda(self) -> bool:
        return self.data.is_cuda


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes `permutation`."""
    if permutation is None:
        return None
    order = move(permutation._array, CPU)
    return wrap(np.argsort(order)).to(permutation.device)


def _lengths(lengths) -> np.ndarray:
    if isinstance(lengths, Tensor):
        if lengths.is_cuda:
            raise RuntimeError("'lengths' argument should be a 1D CPU int64 tensor")
        lengths = lengths._array
    lengths = np.asarray(lengths, np.int64)
    if lengths.ndim != 1 or not lengths.size or lengths.min() <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            f"that is <= 0: {lengths.tolist()}"
        )
    return lengths


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right") -> Tensor:
    """Sequences (Lᵢ, …) as one tensor (L, N, …), or (N, L, …) with `batch_first`."""
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side should be 'left' or 'right', but got {padding_side!r}")
    sequences = list(sequences)
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    longest = max(len(each) for each in sequences)
    padded = []
    for each in sequences:
        missing = each.new_full((longest - len(each), *each.shape[1:]), padding_value)
        padded.append(cat([missing, each] if padding_side == "left" else [each, missing]))
    return stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences, lengths, batch_first=False) -> list[Tensor]:
    """The sequences that `pad_sequence` joined."""
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    lengths = lengths.tolist() if isinstance(lengths, Tensor) else lengths
    return [each[:n] for each, n in zip(padded_sequences.unbind(0), lengths, strict=True)]


def pack_padded_sequence(input, lengths, batch_first=False, enforce_sorted=True) -> PackedSequence:
    """A padded batch (L, N, …), or (N, L, …) with `batch_first`, without its padding.

    With `enforce_sorted` the lengths must fall; else the sequences are sorted here.
    """
    lengths, order = _lengths(lengths), None
    if not enforce_sorted:
        order = np.argsort(-lengths, kind="stable")
        lengths = lengths[order]
    elif (np.diff(lengths) > 0).any():
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. "
            "You can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    steps = input.transpose(0, 1) if batch_first else input
    if len(lengths) != steps.shape[1]:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} "
            f"(batch_size={steps.shape[1]})"
        )
    if lengths[0] > steps.shape[0]:
        raise RuntimeError(
            f"Expected lengths of at most {steps.shape[0]}, the padded length, but got {lengths[0]}"
        )
    # Where step t of sequence i lies in the padded batch: i first, then t.
    step, sequence = np.nonzero(np.arange(lengths[0])[:, None] < lengths)
    chosen = sequence if order is None else order[sequence]
    data = steps[tensor(step, device=input.device), tensor(chosen, device=input.device)]
    sorted_indices = None if order is None else tensor(order, device=input.device)
    return PackedSequence(data, wrap(np.bincount(step)), sorted_indices)


def pad_packed_sequence(
    sequence, batch_first=False, padding_value=0.0, total_length=None
) -> tuple[Tensor, Tensor]:
    """A packed batch padded again, and the sequences' lengths."""
    sizes = sequence.batch_sizes._array
    longest = len(sizes) if total_length is None else total_length
    if longest < len(sizes):
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, "
            f"but got total_length={total_length} and max sequence length being {len(sizes)}"
        )
    pieces = sequence.data.split(sizes.tolist())
    rows = []
    for piece in pieces:
        missing = piece.new_full((int(sizes[0]) - len(piece), *piece.shape[1:]), padding_value)
        rows.append(cat([piece, missing]))
    empty = rows[0].new_full(rows[0].shape, padding_value)
    padded = stack(rows + [empty] * (longest - len(rows)))
    lengths = wrap((sizes[:, None] > np.arange(sizes[0])).sum(0))
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices.cpu()]
    return (padded.transpose(0, 1) if batch_first else padded), lengths


def pack_sequence(sequences, enforce_sorted=True) -> PackedSequence:
    """Sequences (Lᵢ, …) packed."""
    lengths = [len(each) for each in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences) -> list[Tensor]:
    """The sequences that `pack_sequence` packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
