"""The tests' side: handles of the student's objects, and the names the tests see.

A handle forwards calls and looks to the student's process. It compares and computes only where the
tests made the object themselves, out of a class that the exercise asks for: what a student's
function returns must be a value, not an object with its own idea of being equal.
"""

import ast
import builtins
import contextlib
from collections.abc import Callable
from types import CodeType
from typing import Any

from autograder.sandbox.crossing import Ref, Table, rebuild_error
from autograder.sandbox.objects import OPERATORS

Asks = Callable[[dict], dict]


class Handle:
    """An object in the student's process. own: made by the tests out of an expected class."""

    __slots__ = ("_handle_own", "_handle_ref", "_handle_side")

    def __init__(self, side: "Side", ref: Ref, own: bool = False):
        object.__setattr__(self, "_handle_side", side)
        object.__setattr__(self, "_handle_ref", ref)
        object.__setattr__(self, "_handle_own", own)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._handle_side.ask(self, "call", arguments, keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__name__", "__doc__", "__dict__", "__len__"):
            raise AttributeError(name)
        return self._handle_side.ask(self, "get", (name,))

    def __setattr__(self, name: str, value: Any) -> None:
        self._handle_side.ask(self, "set", (name, value))

    def __getitem__(self, key: Any) -> Any:
        return self._handle_side.ask(self, "item", (key,))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._handle_side.ask(self, "set item", (key, value))

    def __iter__(self):
        iterator = self._handle_side.ask(self, "iter")
        if not isinstance(iterator, Handle):
            return iter(iterator)
        return iter(lambda: self._handle_side.following(iterator), _END)

    def __next__(self) -> Any:
        found = self._handle_side.following(self)
        if found is _END:
            raise StopIteration
        return found

    def __len__(self) -> int:
        return self._handle_side.number(self, "len", int)

    def __bool__(self) -> bool:
        return self._handle_side.number(self, "bool", bool)

    def __float__(self) -> float:
        return self._handle_side.number(self, "float", float)

    def __int__(self) -> int:
        return self._handle_side.number(self, "int", int)

    def __str__(self) -> str:
        return self._handle_side.number(self, "str", str)

    def __repr__(self) -> str:
        return self._handle_side.number(self, "repr", str)

    def __enter__(self) -> Any:
        return self._handle_side.ask(self, "enter")

    def __exit__(self, *error) -> Any:
        return self._handle_side.ask(self, "exit")

    def __instancecheck__(self, instance: Any) -> bool:
        if not isinstance(instance, Handle):
            return False
        return self._handle_side.ask(instance, "is", (self,)) is True

    def __subclasscheck__(self, other: Any) -> bool:
        return isinstance(other, Handle) and self._handle_side.ask(other, "subclass", (self,))

    __hash__ = object.__hash__


def _operation(name: str, swapped: bool = False) -> Callable:
    def operate(self: Handle, *others: Any) -> Any:
        side = self._handle_side
        if not self._handle_own and not (others and getattr(others[0], "_handle_own", False)):
            if name == "eq":
                return self is others[0]
            if name == "ne":
                return self is not others[0]
            raise TypeError(
                f"the answer must be a value such as a number, text, list or array, "
                f"not an object of type {self._handle_ref.kind}"
            )
        if swapped:
            return side.ask(side.handle_of(others[0]), name, (self,))
        return side.ask(self, name, others)

    return operate


for _name in OPERATORS:
    setattr(Handle, f"__{_name.strip('_')}__", _operation(_name))
_END = object()


class Side:
    """The tests' process: its namespace and its conversation with the student's process."""

    def __init__(self, asks: Asks):
        self.asks = asks
        self.space: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.own: set[str] = set()  # names that trusted cells have set
        self.used: set[str] = set()
        self.expected: frozenset[str] = frozenset()
        self.assigned: frozenset[str] = frozenset()
        self.table = Table("tests", lambda ref: Handle(self, ref, self._making))
        self._making = False

    def begin(self, imports: list[str], classes: list[str], assigned: list[str]) -> None:
        """Run the instructor's imports; know the names that students are to define."""
        self.expected, self.assigned = frozenset(classes), frozenset(assigned)
        for line in imports:
            with contextlib.suppress(Exception):
                exec(line, self.space)
        self.own = set(self.space)

    def ask(self, handle: Handle | None, what: str, given: Any = (), named: Any = None) -> Any:
        """One step in the student's process; raises what it raised there."""
        at = -1 if handle is None else handle._handle_ref.at
        sent = [self.table.encode(each) for each in given]
        words = {key: self.table.encode(value) for key, value in (named or {}).items()}
        told = self.asks({"what": what, "at": at, "given": sent, "named": words})
        if "raised" in told:
            raise rebuild_error(told["raised"])
        before, self._making = self._making, self._makes(handle, what)
        try:
            return self.table.decode(told["value"])
        finally:
            self._making = before

    def _makes(self, handle: Handle | None, what: str) -> bool:
        """Does this step give an object that the tests may compare and compute with?"""
        if handle is None:
            return False
        if handle._handle_own:
            return what not in ("set", "set item")
        name = self.class_names.get(handle._handle_ref.at)
        return what == "call" and name in self.expected

    class_names: dict[int, str] = {}  # noqa: RUF012 - replaced for each cell

    def following(self, iterator: Handle) -> Any:
        try:
            return self.ask(iterator, "next")
        except StopIteration:
            return _END

    def number(self, handle: Handle, what: str, kind: type) -> Any:
        found = self.ask(handle, what)
        if type(found) is not kind:
            raise TypeError(f"{what} of the student's object gave no {kind.__name__}")
        return found

    def handle_of(self, value: Any) -> Handle:
        if not isinstance(value, Handle):
            raise TypeError("unsupported operand")
        return value

    def call_back(self, at: int, given: list, named: dict) -> Any:
        """The student's code calls a function that the tests gave it."""
        function = self.table.values[at]
        arguments = [self.table.decode(each) for each in given]
        keywords = {k: self.table.decode(v) for k, v in named.items()}
        return self.table.encode(function(*arguments, **keywords))

    def bind(self, tree: ast.Module, has: Callable[[list[str]], list[str]]) -> None:
        """Give every name that this cell or an earlier one reads the value it has over there."""
        code = compile(tree, "<tests>", "exec", dont_inherit=True)
        self.used |= _names(code)
        mine = self.own - self.assigned
        wanted = sorted(n for n in self.used if n not in mine and not hasattr(builtins, n))
        self.class_names = {}
        there = has(wanted)
        for name in wanted:
            if name in there:
                self.space[name] = value = self.ask(None, "name", (name,))
                if isinstance(value, Handle):
                    self.class_names[value._handle_ref.at] = name
            elif name not in self.own:
                self.space.pop(name, None)

    def run(self, source: str, has: Callable[[list[str]], list[str]]) -> Any:
        """Run a trusted cell; the value of its last line where that is an expression."""
        tree = ast.parse(_python_only(source))
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)
                  and isinstance(n.ctx, ast.Store)}  # fmt: skip
        stored |= {n.name for n in tree.body if hasattr(n, "name")}
        self.bind(tree, has)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        try:
            exec(compile(tree, "<tests>", "exec", dont_inherit=True), self.space)
            if last is None:
                return None
            expression = ast.Expression(last.value)
            return eval(compile(expression, "<tests>", "eval", dont_inherit=True), self.space)
        finally:
            self.own |= stored & set(self.space)


def _names(code: CodeType) -> set[str]:
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _python_only(source: str) -> str:
    """Lines for Jupyter alone left out."""
    if source.lstrip().startswith("%%"):
        return ""
    lines = source.splitlines()
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)
