"""Conv net 1×28×28, batch 32

Two 3×3 convolutions of 16 and 32 channels, each with ReLU and pooling; a linear layer; SGD.
"""

import numpy as np

from tools.bench.cases import fill, softmax_loss, weights
from tools.bench.cases.peers import tinygrad_step

LIMIT = 2.0
FULL = {"side": 28, "batch": 32}
QUICK = {"side": 8, "batch": 4}
RATE = 0.01


def data(rng, side, batch):
    return {
        "x": rng.standard_normal((batch, 1, side, side)).astype("f"),
        "target": rng.integers(0, 10, batch),
        "0.weight": weights(rng, 16, 1, 3, 3),
        "0.bias": weights(rng, 16) * 0,
        "3.weight": weights(rng, 32, 16, 3, 3),
        "3.bias": weights(rng, 32) * 0,
        "7.weight": weights(rng, 10, 32 * (side // 4) ** 2),
        "7.bias": weights(rng, 10) * 0,
    }


def program(L, data, device):
    nn = L.nn
    net = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(data["7.weight"].shape[1], 10)),
    )
    net = fill(L, net, data).to(device)
    x, target = (L.tensor(data[name], device=device) for name in ("x", "target"))
    optimizer = L.optim.SGD(net.parameters(), lr=RATE)

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def by_hand(xp, data):
    """Patches as columns (im2col) in PyTorch's order of dimensions."""
    x, target, w1, b1, w2, b2, w3, b3 = data.values()

    def convolve(x, w, b):
        n, _, side, _ = x.shape
        padded = xp.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = xp.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
        columns = windows.transpose(0, 1, 4, 5, 2, 3).reshape(n, -1, side * side)
        out = w.reshape(len(w), -1) @ columns + b[:, None]
        return columns, out.reshape(n, -1, side, side)

    def convolve_backward(g, columns, w, side, input_too):
        flat = g.reshape(*g.shape[:2], -1)
        g_w = (flat @ columns.transpose(0, 2, 1)).sum(0).reshape(w.shape)
        g_x = None
        if input_too:
            g_columns = (w.reshape(len(w), -1).T @ flat).reshape(len(g), -1, 3, 3, side, side)
            g_x = xp.zeros((len(g), w.shape[1], side + 2, side + 2), g.dtype)
            for i, j in np.ndindex(3, 3):
                g_x[:, :, i : i + side, j : j + side] += g_columns[:, :, i, j]
            g_x = g_x[:, :, 1:-1, 1:-1]
        return g_x, g_w, flat.sum((0, 2))

    def pool(x):
        n, c, side, _ = x.shape
        blocks = x.reshape(n, c, side // 2, 2, side // 2, 2)
        return blocks, blocks.max((3, 5))

    def pool_backward(g, blocks, out):
        # Exact ties have probability 0 in random data, except at 0, where ReLU stops the gradient.
        g_blocks = (blocks == out[:, :, :, None, :, None]) * g[:, :, :, None, :, None]
        n, c, half = g.shape[:3]
        return g_blocks.reshape(n, c, 2 * half, 2 * half)

    def step():
        columns1, h1 = convolve(x, w1, b1)
        xp.maximum(h1, 0, out=h1)
        blocks1, p1 = pool(h1)
        columns2, h2 = convolve(p1, w2, b2)
        xp.maximum(h2, 0, out=h2)
        blocks2, p2 = pool(h2)
        flat = p2.reshape(len(p2), -1)
        loss, g = softmax_loss(xp, flat @ w3.T + b3, target)
        g_w3, g_b3 = g.T @ flat, g.sum(0)
        g_h2 = pool_backward((g @ w3).reshape(p2.shape), blocks2, p2) * (h2 > 0)
        g_p1, g_w2, g_b2 = convolve_backward(g_h2, columns2, w2, p1.shape[-1], True)
        g_h1 = pool_backward(g_p1, blocks1, p1) * (h1 > 0)
        _, g_w1, g_b1 = convolve_backward(g_h1, columns1, w1, x.shape[-1], False)
        for each, gradient in zip(
            (w1, b1, w2, b2, w3, b3), (g_w1, g_b1, g_w2, g_b2, g_w3, g_b3), strict=True
        ):
            each -= RATE * gradient
        return float(loss)

    return step


def tinygrad(data):
    from tinygrad import Tensor

    x, target, *layers = (Tensor(each) for each in data.values())
    w1, b1, w2, b2, w3, b3 = layers

    def loss():
        hidden = x.conv2d(w1, b1, padding=1).relu().max_pool2d(2)
        hidden = hidden.conv2d(w2, b2, padding=1).relu().max_pool2d(2)
        return hidden.flatten(1).linear(w3.T, b3).sparse_categorical_crossentropy(target)

    return tinygrad_step(layers, loss, RATE)
