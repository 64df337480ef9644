"""Which of the course's own modules a set of files needs, read from their imports."""

import ast
from collections.abc import Iterable
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager

from tools.notebooks import read_notebook


def reachable(
    roots: Iterable[Path], packages: dict[str, Path], never: Iterable[Path] = ()
) -> set[Path]:
    """The .py files among `packages` (name -> folder) that `roots` import, and what those import.

    `roots` are .py files or notebooks and count as reached. Imports inside functions count too;
    a package's __init__.py comes with each of its modules. The files and folders in `never` are
    not followed: who imports them has to do without.
    """
    reached, waiting = set(), list(roots)
    while waiting:
        file = waiting.pop()
        if file in reached or any(file.is_relative_to(each) for each in never):
            continue
        reached.add(file)
        waiting += [found for name in _imports(file, packages) for found in _files(name, packages)]
        if any(file.is_relative_to(folder) for folder in packages.values()):
            waiting += [p for p in (file.parent / "__init__.py",) if p.is_file()]
    return {file for file in reached if file.suffix == ".py"}


def _imports(file: Path, packages: dict[str, Path]) -> set[str]:
    """The dotted names a file imports; `from a import b` gives both a and a.b."""
    names = set()
    for source in _sources(file):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = (_absolute(file, node.level, packages) + (node.module or "")).rstrip(".")
                names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def _absolute(file: Path, level: int, packages: dict[str, Path]) -> str:
    """What the dots of a relative import in `file` stand for, with a dot at the end."""
    if not level:
        return ""
    folder = file.parents[level - 1]
    top = next(place for place in packages.values() if folder.is_relative_to(place))
    return ".".join(folder.relative_to(top.parent).parts) + "."


def _sources(file: Path) -> list[str]:
    if file.suffix != ".ipynb":
        return [file.read_text(encoding="utf-8")]
    plain = TransformerManager().transform_cell  # %magics and !shell become Python
    cells = [plain(cell.source) for cell in read_notebook(file).cells if cell.cell_type == "code"]
    return [source for source in cells if _parses(source)]  # broken on purpose, to show an error


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _files(name: str, packages: dict[str, Path]) -> list[Path]:
    """The file of module `name`, if it is one of ours."""
    package, *rest = name.split(".")
    if package not in packages:
        return []
    place = packages[package].joinpath(*rest)
    candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
    return [file for file in candidates if file.is_file()]
