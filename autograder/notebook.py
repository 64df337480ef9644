"""Run a notebook's cells in this process, without a kernel, and read its solution marks."""

import ast
import linecache
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.limits import TimeUp, captured, limited

MARKS = re.compile(r"### (BEGIN|END) (SOLUTION|HIDDEN TESTS)")
CALL = re.compile(r"^check\(\s*[\"'](\w+)[\"']", re.MULTILINE)
CELL_SECONDS = 120.0


@dataclass(frozen=True)
class CellRun:
    """One code cell that was run: the value of its last expression, or the error that ended it."""

    cell: NotebookNode
    value: Any = None
    error: str = ""


def read(path: Path) -> NotebookNode:
    """The notebook at `path`, as nbformat 4."""
    return nbformat.read(path, as_version=4)


def run_cells(
    notebook: NotebookNode, namespace: dict[str, Any], seconds: float = CELL_SECONDS
) -> list[CellRun]:
    """Run every code cell in order in `namespace`; an error ends its cell, not the run.

    Lines for Jupyter alone (`%magic`, `!shell`) are left out, printed output is dropped, and a
    cell has `seconds`.
    """
    os.environ.setdefault("MPLBACKEND", "Agg")  # figures without a window
    namespace.setdefault("__name__", "__main__")
    namespace.setdefault("display", lambda *shown, **options: None)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [_run(cell, namespace, seconds) for cell in code]


def _run(cell: NotebookNode, namespace: dict[str, Any], seconds: float) -> CellRun:
    source, name = _python_only(cell.source), f"<cell {cell.get('id', 'without id')}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[name] = (len(source), None, lines, name)  # so that tracebacks show the lines
    try:
        with captured():
            return CellRun(cell, limited(lambda: _evaluate(source, name, namespace), seconds))
    except TimeUp:
        return CellRun(cell, error=f"the cell did not end within {seconds:g} seconds")
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return CellRun(cell, error=f"{type(error).__name__}: {error}")


def _evaluate(source: str, name: str, namespace: dict[str, Any]) -> Any:
    """Run `source`; the value of the last statement where that is an expression."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec", dont_inherit=True), namespace)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), namespace)


def _python_only(source: str) -> str:
    if source.lstrip().startswith("%%"):
        return ""
    return re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)


def checked_names(cell: NotebookNode) -> list[str]:
    """The exercises that a cell checks, each once."""
    found = CALL.findall(cell.source) if cell.cell_type == "code" else []
    return list(dict.fromkeys(found))


def secret_lines(source: str) -> list[str]:
    """The lines of a cell that nbgrader takes out: solutions and hidden tests."""
    secret, inside = [], False
    for line in source.splitlines():
        mark = MARKS.search(line)
        if mark:
            inside = mark[1] == "BEGIN"
        elif inside:
            secret.append(line.strip())
    return secret


def open_lines(source: str) -> list[str]:
    """The lines of a cell that students get, wherever else in the cell they stand again."""
    found, inside = [], False
    for line in source.splitlines():
        mark = MARKS.search(line)
        if mark:
            inside = mark[1] == "BEGIN"
        elif not inside:
            found.append(line.strip())
    return found


def function_source(notebook: NotebookNode, name: str) -> str:
    """The last definition of function or class `name` in the cells, as text. KeyError if none."""
    found = None
    for cell in notebook.cells:
        if cell.cell_type != "code" or not re.search(rf"(def|class) {name}\b", cell.source):
            continue
        for node in ast.parse(_python_only(cell.source)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
                found = ast.get_source_segment(cell.source, node)
    if found is None:
        raise KeyError(f"no cell of the notebook defines {name}")
    return found
