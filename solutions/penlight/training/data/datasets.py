"""Datasets: things with a length and an item at each index, or things to iterate over."""

import bisect
import itertools
import math

from penlight.slots import slot
from penlight.tensors.random import default_generator, randperm


class Dataset:
    """Base class: a subclass has `__getitem__(index)` and `__len__()`."""

    def __getitem__(self, index):
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other):
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Base class for data that comes as a stream: a subclass has `__iter__`."""

    def __iter__(self):
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")

    def __add__(self, other):
        return ChainDataset([self, other])


class TensorDataset(Dataset):
    """Tensors of one length; item `i` is a tuple of their rows `i`."""

    def __init__(self, *tensors):
        if any(len(t) != len(tensors[0]) for t in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(t[index] for t in self.tensors)

    def __len__(self):
        return len(self.tensors[0])


class StackDataset(Dataset):
    """Datasets of one length side by side: items are tuples, or dicts if given by name."""

    def __init__(self, *args, **kwargs):
        if bool(args) == bool(kwargs):
            raise ValueError("StackDataset takes either datasets or named datasets")
        self.datasets = args or kwargs
        lengths = {len(d) for d in (args or kwargs.values())}
        if len(lengths) != 1:
            raise ValueError("Size mismatch between datasets")
        (self._length,) = lengths

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self):
        return self._length


class ConcatDataset(Dataset):
    """Datasets one after the other."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        self.cumulative_sizes = list(itertools.accumulate(map(len, self.datasets)))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        if index < -len(self):
            raise ValueError("absolute value of index should not exceed dataset length")
        index = index + len(self) if index < 0 else index
        number = bisect.bisect_right(self.cumulative_sizes, index)
        before = self.cumulative_sizes[number - 1] if number else 0
        return self.datasets[number][index - before]


class ChainDataset(IterableDataset):
    """Streams one after the other."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        return itertools.chain.from_iterable(self.datasets)

    def __len__(self):
        return sum(len(d) for d in self.datasets)


class Subset(Dataset):
    """The items of `dataset` at `indices`."""

    def __init__(self, dataset, indices):
        self.dataset, self.indices = dataset, indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return self.dataset[[self.indices[i] for i in index]]
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


def random_split(dataset, lengths, generator=default_generator) -> list[Subset]:
    """Split at random into parts of the given lengths, or fractions that add up to 1."""
    if math.isclose(total := sum(lengths), 1):
        if total > 1:  # by rounding; PyTorch takes it for a wrong sum too
            raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
        for number, fraction in enumerate(lengths):
            if not 0 <= fraction <= 1:
                raise ValueError(f"Fraction at index {number} is not between 0 and 1")
    parts = split_indices(list(range(len(dataset))), lengths)
    order = randperm(len(dataset), generator=generator).tolist()
    return [Subset(dataset, [order[place] for place in part]) for part in parts]


@slot(exercise="06_training")
def split_indices(order, lengths):
    """Cut the list `order` into one list for each of `lengths`, in this order.

    Fractions that add up to 1 are rounded down; what is left over goes to the first parts, one
    each. ValueError if the lengths do not add up to the length of `order`.
    """
    if math.isclose(sum(lengths), 1):
        lengths = [math.floor(len(order) * fraction) for fraction in lengths]
        for i in range(len(order) - sum(lengths)):
            lengths[i] += 1
    if sum(lengths) != len(order):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    parts, start = [], 0
    for length in lengths:
        parts.append(order[start : start + length])
        start += length
    return parts
