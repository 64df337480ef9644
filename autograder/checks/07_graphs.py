"""Assignment 07, running a graph and making it smaller. Programs are written as text."""

import graphlib
from collections import Counter

from autograder.exercise import Exercise, Group, case, register
from autograder.small_programs import Computer, as_python, program, texts
from autograder.values import randn, tensor

LECTURE = "07_graphs"

# --- 1


def executed(execute, text, given):
    """What a run knows afterwards, whether it was written into `known`, and in which order."""
    compute, known = Computer(), dict(given)
    found = execute(program(text), known, compute)
    return {"known": found, "known itself": known, "ran": compute.ran}


def executed_by_python(text, given):
    space = as_python(text, given)
    return {"known": space, "known itself": space, "ran": [s.text for s in program(text)]}


register(
    Exercise(
        "execute",
        lecture=LECTURE,
        title="Run the list",
        slot=True,
        points=3,
        minutes=15,
        difficulty=1,
        oracle=executed_by_python,
        call=executed,
        shown_as="execute",
        forbids=("penlight.graphs.running.execute",),
        groups=(
            Group(
                "one result each",
                1.5,
                property="Each node is computed from what its inputs hold, and its result kept.",
                hint="`compute` wants the inputs as a list, in the order of `node.inputs`.",
                cases=(
                    case("no node", "", {"x": 2.0}),
                    case("one node", "a = neg(x)", {"x": 2.0}),
                    case("two in a row", "a = neg(x); b = mul(a, 3)", {"x": 2.0}),
                    case("order of inputs", "a = sub(x, y)", {"x": 2.0, "y": 5.0}),
                    case("on a tensor", "a = double(x); b = mul(a, x)", {"x": randn(3)}),
                ),
            ),
            Group(
                "several results",
                1.5,
                property="`compute` gives one result for each of `node.outs`.",
                hint="The answer of `compute` is a tuple, also where there is one result only.",
                cases=(
                    case("two results", "p, q = split(x)", {"x": 4.0}),
                    case("both are read", "p, q = split(x); a = sub(q, p)", {"x": 4.0}),
                ),
            ),
        ),
    )
)


# --- 2


def order_report(schedule, text):
    """What is wrong with an order; it need not be a certain one, where several are right."""
    steps = program(text)
    order = schedule(list(steps))
    if not isinstance(order, list | tuple):
        return order
    made_by = {out: step for step in steps for out in step.outs}
    place = {step: k for k, step in enumerate(order)}
    count = Counter(order)
    return {
        "missing": [s.text for s in steps if s not in count],
        "twice": [s.text for s in steps if count[s] > 1],
        "too early": [
            s.text
            for s in steps
            if any(place.get(made_by.get(v), -1) > place.get(s, len(steps)) for v in s.inputs)
        ],
        "moved without need": texts(order) if in_order(steps) and list(order) != steps else [],
    }


def in_order(steps):
    place = {out: k for k, step in enumerate(steps) for out in step.outs}
    return all(place.get(v, -1) < k for k, step in enumerate(steps) for v in step.inputs)


def nothing_wrong(text):
    made_by = {out: step for step in program(text) for out in step.outs}
    waits_for = {s: [made_by[v] for v in s.inputs if v in made_by] for s in made_by.values()}
    graphlib.TopologicalSorter(waits_for).prepare()  # its CycleError is a ValueError
    return {what: [] for what in ("missing", "twice", "too early", "moved without need")}


DEEP = "; ".join(f"v{k} = neg(v{k + 1})" for k in range(1500))
LADDER = "; ".join(f"v{k} = add(v{k + 1}, v{k + 1})" for k in range(40))

register(
    Exercise(
        "schedule",
        lecture=LECTURE,
        title="An order that works",
        slot=True,
        points=5,
        minutes=30,
        difficulty=4,
        oracle=nothing_wrong,
        call=order_report,
        forbids=("penlight.graphs.order.schedule", "graphlib.TopologicalSorter"),
        groups=(
            Group(
                "makers first",
                2,
                property="Each node comes once, after the nodes that make its inputs.",
                hint="Before you write a node down, write down who makes its inputs.",
                cases=(
                    case("turned round", "b = neg(a); a = neg(x)"),
                    case("three turned round", "c = neg(b); b = neg(a); a = neg(x)"),
                    case("a diamond", "d = add(b, c); b = neg(a); c = double(a); a = neg(x)"),
                    case("two results", "a = add(p, q); p, q = split(x)"),
                    case("twice the same", "b = mul(a, a); a = neg(x)"),
                ),
            ),
            Group(
                "order is kept",
                1,
                property="A list that can run as it stands stays as it is.",
                hint="Go through the nodes as they are given, and look at each once.",
                cases=(
                    case("in order already", "a = neg(x); b = neg(y); c = neg(a); d = neg(b)"),
                    case("nothing to do", "a = neg(x); b = neg(x); c = neg(x)"),
                ),
            ),
            Group(
                "a cycle is refused",
                1,
                property="Two nodes that wait for each other raise a ValueError.",
                hint="You meet a node that is begun and not finished. What does that mean?",
                cases=(
                    case("waits for itself", "a = neg(a)", raises=ValueError),
                    case("wait for each other", "a = neg(b); b = neg(a)", raises=ValueError),
                    case("no cycle, met twice", "c = add(a, b); b = neg(a); a = neg(x)"),
                ),
            ),
            Group(
                "large graphs",
                1,
                property="1,500 nodes in a row, and 40 with two ways each, are no trouble.",
                hint="Calls of calls end at 1,000 in Python: use a list as the stack. And do you "
                "look at a node anew for each way to it?",
                cases=(case("a long row", DEEP), case("a ladder", LADDER)),
            ),
        ),
    )
)


