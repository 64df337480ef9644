"""A computation graph as plain data: what `walk` finds and what everything else reads.

Nothing here knows PyTorch, penlight or graphviz, so a drawing, a text or a stepping widget can be
made from the same description, and two descriptions can be compared with `==`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a node of the picture is. The value is the word shown to the reader."""

    INPUT = "input"  # a tensor that needs no gradient
    LEAF = "leaf"  # made by the user with requires_grad=True
    PARAMETER = "parameter"  # a leaf that training changes
    OPERATION = "operation"
    INTERMEDIATE = "intermediate"  # a tensor some operation made
    RESULT = "result"  # a tensor handed to draw()
    OMITTED = "omitted"  # stands for everything that was left out


@dataclass(frozen=True)
class TensorFacts:
    """Shape and dtype of one tensor; its numbers and gradient where they are few enough to show.

    `values` and `grad` are nested lists as `Tensor.tolist()` gives them, or None when unknown or
    more than the limit. `has_grad` is True when a gradient exists, shown or not.
    """

    shape: tuple[int, ...]
    dtype: str
    values: object = None
    has_grad: bool = False
    grad: object = None


@dataclass(frozen=True)
class Node:
    """One box or ellipse. `key` is unique in its graph; `name` is for people.

    A tensor has one entry in `tensors`; an operation has one for each output it made, with
    shape and dtype only. `function` is an operation's `grad_fn.name()`,
    such as "MmBackward0".
    """

    key: str
    kind: Kind
    name: str
    tensors: tuple[TensorFacts, ...] = ()
    function: str = ""


@dataclass(frozen=True)
class Edge:
    """`source` feeds argument number `slot` of `target`; `output` says which output of `source`.

    `slot` is None where the graph does not record it; `output` is 0 for tensors.
    """

    source: str
    target: str
    slot: int | None = None
    output: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes from the inputs to the results (every edge points forward), edges, and remarks.

    `results` are the keys of the tensors given to `draw`, in the order given. `left_out` counts
    the graph's nodes that are not here, as far as the walk looked. `notes` are sentences for the
    reader.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    results: tuple[str, ...]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def node(self, key: str) -> Node:
        """The node with this key; KeyError if there is none."""
        for node in self.nodes:
            if node.key == key:
                return node
        raise KeyError(key)

    def of_kind(self, *kinds: Kind) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind in kinds)

    @property
    def has_gradients(self) -> bool:
        """True once some tensor of the picture has a gradient."""
        return any(tensor.has_grad for node in self.nodes for tensor in node.tensors)
