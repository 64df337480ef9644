"""The graph: values, the nodes that make them, and where it touches the world outside.

    graph(x: float32[2, 3]):
        w = parameter 'weight'    float32[4, 3]
        t = t(w)                  float32[3, 4]
        matmul = mm(x, t)         float32[2, 4]
        return matmul

A `Value` is one array that exists while the graph runs; a `Node` makes one or more of them with
an operation of penlight's table. Nothing is ever overwritten: a program that writes in place
becomes one in which each write makes a new value, and what must be visible outside afterwards is
an `Effect`. Passes never change a graph; they make a new one, which may share nodes with the old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from penlight.tensors.dtypes import from_numpy_dtype
from penlight.tensors.random import draws


@dataclass(eq=False)
class Value:
    """One array of a running graph: what it is called, its shape and its NumPy type."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def type(self) -> str:
        """For people: `float32[2, 3]`."""
        return f"{from_numpy_dtype(self.dtype).name}[{', '.join(map(str, self.shape))}]"

    @property
    def nbytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    def __repr__(self):
        return self.name


@dataclass(eq=False, frozen=True)
class Node:
    """`outs = op(*args, *attrs)`.

    op     name of an entry of penlight's operation table, or one of `CONTROL`
    args   what the operation computes with: values, Python numbers, None
    attrs  how it does it: dims, strides, …; index arrays stand here as values
    outs   the values that it makes
    grad   False for what was computed under `no_grad`
    """

    op: str
    args: tuple
    attrs: tuple
    outs: tuple[Value, ...]
    grad: bool = True

    @property
    def inputs(self) -> tuple[Value, ...]:
        """Every value that the node reads, in order; one may come twice."""
        return tuple(values_in((self.args, self.attrs)))

    @property
    def impure(self) -> bool:
        """Whether running it does more than make its values: it moves the random generator on."""
        return self.op in draws or any(
            node.impure for graph in graphs_in(self.attrs) for node in graph.nodes
        )

    @property
    def out(self) -> Value:
        return self.outs[0]

    def __repr__(self):
        return f"<{', '.join(map(str, self.outs))} = {self.op}({', '.join(map(str, self.inputs))})>"


# Operations that are no entries of the table: they hold graphs of their own in their attributes.
CONTROL = ("if", "while", "fused")


@dataclass(eq=False, frozen=True)
class Effect:
    """Something that a run leaves behind outside the graph.

    kind    "write"  `value` is written into the tensor behind `target`
            "grad"   the tensor's `.grad` becomes `value` (None: is cleared)
            "add"    `value` is added to the tensor's `.grad`
    target  an input or a parameter of the graph
    """

    kind: str
    target: Value
    value: Value | None


@dataclass(frozen=True, eq=False)
class Graph:
    """A function as data.

    inputs      the values that a caller gives, in order
    parameters  {value: tensor}: read anew at each run, so training them shows
    constants   {value: array}: what was found at capture and will never change
    nodes       in an order in which they can run
    outputs     the values handed back, in order (`None` nowhere)
    effects     what to do to the world when all nodes have run
    tracked     whether a gradient may be asked of an output
    buffers     {value: number}: values with one number may take turns in one piece of memory
    """

    inputs: tuple[Value, ...] = ()
    parameters: dict[Value, Any] = field(default_factory=dict)
    constants: dict[Value, np.ndarray] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    outputs: tuple[Value, ...] = ()
    effects: tuple[Effect, ...] = ()
    tracked: bool = False
    buffers: dict[Value, int] = field(default_factory=dict)

    def with_(self, **changes) -> Graph:
        """A copy with some parts exchanged."""
        return replace(self, **changes)

    @property
    def results(self) -> tuple[Value, ...]:
        """All values that must be known when the nodes have run: outputs and effects."""
        return self.outputs + tuple(e.value for e in self.effects if e.value is not None)

    def producers(self) -> dict[Value, Node]:
        """Which node makes a value."""
        return {out: node for node in self.nodes for out in node.outs}

    def uses(self) -> dict[Value, int]:
        """How often each value is read, by nodes or as a result."""
        count: dict[Value, int] = {}
        for value in [v for node in self.nodes for v in node.inputs] + list(self.results):
            count[value] = count.get(value, 0) + 1
        return count

    def operations(self) -> list[str]:
        """The names of the operations in order, those inside control flow included."""
        names = []
        for node in self.nodes:
            names.append(node.op)
            for inner in graphs_in(node.attrs):
                names += inner.operations()
        return names

    def __str__(self):
        from penlight.graphs.printing import as_text

        return as_text(self)

    def __repr__(self):
        return f"<graph of {len(self.nodes)} nodes, {len(self.inputs)} inputs>"


def values_in(structure) -> Iterator[Value]:
    """Every value in nested tuples, lists and dicts, in order."""
    if isinstance(structure, Value):
        yield structure
    elif isinstance(structure, tuple | list):
        for each in structure:
            yield from values_in(each)
    elif isinstance(structure, dict):
        yield from values_in(list(structure.values()))


def graphs_in(structure) -> Iterator[Graph]:
    """Every graph among the attributes of a node."""
    if isinstance(structure, Graph):
        yield structure
    elif isinstance(structure, tuple | list):
        for each in structure:
            yield from graphs_in(each)


def substitute(structure, replacement: Callable[[Value], Any]):
    """Nested tuples, lists and dicts with every value exchanged for `replacement(value)`."""
    if isinstance(structure, Value):
        return replacement(structure)
    if isinstance(structure, tuple):
        items = [substitute(each, replacement) for each in structure]
        # A named tuple, such as how a convolution is laid out, stays one.
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if isinstance(structure, list):
        return [substitute(each, replacement) for each in structure]
    if isinstance(structure, dict):
        return {key: substitute(each, replacement) for key, each in structure.items()}
    return structure


def rewire(graph: Graph, nodes, instead: dict[Value, Value], **changes) -> Graph:
    """`graph` with these `nodes`, in which every use of a key of `instead` reads its value."""

    def follow(value):
        while value in instead:
            value = instead[value]
        return value

    rewired = []
    for node in nodes:
        if any(value in instead for value in node.inputs):
            args, attrs = substitute((node.args, node.attrs), follow)
            node = replace(node, args=args, attrs=attrs)
        rewired.append(node)
    effects = tuple(
        replace(e, value=follow(e.value)) if e.value is not None else e for e in graph.effects
    )
    outputs = tuple(map(follow, graph.outputs))
    return graph.with_(nodes=tuple(rewired), outputs=outputs, effects=effects, **changes)
