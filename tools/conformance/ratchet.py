"""passing.txt: the entries that pass, so that none that once did is lost."""

from __future__ import annotations

from pathlib import Path

from tools.conformance import operators
from tools.conformance.report import write

FILE = Path(__file__).with_name("passing.txt")
README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- conformance: written by --update -->\n", "<!-- /conformance -->"


def passing() -> list[str]:
    """The labels in passing.txt."""
    return FILE.read_text("utf-8").splitlines() if FILE.exists() else []


def update(results) -> list[str]:
    """Add the entries that pass to passing.txt; returns those that are new."""
    before = set(passing())
    new = sorted({each.name for each in results if each.ok} - before)
    write(FILE, "".join(f"{name}\n" for name in sorted(before.union(new))))
    text = README.read_text("utf-8")
    write(README, with_summary(text))
    return new


def lost(results) -> list[str]:
    """Entries in passing.txt that no longer pass."""
    before = set(passing())
    return [each.name for each in results if each.name in before and not each.ok]


def with_summary(text: str) -> str:
    """A README's text with the table of what passes, as passing.txt has it, between its marks.

    ValueError if the marks are not there.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README lacks the marks {BEGIN.strip()!r} and {END!r}")
    return before + begin + summary() + end + after


def summary() -> str:
    """A Markdown table: for each floor, how many of PyTorch's entries pass."""
    held, floor_of = set(passing()), operators.floors()
    rows: dict[str, list[int]] = {}
    for op in operators.entries():
        row = rows.setdefault(floor_of[op.name], [0, 0])
        row[0] += operators.label(op) in held
        row[1] += 1
    rows["all"] = [sum(column) for column in zip(*rows.values(), strict=True)]
    lines = ["| floor | entries of PyTorch's `op_db` that penlight matches |", "|---|---|"]
    lines += [f"| {floor} | {passed} of {total} |" for floor, (passed, total) in rows.items()]
    return "\n".join(lines) + "\n"
