"""The same checks inside a real ipykernel, as a student and as nbgrader meet them."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from toy_exercises import CLAMP, SCALE_ROWS

pytestmark = pytest.mark.slow

SETUP = """
import sys
sys.path.insert(0, {here!r})
import toy_exercises as toys
from autograder import check, exercise
exercise._import_all = lambda package, only=None: None
exercise._exercises.clear()
exercise.register(toys.scale_rows_exercise(seconds=2))
exercise.register(toys.clamp_exercise())
import penlight as torch
"""
LOOP = "def scale_rows(x, w):\n    while True:\n        try: len(x)\n        except: pass\n"
NOISY = CLAMP.replace(
    "    if value",
    "    import sys, warnings\n    warnings.warn('careful')\n"
    "    print('psst', file=sys.stderr)\n    if value",
)


@pytest.fixture(scope="module", params=["student", "autograde"])
def notebook(request):
    """The executed notebook and who ran it."""
    sources = [
        SETUP.format(here=str(Path(__file__).parent)),
        'check("scale_rows")',
        SCALE_ROWS,
        'check("scale_rows")',
        LOOP,
        'check("scale_rows")',
        "def keep_between(value, low, high):\n    return value.lower()",
        'check("keep_between")',
        NOISY,
        'check("keep_between")',
        "def scale_rows(x, w):\n    return x )",
        "del scale_rows",
        'check("scale_rows")',
    ]
    book = new_notebook(cells=[new_code_cell(s) for s in sources])
    before = os.environ.pop("NBGRADER_EXECUTION", None)
    if request.param == "autograde":
        os.environ["NBGRADER_EXECUTION"] = "autograde"
    try:
        NotebookClient(book, timeout=120, allow_errors=True, kernel_name="python3").execute()
    finally:
        os.environ.pop("NBGRADER_EXECUTION", None)
        if before is not None:
            os.environ["NBGRADER_EXECUTION"] = before
    return request.param, book


def shown(book, index):
    """The one execute_result of a cell; that it is alone is what nbgrader needs."""
    outputs = book.cells[index].outputs
    assert [o.output_type for o in outputs] == ["execute_result"], outputs
    return outputs[0].data


def test_points_are_shown_or_scored(notebook):
    who, book = notebook
    found = {i: shown(book, i)["text/plain"] for i in (1, 3, 5, 7, 9, 12)}
    if who == "autograde":
        assert [float(text) for text in found.values()] == [0, 6, 0, 0, 3, 0]
    else:
        assert [t.partition(":")[2].split(" of ")[0].strip() for t in found.values()] == list(
            "060030"
        )


def test_the_explanation_is_there_for_both(notebook):
    _, book = notebook
    assert "Run the cell that defines it" in shown(book, 1)["text/html"]
    assert "6 of 6 points" in shown(book, 3)["text/html"]
    assert "did not end within 2 seconds" in shown(book, 5)["text/html"]
    assert "stopped with an error (line 2" in shown(book, 12)["text/html"]


def test_an_exception_shows_the_cell_and_line(notebook):
    _, book = notebook
    text = shown(book, 7)["text/html"]
    number = book.cells[6].execution_count
    assert f"In[{number}], line 2, in keep_between: return value.lower()" in text
    assert "AttributeError" in text
    assert "runner.py" not in text


def test_nothing_reaches_stderr_of_a_noisy_function(notebook):
    _, book = notebook
    for cell in book.cells:
        assert not any(o.get("name") == "stderr" for o in cell.outputs)


def test_the_kernel_goes_on_after_an_endless_loop(notebook):
    _, book = notebook
    assert "3 of 4 points" in shown(book, 9)["text/html"]


def test_nbgrader_reads_the_points(notebook):
    from nbgrader.utils import determine_grade

    who, book = notebook
    cell = nbformat.from_dict(book.cells[9])
    cell.metadata.nbgrader = {
        "grade": True,
        "solution": False,
        "points": 4,
        "schema_version": 3,
        "grade_id": "x",
    }
    assert determine_grade(cell) == ((3.0, 4.0) if who == "autograde" else (4.0, 4.0))
