"""Grades one notebook after another: cells in an isolated process, judgement out here."""

import time
from dataclasses import replace
from typing import Any

from autograder.exercise import find
from autograder.sandbox import judge
from autograder.sandbox.examiner import Examiner
from autograder.sandbox.judge import Judge, Judged
from autograder.sandbox.needed import needed
from autograder.sandbox.outside import Isolation, Lost, Session, Snapshot
from autograder.sandbox.paper import CHECK, RUN, TESTS, TEXT, Cell, Mark, Paper, Result, Setting
from autograder.sandbox.policy import read, refusal, suspects
from autograder.sandbox.tiers import Tier

MOST_RESTARTS = 4  # a process that a cell has ended is started again without that cell


def calibrated(grader: "Grader", papers: list[Paper]) -> tuple[list[str], list[str]]:
    """Which tests must run beside the code they test, and which pass nowhere, by grade id.

    papers: the instructor's own solution, which ought to pass everything.
    """
    apart = [cell for paper in papers for cell in paper.cells if cell.kind == TESTS]
    setting = grader.setting
    short = _short(grader, papers, {cell.grade_id for cell in apart}) if apart else set()
    if not short:
        return [], []
    grader.setting = replace(setting, beside=tuple(short))
    failing = _short(grader, papers, short)
    grader.setting = setting
    return sorted(short - failing), sorted(failing)


def _short(grader: "Grader", papers: list[Paper], asked: set[str]) -> set[str]:
    """Those of `asked` that do not get all their points."""
    missing = set()
    for paper in papers:
        marks = grader.grade(paper).marks
        points = {cell.grade_id: cell.points for cell in paper.cells}
        missing |= {g for g, mark in marks.items() if g in asked and mark.score < points[g]}
    return missing


class Grader:
    """Holds the isolation of one assignment. A context manager."""

    def __init__(self, tier: Tier, setting: Setting):
        self.tier, self.setting = tier, setting
        self.isolation = Isolation(
            tier,
            preload=setting.preload,
            hidden=setting.hidden,
            masked=setting.masked,
            files=setting.files,
        )

    def close(self) -> None:
        self.isolation.close()

    def __enter__(self) -> "Grader":
        return self

    def __exit__(self, *exc) -> None:
        self.close()

    def grade(self, paper: Paper, only: str = "") -> Result:
        """Run every cell of `paper`, judge its graded cells (or only the one with id `only`)."""
        started = time.monotonic()
        run = _Run(self, paper, only)
        try:
            run.whole()
            policy = Policy(paper)
            for number in [n for n in run.graded if policy.applies(paper.cells[n], run.result)]:
                self._again(run, policy, number)
        finally:
            run.end()
        result = run.result
        result.seconds = time.monotonic() - started
        return result

    def _again(self, run: "_Run", policy: "Policy", number: int) -> None:
        """Judge one exercise once more, where what it forbids was out of reach all the time."""
        cell = run.paper.cells[number]
        mark = run.result.marks[cell.grade_id]
        if policy.text.looks:
            run.note(number, Judged(0.0, judge.FAILED, refusal(policy.text)))
            return
        strict = _Run(self, run.paper, cell.grade_id, policy.forbidden(cell))
        try:
            strict.whole()
        finally:
            strict.end()
        found = strict.result.marks[cell.grade_id]
        if found.score < mark.score:
            run.result.marks[cell.grade_id] = found
            run.result.outputs[number] = strict.result.outputs[number]


class Policy:
    """What the student's own cells of a notebook say, next to what its exercises forbid."""

    def __init__(self, paper: Paper):
        own = [c.source for c in paper.cells if c.kind == RUN and c.own]
        self.text = read(own)

    def applies(self, cell: Cell, result: Result) -> bool:
        """Did this cell earn points for an exercise whose forbidden calls may have been made?"""
        if cell.kind != CHECK or not result.marks[cell.grade_id].score:
            return False
        asked = [find(name) for name in judge.names_checked(cell.source)]
        looks = bool(self.text.looks)
        return any(e.forbids and (looks or suspects(e, self.text)) for e in asked)

    def forbidden(self, cell: Cell) -> tuple[str, tuple[str, ...]]:
        """The exercise, and the names that it forbids."""
        asked = [find(name) for name in judge.names_checked(cell.source)]
        return asked[0].name, tuple(name for each in asked for name in each.forbids)


