"""Activations and their gradients: pick one, move x, see value, slope, tangent, saturation."""

import math
from collections.abc import Callable

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text

LOW, HIGH, FLAT = -7.0, 7.0, 0.05
WIDTH, HEIGHT, BOTTOM = 560, 340, -1.6
BLUE, ORANGE, GREEN, SOFT = "#0550ae", "#953800", "#116329", "#59636e"


def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


def _softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def _normal(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def _bell(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _mish_slope(x):
    y = math.tanh(_softplus(x))
    return y + x * (1 - y * y) * _sigmoid(x)


# name: (value, slope); at corners the slope is the one that PyTorch's backward takes.
ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "ReLU": (lambda x: max(x, 0.0), lambda x: float(x > 0)),
    "LeakyReLU": (lambda x: x if x > 0 else 0.01 * x, lambda x: 1.0 if x > 0 else 0.01),
    "ELU": (lambda x: x if x > 0 else math.expm1(x), lambda x: 1.0 if x > 0 else math.exp(x)),
    "GELU": (lambda x: x * _normal(x), lambda x: _normal(x) + x * _bell(x)),
    "SiLU": (
        lambda x: x * _sigmoid(x),
        lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x))),
    ),
    "Mish": (lambda x: x * math.tanh(_softplus(x)), _mish_slope),
    "Softplus": (_softplus, _sigmoid),
    "Sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "Tanh": (math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    "Softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "Hardtanh": (lambda x: min(max(x, -1.0), 1.0), lambda x: float(-1 < x < 1)),
    "ReLU6": (lambda x: min(max(x, 0.0), 6.0), lambda x: float(0 < x < 6)),
}


class ActivationExplorer(Widget):
    """The activation `name` (PyTorch's, without `nn.`) at the number `x` from -7 to 7.

    `value` and `slope` are those at x; both follow what is chosen and moved in the page.
    Raises traitlets.TraitError for a name that is not in `ACTIVATIONS`, or x outside.
    """

    _esm = bundle("activation.js")
    _css = style("activation.css")
    title = "Activation and its gradient"

    name = traitlets.Enum(tuple(ACTIVATIONS), "ReLU").tag(sync=True)
    x = traitlets.Float(1.0, min=LOW, max=HIGH).tag(sync=True)

    def __init__(self, name="ReLU", x=1.0, **kwargs):
        super().__init__(name=name, x=x, **kwargs)

    @property
    def value(self) -> float:
        """The activation at x."""
        return ACTIVATIONS[self.name][0](self.x)

    @property
    def slope(self) -> float:
        """Its derivative at x."""
        return ACTIVATIONS[self.name][1](self.x)

    def flat(self) -> list[tuple[float, float]]:
        """The stretches of the picture where the slope is at most 0.05 in size."""
        found: list[list[float]] = []
        for k in range(round(LOW * 10), round(HIGH * 10) + 1):
            if abs(ACTIVATIONS[self.name][1](k / 10)) > FLAT:
                continue
            if found and abs(found[-1][1] - (k - 1) / 10) < 1e-9:
                found[-1][1] = k / 10
            else:
                found.append([k / 10, k / 10])
        return [(start, end) for start, end in found if end - start > 0.45]

    def describe(self):
        """Value and slope at x, and where the function saturates, in three sentences."""
        slope = self.slope
        little = ": nearly nothing comes through" if abs(slope) <= FLAT else ""
        where = " and from ".join(f"{decimal(a)} to {decimal(b)}" for a, b in self.flat())
        saturates = f"It saturates, with a slope of at most {FLAT}, from {where}."
        return "\n".join([
            f"{self.name} at {decimal(self.x)}: value {decimal(self.value)}, slope "
            f"{decimal(slope)}.",
            f"Backward multiplies the gradient by {decimal(slope)}{little}. Ten such steps in a "
            f"row: {decimal(slope**10, 7)}.",
            saturates,
        ])  # fmt: skip

    def svg(self):
        """Value (solid), slope (dashed) and the tangent at x, saturated stretches shaded."""
        # The functions without a ceiling need more room.
        top = 7.2 if ACTIVATIONS[self.name][0](HIGH) > 2 else 1.6

        def at(x, y):
            across = (x - LOW) / (HIGH - LOW) * WIDTH
            return round(across, 1), round((top - y) / (top - BOTTOM) * HEIGHT, 1)

        body = [
            f'<rect x="{at(a, 0)[0]}" y="0" width="{at(b, 0)[0] - at(a, 0)[0]:.1f}" '
            f'height="{HEIGHT}" fill="#ffebe9"/>'
            for a, b in self.flat()
        ]
        axes = ((LOW, 0), (HIGH, 0)), ((0, BOTTOM), (0, top))
        body += [_line(at(*start), at(*end), SOFT) for start, end in axes]
        value, slope = ACTIVATIONS[self.name]
        body += [_curve(at, slope, ORANGE, "6 4"), _curve(at, value, BLUE, "none")]
        rise = 2 * self.slope
        ends = at(self.x - 2, self.value - rise), at(self.x + 2, self.value + rise)
        body.append(_line(*ends, GREEN, "2 3"))
        for y, ink in ((self.slope, ORANGE), (self.value, BLUE)):
            cx, cy = at(self.x, y)
            body.append(f'<circle cx="{cx}" cy="{cy}" r="5" fill="{ink}"/>')
        for row, line in enumerate(self.describe().splitlines()):
            body.append(svg_text(12, HEIGHT + 24 + 20 * row, line, size=13, anchor="start"))
        keys = [("value", BLUE), ("slope (dashed)", ORANGE), ("tangent (dotted)", GREEN)]
        for row, (key, ink) in enumerate(keys):
            body.append(svg_text(12, 24 + 20 * row, key, size=13, fill=ink, anchor="start"))
        clipped = f'<svg width="{WIDTH + 140}" height="{HEIGHT + 80}">{"".join(body)}</svg>'
        return svg_document(WIDTH + 140, HEIGHT + 80, self.title, self.describe(), clipped)


def decimal(number: float, digits: int = 4) -> str:
    """The number with at most `digits` decimals and a true minus sign."""
    text = f"{round(number, digits):.{digits}f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−")


def _line(start, end, ink, dash="none"):
    (x1, y1), (x2, y2) = start, end
    return (f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{ink}" stroke-width="1.5" '
            f'stroke-dasharray="{dash}"/>')  # fmt: skip


def _curve(at, function, ink, dash):
    """The curve inside the picture; a jump parts it in two."""
    runs, before = [[]], None
    for k in range(round(LOW * 20), round(HIGH * 20) + 1):
        y = function(k / 20)
        if before is not None and abs(y - before) > 0.5:
            runs.append([])
        runs[-1].append("{},{}".format(*at(k / 20, y)))
        before = y
    return "".join(
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{ink}" stroke-width="2.2" '
        f'stroke-dasharray="{dash}"/>'
        for points in runs
    )
