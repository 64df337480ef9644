"""Small programs, each run unchanged under PyTorch and under penlight (`t` is the library).

Every one returns (results, keyword arguments for draw).
"""


def neuron(t):
    w = t.tensor([2.0, -3.0], requires_grad=True)
    x = t.tensor([1.0, 0.5])
    b = t.tensor(0.25, requires_grad=True)
    y = t.tanh((w * x).sum() + b)
    return [y], {"names": {"w": w, "x": x, "b": b, "y": y}}


def two_layer(t):
    x = t.tensor([[1.0, 2.0], [3.0, -4.0], [0.5, 1.5]])
    w1 = t.tensor([[0.5, -1.0], [1.0, 2.0]], requires_grad=True)
    b1 = t.tensor([0.1, 0.2], requires_grad=True)
    w2 = t.tensor([[1.0], [-2.0]], requires_grad=True)
    b2 = t.tensor([0.3], requires_grad=True)
    h = t.relu(x @ w1 + b1)
    h.retain_grad()
    loss = ((h @ w2 + b2 - 1.0) ** 2).mean()
    weights = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    return [loss], {"names": {"x": x, "h": h, "loss": loss}, "params": weights}


def shared(t):
    a = t.tensor(3.0, requires_grad=True)
    c = a * a
    return [c + t.exp(c), c * 2], {"names": {"a": a}, "tensors": [c]}


def views(t):
    a = t.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    return [a.view(4).view(2, 2).t().sum()], {"names": {"a": a}}


def in_place(t):
    a = t.tensor([1.0, -2.0], requires_grad=True)
    b = a * 2
    b.mul_(3.0)
    return [b.sum()], {"names": {"a": a}}


def one_leaf(t):
    a = t.tensor([1.0, -2.0], requires_grad=True)
    return [a], {"names": {"a": a}}


def unrelated_name(t):
    a = t.tensor([1.0, -2.0], requires_grad=True)
    other = t.tensor([1.0], requires_grad=True)
    constant = t.tensor([5.0, 6.0])
    return [(a + constant).sum()], {"names": {"other": other, "constant": constant}}


ALL = [neuron, two_layer, shared, views, in_place, one_leaf, unrelated_name]
