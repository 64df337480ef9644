"""Does what came back mean the same as what PyTorch answers? If not, which property broke?

Containers of the same meaning are equal unless the exercise compares "container": a list for a
tuple, a NumPy array for a tensor, a 0-d tensor for a number, a 1-d array for a tuple of numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise
from autograder.oracle import ArrayValue, Opaque, Outcome
from autograder.values import DtypeSpec

# (rtol, atol) by dtype, as torch.testing.assert_close chooses them
TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
# Python derives these from RuntimeError, but nobody raises them to refuse an input.
NEVER_DELIBERATE = ("builtins.NotImplementedError", "builtins.RecursionError")
NUMBERS = (bool, int, float, complex)
SHOWN_CHARACTERS = 600


@dataclass(frozen=True)
class Difference:
    """The property that broke, a sentence about it, and both sides as text."""

    property: str
    sentence: str
    expected: str
    got: str


class _Broken(Exception):
    """Carries (property, sentence) out of a nested comparison."""


def compare(exercise: Exercise, case: Case, want: Outcome, got: Outcome) -> Difference | None:
    """The first property in which `got` differs from `want`, or None where nothing does."""
    strides = "strides" in exercise.properties(case)
    try:
        if got.kind != "returned" or case.raises:
            _compare_errors(case, got)
        else:
            _compare_values(want.value, got.value, case, exercise.properties(case), "the result")
        if got.modified and not exercise.may_modify:
            which = " and ".join(got.modified)
            raise _Broken("input not modified", f"The call changed its own input: {which}.")
        if got.kind == "returned" and "gradient" in exercise.properties(case):
            _compare_gradients(want, got, case)
    except _Broken as broken:
        return Difference(*broken.args, expected=show(want, strides), got=show(got, strides))
    return None


def _compare_errors(case: Case, got: Outcome) -> None:
    if got.kind == "timed out":
        raise _Broken(
            "time limit",
            f"The call did not end within {got.message} seconds. An endless loop?",
        )
    if got.kind == "forbidden":
        raise _Broken(
            "forbidden call", f"This exercise is to be solved without calling {got.message}."
        )
    if case.raises is None:
        raise _Broken("exception", "Your function raised an exception where an answer is due.")
    wanted = f"{case.raises.__module__}.{case.raises.__qualname__}"
    if got.kind == "returned":
        raise _Broken(
            "error",
            f"This input must be refused with a {case.raises.__name__}; yours gave an answer.",
        )
    accident = [n for n in NEVER_DELIBERATE if n in got.error_types and n != wanted]
    if wanted not in got.error_types or accident:
        raise _Broken("error", f"This input must be refused with a {case.raises.__name__}.")


def _compare_values(want: Any, got: Any, case: Case, compares: tuple[str, ...], where: str) -> None:
    if isinstance(got, Opaque):
        raise _Broken("type", f"{_capital(where)} is {got.what}.")
    if got is None and want is not None:
        raise _Broken("type", f"{_capital(where)} is None. Is a `return` missing?")
    if "container" in compares:
        _compare_containers(want, got, where)
    if isinstance(want, ArrayValue):
        _compare_arrays(want, _as_array(got, where), case, compares, where)
    elif isinstance(want, (tuple, list)):
        items = _as_items(got, where)
        if len(items) != len(want):
            raise _Broken("length", f"{_capital(where)} has {len(items)} entries, not {len(want)}.")
        for index, (one, other) in enumerate(zip(want, items, strict=True)):
            _compare_values(one, other, case, compares, f"entry {index} of {where}")
    elif isinstance(want, dict):
        if not isinstance(got, dict) or set(got) != set(want):
            raise _Broken("keys", f"{_capital(where)} must have the keys {sorted(want)}.")
        for key in want:
            _compare_values(want[key], got[key], case, compares, f"entry {key!r} of {where}")
    elif type(want) in NUMBERS:
        _compare_numbers(want, got, case, where)
    elif isinstance(want, DtypeSpec) and isinstance(got, DtypeSpec) and want != got:
        raise _Broken("dtype", f"{_capital(where)} is {got.describe()}, not {want.describe()}.")
    elif type(want) is not type(got) or want != got:
        raise _Broken("value", f"{_capital(where)} differs.")


def _compare_containers(want: Any, got: Any, where: str) -> None:
    names = [v.kind if isinstance(v, ArrayValue) else type(v).__name__ for v in (want, got)]
    if names[0] != names[1]:
        raise _Broken("container", f"{_capital(where)} must be a {names[0]}, not a {names[1]}.")


def _as_array(got: Any, where: str) -> ArrayValue:
    if isinstance(got, ArrayValue):
        return got
    try:
        data = np.array(_bare_data(got))
    except (ValueError, TypeError, OverflowError):
        data = np.array(None)
    if data.dtype.kind not in "biufc":
        raise _Broken("type", f"{_capital(where)} must be a tensor, not a {type(got).__name__}.")
    return ArrayValue(data, "", (), "")


def _bare_data(value: Any) -> Any:
    """Nested lists of numbers, for NumPy to make one array of."""
    if isinstance(value, ArrayValue):
        return value.data.tolist()
    return [_bare_data(v) for v in value] if isinstance(value, (tuple, list)) else value


def _as_items(got: Any, where: str) -> list:
    if isinstance(got, ArrayValue) and got.data.ndim == 1:
        return got.data.tolist()
    if not isinstance(got, (tuple, list)):
        what = got.kind if isinstance(got, ArrayValue) else type(got).__name__
        raise _Broken("type", f"{_capital(where)} must be a tuple, not a {what}.")
    return list(got)


def _compare_numbers(want: Any, got: Any, case: Case, where: str) -> None:
    if isinstance(got, ArrayValue) and got.data.ndim == 0:
        got = got.data.item()
    if type(got) not in NUMBERS:
        raise _Broken("type", f"{_capital(where)} must be a number.")
    exact = isinstance(want, int)  # True for bool too
    if exact and type(got) is not type(want):
        need = "True or False" if isinstance(want, bool) else "a whole number (int)"
        raise _Broken("type", f"{_capital(where)} must be {need}, not a {type(got).__name__}.")
    rtol, atol = (0, 0) if exact else case.tolerance or TOLERANCES["float64"]
    if want != got and not np.isclose(got, want, rtol, atol, equal_nan=True):
        raise _Broken("value", f"{_capital(where)} is {got!r}, not {want!r}.")


def _compare_arrays(
    want: ArrayValue, got: ArrayValue, case: Case, compares: tuple[str, ...], where: str
) -> None:
    if want.data.shape != got.data.shape:
        raise _Broken(
            "shape", f"{_capital(where)} has shape {got.data.shape}, not {want.data.shape}."
        )
    close = np.isclose(*_common(got.data, want.data), *_tolerance(want, got, case), equal_nan=True)
    if not close.all():
        index = tuple(int(i) for i in np.argwhere(~close)[0])
        at = f" The first, at index {index}:" if index else ""
        raise _Broken(
            "value",
            f"{int((~close).sum())} of {close.size} elements of {where} differ.{at} "
            f"expected {want.data[index]:.6g}, got {got.data[index]:.6g}.",
        )
    if "dtype" in compares and want.dtype != got.dtype:
        have = got.dtype or "a plain Python value, which has no dtype"
        raise _Broken("dtype", f"{_capital(where)} must be {want.dtype}, not {have}.")
    # Strides of size-1 dimensions and of empty tensors move no step, so any will do.
    if "strides" in compares and _steps(want) != _steps(got):
        raise _Broken(
            "strides", f"{_capital(where)} has strides {got.strides}, not {want.strides}."
        )
    if "shares_memory" in compares and want.shares != got.shares:
        missing = set(want.shares) - set(got.shares)
        raise _Broken(
            "shares memory",
            f"{_capital(where)} must be a view of its input, not a copy."
            if missing
            else f"{_capital(where)} must be a copy; it shares memory with an input.",
        )


def _common(*arrays: np.ndarray) -> list[np.ndarray]:
    """Arrays that can be subtracted without wrapping round: bool and small ints widened."""
    if any(a.dtype.kind == "c" for a in arrays):
        return [a.astype(np.complex128) for a in arrays]
    if all(a.dtype.kind in "bi" or a.dtype == np.uint8 for a in arrays):
        return [a.astype(np.int64) for a in arrays]
    return [a.astype(np.float64) for a in arrays]


def _tolerance(want: ArrayValue, got: ArrayValue, case: Case) -> tuple[float, float]:
    if case.tolerance:
        return case.tolerance
    known = [TOLERANCES[v.dtype] for v in (want, got) if v.dtype in TOLERANCES]
    return max(known, default=(0.0, 0.0))


def _steps(value: ArrayValue) -> tuple[int, ...]:
    sizes = value.data.shape
    if value.data.size == 0 or len(sizes) != len(value.strides):
        return ()
    return tuple(step for size, step in zip(sizes, value.strides, strict=True) if size != 1)


def _compare_gradients(want: Outcome, got: Outcome, case: Case) -> None:
    if got.gradient_error:
        raise _Broken("gradient", f"No gradient could be sent back: {got.gradient_error}")
    for number, (one, other) in enumerate(zip(want.gradients, got.gradients, strict=True)):
        where = f"the gradient of tensor input number {number + 1} that requires one"
        if one is None and other is None:
            continue
        if one is None or other is None:
            have = "must not arrive" if one is None else "did not arrive"
            raise _Broken("gradient", f"{_capital(where)} {have}.")
        try:
            _compare_arrays(one, other, case, ("dtype",), where)
        except _Broken as broken:
            raise _Broken("gradient", broken.args[1]) from None


def show(outcome: Outcome, strides: bool = False) -> str:
    """An outcome as a student reads it, bounded in length; strides where they are compared."""
    if outcome.kind == "raised":
        name = outcome.error_types[0].removeprefix("builtins.")
        return _bounded(f"{name}: {outcome.message}" if outcome.message else name)
    if outcome.kind == "timed out":
        return "no answer in time"
    if outcome.kind == "forbidden":
        return f"a call of {outcome.message}"
    return _bounded(show_value(outcome.value, strides))


def show_value(value: Any, strides: bool = False) -> str:
    """A plain value as text; a tensor with its shape and dtype, and strides if asked for."""
    if isinstance(value, ArrayValue):
        data = np.array2string(value.data, separator=", ", precision=4, threshold=40)
        if value.kind == "number":
            return data
        facts = [f"shape {value.data.shape}", value.dtype]
        facts += [f"strides {value.strides}"] if strides else []
        return f"{value.kind} of {', '.join(facts)}:\n{data}"
    if isinstance(value, Opaque):
        return value.what
    if isinstance(value, DtypeSpec):
        return value.describe()
    if isinstance(value, (tuple, list)):
        return "".join(_show_items(value, strides))
    if isinstance(value, dict):
        return "\n".join(f"{key}: {show_value(item, strides)}" for key, item in value.items())
    return repr(value)


def _show_items(value: tuple | list, strides: bool) -> Iterator[str]:
    if any(isinstance(v, ArrayValue) for v in value):
        for index, item in enumerate(value):
            yield f"entry {index}: {show_value(item, strides)}\n"
        return
    inside = ", ".join(show_value(v) for v in value)
    comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
    yield f"({inside}{comma})" if isinstance(value, tuple) else f"[{inside}]"


def _bounded(text: str) -> str:
    text = text.rstrip()
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + " …"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
