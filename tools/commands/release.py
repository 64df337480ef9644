"""Hand an assignment to the class, by the exchange or as a zip file."""

from pathlib import Path
from typing import Annotated

import typer

from tools.course.screen import Assignment, RunOption, opened, out


def main(
    assignment: Assignment,
    zip_to: Annotated[
        Path | None,
        typer.Option(
            "--zip", metavar="FILE|DIR", help="Write a student bundle instead of releasing."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what was released or written before.")
    ] = False,
    run: RunOption = None,
) -> None:
    """Release an assignment to nbgrader's exchange, or write a zip file students can work from.

    The zip file holds the notebook, the lectures up to that week, the engine with this week's
    functions left empty, the checks without hidden cases, and the tools students need.
    """
    with opened(run) as course:
        if zip_to is None:
            from tools.course.release import release

            folder = release(course, assignment, force)
            out.print(
                f"released to {folder}\n"
                f"students fetch it in JupyterLab (Nbgrader > Assignment List) or with "
                f"`nbgrader fetch_assignment {assignment}`",
                markup=False,
            )
        else:
            from tools.course.bundle import write_bundle

            out.print(f"wrote {write_bundle(course, assignment, zip_to, force)}", markup=False)
