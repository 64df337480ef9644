"""Submissions that tamper with the grading or lie to it; none gets a point it did not earn."""

import os
import time

import pytest

from tests.sandbox.conftest import CUBE, DOUBLE, FULL, STANDARDIZE, said, scores

pytestmark = pytest.mark.slow

FUNCTIONS = {"double": "double", "cube": "cube", "checked": "standardize"}

EQUAL = """\
class Equal:
    def __init__(self, *given): pass
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return self
    __add__ = __mul__ = __rsub__ = __radd__ = __truediv__ = __sub__
    def __abs__(self): return self
    def __bool__(self): return True
    def __float__(self): return 0.0
    def __iter__(self): return iter(())
    def __len__(self): return 0
    def __hash__(self): return 0
    def __array__(self, *given, **named): raise SystemExit
"""
SUBCLASSES = """\
class Number(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    __hash__ = int.__hash__
class Text(str):
    def __eq__(self, other): return True
class Items(list):
    def __eq__(self, other): return True
import numpy
class Array(numpy.ndarray):
    def __eq__(self, other): return True
    def __array_ufunc__(self, *given, **named): return True
    def __array_function__(self, *given, **named): return True
"""
ANSWERS = {
    "equal to all": EQUAL + "def f(*x): return Equal()",
    "a class": EQUAL + "f = Equal",
    "a subclass of int": SUBCLASSES + "def f(*x): return Number(7)",
    "a subclass of str": SUBCLASSES + "def f(*x): return Text()",
    "a subclass of list": SUBCLASSES + "def f(*x): return Items()",
    "an array subclass": SUBCLASSES + "def f(*x): return numpy.zeros(1).view(Array)",
    "unittest's ANY": "from unittest.mock import ANY\ndef f(*x): return ANY",
    "a mock": "from unittest.mock import MagicMock\nf = MagicMock()",
    "nested": EQUAL + "def f(*x): return (Equal(), [Equal()])",
    "a generator": "def f(*x):\n    yield from range(10**9)",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_with_its_own_idea_of_being_equal(graded, name):
    source = ANSWERS[name]
    result = graded(
        double=source + "\ndouble = f",
        cube=source + "\ncube = f",
        checked=source + "\nstandardize = f",
    )
    assert scores(result) == dict.fromkeys(FULL, 0), {k: m.text for k, m in result.marks.items()}


PATCHES = {
    "builtins": "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.len = lambda x: 0\n"
    "builtins.isinstance = lambda *x: True\nbuiltins.all = lambda x: True\n"
    "builtins.AssertionError = KeyboardInterrupt",
    "operators": "import operator\noperator.eq = lambda a, b: True\noperator.sub = lambda a, b: 0",
    "numpy": "import numpy\nnumpy.isclose = numpy.allclose = lambda *a, **k: True\n"
    "numpy.testing.assert_allclose = lambda *a, **k: None",
    "comparison": "import autograder.compare as c\nc.compare = lambda *a: None\n"
    "c._compare_values = lambda *a: None",
    "grading": "import autograder.grading as g, autograder.runner as r\n"
    "g.compare = lambda *a: None\nr._identical = lambda *a: True",
    "verdict": "import autograder.report as r\nr.Verdict.points = property(lambda self: 99.0)\n"
    "r.Verdict.passed = property(lambda self: True)",
    "check": "import autograder\nautograder.check = lambda *a, **k: 99.0\ncheck = autograder.check",
    "transformers": "ip = get_ipython()\n"
    "ip.input_transformers_cleanup.append(lambda lines: ['99.0\\n'])\n"
    "ip.ast_node_interactivity = 'none'\n"
    "ip.run_cell = lambda *a, **k: None",
    "tracing": "import sys, threading\nsys.settrace(lambda *a: None)\n"
    "threading.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "compiler": "import builtins, ast\nbuiltins.compile = lambda *a, **k: (lambda: None).__code__\n"
    "builtins.exec = lambda *a, **k: None",
}
WRONG = {"double": "def double(x):\n    return 0", "cube": "def cube(x):\n    return 0",
         "checked": "def standardize(x, dim):\n    return 0"}  # fmt: skip


@pytest.mark.parametrize("name", PATCHES)
def test_patching_this_interpreter_changes_no_score(graded, name):
    result = graded(first=PATCHES[name] + "\nprint('patched')", **WRONG)
    assert "patched" in said(result) or name in ("builtins", "transformers", "compiler", "tracing")
    assert scores(result) == dict.fromkeys(FULL, 0), {k: m.text for k, m in result.marks.items()}


LATER = """\
import threading, time, builtins
def later():
    import autograder.runner, autograder.sandbox.serve, numpy
    while True:
        autograder.runner.run_case = autograder.sandbox.serve.run_case = lambda *a, **k: None
        autograder.sandbox.serve.evaluate = lambda *a, **k: 99.0
        numpy.isclose = lambda *a, **k: True
        time.sleep(0.001)
threading.Thread(target=later, daemon=True).start()
time.sleep(0.1)
print("patching", threading.active_count())
"""


def test_a_thread_that_patches_later(graded):
    result = graded(first=LATER, **WRONG)
    assert "patching 2" in said(result)
    assert scores(result) == dict.fromkeys(FULL, 0)


FORGE = """\
import socket, struct, json, os, stat
def forge(*given):
    text = json.dumps({"id": "0", "done": True, "number": 99.0, "score": 99, "passed": True,
                       "value": 4, "outputs": []}).encode()
    for number in range(3, 250):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                os.write(number, struct.pack("!II", len(text), 0) + text)
        except OSError:
            pass
    return 0
"""
REPLY = """\
import gc
for each in gc.get_objects():
    if type(each).__name__ == "Server":
        cls = type(each)
        cls.do_case = lambda self, **k: {"outcome": None, "done": True, "points": 99}
        cls.do_object = lambda self, **k: {"value": True, "done": True, "number": 99}
        cls.do_describe = lambda self, **k: {"callable": True}
        cls.do_beside = lambda self, **k: {"done": True, "number": None}
        print("took over", cls.__name__)
"""
GARBAGE = {
    "too long": "struct.pack('!II', 1 << 31, 1 << 31)",
    "no JSON": "struct.pack('!II', 5, 0) + b'[[[[['",
    "deep": "struct.pack('!II', 100_000, 0) + b'[' * 100_000",
    "a pickle": "struct.pack('!II', 30, 0) + b'cos\\nsystem\\n(S\"touch /tmp/x\"\\ntR.    '[:30]",
    "an object": "b''.join((lambda t: (struct.pack('!II', len(t), 0), t))(json.dumps({'$': "
    "'object', 'c': 'subprocess:Popen', 'v': {}}).encode()))",
    "code": "b''.join((lambda t: (struct.pack('!II', len(t), 0), t))(json.dumps({'$': 'code', "
    "'v': {'$': 'dict', 'v': [['module', 'os'], ['name', 'abort']]}}).encode()))",
    "nothing, slowly": "struct.pack('!II', 1000, 0)",
}


def test_messages_forged_from_inside(graded):
    answers = {n: f"{FORGE}\n{name} = forge" for n, name in FUNCTIONS.items()}
    assert scores(graded(**answers)) == dict.fromkeys(FULL, 0)
    assert scores(graded(first=FORGE + "\nforge()", **WRONG)) == dict.fromkeys(FULL, 0)


def test_the_loop_inside_taken_over(graded):
    result = graded(first=REPLY, **WRONG)
    assert "took over Server" in said(result)
    assert scores(result) == dict.fromkeys(FULL, 0), {k: m.text for k, m in result.marks.items()}


@pytest.mark.parametrize("name", GARBAGE)
def test_messages_that_are_garbage(graded, name):
    forge = FORGE.replace('struct.pack("!II", len(text), 0) + text', GARBAGE[name])
    started = time.monotonic()
    result = graded(cube=f"{forge}\ncube = forge")
    assert scores(result) == FULL | {"cube": 0}
    assert time.monotonic() - started < 120


HEAP = """\
import gc, sys
found = []
def look(*given):
    for each in gc.get_objects():
        name = type(each).__name__
        if name in ("Exercise", "Group", "Case") and getattr(each, "oracle", None):
            found.append(name)
        if name == "Case" and getattr(each, "raises", None):
            found.append("raises")
    frame = sys._getframe()
    while frame:
        for key, value in frame.f_locals.items():
            if "assert dou" + "ble(2)" in str(value)[:2000] or key in ("expected", "want"):
                found.append(key)
        frame = frame.f_back
    if found:
        raise SystemError(f"LEAKED {found}")
    return 0
"""


def test_expected_values_are_not_on_the_heap_nor_in_frames(graded):
    look = HEAP + "\n{0} = look\nprint('looked', {0}())"
    answers = {n: look.replace("{0}", name) for n, name in FUNCTIONS.items()}
    result = graded(**answers)
    assert "looked 0" in said(result)
    assert "LEAKED" not in "".join(m.text for m in result.marks.values())
    assert scores(result) == dict.fromkeys(FULL, 0)


def test_hidden_inputs_cannot_reach_what_is_shown(graded):
    """A function that notes its arguments finds no cell to show them in."""
    note = (
        "import os\nseen = []\ndef double(x):\n    seen.append(x)\n"
        "    open('/tmp/notes', 'a').write(f'{x} ')\n    print('argument', x)\n    return 2 * x"
    )
    show = CUBE + "\nprint('noted', seen, os.path.exists('/tmp/notes'))"
    result = graded(double=note, cube=show)
    assert "noted [] False" in said(result)
    assert "argument 3.5" not in said(result)
    assert scores(result) == FULL


def test_scores_shown_by_hand_count_nothing(graded):
    forged = "print('4.0')\n4.0"
    result = graded(first=forged, double=WRONG["double"] + "\n4.0")
    assert scores(result) == FULL | {"double": 0}


def test_honest_answers_get_everything(graded):
    assert scores(graded(double=DOUBLE, cube=CUBE, checked=STANDARDIZE)) == FULL
    warning = "import warnings, sys\nwarnings.warn('careful')\nsys.stderr.write('oh')\n"
    noisy = "def double(x):\n    import warnings\n    warnings.warn('slow')\n    print('!')\n"
    assert scores(graded(first=warning, double=noisy + "    return x + x")) == FULL


def test_nothing_is_left_on_this_machine(grader, graded):
    before = set(os.listdir("/tmp"))
    graded(first="open('/tmp/left', 'w').write('x'); open('/dev/shm/left', 'w').write('x')")
    assert "left" not in os.listdir("/dev/shm")
    assert set(os.listdir("/tmp")) - before == set() or "left" not in os.listdir("/tmp")
