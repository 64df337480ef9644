"""Running a graph in order, the instructor's part: hidden cases, mistakes, other answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "execute",
    cases={
        "one result each": [
            case("hidden a row", "a = neg(x); b = sub(y, a); c = mul(b, b)", {"x": 3.0, "y": 1.5}),
            case("hidden twice", "a = sub(x, x); b = double(y)", {"x": 3.0, "y": 7.0}),
        ],
        "several results": [
            case("hidden two pairs", "p, q = split(x); r, s = split(q); a = sub(r, p)", {"x": 9.0})
        ],
    },
    mistakes=[
        wrong(
            "backwards",
            "You run the nodes from the last to the first.",
            """
            def execute(nodes, known, compute):
                for node in reversed(nodes):
                    inputs = [known.get(v, 0.0) for v in node.inputs]
                    known.update(zip(node.outs, compute(node, inputs)))
                return known
            """,
        ),
        wrong(
            "inputs turned round",
            "You give the inputs in the wrong order: x - y became y - x.",
            """
            def execute(nodes, known, compute):
                for node in nodes:
                    inputs = [known[v] for v in node.inputs[::-1]]
                    known.update(zip(node.outs, compute(node, inputs)))
                return known
            """,
        ),
        wrong(
            "keeps the tuple",
            "You keep the whole tuple that `compute` gives. Take one result for each of node.outs.",
            """
            def execute(nodes, known, compute):
                for node in nodes:
                    known[node.outs[0]] = compute(node, [known[v] for v in node.inputs])
                return known
            """,
        ),
        wrong(
            "the first result only",
            "You keep the first result only. A node may have several outs.",
            """
            def execute(nodes, known, compute):
                for node in nodes:
                    known[node.outs[0]] = compute(node, [known[v] for v in node.inputs])[0]
                return known
            """,
        ),
        wrong(
            "each input once",
            "You give each input once. In x - x the list holds x twice.",
            """
            def execute(nodes, known, compute):
                for node in nodes:
                    inputs = [known[v] for v in dict.fromkeys(node.inputs)]
                    known.update(zip(node.outs, compute(node, inputs)))
                return known
            """,
        ),
        wrong(
            "a dict of its own",
            "You write into a copy. Whoever called you looks into the `known` that you were given.",
            """
            def execute(nodes, known, compute):
                known = dict(known)
                for node in nodes:
                    known.update(zip(node.outs, compute(node, [known[v] for v in node.inputs])))
                return known
            """,
        ),
    ],
    alternatives=styles(
        update="""
            def execute(nodes, known, compute):
                for node in nodes:
                    results = compute(node, list(map(known.__getitem__, node.inputs)))
                    known.update(dict(zip(node.outs, results)))
                return known
        """,
        by_number="""
            def execute(nodes, known, compute):
                for k in range(len(nodes)):
                    inputs = []
                    for value in nodes[k].inputs:
                        inputs.append(known[value])
                    results = compute(nodes[k], inputs)
                    for i in range(len(results)):
                        known[nodes[k].outs[i]] = results[i]
                return known
        """,
        calls_itself="""
            def execute(nodes, known, compute):
                if nodes:
                    first, *rest = nodes
                    found = compute(first, tuple(known[v] for v in first.inputs))
                    for out, result in zip(first.outs, found):
                        known[out] = result
                    execute(rest, known, compute)
                return known
        """,
    ),
    equivalent_mutants={
        "`zip(node.outs, compute(node, inputs), strict=True)` -> "
        "`zip(node.outs, compute(node, inputs))`": "as many results come as are asked for",
        "`True` -> `False`": "as many results come as are asked for",
    },
)

register_hidden(
    "schedule",
    cases={
        "makers first": [
            case("hidden crossing", "e = add(c, d); d = add(a, b); c = add(b, a); b = neg(a); "
                 "a = neg(x)"),
            case("hidden far maker", "d = add(c, a); c = neg(b); b = neg(a); a = neg(x)"),
            case("hidden pairs", "a = sub(q, s); r, s = split(p); p, q = split(x)"),
        ],
        "order is kept": [
            case("hidden in order", "a = neg(x); b = neg(y); c = add(b, a); d = add(a, c)")
        ],
        "a cycle is refused": [
            case("hidden three", "a = neg(c); b = neg(a); c = neg(b)", raises=ValueError),
            case("hidden far", "d = neg(x); a = neg(b); b = add(d, a)", raises=ValueError),
            case("hidden shared", "d = add(b, c); c = neg(a); b = add(a, c); a = neg(x)"),
        ],
        "large graphs": [
            case("hidden row", "; ".join(f"v{k} = double(v{k + 1})" for k in range(2000)))
        ],
    },
    mistakes=[
        wrong(
            "only what is read",
            "You leave out nodes that no other node reads.",
            """
            def schedule(nodes):
                maker = {out: node for node in nodes for out in node.outs}
                read = dict.fromkeys(v for n in nodes for v in n.inputs)
                return [maker[v] for v in read if v in maker]
            """,
        ),
        wrong(
            "as given",
            "You give back the order you were given.",
            """
            def schedule(nodes):
                return list(nodes)
            """,
        ),
        wrong(
            "turned round",
            "You turn the list round. That is right for some graphs only.",
            """
            def schedule(nodes):
                return list(nodes)[::-1]
            """,
        ),
        wrong(
            "one step back only",
            "You put the direct makers first, but who makes their inputs?",
            """
            def schedule(nodes):
                maker = {out: node for node in nodes for out in node.outs}
                order = []
                for node in nodes:
                    for value in node.inputs:
                        if value in maker and maker[value] not in order:
                            order.append(maker[value])
                    if node not in order:
                        order.append(node)
                return order
            """,
        ),
        wrong(
            "calls itself",
            "Your function calls itself for every node, and Python stops that at about 1,000.",
            """
            def schedule(nodes):
                maker = {out: node for node in nodes for out in node.outs}
                order, begun = [], {}

                def visit(node):
                    if node in begun:
                        if not begun[node]:
                            raise ValueError("a cycle")
                        return
                    begun[node] = False
                    for value in node.inputs:
                        if value in maker:
                            visit(maker[value])
                    begun[node] = True
                    order.append(node)

                for node in nodes:
                    visit(node)
                return order
            """,
        ),
        wrong(
            "no cycle seen",
            "A cycle is not refused. A node that is met again before it is finished needs its "
            "own result.",
            """
            def schedule(nodes):
                maker = {out: node for node in nodes for out in node.outs}
                order, seen, done = [], set(), set()
                for root in nodes:
                    stack = [(root, False)]
                    while stack:
                        node, ready = stack.pop()
                        if ready:
                            order.append(node)
                        elif node not in seen:
                            seen.add(node)
                            stack.append((node, True))
                            for value in node.inputs[::-1]:
                                if value in maker:
                                    stack.append((maker[value], False))
                return order
            """,
        ),
    ],
    alternatives=styles(
        rounds="""
            def schedule(nodes):
                made = {out for node in nodes for out in node.outs}
                order, left, ready = [], list(nodes), set()
                while left:
                    waiting = []
                    for node in left:
                        if all(v in ready or v not in made for v in node.inputs):
                            order.append(node)
                            ready.update(node.outs)
                        else:
                            waiting.append(node)
                    if len(waiting) == len(left):
                        raise ValueError("these nodes wait for each other")
                    left = waiting
                return order
        """,
        counting="""
            def schedule(nodes):
                import heapq

                number = {out: k for k, node in enumerate(nodes) for out in node.outs}
                needs = [{number[v] for v in node.inputs if v in number} for node in nodes]
                readers = {k: [] for k in range(len(nodes))}
                for k, makers in enumerate(needs):
                    for m in makers:
                        readers[m].append(k)
                missing = [len(makers) for makers in needs]
                free = [k for k, count in enumerate(missing) if not count]
                heapq.heapify(free)
                order = []
                while free:
                    k = heapq.heappop(free)
                    order.append(nodes[k])
                    for reader in readers[k]:
                        missing[reader] -= 1
                        if not missing[reader]:
                            heapq.heappush(free, reader)
                if len(order) < len(nodes):
                    raise ValueError("cycle")
                return order
        """,
        look_at_the_top="""
            def schedule(nodes):
                maker = {}
                for node in nodes:
                    for out in node.outs:
                        maker[out] = node
                order, done = [], set()
                for root in nodes:
                    stack, begun = [root], set()
                    while stack:
                        node = stack[-1]
                        begun.add(node)
                        late = [maker[v] for v in node.inputs if v in maker]
                        late = [each for each in late if each not in done]
                        if late:
                            if late[0] in begun:
                                raise ValueError("cycle")
                            stack.append(late[0])
                        else:
                            stack.pop()
                            if node not in done:
                                done.add(node)
                                order.append(node)
                return order
        """,
    ),
)  # fmt: skip
