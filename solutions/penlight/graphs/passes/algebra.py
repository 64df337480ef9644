"""Algebra: nodes whose result is another value already, by a law that holds for every number."""

from __future__ import annotations

from penlight.graphs.ir import Graph, Node, Value, rewire
from penlight.slots import slot


@slot(exercise="07_graphs")
def simplify(op, args, maker):
    """The argument (or argument's argument) that `op(*args)` always equals, or None.

    args   values and Python numbers
    maker  `maker(value)` gives (op, args) of the node that makes a value, or None
    The law must hold for each number that a float can be, also inf, nan and -0.0: so x * 0 is not
    0, x + 0 is not x (for -0.0 it is 0.0), and exp(log(x)) is not x.
    Examples: mul(x, 1) and mul(1, x) are x; neg(neg(x)) is x.
    """
    first, second = (*args, None, None)[:2]
    number = next((each for each in args if isinstance(each, int | float)), None)
    if op == "mul" and number == 1:
        return second if first is number else first
    if op in ("div", "pow") and second is number and number == 1:
        return first
    if op == "sub" and second is number and number == 0 and str(number) != "-0.0":
        return first
    inner = maker(first) if len(args) == 1 else None
    if inner is None or inner[0] != op:
        return None
    if op in ("neg", "t"):
        return inner[1][0]
    return first if op in ("relu", "abs", "sign") else None


def _structural(node: Node) -> Value | None:
    """What a node that only rearranges equals, if there is nothing to rearrange."""
    if node.op in ("view", "reshape", "expand", "to", "to_integers", "alias", "unsafe_view"):
        return node.args[0]
    if node.op == "copy":  # what is overwritten does not matter
        return node.args[1]
    if node.op == "permute" and node.attrs[0] == tuple(range(len(node.attrs[0]))):
        return node.args[0]
    return None


def simplify_algebra(graph: Graph) -> Graph:
    """Readers of a node that changes nothing read its operand instead.

    The operand must have the node's shape and type. Where gradients may be asked for, a node
    under `no_grad` stays: it holds the gradient back. Results of the graph stay too: the caller
    must not be handed an input in place of a copy.
    """
    producers = graph.producers()
    instead: dict[Value, Value] = {}
    results = set(graph.results)

    def follow(value):
        while value in instead:
            value = instead[value]
        return value

    def maker(value):
        node = producers.get(value) if isinstance(value, Value) else None
        if node is None or (graph.tracked and not node.grad):
            return None
        return node.op, tuple(follow(x) if isinstance(x, Value) else x for x in node.args)

    for node in graph.nodes:
        if len(node.outs) > 1 or (graph.tracked and not node.grad) or node.out in results:
            continue
        args = tuple(follow(x) if isinstance(x, Value) else x for x in node.args)
        found = simplify(node.op, args, maker) if node.inputs else None
        found = _structural(node) if found is None else found
        if isinstance(found, Value) and (found.shape, found.dtype) == (
            node.out.shape,
            node.out.dtype,
        ):
            instead[node.out] = found
    kept = [node for node in graph.nodes if not any(out in instead for out in node.outs)]
    return rewire(graph, kept, instead, buffers={})
