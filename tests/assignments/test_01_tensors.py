"""The assignment on tensors, read and run as instructors and students do."""

import itertools
import re
from functools import cache

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

NAME = "01_tensors"
ASSIGNMENT = gates.Assignment(NAME)
EXERCISES = exercises(NAME)
IDS = [exercise.name for exercise in EXERCISES]
SLOTS = ["infer_shape", "contiguous_stride", "storage_index", "is_contiguous", "infer_size",
         "view_stride", "promote_types", "result_type"]  # fmt: skip


@cache
def notebook(kind):
    return nbformat.read(getattr(ASSIGNMENT, kind), as_version=4)


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


def printed(cell):
    return "".join(o.get("text", "") for o in cell.outputs)


# --- what stands in it


def test_the_exercises_are_these_and_make_40_points():
    assert [e.name for e in EXERCISES] == [*SLOTS, "to_channels_first", "windows"]
    assert [e.name for e in EXERCISES if e.slot] == SLOTS
    assert sum(e.points for e in EXERCISES) + 4 == 40


# --- what the text says is what the checks say


def table_rows(cell_id):
    """The rows of a markdown table, each as its cells without the code marks."""
    lines = [r for r in cell("released", cell_id).source.splitlines() if r.startswith("| ")]
    return [[c.strip().replace("`", "") for c in row.strip("|").split("|")] for row in lines]


def test_the_table_of_infer_shape():
    oracle, rows = find("infer_shape").oracle, table_rows("infer_shape")[1:]
    assert len(rows) == 7
    for data, answer, _ in rows:
        if answer == "ValueError":
            with pytest.raises(ValueError, match=r"expected|sequence|integer"):
                oracle(eval(data))
        else:
            assert oracle(eval(data)) == eval(answer)


def test_the_table_of_infer_size():
    oracle, rows = find("infer_size").oracle, table_rows("infer_size")[1:]
    assert len(rows) == 5
    for size, numel, answer in rows:
        if answer.startswith("RuntimeError"):
            with pytest.raises(RuntimeError):
                oracle(eval(size), eval(numel))
        else:
            assert oracle(eval(size), eval(numel)) == eval(answer.partition(":")[0])


def test_the_table_of_view_stride():
    oracle, rows = find("view_stride").oracle, table_rows("view_stride-table")[1:]
    assert len(rows) == 6
    for shape, stride, size, answer, _ in rows:
        found = oracle(eval(shape), eval(stride), eval(size))
        if "…" in answer:
            assert found[0::2] == (4, 1)
        else:
            assert found == eval(answer)


@pytest.mark.parametrize(
    ("shape", "stride", "size"),
    [((4, 3), (3, 1), (2, 6)), ((4, 3), (5, 1), (2, 2, 3)), ((6,), (2,), (2, 3))],
)
def test_the_running_specification_of_view_stride(shape, stride, size):
    code = re.search(r"```python\n(.*)```", cell("released", "view_stride-spec").source, re.DOTALL)
    *lines, claim = code[1].strip().splitlines()
    space = {"product": itertools.product, "storage_index": find("storage_index").oracle,
             "shape": shape, "stride": stride, "size": size}  # fmt: skip
    exec("\n".join(lines), space)
    right = find("view_stride").oracle(shape, stride, size)
    assert eval(claim, {**space, "your_stride": right})
    assert not eval(claim, {**space, "your_stride": (*right[:-1], right[-1] + 1)})


@cache
def solution_space():
    """The names that the solution notebook defines."""
    space = {}
    run_cells(notebook("solution"), space)
    slots.restore()
    return space


def test_the_loop_of_windows_is_the_oracle():
    image = torch.arange(20).reshape(4, 5)
    by_loop = solution_space()["windows_loop"](image.tolist(), 3)
    assert by_loop == find("windows").oracle(image, 3).tolist()


def test_the_broken_code_has_the_right_shape_and_earns_nothing():
    broken = solution_space()["broken_to_channels_first"]
    photo = penlight.from_numpy(np.arange(24).reshape(2, 4, 3))
    assert broken(photo).shape == (3, 2, 4)
    assert grade(broken, with_hidden(find("to_channels_first"))).points == 0


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_the_secret_filter_is_found_on_the_students_functions():
    cells = executed("solution")
    first, last = map(float, re.findall(r"\d+\.\d+", printed(cells["filter-learn"])))
    assert first > 1
    assert last < 1e-4
    secret = re.findall(r"\[(-?\d[^\[\]]*)\]", cell("solution", "filter-app").source)
    wanted = "; ".join(secret)
    html = cells["filter-see"].outputs[0].data["text/html"]
    assert wanted in html
    calls = {n: int(c) for c, n in re.findall(r"(\d+) × (\w+)", printed(cells["calls-code"]))}
    assert {"view_stride", "infer_size", "storage_index", "result_type", "is_contiguous",
            "infer_shape"} == set(calls)  # fmt: skip
    assert calls["result_type"] >= 31  # a step each


def test_all_views_look_at_one_memory():
    assert "8 of 8 views" in printed(executed("solution")["gallery-write"])


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
    assert pictures == 12


# --- run by a student


def test_untouched_it_runs_up_to_the_gallery_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "ready-code"
    for name in IDS:
        assert name in cells["ready-code"].outputs[-1].evalue


@pytest.mark.parametrize("missing", IDS)
def test_with_one_answer_missing_the_last_part_names_it(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "gallery")
    runs = {
        run.cell.id: run
        for run in run_cells(nbformat.from_dict({**notebook("solution"), "cells": cells[:end]}), {})
    }
    assert runs["ready-code"].error.startswith("RuntimeError: This part runs on your functions.")
    named = set(runs["ready-code"].error.partition("first: ")[2].rstrip(".").split(", "))
    # An unwritten function also fails those of the student's own functions that call it.
    needs = {"contiguous_stride": {"is_contiguous"}, "promote_types": {"result_type"}}
    assert named == {missing} | needs.get(missing, set())
