"""`check`: find the student's function, run the exercise's cases, decide the points, explain."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from autograder import mistakes
from autograder.compare import Difference, compare
from autograder.exercise import Case, Exercise, Group, find, with_hidden
from autograder.finding import caller_namespace, is_placeholder, same_code, why_missing
from autograder.oracle import Outcome, expected, library, reference_slots
from autograder.report import (
    FAILED,
    LATER,
    NOT_COUNTED,
    NOT_RUN,
    PASSED,
    Failure,
    GroupResult,
    Verdict,
    unwritten,
)
from autograder.runner import run_case
from autograder.settings import settings, under_nbgrader

STUDENT_LIBRARY = "penlight"
NOT_WRITTEN = "Not written yet: replace the placeholder in your answer cell and run it."
UNCHANGED = "Not written yet: your function is still the one that was handed out."


@dataclass(frozen=True, eq=False)
class CaseResult:
    """One case that was run: what came back, and how it differs (None: it does not)."""

    case: Case
    outcome: Outcome
    difference: Difference | None


def check(name: str, function: Callable | None = None, *, hidden: bool = False) -> Verdict:
    """Run exercise `name` on the notebook's function of that name, or on `function`.

    Runs the visible cases; with `hidden=True`, on the instructor's side, the hidden ones too.
    Raises KeyError for an unknown exercise and RuntimeError where the hidden cases did not ship.
    """
    exercise = with_hidden(find(name)) if hidden else find(name)
    if function is None:
        space = caller_namespace(sys._getframe(1))
        function = space.get(name)
        if not callable(function):
            return unwritten(name, exercise.points, why_missing(name, space))
    return grade(function, exercise)


def grade(function: Callable, exercise: Exercise, library_name: str | None = None) -> Verdict:
    """Run every case of `exercise` on `function`, group by group, and decide the points."""
    if is_placeholder(function):
        return unwritten(exercise.name, exercise.points, NOT_WRITTEN)
    if exercise.handed_out and same_code(function, exercise.handed_out):
        return unwritten(exercise.name, exercise.points, UNCHANGED)
    with reference_slots():
        runs = run_groups(function, exercise, library_name or STUDENT_LIBRARY)
    return verdict(exercise, runs)


def verdict(exercise: Exercise, runs: list[list[CaseResult]]) -> Verdict:
    """Points and explanation from the results of every group's cases."""
    results = [result for group in runs for result in group]
    if results and all(_says_unwritten(r.outcome) for r in results):
        return unwritten(exercise.name, exercise.points, NOT_WRITTEN)
    groups = _points(exercise, runs)
    failing = [(g, r) for g, r in zip(exercise.groups, runs, strict=True) if _worst(r)]
    failure = _explain(exercise, failing[0][0], _worst(failing[0][1]), results) if failing else None
    return Verdict(exercise.name, exercise.points, groups, failure)


def run_groups(
    function: Callable, exercise: Exercise, library_name: str, stop_early: bool = False
) -> list[list[CaseResult]]:
    """The results of every group's cases. After one time-out no further case is run.

    stop_early: after any failure, for gates that only ask whether points are lost.
    """
    tensors = library(library_name)
    looped = _looped.setdefault(function, {}) if under_nbgrader() else {}

    def answer(case: Case) -> Outcome:
        return run_case(function, exercise, case, tensors)

    return compare_groups(exercise, answer, stop_early, looped)


def compare_groups(
    exercise: Exercise,
    answer: Callable[[Case], Outcome],
    stop_early: bool = False,
    looped: dict[Case, Outcome] | None = None,
) -> list[list[CaseResult]]:
    """Like `run_groups`, for a function that is elsewhere: `answer` says what it does on a case."""
    looped, stopped, runs = {} if looped is None else looped, False, []
    for group in exercise.groups:
        runs.append([])
        for case in sorted(group.cases, key=lambda c: c not in looped):
            if stopped:
                break
            got = looped.get(case) or answer(case)
            difference = compare(exercise, case, expected(exercise, case), got)
            runs[-1].append(CaseResult(case, got, difference))
            if got.kind == "timed out":
                looped[case] = got
            stopped = got.kind == "timed out" or (stop_early and difference is not None)
    return runs


# Under nbgrader: the cases on which a function is known to loop. A graded cell holds the visible
# check and the hidden one; the second need not wait for the loop that the first has found.
_looped: WeakKeyDictionary[Callable, dict[Case, Outcome]] = WeakKeyDictionary()


def _points(exercise: Exercise, runs: list[list[CaseResult]]) -> tuple[GroupResult, ...]:
    statuses = [_status(g, r) for g, r in zip(exercise.groups, runs, strict=True)]
    answers = [
        s for g, s in zip(exercise.groups, statuses, strict=True) if g.cases and not g.only_errors
    ]
    # Code that refuses everything has understood nothing: its refusals earn no points.
    refusals_count = not answers or PASSED in answers
    results = []
    for group, status in zip(exercise.groups, statuses, strict=True):
        earned = status == PASSED and (refusals_count or not group.only_errors)
        points = group.points if earned else 0
        shown = NOT_COUNTED if status == PASSED and not earned else status
        results.append(GroupResult(group.name, points, group.points, shown, group.property))
    return tuple(results)


def _status(group: Group, results: list[CaseResult]) -> str:
    if not group.cases:
        return LATER
    if any(r.difference for r in results):
        return FAILED
    return PASSED if len(results) == len(group.cases) else NOT_RUN


def _worst(results: list[CaseResult]) -> CaseResult | None:
    """The failing case that is easiest to look at; a visible one before a hidden one."""
    failing = [r for r in results if r.difference]
    return min(failing, key=lambda r: (r.case.hidden, r.case.size), default=None)


def _explain(
    exercise: Exercise, group: Group, worst: CaseResult, results: list[CaseResult]
) -> Failure:
    difference, outcome, case = worst.difference, worst.outcome, worst.case
    failing = [(r.case, r.outcome) for r in results if r.difference]
    told = {
        "group": group.name,
        "asked": group.property,
        "broken": difference.property,
        "hint": group.hint,
        "mistake": mistakes.name_of(exercise, (case, outcome), failing),
        "hidden": case.hidden,
    }
    if case.hidden and not settings.show_hidden_input:
        harmless = outcome.kind in ("timed out", "forbidden")  # tells nothing of the input
        return Failure(**told, sentence=difference.sentence if harmless else "")
    return Failure(
        **told,
        case_id=case.id,
        call=case.describe(exercise.shown_as or exercise.name),
        expected=f"a {case.raises.__name__}" if case.raises else difference.expected,
        got=difference.got,
        sentence=difference.sentence,
        lines=outcome.lines,
        printed=outcome.printed.rstrip(),
    )


def _says_unwritten(outcome: Outcome) -> bool:
    """The placeholder's own error; penlight's EmptySlot derives from it but is no placeholder."""
    return outcome.error_types[:1] == ("builtins.NotImplementedError",)
