"""Notebooks are committed in one form, and their solution cells are penlight's slots."""

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from typer.testing import CliRunner

from penlight import slots
from tools import notebooks
from tools.cli import build_app

ROOT = Path(__file__).resolve().parents[2]


def run_command(*words):
    return CliRunner().invoke(build_app({"notebooks"}), ["notebooks", *map(str, words)])


@pytest.fixture
def untidy():
    """A notebook as an editor leaves it: outputs, counts, random ids, another kernel."""
    run = new_code_cell("1 + 1", execution_count=7, outputs=[new_output("stream", text="2")])
    run.metadata |= {"collapsed": True, "tags": ["keep"], "nbgrader": {"grade_id": "sum"}}
    chosen = new_markdown_cell("# Title", id="title")
    notebook = new_notebook(cells=[chosen, run, new_markdown_cell("## Some words here")])
    notebook.metadata = {"kernelspec": {"name": "conda-x"}, "widgets": {}}
    return notebook


@pytest.fixture
def untidy_file(untidy, tmp_path):
    path = tmp_path / "untidy.ipynb"
    nbformat.write(untidy, path)
    return path


def test_normalise_strips_what_nobody_wrote(untidy):
    clean = json.loads(notebooks.normalise(untidy))
    code = clean["cells"][1]
    assert code["outputs"] == []
    assert code["execution_count"] is None
    assert set(code["metadata"]) == {"tags", "nbgrader"}
    assert set(clean["metadata"]) == {"kernelspec", "language_info"}
    assert clean["metadata"]["kernelspec"]["name"] == "python3"
    assert (clean["nbformat"], clean["nbformat_minor"]) == (4, 5)


def test_normalise_gives_readable_ids_and_keeps_chosen_ones(untidy):
    ids = [cell["id"] for cell in json.loads(notebooks.normalise(untidy))["cells"]]
    assert ids == ["title", "sum", "some-words-here"]


def test_random_ids_of_every_maker_are_replaced():
    for made_up in ("1a2b3c4d", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "cell-0123456789abcdef"):
        cell = new_markdown_cell("words", id=made_up)
        text = notebooks.normalise(new_notebook(cells=[cell]))
        assert json.loads(text)["cells"][0]["id"] == "words"


def test_equal_cells_get_different_ids():
    cells = [new_markdown_cell("the same") for _ in range(3)]
    clean = json.loads(notebooks.normalise(new_notebook(cells=cells)))
    assert [cell["id"] for cell in clean["cells"]] == ["the-same", "the-same-2", "the-same-3"]


def test_a_cell_without_words_gets_an_id_too():
    clean = json.loads(notebooks.normalise(new_notebook(cells=[new_code_cell("")])))
    assert clean["cells"][0]["id"] == "empty"


def test_normalise_is_idempotent_and_does_not_touch_its_argument(untidy):
    before = json.dumps(untidy)
    once = notebooks.normalise(untidy)
    assert json.dumps(untidy) == before
    assert notebooks.normalise(nbformat.reads(once, as_version=4)) == once
    assert once.endswith("}\n")


def test_the_order_of_keys_does_not_matter(untidy):
    turned = {key: untidy[key] for key in reversed(list(untidy))}
    assert notebooks.normalise(nbformat.from_dict(turned)) == notebooks.normalise(untidy)


def test_old_formats_are_brought_up(tmp_path):
    path = tmp_path / "old.ipynb"
    path.write_text(
        json.dumps(
            {
                "cells": [{"cell_type": "markdown", "metadata": {}, "source": ["# Old"]}],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 2,
            }
        )
    )
    assert notebooks.normalise_files([path]) == [path]
    assert json.loads(path.read_text())["cells"][0]["id"] == "old"


def test_the_command_rewrites_and_then_has_nothing_to_do(untidy_file):
    first = run_command("normalise", untidy_file)
    assert first.exit_code == 0
    assert "rewritten" in first.output
    second = run_command("normalise", untidy_file)
    assert "1 of 1 notebooks were already right" in second.output
    assert [path.name for path in untidy_file.parent.iterdir()] == ["untidy.ipynb"]


