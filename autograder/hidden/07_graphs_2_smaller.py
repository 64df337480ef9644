"""Making a graph smaller, the instructor's part: hidden cases, mistakes, other answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import tensor

register_hidden(
    "eliminate_dead_code",
    cases={
        "needed or not": [
            case("hidden tree", "a = neg(x); b = neg(a); c = neg(y); d = add(b, a)", ["d"]),
        ],
        "dead in a row": [
            case("hidden long", "a = neg(x); b = neg(a); c = neg(b); d = neg(c)", ["b"]),
            case("hidden nothing", "a = neg(x); b = neg(a)", []),
        ],
        "one of several outs": [
            case("hidden the first", "p, q = split(x); r, s = split(p)", ["r"]),
        ],
        "impure nodes stay": [
            case("hidden chain", "a = neg(x); b = neg(a); r = random(b); c = neg(r)", []),
        ],
    },
    mistakes=[
        wrong(
            "only the last makers",
            "You keep the nodes that make the results, but not the nodes that those read.",
            """
            def eliminate_dead_code(nodes, results):
                return [n for n in nodes if n.impure or any(out in results for out in n.outs)]
            """,
        ),
        wrong(
            "direct readers only",
            "You keep every node that somebody reads, but the reader may be dead itself.",
            """
            def eliminate_dead_code(nodes, results):
                read = set(results).union(*(node.inputs for node in nodes))
                return [n for n in nodes if n.impure or any(out in read for out in n.outs)]
            """,
        ),
        wrong(
            "turned round",
            "Your nodes come out last first. Turn the list round at the end.",
            """
            def eliminate_dead_code(nodes, results):
                needed, kept = set(results), []
                for node in reversed(nodes):
                    if node.impure or any(out in needed for out in node.outs):
                        kept.append(node)
                        needed.update(node.inputs)
                return kept
            """,
        ),
        wrong(
            "impure ones go",
            "You drop impure nodes. They move the random generator on: without them the next "
            "draw is another one.",
            """
            def eliminate_dead_code(nodes, results):
                needed, kept = set(results), []
                for node in reversed(nodes):
                    if any(out in needed for out in node.outs):
                        kept.insert(0, node)
                        needed.update(node.inputs)
                return kept
            """,
        ),
        wrong(
            "all outs",
            "You keep a node only if all of its results are read. One is enough.",
            """
            def eliminate_dead_code(nodes, results):
                needed, kept = set(results), []
                for node in reversed(nodes):
                    if node.impure or all(out in needed for out in node.outs):
                        kept.insert(0, node)
                        needed.update(node.inputs)
                return kept
            """,
        ),
        wrong(
            "forgets what impure nodes read",
            "You keep impure nodes, but not the nodes that make their inputs.",
            """
            def eliminate_dead_code(nodes, results):
                needed, kept = set(results), []
                for node in reversed(nodes):
                    if any(out in needed for out in node.outs):
                        kept.insert(0, node)
                        needed.update(node.inputs)
                    elif node.impure:
                        kept.insert(0, node)
                return kept
            """,
        ),
    ],
    alternatives=styles(
        until_nothing_changes="""
            def eliminate_dead_code(nodes, results):
                left = list(nodes)
                while True:
                    read = set(results)
                    for node in left:
                        read |= set(node.inputs)
                    fewer = [n for n in left if n.impure or read & set(n.outs)]
                    if len(fewer) == len(left):
                        return fewer
                    left = fewer
        """,
        search="""
            def eliminate_dead_code(nodes, results):
                maker = {out: node for node in nodes for out in node.outs}
                stack = [maker[v] for v in results if v in maker]
                stack += [node for node in nodes if node.impure]
                alive = []
                while stack:
                    node = stack.pop()
                    if node not in alive:
                        alive.append(node)
                        stack += [maker[v] for v in node.inputs if v in maker]
                return [node for node in nodes if node in alive]
        """,
        by_index="""
            def eliminate_dead_code(nodes, results):
                keep = [False] * len(nodes)
                wanted = list(results)
                for k in range(len(nodes) - 1, -1, -1):
                    keep[k] = nodes[k].impure
                    for out in nodes[k].outs:
                        keep[k] = keep[k] or out in wanted
                    if keep[k]:
                        wanted.extend(nodes[k].inputs)
                return [nodes[k] for k in range(len(nodes)) if keep[k]]
        """,
    ),
)

C, D = tensor([1.0, 4.0]), tensor([2.0, 9.0])

register_hidden(
    "fold_constants",
    cases={
        "known or not": [
            case("hidden mixed", "a = sub(c, d); b = sub(x, c); e = sub(d, y)", {"c": C, "d": D}),
        ],
        "one makes the next known": [
            case("hidden tree", "a = neg(c); b = double(d); e = sub(a, b); f = sub(e, x)",
                 {"c": C, "d": D}),
        ],
        "impure nodes run each time": [
            case("hidden late", "a = neg(c); r = random(a); b = sub(a, r); e = neg(a)", {"c": C}),
        ],
        "the dict is left alone": [
            case("hidden two", "a = double(c); b = neg(a)", {"c": C, "d": D}),
        ],
    },
    mistakes=[
        wrong(
            "keeps what it computed",
            "You compute nodes and leave them in the list as well: they would run again.",
            """
            def fold_constants(nodes, constants, compute):
                known = dict(constants)
                for node in nodes:
                    if not node.impure and all(v in known for v in node.inputs):
                        known.update(zip(node.outs, compute(node, [known[v] for v in node.inputs])))
                return list(nodes), known
            """,
        ),
        wrong(
            "one known input is enough",
            "You compute a node as soon as one of its inputs is known. It needs all of them.",
            """
            def fold_constants(nodes, constants, compute):
                known, left = dict(constants), []
                for node in nodes:
                    if not node.impure and any(v in known for v in node.inputs):
                        found = compute(node, [known.get(v, 0) for v in node.inputs])
                        known.update(zip(node.outs, found))
                    else:
                        left.append(node)
                return left, known
            """,
        ),
        wrong(
            "one round only",
            "You look among the constants you were given only. What you have computed is known "
            "as well.",
            """
            def fold_constants(nodes, constants, compute):
                known, left = dict(constants), []
                for node in nodes:
                    if not node.impure and all(v in constants for v in node.inputs):
                        found = compute(node, [known[v] for v in node.inputs])
                        known.update(zip(node.outs, found))
                    else:
                        left.append(node)
                return left, known
            """,
        ),
        wrong(
            "draws once",
            "You draw random numbers while folding. They would be the same in every run.",
            """
            def fold_constants(nodes, constants, compute):
                known, left = dict(constants), []
                for node in nodes:
                    if all(v in known for v in node.inputs):
                        found = compute(node, [known[v] for v in node.inputs])
                        known.update(zip(node.outs, found))
                    else:
                        left.append(node)
                return left, known
            """,
        ),
        wrong(
            "writes into the caller's dict",
            "You write into the dict of the caller. A pass leaves its graph as it is: copy first.",
            """
            def fold_constants(nodes, constants, compute):
                known, left = constants, []
                for node in nodes:
                    if not node.impure and all(v in known for v in node.inputs):
                        found = compute(node, [known[v] for v in node.inputs])
                        known.update(zip(node.outs, found))
                    else:
                        left.append(node)
                return left, known
            """,
        ),
        wrong(
            "forgets the constants given",
            "You give back what you computed only. The constants you were given are still read.",
            """
            def fold_constants(nodes, constants, compute):
                new, left = {}, []
                for node in nodes:
                    known = {**constants, **new}
                    if not node.impure and all(v in known for v in node.inputs):
                        found = compute(node, [known[v] for v in node.inputs])
                        new.update(zip(node.outs, found))
                    else:
                        left.append(node)
                return left, new
            """,
        ),
    ],
    alternatives=styles(
        unknown_first="""
            def fold_constants(nodes, constants, compute):
                known, left = {**constants}, []
                for node in nodes:
                    missing = [v for v in node.inputs if v not in known]
                    if missing or node.impure:
                        left.append(node)
                        continue
                    for out, x in zip(node.outs, compute(node, [known[v] for v in node.inputs])):
                        known[out] = x
                return left, known
        """,
        errors="""
            def fold_constants(nodes, constants, compute):
                known = constants.copy()
                left = []
                for node in nodes:
                    try:
                        inputs = [known[v] for v in node.inputs]
                    except KeyError:
                        left.append(node)
                        continue
                    if node.impure:
                        left.append(node)
                    else:
                        known |= dict(zip(node.outs, compute(node, inputs)))
                return left, known
        """,
        two_lists="""
            def fold_constants(nodes, constants, compute):
                known, now = dict(constants), []
                for node in nodes:
                    if not node.impure and set(node.inputs) <= set(known):
                        now.append(node)
                        values = compute(node, tuple(map(known.get, node.inputs)))
                        for k in range(len(values)):
                            known[node.outs[k]] = values[k]
                return [node for node in nodes if node not in now], known
        """,
    ),
    equivalent_mutants={
        "`zip(node.outs, results, strict=True)` -> "
        "`zip(node.outs, results)`": "as many results come as are asked for",
        "`True` -> `False`": "as many results come as are asked for",
    },
)  # fmt: skip
