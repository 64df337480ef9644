"""Stand-ins to try training code on: a model that notes how it is used, and a second device.

What computes is made of operators and methods alone: it works with both libraries.
"""

import itertools
from collections import namedtuple
from typing import Any

Sample = namedtuple("Sample", "x label")
MANY = 10_000  # indices that nobody needs who was asked for a few batches


class Source:
    """Indices 0, 1, 2, …, and how many of them were taken."""

    def __init__(self, count):
        self.count, self.taken = count, 0

    def __iter__(self):
        for index in itertools.count() if self.count is None else range(self.count):
            self.taken += 1
            if self.taken > MANY:
                raise RuntimeError(f"more than {MANY} indices were taken, and no end in sight")
            yield index


class NotedModel:
    """Scores `x @ w`, doubled in training mode, and notes of how it was called."""

    def __init__(self, w: Any, training: bool = True):
        self.w, self.training = w, training
        self.calls_in_training = self.calls_recorded = 0

    def train(self, mode: bool = True) -> "NotedModel":
        self.training = mode
        return self

    def eval(self) -> "NotedModel":
        return self.train(False)

    def __call__(self, x: Any) -> Any:
        scores = x @ self.w
        self.calls_in_training += self.training
        self.calls_recorded += scores.requires_grad
        return 2 * scores if self.training else scores

    forward = __call__


class Placed:
    """A tensor that says it lies on `device`, a device that exists on no machine.

    Two of them work together only on one device, as real tensors do. `item`, `tolist` and `len`
    bring an answer back from any device.
    """

    def __init__(self, tensor: Any, device: str = "cpu"):
        self.tensor, self.device = tensor, device

    def to(self, device: str) -> "Placed":
        """A copy on `device`; this one stays where it is."""
        return Placed(self.tensor, str(device))

    def cpu(self) -> "Placed":
        return self.to("cpu")

    def item(self) -> Any:
        return self.tensor.item()

    def tolist(self) -> Any:
        return self.tensor.tolist()

    def __len__(self) -> int:
        return len(self.tensor)

    def __repr__(self) -> str:
        return f"{self.tensor}, on {self.device}"

    def _with(self, name: str, *others: Any, **options: Any) -> "Placed":
        devices = {self.device, *(o.device for o in others if isinstance(o, Placed))}
        if len(devices) > 1:
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"{' and '.join(sorted(devices, reverse=True))}!"
            )
        bare = [o.tensor if isinstance(o, Placed) else o for o in others]
        return Placed(getattr(self.tensor, name)(*bare, **options), self.device)

    def __matmul__(self, other: Any) -> "Placed":
        return self._with("__matmul__", other)

    def __eq__(self, other: Any) -> "Placed":
        return self._with("__eq__", other)

    __hash__ = None  # type: ignore[assignment]

    def eq(self, other: Any) -> "Placed":
        return self == other

    def __add__(self, other: Any) -> "Placed":
        return self._with("__add__", other)

    __radd__ = __add__

    def argmax(self, dim: int | None = None) -> "Placed":
        return self._with("argmax", dim)

    def max(self, dim: int) -> tuple["Placed", "Placed"]:
        values, places = self.tensor.max(dim)
        return Placed(values, self.device), Placed(places, self.device)

    def sum(self) -> "Placed":
        return self._with("sum")


class PlacedNet:
    """A module with one matrix: `.to(device)` moves it in place, and gives it back too."""

    def __init__(self, w: Any, device: str = "cpu"):
        self.w = Placed(w, device)

    def to(self, device: str) -> "PlacedNet":
        self.w = self.w.to(device)
        return self

    def __call__(self, x: Placed) -> Placed:
        return x @ self.w
