"""The assignment on indexing, read and run as instructors and students do."""

import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

import penlight
from autograder import gates
from autograder.exercise import exercises, find, with_hidden
from autograder.grading import grade
from autograder.notebook import run_cells
from penlight import slots
from tools.course import Course
from tools.course import build as building

ROOT = Path(__file__).resolve().parents[2]
NAME = "03_indexing"
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
    assert IDS == ["complete_index", "slice_window", "index_view", "mask_positions",
                   "flat_positions", "take_backward", "gather", "erase_square", "one_hot",
                   "cross_entropy"]  # fmt: skip
    assert sum(e.points for e in EXERCISES) + 4 == 40
    slots_here = {s.name for s in slots.registry.values() if s.exercise == NAME}
    assert slots_here == {e.name for e in EXERCISES if e.slot}


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=ROOT), NAME) == []


# --- specifications say what the checks say


@cache
def solution_space():
    """The names that the solution notebook defines."""
    space = {}
    run_cells(notebook("solution"), space)
    slots.restore()
    return space


def test_the_loops_are_the_oracles():
    x, index = torch.randn(3, 4).double(), torch.randint(0, 4, (3, 2))
    by_loop = solution_space()["gather_loop"](x.tolist(), index.tolist())
    np.testing.assert_allclose(by_loop, x.gather(1, index).numpy())
    labels = [2, 0, 1, 2]
    by_loop = solution_space()["one_hot_loop"](labels, 3)
    assert by_loop == torch.nn.functional.one_hot(torch.tensor(labels)).tolist()


@pytest.mark.parametrize("part", [slice(None), slice(-3, None, 2), slice(8, 3), slice(1, 99, 4)])
def test_the_running_specification_of_slice_window_is_the_oracle(part):
    code = cell("released", "slice_window-loop").source
    code = re.search(r"```python\n(.*)```", code, re.DOTALL)[1]
    *lines, claim = code.strip().splitlines()
    space = {"part": part, "n": 10, "slice_window": find("slice_window").oracle}
    exec("\n".join(lines), space)
    assert eval(claim, space)
    space["length"] += 1
    assert not eval(claim, space)


def test_the_tables_of_examples_are_right():
    oracle = find("complete_index").oracle
    rows = cell("released", "complete_index-examples").source.splitlines()
    rows = [[word.strip(" `") for word in row.split("|")[1:-1]] for row in rows[2:] if "|" in row]
    assert len(rows) == 6
    for index, ndim, answer in rows[:-1]:
        assert ", ".join(oracle(eval(index), int(ndim))) == answer
    with pytest.raises(IndexError):
        oracle(eval(rows[-1][0]), int(rows[-1][1]))
    oracle = find("flat_positions").oracle
    rows = cell("released", "flat_positions-spec").source.splitlines()
    rows = [[word.strip(" `") for word in row.split("|")[1:-1]] for row in rows if "| `[" in row]
    assert len(rows) == 4
    for i, j, answer, _ in rows[:-1]:
        places = oracle((3, 4), (torch.tensor(eval(i)), torch.tensor(eval(j))))
        assert places.tolist() == eval(answer)


def test_the_broken_code_loses_its_write_silently_and_earns_nothing():
    broken = solution_space()["broken_erase_square"]
    images = penlight.ones(3, 4, 4)
    assert (broken(images, [0, 2], 1, 1, 2) == 1).all()
    assert not (broken(images, slice(0, 2), 1, 1, 2) == 1).all()
    assert grade(broken, with_hidden(find("erase_square"))).points == 0


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_the_network_learns_on_the_students_functions():
    cells = executed("solution")
    first, last = map(float, re.findall(r"\d\.\d+", text_of(cells["training-run"])))
    assert first > 3
    assert last < 2.5
    calls = re.findall(r"([\d,]+) × (\w+)", text_of(cells["training-calls"]))
    called = {name: int(count.replace(",", "")) for count, name in calls}
    assert called["take_backward"] == 1000  # 500 steps, the lookup and the loss
    assert set(called) == {s.name for s in slots.registry.values() if s.exercise == NAME}
    names = text_of(cells["training-invent"]).strip().split(", ")
    assert len(names) > 20
    assert all(re.fullmatch("[a-z]{5,9}", name) for name in names)


def test_overwriting_learns_less():
    printed = text_of(executed("solution")["overwrite-train"])
    adding, overwriting = map(float, re.findall(r"\d\.\d+", printed))
    assert overwriting > adding + 0.05


def test_the_lookup_is_the_matrix_product():
    first, second = text_of(executed("solution")["one_hot-product"]).split("tensor")[1:]
    assert first.split() == second.split()


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


# --- run by a student


def test_untouched_it_runs_up_to_the_training_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "training-ready"
    message = cells["training-ready"].outputs[-1].evalue
    for name in IDS:
        assert name in message


@pytest.mark.slow
@pytest.mark.parametrize("missing", IDS)
def test_with_one_answer_missing_the_training_names_just_that_one(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "training-animals")
    upto = nbformat.from_dict({**notebook("solution"), "cells": cells[:end]})
    runs = {run.cell.id: run for run in run_cells(upto, {})}
    assert runs["training-ready"].error.startswith("RuntimeError: The network trains on your")
    named = runs["training-ready"].error.partition("first: ")[2]
    # An unwritten function also fails those of the student's own functions that call it.
    needs = {"complete_index": {"index_view"}, "slice_window": {"index_view"}}
    assert set(named.rstrip(".").split(", ")) == {missing} | needs.get(missing, set())
