"""The assignment on networks, read and run as instructors and students do."""

import math
import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
import torch
from nbclient import NotebookClient

from autograder import gates
from autograder.exercise import exercises, find, with_hidden
from autograder.grading import grade
from autograder.notebook import run_cells
from autograder.small_modules import modules
from penlight import slots
from tools.course import Course
from tools.course import build as building

ROOT = Path(__file__).resolve().parents[2]
NAME = "05_nn"
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


def test_the_exercises_are_these_and_make_48_points():
    assert IDS == ["named_parameters", "linear", "kaiming_uniform_", "log_softmax", "dropout",
                   "batch_norm", "output_size", "unfold", "conv2d", "max_pool2d",
                   "Classifier"]  # fmt: skip
    assert sum(e.points for e in EXERCISES) + 4 == 48
    slots_here = {s.name for s in slots.registry.values() if s.exercise == NAME}
    assert slots_here == {e.name for e in EXERCISES if e.slot}


def test_the_committed_assignment_is_what_nbgrader_builds(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUN", str(tmp_path / "run"))
    assert building.check(Course.open(root=ROOT), NAME) == []


def test_it_needs_no_optimizer_yet():
    text = "\n".join(c.source for c in notebook("solution").cells if c.cell_type == "code")
    assert not re.search(r"\boptim\b|DataLoader", text)


@pytest.mark.parametrize("library", ["penlight", "torch"])
def test_small_modules_are_what_their_text_says(library):
    L = __import__(library)
    made = modules("own 2; a.b: weight 3x2, bias -, ~mean 3; c = a.b; c.v = a.b.weight; d:", L)
    assert isinstance(made, L.nn.Module)
    assert [name for name, _ in made.named_parameters()] == ["own", "a.b.weight"]
    assert tuple(made.a.b.weight.shape) == (3, 2)
    assert made.a.b.bias is None
    assert [name for name, _ in made.named_buffers()] == ["a.b.mean"]
    assert made.c is made.a.b
    assert made.c.v is made.c.weight
    assert list(made.d.parameters()) == []


def test_the_loop_for_unfold_is_the_oracle():
    code = re.search(r"```python\n(.*)```", cell("released", "unfold-details").source, re.DOTALL)[1]
    image = torch.randn(2, 7, 8)
    kernel_size, dilation, padding, stride = (3, 2), (1, 3), (1, 2), (2, 1)
    expected = find("unfold").oracle(image[None], kernel_size, dilation, padding, stride)[0]
    size = find("output_size").oracle
    numbers = zip(image.shape[1:], kernel_size, stride, padding, dilation, strict=True)
    height, width = [size(*each) for each in numbers]
    space = {
        "C": 2, "kh": 3, "kw": 2, "height": height, "width": width,
        "stride_down": 2, "stride_across": 1, "dilation_down": 1, "dilation_across": 3,
        "padded": torch.nn.functional.pad(image, (2, 2, 1, 1)).tolist(),
        "table": [[None] * expected.shape[1] for _ in range(len(expected))],
    }  # fmt: skip
    exec(code, space)
    assert space["table"] == expected.tolist()


def test_the_small_examples_are_right():
    picture = cell("released", "unfold").source.split("```text")[1].split("```")[0]
    rows = [[int(n) for n in re.findall(r"\d", line)] for line in picture.strip().splitlines()]
    image = torch.tensor([[rows[0][:3], rows[1][:3]]]).float()[:, :, :]
    by_pytorch = torch.nn.functional.unfold(image, (2, 2)).tolist()
    assert [row[-2:] for row in rows] == by_pytorch
    assert find("output_size").oracle(5, 3, 2, 1) == 3
    floor = -math.log(math.e / (math.e + 4))
    assert 0.9 < floor < 0.91  # question 12 a)


def test_the_draft_holds_its_six_mistakes_and_earns_nothing():
    source = cell("released", "Classifier-draft").source
    for mistake in ("_init__(self", "SIgmoid", "softmax(x, 1)", "self.layers = ["):
        assert source.count(mistake) == 1
    assert "super()" not in source
    assert "eval()" not in source
    space = {}
    run_cells(notebook("solution"), space)
    slots.restore()
    assert grade(space["Draft"], with_hidden(find("Classifier"))).points == 0


# --- run by the instructor


def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


def test_the_bound_keeps_the_size_of_the_numbers():
    small, right, large = map(float, re.findall(r"(\S+) with", text_of("depth-run")))
    assert small < 1e-4
    assert 0.3 < right < 3
    assert large > 1e4


def test_the_convnet_learns_on_the_students_functions():
    printed = text_of("train")
    seen, new = map(float, re.findall(r"([\d.]+)% right", printed))
    assert seen > 97
    assert new > 93
    called = set(re.findall(r"× (\w+)", printed))
    assert called == {s.name for s in slots.registry.values() if s.exercise == NAME} - {"unfold"}


def test_forgetting_eval_costs_answers_and_moves_the_averages():
    by_mode = [list(map(int, re.findall(r"(\d+)%", line)))
               for line in text_of("eval-run").splitlines()[:2]]  # fmt: skip
    assert sum(by_mode[0]) > sum(by_mode[1]) + 100  # of 500
    assert "1.running_mean" in text_of("eval-run").splitlines()[2]
    in_training, in_evaluation = map(float, re.findall(r"([\d.]+)%", text_of("forgetful-run")))
    assert in_training > in_evaluation + 3


def test_both_graphs_give_the_same_loss():
    mine, theirs = re.findall(r"\d\.\d{6}", text_of("graph-kernels").splitlines()[0])
    assert mine == theirs
    operations = [
        int(re.search(r"and (\d+) operations", text_of(name))[1])
        for name in ("graph-yours", "graph-kernels")
    ]
    assert operations[0] > 3 * operations[1]


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
    assert pictures >= 4


# --- run by a student


def test_untouched_it_runs_up_to_the_training_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "ready"
    for name in IDS:
        assert name in cells["ready"].outputs[-1].evalue


@pytest.mark.slow
@pytest.mark.parametrize("missing", IDS)
def test_with_one_answer_missing_the_training_names_just_that_one(missing):
    cells = [
        cell("released", c.id) if c.id == f"{missing}-answer" else c
        for c in notebook("solution").cells
    ]
    end = next(i for i, c in enumerate(cells) if c.id == "shapes")
    upto = nbformat.from_dict({**notebook("solution"), "cells": cells[:end]})
    runs = {run.cell.id: run for run in run_cells(upto, {})}
    assert runs["ready"].error.startswith("RuntimeError: The net trains on your code.")
    named = runs["ready"].error.partition("first: ")[2]
    # An unwritten function also fails those of the student's own functions that call it.
    windows = {"conv2d", "max_pool2d"}
    needs = {"output_size": {"unfold", *windows}, "unfold": windows}
    assert set(named.rstrip(".").split(", ")) == {missing} | needs.get(missing, set())
