"""The assignment on broadcasting, read and run as instructors and students do."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from autograder import gates
from autograder.exercise import exercises, find, with_hidden
from autograder.grading import grade
from autograder.notebook import run_cells
from penlight import slots
from tools.course import Course
from tools.course import build as building

ROOT = Path(__file__).resolve().parents[2]
NAME = "02_broadcasting"
ASSIGNMENT = gates.Assignment(NAME)
EXERCISES = exercises(NAME)
IDS = [exercise.name for exercise in EXERCISES]


@cache
def notebook(kind):
    path = ASSIGNMENT.solution if kind == "solution" else ASSIGNMENT.released
    return nbformat.read(path, as_version=4)


def cell(kind, cell_id):
    return next(c for c in notebook(kind).cells if c.id == cell_id)


@pytest.fixture(autouse=True)
def own_slots():
    slots.restore()
    yield
    slots.restore()


@cache
def executed(kind):
    """The notebook run in a real kernel, errors kept."""
    copy = nbformat.from_dict(notebook(kind))
    NotebookClient(copy, timeout=300, kernel_name="python3", allow_errors=True).execute()
    return {c.id: c for c in copy.cells if c.cell_type == "code"}


def text_of(cell):
    """Everything a code cell printed or answered, as text."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", "") or output.get("data", {}).get("text/plain", ""))
    return "\n".join(parts)


# --- what stands in it


def test_the_exercises_are_these_and_make_40_points():
    assert IDS == ["broadcast_shapes", "expand_strides", "broadcast_tensors", "stretched_dims",
                   "unbroadcast", "standardize", "outer", "squared_distances",
                   "two_layer"]  # fmt: skip
    assert sum(e.points for e in EXERCISES) + 4 == 40


@pytest.mark.parametrize("exercise", EXERCISES, ids=IDS)
def test_each_exercise_opens_with_what_it_costs_and_earns(exercise):
    source = cell("released", exercise.name).source
    assert source.startswith("### Exercise ")
    line = (
        rf"\*\*Difficulty\*\* {exercise.difficulty} of 5 · \*\*Importance\*\* [1-5] of 5 · "
        rf"\*\*Time\*\* {exercise.minutes} minutes · \*\*Points\*\* {exercise.points:g}\n"
    )
    assert re.search(line, source)


def test_the_table_of_contents_agrees_with_the_exercises():
    rows = [
        [word.strip(" *") for word in row.split("|")[1:-1]]
        for row in cell("released", "contents").source.splitlines()
    ]
    for number, exercise in enumerate(EXERCISES, start=1):
        row = next(row for row in rows if row[0] == str(number))
        assert row[1].startswith(f"`{exercise.name}`")
        assert row[2:] == [str(exercise.minutes), f"{exercise.points:g}"]
    numbers = [row[2:] for row in rows[2:-1] if row[2]]
    assert rows[-1][2:] == [
        str(sum(int(minutes) for minutes, _ in numbers)),
        str(sum(int(points or 0) for _, points in numbers)),
    ]


@pytest.mark.parametrize("name", IDS)
def test_each_exercise_has_folded_help_by_symptom(name):
    source = cell("released", f"{name}-help").source
    assert source.count("<details>") == source.count("</details>") >= 3
    assert source.count("<summary>I ") == source.count("<details>")


@pytest.mark.parametrize("name", IDS)
def test_the_answer_cell_is_handed_out_with_signature_docstring_and_stub(name):
    source = cell("released", f"{name}-answer").source
    assert re.match(rf'def {name}\(.*\):\n    """', source)
    assert "Example: " in source
    assert "raise NotImplementedError" in source.splitlines()[-1]
    metadata = cell("released", f"{name}-answer").metadata["nbgrader"]
    assert metadata["solution"]
    assert not metadata["locked"]


def test_the_graded_cells_are_locked_and_named_after_their_exercise():
    graded = [c for c in notebook("released").cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert [c.metadata["nbgrader"]["grade_id"] for c in graded] == IDS
    for c in graded:
        name = c.metadata["nbgrader"]["grade_id"]
        assert c.source == f'check("{name}")'
        assert c.metadata["nbgrader"]["locked"]
        assert c.metadata["nbgrader"]["schema_version"] == 3
        assert not c.metadata["editable"]


def test_the_written_question_has_points_and_a_mark_scheme_that_stays_here():
    for kind in ("solution", "released"):
        metadata = cell(kind, "explain").metadata["nbgrader"]
        assert (metadata["task"], metadata["points"]) == (True, 4)
    assert "BEGIN MARK SCHEME" in cell("solution", "explain").source
    assert "MARK SCHEME" not in cell("released", "explain").source
    assert "1 point" not in cell("released", "explain").source
    assert "nbgrader" not in cell("released", "explain-answer").metadata


def test_headings_begin_with_the_title_and_go_down_one_step_at_a_time():
    text = "\n".join(c.source for c in notebook("released").cells if c.cell_type == "markdown")
    levels = [len(mark) for mark in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=ROOT), NAME) == []


# --- specifications and the handed-out mistake say what the checks say


@cache
def solution_space():
    """The names that the solution notebook defines."""
    space = {}
    run_cells(notebook("solution"), space)
    slots.restore()
    return space


def test_the_loop_of_outer_is_the_oracle():
    a, b = torch.randn(3).double(), torch.randn(4).double()
    by_loop = solution_space()["outer_loop"](a.tolist(), b.tolist())
    np.testing.assert_allclose(by_loop, torch.outer(a, b).numpy())


