"""Memory, guards and the tape, the instructor's part."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn, tensor

register_hidden(
    "live_ranges",
    cases={
        "made and read": [
            case("hidden far", "a = neg(x); b = neg(a); c = neg(b); d = add(c, a)", ["d"]),
            case("hidden twice", "a = neg(x); b = add(a, a); c = neg(b)", ["c"]),
        ],
        "given from outside": [
            case("hidden inputs", "a = neg(x); b = add(x, y); c = add(b, x)", ["c", "y"]),
        ],
        "results and dead values": [
            case("hidden read and result", "a = neg(x); b = neg(a); c = neg(b)", ["a", "c"]),
            case("hidden half dead", "p, q = split(x); a = neg(p)", ["a"]),
        ],
    },
    mistakes=[
        wrong(
            "the first out only",
            "You look at the first of node.outs only.",
            """
            def live_ranges(nodes, results):
                found = {}
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        found[v] = (found.get(v, (-1, 0))[0], k)
                    found[node.outs[0]] = (k, k)
                for v in results:
                    found[v] = (found.get(v, (-1, 0))[0], len(nodes))
                return found
            """,
        ),
        wrong(
            "ends one step late",
            "A result lives until len(nodes), not len(nodes) - 1.",
            """
            def live_ranges(nodes, results):
                found = {}
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        found[v] = (found.get(v, (-1, 0))[0], k)
                    for v in node.outs:
                        found[v] = (k, k)
                for v in results:
                    found[v] = (found.get(v, (-1, 0))[0], len(nodes) - 1)
                return found
            """,
        ),
        wrong(
            "inputs from step 0",
            "A value from outside is there from step -1, before the first node runs.",
            """
            def live_ranges(nodes, results):
                found = {}
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        found[v] = (found.get(v, (0, 0))[0], k)
                    for v in node.outs:
                        found[v] = (k, k)
                for v in results:
                    found[v] = (found.get(v, (0, 0))[0], len(nodes))
                return found
            """,
        ),
        wrong(
            "the first reader",
            "You stop at the first reader. A value is needed until the last.",
            """
            def live_ranges(nodes, results):
                found, read = {}, set()
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        if v not in read:
                            found[v] = (found.get(v, (-1, 0))[0], k)
                            read.add(v)
                    for v in node.outs:
                        found[v] = (k, k)
                for v in results:
                    found[v] = (found.get(v, (-1, 0))[0], len(nodes))
                return found
            """,
        ),
        wrong(
            "results forgotten",
            "A result must live until the end: the caller reads it after the last step.",
            """
            def live_ranges(nodes, results):
                found = {v: (-1, -1) for v in results}
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        found[v] = (found.get(v, (-1, 0))[0], k)
                    for v in node.outs:
                        found[v] = (k, k)
                return found
            """,
        ),
        wrong(
            "dead values left out",
            "You leave out values that nobody reads. They are made, and need memory for a step.",
            """
            def live_ranges(nodes, results):
                first, last = {}, {}
                for k, node in enumerate(nodes):
                    last.update(dict.fromkeys(node.inputs, k))
                    first.update(dict.fromkeys(node.outs, k))
                last.update(dict.fromkeys(results, len(nodes)))
                return {v: (first.get(v, -1), end) for v, end in last.items()}
            """,
        ),
    ],
    alternatives=styles(
        two_dicts="""
            def live_ranges(nodes, results):
                first, last = {}, {}
                for k, node in enumerate(nodes):
                    for v in node.inputs:
                        first.setdefault(v, -1)
                        last[v] = k
                    for v in node.outs:
                        first[v] = last[v] = k
                for v in results:
                    first.setdefault(v, -1)
                    last[v] = len(nodes)
                return {v: (first[v], last[v]) for v in first}
        """,
        from_the_end="""
            def live_ranges(nodes, results):
                last = dict.fromkeys(results, len(nodes))
                first = {}
                for k in range(len(nodes) - 1, -1, -1):
                    for v in nodes[k].outs:
                        first[v] = k
                        last.setdefault(v, k)
                    for v in nodes[k].inputs:
                        last.setdefault(v, k)
                return {v: (first.get(v, -1), end) for v, end in last.items()}
        """,
        all_moments="""
            def live_ranges(nodes, results):
                moments = {}
                for k, node in enumerate(nodes):
                    for v in (*node.inputs, *node.outs):
                        moments.setdefault(v, []).append(k)
                for v in results:
                    moments.setdefault(v, []).append(len(nodes))
                made = {v for node in nodes for v in node.outs}
                return {v: (min(t) if v in made else -1, max(t)) for v, t in moments.items()}
        """,
    ),
    equivalent_mutants={
        "`-1` -> `1` #2": "a reader or the end is written over it",
        "`1` -> `2` #2": "a reader or the end is written over it",
        "`1` -> `0` #2": "a reader or the end is written over it",
        "`-1` -> `1` #4": "a reader or the end is written over it",
        "`1` -> `2` #4": "a reader or the end is written over it",
        "`1` -> `0` #4": "a reader or the end is written over it",
    },
)

HELD = """
def failed_guard(guards, facts):
    for name in guards:
        if name not in facts:
            return name
        if type(guards[name]) is not type(facts[name]):
            return name
        if guards[name] != facts[name]:
            return name
    for name in facts:
        if name not in guards:
            return name
    return None
