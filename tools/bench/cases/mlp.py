"""MLP 784-800-10, batch 64

ReLU, cross-entropy, SGD.
"""

from tools.bench.cases import fill, softmax_loss, weights
from tools.bench.cases.peers import tinygrad_step

LIMIT = 1.15
FULL = {"width": 800, "batch": 64}
QUICK = {"width": 20, "batch": 8}
RATE = 0.01


def data(rng, width, batch):
    return {
        "x": rng.standard_normal((batch, 784)).astype("f"),
        "target": rng.integers(0, 10, batch),
        "0.weight": weights(rng, width, 784),
        "0.bias": weights(rng, width) * 0,
        "2.weight": weights(rng, 10, width),
        "2.bias": weights(rng, 10) * 0,
    }


def program(L, data, device):
    nn = L.nn
    width = len(data["0.bias"])
    net = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))
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
    x, target, w1, b1, w2, b2 = data.values()

    def step():
        hidden = x @ w1.T
        hidden += b1
        xp.maximum(hidden, 0, out=hidden)
        loss, g = softmax_loss(xp, hidden @ w2.T + b2, target)
        g_hidden = g @ w2
        g_hidden *= hidden > 0
        for w, gradient in ((w2, g.T @ hidden), (w1, g_hidden.T @ x)):
            gradient *= RATE
            w -= gradient
        b2[...] -= RATE * g.sum(0)
        b1[...] -= RATE * g_hidden.sum(0)
        return float(loss)

    return step


def tinygrad(data):
    from tinygrad import Tensor

    x, target, *layers = (Tensor(each) for each in data.values())
    w1, b1, w2, b2 = layers

    def loss():
        scores = x.linear(w1.T, b1).relu().linear(w2.T, b2)
        return scores.sparse_categorical_crossentropy(target)

    return tinygrad_step(layers, loss, RATE)
