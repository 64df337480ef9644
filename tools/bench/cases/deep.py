"""A net of equal layers

`depth` layers of `width` with ReLU, trained on a batch: for growth curves.
"""

import numpy as np

from tools.bench.cases import weights

LIMIT = 2.0
FULL = {"depth": 16, "width": 128, "batch": 128}
QUICK = {"depth": 3, "width": 8, "batch": 4}
RATE = 1e-3


def data(rng, depth, width, batch):
    x = rng.standard_normal((batch, width)).astype("f")
    return {"x": x, **{f"w{i}": weights(rng, width, width) for i in range(depth)}}


def program(L, data, device):
    x, *arrays = data.values()
    x = L.tensor(x, device=device)
    layers = [L.tensor(each, device=device, requires_grad=True) for each in arrays]
    optimizer = L.optim.SGD(layers, lr=RATE)

    def step():
        optimizer.zero_grad()
        hidden = x
        for w in layers:
            hidden = L.relu(hidden @ w)
        loss = (hidden * hidden).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def by_hand(xp, data):
    x, *layers = data.values()

    def step():
        states = [x]
        for w in layers:
            states.append(xp.maximum(states[-1] @ w, 0))
        out = states[-1]
        g = out * np.float32(2 / out.size)
        for w, before, after in zip(layers[::-1], states[-2::-1], states[:0:-1], strict=True):
            g = g * (after > 0)
            g, g_w = g @ w.T, before.T @ g
            w -= RATE * g_w
        return float((out * out).mean())

    return step
