"""A class of six, from the released notebook to feedback, with nbgrader's exchange in between."""

import csv
import html
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from autograder.exercise import exercises, hidden_part
from tools.cli import build_app
from tools.course import Course, grade
from tools.course.export import export
from tools.course.release import exchange

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
ASSIGNMENT = "02_broadcasting"
FULL = {
    "broadcast_shapes": 5,
    "expand_strides": 5,
    "broadcast_tensors": 5,
    "stretched_dims": 4,
    "unbroadcast": 6,
    "standardize": 3,
    "outer": 2,
    "squared_distances": 4,
    "two_layer": 2,
    "explain": None,  # a person marks it
}
NOTHING = {name: points and 0 for name, points in FULL.items()}

# Right where both shapes have equally many dimensions, wrong where one is missing.
HALF_A_RULE = """\
def broadcast_shapes(*shapes):
    result = list(shapes[0]) if shapes else []
    for shape in shapes[1:]:
        for d, n in enumerate(shape):
            if result[d] == 1:
                result[d] = n
            elif n not in (1, result[d]):
                raise RuntimeError(f"{n} does not fit {result[d]}")
    return tuple(result)
"""
# Of all the reads of an element only the last one counts.
OVERWRITES = """\
def unbroadcast(grad, shape):
    while len(grad.shape) > len(shape):
        grad = grad[-1]
    for d, n in enumerate(shape):
        if n == 1 and grad.shape[d] > 1:
            grad = grad.narrow(d, grad.shape[d] - 1, 1)
    return grad
"""
LOOPS = """\
def squared_distances(x, y):
    while True:
        pass
"""
SYNTAX = """\
def outer(a, b)
    return a.unsqueeze(1) * b
"""


@pytest.fixture(scope="module")
def solutions():
    """Exercise -> the answer cell of the instructor's notebook."""
    source = nbformat.read(TOP / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", 4)
    answers = {
        c.id.removesuffix("-answer"): c.source for c in source.cells if c.cell_type == "code"
    }
    return {name: answers[name] for name, points in FULL.items() if points}


def fill(released, answers):
    """The released notebook with these answers in place of the cells handed out."""
    notebook = nbformat.read(released, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    for name, source in answers.items():
        cells[f"{name}-answer"].source = source
    return notebook


@pytest.fixture(scope="module")
def graded(solutions, tmp_path_factory):
    """The course after build, release, submit, collect, grade and feedback of the class."""
    folder = tmp_path_factory.mktemp("class")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "CONFIG", "RUNTIME"):
            patch.setenv(f"JUPYTER_{name}_DIR", str(folder / f"jupyter-{name.lower()}"))
        patch.setenv("COURSE_RUN", str(folder / "run"))
        patch.chdir(TOP)

        def run(command, *words):
            words = [command, ASSIGNMENT, *words]
            result = CliRunner().invoke(build_app({command}), words, catch_exceptions=False)
            assert result.exit_code == 0, result.output
            return result.stdout

        run("release")
        course = Course.open(root=TOP)
        hand_ins = {
            "ann": solutions,
            "ben": {
                **{n: solutions[n] for n in ("expand_strides", "standardize", "outer")},
                "broadcast_shapes": HALF_A_RULE,
            },
            "cem": {},
            "dana": {**solutions, "unbroadcast": OVERWRITES},
            "eli": {**solutions, "squared_distances": LOOPS},
            "fay": {**solutions, "outer": SYNTAX},
        }
        home = folder / "home"
        for student, answers in hand_ins.items():
            shutil.rmtree(home, ignore_errors=True)
            exchange(course, "FetchAssignment", ASSIGNMENT, student, assignment_dir=str(home))
            path = home / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
            nbformat.write(fill(path, answers), path)
            exchange(course, "Submit", ASSIGNMENT, student, assignment_dir=str(home))
        assert "6 new: ann, ben, cem, dana, eli, fay" in run("collect")
        assert "graded 6, 0 not touched" in run("grade")
        assert "6 written, 6 handed back" in run("feedback")
        yield course


def points(course, student):
    return {s.exercise: s.points for s in grade.scores(course, ASSIGNMENT)[student]}


def told(course, student, exercise):
    """The words of the last verdict on `exercise` on a student's feedback page."""
    page = course.folder("feedback", student, ASSIGNMENT) / f"{ASSIGNMENT}.html"
    pattern = f'<section aria-label="Check of {exercise}".*?</section>'
    shown = re.findall(pattern, page.read_text(encoding="utf-8"), re.DOTALL)
    assert shown, f"{page} shows no verdict on {exercise}"
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown[-1])).split())


def test_all_right(graded):
    assert points(graded, "ann") == FULL
    for exercise, most in FULL.items():
        if most:
            assert told(graded, "ann", exercise).startswith(f"{exercise}: {most} of {most} points")
            assert "failed" not in told(graded, "ann", exercise)


def test_half_right_earns_half(graded):
    assert points(graded, "ben") == {
        **NOTHING,
        "broadcast_shapes": 1.5,
        "expand_strides": 5,
        "standardize": 3,
        "outer": 2,
    }
    said = told(graded, "ben", "broadcast_shapes")
    assert "size 1 stretches ✓ passed 1.5 of 1.5" in said
    assert "missing dimensions ✗ failed 0 of 1.5" in said
    assert "Call broadcast_shapes((), (2, 3)) Expected (2, 3) Got IndexError" in said
    assert "Your lines In[2], line 5, in broadcast_shapes: if result[d] == 1:" in said
    assert "Count from the right" in said


def test_untouched_earns_nothing(graded):
    assert points(graded, "cem") == NOTHING
    for exercise in NOTHING.keys() - {"explain"}:
        assert "Not written yet: replace the placeholder" in told(graded, "cem", exercise)


def test_overwriting_is_called_by_its_name(graded):
    assert points(graded, "dana") == {**FULL, "unbroadcast": points(graded, "dana")["unbroadcast"]}
    assert points(graded, "dana")["unbroadcast"] <= 1
    said = told(graded, "dana", "unbroadcast")
    assert "Your loop overwrites the sum in place of adding to it: only the last read" in said
    assert "added dimensions ✗ failed" in said


def test_an_endless_loop_costs_its_own_check(graded):
    assert points(graded, "eli") == {**FULL, "squared_distances": 0}
    said = told(graded, "eli", "squared_distances")
    assert "did not end within" in said
    assert "An endless loop?" in said


def test_a_syntax_error_costs_its_own_exercise(graded):
    assert points(graded, "fay") == {**FULL, "outer": 0}
    assert "stopped with an error (line 1: expected ':'). Mend it" in told(graded, "fay", "outer")


def test_hidden_cases_do_not_leak_into_feedback(graded):
    for student in ("ben", "cem", "dana", "eli", "fay"):
        page = graded.folder("feedback", student, ASSIGNMENT) / f"{ASSIGNMENT}.html"
        text = page.read_text(encoding="utf-8")
        for exercise in exercises(ASSIGNMENT):
            for case in (c for cases in hidden_part(exercise.name).cases.values() for c in cases):
                assert case.describe(exercise.name) not in html.unescape(text)


def test_points_reach_the_exported_file_and_everybody_gets_feedback_back(graded, tmp_path):
    assert export(graded, tmp_path / "grades.csv", [ASSIGNMENT]) == 6
    with open(tmp_path / "grades.csv") as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert exported == {
        student: sum(p or 0 for p in points(graded, student).values()) for student in exported
    }
    assert len(exported) == 6
    returned = graded.run / "exchange" / "penlight" / "feedback"
    assert len(list(returned.glob("*.html"))) == 6
