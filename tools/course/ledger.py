"""Which submissions are graded, so that a stopped run leaves no half-graded one behind unseen.

One small file a submission, in <run>/grading/<assignment>/<student>.json, written in one step.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.course.folder import Course
from tools.notebooks import write_text

STARTED, FINISHED, FAILED = "started", "finished", "failed"


@dataclass(frozen=True)
class Entry:
    """How far one submission's grading came. `work` identifies what was graded, see `digest`."""

    state: str
    work: str
    reason: str = ""


def read(course: Course, assignment: str, student: str) -> Entry | None:
    """The entry, or None where `course grade` never touched the submission."""
    try:
        return Entry(**json.loads(_file(course, assignment, student).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(course: Course, assignment: str, student: str, entry: Entry) -> None:
    file = _file(course, assignment, student)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps(asdict(entry)) + "\n")


def digest(course: Course, assignment: str, student: str) -> str:
    """Identifies a submission together with the assignment and checks it is graded by."""
    folders = (
        course.folder("submitted", student, assignment),
        course.sources / assignment,
        course.root / "autograder",
    )
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def unfinished(course: Course, assignment: str) -> dict[str, str]:
    """Students whose grades must not be used, with the reason."""
    found = {}
    for student in course.students("submitted", assignment):
        entry = read(course, assignment, student)
        if entry and entry.state == STARTED:
            found[student] = "its grading was stopped half way"
        elif entry and entry.state == FAILED:
            found[student] = entry.reason
        elif not course.folder("autograded", student, assignment).is_dir():
            found[student] = "it is not graded yet"
    return found


def _file(course: Course, assignment: str, student: str) -> Path:
    return course.run / "grading" / assignment / f"{student}.json"
