"""The operation table: one entry an operation, its kernel beside its derivative rules.

    mul = elementwise("mul", "multiply", x=lambda m, g, y: g * y, y=lambda m, g, x: g * x)

reads: `mul` runs the array module's `multiply`; if `g` is the gradient of its result, the gradient
of `x` is `g * y`. A rule names what it needs, and only that is saved: an input by its name, its
shape (`x_shape`), an attribute (`dim`), or the result (`out`). `m` is the vocabulary the rule
speaks: kernels on raw arrays in a plain backward, operations on tensors when the gradient is
itself to be differentiated. Operators and `m.<operation>` mean the same in both.

This floor never calls a rule. It offers one hook, `recorder`: an operation on a tracked tensor
reports what it did, and autograd (or a graph capture) listens.
"""

import threading
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import numpy as np

from penlight.slots import changed
from penlight.tensors import dtypes
from penlight.tensors.devices import array_module
from penlight.tensors.meeting import as_float, declining, expect_operands, meet, same_device
from penlight.tensors.tensor import Tensor, alias, as_array, wrap

_VARIADIC = 0x04  # code flag: the function takes *args

table: dict[str, "Operation"] = {}
vocabulary = SimpleNamespace()  # the operations, by name: what a rule speaks about tensors
_kernels: dict[object, SimpleNamespace] = {}  # the same names on raw arrays, for each array module


class Recorder(threading.local):
    """Who hears of operations, in this thread only.

    gradients  autograd wants to hear: false under `no_grad`
    capturing  the graph capture that listens, or None
    active     anyone wants to hear
    """

    active = gradients = True
    capturing = None

    @staticmethod
    def record(entry, inputs, out, attrs):
        """`out = entry(*inputs, *attrs)` has just run on tensors of which one is tracked."""

    @staticmethod
    def before_write(target):
        """What an operation should read in place of `target`, which it is going to overwrite."""
        return target

    @staticmethod
    def write(target, out):
        """`target` is about to be overwritten by `out`, and one of them is tracked."""


recorder = Recorder()


class Operation:
    """One row of the table.

    name       the operation's PyTorch name
    forward    `f(xp, *arrays, *attrs)`, tensor inputs before the `/` of its signature
    inputs     names of the tensor inputs; the last takes the rest if `variadic`
    rules      (input number, rule, what it needs as (kind, number) pairs)
    node_name  what PyTorch calls the node in the graph, `MulBackward0`
    """

    def __init__(self, name, forward, rules, *, node_name=None, view=False, differentiable=None):
        self.name = name
        self.forward = forward
        self.view = view
        # How operands meet, where an element-wise operation brings them to one type.
        self.promote: str | None = None
        self.node_name = node_name or _node_name(name)
        self.inputs, self.attrs, self.variadic = _signature(forward)
        # Which outputs of several carry gradients; None means all.
        self.differentiable = differentiable
        self.rules = tuple(
            (self.inputs.index(argument), rule, tuple(map(self._source, _parameters(rule)[2:])))
            for argument, rule in rules.items()
        )
        if name in table:
            raise ValueError(f"there is already an operation called {name!r}")
        table[name] = self

    def kernel(self, module) -> Callable:
        """The forward on arrays of `module`."""
        if isinstance(self.forward, str):
            return getattr(module, self.forward)
        return partial(self.forward, module)

    def _source(self, name: str) -> tuple[str, int]:
        if name == "out":
            return "out", 0
        for kind, names in (("input", self.inputs), ("attr", self.attrs)):
            if name in names:
                return kind, names.index(name)
        if name.removesuffix("_shape") in self.inputs:
            return "shape", self.inputs.index(name.removesuffix("_shape"))
        raise ValueError(f"a rule of {self.name!r} asks for {name!r}, which {self.name!r} has not")

    def __repr__(self):
        return f"<operation {self.name}>"


def _node_name(name: str) -> str:
    # `title` also raises a letter after a digit, as PyTorch does: Log1PBackward0.
    return f"{''.join(part.title() for part in name.split('_'))}Backward0"


def _parameters(function) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _signature(forward) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Names of the tensor inputs and of the attributes, and whether the inputs are variadic."""
    if isinstance(forward, str):
        return ("x", "y", "z")[: getattr(np, forward).nin], (), False
    code = forward.__code__
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if code.co_flags & _VARIADIC:
        rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        return (rest,), named[1:], True
    split = code.co_posonlyargcount or len(named)
    return named[1:split], named[split:], False


def kernels(module) -> SimpleNamespace:
    """The vocabulary on raw arrays: every operation's kernel, for NumPy or CuPy."""
    if module not in _kernels:
        _kernels[module] = SimpleNamespace(xp=module)
    space = _kernels[module]
    if len(vars(space)) <= len(table):  # operations were added since
        for name, entry in table.items():
            setattr(space, name, entry.kernel(module))
    return space


