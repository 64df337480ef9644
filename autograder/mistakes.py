"""Name a student's mistake without shipping its solution.

A catalogued mistake reaches students only as digests: for every case it gets wrong, a hash of
what it answers. A student's wrong answer with the same hash earns the mistake's sentence.
`course mistakes` writes those of the visible cases to `autograder/checks/<lecture>_mistakes.json`,
those of the hidden ones to a file of that name in `autograder/hidden/`.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise import Case, Exercise
from autograder.oracle import ArrayValue, Outcome

FOLDER = Path(__file__).parent
VISIBLE, HIDDEN = FOLDER / "checks", FOLDER / "hidden"
SIGNIFICANT = 4  # digits; answers that differ by rounding only must meet

# exercise -> case id -> digest of a wrong outcome -> sentences of the mistakes that give it
Catalogue = dict[str, dict[str, dict[str, list[str]]]]


def name_of(
    exercise: Exercise, first: tuple[Case, Outcome], failing: Sequence[tuple[Case, Outcome]]
) -> str:
    """The catalogued sentence for a wrong answer, or "" where no mistake answers like it.

    The mistake must answer `first`, the case shown, alike. Of several such mistakes the one is
    named that fits best: alike in most failing cases, and wrong in fewest that passed.
    """
    known = _known(exercise, first[0])
    alike = Counter(
        s for c, out in failing if c.hidden == first[0].hidden for s in _sentences(exercise, c, out)
    )
    wrong = Counter(s for found in known.values() for s in set().union(*found.values()))
    candidates = _sentences(exercise, *first)
    return max(candidates, key=lambda sentence: 2 * alike[sentence] - wrong[sentence], default="")


def _sentences(exercise: Exercise, case: Case, outcome: Outcome) -> list[str]:
    known = _known(exercise, case).get(case.id, {})
    return known.get(digest(exercise, case, outcome), []) if known else []


def _known(exercise: Exercise, case: Case) -> dict[str, dict[str, list[str]]]:
    """The digests of the exercise's visible cases, or of its hidden ones where `case` is hidden."""
    folder = HIDDEN if case.hidden else VISIBLE
    return catalogue(folder / file_name(exercise.lecture)).get(exercise.name, {})


def file_name(lecture: str) -> str:
    """Of a lecture's digests, in both folders."""
    return f"{lecture}_mistakes.json"


@cache
def catalogue(path: Path) -> Catalogue:
    """The digests in `path`; empty where the file did not ship."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def digest(exercise: Exercise, case: Case, outcome: Outcome) -> str:
    """A hash of everything about `outcome` that the exercise compares."""
    compares = exercise.properties(case)
    facts = [
        exercise.name,
        case.id,
        outcome.kind,
        _facts(outcome.value, compares),
        [_facts(g, ("dtype",)) for g in outcome.gradients],
        [outcome.modified, outcome.error_types[:1], outcome.message, bool(outcome.gradient_error)],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _facts(value: Any, compares: Sequence[str]) -> Any:
    """`value` as JSON data, floats rounded, only the compared properties kept."""
    if isinstance(value, ArrayValue):
        optional = {
            "dtype": value.dtype,
            "strides": value.strides,
            "shares_memory": value.shares,
            "container": value.kind,
        }
        elements = [_rounded(v) for v in value.data.ravel().tolist()]
        return [value.data.shape, elements, [optional.get(name) for name in compares]]
    if isinstance(value, (tuple, list)):
        kind = type(value).__name__ if "container" in compares else ""
        return [kind, [_facts(v, compares) for v in value]]
    if isinstance(value, dict):
        return [[key, _facts(v, compares)] for key, v in value.items()]
    return _rounded(value)


def _rounded(value: Any) -> str:
    if isinstance(value, complex):
        return f"{_rounded(value.real)}+{_rounded(value.imag)}j"
    if isinstance(value, float) and np.isfinite(value):
        text = f"{value:.{SIGNIFICANT - 1}e}"
        return "0" if abs(value) < 1e-6 else text
    return repr(value)


def catalogues(runs: Iterable) -> tuple[Catalogue, Catalogue]:
    """The visible and the hidden catalogue of (exercise, mistake, what it did on each case)."""
    visible, hidden = {}, {}
    for exercise, mistake, results in runs:
        for result in results:
            if result.difference is None or result.outcome.kind == "timed out":
                continue
            target = hidden if result.case.hidden else visible
            cases = target.setdefault(exercise.name, {}).setdefault(result.case.id, {})
            found = cases.setdefault(digest(exercise, result.case, result.outcome), [])
            if mistake.sentence not in found:
                found.append(mistake.sentence)
    return visible, hidden


def text_of(content: Catalogue) -> str:
    """What a digest file holds."""
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
