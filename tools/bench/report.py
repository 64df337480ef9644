"""The race's results: a table for the screen, a file for the record."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
from collections.abc import Callable
from pathlib import Path

from rich.table import Table
from rich.text import Text

from tools.bench.growth import Curve
from tools.bench.race import Race, Result

HEADINGS = {"torch": "PyTorch", "numpy": "by hand"}


def table(results: list[Result], race: Race) -> Table:
    """Ratios to PyTorch: the median of rounds, and the best round in brackets."""
    shown = Table(
        title=f"Time of a step as a multiple of PyTorch's, on {race.device}",
        caption=(
            f"Median of {race.rounds} rounds taken in turn (best round in brackets); one process "
            f"each, {race.threads} BLAS threads and torch.set_num_threads({race.threads}). "
            "`by hand` is the same step written in NumPy. All losses are equal."
        ),
        title_justify="left",
        caption_justify="left",
    )
    shown.add_column("Program", no_wrap=True)
    for library in race.libraries:
        shown.add_column(HEADINGS.get(library, library), justify="right", no_wrap=True)
    shown.add_column("limit", justify="right")
    for result in results:
        shown.add_row(
            result.title, *(cell(result, each) for each in race.libraries), _limit(result)
        )
    return shown


def counts_table(name: str, seen: dict[str, dict]) -> Table:
    """What a step costs, counted; `seen` holds `count.step` of each library."""
    shown = Table(title=f"One step of `{name}`, counted", title_justify="left")
    for heading in ("", "Python calls", "calls into C", "bytes allocated", "most bytes at a time"):
        shown.add_column(heading, justify="right" if heading else "left")
    for library, counted in seen.items():
        numbers = (counted[each] for each in ("python", "c", "allocated", "peak"))
        shown.add_row(HEADINGS.get(library, library), *(f"{each:,}" for each in numbers))
    shown.caption = (
        "Operators are not counted as calls into C; memory of libraries in C++ is not seen."
    )
    shown.caption_justify = "left"
    return shown


def functions_table(name: str, counted: dict) -> Table:
    """The Python functions that a step of penlight calls most."""
    shown = Table(title=f"Called most in a step of `{name}` by penlight", title_justify="left")
    shown.add_column("calls", justify="right")
    shown.add_column("function")
    for function, calls in counted["functions"]:
        shown.add_row(str(calls), Text(function))
    return shown


def growth_table(curves: list[Curve]) -> Table:
    """Each curve's first and last point and its slopes."""
    shown = Table(title="Growth: slopes on log axes (1 is proportional)", title_justify="left")
    for heading in ("growing", "from – to", "", "time", "slope", "peak memory", "slope"):
        shown.add_column(heading, justify="left" if heading in ("growing", "") else "right")
    for curve in curves:
        time_slope, memory_slope = curve.slopes()
        shown.add_row(
            curve.axis.name,
            f"{curve.axis.sizes[0]:,} – {curve.axis.sizes[-1]:,}",
            HEADINGS.get(curve.library, curve.library),
            f"{span(curve.seconds[0])} – {span(curve.seconds[-1])}",
            f"{time_slope:.2f}",
            f"{curve.bytes[0] / 1e6:.0f} – {curve.bytes[-1] / 1e6:,.0f} MB",
            f"{memory_slope:.2f}",
        )
    return shown


def growth_record(curves: list[Curve]) -> list[dict]:
    return [
        {
            "axis": curve.axis.name,
            "library": curve.library,
            "sizes": curve.axis.sizes,
            "seconds": curve.seconds,
            "bytes": curve.bytes,
            "slopes": dict(zip(("time", "memory"), curve.slopes(), strict=True)),
        }
        for curve in curves
    ]