def test_the_loop_of_squared_distances_is_the_oracle():
    x, y = torch.randn(3, 2).double(), torch.randn(4, 2).double()
    by_loop = solution_space()["squared_distances_loop"](x.tolist(), y.tolist())
    np.testing.assert_allclose(by_loop, torch.cdist(x, y).square().numpy())


@pytest.mark.parametrize(
    ("shape", "strides", "size"),
    [((3, 1), (1, 1), (3, 4)), ((3,), (2,), (2, 3)), ((2, 1, 3), (3, 3, 1), (4, 2, 5, 3))],
)
def test_the_running_specification_of_expand_strides_is_the_oracle(shape, strides, size):
    code = cell("released", "expand_strides-loop").source
    code = re.search(r"```python\n(.*)```", code, re.DOTALL)[1]
    *lines, claim = code.strip().splitlines()
    space = {"shape": shape, "strides": strides, "size": size}
    right = find("expand_strides").oracle(shape, strides, size)
    wrong = tuple(1 - step if step < 2 else step for step in right)

    def holds(your_strides):
        for index in np.ndindex(size):
            here = {**space, "index": index, "your_strides": your_strides}
            exec("\n".join(lines), here)
            if not eval(claim, here):
                return False
        return True

    assert holds(right)
    assert not holds(wrong)


def test_the_broken_code_is_silently_wrong_and_earns_nothing():
    broken = solution_space()["broken_standardize"]
    import penlight

    square = penlight.tensor([[1.0, 2.0, 6.0], [10.0, 20.0, 60.0], [100.0, 200.0, 600.0]])
    answer = broken(square, 1)
    assert answer.shape == (3, 3)
    assert abs(np.array(answer.mean(1).tolist())).max() > 0.1
    assert grade(broken, with_hidden(find("standardize"))).points == 0


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_the_network_learns_on_the_students_functions():
    cells = executed("solution")
    first, last = map(float, re.findall(r"\d\.\d+", text_of(cells["training-loop-code"])))
    assert first > 1
    assert last < 0.05
    calls = dict(re.findall(r"([\d,]+) × (\w+)", text_of(cells["training-calls"])))
    called = {name: int(count.replace(",", "")) for count, name in calls.items()}
    assert called["unbroadcast"] == 600  # 300 steps, two biases
    assert called["broadcast_shapes"] >= 600
    assert {"expand_strides", "outer", "squared_distances", "broadcast_tensors"} <= set(called)


def test_the_experiment_with_one_dimension_too_few_learns_nothing():
    printed = executed("solution")["silent-train"].outputs[0].text
    first, last = map(float, re.findall(r"\d\.\d+", printed))
    assert last > 0.99
    assert first > last


def test_every_picture_has_a_text_alternative():
    pictures = 0
    for c in executed("solution").values():
        for output in c.outputs:
            data = output.get("data", {})
            assert "image/png" not in data, f"{c.id}: a bare image has no text alternative"
            for image in re.findall(r"<img [^>]*>", data.get("text/html", "")):
                pictures += 1
                alternative = re.search(r'alt="([^"]*)"', image)
                assert alternative, c.id
                assert len(alternative[1]) > 20, c.id
    assert pictures == 9


def test_the_picture_says_in_words_how_many_points_are_right():
    html = executed("solution")["training-picture"].outputs[0].data["text/html"]
    right = int(re.search(r"(\d+) of 200 points", html)[1])
    assert right >= 195


def test_the_graph_shows_both_biases_with_their_gradients():
    html = executed("solution")["graph-draw"].outputs[0].data["text/html"]
    for word in ("w1", "b1", "w2", "b2"):
        assert word in html


# --- run by a student


def test_untouched_it_runs_up_to_the_training_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "training-ready"
    message = cells["training-ready"].outputs[-1].evalue
    for name in IDS:
        assert name in message


@pytest.mark.parametrize("missing", IDS)
def test_with_one_answer_missing_the_training_names_just_that_one(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "training-data")
    upto = nbformat.from_dict({**notebook("solution"), "cells": cells[:end]})
    runs = {run.cell.id: run for run in run_cells(upto, {})}
    assert runs["training-ready"].error.startswith("RuntimeError: The network trains on your")
    named = runs["training-ready"].error.partition("first: ")[2]
    # An unwritten function also fails those of the student's own functions that call it.
    assert missing in named
    needs = {"broadcast_shapes": {"broadcast_tensors"}, "stretched_dims": {"unbroadcast"}}
    assert set(named.rstrip(".").split(", ")) == {missing} | needs.get(missing, set())


def test_a_function_that_breaks_after_its_check_is_not_put_to_work():
    wrong = 'def unbroadcast(grad, shape):\n    """Wrong."""\n    return grad'
    cells = [nbformat.from_dict(c) for c in notebook("solution").cells]
    for c in cells:
        if c.id == "unbroadcast-answer":
            c.source = wrong
    end = next(i for i, c in enumerate(cells) if c.id == "part-3")
    run_cells(nbformat.from_dict({**notebook("solution"), "cells": cells[:end]}), {})
    assert slots.registry["unbroadcast"].is_reference
    assert not slots.registry["stretched_dims"].is_reference


def test_a_verdict_shows_marked_words_as_code():
    html = grade(lambda size, shape: (), find("stretched_dims")).html()
    assert "<code>shape</code>" in html
    assert "`" not in html
