"""Mechanical mutants: a reference function with one small thing wrong.

Every mutant that computes something else must lose points; one that does not (an equivalent
mutant) is listed by its name, with the reason, in the exercise's hidden part.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
}
COMPARISONS = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
NAMES = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "sum": "mean",
    "mean": "sum",
    "zeros": "ones",
    "ones": "zeros",
    "squeeze": "unsqueeze",
}


@dataclass(frozen=True)
class Mutant:
    """name: what was changed, as "`a < b` -> `a <= b`"; source: the mutated function."""

    name: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """Every one-change variant of the function or class in `source`, names all different.

    Docstrings and what a `raise` says are left alone: no check reads them.
    """
    tree = ast.parse(source)
    function = tree.body[0]
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        del function.body[0]
    original, seen, made = ast.unparse(tree), {ast.unparse(tree)}, []
    counts = Counter()
    for name, text in [*_changed(tree), *_early_returns(function, tree)]:
        if text == original or text in seen:
            continue
        seen.add(text)
        counts[name] += 1
        number = f" #{counts[name]}" if counts[name] > 1 else ""
        made.append(Mutant(name + number, text))
    return made


def _changed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, source) with one node exchanged; the tree is put right again after each."""
    for parent, field, index in list(_places(tree.body[0])):
        node = _get(parent, field, index)
        for after in _variants(node):
            if isinstance(after, ast.Pass):
                name = f"drop `{_short(node)}`"
            else:
                name = f"`{_short(node)}` -> `{_short(after)}`"
            _set(parent, field, index, after)
            yield name, ast.unparse(ast.fix_missing_locations(tree))
            _set(parent, field, index, node)


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Where each node below `node` sits, in reading order; not what a raise says."""
    for field, value in ast.iter_fields(node):
        if isinstance(node, ast.FunctionDef) and field != "body":
            continue
        children = value if isinstance(value, list) else [value]
        for index, child in enumerate(children):
            if not isinstance(child, ast.AST):
                continue
            yield node, field, index if isinstance(value, list) else None
            if not isinstance(child, ast.Raise):
                yield from _places(child)


def _get(parent: ast.AST, field: str, index: int | None) -> ast.AST:
    value = getattr(parent, field)
    return value if index is None else value[index]


def _set(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _variants(node: ast.AST) -> Iterator[ast.AST]:
    """The wrong nodes to put in the place of `node`."""
    if isinstance(node, ast.stmt):
        yield from _statement_variants(node)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield _but(node, op=OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            for wrong in COMPARISONS[type(operator)]:
                changed = [*node.ops[:position], wrong(), *node.ops[position + 1 :]]
                yield _but(node, ops=changed)
    elif isinstance(node, ast.BoolOp):
        yield _but(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _other_constants(node.value))
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.comprehension) and node.ifs:
        yield _but(node, ifs=[_not(condition) for condition in node.ifs])
        yield _but(node, ifs=[])
    elif isinstance(node, ast.Call):
        yield from _call_variants(node)


def _statement_variants(node: ast.stmt) -> Iterator[ast.AST]:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if not docstring and not isinstance(node, (ast.Pass, ast.FunctionDef)):
        yield ast.Pass()
    if isinstance(node, (ast.If, ast.While)):
        yield _but(node, test=_not(node.test))
    elif isinstance(node, ast.For):
        everything = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        for bounds in (ast.Slice(ast.Constant(1)), ast.Slice(None, ast.Constant(-1))):
            yield _but(node, iter=ast.Subscript(everything, bounds, ast.Load()))
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value, lineno=node.lineno)  # overwrites


def _call_variants(node: ast.Call) -> Iterator[ast.AST]:
    if len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args[:2]):
        yield _but(node, args=[node.args[1], node.args[0], *node.args[2:]])
    for keyword in node.keywords:
        yield _but(node, keywords=[k for k in node.keywords if k is not keyword])
    if isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield _but(node, func=ast.Name(NAMES[node.func.id], ast.Load()))
    elif isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
        yield _but(node, func=_but(node.func, attr=NAMES[node.func.attr]))


def _other_constants(value: object) -> tuple:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    return (value * 2 + 1,) if isinstance(value, float) else ()


def _early_returns(
    function: ast.FunctionDef | ast.ClassDef, tree: ast.Module
) -> Iterator[tuple[str, str]]:
    """The function, or a method, that hands back one of its arguments, or nothing, at once."""
    if isinstance(function, ast.ClassDef):
        for method in function.body:
            if isinstance(method, ast.FunctionDef):
                yield from _early_returns(method, tree)
        return
    arguments = [a.arg for a in function.args.args]
    arguments += [function.args.vararg.arg] if function.args.vararg else []
    body = function.body
    for answer in [*arguments, "None"]:
        function.body = [ast.parse(f"return {answer}").body[0]]
        yield f"return `{answer}` at once", ast.unparse(ast.fix_missing_locations(tree))
    function.body = body


def _not(condition: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), condition)


def _but(node: ast.AST, **changes: object) -> ast.AST:
    """A shallow copy of `node` with some fields changed."""
    made = copy.copy(node)
    for field, value in changes.items():
        setattr(made, field, value)
    return made


def _short(node: ast.AST) -> str:
    first = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).strip().splitlines()[0]
    return first if len(first) <= 60 else first[:59] + "…"
