"""Common subexpressions: what is computed twice is computed once."""

from __future__ import annotations

from penlight.graphs.ir import CONTROL, Graph, Value, rewire
from penlight.slots import slot


@slot(exercise="07_graphs")
def expression_key(node):
    """Something hashable that two nodes share exactly if they compute the same; None: never.

    A node has `op`, `args` (values, numbers, None), `attrs` and `grad`; a node that is `impure`
    draws random numbers and is like no other. Beware: 1 == 1.0 == True and 0.0 == -0.0 in Python,
    but x + 1 and x + 1.0 have different types, and x * 0.0 and x * -0.0 different signs.
    """
    if node.impure:
        return None
    known = set(node.inputs)
    args = tuple(arg if arg in known else (type(arg), repr(arg)) for arg in node.args)
    return node.op, args, frozen(node.attrs), node.grad


def frozen(item):
    """An attribute as something hashable, in which 1 and 1.0 and True are three things."""
    if isinstance(item, Value):
        return item
    if isinstance(item, tuple | list):
        return type(item), tuple(map(frozen, item))
    if hasattr(item, "tobytes") and hasattr(item, "shape"):
        return str(item.dtype), item.shape, item.tobytes()
    return type(item), repr(item)


def merge_common_subexpressions(graph: Graph) -> Graph:
    """Where two nodes compute the same, the later one goes, and the first serves its readers.

    Two results stay two: whoever gets them may write to one and not expect the other to change.
    """
    first: dict[object, object] = {}
    instead: dict[Value, Value] = {}
    kept, results = [], set(graph.results)

    for node in graph.nodes:
        if any(value in instead for value in node.inputs):
            (node,) = rewire(graph, [node], instead).nodes
        key = None if node.op in CONTROL else expression_key(node)
        twin = None if key is None else first.setdefault(key, node)
        if twin in (None, node) or results & {*node.outs}:
            kept.append(node)
        else:
            instead.update(zip(node.outs, twin.outs, strict=True))
    return rewire(graph, kept, instead, buffers={})
