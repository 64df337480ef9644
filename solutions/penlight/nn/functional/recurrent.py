"""One step of each recurrent network, and the walk over a sequence.

A state is a tuple of tensors (batch, hidden): (h,) or, for an LSTM, (h, c). `gates` is what the
step's input contributes, computed for all steps at once; `hh` holds the weights that the hidden
state meets: (weight, bias, projection), the last two perhaps None.
"""

from penlight.nn.functional.linear import linear
from penlight.tensors.joining import cat
from penlight.tensors.operation import kernels, operation
from penlight.tensors.pointwise import relu, tanh


def tanh_step(gates, state, hh):
    """h' = tanh(gates + W h + b)"""
    return (tanh(gates + linear(state[0], *hh[:2])),)


def relu_step(gates, state, hh):
    """h' = relu(gates + W h + b)"""
    return (relu(gates + linear(state[0], *hh[:2])),)


def lstm_step(gates, state, hh):
    """c' = f · c + i · g and h' = o · tanh(c'), from the gates i, f, g, o."""
    h, c = state
    h, c, *_ = lstm_cell(gates + linear(h, *hh[:2]), c)
    return (h if hh[2] is None else linear(h, hh[2])), c


def gru_step(gates, state, hh):
    """h' = (h - n) · z + n, from the gates r, z and the candidate n."""
    return (gru_cell(gates, linear(state[0], *hh[:2]), state[0])[0],)


# An LSTM's and a GRU's arithmetic is one operation each, so that a step costs little. The gates
# are results too: the rules read them, and higher derivatives send gradients there.


def _parts(array, n):
    """The columns of a matrix in `n` equal pieces."""
    width = array.shape[1] // n
    return [array[:, k * width : (k + 1) * width] for k in range(n)]


def _lstm(xp, gates, c):
    m = kernels(xp)
    i, f, g, o = _parts(gates, 4)
    i, f, g, o = m.sigmoid(i), m.sigmoid(f), xp.tanh(g), m.sigmoid(o)
    c = f * c + i * g
    return o * xp.tanh(c), c, i, f, g, o


def _to_cell(m, g, out):
    """The gradient that reaches c', directly and through h'."""
    bent = m.tanh(out[1])
    through = None if g[0] is None else g[0] * out[5] * (1 - bent * bent)
    return _plus(through, g[1]), bent


def _plus(a, b):
    """The sum of two gradients, either of which may be missing."""
    return b if a is None else a if b is None else a + b


def _lstm_gates(m, g, c, out):
    to_c, bent = _to_cell(m, g, out)
    i, f, n, o = out[2:]
    none = 0 * i
    through = [None if to_c is None else to_c * each for each in (n, c, i)]
    through.append(None if g[0] is None else g[0] * bent)
    slopes = (i * (1 - i), f * (1 - f), 1 - n * n, o * (1 - o))
    grads = [_plus(a, b) for a, b in zip(through, g[2:], strict=True)]
    pieces = [none if a is None else a * s for a, s in zip(grads, slopes, strict=True)]
    return m.cat(*pieces, dim=1, dtype=None)


def _lstm_memory(m, g, out):
    to_c, _ = _to_cell(m, g, out)
    return None if to_c is None else to_c * out[3]


lstm_cell = operation("lstm_cell", _lstm, gates=_lstm_gates, c=_lstm_memory)


def _gru(xp, x, y, h):
    m = kernels(xp)
    x_r, x_z, x_n = _parts(x, 3)
    y_r, y_z, y_n = _parts(y, 3)
    r, z = m.sigmoid(x_r + y_r), m.sigmoid(x_z + y_z)
    n = xp.tanh(x_n + r * y_n)
    return (h - n) * z + n, r, z, n


def _gru_gates(m, g, y, h, out):
    """The gradients of what is in the three gates' brackets, and of r · y_n alone."""
    r, z, n = out[1:]
    y_n = _parts(y, 3)[2]
    to_n = _plus(None if g[0] is None else g[0] * (1 - z), g[3])
    to_n = 0 * n if to_n is None else to_n * (1 - n * n)
    to_r = _plus(to_n * y_n, g[1]) * (r * (1 - r))
    to_z = _plus(None if g[0] is None else g[0] * (h - n), g[2])
    to_z = 0 * z if to_z is None else to_z * (z * (1 - z))
    return to_r, to_z, to_n, to_n * r


gru_cell = operation(
    "gru_cell",
    _gru,
    x=lambda m, g, y, h, out: m.cat(*_gru_gates(m, g, y, h, out)[:3], dim=1, dtype=None),
    y=lambda m, g, y, h, out: _without_third(m, _gru_gates(m, g, y, h, out)),
    h=lambda m, g, out: None if g[0] is None else g[0] * out[2],
)


def _without_third(m, grads):
    return m.cat(grads[0], grads[1], grads[3], dim=1, dtype=None)


def walk(step, gates, initial, hh, reverse):
    """Run `step` over a list of gates; returns the h of every step, in order, and the last state.

    The batch may shrink from step to step (packed sequences, the longest first): a sequence that
    has ended keeps its state. In reverse, sequences join as their last step comes.
    """
    outputs, ended = [], []
    order = gates[::-1] if reverse else gates
    state = [part[: len(order[0])] for part in initial] if reverse else initial
    for each in order:
        n, running = len(each), len(state[0])
        if n < running:
            ended.append([part[n:] for part in state])
            state = [part[:n] for part in state]
        elif n > running:
            state = [cat([s, i[running:n]]) for s, i in zip(state, initial, strict=True)]
        state = step(each, state, hh)
        outputs.append(state[0])
    if ended:
        state = [cat(parts) for parts in zip(state, *reversed(ended), strict=True)]
    return (outputs[::-1] if reverse else outputs), state
