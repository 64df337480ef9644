"""What the set-up says before and instead of installing: wrong Python, bad machine, bad command."""

from __future__ import annotations

import ast
import errno
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from tools import install
from tools.environment import Environment, SetupError, Status

ROOT = Path(__file__).parents[2]
OLD_PYTHON = """
import runpy, sys
Version = type("Version", (tuple,), {"major": 3, "minor": 9})
sys.version_info, sys.version = Version((3, 9, 18, "final", 0)), "3.9.18 (main)"
sys.argv = ["tools", "lab", "--port", "1"]
runpy.run_module("tools", run_name="__main__", alter_sys=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="a Python is faked by a shell script")
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 0", "Run: python3.12 -m tools lab --port 1"),
        ("exit 127", "Install a newer one"),  # a version manager's stand-in: there, but no Python
    ],
)
def test_too_old_python_is_told_what_to_run(tmp_path, script, sentence):
    newer = tmp_path / "python3.12"
    newer.write_text("#!/bin/sh\n" + script)
    newer.chmod(0o755)
    path = dict(os.environ, PATH=str(tmp_path))
    command = [sys.executable, "-c", OLD_PYTHON]
    result = subprocess.run(command, cwd=ROOT, env=path, capture_output=True, text=True)
    assert result.returncode == 1
    assert "Penlight needs Python 3.11 or newer. This one is 3.9.18" in result.stderr
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("file", ["tools/__init__.py", "tools/__main__.py"])
def test_old_pythons_can_read_the_first_files(file):
    """Newer syntax there would give an old Python's user a SyntaxError, not the sentence."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 4))
    too_new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Match, ast.Starred)
    assert not [node for node in ast.walk(tree) if isinstance(node, too_new)]
    assert not [node for node in ast.walk(tree) if getattr(node, "id", "") == "print"]  # 2.7
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "__future__" not in imported


def test_help_needs_no_environment(course):
    result = course.run("--help")
    assert result.returncode == 0
    for command in ("lab", "test", "doctor"):
        assert f"\n  {command} " in result.stdout
    assert not course.venv.exists()


def test_unknown_command_builds_nothing(course):
    result = course.run("lba")
    assert result.returncode == 2
    assert "There is no command `lba`. Did you mean `lab`?" in result.stderr
    assert not course.venv.exists()


def test_python_without_venv(course, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"apt-get install python3\.\d+-venv"):
        Environment(course.root).ensure()
    assert not course.venv.exists()


def test_too_small_a_disk(course, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1e9))
    monkeypatch.setenv("PENLIGHT_ACCELERATOR", "cpu")
    install.accelerator.cache_clear()
    with pytest.raises(SetupError, match=r"needs 3 GB, and .* has 1\.0 GB free"):
        Environment(course.root).ensure()
    assert not course.venv.exists()
    monkeypatch.setenv("PENLIGHT_ACCELERATOR", "cuda")
    install.accelerator.cache_clear()
    with pytest.raises(SetupError, match="set PENLIGHT_ACCELERATOR=cpu"):
        Environment(course.root).ensure()


