"""Write the grades to a CSV file (nbgrader's exporter)."""

from pathlib import Path
from typing import Annotated

import typer

from tools.course import ledger
from tools.course.export import export
from tools.course.screen import RunOption, err, opened, out


def main(
    assignments: Annotated[
        list[str] | None, typer.Argument(help="Which to export; all of them if none is named.")
    ] = None,
    to: Annotated[Path, typer.Option(help="The file to write.")] = Path("grades.csv"),
    run: RunOption = None,
) -> None:
    """Write one row a student and assignment. Those not graded are named, for their row says 0."""
    with opened(run) as course:
        rows = export(course, to, assignments or [])
        out.print(f"wrote {rows} rows to {to.absolute()}", markup=False)
        for name in assignments or course.assignments():
            for student, reason in ledger.unfinished(course, name).items():
                err.print(f"0 in {name}: {student}: {reason}", style="red", markup=False)