# --- calling an operation -----------------------------------------------------------------------


def elementwise(name, forward, *, promote="same", node_name=None, check=None, **rules):
    """Add an element-wise operation to the table and return the function that runs it.

    promote  "same": operands meet in their common type, which is the result's;
             "float": integers become the default floating type first;
             "bool": operands meet, the result is whatever the kernel gives (comparisons).
    check    `f(name, operands)` raises for types that PyTorch refuses; it need not hear of two
             floating operands of one type.
    """
    entry = Operation(name, forward, rules, node_name=node_name)
    entry.promote = promote
    kernel_np = entry.kernel(np)
    ndarray, new = np.ndarray, Tensor.__new__
    only_floats = promote == "float"

    def unary(x):
        array = x._array if isinstance(x, Tensor) else _expected_tensor(name, x)
        if only_floats and array.dtype.kind != "f":
            array = as_float(array)
        on_cpu = type(array) is ndarray
        result = kernel_np(array) if on_cpu else entry.kernel(array_module(array))(array)
        out = new(Tensor)
        out._array = result if type(result) is ndarray else as_array(result)
        if x._tracked and recorder.active:
            recorder.record(entry, (x,), out, ())
        return out

    def binary_before(long_way):
        def binary(x, y):
            # The short way: floats of one type on the CPU, or a float tensor and a Python number.
            # The array module broadcasts by itself; if it cannot, or anything else differs, the
            # long way.
            try:
                a = x._array
                if type(y) is float or type(y) is int:
                    b, short = y, type(a) is ndarray and a.dtype.kind == "f"
                else:
                    b = y._array
                    short = a.dtype is b.dtype and type(a) is type(b) is ndarray
                    if short and a.shape != b.shape:
                        short = not changed
                if not short or (only_floats and a.dtype.kind != "f"):
                    return long_way(x, y)
                result = kernel_np(a, b)
            except (AttributeError, ValueError, OverflowError):
                return long_way(x, y)
            out = new(Tensor)
            out._array = result if type(result) is ndarray else as_array(result)
            if recorder.active and (x._tracked or (b is not y and y._tracked)):
                recorder.record(entry, (x, y), out, ())
            return out

        return binary

    count = len(entry.inputs)

    def general(*args, **kwargs):
        operands, attrs = args[:count], args[count:] + tuple(kwargs.values())
        expect_operands(name, operands)
        if check is not None:
            check(name, operands)
        module, arrays = meet(name, operands, promote)
        out = wrap(entry.kernel(module)(*arrays, *attrs))
        if recorder.active and any(_is_tracked(each) for each in operands):
            recorder.record(entry, operands, out, attrs)
        return out

    if count > 2 or entry.attrs:
        return _publish(general, name)
    if count == 1:
        unary.operator = unary
        return _publish(unary, name)
    binary = binary_before(general)
    binary.operator = binary_before(declining(general))
    binary.operator.__name__ = name
    if isinstance(forward, str) and promote != "bool":
        binary.ufunc = kernel_np
    return _publish(binary, name)


def operation(name, forward, *, node_name=None, differentiable=None, **rules):
    """Add an operation whose kernel does all the work itself, and return the function to call.

    The kernel takes arrays and attributes, and returns an array or a tuple of them. The public
    function around it has already checked and wrapped what it was given.
    """
    entry = Operation(name, forward, rules, node_name=node_name, differentiable=differentiable)
    count = len(entry.inputs)
    kernel_np, ndarray = entry.kernel(np), np.ndarray

    def run(*args, **kwargs):
        if entry.variadic:
            inputs, attrs = args, tuple(kwargs[each] for each in entry.attrs)
            result = entry.kernel(same_device(name, inputs))(*[x._array for x in inputs], **kwargs)
        else:
            inputs, attrs = args[:count], args[count:]
            # A rule may pass a plain number where a tensor would do.
            arrays = [x._array if isinstance(x, Tensor) else x for x in inputs]
            kernel = kernel_np
            if count > 1 or type(arrays[0]) is not ndarray:
                module = same_device(name, inputs)
                kernel = kernel_np if module is np else entry.kernel(module)
            result = kernel(*arrays, *attrs)
        out = tuple(map(wrap, result)) if type(result) is tuple else wrap(result)
        if recorder.active and any(_is_tracked(x) for x in inputs):
            recorder.record(entry, inputs, out, attrs)
        return out

    return _publish(run, name)


