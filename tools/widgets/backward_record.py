"""What happens in one backward pass, written down node by node, for PyTorch and penlight.

`record` looks at a graph that exists, or runs a program and keeps every value on the way. The
pass itself is the library's own: hooks on the nodes report what arrives and what is sent.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from tools.draw.walk import clean, is_tensor, operation_name, reach
from tools.widgets.backward_rules import rule_of

MOST_NODES = 60
MOST_NUMBERS = 6  # of a tensor shown number by number
SAVED_SLOTS = {"self": 0, "other": 1, "mat2": 1, "vec": 1, "tensor": 1, "exponent": "n"}


def record(result: Any, names: Mapping[str, Any] | None = None, gradient: Any = None) -> dict:
    """The graph behind `result` with its values and one backward through it, as plain data.

    result: a tensor, or a function without arguments that returns one, or one and a dict of names
    for tensors on the way. Given a function, every value is known. names: display name -> tensor.
    gradient: what backward begins with, where the result has more than one element. No `.grad`
    changes, and the graph is kept.

    Raises TypeError for anything else, ValueError for a tensor without a graph, one that needs
    `gradient`, or more than 60 nodes, and RuntimeError for a graph that backward has used up.
    """
    seen = _Seen()
    if callable(result) and not is_tensor(result):
        with seen.watching():
            result = result()
        if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], Mapping):
            names = {**(names or {}), **result[1]}
            result = result[0]
    if not is_tensor(result):
        raise TypeError(
            "BackwardStepper() needs a tensor that was computed, or a function without arguments "
            f"that computes one; got {type(result).__name__}"
        )
    if result.grad_fn is None:
        raise ValueError(
            "this tensor has no graph: nothing it was computed from has requires_grad=True, or it "
            "was made under no_grad()"
        )
    if gradient is None and _count(result) != 1:
        raise ValueError(
            f"the result has {_count(result)} elements: give gradient=, a tensor of shape "
            f"{tuple(result.shape)} for backward to begin with, or sum it up to a loss"
        )
    found = reach([result.grad_fn], MOST_NODES)
    if found.left_out:
        raise ValueError(
            f"the graph has more than {MOST_NODES} nodes: too many to step through. Try a smaller "
            "input, or fewer steps; tools.draw.draw draws large ones"
        )
    seen.add(result)
    for tensor in (names or {}).values():
        if is_tensor(tensor) and tensor.grad_fn is not None:
            seen.add(tensor)
    passes = _Pass(found.functions, result, gradient)
    return _Writer(found.functions, seen, passes, names or {}, result).written()


class _Seen:
    """Results of operations by (node, output number), and the constants that went into a node."""

    def __init__(self):
        self.values: dict[tuple[int, int], np.ndarray] = {}
        self.constants: dict[int, list] = {}
        self._kept: list = []  # ids stay unique as long as the nodes live

    def add(self, tensor: Any, inputs: tuple = ()) -> None:
        node = tensor.grad_fn
        if node is None:
            return
        self.values.setdefault((id(node), tensor.output_nr), _array(tensor))
        if len(inputs) == len(node.next_functions):
            self.constants.setdefault(id(node), [_number(x) for x in inputs])
        self._kept.append(tensor)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Keep every result of PyTorch's and penlight's operations that is computed inside."""
        from torch.overrides import TorchFunctionMode

        from penlight.tensors.operation import recorder

        seen = self

        class Keep(TorchFunctionMode):
            def __torch_function__(self, function, types, args=(), kwargs=None):
                result = function(*args, **(kwargs or {}))
                for each in result if isinstance(result, tuple) else (result,):
                    if is_tensor(each):
                        seen.add(each, args)
                return result

        original = type(recorder).record

        def kept(entry, inputs, out, attrs):
            original(entry, inputs, out, attrs)
            for each in out if isinstance(out, tuple) else (out,):
                seen.add(each, inputs)

        type(recorder).record = staticmethod(kept)
        try:
            with Keep():
                yield
        finally:
            type(recorder).record = staticmethod(original)


