"""The student's side of the tests: does with its own objects what the tests' process asks for."""

import operator
from collections.abc import Callable
from typing import Any

from autograder.sandbox.crossing import Ref, Table, raised

OPERATORS = (
    "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift eq ne lt le gt ge neg "
    "pos abs invert contains"
).split()


class Objects:
    """The objects of a namespace that the tests hold handles of."""

    def __init__(self, names: dict[str, Any], call_back: Callable[[Ref, list, dict], Any]):
        self.names = names
        self.table = Table("student", lambda ref: _Callback(ref, call_back, self))

    def do(self, what: str, at: int = -1, given: list | None = None, named: Any = None) -> dict:
        """Perform one step and return its encoded result, or the exception it raised."""
        try:
            arguments = [self.table.decode(each) for each in given or ()]
            keywords = {k: self.table.decode(v) for k, v in (named or {}).items()}
            target = self.table.values[at] if at >= 0 else None
            return {"value": self.table.encode(self._step(what, target, arguments, keywords))}
        except BaseException as error:
            return raised(error)

    def _step(self, what: str, target: Any, arguments: list, keywords: dict) -> Any:
        if what == "call":
            return target(*arguments, **keywords)
        if what in OPERATORS:
            return getattr(operator, what)(target, *arguments)
        return {
            "name": lambda name: self.names[name],
            "get": lambda name: getattr(target, name),
            "set": lambda name, value: setattr(target, name, value),
            "item": lambda key: target[key],
            "set item": lambda key, value: operator.setitem(target, key, value),
            "iter": lambda: iter(target),
            "next": lambda: next(target),
            "len": lambda: len(target),
            "bool": lambda: bool(target),
            "str": lambda: str(target),
            "repr": lambda: repr(target),
            "float": lambda: float(target),
            "int": lambda: int(target),
            "is": lambda other: isinstance(target, other),
            "subclass": lambda other: issubclass(target, other),
            "type": lambda: type(target),
            "enter": lambda: target.__enter__(),
            "exit": lambda *none: target.__exit__(None, None, None),
        }[what](*arguments)

    def has(self, names: list[str]) -> list[str]:
        """Those of `names` that are set."""
        return [name for name in names if name in self.names]


class _Callback:
    """A function of the tests, handed to the student's code."""

    def __init__(self, ref: Ref, call_back: Callable, objects: Objects):
        self._ref, self._call_back, self._objects = ref, call_back, objects

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        encode = self._objects.table.encode
        sent = [encode(a) for a in arguments], {k: encode(v) for k, v in keywords.items()}
        return self._objects.table.decode(self._call_back(self._ref, *sent))
