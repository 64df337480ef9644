"""What a capture hears: every operation on a traced tensor becomes a node.

Tensors are told apart by the array they look at, since what a graph talks about is what lies in
memory *now*: a write in place makes the same array stand for a new value.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np

from penlight.autograd import inplace as autograd_inplace
from penlight.autograd import node as autograd_node
from penlight.autograd.inplace import positions_in
from penlight.autograd.modes import _switch
from penlight.graphs.ir import Node, Value
from penlight.graphs.traced import CaptureError, Traced, hear_every_tensor, is_state_of
from penlight.graphs.tree import flatten
from penlight.tensors import dtypes
from penlight.tensors.layouts import memory_order
from penlight.tensors.meeting import result_type
from penlight.tensors.operation import recorder
from penlight.tensors.storage import pointer
from penlight.tensors.tensor import Tensor, wrap


@dataclass
class Branch:
    """What was recorded of a branch: its nodes, and its result."""

    nodes: list[Node]
    tensors: list[Tensor]
    outputs: list[Value]
    plan: tuple


@dataclass
class _Known:
    """What an array stands for, and which version of its memory that was."""

    tensor: Tensor
    value: Value
    version: int


class Recording:
    """Listens to the operations of this thread between `__enter__` and `__exit__`.

    What it overwrites outside is put back at the end: capturing a function leaves no trace.
    """

    def __init__(self):
        self.nodes: list[Node] = []
        self.constants: dict[Value, np.ndarray] = {}
        self.outside: dict[Value, Tensor] = {}  # inputs and parameters
        self._known: dict[int, _Known] = {}
        self._traced: list[Tensor] = []
        self._before: list[tuple[Tensor, np.ndarray]] = []  # for putting back
        self._names: set[str] = set()
        self._around: list[set[int]] = []  # what was known when each open branch began
        self._kept: list[Tensor] = []  # so that no id of an array is used twice
        self._fixed: set[Value] = set()  # what is the same whatever the inputs are
        self.states: dict[Value, Tensor] = {}  # tensors that were constants until written to
        self._initial: dict[Value, np.ndarray] = {}

    def __enter__(self):
        self._outer = recorder.capturing
        recorder.capturing = self
        recorder.record, recorder.write = self._record, self._write
        recorder.before_write = self._before_write
        _switch(recorder.gradients)
        hear_every_tensor(True)
        return self

    def __exit__(self, *exc):
        hear_every_tensor(False)
        for hook in ("record", "write", "before_write"):
            if hook in vars(recorder):
                delattr(recorder, hook)
        recorder.capturing = self._outer
        if self._outer is not None:
            raise CaptureError("a capture cannot run inside another capture")
        _switch(recorder.gradients)
        for tensor in self._traced:
            tensor._tracked = tensor._requires_grad
            if type(tensor) is Traced:
                tensor.__class__ = Tensor
        for tensor, array in reversed(self._before):
            tensor._array[...] = array

    # --- values -------------------------------------------------------------------------------

    def new_value(self, name: str, like) -> Value:
        """A value named `name`, or `name_2` if there is one already, typed like the array."""
        number, free = 1, name
        while free in self._names:
            number += 1
            free = f"{name}_{number}"
        self._names.add(free)
        return Value(free, tuple(like.shape), like.dtype)

    def bind(self, tensor: Tensor, value: Value, version: int | None = None) -> None:
        """From now on `tensor` stands for `value`; operations on it are heard."""
        version = tensor._version if version is None else version
        self._known[id(tensor._array)] = _Known(tensor, value, version)
        tensor._tracked = True
        if type(tensor) is Tensor and value not in self._fixed:
            tensor.__class__ = Traced
        self._traced.append(tensor)

    def value_of(self, tensor: Tensor) -> Value:
        """The value that `tensor` stands for now; what was never heard of is a constant."""
        known = self._known.get(id(tensor._array))
        if known is not None and known.version == tensor._version:
            return known.value
        base = tensor._base
        if base is not None and (id(base._array) in self._known or is_state_of(base)):
            # Written through its base or another window since it was made.
            positions = positions_in(base, tensor)
            value = self.add("take_part", (self.value_of(base),), (positions,), tensor._array)
            self.bind(tensor, value)
            return value
        if is_state_of(tensor):
            return self.refer(tensor, getattr(tensor, "name", None) or "parameter")
        if tensor.grad_fn is not None:
            raise CaptureError(
                f"the captured function uses a tensor of shape {list(tensor.shape)} that was "
                "computed outside, with a gradient. Pass it in as an argument, or detach() it."
            )
        if type(tensor) is Traced:
            raise CaptureError(
                "a capture cannot follow a window changed in place (t_(), squeeze_(): use the form "
                "without the underscore), nor go backward through what a branch computed"
            )
        value = self.new_value("constant", tensor._array)
        self.constants[value] = tensor._array.copy()
        self._fixed.add(value)
        self._known[id(tensor._array)] = _Known(tensor, value, tensor._version)
        return value

    def refer(self, tensor: Tensor, name: str) -> Value:
        """A tensor that lives outside: the graph reads it anew at every run."""
        value = self.new_value(name, tensor._array)
        self.outside[value] = tensor
        was = type(tensor)
        self.bind(tensor, value)
        if was is Tensor:
            tensor.__class__ = Tensor  # the user's own: only what comes from it warns
        return value

    def current(self, tensor: Tensor) -> Value | None:
        """The value that `tensor` stands for, None if the capture never met it."""
        return self.value_of(tensor) if id(tensor._array) in self._known else None

    # --- branches -----------------------------------------------------------------------------

    def branch(self, function) -> Branch:
        """Run `function()` with a list of nodes of its own: a branch, which may not be taken."""
        outer, known = self.nodes, dict(self._known)
        self.nodes, self._around = [], [*self._around, set(known)]
        try:
            tensors, plan = flatten(function())
            outputs = [self.value_of(x) for x in tensors]
            return Branch(self.nodes, tensors, outputs, plan)
        finally:
            self.nodes, self._around = outer, self._around[:-1]
            # Parameters and constants belong to the whole graph, all else to the branch.
            whole = {*self.outside, *self.constants}
            found = {k: each for k, each in self._known.items() if each.value in whole}
            self._known = found | known

    def stand_in(self, tensor: Tensor, value: Value) -> Tensor:
        """A tensor like `tensor`, with its place in autograd's graph, that stands for `value`."""
        made = wrap(tensor._array.copy())
        made.grad_fn, made._output_nr = tensor.grad_fn, tensor._output_nr
        made._requires_grad = tensor._requires_grad
        self._kept.append(tensor)
        self.bind(made, value)
        return made

    # --- nodes --------------------------------------------------------------------------------

    def add(self, op: str, args, attrs, *likes, grad=None) -> Value:
        """A node whose results are typed like the arrays `likes`; returns the first result."""
        outs = tuple(self.new_value(op.rstrip("_"), like) for like in likes)
        grad = recorder.gradients if grad is None else grad
        self.nodes.append(node := Node(op, tuple(args), tuple(attrs), outs, grad))
        if not node.impure and self._fixed.issuperset(node.inputs):
            self._fixed.update(outs)
        return outs[0]

    def _record(self, entry, inputs, out, attrs) -> None:
        """An operation has just run."""
        if recorder.gradients:
            autograd_node.record(entry, inputs, out, attrs)
        args = [self.value_of(x) if isinstance(x, Tensor) else x for x in inputs]
        if entry.promote is not None:
            args = self._cast(entry, inputs, args)
        outs = out if type(out) is tuple else (out,)
        self.add(entry.name, args, self._lifted(tuple(attrs)), *(x._array for x in outs))
        for tensor, value in zip(outs, self.nodes[-1].outs, strict=True):
            self.bind(tensor, value)

    def _cast(self, entry, inputs, args):
        """Tensors of an element-wise operation in their common type, each cast a node."""
        common = result_type(*inputs)
        if entry.promote == "float" and common.category < dtypes.FLOAT:
            common = dtypes.get_default_dtype()
        op = "to" if common.category >= dtypes.FLOAT else "to_integers"
        return [
            self.add(
                op, (x,), (common.numpy,), np.broadcast_to(np.empty((), common.numpy), x.shape)
            )
            if isinstance(x, Value) and x.dtype != common.numpy
            else x
            for x in args
        ]

    def _lifted(self, item):
        """Attributes with values in place of the arrays that the capture knows."""
        if hasattr(item, "strides") and not isinstance(item, np.generic):
            return self._known_memory(item)
        if isinstance(item, tuple):
            items = [self._lifted(each) for each in item]
            return type(item)(*items) if hasattr(item, "_fields") else tuple(items)
        return item

    def _known_memory(self, array):
        known = self._known.get(id(array))
        if known is not None:
            return self.value_of(known.tensor)
        for each in list(self._known.values()):  # an index as a flat window on the same memory
            other = each.tensor._array
            same = (other.dtype, other.size) == (array.dtype, array.size) and type(other) is type(
                array
            )
            whole = array.flags.c_contiguous and other.flags.c_contiguous
            whole = array.size and (whole or array.strides == other.strides)
            if same and whole and pointer(other) == pointer(array):
                value = self.value_of(each.tensor)
                if other.shape == array.shape:
                    return value
                return self.add("reshape", (value,), (array.shape,), array, grad=False)
        return array.copy()

    def drew(self, name: str, out: Tensor, args, kwargs) -> None:
        """A function has just drawn random numbers."""
        if kwargs.get("generator") is not None:
            raise CaptureError(
                f"{name}(generator=…) cannot be captured: a graph draws from the default generator"
            )
        tensors = 0
        while tensors < len(args) and isinstance(args[tensors], Tensor):
            tensors += 1
        inplace = name.endswith("_")
        if inplace and self._is_outside(out):
            raise CaptureError(
                f"{name}() overwrites a tensor from outside the captured function, such as a "
                "parameter: initialise it before the capture"
            )
        operands = [self.value_of(x) for x in args[inplace:tensors]]
        rest = tuple(self.value_of(x) if isinstance(x, Tensor) else x for x in args[tensors:])
        named = tuple(
            (k, self.value_of(x) if isinstance(x, Tensor) else x)
            for k, x in kwargs.items()
            if k not in ("requires_grad", "generator")
        )
        like = (out._array.shape, out._array.dtype) if inplace else ()
        if inplace and not out._array.flags.c_contiguous:  # numbers are drawn in memory's order
            like += (tuple(memory_order(out._array)),)
        known = self._known.get(id(out._array))
        if known is not None and self.nodes and known.value is self.nodes[-1].out and not inplace:
            self.nodes.pop()  # the operation that hands autograd what was drawn
        value = self.add(name, operands, (rest, named, *like), out._array)
        self._rebind(out, value)

    def _is_outside(self, tensor) -> bool:
        owner = tensor if tensor._base is None else tensor._base
        return is_state_of(owner) or any(owner is x for x in self.outside.values())

    # --- writing in place ---------------------------------------------------------------------

    def _before_write(self, target: Tensor) -> Tensor:
        value = self._known_target(target)
        if recorder.gradients:
            before = autograd_inplace.before_write(target)
        else:
            before = wrap(target._array.copy())
        self.bind(before, value)
        return before

    def _write(self, target: Tensor, out: Tensor) -> None:
        value = self.value_of(out)
        self._known_target(target)
        if recorder.gradients:
            autograd_inplace.write(target, out)
        if value.dtype != target._array.dtype:
            op = "to" if target.dtype.category >= dtypes.FLOAT else "to_integers"
            value = self.add(op, (value,), (target._array.dtype,), target._array)
        self._rebind(target, value, target.storage().version + 1)

    def _rebind(self, target: Tensor, value: Value, version: int | None = None) -> None:
        """`target` holds `value` from now on; if it is a window, its base changes in part."""
        base = target._base
        if base is not None:
            positions = positions_in(base, target)
            before = self.value_of(base)
            whole = self.add("replace_part", (before, value), (positions,), base._array)
            self._bind_again(base, whole, version)
        self._bind_again(target, value, version)

    def _bind_again(self, tensor: Tensor, value: Value, version) -> None:
        """`bind`, but what lives outside keeps its class: only what comes from it warns."""
        was = type(tensor)
        self.bind(tensor, value, version)
        if was is Tensor and self._is_outside(tensor):
            tensor.__class__ = Tensor

    def _known_target(self, target: Tensor) -> Value:
        """What `target` stands for before it is written to; its memory is remembered.

        A constant that the function writes to is no constant: it becomes part of the state
        outside, unless nobody can see it after the call (see `forget`).
        """
        owner = target if target._base is None else target._base
        if self._around and (id(owner._array) in self._around[-1] or is_state_of(owner)):
            raise CaptureError(
                "a branch or a loop writes in place to a tensor from outside it: give the tensor a "
                "new value instead (x = x + 1, not x += 1 or x[0] = 1)"
            )
        value = self.value_of(owner)
        if value in self.constants:
            array = self.constants.pop(value)
            value.name = self._renamed(value.name, "state")
            self.outside[value] = self.states[value] = owner
            self._initial[value] = array
        if self._is_outside(owner) and not any(owner is each for each, _ in self._before):
            self._before.append((owner, owner._array.copy()))
        return value if owner is target else self.value_of(target)

    def _renamed(self, old: str, new: str) -> str:
        self._names.discard(old)
        return self.new_value(new, np.empty(())).name

    def forget(self) -> set[Value]:
        """Let go of all tensors. Returns the states that were only the function's own.

        Those tensors are gone when the last reference is: what was written to them nobody sees.
        They are constants then, with what they held at first.
        """
        held = {value: weakref.ref(tensor) for value, tensor in self.states.items()}
        self._known.clear()
        self._kept.clear()
        self._traced.clear()
        self._before.clear()
        for value in self.states:
            del self.outside[value]
        tensors, self.states = self.states, {}
        del tensors
        own = {value for value, ref in held.items() if ref() is None}
        self.constants |= {value: self._initial[value] for value in own}
        self.outside |= {value: ref() for value, ref in held.items() if value not in own}
        return own
