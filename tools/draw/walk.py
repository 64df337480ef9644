"""Walk the graph behind tensors, PyTorch's or penlight's, into a plain `Graph`.

Both libraries record the same way. A tensor's `grad_fn` is the node that made it; a node's
`next_functions` are pairs (node, output number) for its arguments, (None, 0) where an argument
needs no gradient; a leaf ends in an `AccumulateGrad` node whose `variable` is the leaf. No walk
here recurses, so depth does not matter.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .graph import Edge, Graph, Kind, Node, TensorFacts

_OMITTED = "omitted"


# PyTorch frees a graph by recursion once Python has looked at its nodes, and 40,000 in a row
# overflow the stack. So a walk never looks further than this beyond the nodes it keeps.
LOOK_AHEAD = 2000


@dataclass(frozen=True)
class Reached:
    """`functions`: the graph nodes nearest the roots, each after all that feed it.
    `left_out`: how many more there are; at least so many when `more` is True."""

    functions: tuple
    left_out: int
    more: bool


def reach(roots: Iterable, max_nodes: int) -> Reached:
    """The `max_nodes` graph nodes nearest to `roots`, breadth first, put in forward order."""
    # Holding every node seen keeps its id from being given to another object during the walk.
    seen = {id(root): root for root in roots}
    queue = deque(seen.values())
    while queue and len(seen) <= max_nodes + LOOK_AHEAD:
        for function, _ in queue.popleft().next_functions:
            if function is not None and id(function) not in seen:
                seen[id(function)] = function
                queue.append(function)
    kept = dict(list(seen.items())[:max_nodes])
    left_out = min(len(seen) - len(kept), LOOK_AHEAD)
    return Reached(tuple(_forward_order(kept)), left_out, len(seen) > max_nodes + LOOK_AHEAD)


def _forward_order(kept: dict[int, object]) -> list:
    """Depth-first post-order with an explicit stack: a node follows everything that feeds it."""
    ordered, entered = [], set()
    stack = [(function, False) for function in reversed(kept.values())]
    while stack:
        function, children_done = stack.pop()
        if children_done:
            ordered.append(function)
        elif id(function) not in entered:
            entered.add(id(function))
            stack.append((function, True))
            for child, _ in reversed(function.next_functions):
                if child is not None and id(child) in kept:
                    stack.append((child, False))
    return ordered


def operation_name(function_name: str) -> str:
    """The operation's own name: "MmBackward0" gives "mm", "LogSoftmaxBackward0" "log_softmax"."""
    name = re.sub(r"Backward\d*$", "", function_name)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?=[A-Z][a-z])", "_", name)
    return words.lower() or function_name