def view_operation(name, forward, *, node_name=None, **rules):
    """Add an operation whose result looks at its input's storage.

    The kernel must return a window on the array that it was given (or a tuple of them), never a
    copy.
    """
    entry = Operation(name, forward, rules, node_name=node_name, view=True)
    kernel_np = entry.kernel(np)

    def run(x, *attrs):
        array = x._array
        on_cpu = type(array) is np.ndarray
        kernel = kernel_np if on_cpu else entry.kernel(array_module(array))
        result = kernel(array, *attrs)
        if type(result) is tuple:
            out = tuple([_view_of(x, each, "several") for each in result])
        else:
            out = _view_of(x, result, x._frozen)
        if x._tracked:
            if recorder.active:
                recorder.record(entry, (x,), out, attrs)
            else:  # under `no_grad` PyTorch lets a view share its base's flag, without a history
                for each in out if type(out) is tuple else (out,):
                    each._tracked, each._requires_grad = True, x._requires_grad
                    each._frozen = "no_grad"
        return out

    return _publish(run, name)


def _view_of(x: Tensor, array, frozen) -> Tensor:
    out = alias(x, array)
    out._base = x if x._base is None else x._base
    out._seen_version = out._storage.version
    if frozen:
        out._frozen = frozen
    return out


def inplace(function, name: str | None = None, *, overlapping: bool = False):
    """The in-place form of an operation: `add_` from `add`. It writes into its first argument.

    `overlapping` allows tensors that show one memory location several times (after `expand`).
    """

    ufunc = getattr(function, "ufunc", None)

    def run(self, *args, **kwargs):
        operand = self
        if recorder.active and (self._tracked or any(map(_is_tracked, args))):
            operand = recorder.before_write(self)
        elif ufunc is not None and len(args) == 1 and _written_by(ufunc, self, args[0]):
            return self
        return overwrite(self, function(operand, *args, **kwargs), overlapping)

    run.__name__ = run.__qualname__ = name or function.__name__ + "_"
    return run


def _written_by(ufunc, target: Tensor, other) -> bool:
    """The short way of writing in place, without a new array: floats of one type on the CPU.

    False, and nothing done, where the long way is needed.
    """
    a, b = target._array, getattr(other, "_array", other)
    if type(a) is not np.ndarray or a.dtype.kind != "f" or not a.flags.c_contiguous or changed:
        return False
    same = type(b) in (float, int) or (type(b) is np.ndarray and a.dtype is b.dtype)
    if not same or (b is not other and b.shape != a.shape):
        return False
    ufunc(a, b, out=a)
    target.storage().version += 1
    return True


def overwrite(target: Tensor, out: Tensor, overlapping: bool = False) -> Tensor:
    """Write `out` into the memory of `target`, count the write, and tell the recorder.

    RuntimeError if the result's type or shape does not fit the target's, or if the target shows
    one memory location several times and `overlapping` does not allow that.
    """
    if out._array.shape != target._array.shape:
        raise RuntimeError(
            f"output with shape {list(target._array.shape)} doesn't match the broadcast shape "
            f"{list(out._array.shape)}"
        )
    if out._array.dtype != target._array.dtype and not dtypes.can_cast(out.dtype, target.dtype):
        raise RuntimeError(
            f"result type {dtypes.c_name(out.dtype)} can't be cast to the desired output type "
            f"{dtypes.c_name(target.dtype)}"
        )
    array = target._array
    if not overlapping:
        refuse_overlap(target)
    if recorder.active and (target._tracked or out._tracked):
        recorder.write(target, out)
    array[...] = out._array
    target.storage().version += 1
    return target


def refuse_overlap(target: Tensor) -> None:
    """RuntimeError if the tensor shows one memory location several times."""
    array = target._array
    if array.size > 1 and repeats(array):
        raise RuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location. Please clone() the tensor before performing the operation."
        )


def repeats(array) -> bool:
    """Whether the array shows one memory location several times."""
    return any(step == 0 and n > 1 for n, step in zip(array.shape, array.strides, strict=True))


def overlap(a, b) -> bool:
    """Whether two arrays have memory in common; False where gaps make it hard to tell."""
    return a.flags.forc and b.flags.forc and array_module(a).may_share_memory(a, b)


def _publish(function, name):
    function.__name__ = function.__qualname__ = name
    setattr(vocabulary, name, function)
    return function


def _is_tracked(x) -> bool:
    return isinstance(x, Tensor) and x._tracked


def _expected_tensor(name, x):
    raise TypeError(
        f"{name}(): argument 'input' (position 1) must be Tensor, not {type(x).__name__}"
    )
