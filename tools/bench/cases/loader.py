"""DataLoader, 100,000 items

Random order, batches of 64.
"""

import numpy as np

LIMIT = 2.0
FULL = {"items": 100_000}
QUICK = {"items": 300}
BATCH = 64


def data(rng, items):
    return {
        "x": rng.standard_normal((items, 16)).astype("f"),
        "target": rng.integers(0, 10, items),
    }


def program(L, data, device):
    items = L.utils.data.TensorDataset(L.tensor(data["x"]), L.tensor(data["target"]))
    loader = L.utils.data.DataLoader(items, batch_size=BATCH, shuffle=True)

    def step():
        total = 0
        for x, target in loader:
            total += x.shape[1] * target.sum().item()
        return total

    return step


def by_hand(xp, data):
    x, target = data.values()

    def step():
        order = np.random.permutation(len(x))
        total = 0
        for start in range(0, len(x), BATCH):
            batch = order[start : start + BATCH]
            total += x[batch].shape[1] * int(target[batch].sum())
        return total

    return step
