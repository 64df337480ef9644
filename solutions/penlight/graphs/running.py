"""Running a graph: step by step on tensors or arrays, or as straight Python code on arrays."""

from __future__ import annotations

import math
import threading

import numpy as np

from penlight.autograd.modes import set_grad_enabled
from penlight.graphs.compute import STRETCH, array_line, compute_arrays, compute_tensors, control
from penlight.graphs.ir import CONTROL, Graph, Node, Value
from penlight.graphs.order import live_ranges
from penlight.slots import EmptySlot, slot
from penlight.tensors.devices import array_module
from penlight.tensors.operation import recorder
from penlight.tensors.tensor import Tensor, wrap


@slot(exercise="07_graphs")
def execute(nodes, known, compute):
    """Run `nodes` in order; returns `known` with what they made.

    known    {value: what it holds}, for all values that no node makes
    compute  `compute(node, inputs)` gives a tuple, one result for each of `node.outs`; `inputs`
             holds what each value of `node.inputs` holds
    """
    for node in nodes:
        inputs = [known[value] for value in node.inputs]
        for out, result in zip(node.outs, compute(node, inputs), strict=True):
            known[out] = result
    return known


def run(graph: Graph, tensors) -> list[Tensor]:
    """The outputs of `graph` for these inputs; then its effects happen.

    RuntimeError if a parameter has another shape or type than it had when the graph was made.
    """
    parameters = graph.parameters
    if _needs_tensors(graph, tensors):
        known = dict(zip(graph.inputs, tensors, strict=True)) | parameters
        known |= {value: wrap(array) for value, array in graph.constants.items()}
        execute(graph.nodes, known, compute_tensors)
        results = [known[value] for value in graph.results]
    else:
        arrays = [x._array for x in tensors]
        for value, tensor in parameters.items():
            array = tensor._array
            if array.shape != value.shape or array.dtype != value.dtype:
                raise RuntimeError(
                    f"parameter {value} was {value.type} when the graph was made, and is now "
                    f"{list(array.shape)}: capture the function again"
                )
            arrays.append(array)
        results = [wrap(array) for array in _program(graph, arrays)(*arrays)]
    outputs = results[: len(graph.outputs)]
    if graph.effects:
        _apply_effects(graph, tensors, iter(results[len(graph.outputs) :]))
    return outputs


def _needs_tensors(graph: Graph, tensors) -> bool:
    """Whether someone listens: autograd, forward mode, or the capture of another graph."""
    given = (*tensors, *graph.parameters.values())
    if recorder.capturing is not None:
        return True
    return graph.tracked and recorder.active and any(x._tracked for x in given)


def _apply_effects(graph: Graph, tensors, results) -> None:
    known = dict(zip(graph.inputs, tensors, strict=True)) | graph.parameters
    todo = [(e, known[e.target], None if e.value is None else next(results)) for e in graph.effects]
    for k, (effect, target, value) in enumerate(todo):
        # A window on memory (the old value of a parameter, say) that another effect may overwrite.
        if value is not None and (
            value._array.base is not None or value is known.get(effect.value)
        ):
            todo[k] = (effect, target, value.clone())
    for effect, target, value in todo:
        if effect.kind == "write":
            if recorder.active and target._tracked:
                with set_grad_enabled(recorder.gradients and not target.is_leaf):
                    target.copy_(value)
            else:
                target._array[...] = value._array
                target.storage().version += 1
        elif effect.kind == "grad" or target.grad is None:
            target.grad = value
        else:
            target.grad = target.grad + value


# --- straight code ------------------------------------------------------------------------------

_programs: dict[tuple, object] = {}


def _program(graph: Graph, arrays):
    """The graph as one function on arrays, made at the first run."""
    module = array_module(arrays[0]) if arrays else np
    held = graph.__dict__.setdefault("_programs", {})  # dies with the graph
    key = (module, execute.current)
    if key not in held:
        reference = execute.is_reference and live_ranges.is_reference
        held[key] = Program(graph, module) if reference else _stepwise(graph, module)
    return held[key]


def _stepwise(graph: Graph, module):
    """The graph on arrays, by a transplanted `execute`."""

    def program(*arrays):
        known = dict(zip((*graph.inputs, *graph.parameters), arrays, strict=True))
        known |= {value: array.copy() for value, array in graph.constants.items()}
        execute(graph.nodes, known, lambda node, inputs: compute_arrays(node, inputs, module))
        return [known[value] for value in graph.results]

    return program


