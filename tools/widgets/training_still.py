"""The training dashboard as a still picture and in words."""

import math

from tools.widgets.base import svg_document, svg_text

BLUE, ORANGE, SOFT, LINE, INK = "#0550ae", "#953800", "#59636e", "#d1d9e0", "#1f2328"
COLOURS = ("#0550ae", "#953800", "#116329", "#6639ba", "#a40e26", "#7d4e00")
WASHES = ("#b6dcf7", "#ffd3ad", "#bdeecb", "#e3cdf9", "#ffc9c5", "#f5e6a3")
DASHES = ("", "8 4", "2 3", "10 3 2 3", "4 4", "1 5")
PLOT_WIDTH, PLOT_HEIGHT = 330, 150
STATUS = {"ready": "not started", "running": "running", "paused": "paused", "done": "finished",
          "error": "stopped by an error"}  # fmt: skip


def in_words(now: dict) -> str:
    """The state of a run in a few lines."""
    lines = [f"Training dashboard, {STATUS[now['status']]}: {position(now)}."]
    history = now["history"]
    if history["loss"]:
        lines.append(f"Loss: {history['loss'][0]:.3g} at first, {now['loss']:.3g} now.")
        if now["accuracy"] is not None:
            lines.append(f"Accuracy in the last batch: {now['accuracy']:.0%}.")
        if history["held_out"]:
            _, loss, accuracy = history["held_out"][-1]
            right = "" if accuracy is None else f", accuracy {accuracy:.0%}"
            lines.append(f"On held-out data: loss {loss:.3g}{right}.")
        norms = zip(now["groups"], now["norms"], strict=True)
        said = (f"{name} {'none' if norm is None else f'{norm:.2g}'}" for name, norm in norms)
        lines.append(f"Gradient norms: {', '.join(said)}.")
        if now["boundary"]:
            wrong, count = misplaced(now["boundary"])
            lines.append(
                f"Decision boundary: {count - wrong} of {count} points shown lie on their own side."
            )
    if now["error"]:
        lines.append(now["error"])
    return "\n".join(lines)


def position(now: dict) -> str:
    """Where the run stands, such as "epoch 2 of 20, step 9 of 120"."""
    steps = f"step {now['step']}" + (f" of {now['total']}" if now["total"] else "")
    return f"epoch {now['epoch']} of {now['epochs']}, {steps}"


def misplaced(boundary: dict) -> tuple[int, int]:
    """How many of the points lie in a place that the model gives to another class; how many are."""
    left, right, low, high = boundary["frame"]
    side, wrong = boundary["side"], 0
    for (x, y), own in zip(boundary["points"], boundary["classes"], strict=True):
        column = min(int(side * (x - left) / (right - left)), side - 1)
        row = min(int(side * (high - y) / (high - low)), side - 1)
        wrong += int(boundary["chosen"][row * side + column], 36) != own % 36
    return wrong, len(boundary["points"])


