"""The optimizer race: four update rules go down a surface, each at a learning rate of its own."""

import math

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text
from tools.widgets.race_surfaces import OPTIMIZERS, SURFACES, contours, height_at, path

LAST = 300  # steps
LEFT, TOP, WIDTH, HEIGHT = 16, 44, 480, 340
LOOKS = {  # colour, dashes
    "SGD": ("#0550ae", ""),
    "momentum": ("#953800", "9 4"),
    "RMSprop": ("#116329", "2 3"),
    "Adam": ("#6639ba", "10 3 2 3"),
}
SOFT, LINE = "#59636e", "#b6c0ca"


class OptimizerRace(Widget):
    """SGD, momentum, RMSprop and Adam on a surface, from one start.

    surface: a name of SURFACES. start: (x, y). rates: {"Adam": 0.1}, learning rates; those left
    out are the surface's own. shown: the names of those that run. step: 0 to 300, the step that
    is shown. Everything follows what is done in the page. Raises traitlets.TraitError for an
    unknown name, a rate that is not between 0.0001 and 10, and a start that is no point.
    """

    _esm = bundle("race.js")
    _css = style("race.css")
    title = "Optimizer race"

    surface = traitlets.Enum(tuple(SURFACES), "ravine").tag(sync=True)
    start = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)
    rates = traitlets.Dict(per_key_traits={n: traitlets.Float() for n in OPTIMIZERS}).tag(sync=True)
    shown = traitlets.List(traitlets.Enum(tuple(OPTIMIZERS))).tag(sync=True)
    step = traitlets.Int(0, min=0, max=LAST).tag(sync=True)
    surfaces = traitlets.Dict(read_only=True).tag(sync=True)

    def __init__(self, surface="ravine", start=None, rates=None, shown=None, step=0, **kwargs):
        usual = SURFACES.get(surface)
        if usual is not None:
            start = usual.start if start is None else start
            rates = usual.rates | dict(rates or {})
        shown = OPTIMIZERS if shown is None else shown
        super().__init__(surface=surface, start=list(start or ()), rates=rates or {},
                         shown=list(shown), step=step, **kwargs)  # fmt: skip
        self.set_trait("surfaces", _for_the_page())

    @traitlets.validate("rates")
    def _sensible_rates(self, proposal):
        rates = proposal.value
        if unknown := set(rates) - set(OPTIMIZERS):
            raise traitlets.TraitError(
                f"no optimizer is called {min(unknown)!r}; there are {', '.join(OPTIMIZERS)}"
            )
        for name, rate in rates.items():
            if not 1e-4 <= rate <= 10:
                raise traitlets.TraitError(
                    f"the learning rate of {name} must lie between 0.0001 and 10, not {rate:g}"
                )
        return {name: rates.get(name, self.rates.get(name, 0.01)) for name in OPTIMIZERS}

    @traitlets.validate("start")
    def _a_point(self, proposal):
        if not all(math.isfinite(each) for each in proposal.value):
            raise traitlets.TraitError(f"start must be two numbers, not {proposal.value}")
        return proposal.value

    def path(self, optimizer: str) -> list[tuple[float, float]]:
        """The points that torch.optim visits up to `step`; fewer if it has blown up."""
        return path(self.surface, optimizer, self.rates[optimizer], self.start, self.step)

    def describe(self):
        """The surface, then where each optimizer stands after `step` steps, a line each."""
        surface = SURFACES[self.surface]
        lines = [f"Optimizers on the surface “{surface.title}”. {surface.idea}"]
        lines.append(f"From ({self.start[0]:g}, {self.start[1]:g}), after {self.step} steps:")
        for name in self.shown:
            points = self.path(name)
            lines.append(f"  {name}, learning rate {self.rates[name]:g}: {self._said(points)}")
        return "\n".join(lines)

    def _said(self, points):
        if len(points) <= self.step:
            return f"blown up after {len(points) - 1} steps"
        x, y = points[-1]
        return f"at ({x:.3g}, {y:.3g}), height {height_at(self.surface, points[-1]):.3g}"

    def svg(self):
        """The surface as contour lines with the paths up to `step`, as an SVG picture."""
        surface = SURFACES[self.surface]
        body = [
            svg_text(16, 28, f"{surface.title}, after {self.step} steps", size=16, weight="bold",
                     anchor="start"),
            f'<clipPath id="frame"><rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/>'
            f'</clipPath><rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" '
            f'stroke="{LINE}"/>',
        ]  # fmt: skip
        for points in contours(self.surface):
            body.append(
                f'<polyline points="{points}" fill="none" stroke="{LINE}" '
                f'transform="translate({LEFT} {TOP}) scale({WIDTH / 1000:g} {HEIGHT / 1000:g})" '
                'vector-effect="non-scaling-stroke"/>'
            )
        for goal in surface.goals:
            x, y = self._place(goal)
            body.append(svg_text(round(x, 1), round(y + 7, 1), "★", size=20, fill="#7d4e00"))
        body.append('<g clip-path="url(#frame)">')
        for name in self.shown:
            colour, dashes = LOOKS[name]
            places = [self._place(point) for point in self.path(name)]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            body.append(f'<polyline points="{line}" fill="none" stroke="{colour}" '
                        f'stroke-width="2.5" stroke-dasharray="{dashes}"/>')  # fmt: skip
            x, y = places[-1]
            body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
        body.append("</g>")
        for row, name in enumerate(self.shown):
            colour, dashes = LOOKS[name]
            y = TOP + 20 + 46 * row
            x = LEFT + WIDTH + 18
            body.append(f'<path d="M{x} {y - 5}h44" stroke="{colour}" stroke-width="2.5" '
                        f'stroke-dasharray="{dashes}"/>')  # fmt: skip
            body.append(svg_text(x + 52, y, f"{name}, rate {self.rates[name]:g}", anchor="start"))
            said = self._said(self.path(name))
            body.append(svg_text(x + 52, y + 18, said, size=12, fill=SOFT, anchor="start"))
        return svg_document(LEFT + WIDTH + 330, TOP + HEIGHT + 16, self.title, self.describe(),
                            "".join(body))  # fmt: skip

    def _place(self, point):
        """Where a point lies in the picture; far ones at a finite distance."""
        left, right, low, high = SURFACES[self.surface].frame
        x = LEFT + WIDTH * (point[0] - left) / (right - left)
        y = TOP + HEIGHT * (high - point[1]) / (high - low)
        return tuple(min(max(each, -1e4), 1e4) if each == each else 1e4 for each in (x, y))


def _for_the_page() -> dict:
    return {
        name: {
            "title": each.title,
            "idea": each.idea,
            "frame": each.frame,
            "start": each.start,
            "goals": each.goals,
            "rates": each.rates,
            "contours": contours(name),
        }
        for name, each in SURFACES.items()
    }
