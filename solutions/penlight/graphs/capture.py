"""Capturing: run a function once on examples, and keep what it did as a graph."""

from __future__ import annotations

import inspect
import warnings
from functools import update_wrapper

from penlight.graphs.checking import difference, other_numbers
from penlight.graphs.ir import Effect, Graph, Value
from penlight.graphs.recording import Recording
from penlight.graphs.running import run
from penlight.graphs.traced import CaptureError, TracerWarning
from penlight.graphs.tree import flatten, unflatten
from penlight.nn.module import Module
from penlight.tensors.random import get_rng_state, set_rng_state
from penlight.tensors.tensor import Tensor, wrap


class Captured:
    """A graph that is called like the function it came from.

    graph  what runs; assign another (a pass's result) to run that instead
    """

    def __init__(self, graph: Graph, takes, gives, function=None):
        self.graph, self._takes, self._gives = graph, takes, gives
        if function is not None and hasattr(function, "__name__"):
            update_wrapper(self, function)

    def __call__(self, *args, **kwargs):
        tensors, plan = flatten((args, kwargs))
        if plan != self._takes:
            raise TypeError(
                "this graph was captured for arguments of another structure or with other plain "
                "values; arguments that are no tensors are constants of a graph"
            )
        for value, tensor in zip(self.graph.inputs, tensors, strict=True):
            if tensor._array.shape != value.shape or tensor._array.dtype != value.dtype:
                raise RuntimeError(
                    f"this graph was captured for {value}: {value.type}, and got "
                    f"{tensor.dtype} of shape {list(tensor.shape)}. Capture it again, or use "
                    "penlight.compile, which does so by itself."
                )
        return unflatten(self._gives, run(self.graph, tensors))

    def optimised(self, *passes) -> Captured:
        """The same with `passes` (functions Graph -> Graph) applied; without any, with all."""
        from penlight.graphs.passes import optimise

        graph = self.graph
        for each in passes or (optimise,):
            graph = each(graph)
        return Captured(graph, self._takes, self._gives)

    def parameters(self) -> list[Tensor]:
        return list(self.graph.parameters.values())

    def __str__(self):
        return str(self.graph)

    def __repr__(self):
        return f"<captured {self.graph!r}>"


def capture(function, *args, check: bool = True, **kwargs) -> Captured:
    """Run `function` (or a Module) once on these examples and keep what it did as a graph.

    Arguments and results may be nested tuples, lists and dicts. Tensors among the arguments are
    the inputs, everything else is a constant. Parameters, buffers and tensors that the function
    reaches by name are read anew at every run; other tensors are constants. What it writes to
    outside (running averages, `.grad`, a parameter under `no_grad`) the graph writes too, but the
    capture itself leaves no trace.

    check  capture once more with other numbers, and warn (TracerWarning) if the graphs differ

    Raises CaptureError for what a graph cannot hold, and warns (TracerWarning) where the function
    looks at a tensor's numbers to decide what to do.
    """
    tensors, takes = flatten((args, kwargs))
    names = _names(function, args, kwargs, tensors)
    given = [(x._array.copy(order="K"), x._requires_grad) for x in tensors]
    graph, gives = _record(function, names, given, takes)
    if check and given:
        _check(graph, function, names, given, takes)
    return Captured(without_unused(graph), takes, gives, function)


def _check(graph, function, names, given, takes) -> None:
    others = [(other_numbers(array), grad) for array, grad in given]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TracerWarning)  # said already
            again, _ = _record(function, names, others, takes)
    except Exception:  # the function may well refuse the made-up numbers
        return
    found = difference(graph, again)
    if found is not None:
        warnings.warn(
            f"The captured graph holds for these numbers only: {found}. What is computed outside "
            "penlight's operations (NumPy, Python numbers, nonzero, unique) cannot be captured.",
            TracerWarning,
            stacklevel=4,
        )


def _record(function, names, given, takes) -> tuple[Graph, tuple]:
    """The graph of one call on these (array, requires_grad), and the plan of its results."""
    state = get_rng_state()
    recording, inputs, grads = Recording(), [], None
    try:
        with recording:
            copies = [wrap(array).requires_grad_(grad) for array, grad in given]
            for name, copy in zip(names, copies, strict=True):
                inputs.append(recording.new_value(name, copy._array))
                recording.outside[inputs[-1]] = copy
                recording.bind(copy, inputs[-1])
            for name, tensor in named_outside(function).items():
                if recording.current(tensor) is None:
                    recording.refer(tensor, name)
            grads = _Grads(recording)
            arguments, named = unflatten(takes, copies)
            results, gives = flatten(function(*arguments, **named))
            outputs = [recording.value_of(each) for each in results]
            tracked = any(_differentiable(each) for each in results)
            effects = [*_writes(recording), *grads.effects()]
            copy = None
            del arguments, named, results, copies
    finally:
        set_rng_state(state)
        if grads is not None:
            grads.put_back()
    own = recording.forget()
    effects = tuple(effect for effect in effects if effect.target not in own)
    parameters = {v: t for v, t in recording.outside.items() if v not in inputs}
    graph = Graph(
        tuple(inputs), parameters, recording.constants, tuple(recording.nodes), tuple(outputs),
        effects, tracked,
    )  # fmt: skip
    return graph, gives


