"""A `Graph` as a graphviz drawing: shape says what a node is, colour says it again.

Everything the reader reads stands inside a filled node, so the picture needs no background and
is as legible in a dark notebook theme as in a light one.
"""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import dataclass

import graphviz

from .graph import Graph, Kind, Node, TensorFacts
from .text import number_text

DIRECTIONS = ("TB", "LR", "BT", "RL")
FONT = "Helvetica,Arial,sans-serif"
LINE = "#7d8590"  # at least 3:1 on white and on near-black
INK = "#1b1f24"
MUTED = "#57606a"
_LONGEST_NAME = 48
_MOST_EDGES = 12
_MAIN_LINE = (Kind.OPERATION, Kind.INTERMEDIATE)


@dataclass(frozen=True)
class Look:
    """How one kind of node is drawn: graphviz shape, style, fill and border colour."""

    shape: str
    style: str
    fill: str
    border: str
    peripheries: int = 1
    margin: str = "0.11,0.06"


LOOKS = {
    Kind.INPUT: Look("box", "filled,dashed", "#f3f4f6", "#57606a"),
    Kind.LEAF: Look("box", "filled", "#dcebfa", "#1f5f99"),
    Kind.PARAMETER: Look("box3d", "filled", "#d9f0e3", "#1b7a4b", margin="0.14,0.11"),
    Kind.OPERATION: Look("ellipse", "filled", "#fdf3d8", "#8a6410", margin="0,0"),
    Kind.INTERMEDIATE: Look("box", "filled,rounded", "#ece6f7", "#6a4a9c"),
    Kind.RESULT: Look("box", "filled", "#fbe3dc", "#a8401f", peripheries=2),
    Kind.OMITTED: Look("note", "filled,dashed", "#f3f4f6", "#57606a"),
}


def to_digraph(
    graph: Graph, *, direction: str = "TB", dtypes: bool = False, legend: bool = False
) -> graphviz.Digraph:
    """Draw `graph`; `direction` is one of TB, LR, BT, RL (from inputs to results)."""
    digraph = graphviz.Digraph(
        "computation_graph",
        graph_attr={"rankdir": direction, "bgcolor": "transparent", "nodesep": "0.3",
                    "ranksep": "0.35", "pad": "0.1"},
        node_attr={"fontname": FONT, "fontsize": "12", "fontcolor": INK,
                   "height": "0.3", "penwidth": "1.3"},
        edge_attr={"color": LINE, "penwidth": "1.3", "arrowsize": "0.7"},
    )  # fmt: skip
    hubs = _hubs(graph)
    for node in graph.nodes:
        label = _label(node, hubs.get(node.key, node.name), dtypes, graph.has_gradients)
        digraph.node(node.key, label=label, id=node.key, **_attributes(node.kind))
    nodes = {node.key: node for node in graph.nodes}
    connected = set()
    for edge in graph.edges:
        source = nodes[edge.source]
        tail = edge.source
        if tail in hubs and tail in connected:
            tail = f"{edge.source}_again_{edge.target}"
            again = f"<{_font(f'{hubs[edge.source]} (again)', size=10)}>"
            digraph.node(tail, label=again, id=tail, **_attributes(source.kind))
        connected.add(edge.source)
        faint = {"style": "dashed"} if source.kind in (Kind.INPUT, Kind.OMITTED) else {}
        weight = "4" if source.kind in _MAIN_LINE else "1"  # keeps chains of operations straight
        digraph.edge(tail, edge.target, weight=weight, **faint)
    if legend:
        _add_legend(digraph, graph)
    return digraph


def _hubs(graph: Graph) -> dict[str, str]:
    """The nodes used too often to connect every use by an edge, and what to call them.

    Such a picture would be a tangle, and dot takes minutes over it. So only the first use is
    connected to the node itself; each later one to a small repeat of its name.
    """
    uses = Counter(edge.source for edge in graph.edges)
    hubs = [node for node in graph.nodes if uses[node.key] > _MOST_EDGES]
    return {
        node.key: f"{node.name} #{place}" if node.kind is Kind.OPERATION else node.name
        for place, node in enumerate(hubs, start=1)
    }


