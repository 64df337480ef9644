"""Results of isolated grading, kept as files, so that nothing is ever graded twice.

One file a submission, <run>/grading/<assignment>/<student>.result, written in one step and keyed
by everything its marks depend on. Plain JSON: whoever reads it runs nothing.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from autograder.sandbox.paper import Mark, Result
from tools.course.folder import Course
from tools.notebooks import write_text

FORM = 1


def key(course: Course, assignment: str, student: str, version: str, only: str = "") -> str:
    """Identifies a submission together with all that decides its marks."""
    found = hashlib.sha256(f"{FORM}\0{version}\0{only}\0".encode())
    folder = course.folder("submitted", student, assignment)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def read(course: Course, assignment: str, student: str, wanted: str) -> dict[str, Result] | None:
    """Notebook -> result, where a whole file with the key `wanted` is there."""
    try:
        kept = json.loads(_file(course, assignment, student).read_text(encoding="utf-8"))
        if kept["key"] != wanted:
            return None
        return {name: _result(each) for name, each in kept["notebooks"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(
    course: Course, assignment: str, student: str, wanted: str, found: dict[str, Result]
) -> None:
    """Keep a submission's results under their key."""
    file = _file(course, assignment, student)
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = {"key": wanted, "notebooks": {name: asdict(each) for name, each in found.items()}}
    text = json.dumps(kept, ensure_ascii=True)
    write_text(file, text + "\n")


def latest(course: Course, assignment: str, student: str) -> dict[str, Result]:
    """The results last kept for a student, whatever they were graded by; empty without any."""
    try:
        kept = json.loads(_file(course, assignment, student).read_text(encoding="utf-8"))
        return {name: _result(each) for name, each in kept["notebooks"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _result(kept: dict) -> Result:
    marks = {name: Mark(**mark) for name, mark in kept["marks"].items()}
    outputs = {int(number): shown for number, shown in kept["outputs"].items()}
    return Result(**{**kept, "marks": marks, "outputs": outputs})


def _file(course: Course, assignment: str, student: str) -> Path:
    return course.run / "grading" / assignment / f"{student}.result"
