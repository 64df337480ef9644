"""In which order nodes run, and how long each value must be kept."""

from __future__ import annotations

from penlight.slots import slot


@slot(exercise="07_graphs")
def schedule(nodes):
    """The nodes in an order in which each comes after the nodes that make its inputs.

    A node has `inputs` and `outs`, values that can be keys of a dict; what no node makes is given
    from outside. Nodes keep their order where nothing asks for another. ValueError for a cycle.
    Example: for b = f(a) and a = g(x), given as [b, a], the order is [a, b].
    """
    maker = {out: node for node in nodes for out in node.outs}
    order, finished = [], {}  # a node begun but not finished waits for its inputs: False
    for root in nodes:
        stack = [(root, False)]
        while stack:
            node, inputs_done = stack.pop()
            if inputs_done:
                finished[node] = True
                order.append(node)
            elif node not in finished:
                finished[node] = False
                stack.append((node, True))
                stack.extend((maker[v], False) for v in reversed(node.inputs) if v in maker)
            elif not finished[node]:
                raise ValueError(f"{node} needs its own result: the graph has a cycle")
    return order


@slot(exercise="07_graphs")
def live_ranges(nodes, results):
    """{value: (first, last)}: at which step a value is made and at which it is read last.

    Step k runs nodes[k]. A value that no node makes is there from step -1; one of `results` is
    kept until step len(nodes). A value that nobody reads dies where it is made.
    """
    ranges = {}
    for step, node in enumerate(nodes):
        for value in node.inputs:
            first, _ = ranges.get(value, (-1, -1))
            ranges[value] = (first, step)
        for value in node.outs:
            ranges[value] = (step, step)
    for value in results:
        first, _ = ranges.get(value, (-1, -1))
        ranges[value] = (first, len(nodes))
    return ranges
