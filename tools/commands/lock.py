"""Write requirements.lock again from pyproject.toml (maintainers; needs `pip install uv`)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import typer

from tools.install import LOCK

ROOT = Path(__file__).parents[2]


def wanted(pyproject: dict) -> list[str]:
    """The requirements to lock: everything but torch, whose build the set-up chooses."""
    project = pyproject["project"]
    requirements = [
        *project["dependencies"],
        *project["optional-dependencies"]["test"],
        *pyproject["build-system"]["requires"],
    ]
    return [line for line in requirements if not line.startswith("torch")]


def main(upgrade: bool = typer.Option(False, help="Also take newer versions.")) -> None:
    """Pin every package of the course, with hashes, for all platforms and Pythons at once."""
    if importlib.util.find_spec("uv") is None:
        raise SystemExit(f"This needs uv. Run: {sys.executable} -m pip install uv")
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    part = ROOT / f"{LOCK}.part"
    part.unlink(missing_ok=True)
    if not upgrade and (ROOT / LOCK).exists():
        part.write_bytes((ROOT / LOCK).read_bytes())  # uv keeps the versions it finds there
    command = "uv pip compile --universal --python-version 3.11 --generate-hashes --quiet".split()
    command += ["--custom-compile-command", "course lock", "--output-file", part.name, "-"]
    result = subprocess.run(
        [sys.executable, "-m", *command], input="\n".join(wanted(pyproject)), text=True, cwd=ROOT
    )
    if result.returncode:
        part.unlink(missing_ok=True)
        raise typer.Exit(1)
    os.replace(part, ROOT / LOCK)
    print(f"{LOCK} is written. `python3 -m tools test` brings the environment up to date.")
