"""`%%both`: one cell, run under PyTorch and under penlight, the results side by side.

PyTorch's run happens in the notebook itself, so the cell is an ordinary cell. Then the same source
runs again in a second set of variables, where `torch` is penlight. Every expression that has a
value, or prints, makes one row. `Disagreement` is raised unless both rows say the same.
"""

import ast
import contextlib
import io
import re
from collections.abc import Callable

from tools.lecture.agreement import difference
from tools.lecture.table import Row, Table, Waiting

ADDRESS = re.compile(r"at 0x[0-9a-fA-F]+>")


class Disagreement(AssertionError):
    """PyTorch and penlight gave different results for the same line."""


class Both:
    """Runs cells twice. `notebook` is the notebook's own variables, PyTorch's among them.

    Whatever an ordinary cell defines is seen by both runs; what a `%%both` cell defines exists
    twice, once for each library. `compiler` may register a source under a file name, so that
    tracebacks can show its lines.
    """

    def __init__(self, notebook: dict, compiler: Callable[[str], str] = lambda text: "<both>"):
        self.notebook = notebook
        self.compiler = compiler
        self.second: dict = {}
        self._seen: dict = {}
        self._waiting: dict[str, str] = {}  # variable -> why penlight has none

    def magic(self, line: str, cell: str) -> Table | None:
        """Run the cell under PyTorch and under penlight, and compare.

        Every line with a value is shown. `%%both RuntimeError` is for a cell that is meant to
        fail: lines that raise this error show it, and at least one line must.
        """
        return self.run(cell, raises=line.strip())

    def run(self, cell: str, raises: str = "") -> Table | None:
        """What `magic` shows for the cell; None if no line has anything to show."""
        import torch

        import penlight

        for name, value in self.notebook.items():
            if name not in self._seen or self._seen[name] is not value:
                self.second[name] = value  # an ordinary cell has set it
        self.second["torch"] = penlight
        self.notebook["torch"] = torch
        before = dict(self.notebook)

        pieces = _pieces(cell, self.compiler(cell))
        ours = [_outcome(piece, self.notebook, raises) for piece in pieces]
        new = [n for n, v in self.notebook.items() if before.get(n) is not v or n not in before]
        theirs = self._second_run(pieces, raises, new)
        self._seen = dict(self.notebook)

        if raises and not any(isinstance(each.value, Exception) for each in ours):
            raise Disagreement(f"this cell is meant to raise {raises}, and nothing in it did")
        rows = []
        for piece, one, two in zip(pieces, ours, theirs, strict=True):
            if not isinstance(two, Waiting) and (why := difference(one, two)):
                raise Disagreement(
                    f"PyTorch and penlight differ at\n    {piece.text}\nin {why}"
                    f"\nPyTorch:\n{one.shown}\npenlight:\n{two.shown}"
                )
            if one.shown:
                rows.append(Row(piece.text, one, two))
        return Table(rows) if rows else None

    def _second_run(self, pieces, raises, new) -> list:
        """The outcomes under penlight; `Waiting` from the first line that needs an empty slot."""
        from penlight import EmptySlot

        for name in new:
            self._waiting.pop(name, None)
        outcomes = []
        for piece in pieces:
            try:
                outcomes.append(_outcome(piece, self.second, raises))
            except EmptySlot as error:
                reason = str(error)
                break
            except NameError as error:
                if error.name not in self._waiting:
                    raise
                reason = self._waiting[error.name]
                break
        else:
            return outcomes
        for name in new:  # half-made values would only mislead the cells that follow
            self.second.pop(name, None)
            self._waiting[name] = reason
        return outcomes + [Waiting(reason)] * (len(pieces) - len(outcomes))


class _Piece:
    """One top-level statement: its source and its code."""

    def __init__(self, node: ast.stmt, text: str, filename: str):
        self.text = text
        if isinstance(node, ast.Expr):
            self.code = compile(ast.Expression(node.value), filename, "eval")
        else:
            self.code = compile(ast.Module([node], []), filename, "exec")


def _pieces(cell: str, filename: str) -> list[_Piece]:
    lines = cell.splitlines()
    return [
        _Piece(node, "\n".join(lines[node.lineno - 1 : node.end_lineno]), filename)
        for node in ast.parse(cell, filename).body
    ]


class Outcome:
    """What one statement did: the value it has (an exception if it raised), what it printed."""

    def __init__(self, value, printed: str):
        self.value = value
        self.printed = printed

    @property
    def shown(self) -> str:
        text = ""
        if isinstance(self.value, Exception):
            text = f"{type(self.value).__name__}: {self.value}"
        elif self.value is not None:
            text = repr(self.value)
        return "\n".join(part for part in (self.printed.rstrip(), text) if part)


def _outcome(piece: _Piece, space: dict, raises: str) -> Outcome:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            value = eval(piece.code, space)
            if ADDRESS.search(repr(value)):
                value = None  # such as the generator that manual_seed returns: nothing to see
        except Exception as error:
            if not raises or type(error).__name__ != raises:
                raise
            value = error.with_traceback(None)
    return Outcome(value, printed.getvalue())
