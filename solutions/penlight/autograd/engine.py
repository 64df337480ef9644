"""Backward: walk the graph from a result to the leaves, adding up what arrives at each node."""

import sys

import numpy as np

from penlight.autograd import anomaly
from penlight.autograd.modes import set_grad_enabled
from penlight.autograd.node import AccumulateGrad, edge_of
from penlight.broadcasting import unbroadcast
from penlight.broadcasting.undoing import sum_to
from penlight.slots import slot
from penlight.tensors.devices import array_module, move
from penlight.tensors.dtypes import from_numpy_dtype
from penlight.tensors.operation import kernels, recorder, vocabulary
from penlight.tensors.tensor import Tensor, alias, as_array, teach, wrap


@slot(exercise="04_autograd")
def topological_order(root):
    """Every node that can be reached from `root`, once, each before the nodes it points to.

    `node.next_functions` holds pairs (node, number); the node is None where no gradient goes.
    Example: for root -> a, root -> b, a -> b the order is [root, a, b].
    """
    order, seen = [], set()
    stack = [(root, False)]
    while stack:
        node, finished = stack.pop()
        if finished:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((to, False) for to, _ in node.next_functions if to is not None)
    return order[::-1]


@slot(exercise="04_autograd")
def backpropagate(order, visit):
    """Carry gradients through the nodes of `order`; returns {place: gradient}, added up.

    A place is a pair (node, number), as in `next_functions`. `visit(node, arrived)` looks up what
    has arrived at the node, applies its rule, and gives pairs (place, gradient) to send on.
    """
    arrived = {}
    for node in order:
        for place, gradient in visit(node, arrived):
            if place in arrived:
                arrived[place] = arrived[place] + gradient
            else:
                arrived[place] = gradient
    return arrived


@slot(exercise="04_autograd")
def accumulate_grad(leaf, grad):
    """Add `grad` to `leaf.grad`, which is None as long as no gradient has arrived.

    Example: twice the gradient 12. makes a `.grad` of 24.
    """
    if leaf.grad is None:
        leaf.grad = grad
    else:
        leaf.grad += grad


class GraphRoot:
    """Where a backward pass begins: it sends the given gradients to the nodes of the results."""

    def __init__(self, edges, grads):
        self.next_functions = tuple(edges)
        self.sends = list(zip(edges, grads, strict=True))

    def name(self) -> str:
        return "GraphRoot"


def run(edges, grads, m, *, keep: bool, wanted=None):
    """Send `grads` back from `edges`; returns {edge: gradient} for the edges in `wanted`.

    `m` is the vocabulary: `kernels(...)` for plain arrays, `vocabulary` for tensors that are
    recorded again. Without `wanted`, every leaf's `.grad` is added to; with it, none is, and only
    the nodes on the way to a wanted edge run. Unless `keep`, saved tensors are released.
    """
    root = GraphRoot(edges, grads)
    order = topological_order(root)
    needed = None if wanted is None else _leading_to(order, wanted)
    visitor = _Visitor(root, m, keep, wanted, needed)
    raw = m is vocabulary or backpropagate.is_reference
    # A student's loop adds up tensors, whatever the rules work on.
    backpropagate(order, visitor.visit if raw else visitor.visit_in_tensors)
    return visitor.captured


