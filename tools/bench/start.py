"""`import penlight` and the first step, each time in a fresh process.

Run as a script with a library's name it does both and prints the seconds; it imports nothing of
the course, so that only the library is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

ROWS = {
    "import": ("`import`, fresh process", 0.15),
    "first-step": ("`import` and first step", 0.2),
}


def race(race) -> list:
    """The two lines of the table, for the libraries of `race`."""
    from tools.bench.race import SETTLE, Entry, Result, environment, installed

    entries = {row: {each: Entry(each) for each in race.libraries} for row in ROWS}
    able = [each for each in race.libraries if installed(each)]
    # A library is compiled to bytecode once, not at every start: the first is not counted.
    surroundings = environment(race.threads)
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    for number in range(race.rounds + 1):
        for library in able:
            time.sleep(0 if race.quick else SETTLE)
            run = subprocess.run(
                [sys.executable, __file__, library, race.device],
                capture_output=True,
                text=True,
                env=surroundings,
            )
            for row in ROWS if number else ():
                entry = entries[row][library]
                if run.returncode:
                    entry.note = (run.stderr.splitlines() or ["the process ended"])[-1]
                    continue
                seen = json.loads(run.stdout)
                entry.losses = [seen["loss"]]
                entry.seconds.append(seen[row])
    for row in ROWS:
        for library in race.libraries:
            if library not in able:
                entries[row][library].note = "not installed"
    return [
        Result(row, title, limit, entries[row], unit="seconds")
        for row, (title, limit) in ROWS.items()
    ]


# --- the first step of a net 2-4-1 whose weights are all 0.1 -------------------------------------


def torch_like(L, device):
    nn = L.nn
    net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1)).to(device)
    with L.no_grad():
        for each in net.parameters():
            each.fill_(0.1)
    x = L.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], device=device)
    loss = (net(x) ** 2).mean()
    loss.backward()
    L.optim.SGD(net.parameters(), lr=0.1).step()
    return loss.item()


def by_hand(np, device):
    w1, b1, w2, b2 = (np.full(shape, 0.1, "f") for shape in ((2, 4), (4,), (4, 1), (1,)))
    x = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "f")
    hidden = np.maximum(x @ w1 + b1, 0)
    out = hidden @ w2 + b2
    g = out * (2 / len(x))
    g_hidden = (g @ w2.T) * (hidden > 0)
    for w, b, into, gradient in ((w2, b2, hidden, g), (w1, b1, x, g_hidden)):
        w -= 0.1 * (into.T @ gradient)
        b -= 0.1 * gradient.sum(0)
    return float((out * out).mean())


def with_tinygrad(tinygrad, device):
    full = tinygrad.Tensor.full
    layers = [full(shape, 0.1).contiguous() for shape in ((2, 4), (4,), (4, 1), (1,))]
    w1, b1, w2, b2 = layers
    x = tinygrad.Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    loss = (((x @ w1 + b1).relu() @ w2 + b2) ** 2).mean()
    updates = zip(layers, loss.gradient(*layers), strict=True)
    loss.realize(*[each.assign(each - 0.1 * gradient) for each, gradient in updates])
    return loss.item()


def with_micrograd(micrograd, device):
    from micrograd.engine import Value

    total = Value(0.0)
    w1 = [[Value(0.1) for _ in range(3)] for _ in range(4)]
    w2 = [Value(0.1) for _ in range(5)]
    for a, b in ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0)):
        out = w2[4]
        for (u, v, bias), w in zip(w1, w2[:4], strict=True):
            out = out + w * (a * u + b * v + bias).relu()
        total += out**2 / 3
    total.backward()
    for each in [value for row in [*w1, w2] for value in row]:
        each.data -= 0.1 * each.grad
    return total.data


def main(library: str, device: str) -> None:
    begin = time.perf_counter()
    name = "cupy" if library == "numpy" and device == "cuda" else library
    module = __import__(name)
    imported = time.perf_counter()
    programs = {
        "numpy": by_hand,
        "tinygrad": with_tinygrad,
        "micrograd": with_micrograd,
    }
    loss = programs.get(library, torch_like)(module, device)
    done = time.perf_counter()
    print(json.dumps({"import": imported - begin, "first-step": done - begin, "loss": loss}))


if __name__ == "__main__":
    main(*sys.argv[1:])
