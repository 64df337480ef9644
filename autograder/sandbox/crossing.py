"""How values cross between the student's process and the tests' process: by content or as a handle.

By content go numbers, text, containers, arrays and tensors of exactly these types; a subclass,
which may answer "equal" to everything, does not. Whatever else there is stays where it is, and the
other side holds a `Handle`: it can be called and looked into, and it is equal to nothing.
"""

import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, type(None), type(...), slice, range)
DICTS = (dict, OrderedDict, defaultdict, Counter)
DEEPEST = 30


@dataclass(frozen=True)
class Ref:
    """A value that stayed behind: number `at` in the table of the side that `holds` it."""

    at: int
    holds: str
    kind: str = ""
    callable: bool = False


class Table:
    """The values of one side that the other side holds handles of."""

    def __init__(self, side: str, meet: Callable[[dict], Any]):
        self.side, self.values, self.meet = side, [], meet

    def encode(self, value: Any, depth: int = 0) -> Any:
        """`value` as plain data for the wire."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is np.ndarray and value.dtype.kind in "biufc":
            return {"array": value}
        if isinstance(value, np.generic) and kind.__module__ == "numpy":
            if value.dtype.kind in "biufc":
                return {"scalar": np.asarray(value)}
            return self.encode(value.item(), depth)
        if kind in (Fraction, Decimal):
            return {"exact": kind.__name__, "text": str(value)}
        if depth < DEEPEST:
            if kind in (tuple, list, set, frozenset, deque):
                items = [self.encode(item, depth + 1) for item in value]
                return {"items": items, "kind": kind.__name__}
            if kind in DICTS:
                pairs = [[self.encode(k, depth + 1), self.encode(v, depth + 1)]
                         for k, v in dict.items(value)]  # fmt: skip
                return {"pairs": pairs}
        torch = sys.modules.get("torch")
        if torch is not None and kind in (torch.Tensor, torch.nn.Parameter):
            return self._tensor(value, torch)
        given = getattr(value, "_handle_ref", None) if kind.__name__ == "Handle" else None
        if isinstance(given, Ref):
            return {"ref": [given.at, given.holds, "", False]}
        self.values.append(value)
        name = str(getattr(kind, "__qualname__", "object"))[:100]
        return {"ref": [len(self.values) - 1, self.side, name, callable(value)]}

    def _tensor(self, value: Any, torch: Any) -> Any:
        bare = value.detach().cpu()
        wide = bare.float() if bare.dtype == torch.bfloat16 else bare
        dtype = str(bare.dtype).rpartition(".")[2]
        return {"tensor": wide.numpy(), "dtype": dtype, "grad": bool(value.requires_grad)}

    def decode(self, data: Any) -> Any:
        """What the other side encoded; KeyError, TypeError or IndexError for anything else."""
        if not isinstance(data, dict):
            if type(data) not in PLAIN:
                raise TypeError("no value")
            return data
        if "array" in data:
            return np.array(data["array"])
        if "scalar" in data:
            return np.asarray(data["scalar"])[()]
        if "exact" in data:
            return {"Fraction": Fraction, "Decimal": Decimal}[data["exact"]](data["text"])
        if "items" in data:
            make = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset,
                    "deque": deque}[data["kind"]]  # fmt: skip
            return make(self.decode(item) for item in data["items"])
        if "pairs" in data:
            return {self.decode(k): self.decode(v) for k, v in data["pairs"]}
        if "tensor" in data:
            import torch

            made = torch.from_numpy(np.array(data["tensor"])).to(getattr(torch, data["dtype"]))
            return made.requires_grad_(data["grad"] is True)
        at, holds, kind, is_callable = data["ref"]
        if holds == self.side:
            return self.values[int(at)]
        return self.meet(Ref(int(at), str(holds), str(kind), bool(is_callable)))


def raised(error: BaseException) -> dict:
    """An exception as plain data."""
    try:
        text = str(error)[:2000]
    except Exception:
        text = ""
    names = [f"{c.__module__}.{c.__qualname__}" for c in type(error).__mro__[:20]]
    return {"raised": {"types": names, "message": text}}


def rebuild_error(told: dict) -> BaseException:
    """An exception of the same name, derived from the nearest class that this side knows."""
    names = [name for name in told["types"] if isinstance(name, str)]
    base: type = Exception
    for name in names:
        module, _, attribute = name.rpartition(".")
        found = getattr(sys.modules.get(module), attribute, None)
        if isinstance(found, type) and issubclass(found, Exception):
            base = found
            break
    own = names[0].rpartition(".")[2] if names else "Exception"
    try:
        if base.__name__ == own:
            return base(str(told["message"]))
        return type(own, (base,), {})(str(told["message"]))
    except Exception:
        return RuntimeError(f"{own}: {told['message']}")
