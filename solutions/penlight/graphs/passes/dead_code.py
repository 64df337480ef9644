"""Dead code: what nobody reads need not be computed."""

from __future__ import annotations

from penlight.graphs.capture import without_unused
from penlight.graphs.ir import Graph
from penlight.slots import slot


@slot(exercise="07_graphs")
def eliminate_dead_code(nodes, results):
    """The nodes that `results` need, directly or through other nodes, in their order.

    A node has `inputs` and `outs`; one that is `impure` (it moves the random generator on) stays
    in any case. Example: of a = f(x), b = g(x), c = h(a) the result c needs a and c.
    """
    needed, kept = set(results), []
    for node in reversed(nodes):
        if node.impure or any(out in needed for out in node.outs):
            kept.append(node)
            needed.update(node.inputs)
    return kept[::-1]


def remove_dead_code(graph: Graph) -> Graph:
    """Without nodes, parameters and constants that no result needs."""
    return without_unused(
        graph.with_(nodes=tuple(eliminate_dead_code(graph.nodes, graph.results)), buffers={})
    )
