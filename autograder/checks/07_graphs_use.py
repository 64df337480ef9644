"""Assignment 07, using a graph again and again: memory, guards, and a tape for gradients."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.small_programs import program, tape
from autograder.values import randn, tensor

LECTURE = "07_graphs"

# --- 7


def lifetimes(text, results):
    """From the meaning: at each moment, is the value there, and will somebody still want it?"""
    steps = program(text)
    end = len(steps)
    names = {v for s in steps for v in (*s.inputs, *s.outs)} | {*results}
    found = {}
    for name in names:
        births = [k for k, s in enumerate(steps) if name in s.outs] or [-1]
        wanted = [k for k, s in enumerate(steps) if name in s.inputs] + [end] * (name in results)
        found[name] = (births[0], wanted[-1] if wanted else births[0])
    return found


register(
    Exercise(
        "live_ranges",
        lecture=LECTURE,
        title="From birth to the last reader",
        slot=True,
        points=4,
        minutes=20,
        difficulty=2,
        oracle=lifetimes,
        call=lambda function, text, results: function(program(text), list(results)),
        forbids=("penlight.graphs.order.live_ranges",),
        groups=(
            Group(
                "made and read",
                2,
                property="A value lives from the step that makes it to the last that reads it.",
                hint="A later reader takes the place of an earlier one.",
                cases=(
                    case("read at once", "a = neg(x); b = neg(a)", ["b"]),
                    case("read twice", "a = neg(x); b = neg(a); c = add(a, b)", ["c"]),
                    case("two results", "p, q = split(x); a = neg(q); b = neg(p)", ["b"]),
                ),
            ),
            Group(
                "given from outside",
                1,
                property="A value that no node makes is there from step -1.",
                hint="You meet a value first where it is read. Who made it?",
                cases=(
                    case("an input", "a = neg(x)", ["a"]),
                    case("a late input", "a = neg(x); b = add(a, y)", ["b"]),
                    case("an input handed back", "a = neg(x)", ["a", "w"]),
                ),
            ),
            Group(
                "results and dead values",
                1,
                property="A result lives until len(nodes); what nobody reads dies where it is "
                "made.",
                hint="Steps are counted from 0, so len(nodes) is the moment after the last.",
                cases=(
                    case("an early result", "a = neg(x); b = neg(y)", ["a", "b"]),
                    case("never read", "a = neg(x); b = neg(y)", ["b"]),
                ),
            ),
        ),
    )
)


# --- 8


def first_difference(guards, facts):
    def told_apart(pairs):
        return [(name, type(each).__name__, repr(each)) for name, each in pairs.items()]

    now, then = told_apart(facts), told_apart(guards)
    failed = [row[0] for row in then if row not in now]
    extra = [row[0] for row in now if row[0] not in guards]
    return (failed + extra + [None])[0]


register(
    Exercise(
        "failed_guard",
        lecture=LECTURE,
        title="May the old graph be used?",
        slot=True,
        points=3,
        minutes=15,
        difficulty=2,
        oracle=first_difference,
        forbids=("penlight.graphs.guards.failed_guard",),
        groups=(
            Group(
                "same or changed",
                1.5,
                property="None where all holds, else the name of the first guard that does not.",
                hint="Go through the guards in their order and compare each with its fact.",
                cases=(
                    case("all hold", {"x.shape": (2, 3)}, {"x.shape": (2, 3)}),
                    case("another shape", {"x.shape": (2, 3)}, {"x.shape": (4, 3)}),
                    case("the second", {"a": 1, "b": 2}, {"a": 1, "b": 3}),
                    case("the first of two", {"a": 1, "b": 2}, {"b": 3, "a": 4}),
                    case("nothing to guard", {}, {}),
                ),
            ),
            Group(
                "missing names",
                1,
                property="A name that only one of the two has fails, guards before facts.",
                hint="`facts[name]` is a KeyError for a name that is not there. And what about "
                "facts that nobody guarded?",
                cases=(
                    case("a fact is gone", {"a": 1, "b": 2}, {"a": 1}),
                    case("a new fact", {"a": 1}, {"a": 1, "b": 2}),
                    case("gone and new", {"a": 1, "b": 2}, {"c": 3, "a": 1}),
                    case("None is a value", {"a": None}, {}),
                ),
            ),
            Group(
                "types count",
                0.5,
                property="1 is not True and not 1.0: the graph was captured with one of them.",
                hint="`1 == True` holds in Python. Compare the types as well.",
                cases=(
                    case("1 and True", {"training": True}, {"training": 1}),
                    case("1 and 1.0", {"scale": 1}, {"scale": 1.0}),
                ),
            ),
        ),
    )
)


# --- 9


def played(tape_gradient, text, target, sources, ones):
    steps = tape(text)
    found = tape_gradient(steps, target, list(sources), ones)
    return {"gradients": found, "steps played": [s.text for s in steps if s.played]}


def sum_over_paths(text, target, sources, ones):
    """The definition: for each source, over all paths from the target, the product along it."""
    steps, paths, played = tape(text), {}, set()

    def follow(name, gradient):
        paths.setdefault(name, []).append(gradient)
        for step in steps:
            if name in step.outs:
                played.add(step.text)
                here = (step.outs.index(name) + 1) * gradient
                for x, factor in zip(step.inputs, step.factors, strict=True):
                    if factor is not None:
                        follow(x, factor * here)

    follow(target, ones)
    found = [torch.stack(paths[s]).sum(0) if s in paths else None for s in sources]
    return {"gradients": found, "steps played": [s.text for s in steps if s.text in played]}


ONE = tensor(1.0)

register(
    Exercise(
        "tape_gradient",
        lecture=LECTURE,
        title="Play the tape backwards",
        slot=True,
        points=5,
        minutes=25,
        difficulty=3,
        oracle=sum_over_paths,
        call=played,
        shown_as="tape_gradient",
        forbids=("penlight.graphs.tape.tape_gradient",),
        groups=(
            Group(
                "one path",
                1.5,
                property="Steps are played from the last to the first, each with what arrived at "
                "its outs.",
                hint="A dict {value: gradient} that begins with the target.",
                cases=(
                    case("one step", "y <- 3*x", "y", ["x"], ONE),
                    case("two steps", "a <- 3*x; y <- 5*a", "y", ["x", "a"], ONE),
                    case("the target itself", "y <- 3*x", "y", ["y"], ONE),
                    case("two inputs", "y <- 3*x, 4*w", "y", ["w", "x"], randn(2)),
                ),
            ),
            Group(
                "gradients add up",
                1.5,
                property="Where several gradients arrive at a value, their sum counts, and no "
                "tensor is changed in place.",
                hint="Is there something already? Then add, and make a new tensor: `+=` writes "
                "into memory that others read.",
                cases=(
                    case("twice the same", "y <- 3*x, 4*x", "y", ["x"], ONE),
                    case("two ways", "a <- 2*x; b <- 5*x; y <- 3*a, 7*b", "y", ["x"], ONE),
                    case("a shortcut", "a <- x; y <- a, x", "y", ["x", "a", "y"], ONE),
                ),
            ),
            Group(
                "what does not depend",
                1,
                property="None for a source without a path; steps that nothing reaches are not "
                "played.",
                hint="`None` is no number: ask before you add. A step whose outs all lack a "
                "gradient has nothing to send.",
                cases=(
                    case("another branch", "a <- 3*x; y <- 5*w", "y", ["x", "w"], ONE),
                    case("no gradient for it", "y <- 3*x, ~k", "y", ["k", "x"], ONE),
                    case("later than the target", "y <- 3*x; z <- 5*y", "y", ["x"], ONE),
                    case("nothing on tape", "", "y", ["x"], ONE),
                ),
            ),
            Group(
                "several outs",
                1,
                property="`pullback` is given one entry for each out, None where none arrived.",
                hint="The list is as long as `step.outs`, and in its order.",
                cases=(
                    case("only the second", "p, q <- 3*x; y <- 5*q", "y", ["x"], ONE),
                    case("both", "p, q <- 3*x; y <- 5*q, 7*p", "y", ["x"], ONE),
                ),
            ),
        ),
    )
)
