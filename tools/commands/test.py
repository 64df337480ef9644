"""Run all tests; further words go to pytest (`course test -m "not slow" tests/penlight`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer

CONTEXT_SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True}
ROOT = Path(__file__).parents[2]
SIDE_BY_SIDE = ["-n", "auto", "--dist", "loadfile"]  # a file's tests share what they set up


def main(context: typer.Context) -> None:
    """Run the style checks, the import contracts and all tests with pytest.

    Every argument is pytest's: -m "not slow" leaves out the long ones, -k NAME picks by name,
    a path picks a file or folder, -x stops at the first failure. Files are tested side by side,
    one worker a core; -n 0 tests them one after the other.
    """
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *SIDE_BY_SIDE, *context.args], cwd=ROOT
    )
    raise typer.Exit(result.returncode)
