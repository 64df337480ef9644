"""Assignment 04, the engine: order, adding up, accumulating. Graphs are written in one line."""

from collections import Counter

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.small_graphs import carry, chain, edges, ladder, nodes_behind, place_name, small
from autograder.values import integers, randn, tensor

LECTURE = "04_autograd"
SHOWN = 3  # nodes named in a report

# --- 4


def order_report(topological_order, made):
    """What is wrong with the order that `topological_order` gives; it need not be a certain one."""
    root = made.root()
    order = topological_order(root)
    if not isinstance(order, list | tuple):
        return order
    known, count = nodes_behind(root), Counter(order)
    nodes = set(known)
    place = {node: index for index, node in reversed(list(enumerate(order)))}
    late = [
        f"{to} stands before {node}, which sends to it"
        for node in known
        for (to, _), _ in edges(node)
        if node in place and to in place and place[to] < place[node]
    ]
    wrong = {
        "missing": [str(node) for node in known if node not in place],
        "twice": [str(node) for node in known if count[node] > 1],
        "too early": late,
        "not a node": [str(each) for each in count if each not in nodes],
    }
    return {what: names[:SHOWN] for what, names in wrong.items()}


def nothing_wrong(made):
    return {what: [] for what in ("missing", "twice", "too early", "not a node")}


register(
    Exercise(
        "topological_order",
        lecture=LECTURE,
        title="Who comes first",
        slot=True,
        points=5,
        minutes=30,
        difficulty=4,
        oracle=nothing_wrong,
        call=order_report,
        forbids=("penlight.autograd.topological_order", "graphlib.TopologicalSorter"),
        groups=(
            Group(
                "every node once",
                1.5,
                property="The order holds each node that can be reached, once.",
                hint="Two nodes may point to the same one. Remember where you have been.",
                cases=(
                    case("one node", small("loss")),
                    case("a line", small("loss -> a; a -> b")),
                    case("no gradient for an input", small("loss -> a, -")),
                    case("two ways to x", small("loss -> a, b; a -> x; b -> x")),
                    case("twice the same", small("loss -> x, x")),
                ),
            ),
            Group(
                "senders first",
                2,
                property="A node stands behind all nodes that send it a gradient.",
                hint="A node is done when all that it points to are done. When may you write it "
                "down, and at which end?",
                cases=(
                    case("a shortcut", small("loss -> a, b; a -> b")),
                    case("a shortcut named first", small("loss -> b, a; a -> b")),
                    case("a long way round", small("loss -> x, a; a -> b; b -> x; x -> y")),
                    case("a cascade", small("loss -> a, b, c; a -> b, c; b -> c; c -> d")),
                    case("a ring road", small("loss -> a, c; a -> b; b -> c, d; c -> d")),
                ),
            ),
            Group(
                "deep graphs",
                1,
                property="A loop of 3,000 steps makes a graph of 3,000 nodes in a row.",
                hint="Python stops functions that call themselves about 1,000 deep. A list can be "
                "as long as you like.",
                cases=(case("a long chain", small(3000, chain)),),
            ),
            Group(
                "many paths",
                0.5,
                property="60 nodes with two edges each have more paths than you can walk.",
                hint="Do you look at a node again each time you meet it?",
                cases=(case("a ladder", small(60, ladder)),),
            ),
        ),
    )
)


# --- 5


def sum_over_paths(made, start):
    """The definition: for each place, over all paths to it, the product along the path."""
    total = {}

    def follow(node, gradient):
        for place, factor in edges(node):
            total.setdefault(place_name(place), []).append(factor * gradient)
            follow(place[0], factor * gradient)

    follow(made.root(), start)
    found = {name: torch.stack(paths).sum(0) for name, paths in total.items()}
    root = made.root()
    return found | {"visited first": str(root), "nodes visited": len(nodes_behind(root))}


