"""The warm-up assignment, read and run as instructors and students do."""

import itertools
import re
from functools import cache

import nbformat
import numpy as np
import pytest
import torch
from nbclient import NotebookClient

from autograder import gates
from autograder.exercise import exercises, find
from autograder.grading import grade
from autograder.notebook import run_cells

NAME = "00_warmup"
ASSIGNMENT = gates.Assignment(NAME)
EXERCISES = exercises(NAME)
IDS = [exercise.name for exercise in EXERCISES]


@cache
def notebook(kind):
    path = ASSIGNMENT.solution if kind == "solution" else ASSIGNMENT.released
    return nbformat.read(path, as_version=4)


def cell(kind, cell_id):
    return next(c for c in notebook(kind).cells if c.id == cell_id)


@cache
def executed(kind):
    """The notebook run in a real kernel, errors kept."""
    copy = nbformat.from_dict(notebook(kind))
    NotebookClient(copy, timeout=300, kernel_name="python3", allow_errors=True).execute()
    return {c.id: c for c in copy.cells if c.cell_type == "code"}


def printed(cell):
    return "".join(o.get("text", "") for o in cell.outputs)


# --- what stands in it


def test_the_exercises_are_these_and_make_48_points():
    assert IDS == [
        "frexp", "newton_sqrt", "natural_log", "cordic_step", "cos_sin", "two_layer_forward",
        "linear_backward", "two_layer_gradients", "numerical_gradient", "skip_gradients",
    ]  # fmt: skip
    assert sum(e.points for e in EXERCISES) + 4 == 48
    assert not any(e.slot for e in EXERCISES)  # there is no engine yet to put them into


@pytest.mark.parametrize("exercise", EXERCISES, ids=IDS)
def test_each_exercise_says_what_it_costs_and_earns_and_has_help(exercise):
    source = cell("released", exercise.name).source
    assert source.startswith("### Exercise ")
    line = (
        rf"\*\*Difficulty\*\* {exercise.difficulty} of 5 · \*\*Importance\*\* [1-5] of 5 · "
        rf"\*\*Time\*\* {exercise.minutes} minutes · \*\*Points\*\* {exercise.points:g}\n"
    )
    assert re.search(line, source)
    notes = cell("released", f"{exercise.name}-help").source
    assert notes.count("<details>") == notes.count("</details>") >= 3
    assert notes.count("<summary>I ") == notes.count("<details>")


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
def test_the_answer_cell_is_handed_out_with_signature_docstring_and_stub(name):
    source = cell("released", f"{name}-answer").source
    assert re.match(rf'def {name}\(.*\):\n    """', source)
    assert "Example: " in source
    assert "raise NotImplementedError" in source.splitlines()[-1]


def test_the_written_question_keeps_its_mark_scheme_here():
    for kind in ("solution", "released"):
        metadata = cell(kind, "explain").metadata["nbgrader"]
        assert (metadata["task"], metadata["points"]) == (True, 4)
    assert "BEGIN MARK SCHEME" in cell("solution", "explain").source
    assert "1 point" not in cell("released", "explain").source


# --- what is said is so


@cache
def space():
    """The names that the solution notebook defines."""
    names = {}
    run_cells(notebook("solution"), names)
    return names


def test_the_examples_of_the_network_functions():
    def arrays(*values):
        return [np.array(v, dtype=float) for v in values]

    forward = space()["two_layer_forward"](*arrays([[1, 2]], [[1], [1]], [3], [[10]], [5]))
    assert [v.item() for v in forward] == [6, 6, 65]
    layer = space()["linear_backward"](*arrays([[2, 3]], [[5], [7]], [[10]]))
    assert [v.tolist() for v in layer] == [[[50, 70]], [[20], [30]], [10]]
    two = space()["two_layer_gradients"](*arrays([[1]], [[0]], [[2]], [0], [[3]], [0]))
    assert [np.asarray(v).item() for v in two] == [36, 36, 36, 24, 12]
    ones = [[[1]], [0]] * 3
    skip = space()["skip_gradients"](*arrays([[1]], [[0]], *ones))
    assert [np.asarray(v).item() for v in skip] == [4, 8, 8, 4, 4, 8, 4]


def test_the_steps_of_newton_in_the_table():
    table = re.findall(r"\| \d \| ([\d.]+) \|", cell("released", "newton_sqrt").source)
    guess = 2.0
    for shown in table:
        assert guess == float(shown)
        guess = (guess + 2 / guess) / 2
    assert len(table) == 6


def test_the_steps_reach_as_far_as_the_text_says():
    assert f"{sum(space()['ANGLES']):.2f}" == "1.74"
    assert "1.74" in cell("released", "cos_sin").source


