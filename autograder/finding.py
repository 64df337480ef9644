"""Find the function a student means, and say what is wrong where there is none."""

import difflib
import dis
import re
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping
from types import CodeType, FrameType
from typing import Any


def caller_namespace(frame: FrameType) -> Mapping[str, Any]:
    """The names a `check` in `frame` can mean: its own, then the notebook's, then `__main__`'s."""
    spaces = [frame.f_locals, frame.f_globals]
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        spaces.append(shell.user_ns)
    spaces.append(vars(sys.modules["__main__"]))
    return ChainMap(*spaces)


def why_missing(name: str, space: Mapping[str, Any]) -> str:
    """One sentence for a student whose notebook has no function `name`."""
    if name in space:
        kind = type(space[name]).__name__
        return (
            f"`{name}` is no longer a function but a {kind}: another cell assigned to that name. "
            "Rename that variable and run your answer cell again."
        )
    source = _last_run_cell(name, space)
    if source is not None:
        return (
            f"The cell that defines `{name}` was run but stopped with an error{_syntax(source)}. "
            "Mend it and run it again."
        )
    functions = [n for n, v in list(space.items()) if callable(v) and not n.startswith("_")]
    close = difflib.get_close_matches(name, functions, n=1, cutoff=0.75)
    if close:
        return f"There is no function `{name}`, but there is `{close[0]}`. Is it misspelt?"
    return f"There is no function `{name}` yet. Run the cell that defines it, then this one."


def _last_run_cell(name: str, space: Mapping[str, Any]) -> str | None:
    """The source of the last cell IPython ran that defines `name`, if any."""
    history = space.get("In")
    cells = [c for c in history if isinstance(c, str)] if isinstance(history, list) else []
    defines = re.compile(rf"^\s*(def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    return next((c for c in reversed(cells) if defines.search(c)), None)


def _syntax(source: str) -> str:
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f" (line {error.lineno}: {error.msg})"
    return ""


def is_placeholder(function: Callable) -> bool:
    """True where the body is empty: `...`, `pass`, `return None`, or only a docstring."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(code))
    constants = [s.argval for s in steps if s.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(s.opname in idle for s in steps) and constants == [None]


def same_code(function: Callable, source: str) -> bool:
    """True where `function` does just what `source` defines; comments and layout do not count."""
    code = getattr(function, "__code__", None)
    module = compile(source, "<handed out>", "exec", dont_inherit=True)
    defined = next(c for c in module.co_consts if isinstance(c, CodeType))
    return code is not None and _essence(code) == _essence(defined)


def _essence(code: CodeType) -> tuple:
    steps = [
        (s.opname, _essence(s.argval) if isinstance(s.argval, CodeType) else repr(s.argval))
        for s in dis.get_instructions(code)
    ]
    return (code.co_varnames[: code.co_argcount], steps)
