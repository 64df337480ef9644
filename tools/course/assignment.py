"""What a grading run knows of an assignment: its notebooks as trusted, and what to load for it."""

import ast
import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.sandbox.judge import names_checked
from autograder.sandbox.paper import Setting
from tools.course import build as building
from tools.course.folder import Course

LOADED = ("numpy", "matplotlib.pyplot", "pandas", "torch", "scipy", "sklearn", "penlight")
OURS = ("numpy", "penlight.*", "matplotlib.pyplot", "tools.draw", "tools.lecture")
IGNORED = (".ipynb", ".py~", ".pyc")
MOST_FILES = 64 << 20  # bytes beside the notebooks that every submission gets


@dataclass(frozen=True)
class Assignment:
    """One assignment as the grading run needs it. version: changes whenever a mark could.

    notes: what its instructor should know.
    """

    name: str
    notebooks: dict[str, NotebookNode]
    setting: Setting
    version: str
    notes: tuple[str, ...] = ()


def load(course: Course, name: str) -> Assignment:
    """Read `name` from its source, and save its cells and points in the class's gradebook."""
    with building.generated(course, name, course.api.coursedir.db_url) as folder:
        notebooks = {
            path.stem: nbformat.read(path, as_version=4) for path in folder.glob("*.ipynb")
        }
        files = _files(folder)
    with course.gradebook() as book:
        for notebook_name, notebook in notebooks.items():
            sources = {c.name: c for c in book.find_notebook(notebook_name, name).source_cells}
            for cell in notebook.cells:
                saved = sources.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
                if saved is not None and saved.locked:
                    cell.source = saved.source  # with the hidden tests
    sources = [
        nbformat.read(course.sources / name / f"{each}.ipynb", as_version=4) for each in notebooks
    ]
    setting = _setting(course, name, notebooks, sources, files)
    return Assignment(name, notebooks, setting, version(course, name))


def version(course: Course, name: str) -> str:
    """A hash of the assignment's source, of the checks and of the grader."""
    found = hashlib.sha256()
    grader = Path(importlib.util.find_spec("autograder").origin).parent
    for folder in (course.sources / name, grader):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and _belongs(path, grader, name):
                found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def _belongs(path: Path, grader: Path, name: str) -> bool:
    """Other assignments' checks have no say in this one's marks."""
    if path.parent in (grader / "checks", grader / "hidden") and path.name[:2].isdigit():
        return path.name.startswith(name)
    return True


def _files(folder: Path) -> dict[str, bytes]:
    found, size = {}, 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix not in IGNORED:
            size += path.stat().st_size
            if size <= MOST_FILES:
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def _setting(
    course: Course,
    name: str,
    notebooks: dict[str, NotebookNode],
    sources: list[NotebookNode],
    files: dict[str, bytes],
) -> Setting:
    seconds = course.config.get("Execute", {}).get("timeout") or 30
    shared = {"files": files, "seconds": float(seconds)}
    if _is_ours(notebooks):
        return Setting(name, OURS, ("torch",), ("penlight",), lean=True, **shared)
    assigned, classes = _answers(sources)
    imported = _imported(notebooks)
    loaded = tuple(each for each in LOADED if each.partition(".")[0] in imported)
    lines = _import_lines([*notebooks.values(), *sources])
    return Setting(name, loaded, imports=lines, classes=classes, assigned=assigned, **shared)


def _is_ours(notebooks: dict[str, NotebookNode]) -> bool:
    """Every graded code cell is a `check`, and nothing imports PyTorch itself."""
    graded = [
        cell
        for notebook in notebooks.values()
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("grade")
    ]
    checks = [c for c in graded if names_checked(c.source)]
    return bool(checks) and len(checks) == len(graded) and "torch" not in _imported(notebooks)


def _imported(notebooks: dict[str, NotebookNode]) -> set[str]:
    names = set()
    for node in _statements(notebooks.values()):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _import_lines(notebooks: list[NotebookNode]) -> tuple[str, ...]:
    found = [
        node for node in _statements(notebooks) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return tuple(dict.fromkeys(ast.unparse(node) for node in found))


def _answers(sources: list[NotebookNode]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that the instructor's answer cells set, and those of them that are classes."""
    assigned, classes = set(), set()
    for node in _statements(sources, only_answers=True):
        if isinstance(node, ast.ClassDef):
            classes.add(node.name)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assigned.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            assigned.add(node.id)
    return tuple(sorted(assigned)), tuple(sorted(classes))


def _statements(notebooks, only_answers: bool = False):
    for notebook in notebooks:
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" or (only_answers and not marks.get("solution")):
                continue
            lines = [line for line in cell.source.splitlines() if not line.startswith(("%", "!"))]
            try:
                tree = ast.parse("\n".join(lines))
            except SyntaxError:
                continue
            yield from ast.walk(tree)
