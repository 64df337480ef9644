"""Eager against captured: what capturing a function buys, and what it costs once."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from rich.table import Table

import penlight
from penlight.graphs import capture, passes


@dataclass(frozen=True)
class Case:
    """`make()` gives a function, its arguments, and whether it asks for gradients from outside."""

    name: str
    make: Callable


@dataclass(frozen=True)
class Measured:
    """Seconds of a call, and of one capture with all passes; bytes as `memory_needed` says."""

    name: str
    eager: float
    captured: float
    optimised: float
    capture: float
    nodes: tuple[int, int]
    memory: tuple[int, int]

    @property
    def pays_after(self) -> float:
        """After how many calls the capture has paid for itself; inf if it never does."""
        gain = self.eager - self.optimised
        return self.capture / gain if gain > 0 else float("inf")


def _mlp(rows):
    def make():
        nn = penlight.nn
        net = nn.Sequential(
            nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 8)
        )
        return net.requires_grad_(False), (penlight.randn(rows, 32),)

    return make


def _step(rows):
    def make():
        nn = penlight.nn
        net = nn.Sequential(nn.Linear(32, 64), nn.Tanh(), nn.Linear(64, 8))

        def step(x, y):
            net.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            with penlight.no_grad():
                for p in net.parameters():
                    p -= 1e-6 * p.grad
            return loss.detach()

        return step, (penlight.randn(rows, 32), penlight.randint(0, 8, (rows,)))

    return make


def _chain(size):
    def make():
        def chain(x):
            return ((x * 2 + 1).tanh() * x - (x * 2 + 1).abs() * 0.5) / (x * x + 3)

        return chain, (penlight.randn(size, 100),)

    return make


def _convnet():
    nn = penlight.nn
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(512, 10),
    )  # fmt: skip
    return net.eval().requires_grad_(False), (penlight.randn(16, 1, 16, 16),)


CASES = (
    Case("a net, 1 row", _mlp(1)),
    Case("a net, 1000 rows", _mlp(1000)),
    Case("a training step, 8 rows", _step(8)),
    Case("a training step, 1000 rows", _step(1000)),
    Case("element-wise chain, 100 numbers", _chain(1)),
    Case("element-wise chain, 2,000,000 numbers", _chain(20_000)),
    Case("a convolutional net", lambda: _convnet()),
)


def measure(case: Case, rounds: int = 7, least: float = 0.05) -> Measured:
    """The three ways of running a case, taken in turn; AssertionError if their results differ."""
    penlight.manual_seed(0)
    function, inputs = case.make()
    captured = capture(function, *inputs)
    start = time.perf_counter()
    optimised = capture(function, *inputs, check=False).optimised()
    cost = time.perf_counter() - start
    ways = (function, captured, optimised)
    state = {v: t._array.copy() for v, t in captured.graph.parameters.items()}
    results = []
    for way in ways:
        results.append(way(*inputs).detach().numpy().copy())
        for value, array in state.items():
            captured.graph.parameters[value]._array[...] = array
    for found in results[1:]:
        np.testing.assert_allclose(found, results[0], rtol=1e-4, atol=1e-5)
    times: list[list[float]] = [[], [], []]
    for _ in range(rounds):
        for seconds, way in zip(times, ways, strict=True):
            seconds.append(_seconds(way, inputs, least))
    nodes = len(captured.graph.nodes), len(optimised.graph.nodes)
    return Measured(
        case.name,
        *map(statistics.median, times),
        cost,
        nodes,
        passes.memory_needed(optimised.graph),
    )


def _seconds(way, inputs, least) -> float:
    """Seconds of a call: the mean of as many as take `least` seconds."""
    calls, start = 0, time.perf_counter()
    while True:
        way(*inputs)
        calls += 1
        passed = time.perf_counter() - start
        if passed >= least:
            return passed / calls


def table(measured: list[Measured], rounds: int) -> Table:
    """The results as a table for the screen."""
    shown = Table(
        title="Eager against captured, on one CPU",
        caption=(
            f"Microseconds of a call, median of {rounds} rounds taken in turn. `capture` is what "
            "capturing once with all passes costs; `pays after`, how many calls win that back."
        ),
        title_justify="left",
        caption_justify="left",
    )
    shown.add_column("Program", no_wrap=True)
    for heading in (
        "eager",
        "captured",
        "+ passes",
        "times faster",
        "capture",
        "pays after",
        "nodes",
    ):
        shown.add_column(heading, justify="right")
    for each in measured:
        shown.add_row(
            each.name, *(f"{1e6 * t:,.0f}" for t in (each.eager, each.captured, each.optimised)),
            f"{each.eager / each.optimised:.2f}", f"{1e6 * each.capture:,.0f}",
            "never" if each.pays_after == float("inf") else f"{each.pays_after:,.0f} calls",
            f"{each.nodes[0]} → {each.nodes[1]}",
        )  # fmt: skip
    return shown
