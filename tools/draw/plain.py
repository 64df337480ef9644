"""HTML-like labels as plain ones, for a Graphviz that was built without its XML parser.

The WebAssembly build is such a one: it would show a node's internal key instead of its label.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree


def plain_labels(source: str) -> str:
    """DOT with each `label=<…>` turned into `label="…"`: one line for each row of its table."""
    parts, end = [], 0
    for match in re.finditer(r"label=(?=<)", source):
        if match.end() < end:
            continue
        parts.append(source[end : match.end()])
        end = _closing(source, match.end()) + 1
        lines = _lines(
            ElementTree.fromstring(f"<label>{source[match.end() + 1 : end - 1]}</label>")
        )
        parts.append(_quoted(lines))
    return "".join([*parts, source[end:]])


def _closing(source: str, start: int) -> int:
    """Where the bracket opened at `start` is closed; text inside has its brackets escaped."""
    depth = 0
    for place in range(start, len(source)):
        depth += {"<": 1, ">": -1}.get(source[place], 0)
        if depth == 0:
            return place
    raise ValueError("a label's < has no >")


def _lines(element: ElementTree.Element) -> list[str]:
    rows = list(element.iter("TR"))
    if not rows:
        return ["".join(element.itertext())]
    lines = []
    for row in rows:
        if any(cell.find("TABLE") is None for cell in row):  # not a mere frame around a table
            lines.append("  ".join(_cell(cell) for cell in row if _cell(cell)))
    return lines


def _cell(cell: ElementTree.Element) -> str:
    return "" if cell.find("TABLE") is not None else "".join(cell.itertext())


def _quoted(lines: list[str]) -> str:
    text = "\\n".join(lines)  # a backslash is doubled in both kinds of label
    return '"' + text.replace('"', '\\"') + '"'
