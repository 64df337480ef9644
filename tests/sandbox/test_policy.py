"""Forbidden calls: whatever way a submission takes to them, they earn nothing; honest ones lose
nothing."""

import nbformat
import pytest

from autograder import gates
from autograder.exercise import exercises, find, hidden_part
from autograder.sandbox.grader import Grader
from autograder.sandbox.paper import CHECK, RUN, Cell, Paper, Setting
from autograder.sandbox.policy import read, suspects
from tests.sandbox.conftest import scores

FREXP = """\
def frexp(x):
    if x == 0.0:
        return x, 0
    e = 0
    while abs(x) >= 1.0:
        x, e = x / 2.0, e + 1
    while abs(x) < 0.5:
        x, e = x * 2.0, e - 1
    return x, e
"""


@pytest.fixture(scope="module")
def lecture(tier):
    setting = Setting("policy", ("numpy", "penlight.*"), ("torch",), ("penlight",), seconds=5.0)
    with Grader(tier, setting) as made:
        yield made


@pytest.fixture
def graded(lecture):
    """Grade cells of the student's own that are to define exercise `name`; (points, words)."""

    def grade(name, *sources):
        cells = [Cell(RUN, "import math\nimport numpy as np\nimport penlight as torch", "a",
                      trusted=True, own=False)]  # fmt: skip
        cells += [Cell(RUN, source, f"own{n}") for n, source in enumerate(sources)]
        cells.append(Cell(CHECK, f'check("{name}")', "c", name, find(name).points, True))
        result = lecture.grade(Paper("policy", tuple(cells)))
        return scores(result)[name], result.marks[name].text

    return grade


DIRECT = {
    "by name": "def frexp(x):\n    return math.frexp(x)",
    "from import": "from math import frexp as f\ndef frexp(x):\n    return f(x)",
    "star import": "from math import *\ndef own(x, f=frexp):\n    return f(x)\nfrexp = own",
    "kept in a list": "kept = [math.frexp]\ndef frexp(x):\n    return kept[0](x)",
    "kept as a default": "def frexp(x, f=math.frexp):\n    return f(x)",
    "kept in a closure": "def outer(f):\n    def frexp(x):\n        return f(x)\n    return frexp\n"
    "frexp = outer(np.frexp)",
    "kept in a class": "class Keep:\n    f = math.frexp\ndef frexp(x):\n    return Keep.f(x)",
    "through map": "g = math.frexp\ndef frexp(x):\n    return next(map(g, [x]))",
    "through vectorize": "g = np.vectorize(math.frexp)\ndef frexp(x):\n    return g(x)",
    "through partial": "from functools import partial\nfrexp = partial(math.frexp)",
    "constant getattr": "def frexp(x):\n    return getattr(math, 'frexp')(x)",
    "caught and hidden": "def frexp(x):\n    try:\n        return math.frexp(x)\n"
    "    except BaseException:\n        return 0.5, 1",
}
LOOKS = {
    "computed getattr": "def frexp(x):\n    return getattr(math, 'fre' + 'xp')(x)",
    "eval": "def frexp(x):\n    return eval('math.' + 'fre' + 'xp')(x)",
    "dict": "def frexp(x):\n    return math.__dict__['fre' + 'xp'](x)",
    "vars": "def frexp(x):\n    return vars(math)['fre' + 'xp'](x)",
    "gc": "import gc\ndef frexp(x):\n    for f in gc.get_objects():\n"
    "        if callable(f) and repr(f).startswith('<built-in function fre' + 'xp>'):\n"
    "            return f(x)",
    "importlib": "import importlib\nm = importlib.import_module('math')\n"
    "def frexp(x):\n    return [*m.__dict__.values()][20](x)",
    "ctypes": "import ctypes\ndef frexp(x):\n    e = ctypes.c_int()\n"
    "    c = ctypes.CDLL('libm.so.6')\n    c.frexp.restype = ctypes.c_double\n"
    "    m = c.frexp(ctypes.c_double(x), ctypes.byref(e))\n    return m, e.value",
    "attrgetter": "from operator import attrgetter\ndef frexp(x):\n"
    "    return attrgetter('fre' + 'xp')(math)(x)",
    "another process": "import subprocess, sys\ndef frexp(x):\n    out = subprocess.run("
    "[sys.executable, '-c', f'import math; print(*math.frexp({x!r}))'], capture_output=True)\n"
    "    a, b = out.stdout.split()\n    return float(a), int(b)",
    "a magic": "%alias_magic t timeit\n" + "def frexp(x):\n    return (0.5, 1)",
}


