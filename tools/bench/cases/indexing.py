"""Indexing 1,000,000 elements

Take, mask, scatter-add, write into a slice, and backward.
"""

LIMIT = 2.0
FULL = {"size": 1_000_000}
QUICK = {"size": 1000}


def data(rng, size):
    return {
        "x": rng.standard_normal(size).astype("f"),
        "places": rng.integers(0, size, size),
        "mask": rng.random(size) < 0.5,
    }


def program(L, data, device):
    x = L.tensor(data["x"], device=device, requires_grad=True)
    places, mask = (L.tensor(data[name], device=device) for name in ("places", "mask"))

    def step():
        taken = x[places]
        kept = (taken * taken)[mask]
        sums = L.zeros_like(x).scatter_add(0, places, taken)
        sums[::2] = 0
        loss = kept.mean() + (sums * x).mean()
        loss.backward()
        out = loss.item() + x.grad.abs().sum().item()
        x.grad = None
        return out

    return step


def by_hand(xp, data):
    x, places, mask = data.values()

    def step():
        taken = x[places]
        kept = (taken * taken)[mask]
        sums = xp.zeros_like(x)
        xp.add.at(sums, places, taken)
        sums[::2] = 0
        loss = kept.mean() + (sums * x).mean()
        g_taken = xp.zeros_like(x)
        g_taken[mask] = 2 * taken[mask] / len(kept)
        g_sums = x / x.dtype.type(len(x))
        g_sums[::2] = 0
        g_taken += g_sums[places]
        g = sums / x.dtype.type(len(x))
        xp.add.at(g, places, g_taken)
        return float(loss) + float(xp.abs(g).sum())

    return step
