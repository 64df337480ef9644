"""The results of a run as a table, as JSON and as HTML."""

from __future__ import annotations

import os
import platform
import tempfile
from collections import Counter, defaultdict
from html import escape
from pathlib import Path

import numpy
import torch
from rich.box import SIMPLE_HEAD
from rich.table import Table

from tools.conformance.run import KINDS, EntryResult

TITLES = ("samples", "forms", "gradients", "second", "errors", "nodes")


def summary(results: list[EntryResult]) -> dict[str, dict]:
    """For each floor and in all: entries, those that pass, and checks of each kind."""
    rows = defaultdict(
        lambda: {"entries": 0, "passing": 0, "total": Counter(), "passed": Counter()}
    )
    for result in results:
        for floor in (result.floor, "all"):
            row = rows[floor]
            row["entries"] += 1
            row["passing"] += result.ok
            row["total"] += result.total
            row["passed"] += result.passed
    rows["all"] = rows.pop("all", rows["none"])  # last
    return {name: row for name, row in rows.items() if row["entries"]}


def table(results: list[EntryResult], device: str) -> Table:
    """The summary as a rich table."""
    title = f"penlight against torch {torch.__version__} on {device}"
    caption = "A single number: so many checks, and all of them hold."
    made = Table(
        title=title, caption=caption, box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    made.add_column("floor")
    for title in ("operators", *TITLES):
        made.add_column(title, justify="right")
    rows = summary(results)
    for name, row in rows.items():
        before_the_sum = name == list(rows)[-2:][0]
        made.add_row(name, *map(_short, _cells(row)), end_section=before_the_sum)
    return made


def _cells(row) -> list[str]:
    checks = [
        f"{row['passed'][kind]}/{row['total'][kind]}" if row["total"][kind] else "–"
        for kind in KINDS
    ]
    return [f"{row['passing']}/{row['entries']}", *checks]


def _short(cell: str) -> str:
    passed, _, total = cell.partition("/")
    return passed if passed == total else cell


def as_json(results: list[EntryResult], device: str, card: str | None = None) -> dict:
    """Everything a reader of the run needs: versions, device, summary, each entry."""
    return {
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": device,
        "card": card,
        "summary": summary(results),
        "entries": [_as_dict(result) for result in sorted(results, key=lambda each: each.name)],
    }


def _as_dict(result: EntryResult) -> dict:
    lists = {name: list(map(vars, getattr(result, name))) for name in ("failures", "informal")}
    return vars(result) | {"status": result.status, **lists}


def as_html(results: list[EntryResult], device: str) -> str:
    """A page that stands alone: the summary, then every entry with its first failure."""
    head = "".join(f"<th scope='col'>{each}</th>" for each in TITLES)
    floors = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(f"<td>{cell}</td>" for cell in _cells(row))
        + "</tr>"
        for name, row in summary(results).items()
    )
    entries = "".join(_entry_row(result) for result in results)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>penlight against PyTorch</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ border-bottom: 1px solid #ccc; padding: .2rem .7rem; text-align: left }}
td {{ font-variant-numeric: tabular-nums }}
.fails, .missing {{ font-weight: bold }}
</style></head><body>
<h1>penlight against PyTorch</h1>
<p>torch {escape(torch.__version__)}, numpy {escape(numpy.__version__)}, device {escape(device)}.
Each number is checks that hold / checks made: samples through the function, through its other
forms (methods, operators, aliases), first and second derivatives, errors, and the names of the
graph's nodes, without which an operator passes too.</p>
<h2>By floor</h2>
<table><thead><tr><th></th><th scope="col">operators</th>{head}</tr></thead>
<tbody>{floors}</tbody></table>
<h2>By operator</h2>
<table><thead><tr><th scope="col">operator</th><th scope="col">result</th>{head}
<th scope="col">first difference, or what is left out</th></tr></thead>
<tbody>{entries}</tbody></table>
</body></html>
"""


def _entry_row(result: EntryResult) -> str:
    row = {"passed": result.passed, "total": result.total, "passing": 0, "entries": 0}
    checks = "".join(f"<td>{cell}</td>" for cell in _cells(row)[1:])
    notes = [f"penlight lacks {name}" for name in result.missing]
    notes += [str(each) for each in result.failures[:1]]
    notes += [f"left out ({count}): {reason}" for reason, count in result.excepted.items()]
    return (
        f"<tr><th scope='row'>{escape(result.name)}</th><td class='{result.status}'>"
        f"{result.status}</td>{checks}<td>{escape('; '.join(notes))}</td></tr>"
    )


def write(path: Path, text: str) -> None:
    """Write the whole file or, if anything goes wrong, leave the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
