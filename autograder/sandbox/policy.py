"""Forbidden calls, enforced from outside: what a submission's own text may do, before it runs.

In code that does not look into the interpreter a function can be reached only by its name. So for
an exercise that forbids calls two rules are sound together. The student's cells must be such plain
code: no `eval`, no `gc`, no `__closure__`. And where they name a forbidden function at all, the
exercise is judged again in a process where that name stood for a refusal before their first line
ran, so that no copy of the function can have been kept.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager

from autograder.exercise import Exercise

LOOKING = frozenset(
    "eval exec compile globals locals vars __import__ __builtins__ __loader__ __spec__ breakpoint "
    "get_ipython attrgetter methodcaller memoryview".split()
)
# Ways through a library to its inside, or to code that is read from somewhere.
INSIDE = frozenset(
    "slots registry f_back f_globals f_locals f_builtins gi_frame cr_frame tb_frame ag_frame "
    "cell_contents func_closure ctypeslib f2py distutils user_ns user_global_ns get_ipython "
    "attrgetter methodcaller _original _refusal _getframe _current_frames settrace setprofile "
    "system popen posix_spawn posix_spawnp spawnl spawnv spawnve execl execlp execv execve execvp "
    "modules path_hooks meta_path".split()
)
HARMLESS_DUNDERS = frozenset(
    "__name__ __doc__ __init__ __len__ __call__ __enter__ __exit__ __str__ __repr__ __add__ "
    "__mul__ __sub__ __truediv__ __eq__ __hash__ __iter__ __next__ __getitem__ __setitem__ "
    "__new__ __version__ __post_init__ __neg__ __pow__ __matmul__ __radd__ __rmul__".split()
)
MODULES = frozenset(
    "abc array bisect cmath collections contextlib copy dataclasses datetime decimal enum "
    "fractions functools graphlib heapq itertools math matplotlib matplotlib_inline numbers numpy "
    "operator pandas penlight pprint queue random re scipy statistics string textwrap time timeit "
    "torch typing typing_extensions warnings __future__ autograder tools IPython csv glob io json "
    "logging os pathlib platform shutil signal socket struct sys tempfile threading".split()
)
OF_PACKAGE = {"autograder": ("check", "limited", "TimeUp", "graph", "chain", "carry", "ladder"),
              "IPython": ("display", "HTML", "Image", "Markdown", "clear_output")}  # fmt: skip
HARMLESS_MAGICS = (
    "matplotlib config precision who whos pwd autosave reset pinfo pinfo2 psearch".split()
)
CODE_MAGICS = ("time", "timeit", "prun", "capture")
OWN = ("self", "cls", "other")


@dataclass(frozen=True)
class Text:
    """What the student's own cells say. looks: the first thing that looks into the interpreter,
    "" in plain code. named: every attribute and imported name."""

    looks: str
    named: frozenset[str]


def read(sources: Iterable[str]) -> Text:
    """Read the student's cells. A cell that is no Python never runs, so it says nothing."""
    looks, named = "", set()
    for node in _nodes(sources):
        looks = looks or _looks(node)
        named |= _named(node)
    return Text(looks, frozenset(named))


def suspects(exercise: Exercise, text: Text) -> bool:
    """Do the cells name something that `exercise` forbids, for whatever purpose?"""
    last = {name.rpartition(".")[2] for name in exercise.forbids}
    return bool(last & text.named) or ("*" in text.named and bool(last))


def refusal(text: Text) -> str:
    """Why an exercise that forbids calls cannot be judged with these cells."""
    return (
        f"This exercise forbids some calls, so your notebook may not use `{text.looks}`, which "
        "could hide one. Take it out of every cell and hand in again."
    )


def _nodes(sources: Iterable[str]) -> Iterator[ast.AST]:
    transformer = TransformerManager()
    waiting = list(sources)
    while waiting:
        try:
            tree = ast.parse(transformer.transform_cell(waiting.pop()))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            magic = _magic(node)
            if magic is None:
                _pass_over(node)
                yield node
            else:
                name, *code = magic
                if name in CODE_MAGICS:
                    waiting += [each for each in code if each.strip()]
                elif name not in HARMLESS_MAGICS:
                    yield ast.Name(f"%{name}")


def _magic(node: ast.AST) -> tuple[str, ...] | None:
    """The strings of a magic that IPython made of a `%` or `!` line; ("pwd",) for the latter.

    The name `get_ipython` in it is left for nobody to stumble over.
    """
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    base = node.func.value
    if not (isinstance(base, ast.Call) and getattr(base.func, "id", "") == "get_ipython"):
        return None
    strings = tuple(a.value for a in node.args if isinstance(a, ast.Constant))
    if len(strings) != len(node.args) or not all(isinstance(s, str) for s in strings):
        return None
    if node.func.attr in ("system", "getoutput"):
        found: tuple[str, ...] = ("pwd",)  # another program knows nothing of this process
    elif node.func.attr in ("run_line_magic", "run_cell_magic") and strings:
        found = strings
    else:
        return None
    base.func.id = node.func.attr = "magic"
    return found


def _pass_over(node: ast.AST) -> None:
    """`model.modules()` is harmless: only `sys.modules`, which nobody can call, leads inside."""
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr == "modules":
        function.attr = "called"


def _looks(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        hidden = node.id in LOOKING or node.id.startswith("%")
        return node.id if hidden else ""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "setattr"):
        constant = len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
        if not constant or not isinstance(node.args[1].value, str):
            return f"{node.func.id} with a computed name"
        return _attribute(node.args[1].value, node.args[0])
    if isinstance(node, ast.Attribute):
        return _attribute(node.attr, node.value)
    if isinstance(node, ast.Import):
        return next((a.name for a in node.names if not _may_import(a.name)), "")
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        allowed = OF_PACKAGE.get(module.partition(".")[0])
        for alias in node.names:
            if allowed is not None and alias.name not in allowed:
                return f"{module}.{alias.name}"
            if alias.name in LOOKING | INSIDE or alias.name.startswith("__"):
                return f"{module}.{alias.name}"
        return "" if node.level == 0 and _may_import(module) else module or "a relative import"
    if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "weights_only"):
        return node.arg
    return ""


def _attribute(name: str, base: ast.AST) -> str:
    if name in HARMLESS_DUNDERS:
        return ""
    own = isinstance(base, ast.Name) and base.id in OWN
    if name.startswith("__"):
        return name
    return name if name in INSIDE and not own else ""


def _may_import(module: str) -> bool:
    parts = module.split(".")
    return parts[0] in MODULES and not any(p.startswith("_") or p in INSIDE for p in parts[1:])


def _named(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.ImportFrom | ast.Import):
        return {alias.name.rpartition(".")[2] for alias in node.names}
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "getattr":
        return {str(a.value) for a in node.args[1:2] if isinstance(a, ast.Constant)}
    return set()
