"""`course check`: a student's notebook outside Jupyter, as a table and an exit code."""

import nbformat
import pytest
from toy_exercises import CLAMP, SCALE_ROWS
from typer.testing import CliRunner

from autograder import mistakes
from tools.cli import build_app


@pytest.fixture
def run(course, monkeypatch):
    monkeypatch.chdir(course)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr("tools.commands.check.out._width", 160)
    app = build_app({"check", "mistakes"})
    return lambda *words: CliRunner().invoke(app, list(words))


def answer(course, **sources):
    path = course / "assignments/toy/toy.ipynb"
    notebook = nbformat.read(path, 4)
    for cell in notebook.cells:
        name = cell.id.removesuffix("-answer")
        cell.source = sources.get(name, cell.source)
    nbformat.write(notebook, path)
    return path


def test_an_untouched_notebook_is_told_what_is_missing(run):
    result = run("check", "toy")
    assert result.exit_code == 1
    assert result.output.count("Not written yet") == 2
    assert "0 of 10" in result.output


def test_all_right_ends_with_zero(run, course):
    answer(course, scale_rows=SCALE_ROWS, keep_between=CLAMP)
    before = (course / "assignments/toy/toy.ipynb").read_bytes()
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "6 of 6" in result.output
    assert "9 of 10" in result.output  # one more is decided by hidden cases
    assert (course / "assignments/toy/toy.ipynb").read_bytes() == before


@pytest.mark.parametrize("target", ["toy", "assignments/toy", "assignments/toy/toy.ipynb"])
def test_a_notebook_is_named_in_three_ways(run, course, target):
    wrong = SCALE_ROWS.replace(".reshape(-1, 1)", "")
    answer(course, scale_rows=wrong, keep_between=CLAMP)
    result = run("check", target, "--details")
    assert result.exit_code == 1
    assert "You scaled the columns, not the rows." in result.output
    assert "Call:" in result.output
    assert "All checks passed" in result.output


def test_a_cell_that_fails_or_loops_costs_only_itself(run, course):
    answer(course, scale_rows="def scale_rows(:", keep_between=CLAMP)
    result = run("check", "toy")
    assert "There is no function `scale_rows` yet" in result.output
    assert "3 of 4" in result.output
    answer(course, scale_rows="while True: pass", keep_between=CLAMP)
    result = run("check", "toy", "--cell-seconds", "0.3")
    assert "3 of 4" in result.output


def test_a_check_cell_that_fails_is_told(run, course):
    path = answer(course, scale_rows=SCALE_ROWS, keep_between=CLAMP)
    notebook = nbformat.read(path, 4)
    notebook.cells[3].source += "\n1 / 0"
    notebook.cells[5].source += "\nNone"
    nbformat.write(notebook, path)
    result = run("check", "toy")
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.output
    assert "does not end with this check" in result.output


@pytest.mark.parametrize("target", ["nothing", "assignments/toy/broken.ipynb"])
def test_no_notebook_is_a_clear_error(run, course, target):
    (course / "assignments/toy/broken.ipynb").write_text("{not json")
    result = run("check", target)
    assert result.exit_code == 2
    assert "error: " in result.output
    assert target.removeprefix("assignments/") in result.output
    assert "Traceback" not in result.output


def test_digest_files_are_checked_and_rewritten(run, monkeypatch, course):
    from autograder import gates

    (assignment,) = gates.assignments(course)
    monkeypatch.setattr(gates.assignments, "__defaults__", (course,))
    shipped = mistakes.VISIBLE / mistakes.file_name("toy")
    assert run("mistakes", "--check").exit_code == 0
    shipped.write_text("{}")
    stale = run("mistakes", "--check", "toy")
    assert stale.exit_code == 1
    assert "out of date" in stale.output
    assert shipped.read_text() == "{}"
    assert run("mistakes").exit_code == 0
    assert gates.digests_current(assignment) == []


def test_digests_of_an_unknown_assignment_are_refused(run, monkeypatch, course):
    from autograder import gates

    monkeypatch.setattr(gates.assignments, "__defaults__", (course,))
    refused = run("mistakes", "toys")
    assert refused.exit_code == 2
    assert "toys" in refused.output
    assert "there are toy" in " ".join(refused.output.split())


def test_help_says_enough(run):
    text = run("check", "--help").output
    for words in ("NOTEBOOK|ASSIGNMENT", "--details", "exit code is 0"):
        assert words in text