def as_svg(now: dict, title: str) -> str:
    """Curves and boundary side by side, two in a row."""
    history = now["history"]
    body = [svg_text(16, 26, f"Training, {STATUS[now['status']]}: {position(now)}", size=16,
                     weight="bold", anchor="start")]  # fmt: skip
    top = 40
    if now["error"]:
        body.append(svg_text(16, top + 10, now["error"].splitlines()[0][:100], size=13,
                             fill="#a40e26", anchor="start"))  # fmt: skip
        top += 22
    held = history["held_out"]
    parts = []
    if history["loss"]:
        loss = [("training", history["step"], history["loss"])]
        accuracy = [("training", history["step"], history["accuracy"])]
        if held:
            steps = [row[0] for row in held]
            loss.append(("held out", steps, [row[1] for row in held]))
            accuracy.append(("held out", steps, [row[2] for row in held]))
        parts.append(_plot("loss", loss))
        if now["accuracy"] is not None:
            parts.append(_plot("accuracy", accuracy, (0.0, 1.0)))
        norms = [(name, history["step"], curve)
                 for name, curve in zip(now["groups"], history["norms"], strict=True)]  # fmt: skip
        parts.append(_plot("gradient norms", norms, logarithmic=True))
        if now["boundary"]:
            parts.append(_boundary(now["boundary"]))
    else:
        parts.append(svg_text(0, 30, "Nothing measured yet.", fill=SOFT, anchor="start"))
    for number, part in enumerate(parts):
        x, y = 16 + number % 2 * (PLOT_WIDTH + 130), top + number // 2 * (PLOT_HEIGHT + 60)
        body.append(f'<g transform="translate({x} {y})">{part}</g>')
    height = top + -(-len(parts) // 2) * (PLOT_HEIGHT + 60)
    return svg_document(2 * (PLOT_WIDTH + 130) + 20, height, title, in_words(now), "".join(body))


def _plot(name, curves, limits=None, logarithmic=False):
    def scaled(value):
        return math.log10(max(value, 1e-12)) if logarithmic else value

    known = [scaled(v) for *_, values in curves for v in values if v is not None]
    low, high = limits or (min([*known, *([] if logarithmic else [0.0])], default=0.0),
                           max(known, default=1.0))  # fmt: skip
    high = high if high > low else low + 1
    last = max(steps[-1] for _, steps, _ in curves)
    body = [
        svg_text(44, 16, name, size=14, weight="bold", anchor="start"),
        f'<path d="M44 26v{PLOT_HEIGHT}h{PLOT_WIDTH - 44}" fill="none" stroke="{SOFT}"/>',
        svg_text(PLOT_WIDTH, 26 + PLOT_HEIGHT + 16, f"step {last}", size=12, fill=SOFT,
                 anchor="end"),
    ]  # fmt: skip
    for value, y in ((high, 30), (low, 26 + PLOT_HEIGHT)):
        text = f"{10**value:.1g}" if logarithmic else f"{value:.3g}"
        body.append(svg_text(38, y, text, size=12, fill=SOFT, anchor="end"))
    for k, (label, steps, values) in enumerate(curves):
        places = [
            (44 + (PLOT_WIDTH - 44) * step / last,
             26 + PLOT_HEIGHT * (high - min(max(scaled(v), low), high)) / (high - low))
            for step, v in zip(steps, values, strict=True) if v is not None
        ]  # fmt: skip
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        look = f'stroke="{COLOURS[k]}" stroke-width="2" stroke-dasharray="{DASHES[k]}"'
        body.append(f'<polyline points="{line}" fill="none" {look}/>')
        y = 40 + 20 * k
        body.append(f'<path d="M{PLOT_WIDTH + 8} {y - 4}h24" {look}/>')
        body.append(svg_text(PLOT_WIDTH + 37, y, label[:12], size=12, anchor="start"))
    return "".join(body)


def _boundary(boundary):
    side, (left, right, low, high) = boundary["side"], boundary["frame"]
    size = PLOT_HEIGHT + 26
    cell = size / side
    body = [svg_text(0, 16, "decision boundary", size=14, weight="bold", anchor="start")]
    for j in range(side):
        row = boundary["chosen"][j * side : (j + 1) * side]
        start = 0
        for i in range(1, side + 1):  # neighbours of one class make one rectangle
            if i == side or row[i] != row[start]:
                body.append(
                    f'<rect x="{start * cell:.1f}" y="{26 + j * cell:.1f}" '
                    f'width="{(i - start) * cell + 0.3:.1f}" height="{cell + 0.3:.1f}" '
                    f'fill="{WASHES[int(row[start], 36) % len(WASHES)]}"/>'
                )
                start = i
    for (x, y), own in zip(boundary["points"], boundary["classes"], strict=True):
        px = size * (x - left) / (right - left)
        py = 26 + size * (high - y) / (high - low)
        body.append(marker(own, px, py))
    return "".join(body)


def marker(own: int, x: float, y: float) -> str:
    """A point of class `own`: its shape says the class as well as its colour."""
    colour = COLOURS[own % len(COLOURS)]
    shapes = ("M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z", "M-2.7,-2.7h5.4v5.4h-5.4z",
              "M0,-3.6l3.4,5.8h-6.8z", "M0,-4l4,4l-4,4l-4,-4z", "M-3,-3l6,6M3,-3l-6,6",
              "M0,-4v8M-4,0h8")  # fmt: skip
    return (
        f'<path d="{shapes[own % len(shapes)]}" transform="translate({x:.1f} {y:.1f})" '
        f'fill="{colour}" stroke="{"#ffffff" if own % 6 < 4 else colour}" stroke-width="0.8"/>'
    )
