"""A small course to set up: the real `tools`, tiny packages in a local folder, no network."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.environment import NEEDED_PACKAGES

ROOT = Path(__file__).parents[2]
BACKEND = """
import sys
sys.path.insert(0, ".")
from make_wheel import make_wheel

def build_editable(folder, config_settings=None, metadata_directory=None):
    return make_wheel(folder, "penlight-course", "1.0", {"course.pth": __import__("os").getcwd()})
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "penlight-course"
version = "1.0"
"""
# Stands for the real command line, whose packages the small course does not have.
CLI = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "path": os.environ["PATH"]}))
"""


def make_wheel(folder: str, name: str, version: str, files: dict[str, str]) -> str:
    """Write the wheel NAME-VERSION with `files` (path -> text) into `folder`; returns its name."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        **files,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{stem}.dist-info/RECORD"])
    wheel = os.path.join(folder, f"{stem}-py3-none-any.whl")
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{stem}.dist-info/RECORD", record)
    return os.path.basename(wheel)


class Course:
    """A copy of the course in `root`; `run` is `python3 -m tools` in it."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.wheels = root, wheels
        shutil.copytree(
            ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__")
        )
        (root / "tools" / "cli.py").write_text(CLI)
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "backend.py").write_text(BACKEND)
        (root / "make_wheel.py").write_text(_make_wheel_source())
        (root / "penlight").mkdir()
        (root / "penlight" / "__init__.py").write_text("")
        lock = ""
        for name in sorted(set(NEEDED_PACKAGES) - {"torch", "penlight"}):
            wheel = wheels / make_wheel(str(wheels), name, "1.0", {f"{name}/__init__.py": ""})
            lock += f"{name}==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
        (root / "requirements.lock").write_text(lock)
        make_wheel(str(wheels), "torch", "2.13.0+cpu", {"torch/__init__.py": ""})
        make_wheel(str(wheels), "torch", "2.13.0", {"torch/__init__.py": ""})

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def marker(self) -> Path:
        return self.venv / "penlight.json"

    def state(self) -> str:
        return json.loads(self.marker.read_text())["state"]

    def variables(self, **changes: str) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        own |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
        own |= {"PIP_FIND_LINKS": str(self.wheels), "PENLIGHT_ACCELERATOR": "cpu"}
        return own | changes

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        python = getattr(sys, "_base_executable", sys.executable)
        command = [python, "-m", "tools", *arguments]
        pipe = subprocess.PIPE
        variables = self.variables(**changes)
        return subprocess.Popen(
            command, cwd=self.root, env=variables, stdout=pipe, stderr=pipe, text=True
        )

    def run(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **changes)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _make_wheel_source() -> str:
    import inspect

    return f"import os, zipfile\n\n\n{inspect.getsource(make_wheel)}"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A small course with no environment yet."""
    root, wheels = tmp_path / "the course", tmp_path / "wheels"  # a space, as many folders have
    root.mkdir()
    wheels.mkdir()
    return Course(root, wheels)
