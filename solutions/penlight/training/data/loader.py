"""DataLoader: batches from a dataset, shuffled, collated, fetched by workers if asked."""

import functools
import itertools

from penlight.training.data.collate import default_collate, default_convert
from penlight.training.data.datasets import IterableDataset
from penlight.training.data.samplers import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    draw_seed,
)
from penlight.training.data.workers import Workers


class _Endless:
    """For streams: the batches say only how many items to take."""

    def __iter__(self):
        return itertools.repeat(None)


def _fetch_map(dataset, collate, batched):
    def get(indices):
        if not batched:
            return collate(dataset[indices])
        if hasattr(dataset, "__getitems__"):
            return collate(dataset.__getitems__(indices))
        return collate([dataset[i] for i in indices])

    return get


def _fetch_stream(dataset, collate, batched, drop_last):
    stream = iter(dataset)

    def get(places):
        if not batched:
            return collate(next(stream))
        items = list(itertools.islice(stream, len(places)))
        if not items or (drop_last and len(items) < len(places)):
            raise StopIteration
        return collate(items)

    return get


def _fetcher(dataset, collate, batched, drop_last):
    if isinstance(dataset, IterableDataset):
        return _fetch_stream(dataset, collate, batched, drop_last)
    return _fetch_map(dataset, collate, batched)


class DataLoader:
    """Iterate over `dataset` in batches.

    shuffle      visit the items in a new random order each time
    sampler      the order of the items; batch_sampler: of whole batches
    collate_fn   makes a batch of a list of samples
    num_workers  processes that fetch batches ahead; 0 fetches in this one
    generator    where the randomness comes from
    """

    def __init__(
        self, dataset, batch_size=1, shuffle=None, sampler=None, batch_sampler=None, num_workers=0,
        collate_fn=None, pin_memory=False, drop_last=False, timeout=0, worker_init_fn=None,
        multiprocessing_context=None, generator=None, *, prefetch_factor=None,
        persistent_workers=False, pin_memory_device="", in_order=True,
    ):  # fmt: skip
        if num_workers < 0:
            raise ValueError(
                "num_workers option should be non-negative; use num_workers=0 to disable "
                "multiprocessing."
            )
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        if num_workers == 0 and prefetch_factor is not None:
            raise ValueError(
                "prefetch_factor option could only be specified in multiprocessing. let "
                "num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None."
            )
        if persistent_workers and num_workers == 0:
            raise ValueError("persistent_workers option needs num_workers > 0")
        stream = isinstance(dataset, IterableDataset)
        if stream and shuffle:
            raise ValueError(
                "DataLoader with IterableDataset: expected unspecified shuffle option, but got "
                f"shuffle={shuffle}"
            )
        if stream and (sampler is not None or batch_sampler is not None):
            raise ValueError(
                "DataLoader with IterableDataset: expected unspecified sampler and batch_sampler"
            )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, "
                    "and drop_last"
                )
            batch_size = None
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with "
                "drop_last"
            )
        if sampler is None:
            sampler = (
                _Endless()
                if stream
                else RandomSampler(dataset, generator=generator)
                if shuffle
                else SequentialSampler(dataset)
            )
        if batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset, self.batch_size, self.drop_last = dataset, batch_size, drop_last
        self.sampler, self.batch_sampler = sampler, batch_sampler
        self.num_workers, self.timeout, self.worker_init_fn = num_workers, timeout, worker_init_fn
        self.multiprocessing_context, self.generator = multiprocessing_context, generator
        self.prefetch_factor = prefetch_factor or (2 if num_workers else None)
        self.persistent_workers, self.pin_memory = persistent_workers, pin_memory
        batched = batch_sampler is not None
        self.collate_fn = collate_fn or (default_collate if batched else default_convert)

    def __iter__(self):
        batched = self.batch_sampler is not None
        fetch = functools.partial(
            _fetcher, collate=self.collate_fn, batched=batched, drop_last=self.drop_last
        )
        order = self.batch_sampler if batched else self.sampler
        # Drawn before the sampler draws its own, with or without workers, as PyTorch does.
        base_seed = draw_seed(self.generator)
        if self.num_workers:
            return self._with_workers(fetch, order, base_seed)
        return self._in_process(fetch(self.dataset), order)

    @staticmethod
    def _in_process(get, order):
        for indices in order:
            try:
                batch = get(indices)
            except StopIteration:
                return
            yield batch

    def _with_workers(self, fetch, order, base_seed):
        workers = Workers(self, fetch, base_seed)
        try:
            yield from workers.run(order, self.prefetch_factor)
        finally:
            workers.stop()

    def __len__(self):
        """How many batches there are; TypeError for a stream without a length."""
        if isinstance(self.dataset, IterableDataset):
            count = len(self.dataset)
            if self.batch_size is None:
                return count
            return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
        return len(self.batch_sampler if self.batch_sampler is not None else self.sampler)
