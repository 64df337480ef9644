"""Datasets and loaders: shuffling, splitting, collating."""

import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split


class Words(Dataset):
    def __init__(self, words):
        self.words = words

    def __len__(self):
        return len(self.words)

    def __getitem__(self, i):
        return torch.tensor([ord(c) for c in self.words[i]]), len(self.words[i])


def pad(batch):
    longest = max(n for _, n in batch)
    rows = [torch.cat([w, torch.zeros(longest - n, dtype=torch.long)]) for w, n in batch]
    return torch.stack(rows), torch.tensor([n for _, n in batch])


torch.manual_seed(0)
for rows, lengths in DataLoader(Words("a bee sees the sea".split()), 2, True, collate_fn=pad):
    print(rows, lengths)
data = TensorDataset(torch.arange(10).float(), torch.arange(10) ** 2)
train, test = random_split(data, [7, 3])
print(len(train), test.indices)
for x, y in DataLoader(train, batch_size=3, shuffle=True, drop_last=True):
    print(x, y)