"""

register_hidden(
    "failed_guard",
    cases={
        "same or changed": [
            case("hidden third", {"a": 1, "b": "cpu", "c": (2,)}, {"a": 1, "b": "cpu", "c": (3,)}),
            case("hidden other order", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ],
        "missing names": [
            case("hidden two new", {"a": 1}, {"a": 1, "z": 2, "b": 3}),
            case("hidden none", {}, {"b": None}),
            case("hidden changed and new", {"a": 1}, {"b": 3, "a": 2}),
        ],
        "types count": [case("hidden 0 and False", {"a": "x", "b": 0}, {"a": "x", "b": False})],
    },
    mistakes=[
        wrong(
            "the last that fails",
            "You name the last guard that fails. The first is asked for.",
            """
            def failed_guard(guards, facts):
                found = None
                for name in [*guards, *facts]:
                    if name not in guards or name not in facts:
                        found = name
                    elif type(guards[name]) is not type(facts[name]) or guards[name] != facts[name]:
                        found = name
                return found
            """,
        ),
        wrong(
            "equal is enough",
            "In Python 1 == True == 1.0. Compare the types as well.",
            but(HELD, "type(guards[name]) is not type(facts[name])", "False"),
        ),
        wrong(
            "new facts pass",
            "A fact that nobody guarded passes. The graph was captured without it.",
            but(HELD, "if name not in guards:", "if False:"),
        ),
        wrong(
            "missing facts are None",
            "You read a missing fact as None, so a guard that is None holds.",
            """
            def failed_guard(guards, facts):
                for name in [*guards, *facts]:
                    was, now = guards.get(name), facts.get(name)
                    if type(was) is not type(now) or was != now:
                        return name
                return None
            """,
        ),
        wrong(
            "in the order of the facts",
            "You go through the facts first. The first *guard* that fails is asked for.",
            """
            def failed_guard(guards, facts):
                for name in [*facts, *guards]:
                    if name not in guards or name not in facts:
                        return name
                    if type(guards[name]) is not type(facts[name]) or guards[name] != facts[name]:
                        return name
                return None
            """,
        ),
        wrong(
            "yes or no",
            "You say whether a guard failed. Say which.",
            """
            def failed_guard(guards, facts):
                return repr(guards) != repr(facts)
            """,
        ),
    ],
    alternatives={
        "a loop": HELD,
        **styles(
            next_one="""
                def failed_guard(guards, facts):
                    def holds(name):
                        if name not in guards or name not in facts:
                            return False
                        was, now = guards[name], facts[name]
                        return type(was) is type(now) and was == now

                    return next((n for n in [*guards, *facts] if not holds(n)), None)
            """,
            marker="""
                def failed_guard(guards, facts):
                    gone = object()
                    for name, was in guards.items():
                        now = facts.get(name, gone)
                        if type(now) != type(was) or not now == was:
                            return name
                    extra = list(facts.keys() - guards.keys())
                    return min(extra, key=list(facts).index) if extra else None
            """,
        ),
    },
)

PLAYED = """
def tape_gradient(tape, target, sources, ones):
    found = {target: ones}
    for step in reversed(tape):
        came = [found.get(out) for out in step.outs]
        if any(each is not None for each in came):
            for x, gradient in zip(step.inputs, step.pullback(came)):
                if gradient is None:
                    continue
                if x in found:
                    found[x] = found[x] + gradient
                else:
                    found[x] = gradient
    return [found.get(source) for source in sources]
