"""Ordinary nbgrader tests of many kinds, run apart from the code they test."""

import pytest

from autograder.sandbox import judge
from autograder.sandbox.grader import Grader, calibrated
from autograder.sandbox.paper import RUN, TESTS, Cell, Paper, Setting
from tests.sandbox.conftest import said

pytestmark = pytest.mark.slow

IMPORTS = ("import numpy as np", "import math", "import unittest", "from fractions import Fraction")
VECTOR = """\
class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)
    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)
    def __getitem__(self, key):
        return (self.x, self.y)[key]
    def __len__(self):
        return 2
    def __iter__(self):
        return iter((self.x, self.y))
    def norm(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
"""
RIGHT = {
    "a variable": ("total = 3 + 4", "assert total == 7"),
    "a list": (
        "def f(n): return list(range(n))",
        "assert f(3) == [0, 1, 2] and len(f(9)) == 9",
    ),
    "numpy": (
        "import numpy as np\ndef f(x): return x.T @ x",
        "a = np.arange(6.0).reshape(2, 3)\nnp.testing.assert_allclose(f(a), a.T @ a)\n"
        "assert f(a).shape == (3, 3) and isinstance(f(a), np.ndarray)",
    ),
    "an exception": (
        "def f(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5",
        "try:\n    f(-1)\n    assert False\nexcept ValueError as error:\n"
        "    assert 'negative' in str(error)\n",
    ),
    "unittest": (
        "def f(x):\n    return {'a': x}['b']",
        "t = unittest.TestCase()\nwith t.assertRaises(KeyError):\n    f(1)",
    ),
    "a class": (
        VECTOR,
        "v, w = Vector(1, 2), Vector(3, 4)\nassert v + w == Vector(4, 6)\nassert not v == w\n"
        "assert w.norm() == 5 and w.x == 3 and len(w) == 2 and w[1] == 4 and list(w) == [3, 4]\n"
        "assert isinstance(v, Vector)",
    ),
    "a function as argument": (
        "def twice(f, x): return f(f(x))",
        "calls = []\ndef add(n):\n    calls.append(n)\n    return n + 1\n"
        "assert twice(add, 5) == 7 and calls == [5, 6]",
    ),
    "a function as result": (
        "def adder(n):\n    return lambda x: x + n",
        "assert adder(3)(4) == 7",
    ),
    "a generator": (
        "def count():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "import itertools\nassert list(itertools.islice(count(), 4)) == [0, 1, 2, 3]",
    ),
    "exact numbers": (
        "from fractions import Fraction\ndef f(): return Fraction(1, 3)",
        "assert f() == Fraction(1, 3)",
    ),
    "partial credit": ("def f(x): return x", "3.0 * (f(1) == 1) + 1.0 * (f(2) == 2)"),
    "a warning": (
        "import warnings, sys\ndef f(x):\n    warnings.warn('slow')\n"
        "    print('!', file=sys.stderr)\n    return x",
        "assert f(1) == 1",
    ),
    "a helper in the tests": (
        "def f(x): return x",
        "def same(a, b):\n    assert f(a) == b\nsame(4, 4)",
    ),
    "sets and dicts": (
        "def f(s): return {c: s.count(c) for c in s}, set(s)",
        "assert f('aab') == ({'a': 2, 'b': 1}, {'a', 'b'})",
    ),
}


@pytest.fixture(scope="module")
def grader(tier):
    setting = Setting("apart", ("numpy",), imports=IMPORTS, classes=("Vector", "Stack"),
                      assigned=("f", "total", "Vector", "Stack"), seconds=3.0)  # fmt: skip
    with Grader(tier, setting) as made:
        yield made


def paper(answer, tests):
    return Paper("apart", (Cell(RUN, answer, "a"), Cell(TESTS, tests, "b", "b", 4, True)))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_gets_all_points(grader, name):
    mark = grader.grade(paper(*RIGHT[name])).marks["b"]
    assert (mark.score, mark.verdict) == (4, judge.PASSED), mark.text


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_written_gets_none(grader, name):
    mark = grader.grade(paper("raise NotImplementedError", RIGHT[name][1])).marks["b"]
    assert mark.score == 0


def test_partial_credit_is_what_the_tests_return(grader):
    half = paper("def f(x): return 1", RIGHT["partial credit"][1])
    assert grader.grade(half).marks["b"].score == 3
    more = paper("def f(x): return x", "99.0")
    assert (
        grader.grade(more).marks["b"].score == 0
    )  # as in nbgrader, more than there is is an error


def test_hidden_tests_show_neither_their_text_nor_their_values(grader):
    result = grader.grade(paper("def f(x): return 1", "assert f(12345) == 98765, f'{f(1)} secret'"))
    assert "98765" not in said(result)
    assert "12345" not in said(result)


DEEP = "assert Stack.__mro__[1].__name__ == 'Base'\nassert Stack.__doc__ == 'A stack.'"
STACK = "class Base: pass\nclass Stack(Base):\n    'A stack.'"


def test_tests_that_look_inside_run_beside_the_code(grader, tier):
    """The instructor's solution tells which; decoys catch code that reports success for all."""
    beside, failing = calibrated(grader, [paper(STACK, DEEP)])
    assert (beside, failing) == (["b"], [])
    assert calibrated(grader, [paper(*RIGHT["a class"])]) == ([], [])
    assert calibrated(grader, [paper("x = 1", "assert x == 2")]) == ([], ["b"])
    setting = Setting("beside", beside=("b",), seconds=3.0)
    with Grader(tier, setting) as other:
        assert other.grade(paper(STACK, DEEP)).marks["b"].score == 4
        assert other.grade(paper("class Stack: pass", DEEP)).marks["b"].score == 0
        liar = (
            "import gc\nfor each in gc.get_objects():\n"
            "    if type(each).__name__ == 'Server':\n"
            "        type(each).do_beside = lambda self, **k: {'done': True, 'number': None}\n"
            "        print('lied')"
        )
        result = other.grade(paper(liar, DEEP))
        assert "lied" in said(result)
        assert result.marks["b"].score == 0
        assert "tampered" in result.marks["b"].text
        assert (
            other.grade(paper("import builtins\nbuiltins.AssertionError = OSError", DEEP))
            .marks["b"]
            .score
            == 0
        )