def without_unused(graph: Graph) -> Graph:
    """The graph without parameters and constants that nothing reads or writes."""
    used = {v for node in graph.nodes for v in node.inputs} | set(graph.results)
    targets = {effect.target for effect in graph.effects}
    return graph.with_(
        parameters={v: t for v, t in graph.parameters.items() if v in used or v in targets},
        constants={v: a for v, a in graph.constants.items() if v in used},
    )


def _differentiable(tensor) -> bool:
    """Whether a backward could start here: not where one has been through already."""
    if not tensor._requires_grad:
        return False
    return tensor.grad_fn is None or getattr(tensor.grad_fn, "parts", ()) is not None


def _writes(recording) -> list[Effect]:
    """Which tensors outside hold something else than before."""
    found = [(value, recording.current(tensor)) for value, tensor in recording.outside.items()]
    return [Effect("write", value, now) for value, now in found if now is not value]


class _Grads:
    """What happens to `.grad` of the leaves outside.

    While the function runs, each leaf that had a gradient has a stand-in: whether it is left
    alone, added to, replaced or cleared says what the graph must do.
    """

    def __init__(self, recording):
        self.recording = recording
        self.stand_ins: dict[Value, Value] = {}
        self.before = []
        for value, leaf in list(recording.outside.items()):
            self.before.append((leaf, leaf._grad))
            if leaf._requires_grad and leaf.grad_fn is None:
                stand_in = wrap(leaf._array * 0)
                self.stand_ins[value] = recording.new_value(f"{value}.grad", leaf._array)
                recording.bind(stand_in, self.stand_ins[value])
                leaf._grad = stand_in

    def effects(self) -> list[Effect]:
        recording, effects = self.recording, []
        for value, leaf in recording.outside.items():
            if value not in self.stand_ins:
                if leaf._grad is not None and recording.current(leaf._grad) is not None:
                    self.before.append((leaf, None))
                    effects.append(Effect("add", value, recording.current(leaf._grad)))
                continue
            if leaf._grad is None:
                effects.append(Effect("grad", value, None))
                continue
            now, start = recording.value_of(leaf._grad), self.stand_ins[value]
            if now is start:
                continue
            added = self._added(now, start)
            kind = "grad" if added is None else "add"
            effects.append(Effect(kind, value, now if added is None else added))
        read = {v for node in recording.nodes for v in node.inputs}
        for value, start in self.stand_ins.items():
            if start in read:
                raise CaptureError(
                    f"the captured function uses {value}.grad from before the call: clear it "
                    "first (zero_grad), or take gradients with penlight.autograd.grad"
                )
        return effects

    def _added(self, now: Value, start: Value) -> Value | None:
        """What was added to `start` to get `now`, if all that happened was adding."""
        nodes = self.recording.nodes
        maker = {node.out: node for node in nodes}
        chain = []
        while now is not start:
            node = maker.get(now)
            if node is None or node.op != "add" or len(node.inputs) != 2:
                return None
            chain.append(node)
            now = node.args[0]
        for node in chain:
            nodes.remove(node)
        total = chain[-1].args[1]
        for node in reversed(chain[:-1]):
            total = self.recording.add("add", (total, node.args[1]), (), node.out, grad=False)
        return total

    def put_back(self):
        for leaf, grad in self.before:
            leaf._grad = grad


# --- names --------------------------------------------------------------------------------------


def _names(function, args, kwargs, tensors) -> list[str]:
    """What to call the inputs: the function's argument names, numbered where one holds several."""
    function = function.forward if isinstance(function, Module) else function
    try:
        bound = inspect.signature(function).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        bound = {}
    names = []
    for name, given in bound.items():
        inside, _ = flatten(given)
        names += [name] if len(inside) == 1 else [f"{name}_{k}" for k in range(len(inside))]
    return names if len(names) == len(tensors) else [f"input_{k}" for k in range(len(tensors))]


def named_outside(function) -> dict[str, Tensor]:
    """The tensors that a module, or a function by its closure and globals, reaches by name."""
    found: dict[str, Tensor] = {}
    for name, thing in reached(function).items():
        if isinstance(thing, Module):
            prefix = f"{name}." if name else ""
            for inner, tensor in [*thing.named_parameters(), *thing.named_buffers()]:
                found[prefix + inner] = tensor
        elif isinstance(thing, Tensor) and thing.grad_fn is None:
            found[name] = thing
    return found


def reached(function) -> dict[str, object]:
    """What a function can reach besides its arguments: {name: module or tensor}."""
    if isinstance(function, Module):
        return {"": function}
    things: dict[str, object] = {}
    owner = getattr(function, "__self__", None)
    if isinstance(owner, Module):
        things[""] = owner
    try:
        outer = inspect.getclosurevars(inspect.unwrap(getattr(function, "__func__", function)))
    except TypeError:
        return things
    for name, thing in {**outer.globals, **outer.nonlocals}.items():
        if isinstance(thing, list | tuple):
            things |= {f"{name}[{k}]": each for k, each in enumerate(thing)}
        elif isinstance(thing, dict):
            things |= {f"{name}[{key}]": each for key, each in thing.items()}
        else:
            things[name] = thing
    return {name: each for name, each in things.items() if isinstance(each, Module | Tensor)}
