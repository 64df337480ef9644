"""Collect what students handed in, from the exchange, a folder or a zip file."""

from pathlib import Path
from typing import Annotated

import typer

from tools.course.collect import collect_exchange, collect_from
from tools.course.screen import Assignment, RunOption, err, opened, out


def main(
    assignment: Assignment,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR|ZIP",
            help="<student>/<notebook>.ipynb, or one zip a student, in a folder or a zip file.",
        ),
    ] = None,
    run: RunOption = None,
) -> None:
    """Bring submissions into the run folder: nbgrader's exchange unless --from names a source.

    Collecting again replaces only what has changed. Whatever is left out is listed with the reason.
    """
    with opened(run) as course:
        if source is None:
            found = collect_exchange(course, assignment)
        else:
            found = collect_from(course, assignment, source)
        out.print(
            f"{len(found.new)} new: {', '.join(found.new) or 'none'}\n"
            f"{len(found.unchanged)} unchanged\n"
            f"submissions: {course.run / 'submitted'}\n"
            f"next: `course grade {assignment}`",
            markup=False,
        )
        for line in found.skipped:
            err.print(f"skipped {line}", style="yellow", markup=False)
