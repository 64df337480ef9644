"""Keep the committed notebooks in one form, and their solution cells equal to penlight's slots.

`normalise` makes two people's saves of the same notebook the same bytes: no outputs, readable
cell ids, sorted keys, one kernel. `sync` copies each slot's source from penlight into the cell
that asks students for it, so that there is one solution, not two.
"""

import ast
import inspect
import os
import re
import tempfile
import textwrap
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

NOTEBOOK_FOLDERS = ("lectures", "solutions", "assignments")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT_CELL_METADATA = {"nbgrader", "tags", "slideshow", "editable", "deletable"}
# What Jupyter and nbformat make up for a new cell; nobody wrote it, so nobody can read it.
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-?[0-9a-f]{12})?|cell-[0-9a-f]{12,}")


class NotebookError(Exception):
    """A notebook that cannot be read or synchronised; the message says which and why."""


def find_notebooks(root: Path) -> list[Path]:
    """Every notebook of the course under `root`, sorted, editor checkpoints left out."""
    found = (path for folder in NOTEBOOK_FOLDERS for path in (root / folder).rglob("*.ipynb"))
    return sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)


def read_notebook(path: Path) -> NotebookNode:
    """The notebook at `path`, brought up to nbformat 4. Raises NotebookError when it is none."""
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        raise NotebookError(f"{path}: there is no such file") from None
    except (ValueError, TypeError, AttributeError, KeyError, nbformat.ValidationError) as error:
        first = next(iter(str(error).splitlines()), "")
        raise NotebookError(f"{path}: not a notebook ({first})") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in one step, so that a reader never meets half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def normalise(notebook: NotebookNode) -> str:
    """The text to commit for `notebook`: nbformat 4.5, no outputs, stable ids, sorted keys."""
    cells, used = [], set()
    for cell in notebook.cells:
        kept = {
            "cell_type": cell.cell_type,
            "id": _unique(_cell_id(cell), used),
            "metadata": {k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA},
            "source": cell.source,
        }
        if cell.cell_type == "code":
            kept |= {"outputs": [], "execution_count": None}
        if cell.get("attachments"):
            kept["attachments"] = cell.attachments
        cells.append(kept)
    clean = nbformat.from_dict(
        {
            "cells": cells,
            "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    nbformat.validate(clean)
    return nbformat.writes(clean, version=4).rstrip("\n") + "\n"


def _cell_id(cell: NotebookNode) -> str:
    """The cell's own id if somebody chose it, else its grade_id, else its first words."""
    given = cell.get("id", "")
    if given and not RANDOM_ID.fullmatch(given):
        return given
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    words = re.findall(r"[a-z0-9]+", (grade_id or cell.source).lower())
    return "-".join(words[:6])[:48] or "empty"


def _unique(name: str, used: set[str]) -> str:
    count, unique = 1, name
    while unique in used:
        count += 1
        unique = f"{name}-{count}"
    used.add(unique)
    return unique


def normalise_files(paths: Iterable[Path], check: bool = False) -> list[Path]:
    """Normalise notebooks in place, or with `check` only look; return those that differed."""
    changed = []
    for path in paths:
        text = normalise(read_notebook(path))
        if text != path.read_text(encoding="utf-8"):
            changed.append(path)
            if not check:
                write_text(path, text)
    return changed


def solution_source(function) -> str:
    """The source of `function` as an answer cell: no decorators, its body marked as solution.

    Signature and docstring stay outside the mark, because they are what students are given.
    """
    lines = textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    if ast.get_docstring(definition) is None or len(definition.body) < 2:
        raise NotebookError(f"{definition.name}: a slot needs a docstring and a body below it")
    docstring = definition.body[0]
    indent = " " * docstring.col_offset
    given = lines[definition.lineno - 1 : docstring.end_lineno]
    body = lines[docstring.end_lineno :]
    return "\n".join([*given, f"{indent}### BEGIN SOLUTION", *body, f"{indent}### END SOLUTION"])


def slots_by_notebook(root: Path) -> dict[Path, list]:
    """penlight's slots by the notebook `solutions/<exercise>/<exercise>.ipynb` that asks for them.

    Slots whose assignment is not written yet are left out.
    """
    from penlight import slots

    found: dict[Path, list] = {}
    for slot in slots.registry.values():
        folder = root / "solutions" / slot.exercise
        if folder.exists():
            found.setdefault(folder / f"{slot.exercise}.ipynb", []).append(slot)
    return found


def sync(root: Path, check: bool = False) -> list[str]:
    """Write every slot's source into its answer cell; return the slots whose cell differed.

    The answer cell of slot `name` has the nbgrader id `name-answer`. With `check` nothing is
    written.
    """
    changed = []
    for path, slots in slots_by_notebook(root).items():
        notebook = read_notebook(path)
        answers = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}
        differing = []
        for slot in slots:
            cell = answers.get(f"{slot.name}-answer")
            if cell is None:
                raise NotebookError(f"{path}: no cell has the nbgrader id '{slot.name}-answer'")
            source = solution_source(slot.reference)
            if cell.source != source:
                cell.source = source
                differing.append(slot.name)
        if differing and not check:
            write_text(path, normalise(notebook))
        changed += differing
    return changed