class _Visitor:
    """What one backward pass does at each node."""

    def __init__(self, root, m, keep, wanted, needed):
        self.root, self.m, self.keep = root, m, keep
        self.wanted, self.needed, self.captured = wanted, needed, {}
        self.last_sent = None  # id of the gradient that the loop in `backpropagate` still holds

    def visit_in_tensors(self, node, arrived):
        """`visit`, with tensors for the arrays that are sent on."""
        return [(edge, wrap(g)) for edge, g in self.visit(node, arrived)]

    def visit(self, node, arrived):
        """Take what has arrived at `node`; the pairs (edge, gradient) that it sends on."""
        if node is self.root:
            return node.sends
        here = self._take(node, arrived)
        m, wanted, needed = self.m, self.wanted, self.needed
        if here is None or (needed is not None and node not in needed):
            return ()
        if node.prehooks:
            here = _run_prehooks(node, here, m)
        if wanted is not None:
            for number, g in enumerate(here):
                if (node, number) in wanted:
                    self.captured[node, number] = g
        if type(node) is AccumulateGrad:
            if wanted is None:
                _accumulate(node.variable, here, m, self.last_sent)
                if node.posthooks:
                    for hook in list(node.posthooks.values()):
                        hook(node.variable)
            return ()
        if needed is not None and not any(to in needed for to, _ in node.next_functions):
            return ()
        results = anomaly.apply(node, m, here) if anomaly.is_on() else node.apply(m, here)
        if node.posthooks:
            results = _run_posthooks(node, results, here, m)
        if not self.keep:
            node.release()
        sends = []
        for edge, g in zip(node.next_functions, results, strict=True):
            to, number = edge
            if g is not None and to is not None:
                g = _fit(g, to.output_facts[number], m)
                self.last_sent = id(g)
                sends.append((edge, g))
        return sends

    def _take(self, node, arrived):
        """The gradients of the outputs of `node`, None where there is none; None if all are."""
        count = len(node.output_facts)
        if count == 1:
            here = [arrived.pop((node, 0), None)]
        else:
            here = [arrived.pop((node, number), None) for number in range(count)]
        if here[0] is None and all(g is None for g in here):
            return None
        if self.m is not vocabulary:
            for number, g in enumerate(here):
                if type(g) is not np.ndarray:
                    here[number] = _raw(g)
        return here


def _raw(g):
    """The array of what a sum has made: a tensor, a NumPy scalar, or an array already."""
    g = g._array if isinstance(g, Tensor) else g
    return None if g is None else as_array(g)


def _fit(g, facts, m):
    """`g` with the shape, type and device of the input that it belongs to."""
    shape, dtype = facts
    if type(g) is np.ndarray and g.dtype is dtype and g.shape == shape:
        return g
    if m is vocabulary:
        if g._array.shape != shape:
            g = unbroadcast(g, shape)
        return g if g._array.dtype == dtype else g.to(from_numpy_dtype(dtype))
    if g.shape != shape:
        g = sum_to(g, shape)
    if g.dtype != dtype:
        g = g.astype(dtype)
    return as_array(g)


def _leading_to(order, wanted):
    """The nodes of `order` from which a wanted edge can be reached."""
    needed = {node for node, _ in wanted}
    for node in reversed(order):
        if any(to in needed for to, _ in node.next_functions):
            needed.add(node)
    return needed


def _accumulate(leaf, arrived, m, last_sent=None):
    g = arrived[0]
    before = leaf._grad
    if m is vocabulary:  # recorded: what was there before must stay as it is
        leaf._grad = g if before is None else before + g
        return
    if type(g) is not type(leaf._array):
        g = move(g, leaf.device)
    if before is None:
        # Keep the array itself if nothing else can see it: it owns its memory, and besides this
        # function only `arrived` refers to it, and the loop that has just sent it (PyTorch decides
        # the same way).
        known = 4 if id(g) == last_sent else 3
        mine = g.base is None and sys.getrefcount(g) <= known and g.strides == leaf._array.strides
        g = g if mine else _copy_like(g, leaf._array)
    if before is None and accumulate_grad.is_reference:
        leaf._grad = wrap(g)  # what the slot does, without the checks that users need
    else:
        accumulate_grad(leaf, wrap(g))


def _copy_like(g, array):
    made = array_module(array).empty_like(array, dtype=g.dtype)
    made[...] = g
    return made


def _run_prehooks(node, arrived, m):
    """Tensor hooks: each sees the gradient of one output and may return another in its place."""
    hooks = sorted(node.prehooks.values(), key=lambda each: hasattr(each[1], "keeps"))
    for number, hook in hooks:  # `retain_grad` keeps what all others leave
        g = arrived[number]
        if g is None:
            continue
        result = hook(g if m is vocabulary else wrap(g))
        if result is not None:
            arrived[number] = result if m is vocabulary else result._array
    return arrived