def test_the_loops_of_linear_backward_are_the_oracle():
    text = re.search(r"```text\n(.*?)```", cell("released", "linear_backward").source, re.S)[1]
    x, w, dy = (torch.randn(*s, dtype=torch.float64) for s in ((4, 3), (3, 2), (4, 2)))
    names = {"x": x, "w": w, "dy": dy, "dx": torch.zeros_like(x), "dw": torch.zeros_like(w)}
    names["db"] = torch.zeros(2, dtype=torch.float64)
    sizes = {"example n": 4, "input i": 3, "output j": 2}
    letters, ranges = [], []
    for line in text.splitlines():
        if line.startswith("for every"):
            words = [word for word in sizes if word in line]
            letters, ranges = [word[-1] for word in words], [range(sizes[word]) for word in words]
        for index in itertools.product(*ranges) if " gains " in line else ():
            exec(
                line.strip().replace(" gains ", " += "),
                names | dict(zip(letters, index, strict=True)),
            )
    wanted = find("linear_backward").oracle(x, w, dy)
    for name, want in zip(("dx", "dw", "db"), wanted, strict=True):
        np.testing.assert_allclose(names[name].numpy(), want)


def test_the_given_forward_pass_is_the_oracles():
    arguments = [torch.randn(*s, dtype=torch.float64) for s in
                 ((5, 2), (2, 3), (3,), (3, 3), (3,), (3, 1), (1,))]  # fmt: skip
    *_, scores = space()["skip_forward"](*(a.numpy() for a in arguments))
    target = torch.zeros(5, 1, dtype=torch.float64)
    loss, *_ = find("skip_gradients").oracle(arguments[0], target, *arguments[1:])
    assert (scores**2).mean() == pytest.approx(loss)


def test_an_error_by_accident_is_no_refusal():
    # NumPy's own ValueError, far behind the broadcast, must not pass for a look at the shapes
    code = gates._solution(ASSIGNMENT)[1]["two_layer_gradients"]
    broken = "def two_layer_gradients(x, target, *p):\n    return right(x, target, *p)"
    function = gates._define(ASSIGNMENT, find("two_layer_gradients"), broken)
    function.__globals__["right"] = lambda x, target, *p: code(
        x, np.resize(target, (len(x), 1)), *p
    )
    groups = {g.name: g.points for g in grade(function, find("two_layer_gradients")).groups}
    assert groups["one output"] == 2
    assert groups["error on bad input"] == 0


def test_what_is_expected_is_shown_as_an_array():
    function = gates._define(
        ASSIGNMENT, find("linear_backward"), "def linear_backward(x, w, dy):\n    return dy, x, w"
    )
    told = grade(function, find("linear_backward")).text()
    assert "array of shape (1, 2), float64" in told
    assert "tensor" not in told


def test_calls_of_the_math_modules_are_no_answer():
    roots = "import math\ndef newton_sqrt(a):\n    return math.sqrt(a)"
    function = gates._define(ASSIGNMENT, find("newton_sqrt"), roots)
    verdict = grade(function, find("newton_sqrt"))
    assert verdict.points == 0
    assert "without calling math.sqrt" in verdict.text()


# --- run by the instructor, and by a student


@pytest.mark.slow
def test_the_solution_runs_in_a_kernel_without_an_error_or_a_warning():
    for c in executed("solution").values():
        assert not [o for o in c.outputs if o.output_type == "error"], c.id
        assert not [o for o in c.outputs if o.get("name") == "stderr"], c.id


@pytest.mark.slow
@pytest.mark.parametrize("name", ["training-loop-code", "skip-training-code"])
def test_both_networks_learn_the_galaxy(name):
    first, last = map(float, re.findall(r"\d\.\d+", printed(executed("solution")[name])))
    assert first > 0.05
    assert last < 0.003


@pytest.mark.slow
def test_derived_and_measured_gradients_agree():
    for name, count in (("gradcheck-code", 4), ("skip-gradcheck", 6)):
        apart = re.findall(r"at most (\S+) apart", printed(executed("solution")[name]))
        assert len(apart) == count
        assert all(float(each) < 1e-8 for each in apart)


@pytest.mark.slow
def test_every_picture_has_a_text_alternative():
    pictures = 0
    for c in executed("solution").values():
        for output in c.outputs:
            data = output.get("data", {})
            assert "image/png" not in data, f"{c.id}: a bare image has no text alternative"
            for image in re.findall(r"<img [^>]*>", data.get("text/html", "")):
                pictures += 1
                assert len(re.search(r'alt="([^"]*)"', image)[1]) > 20, c.id
    assert pictures == 4


@pytest.mark.slow
def test_untouched_it_runs_up_to_the_galaxy_and_names_what_is_missing():
    cells = executed("released")
    failed = [c.id for c in cells.values() if any(o.output_type == "error" for o in c.outputs)]
    assert failed[0] == "galaxy-code"
    message = cells["galaxy-code"].outputs[-1].evalue
    for name in IDS[:5]:
        assert name in message
    assert "two_layer_gradients" in cells["training-ready"].outputs[-1].evalue
