"""Tiny net 2-16-16-1, 100 points

Squared error, SGD by hand: so little arithmetic that only the cost of an operation counts.
"""

import numpy as np

from tools.bench.cases.peers import tinygrad_step

LIMIT = 0.7
FULL = {"points": 100}
QUICK = {"points": 10}
RATE = 0.05


def data(rng, points):
    x = rng.standard_normal((points, 2)).astype("f")
    shapes = {"w1": (2, 16), "b1": (16,), "w2": (16, 16), "b2": (16,), "w3": (16, 1), "b3": (1,)}
    start = {name: rng.standard_normal(shape).astype("f") * 0.5 for name, shape in shapes.items()}
    return {"x": x, "y": np.sign(x[:, :1] * x[:, 1:]), **start}


def program(L, data, device):
    x, y = (L.tensor(data[name], device=device) for name in "xy")
    layers = [L.tensor(data[name], device=device, requires_grad=True) for name in list(data)[2:]]
    w1, b1, w2, b2, w3, b3 = layers

    def step():
        hidden = (x @ w1 + b1).relu()
        hidden = (hidden @ w2 + b2).relu()
        error = hidden @ w3 + b3 - y
        loss = (error * error).mean()
        loss.backward()
        with L.no_grad():
            for each in layers:
                each -= RATE * each.grad
                each.grad = None
        return loss.item()

    return step


def by_hand(xp, data):
    x, y, w1, b1, w2, b2, w3, b3 = data.values()

    def step():
        h1 = xp.maximum(x @ w1 + b1, 0)
        h2 = xp.maximum(h1 @ w2 + b2, 0)
        error = h2 @ w3 + b3 - y
        g3 = error * (2 / len(error))
        g2 = (g3 @ w3.T) * (h2 > 0)
        g1 = (g2 @ w2.T) * (h1 > 0)
        for w, b, into, g in ((w3, b3, h2, g3), (w2, b2, h1, g2), (w1, b1, x, g1)):
            w -= RATE * (into.T @ g)
            b -= RATE * g.sum(0)
        return float((error * error).mean())

    return step


def tinygrad(data):
    from tinygrad import Tensor

    x, y, *layers = (Tensor(each) for each in data.values())
    w1, b1, w2, b2, w3, b3 = layers

    def loss():
        hidden = ((x @ w1 + b1).relu() @ w2 + b2).relu()
        return (hidden @ w3 + b3 - y).square().mean()

    return tinygrad_step(layers, loss, RATE)


def micrograd(data):
    from micrograd.engine import Value

    x, y = data["x"].tolist(), data["y"][:, 0].tolist()
    layers = [
        np.vectorize(Value, otypes=[object])(data[name].astype(float)) for name in list(data)[2:]
    ]
    w1, b1, w2, b2, w3, b3 = (each.tolist() for each in layers)

    def layer(into, w, b):
        return [
            sum((v * row[j] for v, row in zip(into, w, strict=True)), c) for j, c in enumerate(b)
        ]

    def step():
        total = Value(0.0)
        for point, wanted in zip(x, y, strict=True):
            hidden = [v.relu() for v in layer(point, w1, b1)]
            hidden = [v.relu() for v in layer(hidden, w2, b2)]
            total += (layer(hidden, w3, b3)[0] - wanted) ** 2
        loss = total * (1 / len(x))
        loss.backward()
        for each in layers:
            for value in each.flat:
                value.data -= RATE * value.grad
                value.grad = 0.0
        return loss.data

    return step
