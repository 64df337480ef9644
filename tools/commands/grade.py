"""Grade what was collected, isolated and in parallel, and show the points."""

import os
from typing import Annotated

import typer
from rich.table import Table

from tools.course import assignment as assignments
from tools.course import build, grade, ledger
from tools.course import run as grading
from tools.course.folder import Course, CourseError
from tools.course.screen import Assignment, RunOption, err, opened, out, progress


def main(
    assignment: Assignment,
    student: Annotated[str | None, typer.Option(help="Grade this student only.")] = None,
    exercise: Annotated[
        str,
        typer.Option(metavar="ID", help="Grade this graded cell only and leave all other marks."),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Also grade again what is graded and unchanged.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say whose marks would change, and change nothing.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1, help="Processes to grade with (default: one a core).", show_default=False
        ),
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A Dask scheduler to grade on, tcp://host:8786.")
    ] = "",
    isolation: Annotated[
        str,
        typer.Option(
            help="bubblewrap, namespaces or limits (default: the strongest that works; "
            "limits protects files from nobody and must be asked for)."
        ),
    ] = "",
    stock: Annotated[
        bool,
        typer.Option(
            "--stock", help="Let nbgrader run the notebooks: one after the other, not isolated."
        ),
    ] = False,
    timeout: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Seconds a cell may run (default: as in nbgrader_config.py).",
            show_default=False,
        ),
    ] = None,
    run: RunOption = None,
) -> None:
    """Run each submission with the hidden tests and record its points in the gradebook.

    Every submission runs in a process of its own that can reach no other, no file of yours and no
    network. Submissions graded before and unchanged are left alone; a run that was stopped goes
    on where it was. A submission that cannot be graded is named, and the others go on (exit
    code 1).
    """  # fmt: skip
    with opened(run) as course:
        if timeout:
            course.config.Execute.timeout = timeout
        if stock:
            failed, done = _stock(course, assignment, student, force)
        else:
            tier = isolation
            number = workers or os.cpu_count() or 1
            failed, done = _isolated(
                course, assignment, student, force, exercise, dry_run, number, scheduler, tier
            )
        if dry_run:
            return
        out.print(_table(course, assignment))
        skipped = len(course.students("submitted", assignment)) - done
        out.print(
            f"graded {done - len(failed)}, {skipped} not touched"
            f"\nnotebooks: {course.run / 'autograded'}"
            f"\ngradebook: {course.api.coursedir.db_url}"
            f"\nmark by hand in JupyterLab's Formgrader; then `course feedback {assignment}`",
            markup=False,
        )
        for each, reason in failed.items():
            err.print(f"not graded: {each}: {reason}", style="red", markup=False)
        if failed:
            raise typer.Exit(1)


def _stock(course: Course, name: str, student: str | None, force: bool) -> tuple[dict, int]:
    """nbgrader's own run: student -> why it could not be graded, and how many were tried."""
    todo = grade.pending(course, name, student, force)
    build.register(course, name)
    failed = {}
    for each in progress(todo, lambda each: f"grading {each}"):
        entry = grade.grade(course, name, each)
        if entry.state == ledger.FAILED:
            failed[each] = entry.reason
    return failed, len(todo)


def _isolated(course, name, student, force, exercise, dry, workers, scheduler, tier):
    """Our run, the same answer."""
    students = grade.handed_in(course, name, student)
    loaded = assignments.load(course, name)
    if exercise:
        _require_exercise(loaded, exercise)
    todo = grading.pending(course, loaded, students, force or bool(exercise))
    if not todo:
        return {}, 0
    chosen = grading.choose_tier(tier, lambda line: err.print(line, markup=False))
    loaded = grading.calibrate(course, loaded, chosen)
    for note in loaded.notes:
        err.print(f"note: {note}", markup=False)
    options = grading.Options(chosen, workers, scheduler, exercise, dry)
    failed = {}
    found = grading.grade_all(course, loaded, todo, options)
    for done in progress(found, lambda done: f"grading {done.student}", len(todo)):
        if done.entry.state == ledger.FAILED:
            failed[done.student] = done.entry.reason
        for note in done.notes:
            err.print(f"{done.student}: {note}", markup=False)
        if dry:
            _print_changes(done)
    return failed, len(todo)


def _print_changes(done: grading.Done) -> None:
    for exercise, (before, now) in done.changes.items():
        was = "nothing" if before is None else f"{before:g}"
        out.print(f"{done.student}: {exercise}: {was} -> {now:g}", markup=False)
    if done.entry.state == ledger.FAILED:
        out.print(f"{done.student}: cannot be graded: {done.entry.reason}", markup=False)
    elif not done.changes:
        out.print(f"{done.student}: no mark changes", markup=False)


def _require_exercise(loaded, exercise: str) -> None:
    known = [
        cell.metadata.nbgrader.grade_id
        for notebook in loaded.notebooks.values()
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    if exercise not in known:
        raise CourseError(f"No graded cell is called {exercise!r}. There are: {', '.join(known)}.")


def _table(course: Course, assignment: str) -> Table:
    """Students down, exercises across, numbered where their names take too much room."""
    scores = grade.scores(course, assignment)
    first = next(iter(scores.values()), [])
    names = [f"{each.exercise.removesuffix('-check')} /{each.most:g}" for each in first]
    caption = "· is to be marked by hand"
    if sum(len(name) + 3 for name in names) + 25 > out.width:
        caption += "".join(f"\n{number} {name}" for number, name in enumerate(names, 1))
        names = [str(number) for number in range(1, len(names) + 1)]
    table = Table(title=assignment, caption=caption, caption_justify="left")
    table.add_column("student", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("total", justify="right")
    for student, row in scores.items():
        points = ["·" if each.points is None else f"{each.points:g}" for each in row]
        table.add_row(student, *points, f"{sum(each.points or 0 for each in row):g}")
    return table
