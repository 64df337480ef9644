"""The student bundle: one zip file with a week's notebook and all that is needed to work on it.

It is made from lists of what goes in, never of what stays out: the lectures up to the week, the
released notebook, penlight with the week's slots empty, the checks up to the week, and those
modules of `autograder` and `tools` that these import.
"""

import os
import re
import tempfile
import zipfile
from pathlib import Path

from tools.course.build import generated
from tools.course.empty import empty_slots, week_of, without_floors
from tools.course.folder import Course, CourseError
from tools.course.reach import reachable
from tools.course.release import require_in_step

FLOORS = ["tensors", "broadcasting", "indexing", "autograd", "nn", "training", "graphs"]
TRAINS = "autograd"  # every week ends with a network that trains, so this floor is always there
COMMANDS = ("lab", "doctor", "check")
TOOLS = ("draw", "lecture", "widgets")  # whole packages: some load their parts by name
NEVER = ("hidden", "gates.py", "mutants.py")  # of the autograder
PLAIN_FILES = ("LICENSE", "requirements.lock", "environment.yml")
DATA = {".css", ".js", ".json", ".svg", ".csv", ".png"}  # what lies beside modules and ships along
README = Path(__file__).with_name("bundle_readme.md")
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's first moment: the same content gives the same bytes


def write_bundle(course: Course, assignment: str, target: Path, force: bool = False) -> Path:
    """Write the bundle of `assignment` to `target`, a file or a folder; return the file.

    It appears whole or not at all. CourseError when it exists and not `force`, when the
    assignment is out of step with its source, or when `target` cannot be written to.
    """
    require_in_step(course, assignment)
    if target.is_dir() or not target.suffix:
        target = target / f"{assignment}.zip"
    if target.exists() and not force:
        raise CourseError(f"{target} is already there. Use --force to replace it.")
    files = bundle_files(course, assignment)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(handle, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for name in sorted(files):
                info = zipfile.ZipInfo(f"penlight-{assignment}/{name}", EPOCH)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
                archive.writestr(info, files[name])
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
    return target


def bundle_files(course: Course, assignment: str) -> dict[str, bytes]:
    """Path inside the bundle -> content, for every file of the bundle of `assignment`."""
    week, root = week_of(assignment), course.root
    files = {name: (root / name).read_bytes() for name in PLAIN_FILES if (root / name).is_file()}
    files["pyproject.toml"] = _project(root).encode()
    files["README.md"] = _readme(assignment).encode()
    files |= _penlight(root / "solutions" / "penlight", week)

    lectures = _up_to(root / "lectures", week, "*.ipynb")
    with generated(course, assignment) as released:
        for path in released.rglob("*"):
            if path.is_file():
                name = f"assignments/{assignment}/{path.relative_to(released).as_posix()}"
                files[name] = path.read_bytes()
        modules = _modules(root, week, [*lectures, *released.rglob("*.ipynb")])
    beside = {path for module in modules for path in _up_to(module.parent, week, "*")}
    data = [path for path in beside if path.suffix in DATA]
    settings = (root / "tools" / "lab_settings").rglob("*.json")
    for path in (*lectures, *_beside(lectures), *modules, *data, *settings):
        files[path.relative_to(root).as_posix()] = path.read_bytes()
    return files


def _modules(root: Path, week: int, notebooks: list[Path]) -> set[Path]:
    """The modules of `autograder` and `tools` that students need, for these notebooks too."""
    roots = [root / "autograder" / "__init__.py", root / "tools" / "__main__.py"]
    roots += _up_to(root / "autograder" / "checks", week, "*.py")
    roots += [root / "tools" / "commands" / f"{name}.py" for name in COMMANDS]
    roots += [path for name in TOOLS for path in (root / "tools" / name).rglob("*.py")]
    packages = {name: root / name for name in ("autograder", "tools")}
    never = [root / "autograder" / name for name in NEVER]
    return reachable([p for p in (*roots, *notebooks) if p.is_file()], packages, never)


def _penlight(folder: Path, week: int) -> dict[str, bytes]:
    """penlight's floors up to `week`, and those below the floor that trains, slots emptied.

    A later week's slots are emptied too, but for those the training floor cannot do without.
    """
    last = max(week, FLOORS.index(TRAINS) + 1)
    dropped = FLOORS[last:]
    files = {}
    for path in folder.rglob("*.py"):
        inside = path.relative_to(folder)
        if inside.parts[0] not in dropped:
            source = empty_slots(path.read_text(encoding="utf-8"), week, inside.parts[0] == TRAINS)
            if inside.name == "__init__.py" and len(inside.parts) == 1:
                source = without_floors(source, dropped)
            files[f"penlight/{inside.as_posix()}"] = source.encode()
    return files


def _up_to(folder: Path, week: int, pattern: str) -> list[Path]:
    """The files of `folder` that belong to no week, or to `week` or an earlier one."""
    found = sorted(folder.glob(pattern))
    return [p for p in found if not p.stem[:1].isdigit() or week_of(p.stem) <= week]


def _beside(lectures: list[Path]) -> list[Path]:
    """The pictures and data that lie in the lectures' folders."""
    return [p for folder in {p.parent for p in lectures} for p in folder.rglob("*")
            if p.suffix in DATA]  # fmt: skip


def _project(root: Path) -> str:
    """pyproject.toml for a bundle: penlight lies at the top, and nothing is tested or linted."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    text = re.sub(r"\n\[tool\.(?!hatch\.).*", "\n", text, count=1, flags=re.DOTALL)
    text = text.replace('"solutions/penlight"', '"penlight"')
    return text.replace('[".", "solutions"]', '["."]')


def _readme(assignment: str) -> str:
    return README.read_text(encoding="utf-8").replace("{assignment}", assignment)
