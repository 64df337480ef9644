"""Build: the students' notebooks in assignments/ from the instructors' in solutions/.

nbgrader's generate_assignment does the work, in a temporary folder and with a temporary gradebook:
the class's gradebook learns of an assignment when it is released or graded, not when it is built.
"""

import difflib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.converters import GenerateAssignment

from tools.course.folder import Course, CourseError, one_line


def build(course: Course, assignment: str) -> bool:
    """Bring assignments/`assignment` up to date in one step; return whether it changed."""
    with generated(course, assignment) as fresh:
        target = course.released / assignment
        if not _differences(target, fresh):
            return False
        course.released.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=course.released, prefix=".build-") as beside:
            new, old = Path(beside, "new"), Path(beside, "old")
            _copy(fresh, new)
            if target.exists():
                os.replace(target, old)
            os.replace(new, target)
    return True


def check(course: Course, assignment: str) -> list[str]:
    """What assignments/`assignment` lacks of being in step, as diff lines; empty when it is."""
    with generated(course, assignment) as fresh:
        return _differences(course.released / assignment, fresh)


def orphans(course: Course) -> list[str]:
    """The folders in assignments/ that no longer have a source."""
    known = course.assignments()
    folders = course.released.glob("[!.]*/") if course.released.is_dir() else ()
    return sorted(path.name for path in folders if path.name not in known)


def register(course: Course, assignment: str) -> None:
    """Save the cells of `assignment`, points and hidden tests, in the class's gradebook."""
    with generated(course, assignment, course.api.coursedir.db_url):
        pass


@contextmanager
def generated(course: Course, assignment: str, db_url: str | None = None) -> Iterator[Path]:
    """A temporary folder with the released form of `assignment`, made from its source now."""
    course.require(assignment)
    with tempfile.TemporaryDirectory(prefix="course-build-") as temporary:
        here = Path(temporary).resolve()
        db_url = db_url or f"sqlite:///{(here / 'gradebook.db').as_posix()}"
        settings = {
            "assignment_id": assignment,
            "release_directory": (here / "release").as_posix(),
            "db_url": db_url,
        }
        with course.settings(**settings):
            convert(course, GenerateAssignment, f"{assignment} could not be built")
        yield here / "release" / assignment


def convert(course: Course, converter: type, what_failed: str) -> None:
    """Run one of nbgrader's converters; a CourseError with its own reason when it fails."""
    course.log_lines.clear()
    try:
        running = converter(coursedir=course.api.coursedir, parent=course.api)
        running.force = True
        running.start()
    except Exception as error:
        raise CourseError(f"{what_failed}: {reason(course, error)}") from error


def reason(course: Course, error: Exception) -> str:
    """The cause of `error`: last line of the traceback nbgrader logged, else its own message."""
    for line in course.log_lines:
        if line.startswith("Traceback"):
            return line.rstrip().splitlines()[-1]
    return one_line(error)


def _differences(old: Path, new: Path) -> list[str]:
    """A unified diff of two folders' files. Missing and extra files are named, not printed."""
    lines = []
    names = {p.relative_to(f).as_posix() for f in (old, new) for p in f.rglob("*") if p.is_file()}
    for name in sorted(name for name in names if ".ipynb_checkpoints" not in name):
        before, after = old / name, new / name
        if not before.exists():
            lines.append(f"missing: {old.name}/{name}")
        elif not after.exists():
            lines.append(f"no longer built: {old.name}/{name}")
        elif before.read_bytes() != after.read_bytes():
            lines += difflib.unified_diff(
                _text(before),
                _text(after),
                f"committed {old.name}/{name}",
                "built now",
                lineterm="",
            )
    return lines


def _text(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _copy(source: Path, target: Path) -> None:
    """Copy a folder's files under the umask's permissions, not those nbgrader chose."""
    for path in source.rglob("*"):
        if path.is_file():
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