@pytest.mark.slow
@pytest.mark.parametrize("way", DIRECT)
def test_every_way_to_a_forbidden_function_is_closed(graded, way):
    points, words = graded("frexp", DIRECT[way])
    assert points == 0
    assert "frexp" in words


@pytest.mark.slow
@pytest.mark.parametrize("way", LOOKS)
def test_looking_into_the_interpreter_is_refused_and_explained(graded, way):
    points, words = graded("frexp", LOOKS[way])
    assert points == 0
    if way != "a magic":
        assert "could hide one" in words or "failed" in words


SLOT = {
    "penlight's own": "def outer(a, b):\n    return torch.outer(a, b)",
    "the slot": "from penlight.slots import registry\ndef outer(a, b):\n"
    "    return registry['outer'].reference(a, b)",
    "kept before": "kept = torch.outer\ndef outer(a, b):\n    return kept(a, b)",
    "its module": "from penlight.broadcasting.puzzles import outer as own\n"
    "def outer(a, b):\n    return own(a, b)",
    "numpy's": "def outer(a, b):\n    return torch.tensor(np.outer(a.numpy(), b.numpy()))",
}


@pytest.mark.slow
@pytest.mark.parametrize("way", SLOT)
def test_the_slot_s_own_function_earns_nothing(graded, way):
    assert graded("outer", SLOT[way])[0] == 0


@pytest.mark.slow
def test_honest_cells_that_name_a_forbidden_function_lose_nothing(graded):
    assert graded("frexp", FREXP)[0] == 3
    assert graded("frexp", FREXP + "print(frexp(6.0), math.frexp(6.0))")[0] == 3
    honest = "def outer(a, b):\n    return a.unsqueeze(1) * b"
    compares = "ones = torch.ones(2)\nprint(outer(ones, ones), torch.outer(ones, ones))"
    assert graded("outer", honest, compares)[0] == find("outer").points


def test_the_course_s_own_answers_are_plain():
    for assignment in gates.assignments():
        notebook = nbformat.read(assignment.solution, as_version=4)
        answers = [c.source for c in notebook.cells if c.cell_type == "code"
                   and c.metadata.get("nbgrader", {}).get("solution")]  # fmt: skip
        assert read(answers).looks == "", assignment


def test_right_answers_in_other_styles_are_plain():
    wrong = {}
    for exercise in exercises():
        for style, source in hidden_part(exercise.name).alternatives.items():
            if exercise.forbids and read([source]).looks:
                wrong[exercise.name, style] = read([source]).looks
    assert wrong == {}


def test_only_names_make_suspect():
    frexp = find("frexp")
    assert suspects(frexp, read(["x = math.frexp(3)"]))
    assert suspects(frexp, read(["from math import *"]))
    assert not suspects(frexp, read(["def frexp(x):\n    return x", "%matplotlib inline\n!ls"]))
    assert read(["%timeit eval('1')"]).looks == "eval"
    assert read(["import sys\nm = sys.modules['math']"]).looks == "modules"
    assert read(["import os\nos.popen('true')"]).looks == "popen"
    assert (
        read(["import os, sys\nprint(os.getcwd(), sys.version)\nlist(model.modules())"]).looks == ""
    )
    assert read(["!ls -l", "%matplotlib inline", "x?", "def broken(:"]).looks == ""
