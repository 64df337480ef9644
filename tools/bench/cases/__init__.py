"""The programs that are raced. Each module here is one case and defines

    its docstring     the title in the table
    LIMIT             the most times PyTorch's step that penlight's may take
    FULL, QUICK       sizes: the measured ones, and small ones for a check that losses agree
    data(rng, **sizes)              the arrays that everybody starts from
    program(L, data, device)        a step under a torch-like library `L`
    by_hand(xp, data)               the same step written in NumPy (or CuPy): the floor
    tinygrad(data), micrograd(data) the same under a peer, where it can be said in it
    REASON            optional: why penlight may take longer than LIMIT, shown when it does

A step takes no argument, does the work once and returns a number, its loss, which must be the same
under all. Where it is not read off as a number, `result(out)` makes the number, outside the clock.
"""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np

NAMES = (
    *("mlp", "conv", "tiny", "rnn", "rnn_layer", "window", "chain"),
    *("indexing", "printing", "loader"),
)
GROWN = ("deep",)  # only for growth curves


def load(name: str) -> ModuleType:
    """The case called `name`; LookupError with the names there are."""
    if name not in NAMES + GROWN:
        raise LookupError(f"there is no case {name!r}; there are {', '.join(NAMES)}")
    return importlib.import_module(f"tools.bench.cases.{name}")


def title(case: ModuleType) -> str:
    return case.__doc__.strip().splitlines()[0].rstrip(".")


def arrays(case: ModuleType, *, quick: bool = False, **sizes) -> dict[str, np.ndarray]:
    """What the case starts from: the same arrays in every process."""
    return case.data(np.random.default_rng(0), **{**(case.QUICK if quick else case.FULL), **sizes})


def make(case: ModuleType, library: str, data: dict[str, np.ndarray], device: str):
    """The step of `case` under `library`; NotImplementedError if it has none."""
    if library in ("torch", "penlight"):
        return case.program(importlib.import_module(library), data, device)
    if library == "numpy":
        module = np if device == "cpu" else importlib.import_module("cupy")
        return case.by_hand(module, {name: module.asarray(data[name]).copy() for name in data})
    if device != "cpu" or not hasattr(case, library):
        raise NotImplementedError
    return getattr(case, library)(data)


def weights(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Weights of a layer that keeps the size of what goes through it (He), float32."""
    fan_in = int(np.prod(shape[1:])) or 1
    return (rng.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32)


def softmax_loss(xp, scores, target):
    """Mean cross-entropy and its gradient by the scores, by hand."""
    shifted = scores - scores.max(1, keepdims=True)
    exps = xp.exp(shifted)
    sums = exps.sum(1, keepdims=True)
    rows = xp.arange(len(target))
    loss = (xp.log(sums[:, 0]) - shifted[rows, target]).mean()
    exps /= sums
    exps[rows, target] -= 1
    exps /= len(target)
    return loss, exps


def fill(L, net, data: dict[str, np.ndarray]):
    """Give the module `net` the arrays of `data` that are named as its parameters; returns it."""
    state = {name: L.tensor(data[name]) for name, _ in net.named_parameters()}
    net.load_state_dict(state)
    return net