class _Run:
    """One notebook's way through one or more isolated processes."""

    def __init__(
        self,
        grader: Grader,
        paper: Paper,
        only: str,
        forbidden: tuple[str, tuple[str, ...]] | None = None,
    ):
        self.forbidden = forbidden
        self.grader, self.paper, self.only = grader, paper, only
        self.result = Result({}, {}, grader.tier.name)
        self.left_out: dict[int, Lost] = {}  # cells that ended their process
        self.judge_ = Judge()
        self.examiner = Examiner(grader.isolation, grader.setting)
        self.session: Session | None = None
        self.snapshots: dict[int, Snapshot] = {}
        self.graded = [
            number
            for number, cell in enumerate(paper.cells)
            if cell.kind in (CHECK, TESTS) and only in ("", cell.grade_id)
        ]
        tests = any(paper.cells[number].kind == TESTS for number in self.graded)
        names = [n for k in self.graded for n in judge.names_checked(paper.cells[k].source)]
        lean = grader.setting.lean and not tests
        self.needed = needed(paper.cells, names) if lean else set(range(len(paper.cells)))
        self.locked = [
            n for n, c in enumerate(paper.cells) if tests and c.kind == RUN and c.trusted
        ]

    def whole(self) -> None:
        """Run the cells and judge the graded ones."""
        for _ in range(MOST_RESTARTS + 1):
            if self.cells():
                break
        self.judge()

    def cells(self) -> bool:
        """Run the cells in a new process, copies taken where a graded cell stands.

        False when a cell ended the process: then it is to be done again without that cell.
        """
        self.end()
        self.snapshots = {}
        copies = len(self.graded) + len(self.locked)
        self.session = session = self.grader.isolation.open(snapshots=copies)
        session.asked = lambda message: self.judge_.answer(session, message)
        seconds = self.grader.setting.seconds
        if self.forbidden:
            name, names = self.forbidden
            session.ask("forbid", 30, names=names, exercise=name)
        count = 0  # as Jupyter numbers the cells when all of them are run
        for number, cell in enumerate(self.paper.cells):
            count += cell.kind != TEXT
            try:
                if number in self.left_out or (self.forbidden and number > max(self.graded)):
                    continue
                if cell.kind == RUN and number in self.needed:
                    answer = session.ask(
                        "cell", seconds, source=cell.source, seconds=seconds, count=count
                    )
                    self.result.outputs[number] = self._outputs(answer)
                if number in self.graded or number in self.locked:
                    self.snapshots[number] = session.snapshot()
            except Lost as lost:
                self.left_out[number] = lost
                self.result.outputs[number] = [_error(lost)]
                self._measure()
                return len(self.left_out) > MOST_RESTARTS
        return True

    def judge(self) -> None:
        """Judge the graded cells on the copies, now that no cell can show what they see.

        What one copy does may end the others; those are then made again in a new process.
        """
        judged: set[int] = set()
        for _ in range(MOST_RESTARTS + 1):
            fresh = True
            for number in sorted({*self.graded, *self.locked} - judged):
                found = self._judged(number)
                if found is None:
                    continue
                ended = found.verdict in judge.ENDED and number not in self.left_out
                if ended and not fresh:
                    break
                fresh = False
                judged.add(number)
                self.note(number, found)
            else:
                return
            while not self.cells():
                pass
        for number in sorted({*self.graded} - judged):
            self.note(number, _as_judged(Lost("crashed", "the cells before end the process")))

    def _judged(self, number: int) -> Judged | None:
        """Judge one graded cell; None for a cell that only the tests need."""
        cell, snapshot = self.paper.cells[number], self.snapshots.get(number)
        if number in self.locked:
            if snapshot is not None:
                self.examiner.prepare(cell, snapshot)
                snapshot.end()
            return None
        if snapshot is None:
            lost = self.left_out.get(number) or Lost("crashed", "the cells before end the process")
            return _as_judged(lost)
        try:
            return self._judge(cell, snapshot)
        finally:
            snapshot.end()

    def note(self, number: int, found: Judged) -> None:
        cell = self.paper.cells[number]
        score = min(found.score, cell.points)
        self.result.marks[cell.grade_id] = Mark(score, found.verdict, found.text)
        self.result.outputs[number] = [_shown(found)]

    def _judge(self, cell: Cell, snapshot: Snapshot) -> Judged:
        if cell.kind == CHECK:
            each = [judge.check_all(snapshot, name) for name in judge.names_checked(cell.source)]
            return each[0] if len(each) == 1 else _together(each)
        return self.examiner.judge(cell, snapshot)

    def end(self) -> None:
        self.examiner.end()
        if self.session is not None:
            self.session.end()
            self._measure()
            self.session = None

    def _measure(self) -> None:
        final = self.session.final if self.session else {}
        self.result.memory = max(self.result.memory, final.get("memory", 0))
        self.result.cpu = max(self.result.cpu, final.get("cpu", 0.0))

    def _outputs(self, answer: dict) -> list[dict]:
        """A cell's outputs as they arrived, with the true verdicts in place of their tokens."""
        outputs = answer.get("outputs")
        if not isinstance(outputs, list):
            raise Lost("output", str(answer.get("failed", "no outputs"))[:300])
        return [self._truth(output) for output in outputs if isinstance(output, dict)]

    def _truth(self, output: dict) -> dict:
        output = {key: value for key, value in output.items() if key != "trusted_html"}
        data = output.get("data")
        text = data.get("text/plain") if isinstance(data, dict) else None
        found = self.judge_.told.get(text) if isinstance(text, str) else None
        if found is None:
            return output
        return {**output, "data": {"text/plain": found.text()}, "trusted_html": found.html()}


def _as_judged(lost: Lost) -> Judged:
    return Judged(0.0, lost.how, f"{judge.WORDS[lost.how]} ({lost})")


def _together(each: list[Judged]) -> Judged:
    worst = next((j for j in each if j.verdict != judge.PASSED), each[0])
    text = "\n\n".join(j.text for j in each)
    return Judged(sum(j.score for j in each), worst.verdict, text, "\n".join(j.html for j in each))


def _shown(found: Judged) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "data": {"text/plain": found.text},
        "metadata": {},
        "trusted_html": found.html,
    }


def _error(lost: Lost) -> dict[str, Any]:
    words = f"{judge.WORDS[lost.how]} ({lost})"
    return {
        "output_type": "error",
        "ename": lost.how,
        "evalue": str(lost),
        "traceback": [words],
    }
