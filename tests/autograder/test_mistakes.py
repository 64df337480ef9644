"""A wrong answer is recognised by the digest of what it answers, never by shipped code."""

import dataclasses
import json

import pytest
from toy_exercises import CLAMP_HIDDEN, SCALE_ROWS, SCALE_ROWS_HIDDEN, define

from autograder import check, gates, mistakes
from autograder.exercise import find
from autograder.oracle import library
from autograder.runner import run_case

FILE = mistakes.file_name("toy")


def test_a_catalogued_mistake_is_named_however_it_is_written(course):
    loop = (
        "def scale_rows(x, weights):\n"
        "    if x.dim() != 2: raise RuntimeError('no')\n"
        "    y = weights * x\n"
        "    return y + 0\n"
    )
    verdict = check("scale_rows", define(loop))
    assert verdict.failure.mistake == "You scaled the columns, not the rows."
    assert "You scaled the columns, not the rows." in verdict.text()
    assert verdict.sentence().endswith("You scaled the columns, not the rows.")


def test_a_mistake_seen_only_by_hidden_cases_is_named_too(course):
    source = "def keep_between(v, low, high):\n    return v if v > low else low\n"
    verdict = check("keep_between", define(source), hidden=True)
    assert verdict.failure.hidden
    assert verdict.failure.mistake == "You forgot the upper bound."


def test_a_mistake_nobody_thought_of_has_no_name(course):
    assert (
        check("keep_between", define("def f(v, low, high):\n    return 77\n")).failure.mistake == ""
    )


def test_of_two_candidates_the_one_that_agrees_more_is_named(course):
    found = find("keep_between")
    cases = [c for g in found.groups for c in g.cases]
    function = define("def f(v, low, high):\n    return 77\n")
    results = [(c, run_case(function, found, c, library("penlight"))) for c in cases]
    digests = [mistakes.digest(found, *result) for result in results]
    content = {found.name: {cases[0].id: {digests[0]: ["one", "other"]}}}
    content[found.name][cases[1].id] = {digests[1]: ["other"]}
    (mistakes.VISIBLE / FILE).write_text(json.dumps(content))
    mistakes.catalogue.cache_clear()
    assert mistakes.name_of(found, results[0], results[:1]) == "one"
    assert mistakes.name_of(found, results[0], results) == "other"


def test_without_the_files_nothing_is_named_and_nothing_fails(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(mistakes, "VISIBLE", tmp_path)
    mistakes.catalogue.cache_clear()
    assert (
        check("keep_between", define("def f(v, low, high):\n    return 1\n")).failure.mistake == ""
    )


def test_what_ships_holds_digests_and_sentences_only(course):
    shipped = (mistakes.VISIBLE / FILE).read_text()
    for part in (*CLAMP_HIDDEN["mistakes"], *SCALE_ROWS_HIDDEN["mistakes"]):
        assert not any(line.strip() in shipped for line in part.source.splitlines() if line.strip())
    for found in json.loads(shipped).values():
        for digests in found.values():
            assert all(len(digest) == 16 for digest in digests)
    for name in ("above", "far below", "at low", "one choice", "integers"):
        assert name not in shipped  # a hidden case's id


def test_digests_change_when_what_is_compared_changes(toy):
    exercise = find("scale_rows")
    asked = exercise.groups[0].cases[0]

    def digest(source, **changes):
        changed = dataclasses.replace(exercise, **changes)
        outcome = run_case(define(source), changed, asked, library("penlight"))
        return mistakes.digest(changed, asked, outcome)

    wrong = SCALE_ROWS.replace(".reshape(-1, 1)", "")
    assert digest(wrong) == digest(wrong.replace("x * weights", "weights * x + 1e-9"))
    assert digest(wrong) != digest(SCALE_ROWS)
    as_double = wrong.replace("x * weights", "(x * weights).double()")
    assert digest(wrong) != digest(as_double)
    assert digest(wrong, compares=()) == digest(as_double, compares=())


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (1e-12, -1e-13, True),
        (1.0, 1.01, False),
        (float("nan"), float("nan"), True),
        (2, 2.0, False),
        (1 + 2j, 1 + 2.00000001j, True),
        (True, 1, False),
    ],
)
def test_numbers_are_rounded_before_they_are_hashed(one, other, equal):
    assert (mistakes._rounded(one) == mistakes._rounded(other)) == equal


def test_stale_digests_are_noticed(course, monkeypatch):
    (assignment,) = gates.assignments(course)
    assert gates.digests_current(assignment) == []
    (mistakes.HIDDEN / FILE).write_text("{}\n")
    assert gates.digests_current(assignment) == [
        "autograder/hidden/toy_mistakes.json is old: run `course mistakes toy`"
    ]
