"""`check`: which function it takes, how points add up, and what it tells first."""

import dataclasses
import html
import re
import sys
import types
from html.parser import HTMLParser

import pytest
from toy_exercises import CLAMP, SCALE_ROWS, case, clamp_exercise, define, scale_rows_exercise

import autograder
import penlight
from autograder import Verdict, check
from autograder.exercise import (
    DeclarationError,
    Group,
    exercises,
    find,
    register,
    register_hidden,
    with_hidden,
)
from autograder.finding import is_placeholder
from autograder.grading import grade

pytestmark = pytest.mark.usefixtures("toy")


def points(verdict):
    return {group.name: group.points for group in verdict.groups}


# --- points


def test_a_right_answer_earns_everything():
    verdict = check("scale_rows", define(SCALE_ROWS), hidden=True)
    assert isinstance(verdict, Verdict)
    assert verdict.passed
    assert (verdict.points, verdict.max_points) == (6.0, 6)
    assert verdict.failure is None
    assert verdict.sentence() == "All checks passed."


def test_half_right_earns_its_groups():
    no_refusal = SCALE_ROWS.replace("if x.dim() != 2", "if False")
    verdict = check("scale_rows", define(no_refusal))
    assert points(verdict) == {"values": 3, "gradient": 2, "error on bad input": 0}
    assert not verdict.passed
    cut = SCALE_ROWS.replace("weights.reshape", "weights.detach().reshape")
    assert points(check("scale_rows", define(cut))) == {
        "values": 3,
        "gradient": 0,
        "error on bad input": 1,
    }


def test_refusing_everything_earns_nothing():
    verdict = check("scale_rows", define("def f(x, w):\n    raise RuntimeError('no')\n"))
    assert verdict.points == 0
    assert [g.status for g in verdict.groups] == [
        "failed",
        "failed",
        "counts when an answer is right",
    ]


def test_an_endless_loop_costs_its_exercise_only():
    loop = SCALE_ROWS.replace("return x", "while x.dtype == torch.float64: pass\n    return x")
    verdict = check("scale_rows", define(loop, torch=penlight))
    assert [g.status for g in verdict.groups] == ["failed", "not run", "not run"]
    assert "did not end within 0.3 seconds" in verdict.failure.sentence
    assert check("keep_between", define(CLAMP)).passed


def test_under_nbgrader_an_endless_loop_is_waited_for_once(monkeypatch):
    calls = []
    source = "def f(x, w):\n    calls.append(0)\n    while True: pass\n"
    function = define(source, calls=calls)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check("scale_rows", function).points == 0
    assert "endless loop" in check("scale_rows", function, hidden=True).failure.sentence
    assert len(calls) == 1
    monkeypatch.delenv("NBGRADER_EXECUTION")
    check("scale_rows", function)  # a student may have mended a helper in between
    assert len(calls) == 2


def test_groups_before_the_loop_keep_their_points():
    loop = "def f(x, w):\n    while x.dim() != 2: pass\n    return x * w.reshape(-1, 1)\n"
    assert points(check("scale_rows", define(loop))) == {
        "values": 3,
        "gradient": 2,
        "error on bad input": 0,
    }


def test_a_group_without_visible_cases_is_decided_later():
    verdict = check("keep_between", define(CLAMP))
    assert verdict.passed
    assert verdict.points == 3
    assert "1 more decided after hand-in" in verdict.heading
    assert check("keep_between", define(CLAMP), hidden=True).points == 4


def test_hard_coding_the_visible_cases_loses_with_the_hidden_ones():
    source = "def keep_between(v, low, high):\n    return {3: 3, -2: 1}.get(v, 0)\n"
    assert check("keep_between", define(source)).passed
    assert check("keep_between", define(source), hidden=True).points == 0


# --- unwritten and missing answers

STUBS = {
    "nbgrader's": "# YOUR CODE HERE\n    raise NotImplementedError()",
    "dots": "...",
    "pass": "pass",
    "return": "return",
    "docstring": '"""Only words."""',
    "docstring and dots": '"""Only words."""\n    ...',
    "return None": '"""Words."""\n    return None',
}


@pytest.mark.parametrize("name", STUBS)
def test_unwritten_answers_score_zero_and_are_told_apart(name):
    verdict = check(
        "scale_rows", define(f"def scale_rows(x, w):\n    {STUBS[name]}\n"), hidden=True
    )
    assert verdict.points == 0
    assert not verdict.passed
    assert not verdict.written
    assert "Not written yet" in verdict.text()


def test_a_forgotten_return_is_no_unwritten_answer():
    verdict = check("scale_rows", define("def f(x, w):\n    y = x * w.reshape(-1, 1)\n"))
    assert verdict.written
    assert "Is a `return` missing?" in verdict.failure.sentence


def test_a_function_that_answers_nothing_but_works_is_no_placeholder():
    assert not is_placeholder(define("def f(x):\n    x.append(1)\n"))
    assert not is_placeholder(define("def f(x):\n    return 0\n"))
    assert not is_placeholder(len)


