"""Batch norm in training and evaluation: a batch, its statistics, and the running ones."""

import math

import traitlets

from tools.widgets.base import Widget, bundle, style, svg_document, svg_text

EPS, MOST, LARGEST = 1e-5, 8, 1000
BLUE, ORANGE, RED, SOFT = "#0550ae", "#953800", "#a40e26", "#59636e"
NO_SPREAD = "One number has no spread: its variance would be 0 / 0. In training this is an error."


class BatchNormExplorer(Widget):
    """One channel of `nn.BatchNorm1d(1, affine=False, momentum=momentum)`.

    batch: 1 to 8 numbers, the next input. history: the batches it was called with in training.
    `momentum` may be None, as in PyTorch: the mean of all batches. `training` is the mode.
    `running_mean`, `running_var` and `output()` follow what is typed and chosen in the page.
    Raises traitlets.TraitError for what is no batch, and for a single number in `history`.
    """

    _esm = bundle("batch_norm.js")
    _css = style("batch_norm.css")
    title = "Batch norm in training and evaluation"

    batch = traitlets.List(traitlets.Float(min=-LARGEST, max=LARGEST), minlen=1, maxlen=MOST).tag(
        sync=True
    )
    history = traitlets.List(
        traitlets.List(traitlets.Float(min=-LARGEST, max=LARGEST), minlen=2, maxlen=MOST)
    ).tag(sync=True)
    momentum = traitlets.Float(0.1, min=0, max=1, allow_none=True).tag(sync=True)
    training = traitlets.Bool(True).tag(sync=True)

    def __init__(self, batch=(1.0, 2.0, 3.0, 6.0), history=(), momentum=0.1, **kwargs):
        history = [list(map(float, each)) for each in history]
        super().__init__(
            batch=list(map(float, batch)), history=history, momentum=momentum, **kwargs
        )

    def running(self) -> list[tuple[float, float]]:
        """The running mean and variance at the start and after each batch of the history."""
        found = [(0.0, 1.0)]
        for k, batch in enumerate(self.history):
            mean, _, unbiased = statistics(batch)
            found.append(self._moved(found[-1], mean, unbiased, k))
        return found

    def _share(self, calls):
        """How much the batch after so many calls counts."""
        return 1 / (calls + 1) if self.momentum is None else self.momentum

    def _moved(self, before, mean, unbiased, calls):
        share = self._share(calls)
        pairs = zip(before, (mean, unbiased), strict=True)
        return tuple((1 - share) * old + share * new for old, new in pairs)

    @property
    def running_mean(self) -> float:
        return self.running()[-1][0]

    @property
    def running_var(self) -> float:
        return self.running()[-1][1]

    def used(self) -> tuple[float, float]:
        """The mean and variance that the next call normalises with."""
        if self.training:
            return statistics(self.batch)[:2]
        return self.running()[-1]

    def output(self) -> list[float] | None:
        """What the next call returns; None where PyTorch refuses."""
        if self.training and len(self.batch) < 2:
            return None
        mean, var = self.used()
        return [(x - mean) / math.sqrt(var + EPS) for x in self.batch]

    def describe(self):
        """The next call with all its numbers, line by line."""
        before, n = self.running()[-1], len(self.batch)
        mean, biased, unbiased = statistics(self.batch)
        kept = f"running mean {_text(before[0])}, running var {_text(before[1])}."
        calls = f"{len(self.history)} call{'s' * (len(self.history) != 1)}"
        terms = " + ".join(map(_bracket, self.batch))
        lines = [
            f"After {calls} in training: {kept}",
            f"batch mean: ({terms}) / {n} = {_text(mean)}",
        ]
        outputs = self.output()
        if outputs is None:
            return "\n".join([*lines, NO_SPREAD])
        if self.training:
            squares, share = biased * n, self._share(len(self.history))
            after = self._moved(before, mean, unbiased, len(self.history))
            lines += [
                f"variance to normalise with, biased: {_text(squares)} / {n} = {_text(biased)}",
                f"variance for the running one, unbiased: {_text(squares)} / {n - 1} = "
                f"{_text(unbiased)}",
            ]
            for k, (name, new) in enumerate([("mean", mean), ("var", unbiased)]):
                mix = f"{_text(1 - share)} · {_bracket(before[k])} + {_text(share)} · "
                lines.append(f"running {name}: {mix}{_bracket(new)} = {_text(after[k])}")
        else:
            lines.append(
                f"running mean {_text(before[0])} and running var {_text(before[1])} are used, "
                "and stay as they are"
            )
        mean, var = self.used()
        result = ", ".join(map(_text, outputs))
        lines.append(f"y = (x − {_bracket(mean)}) / √({_text(var)} + 0.00001) = {result}")
        return "\n".join(lines)

    def svg(self):
        """The batch on a number line between the two spreads, and the words of `describe`."""
        mean, biased, _ = statistics(self.batch)
        kept = self.running()[-1]
        inner = ("batch", mean, math.sqrt(biased), BLUE, 22, self.training)
        outer = ("running", kept[0], math.sqrt(kept[1]), ORANGE, 66, not self.training)
        bands = [inner, outer]
        ends = [*self.batch, *(m + sign * s for _, m, s, *_ in bands for sign in (-1, 1))]
        low, high = min(ends), max(ends)

        def at(x):
            return round(90 + (x - low) / ((high - low) or 1) * 520, 1)

        body = [f'<line x1="90" x2="610" y1="59" y2="59" stroke="{SOFT}"/>']
        for name, middle, spread, ink, y, used in bands:
            left, width = at(middle - spread), max(at(middle + spread) - at(middle - spread), 2)
            body.append(
                f'<rect x="{left}" y="{y}" width="{width:.1f}" height="30" fill="none" '
                f'stroke="{ink}" stroke-width="{3 if used else 1}"/>'
            )
            body.append(svg_text(12, y + 20, name, size=13, fill=ink, anchor="start"))
        body += [f'<circle cx="{at(x)}" cy="59" r="5" fill="#1f2328"/>' for x in self.batch]
        body += [svg_text(at(x), 116, _text(x), size=12, fill=SOFT) for x in sorted({low, high})]
        lines = self.describe().splitlines()
        for row, line in enumerate(lines):
            fill = RED if line == NO_SPREAD else "#1f2328"
            body.append(svg_text(12, 144 + 21 * row, line, size=13, fill=fill, anchor="start"))
        width = max(640, 24 + round(7.2 * max(map(len, lines))))
        height = 144 + 21 * len(lines)
        return svg_document(width, height, self.title, self.describe(), "".join(body))


def statistics(batch: list[float]) -> tuple[float, float, float]:
    """Mean, biased variance (over n), unbiased variance (over n - 1; nan for one number)."""
    mean = sum(batch) / len(batch)
    squares = sum((x - mean) ** 2 for x in batch)
    unbiased = squares / (len(batch) - 1) if len(batch) > 1 else math.nan
    return mean, squares / len(batch), unbiased


def _text(number: float) -> str:
    """Five significant digits and a true minus sign; ties go away from 0, as in the page."""
    text = f"{math.nextafter(number, math.copysign(math.inf, number)):.5g}" if number else "0"
    return text.replace("-", "−")


def _bracket(number: float) -> str:
    return f"({_text(number)})" if number < 0 else _text(number)
