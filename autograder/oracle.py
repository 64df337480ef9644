"""Between plain values and tensor libraries, and what real PyTorch answers to a case.

`Library` makes a case's arguments for penlight or PyTorch; both speak the same protocol, so one
class serves both. `plain` turns any result into NumPy data that no student's class has a say in.
"""

import contextlib
import importlib
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise import Case, DeclarationError, Exercise
from autograder.values import DtypeSpec, TensorSpec, map_specs

LARGEST_RESULT = 10_000_000  # elements; a tensor expanded to more would fill the memory
DEEPEST_RESULT = 20


@dataclass(frozen=True, eq=False)
class ArrayValue:
    """A tensor or array as it was: copied data, dtype name, strides in elements, and which inputs
    (numbered in order of appearance) it shared memory with. kind: "tensor", "array" or "number"."""

    data: np.ndarray
    dtype: str
    strides: tuple[int, ...]
    kind: str
    shares: tuple[int, ...] = ()


@dataclass(frozen=True)
class Opaque:
    """A result that is no number, text, tensor or container; it equals nothing."""

    what: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one call did, as plain data.

    kind: "returned", "raised", "timed out" (after `message` seconds), "forbidden" (it called
    `message`).
    gradients: one entry for each input that requires a gradient, None where none arrived.
    modified: the arguments whose content the call changed.
    error_types: the exception's class and its bases, as dotted names. lines: the student's own
    lines of the traceback. printed: what the call wrote to stdout and stderr.
    """

    kind: str
    value: Any = None
    gradients: tuple[ArrayValue | None, ...] = ()
    gradient_error: str = ""
    modified: tuple[str, ...] = ()
    error_types: tuple[str, ...] = ()
    message: str = ""
    lines: str = ""
    printed: str = ""


class Library:
    """penlight or PyTorch, by module name."""

    def __init__(self, name: str):
        self.module = importlib.import_module(name)
        self.name = name

    def tensor(self, spec: TensorSpec) -> Any:
        """A fresh tensor as `spec` describes it, or the array where PyTorch is not asked."""
        if spec.as_array and self.name != "torch":
            return spec.numpy()
        array, dtype = spec.numpy(), getattr(self.module, spec.dtype)
        # NumPy gives empty arrays strides of 0, which PyTorch would keep and no program makes
        made = self.module.from_numpy(array) if array.size else self.module.zeros(array.shape)
        made = made.to(dtype)
        if spec.requires_grad:
            made.requires_grad_(True)
        return made

    def arguments(self, case: Case) -> tuple[tuple, dict, list[Any]]:
        """Fresh args and kwargs, and the tensors inside them in order of appearance."""
        tensors = []

        def make(spec: TensorSpec | DtypeSpec) -> Any:
            if isinstance(spec, DtypeSpec):
                return getattr(self.module, spec.name)
            tensors.append(self.tensor(spec))
            return tensors[-1]

        return map_specs(case.args, make), map_specs(dict(case.kwargs), make), tensors

    def backward(self, result: Any, inputs: list[Any], case: Case) -> tuple:
        """Send the case's random cotangents back from every tensor in `result`; collect gradients.

        Raises RuntimeError where no graph leads from the result to the inputs.
        """
        wanting = [t for t in inputs if t.requires_grad]
        outputs = [t for t in _tensors(result, self.module.Tensor) if t.requires_grad]
        if not outputs:
            raise RuntimeError("the result does not require a gradient: the graph was cut")
        for number, output in enumerate(outputs):
            generator = np.random.default_rng(zlib.crc32(f"{case.id}/cotangent {number}".encode()))
            data = np.asarray(generator.standard_normal(tuple(output.shape)))
            cotangent = self.module.from_numpy(data).to(output.dtype)
            output.backward(cotangent, retain_graph=number + 1 < len(outputs))
        return tuple(None if t.grad is None else plain(t.grad) for t in wanting)


@cache
def library(name: str) -> Library:
    """The library called `name`, imported on first use."""
    return Library(name)


def plain(value: Any, inputs: tuple[np.ndarray, ...] = (), depth: int = 0) -> Any:
    """`value` as numbers, strings, tuples, lists, dicts, `DtypeSpec`s, `ArrayValue`s, `Opaque`s.

    Decided by exact base classes and read through their own methods, so that a subclass with its
    own `__eq__`, `__iter__` or `__array__` is not asked. inputs: memory of the case's arguments.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str):
        return value
    if kind in _classes("dtype"):
        return DtypeSpec(str(value).rpartition(".")[2])
    if depth > DEEPEST_RESULT:
        return Opaque("a result nested too deeply to compare")
    if issubclass(kind, (np.ndarray, np.generic)):
        array = (
            np.ndarray.view(value, np.ndarray) if issubclass(kind, np.ndarray) else np.array(value)
        )
        is_array = issubclass(kind, np.ndarray)
        return _array_value(array, array.dtype.name, "array" if is_array else "number", inputs)
    for base in _classes("Tensor"):
        if issubclass(kind, base):
            return _tensor_value(value, base, inputs)
    if issubclass(kind, int):
        return int.__int__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, tuple):
        return tuple(plain(item, inputs, depth + 1) for item in tuple.__iter__(value))
    if issubclass(kind, list):
        return [plain(item, inputs, depth + 1) for item in list.__iter__(value)]
    if issubclass(kind, dict):
        pairs = list(dict.items(value))
        return {str(key): plain(item, inputs, depth + 1) for key, item in pairs}
    return Opaque(f"an object of type {kind.__name__}")


