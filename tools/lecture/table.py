"""The two columns that a `%%both` cell shows."""

from dataclasses import dataclass
from html import escape

PRE = (
    "margin:0;padding:0;background:none;border:0;white-space:pre;line-height:1.4;"
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)"
)
WRAP = PRE.replace("white-space:pre", "white-space:pre-wrap;word-break:normal;max-width:26em")
CELL = (
    "text-align:left;vertical-align:top;padding:.25em 1.4em .25em .5em;"
    "border-top:1px solid var(--jp-border-color2,#ccc)"
)
HEAD = CELL.replace("border-top:1px", "border-top:0px") + ";font-weight:600"
ROW = '<tr style="background:none">'
# Wider tables put each line of the cell above its results instead of beside them.
PAGE_WIDTH = 100
# Two columns of this many characters together fill the page; equal results then share one column.
TWO_COLUMNS = 114


@dataclass(frozen=True)
class Waiting:
    """In place of a penlight outcome that needs a slot which is still empty in this copy."""

    reason: str
    value = None
    printed = ""

    @property
    def shown(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Row:
    """One line of the cell with its outcomes under PyTorch and under penlight."""

    text: str
    ours: object
    theirs: object

    @property
    def label(self) -> str:
        """The first line of the source."""
        first, *rest = self.text.splitlines()
        return f"{first} …" if rest else first


class Table:
    """What Jupyter shows for a `%%both` cell: a table, or the same in plain text."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    @property
    def waiting(self) -> bool:
        return any(isinstance(row.theirs, Waiting) for row in self.rows)

    def _repr_html_(self) -> str:
        labelled = len(self.rows) > 1
        beside = labelled and self._width() <= PAGE_WIDTH
        shared = self._share_a_column()
        libraries = ["PyTorch and penlight"] if shared else ["PyTorch", "penlight"]
        heads = [*(["line"] if beside else []), *libraries]
        heads[-1] += f" {self._verdict()}"
        head = "".join(f'<th scope="col" style="{HEAD}">{escape(each)}</th>' for each in heads)
        body = "".join(_html_row(row, labelled, beside, shared) for row in self.rows)
        return (
            '<div style="overflow-x:auto">'
            '<table style="border-collapse:collapse;margin:0;border:0">'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _verdict(self) -> str:
        if self.waiting:
            return "waits for your code"
        reworded = any(_is_prose(r.ours) and r.ours.shown != r.theirs.shown for r in self.rows)
        return "✓ the same type of error" if reworded else "✓ the same"

    def _share_a_column(self) -> bool:
        """Whether every result is the same text, and too wide to be shown twice side by side."""
        values = (line for row in self.rows for line in row.ours.shown.splitlines())
        alike = all(row.ours.shown == row.theirs.shown for row in self.rows)
        prose = any(_is_prose(row.ours) for row in self.rows)
        return alike and not prose and 2 * max(map(len, values), default=0) > TWO_COLUMNS

    def _width(self) -> int:
        """Characters in the widest row, were labels put beside the results."""
        labels = max(len(row.label) for row in self.rows)
        values = (line for row in self.rows for line in row.ours.shown.splitlines())
        return labels + 2 * max(map(len, values)) + 10

    def __repr__(self) -> str:
        lines = []
        for row in self.rows:
            lines += [f">>> {row.text}", row.ours.shown]
            if isinstance(row.theirs, Waiting) or row.theirs.shown != row.ours.shown:
                lines.append(f"penlight: {row.theirs.shown}")
        return "\n".join(lines)


def _html_row(row: Row, labelled: bool, beside: bool, shared: bool) -> str:
    results = (row.ours,) if shared else (row.ours, row.theirs)
    cell = CELL
    label = ""
    if labelled:
        span = "" if beside or shared else ' colspan="2"'
        tint = "" if beside else ";background:var(--jp-layout-color2,#eee)"
        look = f"{CELL};font-weight:normal{tint}"
        label = f'<th scope="row"{span} style="{look}">{_pre(row.label)}</th>'
        if not beside:
            label += f"</tr>{ROW}"
            cell = CELL.replace("border-top:1px", "border-top:0px")
    cells = "".join(f'<td style="{cell}">{_pre(e.shown, wrap=_is_prose(e))}</td>' for e in results)
    return f"{ROW}{label}{cells}</tr>"


def _is_prose(outcome) -> bool:
    return isinstance(outcome, Waiting) or isinstance(outcome.value, Exception)


def _pre(text: str, wrap: bool = False) -> str:
    return f'<pre style="{WRAP if wrap else PRE}">{escape(text)}</pre>'
