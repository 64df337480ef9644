"""Buffer reuse: values that are never needed at the same time take turns in one piece of memory."""

from __future__ import annotations

from penlight.graphs.compute import writes_into_buffer
from penlight.graphs.ir import Graph
from penlight.graphs.order import live_ranges


def assign_buffers(ranges, sizes):
    """{value: number of its buffer}, such that values in one buffer never live at the same time.

    ranges  {value: (first, last)}, the steps from which and up to which it is needed
    sizes   {value: bytes}
    A buffer is free again at the step after the last of its value. A value takes the smallest
    free buffer that holds it, else the largest free one, which grows; else a new one.
    """
    buffers, room, busy_until = {}, [], []
    for value in sorted(ranges, key=lambda value: ranges[value][0]):
        first, last = ranges[value]
        free = [k for k in range(len(room)) if busy_until[k] < first]
        fits = [k for k in free if room[k] >= sizes[value]]
        if fits:
            k = min(fits, key=room.__getitem__)
        elif free:
            k = max(free, key=room.__getitem__)
        else:
            k = len(room)
            room.append(0)
            busy_until.append(0)
        buffers[value], busy_until[k] = k, last
        room[k] = max(room[k], sizes[value])
    return buffers


def reuse_buffers(graph: Graph) -> Graph:
    """The graph with a buffer for each value that can be written into memory that is there already.

    Those are results of NumPy's own element-wise functions, matrix products and fused nodes. What
    is handed back to the caller, and what it may look at, gets memory of its own.
    """
    ranges = {value: list(each) for value, each in live_ranges(graph.nodes, graph.results).items()}
    for node in reversed(graph.nodes):
        if not writes_into_buffer(node):  # the result may be a window on an input
            last = max(ranges[out][1] for out in node.outs)
            for value in node.inputs:
                ranges[value][1] = max(ranges[value][1], last)
    end = len(graph.nodes)
    chosen = [
        node.out for node in graph.nodes if writes_into_buffer(node) and ranges[node.out][1] < end
    ]
    sizes = {value: value.nbytes for value in chosen}
    return graph.with_(buffers=assign_buffers({v: tuple(ranges[v]) for v in chosen}, sizes))


def memory_needed(graph: Graph) -> tuple[int, int]:
    """Bytes for the values that have buffers: if each had memory of its own, and as they share."""
    room: dict[int, int] = {}
    for value, number in graph.buffers.items():
        room[number] = max(room.get(number, 0), value.nbytes)
    return sum(value.nbytes for value in graph.buffers), sum(room.values())
