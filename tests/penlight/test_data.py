"""Datasets, samplers and loaders give PyTorch's batches, in PyTorch's order."""

import collections

import numpy as np
import pytest
import torch

import penlight

Point = collections.namedtuple("Point", "x y")


def plain(value):
    if isinstance(value, penlight.Tensor | torch.Tensor):
        return str(value.dtype), value.tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value).__name__, [plain(v) for v in value]
    return value


def squares(L, n=10):
    return L.utils.data.TensorDataset(L.arange(n), L.arange(n) ** 2)


LOADERS = {
    "in order": lambda L, D: D.DataLoader(squares(L), batch_size=4),
    "dropped last": lambda L, D: D.DataLoader(squares(L), batch_size=4, drop_last=True),
    "shuffled": lambda L, D: D.DataLoader(squares(L), batch_size=3, shuffle=True),
    "own generator": lambda L, D: D.DataLoader(
        squares(L), batch_size=3, shuffle=True, generator=L.Generator().manual_seed(7)
    ),
    "with replacement": lambda L, D: D.DataLoader(
        squares(L), sampler=D.RandomSampler(range(10), replacement=True, num_samples=40)
    ),
    "some of a subset": lambda L, D: D.DataLoader(
        squares(L), batch_size=2, sampler=D.SubsetRandomSampler([1, 3, 5, 7, 9])
    ),
    "weighted": lambda L, D: D.DataLoader(
        squares(L), batch_size=5, sampler=D.WeightedRandomSampler([0.1] * 9 + [2.0], 15)
    ),
    "batch sampler": lambda L, D: D.DataLoader(
        squares(L), batch_sampler=D.BatchSampler(D.SequentialSampler(range(10)), 4, True)
    ),
    "no batches": lambda L, D: D.DataLoader(squares(L, 3), batch_size=None),
    "collate": lambda L, D: D.DataLoader(range(5), batch_size=2, collate_fn=lambda b: sum(b)),
    "numbers": lambda L, D: D.DataLoader([1.5, 2.5, 3.5], batch_size=2),
    "dicts and strings": lambda L, D: D.DataLoader(
        [{"n": i, "s": str(i), "a": np.full(2, i, np.float32)} for i in range(5)], batch_size=2
    ),
    "named tuples": lambda L, D: D.DataLoader([Point(i, [i, -i]) for i in range(4)], batch_size=4),
    "split": lambda L, D: D.random_split(range(11), [0.5, 0.3, 0.2])[1],
    "split by length": lambda L, D: D.random_split(
        range(11), [8, 3], generator=L.Generator().manual_seed(1)
    )[0],
    "concatenated": lambda L, D: D.DataLoader(D.ConcatDataset([range(3), range(10, 14)]), 3),
    "stacked": lambda L, D: D.DataLoader(D.StackDataset(a=range(3), b=range(3, 6)), 2),
}


@pytest.mark.parametrize("name", LOADERS)
def test_batches(name):
    results = []
    for L in (penlight, torch):
        L.manual_seed(3)
        loader = LOADERS[name](L, L.utils.data)
        passes = [plain(list(loader)) for _ in range(2)]  # a new order each time
        results.append((passes, len(loader), L.rand(2).tolist()))
    assert results[0] == results[1]


def stream(L):
    class Count(L.utils.data.IterableDataset):
        def __iter__(self):
            return iter(range(7))

    return Count()


def test_streams():
    results = []
    for L in (penlight, torch):
        D = L.utils.data
        results.append([
            plain(list(D.DataLoader(stream(L), batch_size=3))),
            plain(list(D.DataLoader(stream(L), batch_size=3, drop_last=True))),
            plain(list(D.DataLoader(stream(L), batch_size=None))),
        ])  # fmt: skip
    assert results[0] == results[1]


class Seen(penlight.utils.data.Dataset):
    """Says which worker fetched each item, and draws a random number there."""

    def __getitem__(self, index):
        info = penlight.utils.data.get_worker_info()
        return index, -1 if info is None else info.id, penlight.rand(1)

    def __len__(self):
        return 20


class Broken(Seen):
    def __getitem__(self, index):
        if index == 5:
            raise ValueError("item 5 is broken")
        return index


def test_workers_fetch_in_order_with_seeds_of_their_own():
    def run(workers):
        penlight.manual_seed(1)
        loader = penlight.utils.data.DataLoader(Seen(), 4, num_workers=workers)
        return [(i.tolist(), w.tolist(), r.tolist()) for i, w, r in loader]

    batches = run(2)
    assert [b[0] for b in batches] == [list(range(k, k + 4)) for k in range(0, 20, 4)]
    assert [b[1][0] for b in batches] == [0, 1, 0, 1, 0]
    assert batches == run(2)
    assert {b[1][0] for b in run(0)} == {-1}


def test_an_error_in_a_worker_arrives_with_its_traceback():
    loader = penlight.utils.data.DataLoader(Broken(), 4, num_workers=2)
    with pytest.raises(ValueError, match=r"DataLoader worker process[\s\S]*item 5 is broken"):
        list(loader)


WRONG = [
    {"batch_size": 0}, {"num_workers": -1}, {"shuffle": True, "sampler": [1]}, {"timeout": -1},
    {"batch_sampler": [[1]], "batch_size": 3}, {"batch_size": None, "drop_last": True},
    {"prefetch_factor": 2},
]  # fmt: skip


@pytest.mark.parametrize("options", WRONG)
def test_refuses_as_pytorch(options):
    errors = []
    for L in (penlight, torch):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            L.utils.data.DataLoader(range(3), **options)
        errors.append(type(caught.value))
    assert errors[0] is errors[1]


@pytest.mark.parametrize("batch", [[object()], [[1, 2], [1]], [np.zeros(2), np.zeros(3)]])
def test_what_cannot_be_collated(batch):
    errors = []
    for L in (penlight, torch):
        with pytest.raises((TypeError, RuntimeError)) as caught:
            L.utils.data.default_collate(batch)
        errors.append(type(caught.value))
    assert errors[0] is errors[1]
