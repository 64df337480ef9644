"""RNN as a loop, 50 steps

Hidden 64, batch 32, the last state classified.
"""

from tools.bench.cases import softmax_loss
from tools.bench.cases.peers import tinygrad_step

LIMIT = 2.0
FULL = {"length": 50, "hidden": 64, "batch": 32}
QUICK = {"length": 4, "hidden": 8, "batch": 3}
FEATURES, CLASSES, RATE = 32, 10, 0.01


def data(rng, length, hidden, batch):
    def uniform(*shape):
        return rng.uniform(-(hidden**-0.5), hidden**-0.5, shape).astype("f")

    return {
        "x": rng.standard_normal((length, batch, FEATURES)).astype("f"),
        "target": rng.integers(0, CLASSES, batch),
        "w_in": uniform(FEATURES, hidden),
        "w_hidden": uniform(hidden, hidden),
        "bias": uniform(hidden),
        "w_out": uniform(hidden, CLASSES),
    }


def program(L, data, device):
    x, target = (L.tensor(data[name], device=device) for name in ("x", "target"))
    layers = [L.tensor(data[name], device=device, requires_grad=True) for name in list(data)[2:]]
    w_in, w_hidden, bias, w_out = layers
    optimizer = L.optim.SGD(layers, lr=RATE)
    start = L.zeros(x.shape[1], len(bias), device=device)

    def step():
        optimizer.zero_grad()
        h = start
        for at in x:
            h = L.tanh(at @ w_in + h @ w_hidden + bias)
        loss = L.nn.functional.cross_entropy(h @ w_out, target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def by_hand(xp, data):
    x, target, w_in, w_hidden, bias, w_out = data.values()
    start = xp.zeros((x.shape[1], len(bias)), x.dtype)

    def step():
        states = [start]
        for at in x:
            states.append(xp.tanh(at @ w_in + states[-1] @ w_hidden + bias))
        loss, g = softmax_loss(xp, states[-1] @ w_out, target)
        g_out, g_h = states[-1].T @ g, g @ w_out.T
        g_in, g_hidden, g_bias = (xp.zeros_like(each) for each in (w_in, w_hidden, bias))
        for t in reversed(range(len(x))):
            g_z = g_h * (1 - states[t + 1] ** 2)
            g_in += x[t].T @ g_z
            g_hidden += states[t].T @ g_z
            g_bias += g_z.sum(0)
            g_h = g_z @ w_hidden.T
        for each, g in zip(
            (w_in, w_hidden, bias, w_out), (g_in, g_hidden, g_bias, g_out), strict=True
        ):
            each -= RATE * g
        return float(loss)

    return step


def tinygrad(data):
    from tinygrad import Tensor

    x, target, *layers = (Tensor(each) for each in data.values())
    w_in, w_hidden, bias, w_out = layers

    def loss():
        h = Tensor.zeros(x.shape[1], bias.shape[0])
        for t in range(x.shape[0]):
            h = (x[t] @ w_in + h @ w_hidden + bias).tanh()
        return (h @ w_out).sparse_categorical_crossentropy(target)

    return tinygrad_step(layers, loss, RATE)
