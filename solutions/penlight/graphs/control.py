"""Control flow in a graph: nodes that hold a graph for each branch, or for a loop's test and body.

`if_`, `while_` and the rest stand in for Python's own statements in a function that `script` has
rewritten. Where the test is a plain Python value they do what Python does; where it is a tensor and
a capture is running, both branches are captured.
"""

from __future__ import annotations

import numpy as np

from penlight.graphs.compute import compute_arrays, compute_tensors, control
from penlight.graphs.ir import Graph, Node, Value
from penlight.graphs.running import Program, execute
from penlight.graphs.traced import CaptureError, Traced
from penlight.graphs.tree import flatten, unflatten
from penlight.tensors.operation import recorder
from penlight.tensors.tensor import Tensor, wrap


class ScriptError(CaptureError):
    """A function that `script` was given does something that it does not cover."""


class Undefined:
    """Stands for a variable that has no value, on one way through the program at least."""

    def __getattr__(self, name):
        raise ScriptError("a variable is used that only one branch of an if sets, or only a loop")


UNDEFINED = Undefined()


def get(read):
    """The value of a variable, or `UNDEFINED`."""
    try:
        return read()
    except NameError:
        return UNDEFINED


def _is_traced(test) -> bool:
    return isinstance(test, Traced) and recorder.capturing is not None


def given(value):
    """What a function returns; ScriptError if part of it has no value."""
    _, plan = flatten(value)
    if _holds_undefined(plan):
        raise ScriptError("a result is set on one way through an if only, or only inside a loop")
    return value


def _holds_undefined(plan) -> bool:
    if plan[0] == "plain":
        return plan[2] is UNDEFINED
    return plan[0] != "tensor" and any(
        _holds_undefined(each[1] if plan[0] is dict else each) for each in plan[1]
    )


def _tensors_in(plan) -> int:
    if plan[0] in ("plain", "tensor"):
        return int(plan[0] == "tensor")
    return sum(_tensors_in(each[1] if plan[0] is dict else each) for each in plan[1])


# --- what runs instead of Python's statements ---------------------------------------------------


def if_(test, then, orelse, values=(), names=()):
    """`then(*values)` or `orelse(*values)`, as `test` says."""
    if not _is_traced(test):
        return then(*values) if test else orelse(*values)
    if test._array.size != 1:
        raise ScriptError(f"the test of an if must be one truth value, got {list(test.shape)}")
    recording = recorder.capturing
    sides = [recording.branch(lambda side=side: side(*values)) for side in (then, orelse)]
    if names:
        _drop_undefined(sides)
    plans, outs = _agreed(sides, names)
    graphs, free = _closed(sides)
    node = Node("if", (recording.value_of(test), *free), tuple(graphs), outs, recorder.gradients)
    recording.nodes.append(node)
    chosen = sides[0] if bool(test._array.reshape(())) else sides[1]
    tensors = [recording.stand_in(x, v) for x, v in zip(chosen.tensors, outs, strict=True)]
    return unflatten(plans, tensors)


def _drop_undefined(sides) -> None:
    """A variable that one branch leaves without a value has none after the `if`."""
    nothing = ("plain", Undefined, UNDEFINED)
    lost = {k for side in sides for k, each in enumerate(side.plan[1]) if each == nothing}
    for side in sides:
        kept, place = [], 0
        for k, each in enumerate(side.plan[1]):
            count = _tensors_in(each)
            if k not in lost:
                kept += range(place, place + count)
            place += count
        plans = tuple(nothing if k in lost else each for k, each in enumerate(side.plan[1]))
        side.tensors = [side.tensors[k] for k in kept]
        side.outputs = [side.outputs[k] for k in kept]
        side.plan = (tuple, plans)


def _agreed(sides, names):
    """The plan that both branches' results have, and new values for their tensors."""
    first, second = sides
    if first.plan != second.plan:
        raise ScriptError(
            f"the two branches of an if must give {_listed(names)} the same kind of value: tensors "
            "in both, or one and the same plain value. A number that differs must be a tensor."
        )
    for a, b in zip(first.outputs, second.outputs, strict=True):
        if (a.shape, a.dtype) != (b.shape, b.dtype):
            raise ScriptError(
                f"the two branches of an if give {_listed(names)} as {a.type} and as {b.type}: "
                "shape and type must be the same"
            )
    recording = recorder.capturing
    return first.plan, tuple(
        recording.new_value("chosen", np.broadcast_to(np.empty((), v.dtype), v.shape))
        for v in first.outputs
    )


def _closed(parts, formals=()):
    """Graphs of recorded parts, with what they read from around as inputs, the same for all."""
    free: dict[Value, None] = {}
    for part in parts:
        made = {out for node in part.nodes for out in node.outs}
        read = [v for node in part.nodes for v in node.inputs] + part.outputs
        free |= dict.fromkeys(v for v in read if v not in made and v not in formals)
    inputs = (*formals, *free)
    graphs = [
        Graph(inputs=inputs, nodes=tuple(part.nodes), outputs=tuple(part.outputs)) for part in parts
    ]
    return graphs, tuple(free)


