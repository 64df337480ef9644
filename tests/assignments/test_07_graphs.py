"""The assignment on graphs, read and run as instructors and students do."""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import gates
from autograder.exercise import exercises, find
from autograder.notebook import run_cells
from autograder.small_programs import program, tape
from penlight import slots
from tools.course import Course
from tools.course import build as building

ROOT = Path(__file__).resolve().parents[2]
NAME = "07_graphs"
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


def text_of(cell_id, kind="solution"):
    """Everything a code cell printed or answered, as text."""
    outputs = executed(kind)[cell_id].outputs
    return "\n".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in outputs)


# --- what stands in it


def test_the_exercises_are_these_and_make_41_points():
    assert IDS == ["execute", "schedule", "eliminate_dead_code", "fold_constants",
                   "expression_key", "simplify", "live_ranges", "failed_guard",
                   "tape_gradient"]  # fmt: skip
    assert sum(e.points for e in EXERCISES) + 4 == 41
    slots_here = {s.name for s in slots.registry.values() if s.exercise == NAME}
    assert slots_here == set(IDS)


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=ROOT), NAME) == []


def test_small_programs_are_what_their_text_says():
    mul, split, draw = program("a = mul(x, 2); p, q = split(a | 0, True) no_grad; r = random(p)")
    assert (mul.op, mul.args, mul.inputs, mul.outs) == ("mul", ("x", 2), ("x",), ("a",))
    assert (split.outs, split.attrs, split.grad, split.impure) == (("p", "q"), (0, True), False, 0)
    assert draw.impure
    assert mul.grad
    with pytest.raises(ValueError, match="cannot read 'a is x'"):
        program("a is x")
    (step,) = tape("p, q <- 3*x, w, ~k")
    assert step.pullback([1.0, 10.0]) == [63.0, 21.0, None]
    assert step.pullback([None, 10.0]) == [60.0, 20.0, None]
    with pytest.raises(ValueError, match="cannot read 'y = x'"):
        tape("y = x")


def test_the_laws_asked_for_hold_and_the_others_do_not():
    oracle = find("simplify").oracle
    assert oracle("a = mul(x, 1)") == oracle("a = neg(x); b = neg(a)") == "x"
    assert oracle("a = relu(x); b = relu(a)") == "a"
    assert oracle("a = add(x, 0)") is None
    assert oracle("a = log(x); b = exp(a)") is None


def test_the_example_of_live_ranges_is_right():
    source = cell("released", "live_ranges-details").source
    found = find("live_ranges").oracle("a = neg(x); b = neg(a)", ["b"])
    for name, (first, last) in found.items():
        assert f"{name} is `({first}, {last})`" in source


def test_an_order_that_moves_what_need_not_move_is_reported():
    exercise = find("schedule")
    turned = exercise.call(lambda nodes: nodes[::-1], "a = neg(x); b = neg(y)")
    assert turned["moved without need"] == ["b = neg(y)", "a = neg(x)"]
    assert not turned["too early"]
    early = exercise.call(lambda nodes: nodes, "b = neg(a); a = neg(x)")
    assert early["too early"] == ["b = neg(a)"]


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_each_pass_makes_the_net_smaller_and_keeps_its_loss():
    lines = text_of("together").splitlines()
    counts = [int(line.split()[0]) for line in lines if " nodes after " in line]
    assert len(counts) == 4
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] <= 7
    assert counts[-1] < counts[0]
    assert "same loss: True" in lines


def test_captured_training_gives_the_same_losses_to_the_last_bit():
    printed = text_of("train")
    assert "largest difference: 0.0" in printed
    first, last = map(float, re.findall(r"eager: +([\d.]+) at first, ([\d.]+)", printed)[0])
    assert last < first / 2
    assert "captured 1 time" in printed
    assert "captured 2 times, since tensor 0: shape was (16, 5), is (8, 5)" in text_of("guards")


def test_the_engine_calls_each_of_the_students_functions():
    printed = text_of("tape-run")
    assert printed.count("same gradient: True") == 2
    assert set(re.findall(r"× (\w+)", printed)) == set(IDS)


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
    assert pictures >= 9


# --- run by a student


def test_untouched_it_runs_up_to_the_net_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "ready"
    for name in IDS:
        assert name in cells["ready"].outputs[-1].evalue


@pytest.mark.parametrize("missing", IDS)
def test_with_one_answer_missing_that_one_is_named(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "net")
    upto = nbformat.from_dict({**notebook("solution"), "cells": cells[:end]})
    runs = {run.cell.id: run for run in run_cells(upto, {})}
    error = runs["ready"].error
    assert error.startswith("RuntimeError: The net runs on your code.")
    assert error.endswith(f"Finish these first: {missing}.")
