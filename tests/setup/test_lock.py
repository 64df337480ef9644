"""`course lock` with a stand-in for uv: what it asks for, and that a failure changes nothing."""

from __future__ import annotations

import importlib.util
import subprocess

import pytest
import typer

from tools.commands import lock


@pytest.fixture
def uv(course, monkeypatch):
    """Stands for uv: `uv.status` is its exit status, `uv.asked` what it was given to lock."""

    class Uv:
        status, asked = 0, ""

        def run(self, command, input, cwd, **_):
            part = cwd / command[command.index("--output-file") + 1]
            self.asked, self.known = input, part.read_text() if part.exists() else None
            part.write_text("numpy==9.9\n")
            return subprocess.CompletedProcess(command, self.status)

    stand_in = Uv()
    text = (lock.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (course.root / "pyproject.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lock, "ROOT", course.root)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(subprocess, "run", stand_in.run)
    return stand_in


def test_everything_but_torch_is_locked(course, uv):
    before = (course.root / lock.LOCK).read_text()
    lock.main(upgrade=False)
    names = [line.partition(">")[0] for line in uv.asked.splitlines()]
    assert {"numpy", "nbgrader", "pytest", "hatchling"} <= set(names)
    assert "torch" not in names
    assert uv.known == before  # so that versions stay unless an upgrade is asked for
    assert (course.root / lock.LOCK).read_text() == "numpy==9.9\n"
    lock.main(upgrade=True)
    assert uv.known is None


def test_failure_changes_nothing(course, uv):
    before = sorted(path.name for path in course.root.iterdir())
    text = (course.root / lock.LOCK).read_text()
    uv.status = 2
    with pytest.raises(typer.Exit):
        lock.main(upgrade=False)
    assert (course.root / lock.LOCK).read_text() == text
    assert sorted(path.name for path in course.root.iterdir()) == before


def test_without_uv(uv, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="-m pip install uv"):
        lock.main(upgrade=False)