@pytest.mark.parametrize(("choice", "found"), [("cpu", "cpu"), ("cuda", "cuda"), ("", "cpu")])
def test_accelerator(monkeypatch, choice, found):
    monkeypatch.setenv("PENLIGHT_ACCELERATOR", choice)
    monkeypatch.setattr(os.path, "exists", lambda path: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    install.accelerator.cache_clear()
    assert install.accelerator() == found


def test_nvidia_driver_chooses_cuda_and_mistyped_choice_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("PENLIGHT_ACCELERATOR", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    install.accelerator.cache_clear()
    assert install.accelerator() == "cuda"
    monkeypatch.setenv("PENLIGHT_ACCELERATOR", "gpu")
    install.accelerator.cache_clear()
    with pytest.raises(SetupError, match="must be cpu or cuda, not 'gpu'"):
        install.accelerator()


@pytest.fixture(autouse=True)
def forget_accelerator():
    yield
    install.accelerator.cache_clear()


class Steps:
    """Stands for Progress: keeps the commands instead of running them."""

    def __init__(self, *_, **__) -> None:
        self.commands: list[list[str]] = []

    def skip(self) -> None: ...

    def run(self, title, command, environment, otherwise=None) -> None:
        self.commands.append(command)
        if otherwise:
            self.commands.append(otherwise)


@pytest.mark.parametrize(
    ("accelerator", "platform", "system", "torch"),
    [
        ("cpu", "linux", "posix", [["torch==X+cpu"], ["torch==X+cpu", "--extra-index-url", "cpu"]]),
        ("cpu", "darwin", "posix", [["torch==X"]]),
        ("cpu", "win32", "nt", [["torch==X"]]),
        ("cuda", "linux", "posix", [["torch==X"]]),
        ("cuda", "win32", "nt", [["torch==X+cu130", "--extra-index-url", "cu130"]]),
    ],
)
def test_torch_build_for_each_machine(course, monkeypatch, accelerator, platform, system, torch):
    environment, steps = Environment(course.root), Steps()
    monkeypatch.setenv("PENLIGHT_ACCELERATOR", accelerator)
    install.accelerator.cache_clear()
    monkeypatch.setattr(install, "Progress", lambda *_, **__: steps)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(install.os, "name", system)
    install.install(environment, fresh=False)
    monkeypatch.undo()
    asked = [
        [word.replace(install.TORCH, "X").rpartition("/")[2] for word in command[-3:]]
        for command in steps.commands
        if any(word.startswith("torch") for word in command)
    ]
    assert [command[-len(wanted) :] for command, wanted in zip(asked, torch, strict=True)] == torch
    assert any("cupy" in " ".join(command) for command in steps.commands) == (accelerator == "cuda")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        (
            "Retrying after connection broken by 'NewConnectionError(...)'",
            "does not reach the package",
        ),
        ("ERROR: No matching distribution found for torch==2.13.0", "found for torch==2.13.0"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "its hash differs"),
        ("noise\nERROR: it rains\n", "The installer failed: ERROR: it rains"),
        ("", "The installer failed: it said nothing"),
    ],
)
def test_failed_installer_is_explained(course, output, sentence):
    assert sentence in install.explain_failure(output, Environment(course.root))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "may not write to"),
        (errno.EIO, "could not be written"),
    ],
)
def test_system_error_is_explained(tmp_path, number, sentence):
    error = OSError(number, os.strerror(number), str(tmp_path))
    assert sentence in install.explain_os_error(error, tmp_path)


def test_half_written_marker_is_not_whole(course):
    course.venv.mkdir()
    course.marker.write_text('{"state": "whole", "pa')
    assert Environment(course.root).examine()[0] is Status.BROKEN


def test_damaged_course_file_is_named(course):
    (course.root / "pyproject.toml").write_text("[project\n")
    with pytest.raises(SetupError, match="missing or damaged"):
        Environment(course.root).fingerprint()
    (course.root / "pyproject.toml").unlink()
    with pytest.raises(SetupError, match="missing or damaged"):
        Environment(course.root).fingerprint()


def test_waiting_and_working_are_shown_on_a_terminal(course, monkeypatch, capsys):
    progress = install.Progress(course.root / "log", steps=1)
    progress.terminal = True
    script = "print('Collecting torch==1'); print('Downloading torch-1.whl (190 MB)')"
    command = [sys.executable, "-u", "-c", script + "; import time; time.sleep(1.5)"]
    progress.run("PyTorch", command, Environment(course.root))
    shown = capsys.readouterr().out.split("\r")
    assert any("[1/1] PyTorch … package 1: torch==1" in line for line in shown)
    assert any("Downloading torch-1.whl (190 MB)  0:01" in line for line in shown)
    assert "done  0:01" in shown[-1]
