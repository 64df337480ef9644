"""Modules written in one line, to try a walk on: `modules("own 2; a: weight 3x2, bias 3")`."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import penlight


def modules(text: str, library: ModuleType = penlight) -> Any:
    """The outermost module that `text` describes, of `library`, penlight or PyTorch.

    "own 2; a.b: weight 3x2, bias 3" reads: a parameter `own` of shape (2,), and a part `a` with a
    part `b` with two parameters. "bias -" is a parameter that is None, "~mean 3" a buffer.
    "c = a.b" gives the same part a second name, "c.v = a.b.bias" the same parameter. ValueError
    where the text makes no sense.
    """
    outermost = library.nn.Module()
    for line in filter(None, (part.strip() for part in text.split(";"))):
        if "=" in line:
            new, old = (_find(library, outermost, path.strip()) for path in line.split("="))
            setattr(new[0], new[1], getattr(*old))
            continue
        path, _, entries = line.rpartition(":")
        owner = _part(library, outermost, path.strip().split(".")) if path else outermost
        for name, shape in (entry.split() for entry in entries.split(",") if entry.strip()):
            values = None if shape == "-" else library.zeros(*map(int, shape.split("x")))
            if name.startswith("~"):
                owner.register_buffer(name[1:], values)
            else:
                made = None if values is None else library.nn.Parameter(values)
                owner.register_parameter(name, made)
    return outermost


def _find(library: ModuleType, outermost: Any, path: str) -> tuple[Any, str]:
    """The module that a path leads to, and the path's last name."""
    *parts, name = path.split(".")
    return _part(library, outermost, parts), name


def _part(library: ModuleType, module: Any, names: Iterable[str]) -> Any:
    for name in names:
        if name not in module._modules:
            module.add_module(name, library.nn.Module())
        module = module._modules[name]
    return module


@dataclass(frozen=True)
class SmallModules:
    """Modules as the argument of a case, made anew for every call."""

    text: str

    def made(self, library: ModuleType = penlight) -> Any:
        return modules(self.text, library)

    def __repr__(self) -> str:
        return f"modules({self.text!r})"


def named(found: Iterable, module: Any) -> Any:
    """What a walk through `module` found, as a list of (path, the path that leads there).

    Where the walk is right the two are the same, but for a prefix: the second is looked up by
    the parameter itself.
    """
    try:
        pairs = [(path, parameter) for path, parameter in found]
    except (TypeError, ValueError):
        return found
    real: dict[int, str] = {}
    for path, part in type(module).named_modules(module):
        for name, parameter in part._parameters.items():
            real.setdefault(id(parameter), f"{path}.{name}" if path else name)
    return [(path, real.get(id(p), "not a parameter of this module")) for path, p in pairs]