class Program:
    """A graph written out as Python code: one line a node, with the kernels bound to names.

    `source` is that code. Looking up operations, checking arguments and asking who listens were
    done once, when the code was written.
    """

    def __init__(self, graph: Graph, module=np):
        self.graph, self.module = graph, module
        self.bound: dict[str, object] = {}
        self._local = threading.local()
        self._names: dict[Value, str] = {}
        self._slots = self._lay_out()
        self.source = self._write()
        # Warnings of NumPy are silenced by the name of the module that they come from.
        space = {**self.bound, "__name__": "penlight.graphs.program"}
        exec(compile(self.source, "<captured graph>", "exec"), space)
        self._function = space["program"]

    def __call__(self, *arrays):
        if not self._slots:
            return self._function((), *arrays)
        if not hasattr(self._local, "buffers"):  # for each thread its own
            self._local.buffers = self._make_buffers()
        return self._function(self._local.buffers, *arrays)

    def bind(self, thing) -> str:
        """A name under which the code finds `thing`."""
        name = f"k{len(self.bound)}"
        self.bound[name] = thing
        return name

    def name(self, value: Value) -> str:
        """The variable that holds `value`."""
        if value not in self._names:
            self._names[value] = f"v{len(self._names)}"
        return self._names[value]

    def _lay_out(self):
        """The values that live in shared buffers, each with its place in the list of windows."""
        return {value: place for place, value in enumerate(self.graph.buffers)}

    def _make_buffers(self):
        sizes: dict[int, int] = {}
        for value, number in self.graph.buffers.items():
            sizes[number] = max(sizes.get(number, 0), value.nbytes)
        memory = {number: self.module.empty(size, "uint8") for number, size in sizes.items()}
        return [
            memory[number][: value.nbytes].view(value.dtype).reshape(value.shape)
            for value, number in self.graph.buffers.items()
        ]

    def _write(self) -> str:
        graph = self.graph
        given = ", ".join(["buffers", *map(self.name, (*graph.inputs, *graph.parameters))])
        lines = [f"def program({given}):"]
        for value, array in graph.constants.items():
            self._names[value] = self.bind(array)
        kept = {*graph.inputs, *graph.parameters, *graph.constants, *graph.buffers}
        dying: dict[int, list[Value]] = {}
        try:
            ranges = live_ranges(graph.nodes, graph.results)
        except EmptySlot:  # everything is kept to the end, then
            ranges = {}
        for value, (_, last) in ranges.items():
            if value not in kept:
                dying.setdefault(last, []).append(value)
        for step, node in enumerate(graph.nodes):
            lines += [f"    {self._line(each)}" for each in self._opened(node)]
            names = [self.name(v) for v in dying.get(step, ())]
            if names:
                lines.append(f"    del {', '.join(names)}")
        constants = set(graph.constants)
        results = [self.name(v) + (".copy()" if v in constants else "") for v in graph.results]
        lines.append(f"    return [{', '.join(results)}]")
        return "\n".join(lines) + "\n"

    def _opened(self, node: Node):
        """The nodes inside a fused node that is one stretch only, so that no call is lost on it."""
        if node.op != "fused" or math.prod(node.out.shape) > STRETCH:
            return [node]
        (inside,) = node.attrs
        for formal, value in zip(inside.inputs, node.args, strict=True):
            self._names[formal] = self.name(value)
        self._names[inside.outputs[0]] = self.name(node.out)
        return inside.nodes

    def _line(self, node: Node) -> str:
        targets = ", ".join(map(self.name, node.outs))
        out = self._slots.get(node.outs[0])
        if node.op not in CONTROL:
            written = array_line(node, self, None if out is None else f"buffers[{out}]")
            if written is not None:
                return f"{targets} = {written}"
        inputs = ", ".join(map(self.name, node.inputs))
        if out is not None:  # a fused node
            step = self.bind(lambda out, *inputs: control[node.op](node, inputs, self.module, out))
            return f"{targets}, = {step}(buffers[{out}], {inputs})"
        step = self.bind(lambda *inputs: compute_arrays(node, inputs, self.module))
        comma = "," if len(node.outs) == 1 else ""
        return f"{targets}{comma} = {step}({inputs})"


def program_of(graph: Graph) -> Program:
    """The straight code that runs `graph` on the CPU."""
    return Program(graph)
