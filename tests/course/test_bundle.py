"""The student bundle of week 2: it works on its own, and holds nothing that is secret."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.exercise import exercises, hidden_part
from autograder.notebook import open_lines, secret_lines
from tools.course import Course, CourseError
from tools.course.bundle import write_bundle

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[2]
ASSIGNMENT = "02_broadcasting"
NOTEBOOK = f"assignments/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
SOURCE = TOP / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The course, opened with a run folder of its own, and the zip file made from it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("bundle")
        patch.setenv("COURSE_RUN", str(folder / "run"))
        course = Course.open(root=TOP)
        return course, write_bundle(course, ASSIGNMENT, folder)


@pytest.fixture
def bundle(made, tmp_path):
    """The bundle, unzipped."""
    with zipfile.ZipFile(made[1]) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    return folder


def run(bundle, *words):
    """Run Python in the bundle with only the bundle on the path; its output, errors included."""
    result = subprocess.run(
        [sys.executable, *words],
        cwd=bundle,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(bundle), "COLUMNS": "200"},
    )
    return result.stdout + result.stderr


def execute(bundle, notebook, tmp_path):
    """`notebook`'s cells after running them all in a kernel inside the bundle."""
    path = bundle / NOTEBOOK
    nbformat.write(notebook, path)
    program = (
        "import nbformat, nbclient, sys\n"
        f"notebook = nbformat.read({str(path)!r}, 4)\n"
        "nbclient.NotebookClient(notebook, allow_errors=True, timeout=300,\n"
        f"    resources={{'metadata': {{'path': {str(path.parent)!r}}}}}).execute()\n"
        f"nbformat.write(notebook, {str(tmp_path / 'run.ipynb')!r})"
    )
    log = run(bundle, "-c", program)
    assert (tmp_path / "run.ipynb").is_file(), log
    return [c for c in nbformat.read(tmp_path / "run.ipynb", 4).cells if c.cell_type == "code"]


def texts(folder):
    return {p: p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}


def test_it_holds_no_line_of_a_solution(bundle):
    cells = [c.source for c in nbformat.read(SOURCE, 4).cells]
    told = {line for source in cells for line in open_lines(source)}
    secret = {line for source in cells for line in secret_lines(source)} - told
    # a line such as `result = []` is in many a program
    telling = {line for line in secret if len(line) > 20 and not line.startswith(("#", '"'))}
    assert len(telling) > 20
    for path, text in texts(bundle).items():
        if path.suffix == ".ipynb":
            text = "\n".join(c.source for c in nbformat.reads(text, 4).cells)
        lines = {line.strip() for line in text.splitlines()}
        if "lectures" not in path.parts:  # a lecture may show how PyTorch writes it
            assert lines & telling == set(), path


def test_it_holds_no_hidden_case(bundle):
    names = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*")}
    assert not [n for n in names if re.search(r"hidden|mutants|gates|nbgrader_config", n)]
    checks = "".join(texts(bundle / "autograder" / "checks").values())
    shown = [e for e in exercises(ASSIGNMENT) if f'"{e.name}"' in checks]
    assert len(shown) >= 7
    for exercise in shown:
        hidden = hidden_part(exercise.name)
        assert hidden.cases
        for case in (case for cases in hidden.cases.values() for case in cases):
            visible = {c.id for group in exercise.groups for c in group.cases}
            assert case.id in visible or f'case("{case.id}"' not in checks
        for source in [m.source for m in hidden.mistakes] + list(hidden.alternatives.values()):
            assert source not in checks
    released = (bundle / NOTEBOOK).read_text()
    assert "hidden=True" not in released


