"""The assignment on training, read and run as instructors and students do."""

import ast
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import torch
from nbclient import NotebookClient

import penlight
from autograder import gates
from autograder.exercise import exercises, find, with_hidden
from autograder.grading import grade
from autograder.notebook import run_cells
from autograder.small_training import Placed, PlacedNet
from penlight import slots
from tools.course import Course
from tools.course import build as building

ROOT = Path(__file__).resolve().parents[2]
NAME = "06_training"
ASSIGNMENT = gates.Assignment(NAME)
EXERCISES = exercises(NAME)
IDS = [exercise.name for exercise in EXERCISES]
SLOTS = [exercise.name for exercise in EXERCISES if exercise.slot]
SCRIPTS = [f"script_{number}" for number in range(1, 11)]


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


@cache
def solution_space():
    """The names that the solution notebook defines."""
    space = {}
    run_cells(notebook("solution"), space)
    slots.restore()
    return space


# --- what stands in it


def test_the_exercises_are_these_and_make_57_points():
    assert [*SLOTS, "evaluate", *SCRIPTS, "diagnose"] == IDS
    assert sum(e.points for e in EXERCISES) + 4 == 57
    assert {s.name for s in slots.registry.values() if s.exercise == NAME} == set(SLOTS)


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=ROOT), NAME) == []


def test_the_tables_of_numbers_are_what_pytorch_says():
    w = torch.tensor([4.0], requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.5, momentum=0.5)
    rows = re.findall(r"^\| \d \|.* ([\d.]+) \| ([\d.]+) \|$",
                      cell("released", "sgd_step-details").source, re.MULTILINE)  # fmt: skip
    assert len(rows) == 3
    for row in rows:
        w.grad = torch.ones(1)
        optimizer.step()
        shown = [float(number.split()[-1]) for number in row]
        assert shown == [optimizer.state[w]["momentum_buffer"].item(), w.item()]
    oracle = find("cosine_between").oracle
    rows = re.findall(r"^\| ([\d.]+) \| -?\d \| ([\d.]+)",
                      cell("released", "cosine_between").source, re.MULTILINE)  # fmt: skip
    assert len(rows) == 4
    for part, rate in rows:
        assert oracle(0.4, 0.0, float(part)) == pytest.approx(float(rate))


def test_the_examples_of_batches_and_of_collating_are_what_the_functions_give():
    source = cell("released", "make_batches").source
    calls = re.findall(r"^(list\(make_batches.*\)) +# (.*)$", source, re.MULTILINE)
    assert len(calls) == 2
    for call, answer in calls:
        assert eval(call, {"make_batches": slots.find("make_batches")}) == eval(answer)
    source = cell("released", "default_collate-details").source
    lines = re.search(r"```python\n(.*?)```", source, re.DOTALL)[1].splitlines()
    space = {"default_collate": slots.find("default_collate"), "tensor": penlight.tensor}
    assert len(lines) == 4
    assert len({bare(eval(line, space)) for line in lines}) == 1


def bare(value):
    """Nested lists as text, whatever kind of sequence they were."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(bare, value))}]"
    return repr(value)


# --- the bug hunt


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_handed_out_broken_and_earns_nothing(name):
    source = cell("released", f"{name}-answer").source
    assert source.startswith(find(name).handed_out.rstrip())
    space = dict(solution_space())
    exec(find(name).handed_out, space)
    exercise = with_hidden(find(name))
    verdict = grade(space[name], exercise)
    assert verdict.points == 0
    assert not verdict.written
    changed = find(name).handed_out.replace("def ", "mark = 1\n\n\ndef ", 1)
    exec(changed.replace('"""\n', '"""\n    mark = 1\n', 1), space)  # other code, same mistake
    verdict = grade(space[name], exercise)
    assert verdict.written
    assert verdict.points == 0


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_mended_script_differs_in_a_line_or_two(name):
    handed = find(name).handed_out.splitlines()
    whole = cell("solution", f"{name}-answer").source
    mended = ast.parse(whole).body[-1]
    mended = ast.get_source_segment(whole, mended).splitlines()
    assert 1 <= len(set(mended) - set(handed)) <= 2 or len(mended) - len(handed) == 1
    assert abs(len(mended) - len(handed)) <= 1


@pytest.mark.parametrize("L", [penlight, torch], ids=["penlight", "torch"])
def test_stand_ins_work_together_on_one_device_only(L):
    x = Placed(L.tensor([[1.0, 2.0], [3.0, 0.0]]))
    labels = Placed(L.tensor([1, 0]))
    net = PlacedNet(L.eye(2))
    net.to("gpu")
    x.to("gpu")
    assert x.device == "cpu"
    with pytest.raises(RuntimeError, match="same device, but found at least two devices"):
        net(x)
    guesses = net(x.to("gpu")).argmax(dim=1)
    with pytest.raises(RuntimeError, match="gpu and cpu"):
        guesses == labels  # noqa: B015
    assert (guesses == labels.to("gpu")).sum().item() == 2


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_the_classifier_learns_on_the_students_functions():
    printed = text_of(executed("solution")["train"])
    losses = re.findall(r"loss ([\d.]+) seen, ([\d.]+) held back, ([\d.]+)%", printed)
    first, last = losses[0], losses[-1]
    assert float(last[0]) < float(first[0]) / 3
    assert float(last[2]) > 90
    calls = re.findall(r"([\d,]+) × (\w+)", printed)
    called = {name: int(count.replace(",", "")) for count, name in calls}
    steps = 40 * 15
    assert set(called) == set(SLOTS) - {"sgd_step"}
    assert called["zero_grad"] == called["clip_to_norm"] == steps
    assert called["adam_step"] == called["decay_weights"] == 6 * steps


def test_without_corrections_the_first_steps_are_too_long():
    yours, other = text_of(executed("solution")["uncorrected-run"]).strip().splitlines()
    assert re.findall(r"[\d.]+", yours) == ["1.0"] * 10
    other = [float(number) for number in re.findall(r"[\d.]+", other)]
    assert other[0] == pytest.approx(3.16, abs=0.01)
    assert other[-1] == pytest.approx(6.5, abs=0.1)


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
    assert pictures == 4


# --- run by a student


def test_untouched_only_broken_scripts_and_the_training_stop():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[:11] == [*(f"{name}-answer" for name in SCRIPTS), "ready"]
    message = cells["ready"].outputs[-1].evalue
    for name in [*SLOTS, "evaluate"]:
        assert name in message


@pytest.mark.slow
@pytest.mark.parametrize("missing", [*SLOTS, "evaluate"])
def test_with_one_answer_missing_the_training_names_just_that_one(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "spirals")
    upto = nbformat.from_dict({**notebook("solution"), "cells": cells[:end]})
    runs = {run.cell.id: run for run in run_cells(upto, {})}
    assert runs["ready"].error.startswith("RuntimeError: The net trains on your code")
    named = runs["ready"].error.partition("first: ")[2]
    assert named.rstrip(".").split(", ") == [missing]
