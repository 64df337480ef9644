"""Guards: what must still be true for a captured graph to be run again; else capture anew."""

from __future__ import annotations

import warnings
from functools import partial, update_wrapper

from penlight.graphs.capture import Captured, capture, reached
from penlight.graphs.passes import optimise
from penlight.graphs.tree import flatten
from penlight.nn.module import Module
from penlight.slots import slot
from penlight.tensors.operation import recorder


@slot(exercise="07_graphs")
def failed_guard(guards, facts):
    """The name of the first guard that does not hold, None if all do.

    guards  {name: what it was at capture}, e.g. {"x.shape": (2, 3), "x.dtype": "float32"}
    facts   {name: what it is now}; a name that only one of the two has is a guard that fails
    """
    for name, wanted in guards.items():
        if name not in facts or type(facts[name]) is not type(wanted) or facts[name] != wanted:
            return name
    return next((name for name in facts if name not in guards), None)


class Compiled:
    """A function that runs as a graph; each new kind of arguments is captured once.

    captures  how often the function was captured
    reasons   why, one line for each capture after the first
    entries   (guards, captured) pairs, the one used last in front
    """

    def __init__(self, function, passes=(optimise,), limit: int = 8, check: bool = False):
        self.function, self.passes, self.limit = function, tuple(passes), limit
        self.check = check
        self.entries: list[tuple[dict, Captured]] = []
        self.reasons: list[str] = []
        self.captures = 0
        self._modules = None
        if hasattr(function, "__name__"):
            update_wrapper(self, function)

    def facts(self, args, kwargs) -> dict:
        """Everything that the graph takes for granted about a call."""
        tensors, plan = flatten((args, kwargs))
        facts = {"arguments": plan, "grad mode": recorder.gradients}
        for k, x in enumerate(tensors):
            array = x._array
            facts[f"tensor {k}: shape"] = array.shape
            facts[f"tensor {k}: dtype"] = array.dtype.name
            facts[f"tensor {k}: requires_grad"] = x._requires_grad
            facts[f"tensor {k}: device"] = str(x.device)
        if self._modules is None:
            found = reached(self.function).values()
            self._modules = [
                m for each in found if isinstance(each, Module) for m in each.modules()
            ]
        for k, module in enumerate(self._modules):
            facts[f"module {k} ({type(module).__name__}): training"] = module.training
        return facts

    def __call__(self, *args, **kwargs):
        if recorder.capturing is not None:  # part of a larger graph
            return self.function(*args, **kwargs)
        facts = self.facts(args, kwargs)
        reason, nearest = None, -1
        for place, (guards, captured) in enumerate(self.entries):
            failed = failed_guard(guards, facts)
            if failed is None:
                if place:
                    self.entries.insert(0, self.entries.pop(place))
                return captured(*args, **kwargs)
            held = list(facts).index(failed) if failed in facts else len(facts)
            if held > nearest:  # the entry most of whose guards hold says best what is new
                nearest = held
                reason = f"{failed} was {guards.get(failed)}, is {facts.get(failed)}"
        if self.captures >= self.limit:
            warnings.warn(
                f"captured {self.captures} times, the last time since {reason}: from here on this "
                "function runs without a graph. Do its shapes change with each call?",
                stacklevel=2,
            )
            return self.function(*args, **kwargs)
        captured = capture(self.function, *args, check=self.check, **kwargs)
        captured = captured.optimised(*self.passes)
        self.entries.insert(0, (facts, captured))
        self.captures += 1
        if reason is not None:
            self.reasons.append(reason)
        return captured(*args, **kwargs)

    @property
    def graph(self):
        """The graph used last, None before the first call."""
        return self.entries[0][1].graph if self.entries else None

    def __getattr__(self, name):
        # A compiled module still has its parameters, train(), eval().
        if name == "function" or not isinstance(self.function, Module):
            raise AttributeError(f"'Compiled' object has no attribute '{name}'")
        return getattr(self.function, name)

    def __get__(self, instance, owner=None):
        return self if instance is None else partial(self, instance)

    def __repr__(self):
        return f"<compiled {self.function!r}: captured {self.captures} times>"


def compile(function=None, *, passes=(optimise,), limit: int = 8, check: bool = False):
    """Run a function or Module as a graph, captured at the first call and again when a guard fails.

    Guards are shapes, types and devices of tensors, all plain arguments, the grad mode, and the
    training flag of the modules that the function reaches. After `limit` captures it runs eagerly.
    With `check` each capture runs the function a second time, as `capture` does by itself, to warn
    of data that went another way than through operations. Also a decorator.
    """
    if function is None:
        return lambda function: compile(function, passes=passes, limit=limit, check=check)
    return Compiled(function, passes, limit, check)
