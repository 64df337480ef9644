"""`%%penlight`: a cell that only penlight can run, for what PyTorch has under no such name.

In a student's copy some of penlight waits to be written. Then the cell says so, and so does every
later one that needs its variables; the notebook still runs to its end.
"""

import ast
from collections.abc import Callable


class Waits:
    """What is shown in place of a result that needs an empty slot."""

    def __init__(self, reason: str):
        self.reason = reason

    def __repr__(self) -> str:
        return f"penlight waits for your code: {self.reason}"


class Alone:
    """Runs cells in the notebook's own variables; `compiler` registers a source, gives its name."""

    def __init__(self, notebook: dict, compiler: Callable[[str], str] = lambda text: "<penlight>"):
        self.notebook = notebook
        self.compiler = compiler
        self._waiting: dict[str, str] = {}  # variable -> why it is not there

    def magic(self, line: str, cell: str):
        """Run the cell with penlight, and show its last value."""
        return self.run(cell)

    def run(self, cell: str):
        """The value of the cell's last expression; `Waits` where a slot is empty."""
        from penlight import EmptySlot

        filename = self.compiler(cell)
        body = ast.parse(cell, filename).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        names = {
            name.id
            for each in body
            for name in ast.walk(each)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        } | {each.name for each in body if isinstance(each, ast.FunctionDef | ast.ClassDef)}
        value = None
        try:
            exec(compile(ast.Module(body, []), filename, "exec"), self.notebook)
            if last is not None:
                code = compile(ast.Expression(last.value), filename, "eval")
                value = eval(code, self.notebook)
            for name in names:
                self._waiting.pop(name, None)
            return value
        except EmptySlot as error:
            reason = str(error)
        except NameError as error:
            if error.name not in self._waiting:
                raise
            reason = self._waiting[error.name]
        for name in names:  # half-made values would only mislead the cells that follow
            self.notebook.pop(name, None)
            self._waiting[name] = reason
        return Waits(reason)
