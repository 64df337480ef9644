"""`python3 -m tools COMMAND` from an empty folder, with real `venv` and pip and tiny packages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each makes a real virtual environment
UNIX = pytest.mark.skipif(os.name == "nt", reason="sends signals that Windows does not have")


def said(result: subprocess.CompletedProcess[str]) -> dict:
    """What the command that ran inside the environment printed about itself."""
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def ready(course):
    """A small course whose environment is whole."""
    said(course.run("test"))
    return course


def test_first_run_builds_and_second_run_only_starts(course):
    first = course.run("test", "-k", "two words")
    answer = said(first)
    assert answer["arguments"] == ["test", "-k", "two words"]
    assert Path(answer["prefix"]).samefile(course.venv)
    assert answer["path"].split(os.pathsep)[0].startswith(str(course.venv))  # nbgrader needs it
    steps = ["Python environment", "PyTorch (CPU)", "course packages", "the course itself"]
    lines = [line for line in first.stdout.splitlines() if line.startswith("[")]
    assert [step in line and "done" in line for step, line in zip(steps, lines, strict=True)]
    assert course.state() == "whole"
    assert not (course.root / ".venv.log").exists()

    second = course.run("test", PIP_FIND_LINKS="nowhere")  # a second installation would fail
    assert len(second.stdout.splitlines()) == 1
    assert said(second)["arguments"] == ["test"]


def test_cpu_build_of_torch_is_chosen_without_a_gpu(ready):
    installed = [path.name for path in ready.venv.rglob("torch-*.dist-info")]
    assert installed == ["torch-2.13.0+cpu.dist-info"]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda course: next(course.venv.rglob("torch")), "lacks torch"),
        (lambda course: next(course.venv.rglob("pyvenv.cfg")).parent / "bin", "does not start"),
        (lambda course: next(course.venv.rglob("site-packages")), "lacks torch, numpy"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows keeps programs in another folder")
def test_damaged_environment_is_made_again(ready, damage, sentence):
    shutil.rmtree(damage(ready))
    result = ready.run("test")
    assert sentence in result.stdout
    assert "Making it again" in result.stdout
    assert said(result)["arguments"] == ["test"]


def test_moved_course_is_made_again(ready):
    ready.root = ready.root.rename(ready.root.with_name("elsewhere"))
    result = ready.run("test")
    assert "was made in another place" in result.stdout
    assert Path(said(result)["prefix"]).samefile(ready.venv)


def test_changed_requirements_update_in_place(ready):
    keep = ready.venv / "keep"
    keep.write_text("")
    pyproject = ready.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('version = "1.0"', 'version = "1.1"'))
    result = ready.run("test")
    assert "Making it up to date" in result.stdout
    assert said(result)
    assert keep.exists()


def test_failed_update_is_tried_again_not_used(ready):
    lock = ready.root / "requirements.lock"
    text = lock.read_text()
    lock.write_text(text + "unknown-package==1.0 --hash=sha256:" + "0" * 64 + "\n")
    result = ready.run("test")
    assert result.returncode == 1
    assert "unknown-package==1.0" in result.stderr
    lock.write_text(text)
    assert said(ready.run("test", PIP_FIND_LINKS="nowhere"))  # what was whole still is


def test_no_network(course):
    refused = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}
    result = course.run("lab", PIP_NO_INDEX="0", PIP_FIND_LINKS="", **refused)
    assert result.returncode == 1
    assert "this machine does not reach the package index" in result.stderr
    assert "Traceback" not in result.stderr
    assert not course.venv.exists()
    assert "Connection refused" in (course.root / ".venv.log").read_text()


def test_no_build_for_this_python(course):
    for wheel in course.wheels.glob("torch*"):
        wheel.unlink()
    result = course.run("lab")
    assert result.returncode == 1
    assert "no build for Python" in result.stderr
    assert "torch==2.13.0+cpu" in result.stderr
    assert not course.venv.exists()


def test_package_with_another_hash_is_refused(course):
    lock = course.root / "requirements.lock"
    name, _, _ = lock.read_text().splitlines()[0].partition(" ")
    lock.write_text(f"{name} --hash=sha256:{'0' * 64}\n")
    result = course.run("lab")
    assert result.returncode == 1
    assert "its hash differs" in result.stderr
    assert not course.venv.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_disk_that_fills_up(course):
    (course.root / ".venv.log").symlink_to("/dev/full")
    result = course.run("lab")
    assert result.returncode == 1
    assert "The disk is full" in result.stderr
    assert not course.venv.exists()


def test_somebodys_own_environment_is_left_alone(course):
    own = course.venv / "mine.txt"
    own.parent.mkdir()
    own.write_text("keep me")
    result = course.run("lab")
    assert result.returncode == 1
    assert "was not made by this command" in result.stderr
    assert own.read_text() == "keep me"


def wait_until_building(course) -> None:
    deadline = time.monotonic() + 60
    while not course.marker.exists():
        assert time.monotonic() < deadline, "the set-up did not start"
        time.sleep(0.01)
    assert course.state() == "building"


@UNIX
def test_killed_setup_is_not_mistaken_for_whole(course):
    process = course.start("test")
    wait_until_building(course)
    process.kill()
    process.communicate()
    assert course.state() == "building"
    result = course.run("test")
    assert "half-made" in result.stdout
    assert said(result)
    assert course.state() == "whole"
    assert not list(course.root.glob(".venv.old-*"))


@UNIX
def test_interrupted_setup_says_how_to_go_on(course):
    process = course.start("test")
    wait_until_building(course)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "`python3 -m tools test` starts the set-up again" in errors
    assert not course.venv.exists()


def test_two_at_once_build_once(course):
    both = [course.start("test"), course.start("test")]
    outputs = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum(out.count("Making the course's environment") for out, _ in outputs) == 1


@UNIX
def test_folder_without_write_permission(course):
    script = (
        "import os, pathlib; from tools.environment import Environment, SetupError\n"
        "os.geteuid() or os.seteuid(65534)\n"  # root may write everywhere: become nobody
        "try: Environment(pathlib.Path('.')).ensure()\n"
        "except SetupError as error: print(error)\n"
    )
    for folder in (course.root, course.root.parent, course.root.parent.parent):
        folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", script]
        result = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    finally:
        for folder in (course.root, course.root.parent, course.root.parent.parent):
            folder.chmod(0o755)
    assert "This user may not write to" in result.stdout, result.stderr
    assert not course.venv.exists()