def while_(test, body, values, names):
    """`values = body(*values)` as long as `test(*values)`."""
    first = test(*values)
    if not _is_traced(first):
        while first:
            values = body(*values)
            first = test(*values)
            if _is_traced(first):
                return while_(test, body, values, names)
        return values
    # What only the body sets is its own business.
    carried = [k for k, each in enumerate(values) if each is not UNDEFINED]
    kept = [values[k] for k in carried]
    results = _loop(test, body, kept, carried, names)
    after = [UNDEFINED] * len(values)
    for k, value in zip(carried, results, strict=True):
        after[k] = value
    return tuple(after)


def _loop(test, body, kept, carried, names):
    recording = recorder.capturing
    tensors, plan = flatten(kept)
    initial = [recording.value_of(x) for x in tensors]
    formals = tuple(recording.new_value("carried", x._array) for x in tensors)

    def filled(shown):
        full = [UNDEFINED] * len(names)
        for k, value in zip(carried, unflatten(plan, shown), strict=True):
            full[k] = value
        return full

    def tested():
        return test(
            *filled([recording.stand_in(x, v) for x, v in zip(tensors, formals, strict=True)])
        )

    def turned():
        after = body(
            *filled([recording.stand_in(x, v) for x, v in zip(tensors, formals, strict=True)])
        )
        return [after[k] for k in carried]

    parts = [recording.branch(tested), recording.branch(turned)]
    if parts[1].plan != plan:
        raise ScriptError(
            f"a loop must leave {_listed(names)} the same kind of value at each turn: a Python "
            "number that changes in a loop over tensors must be a tensor"
        )
    for before, after in zip(formals, parts[1].outputs, strict=True):
        if (before.shape, before.dtype) != (after.shape, after.dtype):
            raise ScriptError(
                f"a loop takes {_listed(names)} as {before.type} and leaves it as {after.type}: "
                "shape and type must be the same at each turn"
            )
    graphs, free = _closed(parts, formals)
    outs = tuple(recording.new_value("looped", x._array) for x in tensors)
    recording.nodes.append(
        Node("while", (*initial, *free), tuple(graphs), outs, recorder.gradients)
    )
    results = [recording.stand_in(x, v) for x, v in zip(parts[1].tensors, outs, strict=True)]
    return unflatten(plan, results)


def for_(bounds, body, values, names):
    """The body for each number of `range(*bounds)`; bounds may be tensors."""
    if not any(_is_traced(each) for each in bounds):
        for i in range(*bounds):
            values = body(i, *values)
        return values
    start, stop, step = (0, *bounds, 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    if not isinstance(step, int) or step <= 0:
        raise ScriptError("range() over a tensor is covered for positive steps that are plain ints")
    like = next(each for each in bounds if isinstance(each, Tensor))
    counter = like * 0 + start

    def turn(i, *values):
        return (i + step, *body(i, *values))

    return while_(lambda i, *_: i < stop, turn, (counter, *values), ("the counter", *names))[1:]


def and_(*reads):
    """`a and b`: of tensors, their logical_and."""
    return _joined(reads, "logical_and", stop=lambda value: not value)


def or_(*reads):
    """`a or b`: of tensors, their logical_or."""
    return _joined(reads, "logical_or", stop=bool)


def _joined(reads, name, stop):
    result = None
    for k, read in enumerate(reads):
        value = read()
        if k == 0 or not _is_traced(result):
            result = value
            if not _is_traced(result) and stop(result):
                return result
        else:
            result = getattr(result, name)(
                value if isinstance(value, Tensor) else wrap(np.asarray(value))
            )
    return result


def not_(value):
    return value.logical_not() if _is_traced(value) else not value


def _listed(names) -> str:
    return ", ".join(map(repr, names)) or "its result"


# --- running such nodes -------------------------------------------------------------------------


def _run_inside(graph: Graph, inputs, m):
    if m == "tensors":
        known = dict(zip(graph.inputs, inputs, strict=True))
        known = execute(graph.nodes, known, compute_tensors)
        return [known[value] for value in graph.outputs]
    if not execute.is_reference:
        known = dict(zip(graph.inputs, inputs, strict=True))
        known = execute(graph.nodes, known, lambda node, xs: compute_arrays(node, xs, m))
        return [known[value] for value in graph.outputs]
    held = graph.__dict__.setdefault("_programs", {})
    if m not in held:
        held[m] = Program(graph, m)
    return held[m](*inputs)


def _run_if(node: Node, inputs, m):
    test, *free = inputs
    return tuple(_run_inside(node.attrs[0 if bool(test) else 1], free, m))


def _run_while(node: Node, inputs, m):
    count = len(node.outs)
    state, free = list(inputs[:count]), inputs[count:]
    test, body = node.attrs
    while bool(_run_inside(test, (*state, *free), m)[0]):
        state = _run_inside(body, (*state, *free), m)
    return tuple(state)


control["if"], control["while"] = _run_if, _run_while
