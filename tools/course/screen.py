"""What the teaching commands share on screen: errors as a sentence, one progress bar, one --run."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from sqlalchemy.exc import SAWarning

from tools.course.folder import Course, CourseError

warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's own, and harmless
Item = TypeVar("Item")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

RunOption = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="DIR",
        help="Folder of this class's submissions, grades and feedback "
        "(default: COURSE_RUN from the environment, else run/).",
        show_default=False,
    ),
]
Assignment = Annotated[str, typer.Argument(help="Its folder's name, such as 02_broadcasting.")]


@contextmanager
def opened(run: Path | None = None) -> Iterator[Course]:
    """The course for the block; an expected error ends the command with a sentence and code 2."""
    try:
        yield Course.open(run)
    except CourseError as error:
        err.print(f"[red]error:[/] {_plain(error)}")
        raise typer.Exit(2) from error
    except OSError as error:
        err.print(f"[red]error:[/] {_plain(error.filename or '')}: {_plain(error.strerror)}")
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        err.print("[red]stopped.[/] What was finished is kept; run the command again to go on.")
        raise typer.Exit(130) from None


def progress(
    items: Iterable[Item], doing: Callable[[Item], str], total: int | None = None
) -> Iterator[Item]:
    """Go through `items` and say what is being done: a bar in a terminal, lines in a file.

    With `total` the items come as they are finished, else each is named when it begins.
    """
    if total is None:
        items = list(items)
        total = len(items)
    if not err.is_terminal:
        for number, item in enumerate(items, 1):
            err.print(f"{doing(item)} ({number} of {total})", markup=False)
            yield item
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=err,
                  transient=True) as bar:  # fmt: skip
        task = bar.add_task("", total=total)
        for item in items:
            bar.update(task, description=_plain(doing(item)))
            yield item
            bar.advance(task)


def _plain(text: object) -> str:
    return str(text).replace("[", "\\[")
