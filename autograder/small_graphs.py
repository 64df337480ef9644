"""Computation graphs written in one line, to try a walk on: `graph("loss -> a, 2*b; a -> b")`.

The nodes speak the engine's protocol: `next_functions` holds pairs (node, number).
"""

import graphlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

EDGE = re.compile(r"(?:(-?[\d.]+)\*)?(\w+?)(?:\.(\d+))?")


class SmallNode:
    """A node with a label. `factors` holds, for each of `next_functions`, the local derivative."""

    __slots__ = ("factors", "label", "next_functions")

    def __init__(self, label: str):
        self.label = label
        self.next_functions: tuple[tuple[SmallNode | None, int], ...] = ()
        self.factors: tuple[float, ...] = ()

    def name(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return self.label


def graph(text: str) -> SmallNode:
    """The first node that `text` names. "a -> b, 3*c, -; b -> c" reads: a sends its gradient to b,
    three times its gradient to c, and nothing for its third input (-); b sends to c. "pair.1" is
    output number 1 of the node pair. ValueError where the text makes no sense.
    """
    nodes: dict[str, SmallNode] = {}
    for line in filter(None, (part.strip() for part in text.split(";"))):
        source, _, targets = line.partition("->")
        node = nodes.setdefault(source.strip(), SmallNode(source.strip()))
        edges, factors = [], []
        for target in filter(None, (part.strip() for part in targets.split(","))):
            match = EDGE.fullmatch(target)
            if target != "-" and match is None:
                raise ValueError(f"graph(): cannot read {target!r} in {line!r}")
            factor, label, number = (None, None, None) if target == "-" else match.groups()
            to = None if label is None else nodes.setdefault(label, SmallNode(label))
            edges.append((to, int(number or 0)))
            factors.append(float(factor or 1))
        node.next_functions, node.factors = tuple(edges), tuple(factors)
    if not nodes:
        raise ValueError("graph(): the text names no node")
    return next(iter(nodes.values()))


def chain(length: int) -> SmallNode:
    """`length` nodes, each of which points to the next: as deep as a long program's graph."""
    nodes = [SmallNode(f"n{k}") for k in range(length)]
    for node, to in itertools.pairwise(nodes):
        node.next_functions, node.factors = ((to, 0),), (1.0,)
    return nodes[0]


def ladder(length: int) -> SmallNode:
    """`length` nodes, each with two edges to the next: 2 ** (length - 1) paths."""
    nodes = [SmallNode(f"n{k}") for k in range(length)]
    for node, to in itertools.pairwise(nodes):
        node.next_functions, node.factors = ((to, 0), (to, 0)), (0.5, 0.5)
    return nodes[0]


@dataclass(frozen=True)
class Small:
    """A graph as the argument of a case: the maker and what it is given."""

    maker: Callable[[Any], SmallNode]
    given: Any

    def root(self) -> SmallNode:
        return self.maker(self.given)

    def __repr__(self) -> str:
        return f"{self.maker.__name__}({self.given!r})"


def small(given: str | int, maker: Callable[[Any], SmallNode] = graph) -> Small:
    """The graph that `maker(given)` makes, fresh for every call of a case."""
    return Small(maker, given)


def nodes_behind(root: SmallNode) -> list[SmallNode]:
    """Every node that can be reached from `root`, once, in no promised order."""
    found, waiting = {root: None}, [root]
    while waiting:
        for to, _ in waiting.pop().next_functions:
            if to is not None and to not in found:
                found[to] = None
                waiting.append(to)
    return list(found)


def edges(node: SmallNode) -> Iterator[tuple[tuple[SmallNode, int], float]]:
    """(place, factor) for each gradient that `node` sends."""
    for place, factor in zip(node.next_functions, node.factors, strict=True):
        if place[0] is not None:
            yield place, factor


def carry(backpropagate: Callable, root: SmallNode, start: Any) -> Any:
    """Run `backpropagate` on the graph behind `root`, whose gradient is `start`.

    Returns {name of the place: gradient}, such as {"a": 1.0, "pair.1": 2.0}, and beside them
    which node was visited first and how many there were.
    """
    senders: dict[SmallNode, list[SmallNode]] = {node: [] for node in nodes_behind(root)}
    for node in senders:
        for (to, _), _ in edges(node):
            senders[to].append(node)
    order = list(graphlib.TopologicalSorter(senders).static_order())

    visited = []

    def visit(node: SmallNode, arrived: dict) -> list:
        visited.append(node)
        came = [start] if node is root else [arrived[p] for p in arrived if p[0] is node]
        if not came:
            return []
        here = came[0] if len(came) == 1 else sum(came)
        return [(place, here if factor == 1 else factor * here) for place, factor in edges(node)]

    arrived = backpropagate(order, visit)
    if not isinstance(arrived, dict):
        return arrived
    found = {place_name(place): gradient for place, gradient in arrived.items()}
    first = str(visited[0]) if visited else None
    return found | {"visited first": first, "nodes visited": len(visited)}


def place_name(place: Any) -> str:
    """ "a" for output 0 of node a, "a.1" for output 1."""
    if not (isinstance(place, tuple) and len(place) == 2 and isinstance(place[0], SmallNode)):
        return repr(place)
    return f"{place[0].label}.{place[1]}" if place[1] else place[0].label
