"""`course notebooks`: keep the committed notebooks tidy and in step with penlight."""

from pathlib import Path
from typing import Annotated

import typer

from tools import notebooks

ROOT = Path(__file__).resolve().parents[2]

app = typer.Typer(no_args_is_help=True, help="Tidy the notebooks; copy slots into solutions.")

Check = Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if one differs.")]


@app.command()
def normalise(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks; every notebook of the course if none.")
    ] = None,
    check: Check = False,
) -> None:
    """Strip outputs, give every cell a stable id, sort the keys, name one kernel."""
    with _clear_errors():
        found = paths or notebooks.find_notebooks(ROOT)
        changed = notebooks.normalise_files(found, check=check)
    _report(changed, check, len(found), "notebooks", "course notebooks normalise")


@app.command()
def sync(check: Check = False) -> None:
    """Write the source of each penlight slot into the solution cell that asks for it."""
    with _clear_errors():
        changed = notebooks.sync(ROOT, check=check)
    total = sum(map(len, notebooks.slots_by_notebook(ROOT).values()))
    _report(changed, check, total, "solution cells", "course notebooks sync")


class _clear_errors:
    """Turn a NotebookError into one line on stderr and exit code 2."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None and issubclass(kind, notebooks.NotebookError):
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from error


def _report(changed: list, check: bool, total: int, what: str, mend: str) -> None:
    for each in changed:
        typer.echo(f"{'differs' if check else 'rewritten'}: {each}")
    typer.echo(f"{total - len(changed)} of {total} {what} were already right")
    if changed and check:
        typer.echo(f"run `{mend}` to mend this")
        raise typer.Exit(1)
