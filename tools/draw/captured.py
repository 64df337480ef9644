"""Draw a captured graph, and a graph beside what a pass made of it."""

from __future__ import annotations

import html

from . import text
from .dot import to_digraph
from .drawing import Drawing
from .graph import Edge, Graph, Kind, Node, TensorFacts


def describe_captured(graph, gone=(), new=()) -> Graph:
    """The plain description of a `penlight.graphs.Graph`.

    `gone` and `new` are nodes of the graph whose names say so: what a pass took away or made.
    """
    nodes, edges, made_by = [], [], {}
    for kind, values in (
        (Kind.INPUT, graph.inputs),
        (Kind.PARAMETER, graph.parameters),
        (Kind.LEAF, graph.constants),
    ):
        for value in values:
            made_by[value] = (f"n{len(nodes)}", 0)
            is_constant = kind is Kind.LEAF and not str(value).startswith("constant")
            name = f"constant {value}" if is_constant else str(value)
            nodes.append(Node(f"n{len(nodes)}", kind, name, (_facts(value),)))
    for node in graph.nodes:
        key = f"n{len(nodes)}"
        word = " (removed)" if node in gone else " (new)" if node in new else ""
        name = f"{node.op}{_numbers(node)}{word}"
        inside = [each for each in node.attrs if hasattr(each, "operations")]
        function = "; ".join(", ".join(each.operations()) or "nothing" for each in inside)
        facts = tuple(map(_facts, node.outs))
        nodes.append(Node(key, Kind.OPERATION, name, facts, function or str(node.out)))
        for slot, value in enumerate(node.inputs):
            source, output = made_by[value]
            edges.append(Edge(source, key, slot, output))
        made_by |= {value: (key, k) for k, value in enumerate(node.outs)}
    results = []
    endings = [("result", value) for value in graph.outputs]
    endings += [(f"{e.kind} {e.target}", e.value) for e in graph.effects if e.value is not None]
    for k, (name, value) in enumerate(endings):
        key = f"r{k}"
        nodes.append(Node(key, Kind.RESULT, name, (_facts(value),)))
        edges.append(Edge(made_by[value][0], key, 0, made_by[value][1]))
        results.append(key)
    return Graph(tuple(nodes), tuple(edges), tuple(results))


def _facts(value) -> TensorFacts:
    return TensorFacts(value.shape, value.dtype.name)


def _numbers(node) -> str:
    """The plain numbers among a node's arguments, which no edge shows."""
    numbers = [str(each) for each in node.args if isinstance(each, bool | int | float)]
    return f" {', '.join(numbers)}" if numbers else ""


def draw_captured(captured, *, direction: str = "TB", dtypes: bool = False) -> Drawing:
    """A picture of what `penlight.graphs.capture` returns, or of its `.graph`.

    An operation's second line names its result, or lists the operations inside a fused node, a
    branch or a loop.
    """
    graph = describe_captured(getattr(captured, "graph", captured))
    return Drawing(graph, to_digraph(graph, direction=direction, dtypes=dtypes))


class BeforeAfter:
    """Two drawings side by side: a graph, and what a pass made of it."""

    def __init__(self, before, each):
        before = getattr(before, "graph", before)
        after = each(before)
        self.name = each.__name__.replace("_", " ")
        old, new = set(before.nodes), set(after.nodes)
        # A node that only reads other values now is no new one: told by what it makes.
        kept = {v for node in old for v in node.outs} & {v for node in new for v in node.outs}
        gone = [node for node in before.nodes if not kept & {*node.outs} or _became(node, after)]
        made = [node for node in after.nodes if not kept & {*node.outs} or _became(node, before)]
        self.before = _marked(describe_captured(before, gone), "(removed)", "#f3f4f6", "dashed")
        self.after = _marked(describe_captured(after, (), made), "(new)", "#d9f0e3", "bold")
        self.counts = len(before.nodes), len(after.nodes)

    def text(self) -> str:
        return (
            f"Before {self.name}, {self.counts[0]} operations:\n{self.before.text()}\n\n"
            f"After {self.name}, {self.counts[1]} operations:\n{self.after.text()}"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        cells = ""
        for word, drawing, count in zip(
            ("before", "after"), (self.before, self.after), self.counts, strict=True
        ):
            shown = drawing._repr_mimebundle_()
            body = shown.get("text/html") or f"<pre>{html.escape(shown['text/plain'])}</pre>"
            title = html.escape(f"{word} {self.name}: {count} operations")
            cells += f'<div style="flex:1 1 20em"><p>{title}</p>{body}</div>'
        style = "display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start"
        return {"text/plain": self.text(), "text/html": f'<div style="{style}">{cells}</div>'}

    def __repr__(self):
        return f"<BeforeAfter {self.name}: {text.summary(self.before.graph)}>"


def _marked(graph, word, fill, style) -> Drawing:
    """The drawing, with those nodes in a colour and style of their own whose name has `word`."""
    digraph = to_digraph(graph)
    for node in graph.nodes:
        if node.name.endswith(word):
            digraph.node(node.key, fillcolor=fill, style=f"filled,{style}")
    return Drawing(graph, digraph)


def _became(node, other) -> bool:
    """Whether `other` makes the values of `node` with another operation."""
    twins = [each for each in other.nodes if {*each.outs} & {*node.outs}]
    return bool(twins) and twins[0].op != node.op


def before_after(captured, each) -> BeforeAfter:
    """The captured graph and `each(graph)`, side by side; removed and new operations say so."""
    return BeforeAfter(captured, each)
