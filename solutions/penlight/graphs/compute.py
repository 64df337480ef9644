"""One node: what it computes on tensors, on arrays, and as a line of code."""

from __future__ import annotations

import math

import numpy as np

from penlight.autograd.modes import set_grad_enabled
from penlight.graphs.ir import CONTROL, Node, Value, substitute, values_in
from penlight.tensors.meeting import broadcast
from penlight.tensors.operation import recorder, table, vocabulary
from penlight.tensors.random import draws
from penlight.tensors.tensor import Tensor, as_array, wrap

# How many elements a fused node computes at a time: a few such arrays fit in a core's cache.
STRETCH = 2**14

# What runs the nodes of CONTROL: {op: f(node, inputs, m)}, m "tensors" or an array module. The
# modules that make such nodes add to it.
control: dict[str, object] = {}


def filled(node: Node, inputs) -> tuple[tuple, tuple]:
    """The arguments and attributes of a node with what each of its values holds."""
    left = iter(inputs)
    return substitute((node.args, node.attrs), lambda _: next(left))


def compute_tensors(node: Node, inputs) -> tuple[Tensor, ...]:
    """Run a node on tensors: autograd, if it is listening, hears of it as of any operation."""
    with set_grad_enabled(recorder.gradients and node.grad):
        if node.op in CONTROL:
            return control[node.op](node, inputs, "tensors")
        args, attrs = filled(node, inputs)
        # In attributes stand arrays: positions that an index picks.
        attrs = _raw(attrs)
        if node.op in draws:
            return (draw(node.op, args, attrs),)
        entry = table[node.op]
        call = getattr(vocabulary, node.op)
        if entry.variadic:
            result = call(*args, **dict(zip(entry.attrs, attrs, strict=True)))
        else:
            result = call(*args, *attrs)
    return result if type(result) is tuple else (result,)


def _raw(structure):
    """Nested tuples with arrays in place of tensors."""
    if isinstance(structure, Tensor):
        return structure._array
    if isinstance(structure, tuple):
        items = [_raw(each) for each in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    return structure


def draw(name, args, attrs) -> Tensor:
    """Random numbers: `attrs` holds the arguments by place and by name of the drawing function.

    A function that overwrites a tensor has its shape and type there too, and the order of its
    dimensions in memory where that is not row by row.
    """
    rest, named, *like = attrs
    args = [x.detach() if isinstance(x, Tensor) else x for x in args]
    if like:
        shape, dtype, *order = like
        order = order[0] if order else tuple(range(len(shape)))
        place = np.empty([shape[d] for d in order], dtype).transpose(np.argsort(order))
        args = [wrap(place), *args]
    return draws[name](*args, *rest, **dict(named))


def compute_arrays(node: Node, inputs, module=np) -> tuple:
    """Run a node on arrays of `module`."""
    if node.op in CONTROL:
        return control[node.op](node, inputs, module)
    args, attrs = filled(node, inputs)
    if node.op in draws:
        args = tuple(wrap(x) if hasattr(x, "dtype") else x for x in args)
        return (draw(node.op, args, attrs)._array,)
    entry = table[node.op]
    if entry.variadic:
        named = dict(zip(entry.attrs, attrs, strict=True))
        result = entry.kernel(module)(*args, **named)
    else:
        if entry.promote is not None:
            args = _met(node, args, module)
        result = entry.kernel(module)(*args, *attrs)
    result = result if type(result) is tuple else (result,)
    return tuple([as_array(each) for each in result])


def _met(node: Node, args, module):
    """Operands of an element-wise operation: numbers of the tensors' type, shapes that fit.

    Capture has put a cast where tensors differ in type, so that they need not be compared again.
    """
    common = next(values_in(node.args)).dtype
    args = [
        x if hasattr(x, "dtype") else module.asarray(np.asarray(x).astype(common)) for x in args
    ]
    if len({x.shape for x in args if x.ndim}) > 1:
        args = broadcast.arrays(args)
    return args


def _only(result):
    """The one result of a kernel that gives a tuple of as many as there are (`unbind`)."""
    return result[0] if type(result) is tuple else result


def array_line(node: Node, program, out: str | None) -> str | None:
    """The call that computes a node, as code of `program`; None if it is not so simple.

    `out` names a buffer for the result; only `writes_into_buffer` nodes are given one.
    """
    if node.op in draws:
        return None
    entry = table[node.op]
    shapes = {value.shape for value in node.inputs if value.shape}
    whole = isinstance(entry.forward, str)
    if entry.variadic or len(node.outs) > 1 or (entry.promote and not whole and len(shapes) > 1):
        return None
    if any(hasattr(each, "_fields") and any(values_in(each)) for each in node.attrs):
        return None

    def code(item, common=None):
        if isinstance(item, Value):
            return program.name(item)
        if type(item) is tuple and any(values_in(item)):
            return f"({''.join(code(each) + ', ' for each in item)})"
        if common is not None and type(item) in (bool, int, float, complex):
            item = program.module.asarray(np.asarray(item).astype(common))
        return "None" if item is None else program.bind(item)

    common = next(iter(node.inputs)).dtype if entry.promote else None
    parts = [code(each, common) for each in node.args] + [code(each) for each in node.attrs]
    if out is not None:
        parts.append(f"out={out}")
    call = f"{program.bind(entry.kernel(program.module))}({', '.join(parts)})"
    if entry.promote is None and not whole:
        call = f"{program.bind(_only)}({call})"
    # NumPy gives bare numbers for results without dimensions.
    return f"{program.bind(as_array)}({call})" if node.out.shape == () else call


def writes_into_buffer(node: Node) -> bool:
    """Whether the result of a node can be put into memory that is there already: ufuncs only."""
    if node.op == "fused":
        return math.prod(node.out.shape) > STRETCH
    if node.op in CONTROL or node.op in draws or len(node.outs) > 1 or node.out.shape == ():
        return False
    return isinstance(table[node.op].forward, str)
