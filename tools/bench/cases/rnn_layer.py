"""The same RNN as `nn.RNN`

PyTorch runs its steps outside Python.
"""

from tools.bench.cases import rnn

LIMIT = 2.0
FULL, QUICK = rnn.FULL, rnn.QUICK
data, by_hand = rnn.data, rnn.by_hand


def program(L, data, device):
    x, target = (L.tensor(data[name], device=device) for name in ("x", "target"))
    hidden = len(data["bias"])
    net = L.nn.RNN(rnn.FEATURES, hidden)
    state = {
        "weight_ih_l0": L.tensor(data["w_in"].T.copy()),
        "weight_hh_l0": L.tensor(data["w_hidden"].T.copy()),
        "bias_ih_l0": L.tensor(data["bias"]),
        "bias_hh_l0": L.zeros(hidden),
    }
    net.load_state_dict(state)
    net = net.to(device)
    net.bias_hh_l0.requires_grad_(False)  # one bias, as in the loop
    w_out = L.tensor(data["w_out"], device=device, requires_grad=True)
    learned = [each for each in net.parameters() if each.requires_grad]
    optimizer = L.optim.SGD([*learned, w_out], lr=rnn.RATE)

    def step():
        optimizer.zero_grad()
        _, last = net(x)
        loss = L.nn.functional.cross_entropy(last[0] @ w_out, target)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
