"""Empty the slots of penlight's source: signature and docstring stay, the solution goes."""

import ast
import re

from tools.course.folder import CourseError


def week_of(name: str) -> int:
    """The number an assignment, lecture or exercise begins with: 2 for "02_broadcasting".

    A letter may follow it, for a lecture in parts: 6 for "06b_training".
    """
    week = re.fullmatch(r"([0-9]+)[a-z]?", name.partition("_")[0])
    if week is None:
        raise CourseError(f"{name!r} does not begin with its week, as 02_broadcasting does.")
    return int(week[1])


def empty_slots(source: str, week: int, keep_later: bool = False) -> str:
    """`source` with the body of each slot of `week` or later replaced by `raise EmptySlot(...)`.

    With `keep_later` only the slots of `week` itself are emptied. Everything else, comments too,
    stays as it is written.
    """
    module = ast.parse(source)
    lines = source.splitlines()
    edits = []
    for function in ast.walk(module):
        exercise = _exercise(function)
        if exercise is None or (number := week_of(exercise)) < week:
            continue
        if number == week or not keep_later:
            if function.body[0].lineno == function.lineno:
                raise CourseError(f"{function.name}: the body must begin on a line of its own.")
            body = " " * function.body[0].col_offset
            raises = f'{body}raise EmptySlot("{function.name}", "{exercise}")'
            docstring = ast.get_docstring(function) is not None
            first = function.body[0].end_lineno if docstring else function.body[0].lineno - 1
            edits.append((first, function.end_lineno, raises))
    if not edits:
        return source
    imported = next(
        node
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module == "penlight.slots"
    )
    names = sorted({"EmptySlot", *(alias.name for alias in imported.names)})
    line = f"from penlight.slots import {', '.join(names)}"
    edits.append((imported.lineno - 1, imported.end_lineno, line))
    for first, last, text in sorted(edits, reverse=True):
        lines[first:last] = [text]
    return "\n".join(lines) + "\n"


def without_floors(source: str, dropped: list[str]) -> str:
    """`source` without its imports of the penlight floors that are not shipped.

    Top-level statements that use what these imports would have brought go too.
    """
    edits, gone = [], set()
    for node in ast.parse(source).body:
        names = {each for each in ast.walk(node) if isinstance(each, ast.Name)}
        if isinstance(node, ast.Import | ast.ImportFrom):
            package = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            kept = [a for a in node.names if _floor(package + a.name) not in dropped]
            gone |= {alias.asname or alias.name for alias in node.names if alias not in kept}
            if len(kept) < len(node.names):
                left = ast.ImportFrom(node.module, kept) if package else ast.Import(kept)
                edits.append((node, [ast.unparse(left)] if kept else []))
        elif gone & {name.id for name in names}:
            gone |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
            edits.append((node, []))
    lines = source.splitlines()
    for node, text in reversed(edits):
        lines[node.lineno - 1 : node.end_lineno] = text
    return "\n".join(lines) + "\n"


def _exercise(node: ast.AST) -> str | None:
    """The exercise named in a function's `@slot(exercise="...")`, None where there is none."""
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "slot":
            return next(k.value.value for k in decorator.keywords if k.arg == "exercise")
    return None


def _floor(name: str) -> str:
    """The floor of penlight that a dotted name begins in, "" for any other name."""
    package, _, rest = name.partition(".")
    return rest.partition(".")[0] if package == "penlight" else ""