def growth_picture(path: Path, curves: list[Curve]) -> None:
    """Draw the curves on log axes, time above and memory below, as `path` (.svg or .png)."""
    from matplotlib.figure import Figure

    axes = list(dict.fromkeys(curve.axis.name for curve in curves))
    figure = Figure(figsize=(3.2 * len(axes), 6), layout="constrained")
    plots = figure.subplots(2, len(axes), squeeze=False)
    for curve in curves:
        column = axes.index(curve.axis.name)
        megabytes = [each / 1e6 if each > 0 else math.nan for each in curve.bytes]
        for plot, values, unit in (
            (plots[0][column], curve.seconds, "seconds a step"),
            (plots[1][column], megabytes, "peak memory, MB"),
        ):
            style = {"marker": "o", "linestyle": "-" if curve.library == "penlight" else "--"}
            plot.loglog(curve.axis.sizes, values, **style)
            plot.set_xticks(ticks := [curve.axis.sizes[0], curve.axis.sizes[-1]])
            plot.set_xticklabels([f"{each:,}" for each in ticks])
            plot.tick_params(axis="x", which="minor", labelbottom=False)
            plot.set(xlabel=curve.axis.name, ylabel=unit)
    plots[0][0].legend(
        [HEADINGS.get(each, each) for each in dict.fromkeys(c.library for c in curves)]
    )
    save(path, lambda part: figure.savefig(part, format=path.suffix[1:] or "svg"))


def cell(result: Result, library: str) -> str:
    """What stands in the table: PyTorch's own time, the others' ratios, or why there is none."""
    entry = result.entries[library]
    if library in result.failed() and entry.losses:
        return "[red]other losses[/]"
    if not entry.seconds:
        return f"[dim]{entry.note.split(':')[0] or '–'}[/]"
    if library == "torch" or result.unit == "seconds":
        return span(entry.median())
    ratio = result.ratio(library)
    if ratio is None:
        return span(entry.median())
    text = f"{number(ratio[0])} ({number(ratio[1])})"
    if library == "penlight":
        return f"[bold yellow]{text}[/]" if result.over() else f"[bold green]{text}[/]"
    return text


def _limit(result: Result) -> str:
    if result.unit == "seconds":
        return span(result.limit)
    return f"{result.limit:g}"


def number(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def span(seconds: float) -> str:
    """A time in the unit in which it is easy to read."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{seconds * factor:.3g} {unit}"
    raise AssertionError


def notes(results: list[Result]) -> list[str]:
    """A sentence for each line that is over its limit, and each library that failed."""
    lines = []
    for result in results:
        if result.over():
            why = f": {result.reason}" if result.reason else "."
            lines.append(f"{result.name}: over its limit{why}")
        for library in result.failed():
            entry = result.entries[library]
            what = (
                entry.note or f"losses {entry.losses}, PyTorch's {result.entries['torch'].losses}"
            )
            lines.append(f"{result.name}: {library}: {what}")
    return lines


def machine(libraries) -> dict:
    """On what it was measured."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions(libraries),
    }


def record(results: list[Result], race: Race) -> dict:
    """Everything that was measured."""
    return {
        "machine": machine(race.libraries),
        "settings": {"device": race.device, "threads": race.threads, "rounds": race.rounds},
        "cases": [
            {
                "name": result.name,
                "title": result.title,
                "limit": result.limit,
                "unit": result.unit,
                "libraries": {
                    library: {
                        "seconds": entry.seconds,
                        "losses": entry.losses,
                        "note": entry.note,
                        "ratio": result.ratio(library),
                    }
                    for library, entry in result.entries.items()
                },
            }
            for result in results
        ],
    }


def versions(libraries) -> dict[str, str]:
    found = {}
    for library in libraries:
        name = {"penlight": "penlight-course"}.get(library, library)
        try:
            found[library] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write(path: Path, made: dict) -> None:
    """Write `made` as JSON."""
    text = json.dumps(made, indent=1) + "\n"
    save(path, lambda part: part.write_text(text, encoding="utf-8"))


def save(path: Path, fill: Callable[[Path], object]) -> None:
    """Let `fill` write the file, and put it in its place in one step: no half-written one stays."""
    part = path.with_name(path.name + ".part")
    try:
        fill(part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
