"""Run every check of your notebook outside Jupyter and show the points."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from autograder.exercise import find
from autograder.notebook import CELL_SECONDS, CellRun, checked_names, read, run_cells
from autograder.report import Verdict, unwritten

out = Console(highlight=False)
FOLDERS = ("assignments", ".")  # where a notebook may lie, below the current folder


def main(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[NOTEBOOK|ASSIGNMENT]",
            help="A notebook's file, a folder of notebooks, or an assignment's name such as "
            "02_broadcasting. Without it: every notebook in assignments/ or the current folder.",
        ),
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also show the failing call of each exercise.")
    ] = False,
    cell_seconds: Annotated[
        float, typer.Option(min=0.1, help="Stop a cell that takes longer than this.")
    ] = CELL_SECONDS,
) -> None:
    """Run your notebook from the top and show what its checks say, exercise by exercise.

    The exit code is 0 when every check passes, 1 when anything is missing, 2 when there is no
    notebook to run. The notebook itself is not changed.
    """
    complete = True
    for path in _notebooks(target):
        with out.status(f"running {path.name}"):
            verdicts = _verdicts(path, cell_seconds)
        if not verdicts:
            out.print(f"{path}: no cell calls check(...)", markup=False)
            complete = complete and target is None
            continue
        out.print(_table(path, verdicts))
        if details:
            for verdict in verdicts:
                if verdict.failure:
                    out.print(verdict.text(), markup=False)
        complete = complete and all(verdict.passed for verdict in verdicts)
    raise typer.Exit(0 if complete else 1)


def _notebooks(target: str | None) -> list[Path]:
    """The notebooks that `target` means; ends the command with a sentence where there is none."""
    places = [Path(folder) for folder in FOLDERS]
    if target is not None:
        candidates = [Path(target), *(place / target for place in places)]
    else:
        candidates = [place for place in places if place.is_dir()]
    for candidate in candidates:
        if candidate.is_file():
            return [candidate]
        found = sorted(candidate.glob("*.ipynb")) or sorted(candidate.glob("*/*.ipynb"))
        if candidate.is_dir() and found:
            return found
    wanted = f"{target!r}" if target else "a notebook"
    _stop(f"there is no {wanted} here ({Path.cwd()}); name its file or its assignment")


def _verdicts(path: Path, cell_seconds: float) -> list[Verdict]:
    """One verdict for every check the notebook makes, in its order."""
    try:
        notebook = read(path)
    except Exception as error:  # nbformat, JSON and the file system each have their own
        _stop(f"{path} cannot be read as a notebook: {str(error).splitlines()[0]}")
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        with contextlib.chdir(folder):
            runs = run_cells(notebook, {}, cell_seconds)
    finally:
        sys.path.remove(folder)
    return [_verdict(name, run) for run in runs for name in checked_names(run.cell)]


def _verdict(name: str, run: CellRun) -> Verdict:
    if isinstance(run.value, Verdict) and run.value.exercise == name:
        return run.value
    why = run.error or "the cell does not end with this check, so its result is not shown"
    try:
        return unwritten(name, find(name).points, f"The check did not run: {why}.")
    except KeyError:
        return unwritten(name, 0, f"There is no exercise called {name}.")


def _table(path: Path, verdicts: list[Verdict]) -> Table:
    table = Table(title=os.path.relpath(path), title_justify="left", show_footer=True)
    points = sum(v.points for v in verdicts)
    table.add_column("Exercise", "Total", no_wrap=True)
    table.add_column("Points", f"{points:g} of {sum(v.max_points for v in verdicts):g}")
    table.add_column("What the check says")
    for verdict in verdicts:
        told = verdict.sentence().replace("[", "\\[")
        table.add_row(verdict.exercise, f"{verdict.points:g} of {verdict.max_points:g}", told)
    return table


def _stop(sentence: str) -> None:
    Console(stderr=True, highlight=False).print(f"error: {sentence}", markup=False)
    raise typer.Exit(2)
