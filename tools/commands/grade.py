"""Grade what was collected (nbgrader's autograde) and show the points."""

from typing import Annotated

import typer
from rich.table import Table

from tools.course import build, grade, ledger
from tools.course.folder import Course
from tools.course.screen import Assignment, RunOption, err, opened, out, progress


def main(
    assignment: Assignment,
    student: Annotated[str | None, typer.Option(help="Grade this student only.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also grade again what is graded and unchanged.")
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

    Submissions graded before and unchanged are left alone; one whose grading was stopped is done
    again. A submission that cannot be graded is named, and the others go on (exit code 1).
    """  # fmt: skip
    with opened(run) as course:
        if timeout:
            course.config.Execute.timeout = timeout
        todo = grade.pending(course, assignment, student, force)
        build.register(course, assignment)
        failed = {}
        for each in progress(todo, lambda each: f"grading {each}"):
            entry = grade.grade(course, assignment, each)
            if entry.state == ledger.FAILED:
                failed[each] = entry.reason
        out.print(_table(course, assignment))
        skipped = len(course.students("submitted", assignment)) - len(todo)
        out.print(
            f"graded {len(todo) - len(failed)}, {skipped} not touched"
            f"\nnotebooks: {course.run / 'autograded'}"
            f"\ngradebook: {course.api.coursedir.db_url}"
            f"\nmark by hand in JupyterLab's Formgrader; then `course feedback {assignment}`",
            markup=False,
        )
        for each, reason in failed.items():
            err.print(f"not graded: {each}: {reason}", style="red", markup=False)
        if failed:
            raise typer.Exit(1)


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