class _Pass:
    """One backward: what arrived at each node, what it sent, and the gradient of each leaf."""

    def __init__(self, functions: tuple, result: Any, gradient: Any):
        self.arrived: dict[int, np.ndarray] = {}
        self.sent: dict[int, list] = {}
        self.order: list[int] = []
        leaves = [f.variable for f in functions if hasattr(f, "variable")]
        operations = [f for f in functions if not hasattr(f, "variable")]
        handles = [f.register_hook(self._reporter(f)) for f in operations]
        try:
            found = _grad_of(result)(result, leaves, gradient, retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            if "second time" in str(error):
                raise RuntimeError(
                    "this graph has been used up by backward(): compute the result again, and "
                    "show it before you call backward(), or give a function that computes it"
                ) from error
            raise
        finally:
            for handle in handles:
                handle.remove()
        self.leaf_grads = {
            id(leaf): None if g is None else _array(g)
            for leaf, g in zip(leaves, found, strict=True)
        }
        start = np.ones(tuple(result.shape)) if gradient is None else _array(gradient)
        self.start = start

    def _reporter(self, function):
        def report(sent, arrived):
            self.order.append(id(function))
            self.arrived[id(function)] = next(_array(g) for g in arrived if g is not None)
            self.sent[id(function)] = [None if g is None else _array(g) for g in sent]

        return report


class _Writer:
    """Turns what was seen into plain data with names."""

    def __init__(self, functions, seen, passes, names, result):
        self.functions, self.seen, self.passes = functions, seen, passes
        self.keys = {id(f): f"n{k}" for k, f in enumerate(functions)}
        self.values: dict[int, np.ndarray | None] = {}
        self.names = self._named(names, result)

    def _named(self, names, result) -> dict[int, str]:
        by_node = {}
        for name, tensor in names.items():
            for function in self.functions:
                leaf = getattr(function, "variable", None)
                if leaf is tensor or (leaf is None and tensor.grad_fn is function):
                    by_node.setdefault(id(function), clean(name))
        by_node.setdefault(id(result.grad_fn), "L")
        taken, unnamed = set(by_node.values()), iter(range(1, 10**6))
        for function in self.functions:
            while id(function) not in by_node:
                stem = "leaf" if hasattr(function, "variable") else "v"
                name = f"{stem}{next(unnamed)}"
                if name not in taken:
                    by_node[id(function)] = name
        return by_node

    def written(self) -> dict:
        for function in self.functions:  # a rule may have kept the result of another node
            saved = _saved(function)
            for slot, (source, output) in enumerate(function.next_functions):
                if source is not None and slot in saved and not output:
                    self.seen.values.setdefault((id(source), 0), saved[slot])
        nodes = [self._node(function) for function in self.functions]
        rank = {key: place for place, key in enumerate(self.passes.order)}
        order = sorted((f for f in self.functions if id(f) in rank), key=lambda f: rank[id(f)])
        return {
            "nodes": nodes,
            "backward": [self.keys[id(function)] for function in order],
            "start": shown(self.passes.start),
            "result": self.keys[id(self.functions[-1])],
        }

    def _node(self, function) -> dict:
        if hasattr(function, "variable"):
            value = self.values[id(function)] = _array(function.variable)
            total = self.passes.leaf_grads.get(id(function.variable))
            return self._plain(function, "leaf", value) | {"grad": shown(total)}
        operation = operation_name(clean(function.name().rsplit("::", 1)[-1]))
        saved = _saved(function)
        inputs, constants = [], self.seen.constants.get(id(function), [])
        for slot, (source, output) in enumerate(function.next_functions):
            value = self.values.get(id(source)) if source is not None and not output else None
            if value is None:
                value = saved.get(slot)
            if value is None and slot < len(constants):
                value = constants[slot]
            inputs.append({"from": source and self.keys[id(source)], "value": shown(value)})
        value = self.seen.values.get((id(function), 0))
        value = saved.get("out") if value is None else value
        self.values[id(function)] = value
        forward, back = rule_of(operation, len(inputs))
        sent = self.passes.sent.get(id(function), [None] * len(inputs))
        for entry, rule, g in zip(inputs, back, sent, strict=True):
            target = next((n for n in self.functions if self.keys[id(n)] == entry["from"]), None)
            g = None if target is None or g is None else _fitted(g, self.values.get(id(target)))
            entry |= {"rule": rule, "sent": shown(g)}
        return self._plain(function, "operation", value) | {
            "operation": operation,
            "forward": forward,
            "exponent": shown(saved.get("n")),
            "inputs": inputs,
            "grad": shown(self.passes.arrived.get(id(function))),
        }

    def _plain(self, function, kind, value) -> dict:
        key = id(function)
        return {"key": self.keys[key], "kind": kind, "name": self.names[key], "value": shown(value)}


def shown(value: Any) -> dict | None:
    """A value as {"shape", "numbers"}; `numbers` is None where there are too many to show."""
    if value is None:
        return None
    array = np.asarray(value, dtype=float)
    few = array.size <= MOST_NUMBERS
    return {"shape": list(array.shape), "numbers": array.reshape(-1).tolist() if few else None}


def _fitted(g: np.ndarray, target: np.ndarray | None) -> np.ndarray:
    """`g` summed over what broadcasting stretched, as the engine does before it adds."""
    if target is None or g.shape == target.shape:
        return g
    g = g.sum(tuple(range(g.ndim - target.ndim))) if g.ndim > target.ndim else g
    ones = tuple(d for d, n in enumerate(target.shape) if n == 1 and g.shape[d] != 1)
    return g.sum(ones, keepdims=True) if ones else g


def _saved(function) -> dict:
    """What a node has kept: input number, "n" (exponent) or "out" -> array."""
    found: dict = {}
    if hasattr(function, "parts"):  # penlight: each rule with the values it needs
        for _, rule, values in function.steps() if function.parts else ():
            sources = rule.__code__.co_varnames[2 : rule.__code__.co_argcount]
            for name, value in zip(sources, values, strict=False):
                slot = {"x": 0, "y": 1, "out": "out", "exponent": "n"}.get(name)
                value = getattr(value, "tensor", value)
                if slot is not None and (is_tensor(value) or isinstance(value, int | float)):
                    found[slot] = _array(value)
        if "n" not in found and operation_name(function.name()) == "pow" and 1 in found:
            found["n"] = found[1]
        return found
    for name, slot in [*SAVED_SLOTS.items(), ("result", "out")]:
        try:
            value = getattr(function, f"_saved_{name}", None)
        except RuntimeError:  # written over since; the pass itself has told already
            continue
        if is_tensor(value) or (isinstance(value, int | float) and not isinstance(value, bool)):
            found[slot] = _array(value)
    return found


def _grad_of(tensor: Any) -> Callable:
    """`autograd.grad` of the library that `tensor` belongs to."""
    import torch

    import penlight

    return (penlight if isinstance(tensor, penlight.Tensor) else torch).autograd.grad


def _array(value: Any) -> np.ndarray:
    return np.array(value.detach().tolist() if is_tensor(value) else value, dtype=float)


def _number(value: Any) -> np.ndarray | None:
    """A constant operand as an array; None for tensors in the graph and for other arguments."""
    if is_tensor(value):
        return None if value.requires_grad else _array(value)
    return _array(value) if isinstance(value, int | float) else None


def _count(tensor: Any) -> int:
    return int(np.prod(tuple(tensor.shape), dtype=int))