def test_broken_code_handed_out_scores_zero_until_it_is_changed():
    broken = SCALE_ROWS.replace(".reshape(-1, 1)", "")
    exercise = scale_rows_exercise(handed_out=broken)
    recommented = broken.replace("return", "# a comment\n    return")
    assert not grade(define(recommented), exercise).written
    touched = broken.replace("return x", "x = x + 0\n    return x")
    assert grade(define(touched), exercise).written
    assert grade(define(SCALE_ROWS), exercise).passed


def test_an_empty_slot_is_an_error_of_its_own():
    def f(x, w):
        raise penlight.EmptySlot("unbroadcast", "02_broadcasting")

    verdict = check("scale_rows", f)
    assert verdict.written
    assert "unbroadcast is not written yet" in verdict.failure.got


def in_notebook(source, **names):
    """What `check` answers in a notebook whose names are these."""
    space = {"check": check, **names}
    exec(source, space)
    return space["verdict"]


def test_the_notebooks_own_function_is_found():
    assert in_notebook(SCALE_ROWS + "\nverdict = check('scale_rows')").passed


def test_ipythons_namespace_is_asked_too(monkeypatch):
    shell = types.SimpleNamespace(user_ns={"scale_rows": define(SCALE_ROWS)})
    shell.compile = types.SimpleNamespace(format_code_name=lambda name: None)
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert check("scale_rows").passed


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({}, "Run the cell that defines it"),
        ({"scale_row": len}, "there is `scale_row`"),
        ({"scale_rows": 5}, "no longer a function but a int"),
        ({"In": ["", "def scale_rows(x):\n    return )"]}, "stopped with an error (line 2"),
        ({"In": ["", "def scale_rows(x): pass\n1 / 0"]}, "stopped with an error. Mend it"),
        ({"In": ["", "scale_rows"]}, "Run the cell that defines it"),
    ],
)
def test_a_missing_function_is_explained(names, told):
    verdict = in_notebook("verdict = check('scale_rows')", **names)
    assert verdict.points == 0
    assert told in verdict.message


def test_unknown_exercises_and_missing_hidden_parts(monkeypatch):
    with pytest.raises(KeyError, match="keep_between, scale_rows"):
        check("scale_row")
    from autograder import exercise

    monkeypatch.setattr(exercise, "_hidden", {})
    real = exercise.importlib.util.find_spec
    monkeypatch.setattr(
        exercise.importlib.util,
        "find_spec",
        lambda name: None if name == "autograder.hidden" else real(name),
    )
    with pytest.raises(RuntimeError, match="not in this copy of the course"):
        check("scale_rows", len, hidden=True)


# --- what is told first


def test_the_smallest_failing_input_of_the_first_failing_group():
    failure = check("scale_rows", define("def f(x, w):\n    return x\n")).failure
    assert failure.group == "values"
    assert failure.case_id == "square"
    assert failure.call.startswith("scale_rows(torch.tensor([[1., 2.], [3., 4.]]), ")
    assert "[ 10.,  20.]" in failure.expected
    assert "[1., 2.]" in failure.got
    assert failure.broken == "value"
    assert failure.hint == "Give the weights a second dimension."
    assert failure.asked == "Row i is multiplied by weights[i]."


def test_what_the_function_printed_is_shown():
    failure = check("scale_rows", define("def f(x, w):\n    print('seen', x.shape[0])\n")).failure
    assert failure.printed == "seen 2"


def test_a_hidden_case_names_the_property_but_not_its_input(monkeypatch):
    source = "def f(v, low, high):\n    print(v, low, high)\n    return max(v, low)\n"
    verdict = check("keep_between", define(source), hidden=True)
    told = verdict.text() + verdict.html()
    assert verdict.failure.hidden
    assert "The nearest number that is allowed." in told
    for secret in ("9", "above", "keep_between(9", "Printed"):
        assert secret not in told


def test_the_instructor_may_show_hidden_inputs(show_hidden):
    source = "def f(v, low, high):\n    return max(v, low)\n"
    verdict = check("keep_between", define(source), hidden=True)
    assert verdict.failure.call == "keep_between(9, 1, 5)"
    assert verdict.failure.got == "9"


def test_settings_come_from_the_environment(monkeypatch):
    from autograder import settings

    monkeypatch.setenv("PENLIGHT_SHOW_HIDDEN_INPUT", "1")
    monkeypatch.setenv("PENLIGHT_TIME_SCALE", "2.5")
    assert settings._from_environment() == settings.Settings(True, 2.5)
    monkeypatch.setenv("PENLIGHT_TIME_SCALE", "fast")
    with pytest.raises(ValueError, match="PENLIGHT_TIME_SCALE must be a positive number"):
        settings._from_environment()


# --- how it is shown


