"""`backpropagate`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.small_graphs import small
from autograder.values import randn, tensor

register_hidden(
    "backpropagate",
    cases={
        "one path to each node": [
            case("hidden nothing sent", small("loss"), tensor(1.0)),
            case("hidden a tree", small("l -> 2*a, 3*b; a -> 5*c, 7*d; b -> -1*e"), tensor(1.0)),
            case("hidden a matrix", small("l -> 0.5*a; a -> 4*b"), randn(2, 3)),
            case("hidden unwanted inputs", small("l -> -, 2*a; a -> 3*b, -"), tensor(1.0)),
        ],
        "gradients add up": [
            case("hidden diamonds", small("l -> 2*a, 3*b; a -> 5*c; b -> 7*c; c -> 2*d, 3*e; "
                                          "d -> f; e -> 2*f"), tensor(1.0)),
            case("hidden four at once", small("l -> 2*x, 3*x, 4*x, 5*x; x -> 2*y"), tensor(1.0)),
            case("hidden vectors", small("l -> 2*a, 3*b; a -> 5*x; b -> -7*x"), randn(4)),
            case("hidden float64", small("l -> 2*x, 3*x"), randn(2, dtype="float64")),
            case("hidden that cancel", small("l -> 2*a, -2*a; a -> 3*b, 4*c; b -> c"), tensor(1.0)),
        ],
        "nothing is changed in place": [
            case("hidden sums", small("l -> a, b, c; a -> b, c; b -> c, x; c -> x"), randn(3)),
            case("hidden start stays", small("l -> x, x"), randn(2)),
        ],
        "places, not nodes": [
            case("hidden three outputs", small("l -> 2*p.0, 3*p.2; l2 -> p.1; p -> x"), randn(2)),
            case("hidden outputs met twice", small("l -> 2*p.0, 5*p.1, a; a -> 3*p.1; p -> 2*x"),
                 tensor(1.0)),
        ],
    },
    mistakes=[
        wrong(
            "overwrites",
            "You overwrite what has arrived. Where several gradients meet, they are added.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = gradient
                return arrived
            """,
        ),
        wrong(
            "keeps the first",
            "You keep the gradient that came first. Every path counts: add them.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived.setdefault(place, gradient)
                return arrived
            """,
        ),
        wrong(
            "adds in place",
            "You add in place. The tensor that lies there may lie at another place too, or be the "
            "one that backward began with: make a new one.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        if place in arrived:
                            arrived[place] += gradient
                        else:
                            arrived[place] = gradient
                return arrived
            """,
        ),
        wrong(
            "averages",
            "You average what arrives. The paths are added, however many there are.",
            """
            def backpropagate(order, visit):
                arrived, count = {}, {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        count[place] = count.get(place, 0) + 1
                        if place in arrived:
                            arrived[place] = arrived[place] + (gradient - arrived[place]) / 2
                        else:
                            arrived[place] = gradient
                return arrived
            """,
        ),
        wrong(
            "nodes as keys",
            "You use the node as the key. A node with two outputs has two places: keep the pair.",
            """
            def backpropagate(order, visit):
                total = {}
                for node in order:
                    for (to, _), gradient in visit(node, total):
                        place = (to, 0)
                        total[place] = total[place] + gradient if place in total else gradient
                return total
            """,
        ),
        wrong(
            "backwards through the order",
            "You go from the leaves to the root. The gradient starts at the root.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in reversed(order):
                    for place, gradient in visit(node, arrived):
                        arrived[place] = arrived[place] + gradient if place in arrived else gradient
                return arrived
            """,
        ),
        wrong(
            "only the root",
            "Only the first node is visited. Every node sends on what it got, so the loop goes on: "
            "does a `return` stand inside it?",
            """
            def backpropagate(order, visit):
                arrived = {}
                for place, gradient in visit(order[0], arrived):
                    arrived[place] = arrived[place] + gradient if place in arrived else gradient
                return arrived
            """,
        ),
        wrong(
            "stops early",
            "Only the first node is visited. Every node sends on what it got, so the loop goes on: "
            "does a `return` stand inside it?",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = arrived[place] + gradient if place in arrived else gradient
                    return arrived
                return arrived
            """,
        ),
        wrong(
            "forgets to return",
            "Your loop is there, but the result is not returned.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = arrived[place] + gradient if place in arrived else gradient
            """,
        ),
        wrong(
            "visits twice",
            "You call `visit` twice for a node, so it sends everything twice.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in [*visit(node, arrived), *visit(node, arrived)]:
                        arrived[place] = arrived[place] + gradient if place in arrived else gradient
                return arrived
            """,
        ),
        wrong(
            "adds a gradient to itself",
            "The first gradient at a place is counted twice.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = arrived.get(place, gradient) + gradient
                return arrived
            """,
        ),
        wrong(
            "a dict of this node alone",
            "You give `visit` an empty dict. It has to find there what has arrived so far.",
            """
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, {}):
                        arrived[place] = arrived[place] + gradient if place in arrived else gradient
                return arrived
            """,
        ),
    ],
    alternatives=styles(
        starts_from_zero="""
            def backpropagate(order, visit):
                arrived = {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = arrived.get(place, 0) + gradient
                return arrived
            """,
        a_default_dict="""
            from collections import defaultdict

            def backpropagate(order, visit):
                arrived = defaultdict(float)
                for node in order:
                    for place, gradient in visit(node, arrived):
                        arrived[place] = gradient + arrived[place]
                return arrived
            """,
        lists_of_what_came="""
            def backpropagate(order, visit):
                came, arrived = {}, {}
                for node in order:
                    for place, gradient in visit(node, arrived):
                        came.setdefault(place, []).append(gradient)
                        first, *rest = came[place]
                        total = first
                        for each in rest:
                            total = total + each
                        arrived[place] = total
                return arrived
            """,
        copies_and_adds_in_place="""
            def add(arrived, place, gradient):
                if place not in arrived:
                    arrived[place] = gradient.clone()
                else:
                    arrived[place] += gradient

            def backpropagate(order, visit):
                arrived, k = {}, 0
                while k < len(order):
                    sent = list(visit(order[k], arrived))
                    for place, gradient in sent:
                        add(arrived, place, gradient)
                    k += 1
                return arrived
            """,
    ),
)  # fmt: skip
