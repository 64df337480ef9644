"""Measure the engine's speed next to PyTorch and other engines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help=__doc__, no_args_is_help=True)
app.callback()(lambda: None)  # keeps `engine` a subcommand


@app.command()
def engine(
    case: Annotated[
        list[str] | None,
        typer.Option(help="Only this program (or, with --growth, this axis); may be repeated."),
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each takes its turn.")] = 7,
    device: Annotated[str, typer.Option(help="Where to compute: cpu or cuda.")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="Threads of BLAS and of PyTorch.")] = 2,
    peers: Annotated[bool, typer.Option(help="Also race micrograd and tinygrad.")] = True,
    quick: Annotated[bool, typer.Option(help="Small sizes: do the losses agree?")] = False,
    growth: Annotated[
        bool,
        typer.Option(
            "--growth", help="Instead: time and memory against depth, width, batch, operations."
        ),
    ] = False,
    count: Annotated[
        bool,
        typer.Option("--count", help="Instead: Python calls and bytes allocated in a step."),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write everything measured as JSON.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="With --growth: draw the curves (.svg or .png).")
    ] = None,
) -> None:
    """Race PyTorch, penlight, hand-written NumPy, micrograd and tinygrad on the same programs.

    Each library has one process; they take turns, round by round, from the same weights, and
    their losses must be equal. The table shows times as multiples of PyTorch's. A peer that is
    not installed is left out. Exits with 1 if losses differ or penlight fails.
    """
    from tools.bench import screen

    if growth and count:
        raise typer.BadParameter("choose one of --growth and --count")
    names = case or []
    wanted = screen.Wanted(names, rounds, device, threads, peers, quick, json_file, picture)
    run = screen.grow if growth else screen.count if count else screen.race
    run(wanted)


@app.command()
def graphs(
    rounds: Annotated[int, typer.Option(min=1, help="How often each takes its turn.")] = 7,
    quick: Annotated[bool, typer.Option(help="One short round: do the results agree?")] = False,
) -> None:
    """Compare penlight's eager programs with the same captured, and captured and optimised."""
    from rich.console import Console

    from tools.bench import graphs

    options = {"rounds": 1, "least": 0.0} if quick else {"rounds": rounds}
    measured = [graphs.measure(case, **options) for case in graphs.CASES]
    Console().print(graphs.table(measured, options["rounds"]))


@app.command()
def grading(
    assignment: Annotated[str, typer.Option(help="The assignment to grade.")] = "02_broadcasting",
    number: Annotated[int, typer.Option(min=2, help="Submissions in the class.")] = 200,
    sample: Annotated[int, typer.Option(min=0, help="How many of them nbgrader grades.")] = 5,
    workers: Annotated[
        list[int] | None, typer.Option(min=1, help="Workers of our run; may be repeated.")
    ] = None,
) -> None:
    """Grade a made-up class with nbgrader's own run and with ours: seconds a submission."""
    from rich.console import Console

    from tools.bench import grading

    console = Console(stderr=True)
    found = grading.measure(assignment, number, sample, workers or [1, 2], console.print)
    Console().print(grading.table(assignment, found))
