"""What an isolated process can see of the disk: a list of what is shown, never of what is hidden.

The Python installation and the system's libraries, read-only; a `stage` folder with the course's
own modules, copied there without checks, hidden cases and notebooks; nothing else.
"""

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

COURSE = "/course"  # the stage, as seen from inside
FILES = "files"  # its folder of what lies beside the notebook: data a cell may open
ABSENT = "absent"  # its folder that stands where a package is hidden
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = (
    "ld.so.cache ld.so.conf ld.so.conf.d localtime timezone fonts alternatives mime.types "
    "os-release"
).split()
# Of the grader, what runs inside. The rest of it knows right answers or how to find them.
INSIDE = (
    "__init__ compare exercise finding grading limits mistakes notebook oracle report runner "
    "settings values"
).split()
TOOLS = ("draw", "lecture", "widgets")  # what lesson cells import
HIDDEN_PACKAGE = (
    "raise ModuleNotFoundError(f'{__name__} is not available while grading', name=__name__)\n"
)
TOP = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Show:
    """One entry of the view: `source` read-only at `target`, or a link to `source`."""

    target: str
    source: str
    link: bool = False


def view(stage: Path, hidden: Iterable[str] = ()) -> list[Show]:
    """What isolated processes see, outermost folders first. hidden: importable packages that they
    shall not find, such as "torch"."""
    shown = []
    for folder in SYSTEM:
        if os.path.islink(folder):
            shown.append(Show(folder, os.readlink(folder), link=True))
        elif os.path.isdir(folder):
            shown.append(Show(folder, folder))
    for name in SETTINGS:
        if os.path.exists(f"/etc/{name}"):
            shown.append(Show(f"/etc/{name}", os.path.realpath(f"/etc/{name}")))
    shown += [Show(inside(folder), folder) for folder in python_folders()]
    shown.append(Show(COURSE, str(stage)))
    for package in hidden:
        for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            if os.path.isdir(f"{folder}/{package}"):
                shown.append(Show(inside(f"{folder}/{package}"), str(stage / ABSENT)))
    return shown


def inside(path: str) -> str:
    """Where a path of this Python is seen from inside: a course in /tmp would lie under the
    private /tmp that each process gets."""
    return f"/outside{path}" if path.startswith("/tmp/") else path


def python_folders() -> list[str]:
    """The folders of this Python and of its environment, those below /usr left out."""
    folders = {os.path.realpath(sys.base_prefix), os.path.abspath(sys.prefix)}
    outside = [f for f in folders if not f.startswith(SYSTEM)]
    return sorted(f for f in outside if not any(f.startswith(f"{o}/") for o in outside))


def make_stage(folder: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """Fill `folder` with the modules that isolated processes import, readable by any user.

    files: path -> content of what lies beside the notebooks.
    """
    # small_*.py make the inputs of checks: graphs, modules, …
    small = [path.stem for path in (TOP / "autograder").glob("small_*.py")]
    for name in (*INSIDE, *small):
        _copy(TOP / "autograder" / f"{name}.py", folder / "autograder" / f"{name}.py")
    for path in (TOP / "autograder" / "sandbox").glob("*.py"):
        _copy(path, folder / "autograder" / "sandbox" / path.name)
    _copy(TOP / "tools" / "__init__.py", folder / "tools" / "__init__.py")
    for name in TOOLS:
        _copy_folder(TOP / "tools" / name, folder / "tools" / name)
    _copy_folder(TOP / "solutions" / "penlight", folder / "penlight")
    (folder / ABSENT).mkdir(parents=True, exist_ok=True)
    (folder / ABSENT / "__init__.py").write_text(HIDDEN_PACKAGE)
    (folder / FILES).mkdir(parents=True, exist_ok=True)
    for name, content in (files or {}).items():
        target = folder / FILES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _copy_folder(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
