"""Dual numbers: type a function of x, move x, and see the tangent carried from step to step."""

import math

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.duals import ExpressionError, dual_steps, number_text

BLUE, ORANGE, SOFT = "#0550ae", "#953800", "#59636e"
LEFT, RIGHT = -4.0, 4.0
WIDTH, HEIGHT, SAMPLES = 340, 240, 161


class DualNumbers(Widget):
    """Forward mode on `expression`, a function of x, at the number `x` from -4 to 4.

    `value` and `tangent` are the result's. All follow what is typed and moved in the page.
    Raises traitlets.TraitError for an expression that cannot be read, and says why.
    """

    _esm = bundle("dual_numbers.js")
    _css = style("dual_numbers.css")
    title = "Dual numbers"

    expression = traitlets.Unicode("x * x + 3 * x").tag(sync=True)
    x = traitlets.Float(2.0, min=LEFT, max=RIGHT).tag(sync=True)

    def __init__(self, expression="x * x + 3 * x", x=2.0, **kwargs):
        super().__init__(expression=expression, x=x, **kwargs)

    @traitlets.validate("expression")
    def _readable(self, proposal):
        try:
            dual_steps(proposal.value, 1.0)
        except ExpressionError as error:
            raise traitlets.TraitError(str(error)) from None
        return proposal.value

    @property
    def value(self) -> float:
        """The value of the expression at x."""
        return dual_steps(self.expression, self.x)[-1].value

    @property
    def tangent(self) -> float:
        """Its derivative at x."""
        return dual_steps(self.expression, self.x)[-1].tangent

    def describe(self):
        """The steps as lines of text: name, formula, value, tangent and the rule with numbers."""
        steps = dual_steps(self.expression, self.x)
        lines = [f"{self.expression} at x = {number_text(self.x)}, with x moving at rate 1:"]
        for step in steps:
            lines.append(
                f"{step.name} = {step.formula}: value {number_text(step.value)}, "
                f"tangent {number_text(step.tangent)} = {step.rule}"
            )
        end = steps[-1]
        lines.append(f"Result: {number_text(end.value)} + {number_text(end.tangent)}ε.")
        return "\n".join(lines)

    def svg(self):
        """The curve with its tangent at x, and the steps below, as an SVG picture."""
        steps = dual_steps(self.expression, self.x)
        end = steps[-1]
        xs = [LEFT + (RIGHT - LEFT) * k / (SAMPLES - 1) for k in range(SAMPLES)]
        ys = [dual_steps(self.expression, x)[-1].value for x in xs]
        low, high = _range([*ys, end.value])

        def place(x, y):
            across = 12 + (x - LEFT) / (RIGHT - LEFT) * (WIDTH - 24)
            return round(across, 1), round(12 + (high - y) / (high - low) * (HEIGHT - 24), 1)

        body = ['<clipPath id="plot"><rect x="12" y="12" width="316" height="216"/></clipPath>',
                '<g clip-path="url(#plot)">']  # fmt: skip
        points = [place(x, y) for x, y in zip(xs, ys, strict=True) if math.isfinite(y)]
        drawn = " ".join(f"{x},{y}" for x, y in points)
        body.append(f'<polyline points="{drawn}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
        if math.isfinite(end.value) and math.isfinite(end.tangent):
            ends = [place(x, end.value + end.tangent * (x - self.x)) for x in (LEFT, RIGHT)]
            (x1, y1), (x2, y2) = ends
            body.append(f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{ORANGE}" '
                        'stroke-width="2" stroke-dasharray="6 4"/>')  # fmt: skip
            cx, cy = place(self.x, end.value)
            body.append(f'<circle cx="{cx}" cy="{cy}" r="5" fill="{ORANGE}"/>')
        body.append("</g>")
        for row, step in enumerate(steps):
            line = (f"{step.name} = {step.formula}   {number_text(step.value)} + "
                    f"{number_text(step.tangent)}ε")  # fmt: skip
            fill = SOFT if row < len(steps) - 1 else "#1f2328"
            body.append(svg_text(360, 30 + 22 * row, line, fill=fill, anchor="start"))
        height = max(HEIGHT, 30 + 22 * len(steps))
        return svg_document(720, height, self.title, self.describe(), "".join(body))


def _range(ys: list[float]) -> tuple[float, float]:
    """From the smallest to the largest finite value, poles cut off, never empty."""
    finite = sorted(y for y in ys if math.isfinite(y)) or [0.0]
    low = max(finite[len(finite) // 20], -50.0)
    high = min(finite[-1 - len(finite) // 20], 50.0)
    low, high = min(low, high), max(low, high)
    room = (high - low) * 0.15 or 1.0
    return low - room, high + room
