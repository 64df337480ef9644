"""How time and memory grow with depth, width, batch and the number of operations.

On log axes a cost that is proportional is a straight line of slope 1. The line is fitted through
the larger half of the sizes, where fixed costs no longer count.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.bench.race import Lane

LIBRARIES = ("torch", "penlight")


@dataclass(frozen=True)
class Axis:
    """One thing that grows: the `size` of `case`, at `sizes`, all else as in `others`."""

    name: str
    case: str
    size: str
    sizes: tuple[int, ...]
    others: dict[str, int] = field(default_factory=dict)

    def quick(self) -> Axis:
        """The same at the smallest sizes."""
        return Axis(self.name, self.case, self.size, self.sizes[:2], self.others)


AXES = (
    Axis("depth", "deep", "depth", (8, 16, 32, 64, 128, 256), {"width": 256, "batch": 256}),
    Axis("width", "mlp", "width", (1000, 2000, 4000, 8000, 16000, 32000), {"batch": 64}),
    Axis("batch", "mlp", "batch", (128, 256, 512, 1024, 2048, 4096, 8192), {"width": 800}),
    Axis("operations", "chain", "operations", (4000, 8000, 16000, 32000, 64000, 128000, 256000)),
)


@dataclass
class Curve:
    """Of one library along one axis: seconds a step and peak bytes at each size."""

    axis: Axis
    library: str
    seconds: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)

    def slopes(self) -> tuple[float, float]:
        """Of time and of memory, on log axes."""
        return slope(self.axis.sizes, self.seconds), slope(self.axis.sizes, self.bytes)


def slope(sizes, values) -> float:
    """The slope of the least-squares line through the larger half of the points, on log axes.

    nan if a value there is not positive.
    """
    start = min(len(sizes) // 2, len(sizes) - 2)
    if any(value <= 0 for value in values[start:]):
        return math.nan
    x, y = ([math.log(each) for each in given[start:]] for given in (sizes, values))
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    across = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return across / sum((a - mean_x) ** 2 for a in x)


def curves(
    axes=AXES, *, device: str, threads: int, quick: bool, progress: Callable = lambda name: None
) -> list[Curve]:
    """Measure every axis under PyTorch and penlight, each curve in a process of its own.

    Sizes rise, so that the process's peak memory after each is that size's own; what the process
    held before the first is taken off.
    """
    found = []
    for axis in (each.quick() if quick else each for each in axes):
        for library in LIBRARIES:
            progress(f"{axis.name}, {library}")
            lane = Lane(library, device, threads)
            try:
                found.append(_curve(lane, axis, quick))
            finally:
                lane.close()
    return found


def _curve(lane: Lane, axis: Axis, quick: bool) -> Curve:
    curve = Curve(axis, lane.library)
    lane.require("prepare", name=axis.case, quick=True, sizes={})
    before = lane.require("peak")["bytes"]
    for size in axis.sizes:
        sizes = {**axis.others, axis.size: size}
        lane.require("prepare", name=axis.case, quick=False, sizes=sizes, warm=not quick)
        rounds = [lane.require("round")["seconds"] for _ in range(1 if quick else 3)]
        curve.seconds.append(min(rounds))
        curve.bytes.append(lane.require("peak")["bytes"] - before)
    return curve
