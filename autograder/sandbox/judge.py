"""The trusted side of `check`: feeds an isolated function its cases and decides the points.

Cases, right answers and points are only here. Inside there is the student's function, and the
arguments of the case that is run now.
"""

import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.exercise import Case, Exercise, find, with_hidden
from autograder.grading import NOT_WRITTEN, STUDENT_LIBRARY, UNCHANGED, compare_groups, verdict
from autograder.oracle import Outcome
from autograder.report import Verdict, unwritten
from autograder.runner import timed_out
from autograder.sandbox.outside import Lost, Session, Snapshot
from autograder.sandbox.wire import spec_as_values
from autograder.settings import settings
from autograder.values import TensorSpec, leaves, map_specs

PASSED, FAILED, ERROR, TIME = "passed", "failed", "error", "time"
MEMORY, OUTPUT, CRASHED = "memory", "output", "crashed"
AHEAD, MOST_AHEAD = 8, 64 << 10  # requests, and bytes of them, sent before they are due
ENDED = (TIME, MEMORY, OUTPUT, CRASHED)  # after these the process may be gone
WORDS = {
    PASSED: "All of it is right.",
    FAILED: "Some of it is wrong.",
    ERROR: "The code stopped with an error.",
    TIME: "The code did not end within its time limit.",
    MEMORY: "The code took more memory than a submission may take.",
    OUTPUT: "What came back could not be read.",
    CRASHED: "The code ended the process it ran in.",
}


@dataclass(frozen=True)
class Judged:
    """What became of one graded cell. verdict: one of `WORDS`; shown: (text, HTML) for feedback."""

    score: float
    verdict: str
    text: str
    html: str = ""


class Judge:
    """Checks exercises on one isolated process and remembers what it told its cells."""

    def __init__(self) -> None:
        self.told: dict[str, Verdict] = {}  # token in a cell's output -> what stands there in truth

    def answer(self, session: Session, message: dict) -> dict:
        """What a cell's own `check(name)` is told: the visible cases, never the hidden ones."""
        name = message.get("name")
        try:
            exercise = find(name) if isinstance(name, str) else None
        except KeyError as error:
            return {"error": str(error.args[0])}
        if exercise is None:
            return {"error": "check takes the name of an exercise"}
        found = check(session, exercise)
        token = f"check-{secrets.token_hex(8)}"
        self.told[token] = found
        return {
            "token": token,
            "passed": found.passed,
            "points": found.points,
            "written": found.written,
        }


def check_all(session: Session, name: str) -> Judged:
    """The points of exercise `name`, hidden cases included; Lost becomes a verdict too."""
    exercise = with_hidden(find(name))
    try:
        found = check(session, exercise)
    except Lost as lost:
        told = f"{WORDS[lost.how]} ({lost})"
        found = Verdict(exercise.name, exercise.points, message=told)
        return Judged(0.0, lost.how, found.text(), found.html())
    return Judged(found.points, how(found), found.text(), found.html())


def how(found: Verdict) -> str:
    """The one word for a verdict."""
    if found.passed:
        return PASSED
    failure = found.failure
    if failure is None:
        return FAILED
    if failure.broken == "time limit":
        return TIME
    if failure.broken == "exception":
        return MEMORY if failure.got.startswith("MemoryError") else ERROR
    return FAILED


def check(session: Session, exercise: Exercise) -> Verdict:
    """Run the exercise's cases on the function of that name in the session's process."""
    known = session.ask("describe", 10, name=exercise.name, handed_out=exercise.handed_out or "")
    if not known.get("callable"):
        why = known.get("why")
        return unwritten(exercise.name, exercise.points, why if isinstance(why, str) else "")
    if known.get("placeholder") or known.get("same"):
        words = NOT_WRITTEN if known.get("placeholder") else UNCHANGED
        return unwritten(exercise.name, exercise.points, words)
    seconds = exercise.seconds
    told = {"seconds": seconds, "forbids": exercise.forbids, "call": exercise.call}
    session.ask("exercise", 10, name=exercise.name, settings=told)
    limit = seconds * settings.time_scale
    cases = [case for group in exercise.groups for case in group.cases]
    # A copy is asked ahead, so that it need not wait for each comparison out here.
    ahead = _posting(session, exercise, cases, AHEAD if isinstance(session, Snapshot) else 1)

    def answer(case: Case) -> Outcome:
        try:
            return _outcome(session.answer(next(ahead), 2 * limit))
        except Lost as lost:
            if lost.how != TIME:
                raise
            return timed_out(limit)

    return verdict(exercise, compare_groups(exercise, answer))


def _posting(session: Session, exercise: Exercise, cases: list[Case], most: int) -> Iterator[str]:
    """The numbers of the requests for `cases`, in order, up to `most` of them sent ahead."""
    waiting: deque[tuple[str, int]] = deque()
    for case in cases:
        sent, size = _sent(case)
        # More than a socket holds would block both sides, each waiting for the other to read.
        while waiting and (len(waiting) >= most or size + sum(n for _, n in waiting) > MOST_AHEAD):
            yield waiting.popleft()[0]
        properties = exercise.properties(case)
        if case.raises:
            properties = tuple(p for p in properties if p != "gradient")
        number = session.post(
            "case", case=sent, properties=properties, library_name=STUDENT_LIBRARY
        )
        waiting.append((number, size))
    while waiting:
        yield waiting.popleft()[0]


def _sent(case: Case) -> tuple[Case, int]:
    """The case as it may be known inside, and about how many bytes it takes."""
    args, kwargs = map_specs((case.args, dict(case.kwargs)), _drawn)
    arrays = [each.values.nbytes for each in leaves((args, kwargs)) if isinstance(each, TensorSpec)]
    sent = replace(case, args=args, kwargs=kwargs, raises=None, hidden=False, tolerance=None)
    return sent, 4000 + sum(arrays)


def _outcome(answer: dict) -> Outcome:
    outcome = answer.get("outcome")
    if not isinstance(outcome, Outcome) or not _sound(outcome):
        raise Lost(OUTPUT, str(answer.get("failed", "no outcome"))[:300])
    return outcome


def _sound(outcome: Outcome) -> bool:
    """Is every field of what a type that the comparison can handle?"""
    texts = (*outcome.modified, *outcome.error_types)
    if outcome.kind not in ("returned", "raised", "timed out", "forbidden"):
        return False
    return all(isinstance(text, str) for text in texts) and (
        outcome.kind != "raised" or bool(outcome.error_types)
    )


def _drawn(spec: Any) -> Any:
    return spec_as_values(spec) if isinstance(spec, TensorSpec) else spec


def names_checked(source: str) -> Sequence[str]:
    """The exercises of a graded cell that holds nothing but `check("…")` calls; else none."""
    import ast

    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return ()
    names = []
    for each in statements:
        call = each.value if isinstance(each, ast.Expr) else None
        is_check = isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check"
        if not is_check or len(call.args) != 1 or not isinstance(call.args[0], ast.Constant):
            return ()
        names.append(call.args[0].value)
    return tuple(dict.fromkeys(names))
