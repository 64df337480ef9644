"""`script`: read a function's Python source, so that a graph can hold its branches and loops.

A tracer sees only the way that the program went. `script` rewrites the source first: each `if`,
`while` and `for … in range(…)` becomes a call of `control`, with the branches as functions; when
such a function is captured, and the test is a tensor, both branches are. `code` shows the result.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types

from penlight.graphs import control
from penlight.graphs.control import ScriptError
from penlight.graphs.guards import Compiled
from penlight.graphs.passes import optimise
from penlight.nn.module import Module

_RUNTIME = "penlight_control"
_REFUSED = {
    ast.Break: "break", ast.Continue: "continue", ast.Try: "try", ast.Global: "global",
    ast.Nonlocal: "nonlocal", ast.ClassDef: "class", ast.Yield: "yield", ast.YieldFrom: "yield",
    ast.Await: "await", ast.AsyncFunctionDef: "async def", ast.FunctionDef: "def",
    ast.Match: "match", ast.Delete: "del",
}  # fmt: skip


class Scripted(Compiled):
    """A function whose graph keeps both branches; captured anew when a guard fails."""

    def __init__(self, function, code: str, passes=(optimise,)):
        super().__init__(function, passes)
        self.code = code


def script(function, *, passes=(optimise,)) -> Scripted:
    """Decorator: run a function, or a Module's forward, as a graph with its branches and loops.

    Covered: if, while, for over range, `a if c else b`, and, or, not. Branches that both end in
    return may do so; in loops neither return, break nor continue is covered. Python itself decides
    what does not depend on a tensor. ScriptError for anything else, with the line.
    """
    if isinstance(function, Module):
        forward, code = rewritten(type(function).forward)
        return Scripted(types.MethodType(forward, function), code, passes)
    function, code = rewritten(function)
    return Scripted(function, code, passes)


def rewritten(function):
    """The function with its control flow as calls, and the source of that."""
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError) as error:
        raise ScriptError(f"script needs the source of {function!r}: {error}") from None
    tree = ast.parse(textwrap.dedent("".join(lines)))
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise ScriptError("script reads functions written with def")
    definition.decorator_list = []
    for default in definition.args.defaults + definition.args.kw_defaults:
        if default is not None and not isinstance(default, ast.Constant):
            raise ScriptError("defaults of a scripted function must be plain constants")
    ast.increment_lineno(definition, first - 1)
    _Rewriter(function.__code__.co_filename).function(definition)
    # Free variables become those of a function around it.
    outer = inspect.getclosurevars(function).nonlocals
    factory = ast.parse(
        f"def around({', '.join([_RUNTIME, *outer])}):\n    return {definition.name}"
    )
    factory.body[0].body.insert(0, definition)
    ast.fix_missing_locations(factory)
    space: dict[str, object] = {}
    code = compile(factory, function.__code__.co_filename, "exec")
    exec(code, function.__globals__, space)
    return space["around"](control, *outer.values()), ast.unparse(definition)


def assigned(statements) -> list[str]:
    """The variables that statements set, in order; not those that start with `penlight_`."""
    names: dict[str, None] = {}
    for each in statements:
        for node in _own(each):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names[node.id] = None
    return [name for name in names if not name.startswith("penlight_")]


def _own(node):
    """The nodes below, but not those inside functions and comprehensions, which are their own."""
    yield node
    inner = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    if not isinstance(node, inner):
        for child in ast.iter_child_nodes(node):
            yield from _own(child)


def _returns(statements) -> bool:
    return any(isinstance(node, ast.Return) for each in statements for node in _own(each))


def _ends_in_return(statements) -> bool:
    last = statements[-1] if statements else None
    if isinstance(last, ast.If):
        return _ends_in_return(last.body) and _ends_in_return(last.orelse)
    return isinstance(last, ast.Return)


class _Rewriter(ast.NodeTransformer):
    """Statement by statement; `self.count` numbers the functions that it makes."""

    def __init__(self, filename):
        self.filename, self.count = filename, 0

    def refuse(self, node, what):
        raise ScriptError(f"{self.filename}:{node.lineno}: script does not cover {what}")

    def function(self, definition):
        definition.body = self.block(definition.body)

    def block(self, statements) -> list[ast.stmt]:
        """Rewritten statements. What follows an `if` that returns becomes its else."""
        out = []
        for k, each in enumerate(statements):
            rest = statements[k + 1 :]
            if isinstance(each, ast.If) and _returns([each]):
                return out + self.returning(each, rest)
            made = self.visit(each)
            out += made if isinstance(made, list) else [made]
        return out

    def returning(self, node: ast.If, rest) -> list[ast.stmt]:
        sides = [
            list(side) if _ends_in_return(side) else [*side, *rest]
            for side in (node.body, node.orelse)
        ]
        if not all(map(_ends_in_return, sides)):
            self.refuse(node, "an if that returns on one way and falls off the end on another")
        test = self.visit(node.test)
        names = assigned(sides[0] + sides[1])
        then, orelse = (self.define(self.block(side), names) for side in sides)
        call = self.call("if_", test, then[1], orelse[1], self.values(names), self.names(()))
        return self.at(node, [then[0], orelse[0], ast.Return(call)])

    def visit_Return(self, node):
        if node.value is not None:
            node.value = self.call("given", self.visit(node.value))
        return ast.fix_missing_locations(node)

    def visit_If(self, node):
        names = assigned(node.body + node.orelse)
        test = self.visit(node.test)
        then, orelse = (
            self.define([*self.block(side), self.give(names)], names)
            for side in (node.body, node.orelse)
        )
        call = self.call("if_", test, then[1], orelse[1], self.values(names), self.names(names))
        return self.at(node, [then[0], orelse[0], self.take(names, call)])

    def visit_While(self, node):
        if node.orelse or _returns(node.body):
            self.refuse(node, "return or else in a loop")
        names = assigned(node.body)
        test = self.define([ast.Return(self.visit(node.test))], names)
        body = self.define([*self.block(node.body), self.give(names)], names)
        call = self.call("while_", test[1], body[1], self.values(names), self.names(names))
        return self.at(node, [test[0], body[0], self.take(names, call)])

    def visit_For(self, node):
        over = node.iter
        is_range = isinstance(over, ast.Call) and isinstance(over.func, ast.Name)
        if not is_range or over.func.id != "range" or over.keywords:
            self.refuse(node, "a for loop over anything but range(…)")
        if node.orelse or _returns(node.body) or not isinstance(node.target, ast.Name):
            self.refuse(node, "return or else in a loop, or a loop over several variables")
        names = [name for name in assigned(node.body) if name != node.target.id]
        body = self.define([*self.block(node.body), self.give(names)], names, node.target.id)
        bounds = ast.Tuple([self.visit(each) for each in over.args], ast.Load())
        call = self.call("for_", bounds, body[1], self.values(names), self.names(names))
        return self.at(node, [body[0], self.take(names, call)])

    def visit_IfExp(self, node):
        sides = [self.later(self.visit(each)) for each in (node.body, node.orelse)]
        return ast.copy_location(self.call("if_", self.visit(node.test), *sides), node)

    def visit_BoolOp(self, node):
        name = "and_" if isinstance(node.op, ast.And) else "or_"
        parts = [self.later(self.visit(each)) for each in node.values]
        return ast.copy_location(self.call(name, *parts), node)

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Not):
            return ast.copy_location(self.call("not_", node.operand), node)
        return node

    def visit_With(self, node):
        node.items = [self.visit(item) for item in node.items]
        if _returns(node.body):
            self.refuse(node, "return inside with")
        node.body = self.block(node.body)
        return node

    def visit_Lambda(self, node):
        return node  # runs as it is

    def generic_visit(self, node):
        if type(node) in _REFUSED:
            self.refuse(node, f"`{_REFUSED[type(node)]}`")
        return super().generic_visit(node)

    # --- making code ----------------------------------------------------------------------------

    def define(self, body, names, *first):
        """A function of the variables `names`, and the expression that names it."""
        self.count += 1
        name = f"penlight_part_{self.count}"
        made = ast.parse(f"def {name}({', '.join([*first, *names])}): pass").body[0]
        made.body = body
        return made, ast.Name(name, ast.Load())

    def call(self, name, *args):
        function = ast.Attribute(ast.Name(_RUNTIME, ast.Load()), name, ast.Load())
        return ast.Call(function, list(args), [])

    def later(self, expression):
        return ast.Lambda(ast.parse("lambda: 0", mode="eval").body.args, expression)

    def values(self, names):
        """A tuple of what the variables hold now, as far as they hold anything."""
        reads = [self.call("get", self.later(ast.Name(name, ast.Load()))) for name in names]
        return ast.Tuple(reads, ast.Load())

    def names(self, names):
        return ast.Tuple([ast.Constant(name) for name in names], ast.Load())

    def give(self, names):
        return ast.Return(ast.Tuple([ast.Name(name, ast.Load()) for name in names], ast.Load()))

    def take(self, names, call):
        if not names:
            return ast.Expr(call)
        target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
        return ast.Assign([target], call)

    def at(self, node, statements):
        """New statements at the line of the one that they stand for."""
        for each in statements:
            ast.copy_location(each, node)
            ast.fix_missing_locations(each)
        return statements