def memory(tensor: Any) -> np.ndarray:
    """The tensor's own memory as an array (bfloat16, unknown to NumPy, as its 16 bits)."""
    if isinstance(tensor, np.ndarray):
        return tensor
    base = next(b for b in _classes("Tensor") if issubclass(type(tensor), b))
    bare = _bare(tensor, base)
    if dtype_name(bare) != "bfloat16":
        return bare.numpy()
    # NumPy has no bfloat16, so `numpy()` refuses; penlight keeps an array all the same
    return bare._array if hasattr(bare, "_array") else bare.view(_module(base).int16).numpy()


def expected(exercise: Exercise, case: Case) -> Outcome:
    """What PyTorch answers to `case`; asked once, then remembered."""
    key = (exercise.oracle, exercise.properties(case))
    answers = _answers.setdefault(key, WeakKeyDictionary())
    if case not in answers:
        answers[case] = _ask(exercise, case)
    return answers[case]


_answers: dict[tuple, WeakKeyDictionary] = {}


def _ask(exercise: Exercise, case: Case) -> Outcome:
    torch = library("torch")
    args, kwargs, tensors = torch.arguments(case)
    before = tuple(memory(t) for t in tensors)
    where = f"exercise {exercise.name!r}, case {case.id!r}"
    try:
        torch.module.manual_seed(0)
        result = exercise.oracle(*args, **kwargs)
    except Exception as error:
        if case.raises and isinstance(error, case.raises):
            return Outcome("raised", error_types=type_names(error), message=str(error))
        raise DeclarationError(f"{where}: the oracle raises {error!r}") from error
    if case.raises:
        raise DeclarationError(f"{where}: the oracle does not raise {case.raises.__name__}")
    value, gradients = plain(result, before), ()
    if "gradient" in exercise.properties(case):
        gradients = torch.backward(result, tensors, case)
    return Outcome("returned", value=value, gradients=gradients)


@contextlib.contextmanager
def reference_slots() -> Iterator[None]:
    """Judge each exercise on the reference engine, not on slots that other answers may have broken.

    In a student's copy the references are empty; there the transplanted functions stay.
    """
    slots = sys.modules.get("penlight.slots")
    changed = [s for s in slots.registry.values() if not s.is_reference] if slots else []
    changed = [(s, s.current) for s in changed if not is_empty(s.reference)]
    for each, _ in changed:
        each.current = each.reference
    try:
        yield
    finally:
        for each, current in changed:
            each.current = current


def is_empty(reference: Callable) -> bool:
    """True for a slot's function that only raises EmptySlot, as student bundles ship it."""
    return "EmptySlot" in reference.__code__.co_names


def type_names(error: BaseException) -> tuple[str, ...]:
    """The exception's class and bases as dotted names, most special first."""
    return tuple(f"{c.__module__}.{c.__qualname__}" for c in type(error).__mro__)


def _classes(name: str) -> list[type]:
    """The class of this name in penlight and in PyTorch, as far as they are loaded."""
    modules = (sys.modules.get(each) for each in ("penlight", "torch"))
    return [getattr(m, name) for m in modules if hasattr(m, name)]


def _bare(value: Any, base: type) -> Any:
    """The tensor without its graph, and without a say for a subclass's `__torch_function__`."""
    torch = sys.modules.get("torch")
    if torch is None or base is not torch.Tensor:
        return base.detach(value)
    with torch._C.DisableTorchFunctionSubclass():
        return base.detach(value).as_subclass(base)


def _module(base: type) -> Any:
    return sys.modules[base.__module__.partition(".")[0]]


def _tensor_value(value: Any, base: type, inputs: tuple[np.ndarray, ...]) -> ArrayValue | Opaque:
    try:
        bare = _bare(value, base)
        name, strides = dtype_name(bare), tuple(bare.stride())
        data = bare.to(_module(base).float32) if name == "bfloat16" else bare
        held = memory(bare)
    except Exception as error:
        return Opaque(f"a tensor that cannot be read ({error})")
    return _array_value(data.numpy(), name, "tensor", inputs, held, strides)


def _array_value(
    array: np.ndarray,
    dtype: str,
    kind: str,
    inputs: tuple[np.ndarray, ...],
    held: np.ndarray | None = None,
    strides: tuple[int, ...] | None = None,
) -> ArrayValue | Opaque:
    if array.size > LARGEST_RESULT:
        return Opaque(f"an array of shape {array.shape}, too large to compare")
    if array.dtype.kind not in "biufc":
        return Opaque(f"an array of dtype {array.dtype}")
    held = array if held is None else held
    if strides is None:
        strides = tuple(s // array.itemsize for s in array.strides)
    shares = tuple(i for i, other in enumerate(inputs) if np.may_share_memory(held, other))
    return ArrayValue(np.array(array), dtype, strides, kind, shares)


def _tensors(value: Any, tensor_class: type) -> Iterator[Any]:
    if isinstance(value, tensor_class):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item, tensor_class)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()), tensor_class)


def dtype_name(tensor: Any) -> str:
    """ "float32" for `torch.float32`, penlight's or PyTorch's."""
    return str(tensor.dtype).rpartition(".")[2]
