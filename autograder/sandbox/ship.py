"""Carry a function of the grader to a process that has not got its module.

Some exercises are run through a function of `autograder/checks`, which must not be inside: there
stand the oracles. So the function goes alone, as compiled code, with the names it uses.
"""

import dis
import importlib
import marshal
from types import CodeType, FunctionType, ModuleType
from typing import Any

STAY = "autograder.checks"  # modules that are never inside


class Absent:
    """Stands for a module that is not inside, such as PyTorch where the exercise forbids it."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        raise AttributeError(f"{self._name} is not available while grading")


def pack(value: Any, seen: tuple = ()) -> dict:
    """`value`, a function, class or module, as plain data."""
    if isinstance(value, ModuleType):
        return {"module": value.__name__}
    if not value.__module__.startswith((STAY, "autograder.hidden")):
        return {"module": value.__module__, "name": value.__qualname__}
    if not isinstance(value, FunctionType) or value.__code__ in seen:
        raise TypeError(f"{value!r} cannot be carried into the isolated process")
    seen = (*seen, value.__code__)
    names = _names(value.__code__) & set(value.__globals__)
    return {
        "code": marshal.dumps(value.__code__),
        "defaults": value.__defaults__,
        "closure": tuple(cell.cell_contents for cell in value.__closure__ or ()),
        "globals": {name: _held(value.__globals__[name], seen) for name in sorted(names)},
    }


def _held(value: Any, seen: tuple) -> dict:
    if isinstance(value, ModuleType) or (hasattr(value, "__module__") and callable(value)):
        return {"packed": pack(value, seen)}
    return {"value": value}


def _names(code: CodeType) -> set[str]:
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    read = {
        i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    return read.union(*map(_names, inner))  # not `co_names`, where attributes stand too


def unpack(packed: dict) -> Any:
    """What `pack` made, in the process it arrived in."""
    if "module" in packed:
        try:
            found: Any = importlib.import_module(packed["module"])
        except ImportError:
            return Absent(packed["module"])
        for part in packed.get("name", "").split(".") if "name" in packed else ():
            found = getattr(found, part)
        return found
    import builtins

    space = {"__builtins__": builtins, "__name__": __name__}
    for name, held in packed["globals"].items():
        space[name] = unpack(held["packed"]) if "packed" in held else held["value"]
    code = marshal.loads(packed["code"])
    cells = tuple(_cell(value) for value in packed["closure"])
    return FunctionType(code, space, code.co_name, packed["defaults"], cells or None)


def _cell(value: Any) -> Any:
    return (lambda: value).__closure__[0]
