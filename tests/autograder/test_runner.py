"""A student's function cannot hang, litter, end or falsify a check; only its own lines are told."""

import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_exercises import SCALE_ROWS, define, scale_rows_exercise

import penlight
from autograder import limits
from autograder.exercise import case
from autograder.limits import Bounded, TimeUp, captured, limited
from autograder.oracle import library
from autograder.runner import run_case
from autograder.settings import settings
from autograder.values import formula, tensor

ROOT = Path(__file__).parents[2]
EXERCISE = scale_rows_exercise()
CASE = next(c for g in EXERCISE.groups for c in g.cases if c.id == "square")


def run(source, exercise=EXERCISE, **names):
    return run_case(define(source, **names), exercise, CASE, library("penlight"))


def test_a_right_answer_comes_back_as_plain_data():
    outcome = run(SCALE_ROWS)
    assert outcome.kind == "returned"
    np.testing.assert_array_equal(outcome.value.data, [[10, 20], [300, 400]])
    assert outcome.value.dtype == "float32"
    assert not outcome.modified


LOOPS = {
    "plain": "while True: pass",
    "swallows exceptions": "while True:\n        try: len(x)\n        except Exception: pass",
    "swallows everything": "while True:\n        try: len(x)\n        except: pass",
    "sleeps": "time.sleep(600)",
    "prints": "while True: print('x' * 1000)",
    "recursive generators": "return sum(1 for _ in iter(int, 1))",
}


@pytest.mark.parametrize("name", LOOPS)
def test_endless_loops_end(name):
    outcome = run(f"def scale_rows(x, w):\n    {LOOPS[name]}\n", time=time)
    assert outcome.kind == "timed out"
    assert len(outcome.printed) < 3000


def test_endless_loops_end_in_other_threads_too():
    found = []
    source = f"def scale_rows(x, w):\n    {LOOPS['swallows everything']}\n"
    thread = threading.Thread(target=lambda: found.append(run(source).kind))
    thread.start()
    thread.join(60)
    assert found == ["timed out"]


@pytest.mark.parametrize("limiter", [limits._with_watchdog, limits._with_alarm])
def test_a_call_in_time_is_left_alone(limiter):
    assert limiter(lambda: 5, 30.0) == 5
    with pytest.raises(KeyError):
        limiter(lambda: {}[1], 30.0)
    with pytest.raises(TimeUp):
        limiter(lambda: [None for _ in iter(int, 1)], 0.05)
    time.sleep(3 * limits.REPEAT)  # nothing rings afterwards


AFTERWARDS = """
import sys
from autograder.limits import TimeUp, _with_watchdog
try:
    _with_watchdog(lambda: [None for _ in iter(int, 1)], 0.05)
except TimeUp:
    pass
sys.setprofile(lambda *_: None)
(lambda: None)()
print("came back")
"""


def test_no_interruption_stays_pending():
    """One that did made Python 3.11 hang in the first call under a profiler."""
    command = [sys.executable, "-c", AFTERWARDS]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.stdout == "came back\n", run.stderr


def test_an_alarm_somebody_else_set_is_given_back():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    outer = signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(TimeUp):
            limited(lambda: time.sleep(60), 0.05)
        end = time.monotonic() + 30
        while not rung and time.monotonic() < end:
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *outer)
    assert rung


def test_the_time_scale_is_a_setting(monkeypatch):
    monkeypatch.setattr(settings, "time_scale", 200.0)
    assert run("def f(x, w):\n    time.sleep(0.5)\n    return x", time=time).kind == "returned"


NOISY = """
import logging, sys, warnings
from toy_exercises import scale_rows_exercise
from autograder.oracle import library
from autograder.runner import run_case

def f(x, w):
    print("to stdout")
    print("to stderr", file=sys.stderr)
    warnings.warn("a warning")
    logging.warning("a log line")
    return x

exercise = scale_rows_exercise(seconds=60)
case = exercise.groups[0].cases[0]
for number in range(2):
    printed = run_case(f, exercise, case, library("penlight")).printed
    for text in ("to stdout", "to stderr", "a warning", "a log line"):
        assert text in printed, (text, printed)
    logging.basicConfig(force=True)  # from now on a handler holds the real stderr
print("done")
"""


def test_everything_printed_is_kept_and_nothing_reaches_stderr():
    """In a fresh Python, because pytest takes over warnings and logging."""
    here = Path(__file__).parent
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, text=True, cwd=here)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_long_output_is_bounded_and_says_so():
    text = Bounded(10)
    text.write("x" * 8)
    text.write("y" * 8)
    assert text.text() == "xxxxxxxxyy\n… and 6 more characters"


def test_input_ends_at_once():
    outcome = run("def f(x, w):\n    return input('number? ')\n")
    assert "EOFError" in outcome.error_types[0]
    assert "cannot ask for input" in outcome.message
    with captured(), pytest.raises(EOFError):
        input()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("raise SystemExit(3)", "builtins.SystemExit"),
        ("sys.exit()", "builtins.SystemExit"),
        ("return scale_rows(x, w)", "builtins.RecursionError"),
        ("raise GeneratorExit", "builtins.GeneratorExit"),
        ("raise ValueError('z' * 9999)", "builtins.ValueError"),
        ("return x[", "builtins.SyntaxError"),
    ],
)
def test_every_way_to_fail_is_written_down(line, name):
    if "SyntaxError" in name:
        line = f"exec({line!r})"
    outcome = run(f"def scale_rows(x, w):\n    {line}\n", sys=sys)
    assert outcome.kind == "raised"
    assert outcome.error_types[0] == name
    assert len(outcome.message) < 500
    assert outcome.lines.count("\n") < 6