def test_check_reports_and_changes_nothing(untidy_file):
    before = untidy_file.read_bytes()
    result = run_command("normalise", "--check", untidy_file)
    assert result.exit_code == 1
    assert "differs" in result.output
    assert "course notebooks normalise" in result.output
    assert untidy_file.read_bytes() == before


@pytest.mark.parametrize("content", ["not json", '{"cells": 3}', "[]"])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    result = run_command("normalise", path)
    assert result.exit_code == 2
    assert "broken.ipynb" in result.output
    assert path.read_text() == content


def test_a_missing_file_is_named(tmp_path):
    result = run_command("normalise", tmp_path / "gone.ipynb")
    assert result.exit_code == 2
    assert "gone.ipynb: there is no such file" in result.output


def test_writing_leaves_the_old_file_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "notes.ipynb"
    path.write_text("old")

    def refuse(*args):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        notebooks.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_every_committed_notebook_is_normalised():
    found = notebooks.find_notebooks(ROOT)
    assert ROOT / "solutions/02_broadcasting/02_broadcasting.ipynb" in found
    assert notebooks.normalise_files(found, check=True) == []


# --- solution cells


def plain(x, y):
    """What it does.

    Example: 1 and 2 give 3.
    """
    total = x + y

    return total


def undocumented(x):
    return x


def only_words(x):
    """Nothing but a docstring."""


def test_a_solution_cell_keeps_signature_and_docstring_outside_the_marks():
    assert notebooks.solution_source(plain).splitlines() == [
        "def plain(x, y):",
        '    """What it does.',
        "",
        "    Example: 1 and 2 give 3.",
        '    """',
        "    ### BEGIN SOLUTION",
        "    total = x + y",
        "",
        "    return total",
        "    ### END SOLUTION",
    ]


def test_a_solution_cell_has_no_decorator():
    source = notebooks.solution_source(slots.registry["outer"].reference)
    assert source.startswith("def outer(a, b):")


@pytest.mark.parametrize("function", [undocumented, only_words])
def test_a_slot_needs_a_docstring_and_a_body(function):
    with pytest.raises(notebooks.NotebookError, match=function.__name__):
        notebooks.solution_source(function)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of the assignment alone, and a registry with its slots alone."""
    assignment = "02_broadcasting"
    folder = tmp_path / "solutions" / assignment
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / assignment / f"{assignment}.ipynb", folder)
    ours = {n: s for n, s in slots.registry.items() if s.exercise == assignment}
    monkeypatch.setattr(slots, "registry", ours)
    return tmp_path


def change(course, name, source):
    path = course / "solutions/02_broadcasting/02_broadcasting.ipynb"
    notebook = notebooks.read_notebook(path)
    cell = next(c for c in notebook.cells if c.id == f"{name}-answer")
    cell.source = source
    notebooks.write_text(path, notebooks.normalise(notebook))
    return path


def test_our_solution_cells_are_the_slots(course):
    assert len(slots.registry) == 7
    assert notebooks.sync(course, check=True) == []


def test_sync_finds_and_mends_a_cell_that_differs(course):
    path = course / "solutions/02_broadcasting/02_broadcasting.ipynb"
    right = path.read_bytes()
    wrong = change(course, "outer", "def outer(a, b):\n    return a * b").read_bytes()
    assert notebooks.sync(course, check=True) == ["outer"]
    assert path.read_bytes() == wrong
    assert notebooks.sync(course) == ["outer"]
    assert path.read_bytes() == right


def test_a_slot_without_a_cell_is_named(course, monkeypatch):
    lost = slots.Slot(plain, "02_broadcasting")
    monkeypatch.setitem(slots.registry, "plain", lost)
    with pytest.raises(notebooks.NotebookError, match="plain-answer"):
        notebooks.sync(course)


def test_the_sync_command_says_what_to_do(monkeypatch):
    monkeypatch.setattr(notebooks, "sync", lambda root, check: ["outer"])
    result = run_command("sync", "--check")
    assert result.exit_code == 1
    assert "differs: outer" in result.output
    assert "course notebooks sync" in result.output
