"""What a training run measures: losses, right answers, gradient norms, the decision boundary."""

import math
import random

MOST = 120  # a curve has up to twice as many points; longer ones are averaged
MOST_GROUPS = 6
SIDE = 40  # places along each side of the boundary's picture
MOST_POINTS = 300
SYMBOLS = "0123456789abcdefghijklmnopqrstuvwxyz"


class History:
    """Curves of any length in a bounded number of points, each the mean of `every` steps."""

    def __init__(self, groups: int):
        self.every = 1
        self.step, self.loss, self.accuracy = [], [], []
        self.norms = [[] for _ in range(groups)]
        self.held_out: list[list] = []
        self.last: tuple = ()
        self._waiting: list[tuple] = []

    def add(self, step, loss, accuracy, norms):
        """One training step. accuracy, and each of the norms, may be None: there is none."""
        self.last = (step, loss, accuracy, norms)
        self._waiting.append(self.last)
        if len(self._waiting) < self.every:
            return
        steps, losses, accuracies, columns = zip(*self._waiting, strict=True)
        self._waiting = []
        self.step.append(steps[-1])
        self.loss.append(_mean(losses))
        self.accuracy.append(_mean(accuracies))
        for curve, values in zip(self.norms, zip(*columns, strict=True), strict=True):
            curve.append(_mean(values))
        if len(self.step) >= 2 * MOST:
            self.every *= 2
            self.step = self.step[1::2]
            self.loss, self.accuracy = _halved(self.loss), _halved(self.accuracy)
            self.norms = [_halved(curve) for curve in self.norms]

    def as_dict(self) -> dict:
        held_out = self.held_out[:: max(len(self.held_out) // MOST, 1)]
        if self.held_out and held_out[-1] is not self.held_out[-1]:
            held_out = [*held_out, self.held_out[-1]]
        return {
            "every": self.every,
            "step": self.step,
            "loss": _short(self.loss),
            "accuracy": _short(self.accuracy),
            "norms": [_short(curve) for curve in self.norms],
            "held_out": [_short(row) for row in held_out],
        }


def _mean(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _halved(curve):
    return [_mean(pair) for pair in zip(curve[::2], curve[1::2], strict=True)]


def _short(values):
    return [v if v is None or isinstance(v, int) else float(f"{v:.5g}") for v in values]


def groups_of(names) -> dict[str, str]:
    """Parameter name -> the group it is counted in: its layer, or a larger part of the model.

    There are at most MOST_GROUPS; what does not fit is "the rest".
    """
    names = list(names)
    depth = max((name.count(".") for name in names), default=0)
    while depth > 1 and len({_part(name, depth) for name in names}) > MOST_GROUPS:
        depth -= 1
    parts = {name: _part(name, depth) for name in names}
    kept = list(dict.fromkeys(parts.values()))
    if len(kept) > MOST_GROUPS:
        kept = kept[: MOST_GROUPS - 1]
    return {name: part if part in kept else "the rest" for name, part in parts.items()}


def _part(name, depth):
    part = ".".join(name.split(".")[:-1][:depth]) or name
    return f"layer {part}" if part[0].isdigit() else part


def grouped_norms(parameters, groups) -> list[float | None]:
    """The length of each group's gradients together; None where there are no gradients."""
    squares = dict.fromkeys(groups.values())
    for name, parameter in parameters:
        if parameter.grad is not None and name in groups:
            size = float(parameter.grad.detach().norm().item())
            squares[groups[name]] = (squares[groups[name]] or 0.0) + size * size
    return [None if square is None else math.sqrt(square) for square in squares.values()]


class Judge:
    """Says which share of some scores is right, where there is a right and a wrong.

    kind: "classes" (scores (N, C), whole-number targets), "logits" or "probability" (one yes or no
    an example, with a binary cross-entropy), or "" (a regression, or something else).
    """

    def __init__(self, scores, targets, loss_fn):
        name = getattr(loss_fn, "__name__", type(loss_fn).__name__).lower().replace("_", "")
        whole = hasattr(targets, "dtype") and "int" in str(targets.dtype)
        self.kind = ""
        if not (hasattr(scores, "shape") and hasattr(targets, "shape")):
            return
        if whole and len(scores.shape) == len(targets.shape) + 1 and scores.shape[1] > 1:
            self.kind = "classes"
        elif tuple(scores.shape) == tuple(targets.shape) and ("bce" in name or "binary" in name):
            self.kind = "logits" if "logits" in name else "probability"

    def chosen(self, scores):
        """The class chosen for each example."""
        if self.kind == "classes":
            return scores.argmax(dim=1)
        return scores > (0 if self.kind == "logits" else 0.5)

    def right(self, scores, targets):
        """The share of right answers; None where there is no such thing."""
        if not self.kind:
            return None
        return float((self.chosen(scores) == targets).double().mean().item())

    def sureness(self, scores):
        """For each example the probability of the class chosen."""
        if self.kind == "classes":
            return scores.softmax(dim=1).max(dim=1)[0]
        yes = scores.sigmoid() if self.kind == "logits" else scores
        return (yes - 0.5).abs() + 0.5


class Boundary:
    """The class that a model gives to each place of the plane, for inputs that are 2-D points."""

    def __init__(self, judge, points, classes, like):
        self.judge, self.points, self.classes = judge, points, classes
        columns = list(zip(*points, strict=True))
        self.frame = [round(v, 4) for column in columns for v in _with_margin(column)]
        left, right, low, high = self.frame
        self.grid = like.new_tensor(
            [[left + (right - left) * (i + 0.5) / SIDE, high - (high - low) * (j + 0.5) / SIDE]
             for j in range(SIDE) for i in range(SIDE)]
        )  # fmt: skip
        self.chosen = self.sure = ""

    @classmethod
    def of(cls, judge, inputs, targets, loader):
        """The boundary for data like this batch; None if they are no points with classes."""
        x = inputs[0]
        if not judge.kind or len(inputs) != 1 or len(x.shape) != 2 or x.shape[1] != 2:
            return None
        rows, classes = x.tolist(), targets.reshape(-1).tolist()
        data = getattr(loader, "dataset", None)
        if hasattr(data, "__len__") and hasattr(data, "__getitem__"):
            # Drawn, since every second item may be all of one class; the draw is its own.
            count = min(len(data), MOST_POINTS)
            items = [data[i] for i in sorted(random.Random(0).sample(range(len(data)), count))]
            rows = [[float(v) for v in item[0]] for item in items]
            classes = [float(item[1]) for item in items]
        points = [[round(v, 4) for v in row] for row in rows[:MOST_POINTS]]
        return cls(judge, points, [int(c) for c in classes[:MOST_POINTS]], x.detach())

    def look(self, model, library):
        """Ask the model, in eval mode and without a graph; it is left as it was."""
        training = model.training
        model.eval()
        try:
            with library.no_grad():
                scores = model(self.grid)
                chosen = self.judge.chosen(scores).reshape(-1).tolist()
                sure = self.judge.sureness(scores).reshape(-1).tolist()
        finally:
            model.train(training)
        self.chosen = "".join(SYMBOLS[int(c) % len(SYMBOLS)] for c in chosen)
        self.sure = "".join(str(min(int(10 * p), 9)) if p == p else "0" for p in sure)

    def as_dict(self) -> dict:
        return {"frame": self.frame, "side": SIDE, "points": self.points,
                "classes": self.classes, "chosen": self.chosen, "sure": self.sure}  # fmt: skip


def _with_margin(values):
    low, high = min(values), max(values)
    room = 0.12 * (high - low) or 1.0
    return low - room, high + room
