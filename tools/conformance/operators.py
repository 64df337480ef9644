"""Which operators are compared, and how each is called in PyTorch and in penlight."""

from __future__ import annotations

import functools
import operator
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch.testing._internal.common_methods_invocations import op_db

import penlight

_SAMPLES = "torch.testing._internal.common_methods_invocations"
LIST = Path(__file__).with_name("ops.txt")


@dataclass(frozen=True)
class Form:
    """One way to call an operator: `add`, `Tensor.add`, `Tensor.add_`, `+`."""

    name: str
    theirs: Callable
    ours: Callable | None  # None where penlight lacks it
    inplace: bool = False


@cache
def floors() -> dict[str, str]:
    """Operator name -> floor, as listed in ops.txt."""
    found, floor = {}, ""
    for line in LIST.read_text("utf-8").splitlines():
        if line.startswith("["):
            floor = line.strip("[]")
        elif not line.startswith("#"):
            found |= dict.fromkeys(line.split(), floor)
    return found


def label(op) -> str:
    """The name of one entry: `max (binary)`."""
    return f"{op.name} ({op.variant_test_name})" if op.variant_test_name else op.name


def entries(floor: str | None = None, names: list[str] | None = None) -> list:
    """The `op_db` entries to compare, in the order of ops.txt.

    `names` are operator names or labels. LookupError for one that is not listed.
    """
    listed = floors()
    if floor is not None and floor not in listed.values():
        raise LookupError(f"no floor {floor!r}; there are {', '.join(sorted({*listed.values()}))}")
    order = {name: number for number, name in enumerate(listed)}
    found = sorted((op for op in op_db if op.name in listed), key=lambda op: order[op.name])
    for name in names or ():
        if not any(name in (op.name, label(op)) for op in found):
            raise LookupError(f"no operator {name!r} in {LIST.name}")
    return [
        op
        for op in found
        if (floor is None or listed[op.name] == floor)
        and (not names or op.name in names or label(op) in names)
    ]


def forms(op) -> list[Form]:
    """Every way to call an entry, the function first."""
    method, inplace = op.method_variant, op.inplace_variant
    made = [Form("function", op.op, _counterpart(op.op, op.name))]
    if method is not None and not op.name.startswith("__"):
        made.append(Form("method", method, _counterpart(method, f"Tensor.{op.name}")))
    if inplace is not None:
        home = "" if "." in op.name else "Tensor."
        made.append(Form("inplace", inplace, _counterpart(inplace, f"{home}{op.name}_"), True))
    # `operator.add` asks the tensors themselves, so it is the same function for both.
    if op.operator_variant is not None:
        made.append(Form("operator", op.operator_variant, op.operator_variant))
    if op.inplace_operator_variant is not None:
        function = op.inplace_operator_variant
        made.append(Form("inplace operator", function, function, True))
    for alias in op.aliases:
        for name in (alias.name, f"Tensor.{alias.name}", f"Tensor.{alias.name}_"):
            theirs = _find(torch, name)
            if theirs is not None:
                made.append(Form(f"alias {name}", theirs, _find(penlight, name), name[-1] == "_"))
    return made


def _counterpart(function, name: str) -> Callable | None:
    """penlight's counterpart of a function that PyTorch's samples are for."""
    if isinstance(function, functools.partial):  # `mish` with inplace=True
        found = _find(penlight, name.removesuffix("_"))
        return found and functools.partial(found, *function.args, **function.keywords)
    if getattr(function, "__module__", "") == _SAMPLES:
        return _rebound(function)  # a lambda around torch functions: the same around penlight's
    return _find(penlight, f"Tensor.{name}" if name.startswith("__") else name)


def _find(module, name: str):
    try:
        return operator.attrgetter(name)(module)
    except AttributeError:
        return None


def _rebound(function):
    """The same Python function with `torch` meaning penlight."""
    names = {"torch": penlight, "wrapper_set_seed": _seeded}
    return types.FunctionType(
        function.__code__,
        {**function.__globals__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )


def _seeded(op, *args, **kwargs):
    # PyTorch's samples of random operators run under this seed (its `wrapper_set_seed`).
    penlight.manual_seed(42)
    return op(*args, **kwargs)
