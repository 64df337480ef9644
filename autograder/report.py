"""What a check tells: points by group, and the first thing to look at. As HTML and as text."""

import re
from dataclasses import dataclass
from html import escape

from autograder.settings import under_nbgrader

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
NOT_COUNTED, LATER = "counts when an answer is right", "after hand-in"
MARKS = {PASSED: "✓", FAILED: "✗", NOT_RUN: "–", NOT_COUNTED: "–", LATER: "…"}
LEFT = 'style="text-align: left; vertical-align: top"'
CODE = "margin: 0; padding: 0; background: none; white-space: pre-wrap; overflow-wrap: anywhere"


@dataclass(frozen=True)
class GroupResult:
    """One group's points. status: one of the words in `MARKS`."""

    name: str
    points: float
    max_points: float
    status: str
    asked: str = ""

    @property
    def passed(self) -> bool:
        return self.status == PASSED


@dataclass(frozen=True)
class Failure:
    """The smallest failing input of the first failing group, in words.

    case_id, call, expected and got are empty where the case is hidden.
    """

    group: str
    asked: str
    broken: str
    sentence: str = ""
    case_id: str = ""
    call: str = ""
    expected: str = ""
    got: str = ""
    lines: str = ""
    printed: str = ""
    hint: str = ""
    mistake: str = ""
    hidden: bool = False

    def rows(self) -> list[tuple[str, str, bool]]:
        """(label, text, is code) of what there is to tell, in reading order."""
        rows = [
            ("Asked", self.asked, False),
            ("Call", self.call, True),
            ("Expected", self.expected, True),
            ("Got", self.got, True),
            ("Your lines", self.lines, True),
            ("Broken", f"{self.broken}. {self.sentence}".strip(), False),
            ("This mistake", self.mistake, False),
            ("Hint", self.hint, False),
            ("Printed", self.printed, True),
        ]
        return [row for row in rows if row[1]]


@dataclass(frozen=True)
class Verdict:
    """The result of one `check`. Displays itself: HTML in Jupyter, text elsewhere.

    message is set where there was nothing to run (not defined, not written yet). While nbgrader
    scores a notebook the text form is the bare number of points, which it reads as the score.
    """

    exercise: str
    max_points: float
    groups: tuple[GroupResult, ...] = ()
    failure: Failure | None = None
    message: str = ""
    written: bool = True

    @property
    def points(self) -> float:
        return float(sum(group.points for group in self.groups))

    @property
    def passed(self) -> bool:
        """True where nothing that was run failed."""
        return bool(self.groups) and all(g.status in (PASSED, LATER) for g in self.groups)

    @property
    def heading(self) -> str:
        later = sum(g.max_points for g in self.groups if g.status == LATER)
        text = f"{self.exercise}: {self.points:g} of {self.max_points:g} points"
        return f"{text}, {later:g} more decided after hand-in" if later else text

    def sentence(self) -> str:
        """The verdict in one line: what to do next, or that all is well."""
        if self.message:
            return self.message
        if self.failure is None:
            return "All checks passed."
        told = self.failure.mistake or self.failure.sentence or self.failure.asked
        return f"Group “{self.failure.group}”: {told}"

    def text(self) -> str:
        """Everything, for a terminal."""
        lines = [self.heading]
        if self.groups:
            width = max(len(g.name) for g in self.groups)
            for g in self.groups:
                score = f"{g.points:g}/{g.max_points:g}"
                lines.append(f"  {MARKS[g.status]} {g.name:<{width}}  {score:>7}  {g.status}")
        if self.message:
            lines.append(self.message)
        if self.failure:
            lines.append(f"Look first at group “{self.failure.group}”:")
            for label, text, _ in self.failure.rows():
                indented = text.replace("\n", "\n" + " " * 16)
                lines.append(f"  {label + ':':<13} {indented}")
        return "\n".join(lines)

    def html(self) -> str:
        """The same as a small accessible table: every status also stands there as a word."""
        parts = [
            f'<section aria-label="Check of {escape(self.exercise)}" '
            'style="border-left: 4px solid currentColor; padding-left: 0.8em">',
            f"<p><strong>{escape(self.heading)}</strong></p>",
        ]
        if self.groups:
            parts.append(_table(self.groups))
        if self.message:
            parts.append(f"<p>{_prose(self.message)}</p>")
        if self.failure:
            group = escape(self.failure.group)
            parts.append(f"<p>Look first at group <strong>{group}</strong>:</p>")
            parts.append(_facts(self.failure))
        return "\n".join([*parts, "</section>"])

    def __repr__(self) -> str:
        return repr(self.points) if under_nbgrader() else self.text()

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


def _prose(text: str) -> str:
    """A sentence as HTML, `marked` words as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _table(groups: tuple[GroupResult, ...]) -> str:
    def row(g: GroupResult) -> str:
        mark = f'<span aria-hidden="true">{MARKS[g.status]}</span> {g.status}'
        score = f"{g.points:g} of {g.max_points:g}"
        name = f'<th scope="row" {LEFT}>{escape(g.name)}</th>'
        return f"<tr>{name}<td {LEFT}>{mark}</td><td>{score}</td></tr>"

    head = "".join(f'<th scope="col" {LEFT}>{name}</th>' for name in ("Group", "Result"))
    head += '<th scope="col">Points</th>'
    body = "\n".join(map(row, groups))
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _facts(failure: Failure) -> str:
    """What was asked, expected and given, a row each. (JupyterLab tears a `dl` apart.)"""

    def row(label: str, text: str, is_code: bool) -> str:
        shown = f'<pre style="{CODE}">{escape(text)}</pre>' if is_code else _prose(text)
        return f'<tr><th scope="row" {LEFT}>{label}</th><td {LEFT}>{shown}</td></tr>'

    return "<table><tbody>\n" + "\n".join(row(*r) for r in failure.rows()) + "\n</tbody></table>"


def unwritten(exercise: str, max_points: float, message: str) -> Verdict:
    """No points, and the one sentence that says why nothing was run."""
    return Verdict(exercise, max_points, message=message, written=False)