# --- 3


def behind(text):
    """{value: every step and given value that it is made from}, by going forward."""
    found = {}
    for step in program(text):
        source = {step.text}.union(*(found.get(v, {v}) for v in step.inputs))
        found |= dict.fromkeys(step.outs, source)
    return found


def alive(text, results):
    sources = behind(text)
    wanted = [*results, *(s.outs[0] for s in program(text) if s.impure)]
    used = set().union(*(sources.get(v, set()) for v in wanted))
    return [s.text for s in program(text) if s.text in used]


register(
    Exercise(
        "eliminate_dead_code",
        lecture=LECTURE,
        title="What nobody reads",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=alive,
        call=lambda function, text, results: texts(function(program(text), list(results))),
        forbids=("penlight.graphs.passes.dead_code.eliminate_dead_code",),
        groups=(
            Group(
                "needed or not",
                1.5,
                property="What a result is made from stays, in its order; the rest goes.",
                hint="Who reads a node's result stands behind it. So from which end do you look?",
                cases=(
                    case("one of two", "a = neg(x); b = neg(y)", ["a"]),
                    case("a row", "a = neg(x); b = neg(y); c = double(a)", ["c"]),
                    case("everything", "a = neg(x); b = neg(a)", ["b"]),
                    case("two results", "a = neg(x); b = neg(y); c = neg(z)", ["c", "a"]),
                ),
            ),
            Group(
                "dead in a row",
                1,
                property="A node whose only reader goes, goes as well.",
                hint="One look at who reads what is not enough: the reader may be dead itself.",
                cases=(
                    case("dead reads dead", "a = neg(x); b = neg(a); c = neg(y)", ["c"]),
                    case("an input alone", "a = neg(x); b = neg(a)", ["x"]),
                ),
            ),
            Group(
                "one of several outs",
                0.5,
                property="A node stays if only one of its results is read.",
                hint="`any` or `all`?",
                cases=(case("the second is read", "p, q = split(x); a = neg(q)", ["a"]),),
            ),
            Group(
                "impure nodes stay",
                1,
                property="An impure node stays, and so does what it reads.",
                hint="`node.impure`. It needs its inputs as any other node that stays.",
                cases=(
                    case("drawn, never read", "a = random(x); b = neg(y)", ["b"]),
                    case("it reads a node", "a = neg(x); r = random(a); b = neg(y)", ["b"]),
                ),
            ),
        ),
    )
)


# --- 4


def folded(fold_constants, text, constants):
    given = dict(constants)
    left, known = fold_constants(program(text), given, Computer())
    return {"left": texts(left), "known": known, "constants as given": given}


def folded_by_python(text, constants):
    sources = behind(text)
    steps = program(text)
    risky = {s.text for s in steps if s.impure}
    free = {v for s in steps for v in s.inputs if v not in sources and v not in constants}
    late = [s for s in steps if sources[s.outs[0]] & (risky | free)]
    unknown = {out for s in late for out in s.outs} | free
    everything = as_python(text, {**dict.fromkeys(free, 0.0), **constants})
    return {
        "left": [s.text for s in late],
        "known": {name: x for name, x in everything.items() if name not in unknown},
        "constants as given": dict(constants),
    }


TWO, FIVE = tensor([2.0, 3.0]), tensor([5.0, 7.0])

register(
    Exercise(
        "fold_constants",
        lecture=LECTURE,
        title="Compute it now",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=folded_by_python,
        call=folded,
        forbids=("penlight.graphs.passes.folding.fold_constants",),
        groups=(
            Group(
                "known or not",
                1.5,
                property="A node all of whose inputs are known is computed; the others are left.",
                hint="One unknown input is enough to leave a node.",
                cases=(
                    case("known", "a = neg(c)", {"c": TWO}),
                    case("unknown", "a = neg(x)", {"c": TWO}),
                    case("half known", "a = sub(c, x); b = sub(x, c)", {"c": TWO}),
                    case("two constants", "a = sub(c, d); b = mul(a, x)", {"c": TWO, "d": FIVE}),
                ),
            ),
            Group(
                "one makes the next known",
                1,
                property="What has been computed is a constant for the nodes behind it.",
                hint="Put each result where you look for the inputs.",
                cases=(
                    case("a row", "a = neg(c); b = double(a); d = mul(b, x)", {"c": TWO}),
                    case("two results", "p, q = split(c); a = sub(q, p)", {"c": TWO}),
                ),
            ),
            Group(
                "impure nodes run each time",
                1,
                property="An impure node is left, and so is what depends on it.",
                hint="Random numbers drawn now would be the same in every run.",
                cases=(
                    case("drawn", "r = random(c); a = neg(r); b = neg(c)", {"c": TWO}),
                ),
            ),
            Group(
                "the dict is left alone",
                0.5,
                property="The caller's dict of constants is not written into.",
                hint="`dict(constants)` is a copy.",
                cases=(case("the caller's dict", "a = double(c)", {"c": FIVE}),),
            ),
        ),
    )
)  # fmt: skip
