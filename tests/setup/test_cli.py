"""`course`: commands are found by file, imported only when asked for, and explain themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.commands import command_modules, summary

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(command_modules())


def course(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


def test_help_lists_every_command():
    shown = course("--help").stdout
    for name in COMMANDS:
        assert name in shown
    assert set(COMMANDS) >= {"lab", "test", "doctor", "build", "release", "grade", "feedback"}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name):
    assert summary(command_modules()[name]).endswith((".", ")"))
    result = course(name, "--help")
    assert result.returncode == 0, result.stderr
    assert "Usage: python3 -m tools" in result.stdout


def test_only_the_asked_command_is_imported():
    script = (
        "import sys; from tools import cli; cli.build_app({'doctor'})\n"
        "print(*[name for name in sys.modules if name.startswith('tools.commands.')])\n"
        "print('torch' in sys.modules, 'nbgrader' in sys.modules, 'jupyterlab' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.split() == ["tools.commands.doctor", "False", "False", "False"]


def test_unknown_command():
    result = course("tset")
    assert result.returncode == 2
    assert "No such command" in result.stderr


def test_test_command_passes_its_words_and_status_to_pytest(tmp_path):
    file = tmp_path / "test_it.py"
    file.write_text("def test_a(): pass\ndef test_b(): assert False\n")
    chosen = course("test", str(file), "-q", "-k", "test_a", "-p", "no:cacheprovider")
    assert chosen.returncode == 0, chosen.stdout
    assert "1 passed" in chosen.stdout.splitlines()[-1]
    assert course("test", str(file), "-q", "-p", "no:cacheprovider").returncode == 1


def test_console_script_is_installed():
    script = Path(sys.executable).with_name("course")
    result = subprocess.run([script, "--help"], capture_output=True, text=True)
    assert "Usage: course" in result.stdout
