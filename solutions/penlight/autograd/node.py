"""The graph: a result points to the node that made it, a node to where its inputs came from."""

from collections import namedtuple

from penlight.tensors.dtypes import c_name, from_numpy_dtype
from penlight.tensors.operation import Operation, vocabulary
from penlight.tensors.tensor import Tensor, alias

NO_EDGE = (None, 0)
Facts = namedtuple("Facts", "shape dtype")


class Saved:
    """A tensor that a rule will need, with the version it had when it was saved.

    `node` is set when the tensor is the node's own result: the node must not keep its result
    alive, so it saves a window on the same memory, and gives it its place in the graph back when
    it is read.
    """

    __slots__ = ("node", "output", "tensor", "version")

    def __init__(self, tensor, node=None, output=0):
        self.node, self.output = node, output
        self.tensor = tensor if node is None else alias(tensor, tensor._array)
        storage = tensor._storage
        self.version = 0 if storage is None else storage.version

    def read(self, by) -> Tensor:
        """The tensor; RuntimeError if someone has written over it since."""
        tensor = self.tensor
        storage = tensor._storage
        if storage is not None and storage.version != self.version:
            raise RuntimeError(
                "one of the variables needed for gradient computation has been modified by an "
                f"inplace operation: [torch.{_tensor_type(tensor)} {list(tensor._array.shape)}]"
                f"{_made_by(tensor, self)}, is at version {storage.version}; expected version "
                f"{self.version} instead. Hint: enable anomaly detection to find the operation "
                "that failed to compute its gradient, with "
                "torch.autograd.set_detect_anomaly(True)."
            )
        if by is not None and self.node is not None:
            tensor = alias(tensor, tensor._array)
            attach(tensor, by, self.output)
        return tensor


def _tensor_type(tensor) -> str:
    return f"{'cuda.' if tensor.is_cuda else ''}{c_name(tensor.dtype)}Tensor"


def _made_by(tensor, saved) -> str:
    name = saved.node or (tensor.grad_fn and tensor.grad_fn.name())
    return f", which is output {saved.output} of {name}" if name else ""


class Node:
    """One recorded operation.

    next_functions  for each tensor input, (the node that made it, which of its outputs); a leaf
                    that requires a gradient has an `AccumulateGrad` node, others (None, 0)
    output_facts    shape and type (NumPy's) of each output
    parts           what the rules named, one after the other; None once it has been freed

    Flat and few, because Python's garbage collector walks through every container again and again.
    """

    __slots__ = (
        "__weakref__",
        "holds",
        "next_functions",
        "output_facts",
        "parts",
        "posthooks",
        "prehooks",
        "trace",
    )
    entry: Operation

    def name(self) -> str:
        name = type(self).__name__
        return f"torch::autograd::{name}" if name in _WRITTEN_BY_HAND else name

    def __repr__(self):
        return f"<{type(self).__name__} object at {hex(id(self))}>"

    @property
    def _input_metadata(self):
        """Shape and type of each gradient that comes in, that is, of each output."""
        return [Facts(shape, from_numpy_dtype(dtype)) for shape, dtype in self.output_facts]

    def apply(self, m, grads):
        """The gradient of each input, from `grads` of the outputs (None where there is none).

        `m` is the vocabulary to compute in: raw arrays, or tensors when a graph of the gradient
        is wanted.
        """
        if self.parts is None:
            raise RuntimeError(
                "Trying to backward through the graph a second time (or directly access saved "
                "tensors after they have already been freed). Saved intermediate values of the "
                "graph are freed when you call .backward() or autograd.grad(). Specify "
                "retain_graph=True if you need to backward through the graph a second time or if "
                "you need to access saved tensors after calling backward."
            )
        g = grads[0] if len(grads) == 1 else grads
        by = self if m is vocabulary else None
        results = [None] * len(self.next_functions)
        for i, rule, values in self.steps():
            result = rule(m, g, *[_read(v, by) for v in values]) if values else rule(m, g)
            if self.entry.variadic:
                return result
            results[i] = result
        return results

    def steps(self):
        """(input number, rule, the values that it named) for each gradient that is wanted."""
        parts, start, steps = self.parts, 0, []
        for i, rule, sources in self.entry.rules:
            if self.entry.variadic or self.next_functions[i] is not NO_EDGE:
                end = start + len(sources)
                steps.append((i, rule, parts[start:end]))
                start = end
        return steps

    def saved(self):
        """The tensors that the rules will need (none after they have been freed)."""
        for value in self.parts or ():
            for each in value if type(value) is list else (value,):
                if type(each) is Saved:
                    yield each.tensor

    def release(self):
        """Forget the saved tensors, so that their memory can go."""
        if self.holds:
            self.parts, self.holds = None, False


def _read(value, by):
    """One of the things a rule named: a tensor, or in a plain backward its array."""
    if type(value) is Saved:
        return value.read(by) if by is not None else value.read(None)._array
    if type(value) is list:
        return [_read(each, by) for each in value]
    return value


