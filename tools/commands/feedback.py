"""Write the feedback pages and hand them back through the exchange."""

from typing import Annotated

import typer

from tools.course import ledger
from tools.course.feedback import graded, hand_back, write_feedback
from tools.course.folder import CourseError
from tools.course.screen import Assignment, RunOption, err, opened, out, progress


def main(
    assignment: Assignment,
    student: Annotated[str | None, typer.Option(help="This student only.")] = None,
    release: Annotated[
        bool, typer.Option(help="Also hand back, to those who handed in through the exchange.")
    ] = True,
    run: RunOption = None,
) -> None:
    """Write one HTML page a student: their code, every check's verdict, points and comments."""
    with opened(run) as course:
        students = graded(course, assignment, student)
        handed_back, pages, failed = 0, [], {}
        for each in progress(students, lambda each: f"feedback for {each}"):
            try:
                pages += write_feedback(course, assignment, each)
                handed_back += release and hand_back(course, assignment, each)
            except CourseError as error:
                failed[each] = str(error)
        for page in pages:
            out.print(page, markup=False)
        out.print(f"{len(students) - len(failed)} written, {handed_back} handed back")
        left_out = {} if student else ledger.unfinished(course, assignment)
        for each, reason in {**left_out, **failed}.items():
            err.print(f"no feedback: {each}: {reason}", style="red", markup=False)
        if failed or left_out:
            raise typer.Exit(1)
