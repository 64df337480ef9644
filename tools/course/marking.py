"""Writes results into nbgrader's gradebook, one transaction a submission, and the notebook."""

import contextlib
import copy
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties, LimitOutput
from nbgrader.utils import (
    compute_checksum,
    find_all_files,
    is_grade,
    is_solution,
    is_task,
    rmtree,
)
from sqlalchemy.exc import OperationalError

from autograder.sandbox.paper import Result
from tools.course import clean
from tools.course.assignment import Assignment
from tools.course.folder import Course, CourseError, one_line
from tools.course.rebuild import Rebuilt

PATIENCE = 30.0  # seconds to wait for somebody else who writes to the gradebook
LARGEST_FILE = 20_000_000


@dataclass(frozen=True)
class Graded:
    """One notebook with its result, ready to be written down."""

    rebuilt: Rebuilt
    result: Result


class Marker:
    """The one writer of a class's gradebook. A context manager."""

    def __init__(self, course: Course, assignment: Assignment):
        self.course, self.assignment = course, assignment
        self.book = Gradebook(course.api.coursedir.db_url, course.api.course_id)
        self.late = AssignLatePenalties(parent=course.api)
        self.late.init_plugin()
        self.limit = LimitOutput(parent=course.api)

    def __enter__(self) -> "Marker":
        return self

    def __exit__(self, *exc) -> None:
        self.book.close()

    def write(self, student: str, graded: dict[str, Graded], only: str = "") -> None:
        """Record a submission's marks and put its notebooks in place. CourseError if refused.

        only: the one graded cell that is to change; everything else stays as it is.
        """
        staged = self._stage(student, graded, only)
        try:
            self._save(lambda: self._marks(student, graded, only))
            self._put(student, staged)
        finally:
            shutil.rmtree(staged.parent, ignore_errors=True)

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic scores that the gradebook holds for a student now, by grade id."""
        try:
            submission = self.book.find_submission(self.assignment.name, student)
        except MissingEntry:
            return {}
        return {g.name: g.auto_score for notebook in submission.notebooks for g in notebook.grades}

    def _save(self, change) -> None:
        """Make a change in one transaction, waiting for others who write."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with _one_transaction(self.book):
                    change()
                return
            except OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise CourseError(
                        f"The gradebook cannot be written: {one_line(error.orig)}. What was "
                        "graded is kept; run the command again when it can."
                    ) from error
                time.sleep(0.2)

    def _marks(self, student: str, graded: dict[str, Graded], only: str) -> None:
        name = self.assignment.name
        self.book.update_or_create_student(student)
        submitted = self.course.folder("submitted", student, name)
        when = self.course.api.coursedir.get_existing_timestamp(str(submitted))
        given = {"timestamp": when} if when else {}
        submission = self.book.update_or_create_submission(name, student, **given)
        for notebook in submission.notebooks:
            found = graded.get(notebook.name)
            if found is None:
                if not only:
                    self._nothing(notebook)
                continue
            cells = {c.metadata.nbgrader["grade_id"]: c for c in found.rebuilt.notebook.cells
                     if c.metadata.get("nbgrader", {}).get("grade_id")}  # fmt: skip
            for grade in notebook.grades:
                cell = cells.get(grade.name)
                if cell is not None and is_grade(cell) and only in ("", grade.name):
                    grade.auto_score = _score(cell, found.result)
                    by_hand = grade.manual_score is not None or grade.auto_score is None
                    grade.needs_manual_grade = by_hand
            for comment in notebook.comments:
                cell = cells.get(comment.name)
                if cell is not None and not only:
                    empty = _unchanged(cell) and not is_task(cell)
                    comment.auto_comment = "No response." if empty else None
            self._late(submission, notebook, student)

    def _nothing(self, notebook) -> None:
        """A notebook that was not handed in."""
        for grade in notebook.grades:
            grade.auto_score, grade.needs_manual_grade = 0, False

    def _late(self, submission, notebook, student: str) -> None:
        notebook.late_submission_penalty = None
        self.book.db.flush()
        if submission.total_seconds_late > 0:
            self.book.db.refresh(notebook)
            penalty = self.late.plugin_inst.late_submission_penalty(
                student, notebook.score, submission.total_seconds_late
            )
            if penalty is not None:
                checked = self.late._check_late_penalty(notebook, penalty)
                notebook.late_submission_penalty = checked

    def _stage(self, student: str, graded: dict[str, Graded], only: str) -> Path:
        """Write the graded submission beside its final place; returns the folder."""
        final = self.course.folder("autograded", student, self.assignment.name)
        submitted = self.course.folder("submitted", student, self.assignment.name)
        beside = self.course.run / ".grading" / f"{os.getpid()}-{student}"
        shutil.rmtree(beside, ignore_errors=True)
        staged = beside / "new"
        staged.mkdir(parents=True)
        for name in find_all_files(str(submitted), ["*.ipynb"]):
            source = Path(name)
            if source.is_symlink() or not source.is_file():
                continue
            if source.stat().st_size <= LARGEST_FILE:
                target = staged / source.relative_to(submitted)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        for name, content in self.assignment.setting.files.items():
            target = staged / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        for name, found in graded.items():
            notebook = self._shown(found)
            before = final / f"{name}.ipynb"
            if only and before.is_file():
                notebook = _only(nbformat.read(before, as_version=4), notebook, only)
            nbformat.write(notebook, staged / f"{name}.ipynb")
        return staged

    def _shown(self, found: Graded) -> NotebookNode:
        """The notebook as graders and students see it, with outputs that are safe to show."""
        notebook, count = copy.deepcopy(found.rebuilt.notebook), 0
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                count += 1
                cell.execution_count = count
                cell.outputs = clean.outputs(found.result.outputs.get(number, []))
            elif not found.rebuilt.paper.cells[number].trusted:
                cell.source = clean.markdown(cell.source)
        notebook, _ = self.limit.preprocess(notebook, {})
        return notebook

    def _put(self, student: str, staged: Path) -> None:
        final = self.course.folder("autograded", student, self.assignment.name)
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():
            old = staged.parent / "old"
            os.replace(final, old)
        os.replace(staged, final)
        if (staged.parent / "old").exists():
            rmtree(str(staged.parent / "old"))


@contextlib.contextmanager
def _one_transaction(book: Gradebook) -> Iterator[None]:
    """Everything that nbgrader's functions would commit one by one, at once or not at all."""
    commit = book.db.commit
    book.db.commit = book.db.flush
    try:
        yield
        commit()
    except BaseException:
        book.db.rollback()
        raise
    finally:
        del book.db.commit


def _score(cell: NotebookNode, result: Result) -> float | None:
    """The automatic score of a graded cell; None where a person has to mark it."""
    if is_solution(cell):
        return 0.0 if _unchanged(cell) else None
    mark = result.marks.get(cell.metadata.nbgrader["grade_id"])
    return None if mark is None else mark.score


def _unchanged(cell: NotebookNode) -> bool:
    return cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)


def _only(before: NotebookNode, now: NotebookNode, grade_id: str) -> NotebookNode:
    """The graded notebook as it was, with one cell graded again."""
    fresh = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in now.cells}
    before.cells = [
        fresh.get(grade_id, c) if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id else c
        for c in before.cells
    ]
    return before
