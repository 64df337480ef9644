"""Grade the way nbgrader does, one submission at a time, none of which can spoil another.

`course grade --stock` uses it; `run` is the isolated, parallel way. What both share is here too.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.utils import rmtree

from tools.course import build as building
from tools.course import glue, ledger
from tools.course.folder import Course, CourseError, one_line
from tools.course.ledger import Entry
from tools.notebooks import read_notebook


@dataclass(frozen=True)
class Score:
    """One exercise of one student: `points` of `most`, None while a person has to mark it."""

    exercise: str
    points: float | None
    most: float


def pending(
    course: Course, assignment: str, student: str | None = None, force: bool = False
) -> list[str]:
    """The students to grade now: those whose submission, assignment or checks are not as graded.

    With `force` everybody. CourseError when nobody, or not this student, handed in.
    """
    chosen = handed_in(course, assignment, student)
    return [each for each in chosen if force or not _is_done(course, assignment, each)]


def handed_in(course: Course, assignment: str, student: str | None = None) -> list[str]:
    """The students who handed in, or the one named. CourseError when nobody, or not this one."""
    course.require(assignment)
    found = course.students("submitted", assignment)
    if not found:
        raise CourseError(
            f"No submission of {assignment} in {course.run}. Run `course collect {assignment}`."
        )
    if student is not None and student not in found:
        raise CourseError(
            f"{student!r} has not handed in {assignment}. Those who have: {', '.join(found)}."
        )
    return [student] if student else found


def grade(course: Course, assignment: str, student: str) -> Entry:
    """Grade one submission; what can go wrong with it is in the entry returned, never raised.

    The graded notebook takes its place only when it is whole, and a run that is killed leaves the
    entry at "started", so the next run does this submission again.
    """
    work = ledger.digest(course, assignment, student)
    ledger.write(course, assignment, student, Entry(ledger.STARTED, work))
    final = course.folder("autograded", student, assignment)
    staging = course.run / ".grading"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        _require_readable(course, assignment, student)
        settings = {
            "assignment_id": assignment,
            "student_id": student,
            "autograded_directory": glue.step(course.root, staging),
        }
        with course.settings(**settings):
            building.convert(course, Autograde, "nbgrader could not grade it")
        if final.exists():
            rmtree(str(final))
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / student / assignment, final)
        entry = Entry(ledger.FINISHED, work)
    except CourseError as error:
        entry = Entry(ledger.FAILED, work, str(error))
    finally:
        if staging.exists():
            rmtree(str(staging))
    ledger.write(course, assignment, student, entry)
    return entry


def scores(course: Course, assignment: str) -> dict[str, list[Score]]:
    """Student -> their scores in the notebook's order, for submissions whose grading finished."""
    order = _exercise_order(course, assignment)
    unfinished = ledger.unfinished(course, assignment)
    table = {}
    with course.gradebook() as book:
        for student in course.students("autograded", assignment):
            if student in unfinished:
                continue
            try:
                submission = book.find_submission(assignment, student)
            except MissingEntry:
                continue
            found = [
                Score(g.name, None if g.needs_manual_grade else g.score, g.max_score)
                for notebook in submission.notebooks
                for g in notebook.grades
            ]
            table[student] = sorted(found, key=lambda s: order.get(s.exercise, len(order)))
    return table


def _is_done(course: Course, assignment: str, student: str) -> bool:
    entry = ledger.read(course, assignment, student)
    done = Entry(ledger.FINISHED, ledger.digest(course, assignment, student))
    return entry == done and course.folder("autograded", student, assignment).is_dir()


def _require_readable(course: Course, assignment: str, student: str) -> None:
    """CourseError when nothing of the assignment is there, or a notebook of it is none."""
    folder = course.folder("submitted", student, assignment)
    expected = [folder / f"{name}.ipynb" for name in course.notebooks(assignment)]
    if not any(path.is_file() for path in expected):
        there = ", ".join(sorted(p.name for p in folder.glob("*.ipynb"))) or "no notebook"
        raise CourseError(f"{expected[0].name} is missing from {folder}; there is {there}")
    for path in filter(Path.is_file, expected):
        try:
            nbformat.read(path, as_version=4)
        except Exception as error:  # whatever nbformat meets in what is no notebook
            raise CourseError(f"{path.name} is not a notebook ({one_line(error)})") from error


def _exercise_order(course: Course, assignment: str) -> dict[str, int]:
    ids = []
    for name in course.notebooks(assignment):
        path = course.sources / assignment / f"{name}.ipynb"
        for cell in read_notebook(path).cells:
            ids.append(cell.metadata.get("nbgrader", {}).get("grade_id"))
    return {name: index for index, name in enumerate(ids)}