"""

register_hidden(
    "tape_gradient",
    cases={
        "one path": [
            case("hidden row", "a <- 2*x; b <- 3*a; y <- 7*b", "y", ["b", "x"], randn(2)),
        ],
        "gradients add up": [
            case("hidden three", "a <- 2*x; b <- 3*x, a; y <- b, 5*x", "y", ["x", "b"], randn(3)),
            case("hidden shared", "a <- x, w; b <- a, x; y <- b, a", "y", ["w", "x", "a", "y"],
                 tensor(1.0)),
        ],
        "what does not depend": [
            case("hidden branch", "a <- 2*x; b <- 3*w; y <- 5*a; z <- y, b", "y", ["w", "x"],
                 tensor(2.0)),
        ],
        "several outs": [
            case("hidden pair", "p, q <- 2*x, w; r, s <- 3*q; y <- s, 5*r", "y", ["x", "w"],
                 tensor(1.0)),
        ],
    },
    mistakes=[
        wrong(
            "overwrites",
            "You overwrite a gradient that has arrived already. Add to it.",
            but(PLAYED, "found[x] = found[x] + gradient", "found[x] = gradient"),
        ),
        wrong(
            "adds in place",
            "`+=` writes into a tensor that somebody else holds too. Make a new one.",
            but(PLAYED, "found[x] = found[x] + gradient", "found[x] += gradient"),
        ),
        wrong(
            "plays forwards",
            "You play the tape from the front. The gradient comes from the end.",
            but(PLAYED, "reversed(tape)", "tape"),
        ),
        wrong(
            "zeros for None",
            "You answer zeros where nothing depends. None says that there is no path at all.",
            but(PLAYED, "found.get(source) for", "found.get(source, 0 * ones) for"),
        ),
        wrong(
            "plays every step",
            "You play steps whose outs got no gradient. They have nothing to send.",
            but(PLAYED, "any(each is not None for each in came)", "True"),
        ),
        wrong(
            "all outs",
            "You skip a step if one of its outs lacks a gradient. One that arrived is enough.",
            but(PLAYED, "any(each is not None for each in came)",
                "all(each is not None for each in came)"),
        ),
    ],
    alternatives={
        "a loop": PLAYED,
        **styles(
            by_number="""
                def tape_gradient(tape, target, sources, ones):
                    grads = {}
                    grads[target] = ones
                    for k in range(len(tape) - 1, -1, -1):
                        step = tape[k]
                        if not any(out in grads for out in step.outs):
                            continue
                        sent = step.pullback([grads.get(out, None) for out in step.outs])
                        for i in range(len(sent)):
                            x = step.inputs[i]
                            if sent[i] is not None:
                                grads[x] = sent[i] if x not in grads else sent[i] + grads[x]
                    return [grads[s] if s in grads else None for s in sources]
            """,
            lists="""
                def tape_gradient(tape, target, sources, ones):
                    came = {target: [ones]}

                    def total(value):
                        parts = came.get(value)
                        if parts is None:
                            return None
                        first, *others = parts
                        for each in others:
                            first = first + each
                        return first

                    for step in tape[::-1]:
                        here = [total(out) for out in step.outs]
                        if set(map(type, here)) != {type(None)}:
                            for x, g in zip(step.inputs, step.pullback(here)):
                                if g is not None:
                                    came.setdefault(x, []).append(g)
                    return [total(source) for source in sources]
            """,
        ),
    },
    equivalent_mutants={
        "`zip(step.inputs, step.pullback(arrived), strict=True)` -> "
        "`zip(step.inputs, step.pullback(arrived))`": "there is an answer for each input",
        "`True` -> `False`": "there is an answer for each input",
    },
)  # fmt: skip
