"""Embedding, window classifier

Windows of 5 words of 50 numbers, 10,000 words, batch 256.
"""

from tools.bench.cases import softmax_loss, weights
from tools.bench.cases.peers import tinygrad_step

LIMIT = 2.0
FULL = {"words": 10_000, "batch": 256}
QUICK = {"words": 30, "batch": 4}
WINDOW, FEATURES, HIDDEN, CLASSES, RATE = 5, 50, 100, 5, 0.01


def data(rng, words, batch):
    return {
        "x": rng.integers(0, words, (batch, WINDOW)),
        "target": rng.integers(0, CLASSES, batch),
        "table": rng.standard_normal((words, FEATURES)).astype("f"),
        "w1": weights(rng, HIDDEN, WINDOW * FEATURES),
        "b1": weights(rng, HIDDEN) * 0,
        "w2": weights(rng, CLASSES, HIDDEN),
        "b2": weights(rng, CLASSES) * 0,
    }


def program(L, data, device):
    F = L.nn.functional
    x, target = (L.tensor(data[name], device=device) for name in ("x", "target"))
    layers = [L.tensor(data[name], device=device, requires_grad=True) for name in list(data)[2:]]
    table, w1, b1, w2, b2 = layers
    optimizer = L.optim.SGD(layers, lr=RATE)

    def step():
        optimizer.zero_grad()
        windows = F.embedding(x, table).flatten(1)
        hidden = L.tanh(F.linear(windows, w1, b1))
        loss = F.cross_entropy(F.linear(hidden, w2, b2), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def by_hand(xp, data):
    """Only the rows of the table that occur are touched."""
    x, target, table, w1, b1, w2, b2 = data.values()

    def step():
        windows = table[x].reshape(len(x), -1)
        hidden = xp.tanh(windows @ w1.T + b1)
        loss, g = softmax_loss(xp, hidden @ w2.T + b2, target)
        g_hidden = (g @ w2) * (1 - hidden**2)
        g_windows = g_hidden @ w1
        for w, b, into, gradient in ((w2, b2, hidden, g), (w1, b1, windows, g_hidden)):
            w -= RATE * (gradient.T @ into)
            b -= RATE * gradient.sum(0)
        xp.add.at(table, x, -RATE * g_windows.reshape(*x.shape, -1))
        return float(loss)

    return step


def tinygrad(data):
    from tinygrad import Tensor

    x, target, *layers = (Tensor(each) for each in data.values())
    table, w1, b1, w2, b2 = layers

    def loss():
        hidden = table[x].flatten(1).linear(w1.T, b1).tanh()
        return hidden.linear(w2.T, b2).sparse_categorical_crossentropy(target)

    return tinygrad_step(layers, loss, RATE)