def test_every_slot_of_this_week_and_later_is_empty_and_says_so(bundle):
    program = """
import json, penlight
found = {}
for slot in penlight.slots.registry.values():
    names = slot.reference.__code__.co_names
    found[slot.name] = [slot.exercise, slot.reference.__module__, "EmptySlot" in names]
print(json.dumps([penlight.__file__, found]))
"""
    file, found = json.loads(run(bundle, "-c", program))
    assert Path(file).is_relative_to(bundle)
    assert {name for name in found if found[name][0] == ASSIGNMENT} >= {
        "broadcast_shapes", "expand_strides", "broadcast_tensors", "stretched_dims", "unbroadcast",
        "outer", "squared_distances",
    }  # fmt: skip
    for name, (exercise, module, empty) in found.items():
        assert empty or exercise < "02" or module.startswith("penlight.autograd"), name
    said = run(bundle, "-c", "import penlight; penlight.unbroadcast(penlight.ones(2), (1,))")
    assert "unbroadcast is not written yet: exercise 'unbroadcast' of assignment 02" in said


def test_the_engine_computes_before_the_first_exercise_is_written(bundle):
    program = "import penlight as t; print((t.ones(3, 1) + 2 * t.ones(4)).shape)"
    assert run(bundle, "-c", program) == "torch.Size([3, 4])\n"


def test_the_notebook_runs_to_the_first_answer_that_is_not_written(bundle, tmp_path):
    cells = execute(bundle, nbformat.read(bundle / NOTEBOOK, 4), tmp_path)
    assert cells[0].execution_count == 1
    first = next(i for i, c in enumerate(cells) if c.source.startswith("check("))
    before = [o for c in cells[:first] for o in c.outputs if o.output_type == "error"]
    assert [(o.ename, o.evalue) for o in before] == []
    assert "Not written yet" in str(cells[first].outputs)


def test_right_answers_earn_every_visible_point(bundle, tmp_path):
    solved = nbformat.read(SOURCE, 4)
    for each in solved.cells:
        each.source = each.source.partition("### BEGIN HIDDEN TESTS")[0].rstrip()
    cells = execute(bundle, solved, tmp_path)
    assert [o.evalue for c in cells for o in c.outputs if o.output_type == "error"] == []
    report = run(bundle, "-m", "tools.cli", "check", ASSIGNMENT, "--details")
    assert "not" not in report.lower().partition("total")[0], report
    assert "All checks passed" in report


def test_commands_and_project_are_the_students_part(bundle):
    listed = run(bundle, "-m", "tools.cli", "--help")
    for name in ("lab", "doctor", "check"):
        assert f" {name} " in listed
    for name in ("build", "release", "grade", "mistakes"):
        assert f" {name} " not in listed
    assert "JupyterLab" in run(bundle, "-m", "tools.cli", "lab", "--help")
    project = tomllib.loads((bundle / "pyproject.toml").read_text())
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (bundle / package / "__init__.py").is_file()
    readme = (bundle / "README.md").read_text()
    assert "python3 -m tools lab" in readme
    assert NOTEBOOK in readme


def test_later_floors_and_weeks_stay_out(bundle):
    floors = {path.name for path in (bundle / "penlight").iterdir() if path.is_dir()}
    assert floors >= {"tensors", "broadcasting", "autograd"}
    assert not floors & {"nn", "training", "graphs"}
    weeks = [p.stem for f in ("lectures", "autograder/checks") for p in (bundle / f).glob("0*")]
    assert weeks
    assert all(stem < "03" for stem in weeks)


def test_the_same_content_gives_the_same_bytes_and_nothing_is_replaced_unasked(made, tmp_path):
    course, _ = made
    again = write_bundle(course, ASSIGNMENT, tmp_path / "new folder" / "week2.zip")
    assert again.read_bytes() == write_bundle(course, ASSIGNMENT, tmp_path).read_bytes()
    with pytest.raises(CourseError, match="already there"):
        write_bundle(course, ASSIGNMENT, again)
    assert write_bundle(course, ASSIGNMENT, again, force=True) == again
    assert [path.name for path in again.parent.iterdir()] == ["week2.zip"]