def clean(name: str) -> str:
    """`name` on one line and without the control characters that no picture or page may hold."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+", " ", name).strip() or "?"


def is_tensor(value: object) -> bool:
    """True for anything that follows the tensor protocol that PyTorch and penlight share."""
    return not isinstance(value, type) and all(
        hasattr(value, attribute) for attribute in ("grad_fn", "requires_grad", "shape", "dtype")
    )


def describe(
    results: Iterable,
    *,
    names: Mapping[str, object] | None = None,
    parameters: Mapping[str, object] | None = None,
    tensors: Iterable = (),
    max_nodes: int = 500,
    max_values: int = 12,
) -> Graph:
    """The graph behind the tensors `results`, as plain data.

    names, parameters: display name -> tensor; `parameters` also marks leaves as parameters.
    tensors: intermediates to show as boxes of their own. max_nodes: how many graph nodes to keep.
    max_values: tensors with more numbers than this show only their shape.
    """
    return _Describer(results, names, parameters, tensors, max_values).run(max_nodes)


class _Describer:
    def __init__(self, results, names, parameters, tensors, max_values):
        self.results = _unique(results)
        self.max_values = max_values
        self.parameters = {id(tensor) for tensor in (parameters or {}).values()}
        named = [*(names or {}).items(), *(parameters or {}).items()]
        self.names = _names_by_tensor(named)
        self.asked = _unique([tensor for _, tensor in (names or {}).items()] + list(tensors))
        # Tensors that some recorded operation made, by (graph node, output number).
        self.boxes: dict[tuple[int, int], object] = {}
        for tensor in [*self.results, *self.asked]:
            if tensor.grad_fn is not None:
                self.boxes.setdefault((id(tensor.grad_fn), tensor.output_nr), tensor)
        self.plain_inputs = {
            id(tensor): tensor
            for tensor in self.asked
            if not tensor.requires_grad and all(tensor is not result for result in self.results)
        }
        self.result_ids = {id(tensor) for tensor in self.results}
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.keys: dict[object, str] = {}
        self.counts: dict[Kind, int] = {}
        self.freed = False
        self.left_out = ""  # in words, once something was

    def run(self, max_nodes: int) -> Graph:
        roots = [tensor.grad_fn for tensor in self.results if tensor.grad_fn is not None]
        reached = reach(roots, max_nodes)
        if reached.left_out:
            self.left_out = f"{'more than ' if reached.more else ''}{reached.left_out:,}"
            label = f"{self.left_out} earlier nodes not drawn"
            self.nodes.append(Node(_OMITTED, Kind.OMITTED, label))
        for function in reached.functions:
            if hasattr(function, "variable"):
                key = self._add_leaf(function.variable)
                self.keys[id(function)] = key
            else:
                self._add_operation(function)
        for tensor in self.results:
            if tensor.grad_fn is None:
                self._add_leaf(tensor)
        results = tuple(self._result_key(tensor) for tensor in self.results)
        notes = tuple(self._notes())
        return Graph(tuple(self.nodes), tuple(self.edges), results, reached.left_out, notes)

    def _add_leaf(self, tensor) -> str:
        if id(tensor) not in self.keys:
            self.keys[id(tensor)] = self._add_tensor(self._leaf_kind(tensor), tensor)
        return self.keys[id(tensor)]

    def _leaf_kind(self, tensor) -> Kind:
        if not tensor.requires_grad:
            return Kind.INPUT
        marked = id(tensor) in self.parameters or any(
            base.__name__ == "Parameter" for base in type(tensor).__mro__
        )
        return Kind.PARAMETER if marked else Kind.LEAF

    def _add_operation(self, function) -> None:
        inputs = [self._add_leaf(tensor) for tensor in self._saved_inputs(function)]
        key = self._key()
        self.keys[id(function)] = key
        recorded = clean(function.name().rsplit("::", 1)[-1])  # no "torch::autograd::"
        name = operation_name(recorded)
        self.nodes.append(Node(key, Kind.OPERATION, name, _outputs(function), recorded))
        free_slots = []
        for slot, (child, output) in enumerate(function.next_functions):
            if child is None:
                free_slots.append(slot)
                continue
            if (id(child), output) in self.keys:  # this output has a box of its own
                self.edges.append(Edge(self.keys[id(child), output], key, slot))
            elif id(child) in self.keys:
                self.edges.append(Edge(self.keys[id(child)], key, slot, output))
            else:
                self.edges.append(Edge(_OMITTED, key, slot))
        for source in inputs:
            slot = free_slots[0] if len(free_slots) == len(inputs) == 1 else None
            self.edges.append(Edge(source, key, slot))
        outputs = sorted(output for made_by, output in self.boxes if made_by == id(function))
        for output in outputs:
            tensor = self.boxes[id(function), output]
            kind = Kind.RESULT if id(tensor) in self.result_ids else Kind.INTERMEDIATE
            box = self._add_tensor(kind, tensor)
            self.keys[id(function), output] = box
            self.edges.append(Edge(key, box, 0, output))

    def _saved_inputs(self, function) -> list:
        """The named tensors without a gradient that this operation saved for its backward."""
        if not self.plain_inputs:
            return []
        saved, freed = _saved_tensors(function)
        self.freed = self.freed or freed
        return _unique(tensor for tensor in saved if id(tensor) in self.plain_inputs)

    def _add_tensor(self, kind: Kind, tensor) -> str:
        key = self._key()
        name = self.names.get(id(tensor))
        if name is None:
            self.counts[kind] = self.counts.get(kind, 0) + 1
            only = kind is Kind.RESULT and len(self.results) == 1
            name = kind.value if only else f"{kind.value} {self.counts[kind]}"
        self.nodes.append(Node(key, kind, name, (self._facts(tensor),)))
        return key

    def _facts(self, tensor) -> TensorFacts:
        # Asking a non-leaf for .grad makes PyTorch warn, unless it was told to keep it.
        keeps_grad = tensor.is_leaf or getattr(tensor, "retains_grad", False)
        grad = tensor.grad if keeps_grad else None
        return TensorFacts(
            tuple(tensor.shape),
            str(tensor.dtype).rsplit(".", 1)[-1],
            self._values(tensor),
            grad is not None,
            None if grad is None else self._values(grad),
        )

    def _values(self, tensor):
        size = 1
        for length in tensor.shape:
            size *= length
        if size > self.max_values:
            return None
        try:
            return tensor.detach().tolist()
        except (RuntimeError, NotImplementedError, TypeError):  # sparse and meta tensors
            return None

    def _key(self) -> str:
        return f"n{len(self.nodes)}"

    def _result_key(self, tensor) -> str:
        if tensor.grad_fn is None:
            return self.keys[id(tensor)]
        return self.keys[id(tensor.grad_fn), tensor.output_nr]

    def _notes(self) -> Iterable[str]:
        for tensor in self.results:
            if tensor.grad_fn is None:
                yield self._why_no_graph(tensor)
        if self.left_out:
            yield (
                f"{self.left_out} nodes further from the result were left out. "
                "Give max_nodes=… to draw more."
            )
        for tensor in self.asked:
            in_graph = id(tensor) in self.keys or (
                tensor.grad_fn is not None and (id(tensor.grad_fn), tensor.output_nr) in self.keys
            )
            if not in_graph:
                yield self._why_missing(tensor)

    def _why_no_graph(self, tensor) -> str:
        name = self.names.get(id(tensor), "This tensor")
        if tensor.requires_grad:
            return f"{name} is a leaf: no operation made it, so there is no graph behind it."
        return (
            f"{name} has no graph: it does not require a gradient. Either nothing it was computed "
            "from has requires_grad=True, or it was computed under no_grad()."
        )

    def _why_missing(self, tensor) -> str:
        name = self.names.get(id(tensor), "A tensor given in tensors=")
        if not tensor.requires_grad:
            reason = "it needs no gradient, and no operation drawn here kept it for the backward"
            if self.freed:
                reason += " (what was kept has been freed by backward())"
        elif self.left_out:
            reason = "it is in the part left out, or the result does not depend on it"
        else:
            reason = "the result does not depend on it"
        return f"{name} is not in the drawing: {reason}."


def _outputs(function) -> tuple[TensorFacts, ...]:
    """Shape and dtype of each output of a graph node, as far as the node knows them."""
    return tuple(
        TensorFacts(tuple(output.shape), str(output.dtype).rsplit(".", 1)[-1])
        for output in getattr(function, "_input_metadata", ())
    )


def _saved_tensors(function) -> tuple[list, bool]:
    """What a graph node keeps for its backward, and whether backward() has freed it."""
    if hasattr(function, "saved"):  # penlight
        return list(function.saved()), function.parts is None
    saved, freed = [], False
    for attribute in sorted(dir(function)):  # PyTorch: _saved_self, …; Function: saved_tensors
        if attribute.startswith("_saved_") or attribute == "saved_tensors":
            try:
                value = getattr(function, attribute)
            except RuntimeError as error:  # freed by backward(), or written over since
                freed = freed or "freed" in str(error)
            else:
                saved += value if isinstance(value, tuple) else [value]
    return saved, freed


def _names_by_tensor(named: Iterable[tuple[str, object]]) -> dict[int, str]:
    """id(tensor) -> name; a tensor that goes by several names (tied weights) shows them all."""
    names: dict[int, str] = {}
    for name, tensor in named:
        known = names.get(id(tensor))
        name = clean(name)
        if known is None:
            names[id(tensor)] = name
        elif name not in known.split(" = "):
            names[id(tensor)] = f"{known} = {name}"
    return names


def _unique(tensors: Iterable) -> list:
    return list({id(tensor): tensor for tensor in tensors}.values())
