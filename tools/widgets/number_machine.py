"""The number machine: roots, logarithms, sines from + - * /, step by step, with their error."""

from math import log10

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.number_steps import METHODS, steps

LOW_POWER, HIGH_POWER = -17, 1
LEFT, TOP, WIDTH, HEIGHT = 70, 70, 430, 220
SHOWN_STEPS = 8


class NumberMachine(Widget):
    """A calculation shown step by step, and its error on a logarithmic scale.

    method: "sqrt", "cos_sin" (CORDIC), "log_series" or "log_roots". number: what it is asked for;
    each method has one to begin with. step: the step that is shown. Raises traitlets.TraitError
    for a method that does not exist, and for a number it does not take.
    """

    _esm = bundle("number_machine.js")
    _css = style("number_machine.css")
    title = "Number machine"

    method = traitlets.Enum(tuple(METHODS), "sqrt").tag(sync=True)
    number = traitlets.Float().tag(sync=True)
    step = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, method="sqrt", number=None, step=0, **kwargs):
        if number is None and method in METHODS:
            number = METHODS[method].usual
        super().__init__(method=method, number=number, step=step, **kwargs)

    @traitlets.validate("number", "method")
    def _number_it_takes(self, proposal):
        proposed = {"method": self.method, "number": self.number}
        proposed[proposal.trait.name] = proposal.value
        try:
            steps(**proposed)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return proposal.value

    def describe(self):
        """What is computed, then step, value and error in lines, the middle ones left out."""
        found = steps(self.method, self.number)
        lines = [f"The {METHODS[self.method].title}, for {self.number:g}."]
        for k, step in enumerate(found):
            if len(found) > SHOWN_STEPS and SHOWN_STEPS - 3 <= k < len(found) - 2:
                lines += ["…"] if k == SHOWN_STEPS - 3 else []
                continue
            values = step.value if isinstance(step.value, tuple) else (step.value,)
            shown = ", ".join(f"{value:.16g}" for value in values)
            lines.append(f"step {k:2}: {shown}, {METHODS[self.method].error} {step.error:.1e}")
        return "\n".join(lines)

    def svg(self):
        """The error after every step, on a logarithmic scale, as an SVG picture."""
        found = steps(self.method, self.number)
        head = METHODS[self.method].title
        body = [
            svg_text(16, 28, f"{head[0].upper()}{head[1:]}, for {self.number:g}", size=16,
                     weight="bold", anchor="start"),
            svg_text(16, 50, f"{METHODS[self.method].error} after each step", size=13,
                     fill="#59636e", anchor="start"),
        ]  # fmt: skip
        for power in range(HIGH_POWER - 1, LOW_POWER - 1, -4):
            y = _height(10.0**power)
            body.append(f'<path d="M{LEFT} {y:.1f}h{WIDTH}" stroke="#d1d9e0"/>')
            body.append(svg_text(LEFT - 8, y + 4, f"1e{power}" if power else "1", size=12,
                                 fill="#59636e", anchor="end"))  # fmt: skip
        places = [
            (LEFT + WIDTH * k / max(len(found) - 1, 1), _height(step.error))
            for k, step in enumerate(found)
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        body.append(f'<polyline points="{line}" fill="none" stroke="#0550ae" stroke-width="2"/>')
        body += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#0550ae"/>' for x, y in places]
        x, y = places[min(self.step, len(found) - 1)]
        body.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="none" stroke="#953800" '
            'stroke-width="3"/>'
        )
        for k in range(0, len(found), -(-len(found) // 11)):
            body.append(svg_text(round(places[k][0], 1), TOP + HEIGHT + 18, k, size=12,
                                 fill="#59636e"))  # fmt: skip
        body.append(svg_text(LEFT + WIDTH / 2, TOP + HEIGHT + 38, "step", size=12, fill="#59636e"))
        return svg_document(
            LEFT + WIDTH + 20, TOP + HEIGHT + 50, self.title, self.describe(), "".join(body)
        )


def _height(error):
    """Where an error stands: the top is 10, each power of ten as far below the last."""
    power = log10(error) if error > 0 else LOW_POWER
    return TOP + HEIGHT * (HIGH_POWER - min(max(power, LOW_POWER), HIGH_POWER)) / (
        HIGH_POWER - LOW_POWER
    )
