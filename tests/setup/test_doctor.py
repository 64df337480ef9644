"""`python3 -m tools doctor`: every subject is looked at, and what is missing has a remedy."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess

import pytest

from tools import doctor, install
from tools.doctor import Level
from tools.environment import Environment, Status

SUBJECTS = "Python environment torch CUDA CuPy dot bubblewrap Chromium disk port".split()


def only(findings):
    (finding,) = findings
    return finding


def test_before_any_environment_exists(course):
    result = course.run("doctor")
    assert result.returncode == 1
    lines = [line for line in result.stdout.splitlines() if line.startswith("[")]
    assert [line.split()[1] for line in lines] == SUBJECTS
    assert lines[0].startswith("[ok]")
    assert f"[NO] environment  {course.venv} is not there" in result.stdout
    assert "mend it: python3 -m tools lab" in result.stdout
    assert "Needed and missing: environment, torch." in result.stdout
    assert not course.venv.exists()


def test_help_and_wrong_option(course):
    assert "usage: python3 -m tools doctor" in course.run("doctor", "--help").stdout
    assert course.run("doctor", "--fix").returncode == 2


def test_course_environment_is_reported_with_its_reason(course, monkeypatch):
    monkeypatch.setattr(doctor, "holds_the_course", lambda: False)
    answers = {
        Status.WHOLE: (Level.GOOD, ""),
        Status.BROKEN: (Level.NEEDED, "python3 -m tools lab"),
        Status.FOREIGN: (Level.NEEDED, ".venv .venv-old"),
    }
    for status, (level, mend) in answers.items():
        monkeypatch.setattr(Environment, "examine", lambda self, s=status: (s, "is so"))
        finding = only(doctor.check_environment(Environment(course.root)))
        assert finding.level is level
        assert mend in finding.mend


def test_environment_of_ones_own_counts(course, monkeypatch):
    monkeypatch.setattr(doctor, "holds_the_course", lambda: True)
    assert only(doctor.check_environment(Environment(course.root))).level is Level.GOOD


def answer_of_torch(monkeypatch, gpu_seen: str, **answer) -> dict[str, doctor.Finding]:
    def run(command, **_):
        if command[0] == "nvidia-smi":
            if not gpu_seen:
                raise FileNotFoundError(command[0])
            return subprocess.CompletedProcess(command, 0, gpu_seen + "\n", "")
        return subprocess.CompletedProcess(command, 0, json.dumps(answer), "")

    monkeypatch.setattr(subprocess, "run", run)
    findings = doctor.check_torch(Environment(doctor.ROOT))
    return {finding.subject: finding for finding in findings}


def test_gpu_in_use(monkeypatch):
    found = answer_of_torch(monkeypatch, "Card, 580", torch="2.13.0+cu130", gpu="Card", cupy=True)
    assert [finding.level for finding in found.values()] == [Level.GOOD] * 3
    assert found["CUDA"].detail == "Card"


def test_gpu_that_is_not_used(monkeypatch):
    found = answer_of_torch(monkeypatch, "Card, 580", torch="2.13.0+cpu", gpu="", cupy=False)
    assert "Card, 580 is there" in found["CUDA"].detail
    assert f"-m pip install '{install.CUPY}'" in found["CuPy"].mend


def test_no_gpu(monkeypatch):
    found = answer_of_torch(monkeypatch, "", torch="2.13.0+cpu", gpu="", cupy=False)
    assert "everything runs on the CPU" in found["CUDA"].detail
    assert found["CuPy"].level is Level.OPTIONAL


def test_missing_programs_have_a_command_that_installs_them(monkeypatch):
    have = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr(shutil, "which", have.get)
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    monkeypatch.setattr(doctor, "find_chromium", lambda: "")
    mends = {finding.subject: finding.mend for finding in doctor.check_programs()}
    assert mends == {
        "dot": "apt-get install -y graphviz",
        "bubblewrap": "apt-get install -y bubblewrap",
        "Chromium": "apt-get install -y chromium",
    }
    have.clear()
    have["brew"] = "/opt/homebrew/bin/brew"
    monkeypatch.setattr(doctor.sys, "platform", "darwin")
    mends = {finding.subject: finding.mend for finding in doctor.check_programs()}
    assert mends["dot"] == "brew install graphviz"
    assert mends["bubblewrap"] == ""  # exists on Linux only


@pytest.mark.skipif(os.name == "nt", reason="bubblewrap is a Linux program")
def test_bubblewrap_that_the_kernel_refuses(monkeypatch, tmp_path):
    bwrap = tmp_path / "bwrap"
    bwrap.write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2; exit 1\n")
    bwrap.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(bwrap))
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    finding = only(doctor.check_bubblewrap())
    assert finding.level is Level.OPTIONAL
    assert "this kernel refuses it: bwrap: No permissions" in finding.detail


def test_port_in_use_gets_another(course):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        finding = only(doctor.check_port(port))
        assert f"{port} is in use" in finding.detail
        assert finding.mend.startswith("python3 -m tools lab --port ")
        assert str(port) not in finding.mend


def test_little_disk(course, monkeypatch):
    total = shutil.disk_usage(course.root)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: total._replace(free=2e8))
    finding = next(doctor.check_disk(Environment(course.root)))
    assert finding.level is Level.NEEDED
    assert "0.2 GB free" in finding.detail
    assert finding.mend
