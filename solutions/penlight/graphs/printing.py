"""A graph as text: one line a node, types on the right."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from penlight.graphs.ir import Graph, Node, Value

_LONGEST = 60


def as_text(graph: Graph, title: str = "graph") -> str:
    """The whole graph, for people."""
    given = ", ".join(f"{value}: {value.type}" for value in graph.inputs)
    rows = [
        *((f"{v} = parameter", v.type) for v in graph.parameters),
        *((f"{v} = constant{_number(array)}", v.type) for v, array in graph.constants.items()),
    ]
    mixed = len({node.grad for node in graph.nodes}) == 2
    blocks = []
    for node in graph.nodes:
        rows.append(
            (_call(node), ", ".join(v.type for v in node.outs) + _notes(node, graph, mixed))
        )
        for number, inner in enumerate(each for each in node.attrs if isinstance(each, Graph)):
            blocks.append((len(rows) - 1, as_text(inner, f"{node.op} {number}")))
    width = min(max((len(left) for left, _ in rows), default=0), _LONGEST)
    lines = [f"{left:<{width}}  {right}".rstrip() for left, right in rows]
    for place, text in reversed(blocks):
        lines[place + 1 : place + 1] = ["    " + line for line in text.splitlines()]
    for effect in graph.effects:
        verb = {"write": "write {v} into {t}", "add": "add {v} to {t}.grad"}.get(
            effect.kind, "let {t}.grad be {v}"
        )
        lines.append(verb.format(v=effect.value, t=effect.target))
    lines.append("return " + (", ".join(map(str, graph.outputs)) or "nothing"))
    return "\n".join([f"{title}({given}):", *("    " + line for line in lines)])


def _call(node: Node) -> str:
    shown = SimpleNamespace(attrs=[each for each in node.attrs if not isinstance(each, Graph)])
    inside = [_shown(each) for each in (*node.args, *shown.attrs)]
    return f"{', '.join(map(str, node.outs))} = {node.op}({', '.join(inside)})"


def _shown(item) -> str:
    if isinstance(item, np.dtype):
        return item.name
    if isinstance(item, np.ndarray):
        return f"array{list(item.shape)}"
    if isinstance(item, Value):
        return item.name
    if isinstance(item, slice):
        ends = [item.start, item.stop, item.step]
        return ":".join(
            "" if each is None else str(each) for each in ends[: 2 + (ends[2] is not None)]
        )
    if isinstance(item, tuple) and not hasattr(item, "_fields"):
        inside = ", ".join(map(_shown, item))
        return f"({inside},)" if len(item) == 1 else f"({inside})"
    return "..." if item is ... else repr(item)


def _number(array) -> str:
    return f" {array.item():g}" if array.ndim == 0 and array.dtype.kind in "if" else ""


def _notes(node: Node, graph: Graph, mixed: bool) -> str:
    notes = "" if node.grad or not mixed else "  no_grad"
    slots = sorted({graph.buffers[v] for v in node.outs if v in graph.buffers})
    return notes + (f"  buffer {', '.join(map(str, slots))}" if slots else "")
