"""Element-wise fusion: a chain of element-wise operations in one go through memory.

Each operation by itself reads whole arrays from memory and writes one back. Fused, they work on a
stretch that fits in the cache, one operation after the other, before the next stretch is touched.
"""

from __future__ import annotations

import math

from penlight.graphs.compute import STRETCH, compute_arrays, compute_tensors, control
from penlight.graphs.ir import CONTROL, Graph, Node, Value
from penlight.graphs.order import schedule
from penlight.graphs.running import Program, execute
from penlight.tensors.operation import table
from penlight.tensors.random import draws

_ALSO = {"to", "to_integers", "where", "keep", "drop"}


def fuse_groups(nodes, readers, fusible):
    """Groups of nodes to run as one, each of two nodes or more in their order.

    readers  {value: the nodes that read it}; a result of the graph is read by None too
    fusible  `fusible(node)`: whether a node is element-wise
    A node joins the maker of one of its inputs if it is the only reader of that input and both
    make one shape: then that input need never be written to memory. Several such inputs join
    their groups into one.
    """
    maker = {out: node for node in nodes for out in node.outs}
    group = {}  # node: the list of nodes that it is in, shared between them
    for node in nodes:
        if not fusible(node):
            continue
        group[node] = mine = []
        for value in dict.fromkeys(node.inputs):
            other = maker.get(value)
            alone = set(readers.get(value, ())) == {node}
            if alone and other in group and other.outs[0].shape == node.outs[0].shape:
                mine += group[other]
        mine.append(node)
        for each in mine:
            group[each] = mine
    found = []
    for node in nodes:
        members = group.get(node, [])
        if len(members) > 1 and not any(members is each for each in found):
            found.append(members)
    return [[node for node in nodes if node in members] for members in found]


def is_elementwise(node: Node) -> bool:
    """Whether element i of the result depends on element i of each operand only."""
    if node.op in CONTROL or node.op in draws or len(node.outs) > 1:
        return False
    if any(isinstance(each, Value) for each in node.attrs):
        return False
    return table[node.op].promote is not None or node.op in _ALSO


def fuse_elementwise(graph: Graph) -> Graph:
    """Each group of element-wise nodes becomes one node `fused`, which holds them as a graph."""
    readers: dict[Value, list] = {value: [None] for value in graph.results}
    for node in graph.nodes:
        for value in node.inputs:
            readers.setdefault(value, []).append(node)

    def fusible(node):
        return is_elementwise(node) and (node.grad or not graph.tracked)

    nodes = list(graph.nodes)
    for members in fuse_groups(graph.nodes, readers, fusible):
        fused = _as_one(members)
        nodes[nodes.index(members[-1])] = fused
        nodes = [node for node in nodes if node not in members]
    return graph.with_(nodes=tuple(schedule(nodes)), buffers={})


def _as_one(members) -> Node:
    made = {out for node in members for out in node.outs}
    read = dict.fromkeys(v for node in members for v in node.inputs if v not in made)
    inside = Graph(inputs=tuple(read), nodes=tuple(members), outputs=members[-1].outs)
    return Node("fused", tuple(read), (inside,), members[-1].outs, members[-1].grad)


def run_fused(node: Node, inputs, m, out=None):
    """A fused node on tensors, or on arrays stretch by stretch (into `out`, if given)."""
    (inside,) = node.attrs
    if m == "tensors":
        known = execute(
            inside.nodes, dict(zip(inside.inputs, inputs, strict=True)), compute_tensors
        )
        return (known[inside.outputs[0]],)
    if not execute.is_reference:
        known = dict(zip(inside.inputs, inputs, strict=True))
        known = execute(inside.nodes, known, lambda each, xs: compute_arrays(each, xs, m))
        return (known[inside.outputs[0]],)
    held = inside.__dict__.setdefault("_programs", {})
    program = held.get(m) or held.setdefault(m, Program(inside, m))
    shape = node.out.shape
    step = max(1, STRETCH // max(math.prod(shape[1:]), 1))
    if not shape or shape[0] <= step:
        (result,) = program(*inputs)
        if out is None:
            return (result,)
        out[...] = result
        return (out,)
    out = m.empty(shape, node.out.dtype) if out is None else out
    # Operands of full length are cut into stretches, those that broadcast are used whole.
    long = [x.ndim == len(shape) and x.shape[0] == shape[0] for x in inputs]
    for start in range(0, shape[0], step):
        part = slice(start, start + step)
        pieces = [x[part] if cut else x for x, cut in zip(inputs, long, strict=True)]
        (out[part],) = program(*pieces)
    return (out,)


control["fused"] = run_fused
