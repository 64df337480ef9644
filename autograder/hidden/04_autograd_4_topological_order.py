"""`topological_order`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.small_graphs import chain, ladder, small

register_hidden(
    "topological_order",
    cases={
        "every node once": [
            case("hidden nothing wanted", small("loss -> -, -")),
            case("hidden a star", small("loss -> a, b, c, d")),
            case("hidden three ways", small("loss -> a, b, c; a -> x, y; b -> y, x; c -> x")),
            case("hidden some inputs unwanted", small("loss -> -, a; a -> b, -, c; c -> -")),
        ],
        "senders first": [
            case("hidden diamonds", small("l -> a, b; a -> c; b -> c; c -> d, e; d -> f; e -> f")),
            case(
                "hidden late sender", small("l -> x, a; a -> b; b -> c; c -> d; d -> x; x -> y, z")
            ),
            case("hidden outputs", small("l -> p.1, a; a -> p.0; p -> x, a2; a2 -> x")),
            case(
                "hidden crossing", small("l -> d, c, b, a; a -> b, c, d; b -> d, c; c -> d; d -> e")
            ),
            case("hidden two shortcuts", small("l -> c, b; b -> a, c; c -> a; a -> z")),
        ],
        "deep graphs": [case("hidden a longer chain", small(20_000, chain))],
        "many paths": [case("hidden a longer ladder", small(900, ladder))],
    },
    mistakes=[
        wrong(
            "writes down on arrival",
            "You write a node down when you meet it. Write it down when all that it points to are "
            "done, and turn the list round at the end.",
            """
            def topological_order(root):
                order, seen, stack = [], set(), [root]
                while stack:
                    node = stack.pop()
                    if node in seen:
                        continue
                    seen.add(node)
                    order.append(node)
                    stack.extend(to for to, _ in node.next_functions if to is not None)
                return order
            """,
        ),
        wrong(
            "breadth first",
            "You go level by level. A node may be near the root by one path and far by another: "
            "the far one counts.",
            """
            def topological_order(root):
                order, seen = [root], {root}
                for node in order:
                    for to, _ in node.next_functions:
                        if to is not None and to not in seen:
                            seen.add(to)
                            order.append(to)
                return order
            """,
        ),
        wrong(
            "leaves first",
            "Your list begins with the leaves. It is to begin with the root: turn it round.",
            """
            def topological_order(root):
                order, seen, stack = [], set(), [(root, False)]
                while stack:
                    node, finished = stack.pop()
                    if finished:
                        order.append(node)
                    elif node not in seen:
                        seen.add(node)
                        stack.append((node, True))
                        stack.extend((to, False) for to, _ in node.next_functions if to)
                return order
            """,
        ),
        wrong(
            "every path",
            "You list a node once for each path to it. Remember where you have been.",
            """
            def topological_order(root):
                order = []

                def finish(node):
                    for to, _ in node.next_functions:
                        if to is not None:
                            finish(to)
                    order.append(node)

                finish(root)
                return order[::-1]
            """,
        ),
        wrong(
            "calls itself",
            "Your function calls itself for every node, and Python stops that at about 1,000. Use "
            "a list as the stack.",
            """
            def topological_order(root):
                order, seen = [], set()

                def finish(node):
                    if node in seen:
                        return
                    seen.add(node)
                    for to, _ in node.next_functions:
                        if to is not None:
                            finish(to)
                    order.append(node)

                finish(root)
                return order[::-1]
            """,
        ),
        wrong(
            "first input only",
            "You follow only the first of a node's edges.",
            """
            def topological_order(root):
                order = []
                node = root
                while node is not None:
                    order.append(node)
                    node = node.next_functions[0][0] if node.next_functions else None
                return order
            """,
        ),
        wrong(
            "forgets the root",
            "The root is missing. It is a node like the others, and the first.",
            """
            def topological_order(root):
                order, seen, stack = [], set(), [(root, False)]
                while stack:
                    node, finished = stack.pop()
                    if finished:
                        order.append(node)
                    elif node not in seen:
                        seen.add(node)
                        stack.append((node, True))
                        stack.extend((to, False) for to, _ in node.next_functions if to)
                return order[-2::-1]
            """,
        ),
        wrong(
            "lists None",
            "None stands for an input without a gradient. It is no node.",
            """
            def topological_order(root):
                order, seen, stack = [], set(), [(root, False)]
                while stack:
                    node, finished = stack.pop()
                    if finished or node is None:
                        order.append(node)
                    elif node not in seen:
                        seen.add(node)
                        stack.append((node, True))
                        stack.extend((to, False) for to, _ in node.next_functions)
                return order[::-1]
            """,
        ),
        wrong(
            "lists the pairs",
            "You list pairs (node, number). List the nodes alone.",
            """
            def topological_order(root):
                order, seen, stack = [], set(), [((root, 0), False)]
                while stack:
                    pair, finished = stack.pop()
                    if finished:
                        order.append(pair)
                    elif pair not in seen and pair[0] is not None:
                        seen.add(pair)
                        stack.append((pair, True))
                        stack.extend((each, False) for each in pair[0].next_functions)
                return order[::-1]
            """,
        ),
        wrong(
            "marks on pushing",
            "You mark a node as seen when you push it. A node pushed early and met again later "
            "then keeps its early place. Mark it when you pop it.",
            """
            def topological_order(root):
                order, seen, stack = [], {root}, [(root, False)]
                while stack:
                    node, finished = stack.pop()
                    if finished:
                        order.append(node)
                        continue
                    stack.append((node, True))
                    for to, _ in node.next_functions:
                        if to is not None and to not in seen:
                            seen.add(to)
                            stack.append((to, False))
                return order[::-1]
            """,
        ),
        wrong(
            "by depth of the first path",
            "You sort by the length of the first path found. The longest path decides.",
            """
            def topological_order(root):
                depth, stack = {root: 0}, [root]
                while stack:
                    node = stack.pop()
                    for to, _ in node.next_functions:
                        if to is not None and to not in depth:
                            depth[to] = depth[node] + 1
                            stack.append(to)
                return sorted(depth, key=depth.get)
            """,
        ),
        wrong(
            "a ready-made order",
            "The standard library does the work here.",
            """
            def topological_order(root):
                import graphlib
                sorter, seen, stack = graphlib.TopologicalSorter(), set(), [root]
                while stack:
                    node = stack.pop()
                    if node not in seen:
                        seen.add(node)
                        targets = [to for to, _ in node.next_functions if to is not None]
                        sorter.add(node, *targets)
                        stack += targets
                return list(sorter.static_order())[::-1]
            """,
        ),
    ],
    alternatives=styles(
        counts_the_senders="""
            def topological_order(root):
                waiting_for, seen, stack = {root: 0}, set(), [root]
                while stack:
                    node = stack.pop()
                    if node in seen:
                        continue
                    seen.add(node)
                    for to, _ in node.next_functions:
                        if to is not None:
                            waiting_for[to] = waiting_for.get(to, 0) + 1
                            stack.append(to)
                order = [root]
                for node in order:
                    for to, _ in node.next_functions:
                        if to is not None:
                            waiting_for[to] -= 1
                            if waiting_for[to] == 0:
                                order.append(to)
                return order
            """,
        iterators_on_a_stack="""
            def topological_order(root):
                def targets(node):
                    return iter([to for to, _ in node.next_functions if to is not None])

                order, seen, stack = [], {root}, [(root, targets(root))]
                while stack:
                    node, rest = stack[-1]
                    to = next(rest, None)
                    if to is None:
                        stack.pop()
                        order.insert(0, node)
                    elif to not in seen:
                        seen.add(to)
                        stack.append((to, targets(to)))
                return order
            """,
        three_colours="""
            def topological_order(root):
                colour, stack, done = {}, [root], []
                while stack:
                    node = stack[-1]
                    if colour.get(node) == "black":
                        stack.pop()
                    elif colour.get(node) == "grey":
                        colour[node] = "black"
                        done.append(stack.pop())
                    else:
                        colour[node] = "grey"
                        for to, number in node.next_functions:
                            if to is not None and colour.get(to) is None:
                                stack.append(to)
                done.reverse()
                return tuple(done)
            """,
        longest_paths="""
            def topological_order(root):
                # a node's height is one more than its targets'; senders are higher
                height, stack = {}, [root]
                while stack:
                    node = stack[-1]
                    targets = [to for to, _ in node.next_functions if to is not None]
                    missing = [to for to in targets if to not in height]
                    if missing:
                        stack.extend(missing)
                    else:
                        height[node] = 1 + max((height[to] for to in targets), default=0)
                        stack.pop()
                return sorted(height, key=lambda node: -height[node])
            """,
    ),
)