register(
    Exercise(
        "backpropagate",
        lecture=LECTURE,
        title="The loop behind backward",
        slot=True,
        points=5,
        minutes=20,
        difficulty=3,
        oracle=sum_over_paths,
        call=lambda function, made, start: carry(function, made.root(), start),
        shown_as="gradients",
        compares=("dtype",),
        forbids=("penlight.autograd.backpropagate",),
        groups=(
            Group(
                "one path to each node",
                1.5,
                property="What a node sends arrives at the place it was sent to.",
                hint="`visit` gives pairs (place, gradient). Keep each gradient at its place.",
                cases=(
                    case("one step", small("loss -> 3*a"), tensor(1.0)),
                    case("a line", small("loss -> 3*a; a -> 2*b; b -> 5*c"), tensor(1.0)),
                    case("two ends", small("loss -> 3*a, 4*b"), tensor(2.0)),
                ),
            ),
            Group(
                "gradients add up",
                2,
                property="Where several gradients arrive at one place, their sum counts.",
                hint="Is there something at the place already? Then do not overwrite it.",
                cases=(
                    case("twice the same", small("loss -> 3*x, 3*x"), tensor(1.0)),
                    case("two ways", small("loss -> 2*a, 3*b; a -> 5*x; b -> 7*x"), tensor(1.0)),
                    case("three ways", small("loss -> 2*a, 3*b, 4*c; a -> c; b -> c; c -> 10*x"),
                         tensor(1.0)),
                ),
            ),
            Group(
                "nothing is changed in place",
                1,
                property="The same tensor may lie at two places. Adding at one leaves the other.",
                hint="`+=` writes into a tensor's memory. Somebody else may be reading it.",
                cases=(
                    case("a sum", small("loss -> a, b; a -> b"), tensor(1.0)),
                    case("sums of sums", small("loss -> a, b; a -> b, c; b -> c, c"), randn(2)),
                ),
            ),
            Group(
                "places, not nodes",
                0.5,
                property="A node with two outputs has two places, which are kept apart.",
                hint="What are the keys of your dict: nodes, or pairs (node, number)?",
                cases=(
                    case("two outputs", small("loss -> 2*pair.0, 3*pair.1; pair -> x"),
                         tensor(1.0)),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 6


def after(accumulate_grad, leaf, grads):
    """`leaf.grad` after all of `grads` have been added, and the one somebody held from the first
    moment on."""
    held = None
    for grad in grads:
        accumulate_grad(leaf, grad)
        held = leaf.grad if held is None else held
    return {"leaf.grad": leaf.grad, "leaf.grad, held since the first": held}


def after_backward(leaf, grads):
    return after(lambda x, grad: x.backward(grad), leaf, grads)


LEAF = {"requires_grad": True}

register(
    Exercise(
        "accumulate_grad",
        lecture=LECTURE,
        title="12, then 24",
        slot=True,
        points=3,
        minutes=10,
        difficulty=1,
        oracle=after_backward,
        call=after,
        shown_as="after",
        may_modify=True,
        compares=("dtype",),
        forbids=("penlight.autograd.accumulate_grad", "penlight.Tensor.backward"),
        groups=(
            Group(
                "the first gradient",
                1,
                property="Where `leaf.grad` is None, the gradient becomes `leaf.grad`.",
                hint="None plus a tensor is an error. Ask first.",
                cases=(
                    case("a number", tensor(2.0, **LEAF), [tensor(12.0)]),
                    case("a vector", randn(3, **LEAF), [randn(3)]),
                ),
            ),
            Group(
                "later gradients",
                1.5,
                property="Every further gradient is added to what is there.",
                hint="`=` forgets what was there.",
                cases=(
                    case("12, then 24", tensor(2.0, **LEAF), [tensor(12.0), tensor(12.0)]),
                    case("three times", randn(2, 2, **LEAF), [randn(2, 2)] * 3),
                    case("float64", randn(2, dtype="float64", **LEAF),
                         [integers(2, dtype="float64")] * 2),
                ),
            ),
            Group(
                "in place",
                0.5,
                property="The sum is written into the same `leaf.grad`: whoever holds it sees it.",
                hint="`a = a + b` makes a new tensor, `a += b` writes into the old one.",
                cases=(
                    case("an optimizer holds it", tensor([1.0, 2.0], **LEAF),
                         [tensor([1.0, 1.0]), tensor([3.0, 5.0])]),
                ),
            ),
        ),
    )
)  # fmt: skip
