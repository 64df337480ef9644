"""The landscapes of the optimizer race, and the paths that torch.optim takes on them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import contourpy
import torch

LINES = 12  # contour lines in a picture
GRID = 100  # places along each side at which heights are taken for them
FAR = 1e6  # beyond this an optimizer has blown up

OPTIMIZERS: dict[str, Callable] = {
    "SGD": lambda params, lr: torch.optim.SGD(params, lr=lr),
    "momentum": lambda params, lr: torch.optim.SGD(params, lr=lr, momentum=0.9),
    "RMSprop": lambda params, lr: torch.optim.RMSprop(params, lr=lr),
    "Adam": lambda params, lr: torch.optim.Adam(params, lr=lr),
}


@dataclass(frozen=True)
class Surface:
    """A height for each (x, y). frame: x from, x to, y from, y to. rates: to begin with."""

    title: str
    idea: str
    height: Callable
    frame: tuple[float, float, float, float]
    start: tuple[float, float]
    goals: tuple[tuple[float, float], ...]
    rates: dict[str, float]


def _rates(sgd, momentum, rmsprop, adam):
    return dict(zip(OPTIMIZERS, (sgd, momentum, rmsprop, adam), strict=True))


SURFACES = {
    "ravine": Surface(
        "ravine",
        "Thirty times steeper across than along. The steep walls limit the learning rate of SGD; "
        "along the floor it then creeps.",
        lambda x, y: (x**2 + 30 * y**2) / 2,
        (-5.0, 5.0, -1.8, 1.8),
        (-4.5, 1.2),
        ((0.0, 0.0),),
        _rates(0.06, 0.01, 0.05, 0.2),
    ),
    "banana": Surface(
        "bent valley",
        "The floor of the valley bends (Rosenbrock's function, a mild one). The slope points at "
        "the wall, hardly ever at the goal.",
        lambda x, y: (1 - x) ** 2 + 5 * (y - x**2) ** 2,
        (-2.0, 2.0, -1.0, 3.0),
        (-1.5, 0.5),
        ((1.0, 1.0),),
        _rates(0.015, 0.004, 0.02, 0.1),
    ),
    "saddle": Surface(
        "saddle",
        "Flat at the middle: down to both sides, up to the others. The start lies nearly on the "
        "ridge, where almost nothing says which side is down.",
        lambda x, y: (x**2 - y**2) / 2 + y**4 / 8,
        (-2.5, 2.5, -2.5, 2.5),
        (-2.0, 0.001),
        ((0.0, 2**0.5), (0.0, -(2**0.5))),
        _rates(0.1, 0.02, 0.02, 0.05),
    ),
    "valleys": Surface(
        "two valleys",
        "The right valley is higher than the left one. Who arrives with speed may roll "
        "over the ridge.",
        lambda x, y: (x**2 - 1) ** 2 + 0.35 * x + y**2,
        (-2.0, 2.0, -1.6, 1.6),
        (1.8, 1.2),
        ((-1.0411723584216692, 0.0),),
        _rates(0.05, 0.02, 0.02, 0.1),
    ),
    "plateau": Surface(
        "plateau",
        "Almost level far out, a bowl in the middle. A tiny slope makes a tiny step, unless the "
        "step is divided by the size of the slope.",
        lambda x, y: 1 - torch.exp(-(x**2 + y**2) / 2),
        (-5.0, 5.0, -3.5, 3.5),
        (-3.6, 1.6),
        ((0.0, 0.0),),
        _rates(0.5, 0.1, 0.02, 0.1),
    ),
}


def path(surface: str, optimizer: str, rate: float, start, steps: int) -> list[tuple[float, float]]:
    """The points an optimizer of torch.optim visits, `start` first, in float64.

    It ends early where the optimizer has blown up.
    """
    height = SURFACES[surface].height
    p = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    mover = OPTIMIZERS[optimizer]([p], rate)
    points = [tuple(p.tolist())]
    for _ in range(steps):
        mover.zero_grad()
        height(p[0], p[1]).backward()
        mover.step()
        points.append(tuple(p.tolist()))
        if not all(abs(each) < FAR for each in points[-1]):
            break
    return points


def height_at(surface: str, point) -> float:
    x, y = torch.tensor(point, dtype=torch.float64)
    return float(SURFACES[surface].height(x, y))


@cache
def contours(surface: str) -> tuple[str, ...]:
    """Lines of equal height, each as an SVG polyline's points in a frame of 1000 by 1000.

    The heights are chosen so that about the same area lies between neighbours.
    """
    left, right, low, high = SURFACES[surface].frame
    across = torch.linspace(0, 1, GRID, dtype=torch.float64)
    y, x = torch.meshgrid(high - (high - low) * across, left + (right - left) * across,
                          indexing="ij")  # fmt: skip
    heights = SURFACES[surface].height(x, y)
    levels = heights.flatten().quantile((torch.arange(LINES, dtype=torch.float64) + 0.5) / LINES)
    generator = contourpy.contour_generator(across.numpy(), across.numpy(), heights.numpy())
    runs = [run for level in levels.tolist() for run in generator.lines(level)]
    return tuple(" ".join(f"{1000 * a:.0f},{1000 * b:.0f}" for a, b in _thinned(r)) for r in runs)


def _thinned(run):
    """Every second point of a long run, both ends kept: the eye sees no difference."""
    return [*run[:-1:2], run[-1]] if len(run) > 30 else run
