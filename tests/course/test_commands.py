"""The commands, as a person runs them: progress and results, sentences and exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from tools.cli import build_app
from tools.course import Course


@pytest.fixture
def run(course, tmp_path):
    """run("grade", "doubling") -> the finished process of that command in the course's folder."""

    def command(*words, cwd=course.root):
        return subprocess.run(
            [sys.executable, "-m", "tools.cli", *map(str, words)],
            cwd=cwd,
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    return command


@pytest.fixture
def invoke(course, monkeypatch):
    """The same within this process, which is quicker."""
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("COURSE_RUN", str(course.run))

    def command(*words):
        app = build_app({words[0]})
        return CliRunner().invoke(app, list(map(str, words)), prog_name="course")

    return command


def nbgrader(course, *words, cwd):
    result = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "COURSE_RUN": str(course.run)},
    )
    assert result.returncode == 0, result.stderr
    return result


@pytest.mark.slow
def test_the_whole_cycle_through_the_exchange(course, run, tmp_path):
    built = run("build")
    assert (built.returncode, built.stderr) == (0, "building doubling (1 of 1)\n")
    assert f"built {course.released / 'doubling'}" in built.stdout
    assert run("build", "--check").returncode == 0

    released = run("release", "doubling")
    assert (released.returncode, released.stderr) == (0, "")
    outbound = course.run / "exchange/penlight/outbound/doubling"
    assert str(outbound) in released.stdout
    assert (outbound / "doubling.ipynb").read_bytes() == (
        course.released / "doubling/doubling.ipynb"
    ).read_bytes()
    again = run("release", "doubling")
    assert again.returncode == 2
    assert "already released" in again.stderr
    assert run("release", "doubling", "--force").returncode == 0

    # a student, with nbgrader's own commands, in a folder of their own
    home = tmp_path / "home"
    home.mkdir()
    (home / "nbgrader_config.py").write_bytes((course.root / "nbgrader_config.py").read_bytes())
    exchange = f"--Exchange.root={course.run / 'exchange'}"
    nbgrader(course, "fetch_assignment", "doubling", exchange, cwd=home)
    path = home / "doubling/doubling.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "def double(x):\n    return x * 2"
    nbformat.write(notebook, path)
    nbgrader(course, "submit", "doubling", "--student=ann", exchange, cwd=home)

    collected = run("collect", "doubling")
    assert (collected.returncode, collected.stderr) == (0, "")
    assert "1 new: ann" in collected.stdout
    assert "1 unchanged" in run("collect", "doubling").stdout

    graded = run("grade", "doubling")
    assert graded.returncode == 0
    assert graded.stderr.endswith("grading ann (1 of 1)\n")
    assert "double /4" in graded.stdout
    (row,) = (line for line in graded.stdout.splitlines() if "ann" in line)
    assert [word for word in row.split() if word != "│"] == ["ann", "4", "0", "·", "4"]
    assert str(course.run / "autograded") in graded.stdout
    assert "graded 0, 1 not touched" in run("grade", "doubling").stdout

    feedback = run("feedback", "doubling")
    assert (feedback.returncode, feedback.stderr) == (0, "feedback for ann (1 of 1)\n")
    assert f"{course.run / 'feedback/ann/doubling/doubling.html'}\n" in feedback.stdout
    assert "1 written, 1 handed back" in feedback.stdout
    nbgrader(course, "fetch_feedback", "doubling", "--student=ann", exchange, cwd=home)
    assert len(list((home / "doubling/feedback").rglob("doubling.html"))) == 1

    exported = run("export", "--to", tmp_path / "grades.csv")
    assert (exported.returncode, exported.stderr) == (0, "")
    assert b"doubling,," in (tmp_path / "grades.csv").read_bytes()


def test_another_run_folder_is_another_class(course, invoke, tmp_path):
    invoke("build")
    folder = tmp_path / "in/ann"
    folder.mkdir(parents=True)
    (folder / "doubling.ipynb").write_bytes(
        (course.released / "doubling/doubling.ipynb").read_bytes()
    )
    other = tmp_path / "spring"
    result = invoke("collect", "doubling", "--from", tmp_path / "in", "--run", other)
    assert result.exit_code == 0, result.stderr
    assert (other / "submitted/ann/doubling/doubling.ipynb").is_file()
    assert not (course.run / "submitted").exists()


def test_the_exchange_can_be_elsewhere(course, invoke, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_EXCHANGE", str(tmp_path / "shared"))
    invoke("build")
    assert str(tmp_path / "shared") in invoke("release", "doubling").stdout
    assert (tmp_path / "shared/penlight/outbound/doubling/doubling.ipynb").is_file()
    assert not (course.run / "exchange").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["build", "tripling"], "No assignment is called 'tripling'. There are: doubling."),
        (["build", "engine"], "No assignment is called 'engine'."),
        (["release", "doubling"], "Run `course build doubling` first."),
        (["collect", "doubling"], "doubling was never released to the exchange"),
        (["collect", "doubling", "--from", "nowhere"], "There is no folder or file nowhere."),
        (["grade", "doubling"], "No submission of doubling"),
        (["feedback", "doubling"], "Nothing of doubling is graded. Run `course grade doubling`."),
        (["export"], "There is no gradebook in"),
        (["export", "--run", "nbgrader_config.py"], "is a file. Name another one with --run."),
    ],
)
def test_bad_input_is_a_sentence_and_changes_nothing(course, invoke, words, sentence):
    before = sorted(course.root.rglob("*.ipynb"))
    result = invoke(*words)
    assert result.exit_code == 2
    assert sentence in result.stderr.replace("\n", " ")
    assert sorted(course.root.rglob("*.ipynb")) == before
    assert not list(course.root.rglob("*.db"))


def test_check_fails_with_the_difference(course, invoke):
    invoke("build")
    path = course.released / "doubling/doubling.ipynb"
    path.write_text(path.read_text().replace("# Doubling", "# Tripling"))
    result = invoke("build", "--check")
    assert result.exit_code == 1
    assert "# Tripling" in result.stdout
    assert "run `course build`" in result.stdout


def test_check_names_a_released_folder_without_a_source(course, invoke):
    invoke("build")
    (course.released / "tripling").mkdir()
    result = invoke("build", "--check")
    assert result.exit_code == 1
    assert f"{course.released / 'tripling'} has no source" in result.stdout
    assert "1 of 1 were already in step" in result.stdout


@pytest.mark.parametrize("name", ["build", "release", "collect", "grade", "feedback", "export"])
def test_help_explains_the_command_and_its_options(invoke, name):
    shown = invoke(name, "--help")
    assert shown.exit_code == 0
    assert f"course {name}" in shown.stdout
    if name != "build":
        assert "--run" in shown.stdout


def test_a_course_is_found_from_a_folder_inside_it(course, monkeypatch):
    monkeypatch.chdir(course.sources / "doubling")
    assert Course.open().root == course.root
