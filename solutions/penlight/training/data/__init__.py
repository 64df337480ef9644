"""Datasets, samplers and loaders, under the names of `torch.utils.data`."""

from penlight.training.data.collate import default_collate, default_convert
from penlight.training.data.datasets import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from penlight.training.data.loader import DataLoader
from penlight.training.data.samplers import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from penlight.training.data.workers import get_worker_info
