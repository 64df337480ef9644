"""A small nbgrader course of two exercises, as any course may have; the engine is not in it."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.course import Course
from tools.course import build as building

TOP = Path(__file__).resolve().parents[2]


def cell(source, grade_id, *, kind="code", **nbgrader):
    metadata = {
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
        "schema_version": 3,
    }
    make = new_code_cell if kind == "code" else new_markdown_cell
    return make(
        source, id=grade_id, metadata={"nbgrader": {**metadata, **nbgrader, "grade_id": grade_id}}
    )


def answer(name, body):
    source = f"def {name}(x):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
    return cell(source, f"{name}-answer", solution=True)


def graded(name, visible, hidden, points):
    source = f"{visible}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
    return cell(source, f"{name}-check", grade=True, locked=True, points=points)


def source_notebook():
    """Two functions, one by asserts and one with partial credit, and a question to mark by hand."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Doubling", id="title"),
            answer("double", "return x + x"),
            graded("double", "assert double(2) == 4", "assert double(5) == 10", 4),
            answer("square", "return x * x"),
            graded("square", "square(3)", "6.0 * (square(4) == 16) + 3.0 * (square(1) == 1)", 9),
            cell("Why?", "why", kind="markdown", task=True, points=2, locked=True),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The course, opened, in a folder of its own with a run folder inside."""
    for name in ("DATA", "CONFIG", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / f"jupyter-{name.lower()}"))
    for name in ("COURSE_RUN", "COURSE_EXCHANGE"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "course"
    (root / "solutions/doubling").mkdir(parents=True)
    (root / "solutions/engine").mkdir()
    (root / "solutions/engine/__init__.py").write_text("")
    nbformat.write(source_notebook(), root / "solutions/doubling/doubling.ipynb")
    shutil.copy(TOP / "nbgrader_config.py", root)
    return Course.open(root=root)


def handed_in(course, **answers):
    """The released notebook as bytes, with the answer cells of some functions replaced."""
    path = course.released / "doubling/doubling.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for each in notebook.cells:
        name = each.id.removesuffix("-answer")
        if name in answers:
            each.source = answers[name]
    return nbformat.writes(notebook).encode()


@pytest.fixture
def hand_in(course, tmp_path):
    """hand_in("ann", double="...") writes <tmp>/in/ann/doubling.ipynb and returns its folder."""
    building.build(course, "doubling")

    def write(student, **answers):
        folder = tmp_path / "in" / student
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "doubling.ipynb").write_bytes(handed_in(course, **answers))
        return folder

    return write
