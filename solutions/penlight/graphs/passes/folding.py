"""Constant folding: what depends on constants only is computed now and not at every run."""

from __future__ import annotations

from penlight.graphs.capture import without_unused
from penlight.graphs.compute import compute_arrays
from penlight.graphs.ir import Graph
from penlight.slots import slot
from penlight.tensors.devices import array_module


@slot(exercise="07_graphs")
def fold_constants(nodes, constants, compute):
    """Compute what can be known already; returns the nodes left and all constants.

    constants  {value: array}
    compute    `compute(node, inputs)` gives a tuple, one array for each of `node.outs`
    A node is known if all of its inputs are, and those may be results of other known nodes. One
    that is `impure` must run each time.
    """
    known, left = dict(constants), []
    for node in nodes:
        if not node.impure and all(value in known for value in node.inputs):
            results = compute(node, [known[value] for value in node.inputs])
            known.update(zip(node.outs, results, strict=True))
        else:
            left.append(node)
    return left, known


def fold(graph: Graph) -> Graph:
    """Nodes that compute with constants only become constants themselves."""

    def compute(node, inputs):
        # A window on another constant would keep all of its memory.
        module = array_module(inputs[0])
        return tuple(module.array(array) for array in compute_arrays(node, inputs, module))

    nodes, constants = fold_constants(graph.nodes, graph.constants, compute)
    return without_unused(graph.with_(nodes=tuple(nodes), constants=constants, buffers={}))
