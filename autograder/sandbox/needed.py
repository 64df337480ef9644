"""Which cells a grading run needs: the student's own, and what those build on.

A lesson's demonstrations (training, pictures, tables) define nothing that an answer uses. Where
the student has not touched them, running them for every student of a class shows nobody anything.
"""

import ast
import builtins
import symtable
from collections.abc import Iterable

from IPython.core.inputtransformer2 import TransformerManager

from autograder.sandbox.paper import CHECK, RUN, Cell

BUILTIN = frozenset(dir(builtins))


def needed(cells: Iterable[Cell], exercises: Iterable[str]) -> set[int]:
    """The positions of the code cells to run, of a notebook that is judged by `check` alone.

    exercises: the names that are judged. A cell that cannot be read is taken to be needed.
    """
    cells = list(cells)
    code = {n: _names(cell.source) for n, cell in enumerate(cells) if cell.kind == RUN}
    kept = {n for n in code if cells[n].own or code[n] is None}
    wanted = set(exercises)
    for number in kept:
        wanted |= code[number][1] if code[number] else set()
    while True:
        more = {n for n in code if n not in kept and code[n][0] & wanted}
        if not more:
            return kept | {n for n, cell in enumerate(cells) if cell.kind == CHECK}
        kept |= more
        for number in more:
            wanted |= code[number][1]


def _names(source: str) -> tuple[set[str], set[str]] | None:
    """The names that a cell sets, and those of other cells that it reads; None if unreadable."""
    try:
        python = TransformerManager().transform_cell(source)
        tree, table = ast.parse(python), symtable.symtable(python, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    stars = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
    if stars:
        return None
    sets = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()
            or s.is_namespace()}  # fmt: skip
    sets |= {_root(t) for node in ast.walk(tree) for t in _targets(node)} - {""}
    return sets, _read(table, top=True) - BUILTIN


def _read(table: symtable.SymbolTable, top: bool = False) -> set[str]:
    """The names of the notebook's namespace that are read in a scope or one inside it."""
    reads = {s.get_name() for s in table.get_symbols()
             if s.is_referenced() and (top or s.is_global())}  # fmt: skip
    return reads.union(*map(_read, table.get_children()))


def _targets(node: ast.AST) -> list[ast.AST]:
    """What a statement writes into: `x` in `x[0] = 1` and in `x.y = 1`."""
    if isinstance(node, ast.Assign):
        return node.targets
    if isinstance(node, ast.AugAssign | ast.AnnAssign):
        return [node.target]
    return node.targets if isinstance(node, ast.Delete) else []


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
