"""Ordinary nbgrader tests, run apart from the code they test.

The tests run in a clean isolated process; the student's functions stay in theirs. This side passes
the calls to and fro, plain data only. Where a test looks so deep into the student's objects that
it cannot be run apart (the instructor's own solution tells), it runs beside the student's code,
between decoys that no honest process passes.
"""

import secrets
from typing import Any

from autograder.sandbox import judge
from autograder.sandbox.judge import Judged
from autograder.sandbox.outside import Isolation, Lost, Session
from autograder.sandbox.paper import Cell, Setting

DECOYS = (
    "assert False",
    "assert 1 == 2",
    "raise ValueError('no')",
    "assert not [0] or len('ab') > 5",
)


class Examiner:
    """The tests' process of one submission, started when it is first needed."""

    def __init__(self, isolation: Isolation, setting: Setting):
        self.isolation, self.setting = isolation, setting
        self.session: Session | None = None
        self.student: Session | None = None
        self.lost: Lost | None = None

    def end(self) -> None:
        if self.session is not None:
            self.session.end()
            self.session = None

    def prepare(self, cell: Cell, student: Session) -> None:
        """Run a locked cell of the instructor's in the tests' process too, for what it defines."""
        self._run(cell, student)

    def judge(self, cell: Cell, student: Session) -> Judged:
        """Run a graded cell on the student's process as it is now."""
        if cell.grade_id in self.setting.beside:
            return self._beside(cell, student)
        answer = self._run(cell, student)
        if self.lost is not None:
            return _judged(cell, self.lost.how, f"{judge.WORDS[self.lost.how]} ({self.lost})")
        return _score(cell, answer)

    def _run(self, cell: Cell, student: Session) -> dict:
        self.student, self.lost = student, None
        student.asked = self._back
        try:
            return self._tests().ask(
                "exam", 4 * self.setting.seconds, source=cell.source, seconds=self.setting.seconds
            )
        except Lost as lost:
            self.end()
            self.lost = self.lost or lost
            return {}

    def _tests(self) -> Session:
        if self.session is None:
            self.session = self.isolation.open()
            self.session.asked = self._forward
            told = {"imports": list(self.setting.imports), "classes": list(self.setting.classes)}
            told["assigned"] = list(self.setting.assigned)
            self.session.ask("begin", 120, **told)
        return self.session

    def _forward(self, message: dict) -> dict:
        """A step that the tests ask of the student's process."""
        if self.lost is not None or self.student is None:
            return _gone(self.lost)
        wanted = {key: message[key] for key in ("what", "at", "given", "named", "has")
                  if key in message}  # fmt: skip
        try:
            told = self.student.ask("object", self.setting.seconds, **wanted)
        except Lost as lost:
            self.lost = lost
            return _gone(lost)
        if not ({"value", "raised", "has"} & set(told)):
            return _gone(Lost("output", "no value"))
        return {key: told[key] for key in ("value", "raised", "has") if key in told}

    def _back(self, message: dict) -> dict:
        """A call that the student's process makes to a function of the tests."""
        if message.get("ask") != "back" or self.session is None:
            return {"error": "no such question"}
        wanted = {key: message.get(key) for key in ("at", "given", "named")}
        try:
            return self.session.ask("callback", self.setting.seconds, **wanted)
        except Lost:
            return {"raised": {"types": ["builtins.RuntimeError"], "message": "no answer"}}

    def _beside(self, cell: Cell, student: Session) -> Judged:
        """Run the tests in the student's process, in copies, the true one among decoys."""
        tries = [f"{cell.source}\n{decoy}" for decoy in secrets.SystemRandom().sample(DECOYS, 2)]
        place = secrets.randbelow(len(tries) + 1)
        tries.insert(place, cell.source)
        found = {}
        for number, source in enumerate(tries):
            try:
                seconds = self.setting.seconds
                found[number] = student.ask("beside", seconds, source=source, seconds=seconds)
            except Lost as lost:
                return _judged(cell, lost.how, f"{judge.WORDS[lost.how]} ({lost})")
            if number != place and "raised" not in found[number]:
                told = "The tests were tampered with: one that must fail was reported as passed."
                return _judged(cell, judge.OUTPUT, told)
        return _score(cell, found[place])


def _score(cell: Cell, answer: dict[str, Any]) -> Judged:
    """nbgrader's rules: an error is nothing, a number from 0 to the points is itself, else all."""
    if "raised" in answer:
        told = answer["raised"]
        kind = str(told.get("types", ["error"])[0]).rpartition(".")[2]
        how = {"MemoryError": judge.MEMORY, "TimeUp": judge.TIME, "AssertionError": judge.FAILED}
        lines = str(told.get("lines", ""))[:2000]
        text = f"{lines}\n{kind}: {told.get('message', '')}".strip()
        return _judged(cell, how.get(kind, judge.ERROR), text)
    if "done" not in answer:
        return _judged(cell, judge.OUTPUT, str(answer.get("failed", "no answer"))[:500])
    number = answer.get("number")
    if isinstance(number, int | float) and not isinstance(number, bool) and number >= 0:
        if number > cell.points:
            told = f"The tests gave {number:g} points, more than the {cell.points:g} there are."
            return _judged(cell, judge.ERROR, told)
        how = judge.PASSED if number == cell.points else judge.FAILED
        return Judged(float(number), how, f"{number:g} of {cell.points:g} points")
    return Judged(cell.points, judge.PASSED, f"{cell.points:g} of {cell.points:g} points")


def _judged(cell: Cell, how: str, text: str) -> Judged:
    return Judged(0.0, how, f"0 of {cell.points:g} points\n{text}")


def _gone(lost: Lost | None) -> dict:
    return {"raised": {"types": ["builtins.RuntimeError"],
                       "message": f"the student's process is gone ({lost})"}}  # fmt: skip