# Nodes that PyTorch's authors wrote, where the others are generated.
_WRITTEN_BY_HAND = {"CopyBackwards", "CopySlices", "NotImplemented"}


class AccumulateGrad(Node):
    """Where the graph ends: adds what arrives to the `.grad` of a leaf."""

    __slots__ = ("variable",)

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def __init__(self, variable):
        self.variable = variable
        self.next_functions = self.parts = ()
        self.prehooks = self.posthooks = None

    @property
    def output_facts(self):
        # Not what they were when the node was made: `module.double()` changes the leaf's type.
        array = self.variable._array
        return ((array.shape, array.dtype),)

    def steps(self):
        return ()

    def release(self):
        pass


def accumulator(leaf: Tensor) -> AccumulateGrad:
    """The one `AccumulateGrad` node of `leaf`."""
    found = leaf.__dict__.get("_accumulator")
    if found is None:
        found = leaf._accumulator = AccumulateGrad(leaf)
    return found


def edge_of(x) -> tuple:
    """Where the gradient of `x` goes: (node, output number)."""
    if not isinstance(x, Tensor) or not x._requires_grad:
        return NO_EDGE
    return (x.grad_fn or accumulator(x)), x._output_nr


_classes: dict[Operation, type[Node]] = {}
_renamed: dict[tuple[Operation, str], type[Node]] = {}


def node_class(entry: Operation) -> type[Node]:
    """The node type of an operation; its name is PyTorch's, such as `MulBackward0`."""
    made = _classes.get(entry)
    if made is None:
        made = _classes[entry] = _node_class(entry, entry.node_name)
    return made


def _node_class(entry, name) -> type[Node]:
    return type(name, (Node,), {"__slots__": (), "entry": entry})


def rename(out: Tensor, name: str) -> Tensor:
    """Give the node that has just made `out` the name that PyTorch has for this use of it."""
    node = out.grad_fn
    if node is not None and name != type(node).__name__:
        key = (node.entry, name)
        if key not in _renamed:
            _renamed[key] = _node_class(*key)
        node.__class__ = _renamed[key]
    return out


def attach(out: Tensor, node: Node, output: int) -> None:
    """Make `out` output number `output` of `node`."""
    out.grad_fn = node
    out._requires_grad = out._tracked = True
    out._output_nr = output


class watch:
    """What other modules of this floor want to know of; set by them.

    refresh  called with a view whose memory was written since it was made
    dual     called after an operation on dual numbers, when any exist
    trace    called with each new node in anomaly mode
    """

    refresh = dual = trace = None


def record(entry, inputs, out, attrs) -> None:
    """Add a node for `out = entry(*inputs, *attrs)`; only what its rules ask for is saved."""
    if not entry.rules:
        return
    cls = _classes.get(entry) or node_class(entry)
    node = cls.__new__(cls)
    edges = []
    tracked = False
    for x in inputs:
        if isinstance(x, Tensor) and x._requires_grad:
            if x._base is not None and x._seen_version != x._storage.version:
                watch.refresh(x)
            edges.append((x.grad_fn or accumulator(x), x._output_nr))
            tracked = True
        else:
            edges.append(NO_EDGE)
    outs = out if type(out) is tuple else (out,)
    if watch.dual is not None:
        watch.dual(entry, inputs, outs, attrs)
    if not tracked:
        return
    node.next_functions = tuple(edges)
    node.output_facts = tuple([(each._array.shape, each._array.dtype) for each in outs])
    node.prehooks = node.posthooks = None
    node.holds = False  # whether a tensor was saved
    values = []
    for i, _, sources in entry.rules:
        if entry.variadic or edges[i] is not NO_EDGE:
            for kind, number in sources:
                if kind == "input" and not entry.variadic:
                    x = inputs[number]
                    if isinstance(x, Tensor):
                        node.holds = True
                        x = Saved(x)
                    values.append(x)
                elif kind == "attr":
                    values.append(attrs[number])
                else:
                    node.holds = node.holds or kind != "shape"
                    values.append(_save(kind, number, entry, inputs, outs, node))
    node.parts = tuple(values)
    if watch.trace is not None:
        watch.trace(node)
    for number, each in enumerate(outs):
        if entry.differentiable is None or number in entry.differentiable:
            attach(each, node, number)


def _save(kind, number, entry, inputs, outs, node):
    """The rarer things that a rule can name: the result, a shape, all of several inputs."""
    if kind == "out":
        saved = [Saved(each, node.name(), k) for k, each in enumerate(outs)]
        return saved[0] if len(outs) == 1 else saved
    if kind == "shape":
        shapes = [x._array.shape if isinstance(x, Tensor) else () for x in inputs]
        return shapes if entry.variadic else shapes[number]
    return [Saved(x) for x in inputs]