def test_an_exception_with_a_broken_message():
    source = (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\n"
        "def f(x, w):\n    raise Bad\n"
    )
    space = {}
    exec(source, space)
    outcome = run_case(space["f"], EXERCISE, CASE, library("penlight"))
    assert outcome.kind == "raised"
    assert outcome.message == ""


def test_the_stop_button_stops_a_check():
    with pytest.raises(KeyboardInterrupt):
        run("def f(x, w):\n    raise KeyboardInterrupt\n")


def test_only_the_students_lines_are_shown(tmp_path):
    """Penlight's frames, where the error arose, and ours, which called, are left out."""
    file = tmp_path / "answer.py"
    file.write_text(
        "def helper(x):\n    return x.reshape(7, 7)\ndef f(x, w):\n    return helper(x)\n"
    )
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    outcome = run_case(space["f"], EXERCISE, CASE, library("penlight"))
    assert outcome.lines.splitlines() == [
        "answer.py, line 4, in f: return helper(x)",
        "answer.py, line 2, in helper: return x.reshape(7, 7)",
    ]
    with pytest.raises(RuntimeError) as error:
        penlight.ones(4).reshape(7, 7)
    assert len(error.traceback) > 1  # penlight does have frames


def test_random_state_and_environment_are_left_as_they_were():
    def states():
        return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    penlight.manual_seed(5)
    before, folder = states(), os.getcwd()
    ours = penlight.get_rng_state()
    source = "def f(x, w):\n    torch.rand(3), np.random.rand(2), random.random()\n    return x\n"
    run(source, torch=torch, np=np, random=random)
    assert states() == before
    assert os.getcwd() == folder
    np.testing.assert_array_equal(np.asarray(penlight.get_rng_state()), np.asarray(ours))


def test_random_answers_repeat():
    source = "def f(x, w):\n    return torch.rand(2) + np.random.rand()\n"
    first, second = (run(source, torch=penlight, np=np).value.data for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_notebook_that_turns_warnings_into_errors_does_not_break_the_check():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(SCALE_ROWS).kind == "returned"


# --- forbidden calls


def test_a_forbidden_call_is_named():
    outcome = run("def f(x, w):\n    return torch.outer(w, w)\n", torch=penlight)
    assert (outcome.kind, outcome.message) == ("forbidden", "penlight.outer")


def test_catching_the_refusal_does_not_help():
    source = (
        "def f(x, w):\n"
        "    try: return torch.einsum('i->i', w)\n"
        "    except BaseException: return x\n"
    )
    assert run(source, torch=torch).kind == "forbidden"


def test_a_name_imported_before_is_watched_too():
    space = {}
    exec("from penlight import outer as o\ndef f(x, w):\n    return o(w, w)\n", space)
    assert run_case(space["f"], EXERCISE, CASE, library("penlight")).kind == "forbidden"
    assert space["o"] is penlight.outer  # put back afterwards


def test_the_library_may_call_what_the_student_may_not(monkeypatch):
    def inside(x):
        return penlight.outer(x, x)

    # as if penlight's own code called it: the caller's file decides
    inside.__code__ = inside.__code__.replace(co_filename=penlight.__file__)
    outcome = run("def f(x, w):\n    return inside(w)\n", inside=inside)
    assert outcome.kind == "returned"


def test_methods_can_be_forbidden_and_come_back():
    exercise = scale_rows_exercise(forbids=("penlight.Tensor.reshape", "torch.Tensor.outer"))
    before = torch.Tensor.outer
    assert run(SCALE_ROWS, exercise).message == "penlight.Tensor.reshape"
    assert penlight.ones(4).reshape(2, 2).shape == (2, 2)
    assert torch.Tensor.outer is before
    assert "outer" not in vars(torch.Tensor)  # inherited again, as it was


POINT = """\
class Point:
    def __init__(self, x):
        self.x = x

    def moved(self, change):
        return Point(change(self.x))
"""


def move(point_class, x, change):
    return point_class(x).moved(change).x


def test_a_class_is_run_by_the_call_that_the_exercise_names():
    exercise = scale_rows_exercise(name="Point", call=move)
    one = case("one", tensor([1.0, 2.0]), formula("x * 3"))
    outcome = run_case(define(POINT), exercise, one, library("penlight"))
    assert outcome.value.data.tolist() == [3.0, 6.0]
    assert one.describe("Point") == "Point(torch.tensor([1., 2.]), lambda x: x * 3)"
    broken = POINT.replace("change(self.x)", "change(self.y)")
    outcome = run_case(define(broken), exercise, one, library("penlight"))
    assert outcome.kind == "raised"
    assert outcome.lines.endswith("in moved: ")  # `define` keeps no source lines
    assert "lambda" not in outcome.lines


def test_a_formula_that_fails_is_not_shown_as_the_students_line():
    exercise = scale_rows_exercise(name="Point", call=move)
    bad = case("bad", tensor([1.0]), formula("x.nothing"))
    assert "lambda" not in run_case(define(POINT), exercise, bad, library("penlight")).lines


def test_not_a_number_as_an_argument_is_no_change():
    exercise = scale_rows_exercise()
    outcome = run_case(lambda x: 1, exercise, case("nan", math.nan), library("penlight"))
    assert outcome.modified == ()