def _run_posthooks(node, results, arrived, m):
    """Node hooks: each sees the gradients going out and those that came in."""

    def shown(grads):
        return tuple(g if m is vocabulary or g is None else wrap(g) for g in grads)

    for hook in list(node.posthooks.values()):
        changed = hook(shown(results), shown(arrived))
        if changed is not None:
            results = [g if m is vocabulary or g is None else g._array for g in changed]
    return results


# --- what users call ----------------------------------------------------------------------------


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradients of `tensors` to the `.grad` of every leaf (or of `inputs`) behind them.

    `grad_tensors` are the cotangents, needed for tensors with more than one element.
    """
    results = (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)
    cotangents = _cotangents(results, grad_tensors, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    wanted = None
    if inputs is not None:
        inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
        if not inputs:
            raise RuntimeError("'inputs' argument to backward() cannot be empty.")
        wanted = {edge_of(x) for x in inputs}
    captured = _start(results, cotangents, create_graph, keep, wanted)
    for x in inputs or ():
        g = captured.get(edge_of(x))
        if g is not None:
            _accumulate(x, [g], vocabulary if create_graph else None)


def grad(
    outputs,
    inputs,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    allow_unused=None,
    materialize_grads=False,
):
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `.grad` changes."""
    outputs = (outputs,) if isinstance(outputs, Tensor) else tuple(outputs)
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    for x in inputs:
        if not x._requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    cotangents = _cotangents(outputs, grad_outputs, create_graph)
    keep = create_graph if retain_graph is None else retain_graph
    edges = [edge_of(x) for x in inputs]
    captured = _start(outputs, cotangents, create_graph, keep, set(edges))
    results = []
    for x, edge in zip(inputs, edges, strict=True):
        g = captured.get(edge)
        if g is None and materialize_grads:
            g = array_module(x._array).zeros_like(x._array)
        elif g is None and not allow_unused:
            raise RuntimeError(
                "One of the differentiated Tensors appears to not have been used in the graph. "
                "Set allow_unused=True if this is the desired behavior."
            )
        results.append(g if g is None or isinstance(g, Tensor) else wrap(g))
    return tuple(results)


def _start(results, cotangents, create_graph, keep, wanted):
    edges = []
    for number, each in enumerate(results):
        if not each._requires_grad:
            raise RuntimeError(
                f"element {number} of tensors does not require grad and does not have a grad_fn"
            )
        edges.append(edge_of(each))
    if create_graph or recorder.capturing is not None:  # a capture hears of operations on tensors
        with set_grad_enabled(bool(create_graph)):
            return run(edges, cotangents, vocabulary, keep=keep, wanted=wanted)
    with set_grad_enabled(False):
        arrays = [g._array for g in cotangents]
        return run(edges, arrays, kernels(array_module(arrays[0])), keep=keep, wanted=wanted)


def _cotangents(results, given, create_graph):
    given = (given,) if given is None or isinstance(given, Tensor) else tuple(given)
    given = given if len(given) == len(results) else given * len(results)
    out = []
    for result, g in zip(results, given, strict=True):
        if g is None:
            if result._array.size != 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            g = wrap(array_module(result._array).ones_like(result._array))
        elif g._array.shape != result._array.shape:
            raise RuntimeError(
                "Mismatch in shape: grad_output[0] has a shape of "
                f"{g.shape} and output[0] has a shape of {result.shape}."
            )
        out.append(g)
    return out


@teach("backward")
def _backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
    """Add the gradient of this tensor to the `.grad` of every leaf it was computed from."""
    backward(self, gradient, retain_graph, create_graph, inputs)


@teach()
def detach(self) -> Tensor:
    """The same memory without the history: nothing flows back through the result."""
    if recorder.capturing is not None:
        with set_grad_enabled(False):
            return vocabulary.alias(self)
    return alias(self, self._array)