class Tags(HTMLParser):
    VOID = ("br", "hr", "img")

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_accessible_and_says_every_status_in_words():
    verdict = check("scale_rows", define("def f(x, w):\n    return x\n"))
    tags = Tags(verdict.html()).seen
    assert ("section", "Check of scale_rows") in [(t, a.get("aria-label")) for t, a in tags]
    facts = len(verdict.failure.rows())  # asked, call, expected, …: a row each, after the groups
    assert sum(a.get("scope") == "row" for _, a in tags) == 3 + facts
    assert sum(a.get("scope") == "col" for _, a in tags) == 3
    assert not re.search(r"color:\s*(red|green|#)", verdict.html())
    for word in ("failed", "values", "0 of 3"):
        assert word in verdict.html()


def test_a_students_text_cannot_become_html():
    attack = "<script>alert(1)</script>"
    verdict = check("scale_rows", define(f"def f(x, w):\n    raise ValueError('{attack}')\n"))
    assert "<script" not in verdict.html()
    assert html.escape(attack) in verdict.html()
    Tags(verdict.html())


def test_under_nbgrader_the_text_is_the_bare_number(monkeypatch):
    verdict = check("keep_between", define(CLAMP))
    assert "3 of 4 points" in repr(verdict)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    bundle = verdict._repr_mimebundle_()
    assert bundle["text/plain"] == "3.0"
    assert "3 of 4 points" in bundle["text/html"]
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert "3 of 4 points" in repr(verdict)


def test_results_cannot_be_changed_afterwards():
    verdict = check("keep_between", define("def f(v, low, high):\n    return 0\n"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.groups[0].points = 100


# --- slots


def test_an_answer_is_judged_on_the_reference_engine_not_on_other_answers():
    def outer(a, b):
        return "broken"

    uses_outer = SCALE_ROWS.replace("x * weights.reshape(-1, 1)", "x * w(weights)")
    function = define(uses_outer, w=lambda v: v.outer(penlight.ones(1, dtype=v.dtype)))
    with penlight.transplant(outer):
        assert (
            penlight.slots.registry["outer"].current
            is not penlight.slots.registry["outer"].reference
        )
        assert check("scale_rows", function).passed
        assert not penlight.slots.registry["outer"].is_reference  # put back


def test_where_the_reference_is_empty_the_students_own_slot_stays(monkeypatch):
    """As in a student's copy: nothing but their functions can fill the slots."""
    slot = penlight.slots.registry["outer"]
    right = slot.reference

    def outer(a, b):
        raise penlight.slots.EmptySlot("outer", "02_broadcasting")

    monkeypatch.setattr(slot, "reference", outer)
    monkeypatch.setattr(slot, "current", right)
    uses_outer = SCALE_ROWS.replace("x * weights.reshape(-1, 1)", "x * w(weights)")
    function = define(uses_outer, w=lambda v: v.outer(penlight.ones(1, dtype=v.dtype)))
    assert check("scale_rows", function).passed


# --- declarations


def test_declarations_that_cannot_be_meant_are_refused():
    exercise = clamp_exercise()
    with pytest.raises(DeclarationError, match="sum to 4 points, not 5"):
        dataclasses.replace(exercise, points=5)
    with pytest.raises(DeclarationError, match="unknown properties"):
        dataclasses.replace(exercise, compares=("speed",))
    with pytest.raises(DeclarationError, match="unknown properties"):
        case("x", 1, compares=("speed",))
    with pytest.raises(DeclarationError, match="difficulty is 1 to 5"):
        dataclasses.replace(exercise, difficulty=6)
    twins = Group("twins", 4, "", "", (case("a", 1), case("a", 2)))
    with pytest.raises(DeclarationError, match="case names must differ"):
        dataclasses.replace(exercise, groups=(twins,))
    with pytest.raises(DeclarationError, match="declared by toy too"):
        register(dataclasses.replace(exercise, lecture="other"))
    with pytest.raises(DeclarationError, match="unknown groups"):
        register_hidden("keep_between", cases={"speed": [case("a", 1)]})


def test_oracles_that_disagree_with_the_declaration_are_refused():
    wrong = clamp_exercise()
    refusing = Group("values", 4, "", "", (case("a", 3, 1, 5, raises=RuntimeError),))
    with pytest.raises(DeclarationError, match="does not raise RuntimeError"):
        grade(define(CLAMP), dataclasses.replace(wrong, groups=(refusing,)))
    failing = Group("values", 4, "", "", (case("a", "text", 1, 5),))
    with pytest.raises(DeclarationError, match="the oracle raises"):
        grade(define(CLAMP), dataclasses.replace(wrong, groups=(failing,)))


def test_exercises_are_found_by_lecture_and_joined_with_hidden_cases():
    assert [e.name for e in exercises("toy")] == ["scale_rows", "keep_between"]
    assert exercises("other") == []
    counts = [len(g.cases) for g in with_hidden(find("keep_between")).groups]
    assert counts == [4, 2]
    assert all(not c.hidden for g in find("keep_between").groups for c in g.cases)


def test_the_package_exports_what_students_need():
    assert set(autograder.__all__) == {"Verdict", "check"}
