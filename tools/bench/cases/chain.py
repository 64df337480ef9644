"""Chain of 100,000 scalars

One scalar operation after the other, forward and backward.
"""

import numpy as np

LIMIT = 2.0
FULL = {"operations": 100_000}
QUICK = {"operations": 200}


def data(rng, operations):
    start = {"x": np.float32(0.5), "w": np.float32(0.99), "b": np.float32(0.01)}
    return {**{name: np.array(each) for name, each in start.items()}, "n": np.array(operations)}


def program(L, data, device):
    x, w, b = (L.tensor(data[name], device=device, requires_grad=True) for name in "xwb")
    pairs = int(data["n"]) // 2

    def step():
        y = x
        for _ in range(pairs):
            y = y * w + b
        y.backward()
        out = y.item() + x.grad.item() + w.grad.item() + b.grad.item()
        x.grad = w.grad = b.grad = None
        return out

    return step


def by_hand(xp, data):
    x, w, b = (np.float32(data[name]) for name in "xwb")
    pairs = int(data["n"]) // 2

    def step():
        y, seen = x, []
        for _ in range(pairs):
            seen.append(y)
            y = y * w + b
        g, g_w, g_b = np.float32(1), np.float32(0), np.float32(0)
        for each in reversed(seen):
            g_b += g
            g_w += g * each
            g = g * w
        return float(y) + float(g) + float(g_w) + float(g_b)

    return step


def micrograd(data):
    from micrograd.engine import Value

    x, w, b = (Value(float(data[name])) for name in "xwb")
    pairs = int(data["n"]) // 2

    def step():
        y = x
        for _ in range(pairs):
            y = y * w + b
        y.backward()
        out = y.data + x.grad + w.grad + b.grad
        x.grad = w.grad = b.grad = 0.0
        return out

    return step