def _attributes(kind: Kind) -> dict[str, str]:
    look = LOOKS[kind]
    return {
        "shape": look.shape,
        "style": look.style,
        "fillcolor": look.fill,
        "color": look.border,
        "peripheries": str(look.peripheries),
        "margin": look.margin,
    }


def _add_legend(digraph: graphviz.Digraph, graph: Graph) -> None:
    """A row of samples, one for each kind in the picture."""
    with digraph.subgraph(name="cluster_legend") as box:
        box.attr(label="", color=LINE, style="dotted", margin="6")
        kinds = [kind for kind in Kind if kind is not Kind.OMITTED and graph.of_kind(kind)]
        for kind in kinds:
            label = f"<{_font(kind.value, size=10)}>"
            box.node(f"legend_{kind.value}", label=label, **_attributes(kind))


def _label(node: Node, name: str, dtypes: bool, show_missing_grad: bool) -> str:
    """An HTML-like label. All text passes through `_text`, so no name can break out of it."""
    title = _font(name, bold=True)
    types = ", ".join(dict.fromkeys(_type(facts, dtypes) for facts in node.tensors))
    if node.kind is Kind.OPERATION:
        made = _font(f"→ {types}", size=10) if types else ""
        rows = [_row(f"{title} {made}"), _row(_font(node.function, size=9, color=MUTED))]
    elif node.kind is Kind.OMITTED:
        rows = [_row(title)]
    else:
        leaf = node.kind in (Kind.LEAF, Kind.PARAMETER)
        rows = [_row(title), _row(_font(types, size=10))]
        rows += _number_rows(node.tensors[0], show_missing_grad and leaf)
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
    return f"<{table}{''.join(rows)}</TABLE>>"


def _number_rows(facts: TensorFacts, show_missing_grad: bool) -> list[str]:
    pairs = []
    if facts.values is not None:
        pairs.append(("value", _grid(facts.values)))
    if facts.grad is not None:
        pairs.append(("grad", _grid(facts.grad)))
    elif facts.has_grad:
        pairs.append(("grad", _font(_shape(facts.shape), size=10)))
    elif show_missing_grad:
        pairs.append(("grad", _font("None", size=10)))
    if not pairs:
        return []
    cells = "".join(
        f'<TR><TD ALIGN="RIGHT">{_font(word, size=9, color=MUTED)}</TD>'
        f'<TD ALIGN="LEFT">{content}</TD></TR>'
        for word, content in pairs
    )
    return [f'<TR><TD><TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{cells}</TABLE></TD></TR>']


def _grid(values: object) -> str:
    rows = _rows_of(values)
    if not any(rows):
        return _font("empty", size=10)
    cells = "".join(
        "<TR>"
        + "".join(f'<TD ALIGN="RIGHT">{_font(number_text(v), size=10)}</TD>' for v in row)
        + "</TR>"
        for row in rows
    )
    return (
        '<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="3" '
        f'COLOR="#c3c9d0" BGCOLOR="#ffffff">{cells}</TABLE>'
    )


def _rows_of(values: object) -> list[list]:
    """Nested lists as the rows of the last dimension; a plain number is one row of one."""
    if not isinstance(values, list):
        return [[values]]
    if not values or not isinstance(values[0], list):
        return [values]
    return [row for block in values for row in _rows_of(block)]


def _shape(shape: tuple[int, ...]) -> str:
    return str(shape) if shape else "scalar ()"


def _type(facts: TensorFacts, dtypes: bool) -> str:
    return f"{_shape(facts.shape)} {facts.dtype}" if dtypes else _shape(facts.shape)


def _row(content: str) -> str:
    return f"<TR><TD>{content}</TD></TR>"


def _font(text: str, *, size: int = 12, color: str = "", bold: bool = False) -> str:
    inner = f"<B>{_text(text)}</B>" if bold else _text(text)
    color = f' COLOR="{color}"' if color else ""
    return f'<FONT POINT-SIZE="{size}"{color}>{inner}</FONT>'


def _text(text: str) -> str:
    """Any string as label text: no markup, not too long."""
    if len(text) > _LONGEST_NAME:
        text = text[: _LONGEST_NAME - 1] + "…"
    return html.escape(text).replace("\\", "\\\\")  # dot expands \N and \G here too
