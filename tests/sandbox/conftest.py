"""A small assignment of two functions, graded in the strongest isolation there is."""

import os
from pathlib import Path

import pytest

from autograder.sandbox.confine import Limits
from autograder.sandbox.grader import Grader
from autograder.sandbox.outside import Isolation
from autograder.sandbox.paper import CHECK, RUN, TESTS, Cell, Paper, Setting
from tools.course.run import choose_tier

DOUBLE, CUBE = "def double(x):\n    return 2 * x", "def cube(x):\n    return x ** 3"
STANDARDIZE = """\
def standardize(x, dim):
    centred = x - x.mean(dim=dim, keepdim=True)
    return centred / (centred * centred).mean(dim=dim, keepdim=True).sqrt()
"""
TESTED = "assert double(2) == 4\nassert abs(double(3.5) - 7.0) < 1e-9\nassert double(-1) == -2"
CUBED = "assert cube(2) == 8"
LIMITS = Limits(memory=400 << 20, cpu=60, disk=32 << 20, processes=40)
FULL = {"double": 4, "cube": 3, "checked": 3}


@pytest.fixture(scope="session")
def tier():
    return choose_tier()


@pytest.fixture(scope="session")
def grader(tier):
    setting = Setting("toy", ("numpy", "penlight.*"), ("torch",), ("penlight",), seconds=2.0)
    with Grader(tier, setting) as made:
        made.isolation.limits = LIMITS
        yield made


def paper(double=DOUBLE, cube=CUBE, checked=STANDARDIZE, first=""):
    """The assignment with these answers; `first` is a cell of the student's own above them."""
    cells = [
        Cell(RUN, first, "first"),
        Cell(RUN, double, "a"),
        Cell(TESTS, TESTED, "b", "double", 4, True),
        Cell(RUN, cube, "c"),
        Cell(TESTS, CUBED, "d", "cube", 3, True),
        Cell(RUN, checked, "e"),
        Cell(CHECK, 'check("standardize")', "f", "checked", 4, True),
    ]
    return Paper("toy", tuple(cells))


@pytest.fixture
def graded(grader):
    """Grade a hostile paper, then an honest one that must get all; the hostile result."""

    def grade(**answers):
        result = grader.grade(paper(**answers))
        assert left_behind(grader.isolation) == []
        after = grader.grade(paper())
        assert scores(after) == FULL, {k: m.text for k, m in after.marks.items()}
        return result

    return grade


def scores(result):
    return {name: mark.score for name, mark in result.marks.items()}


def said(result):
    """Everything that the cells showed, as one text."""
    texts = []
    for number in sorted(result.outputs):
        for each in result.outputs[number]:
            texts.append(str(each.get("text", "")))
            texts += map(str, each.get("traceback", ()))
            texts.append(str(each.get("data", {}).get("text/plain", "")))
    return "\n".join(texts)


def left_behind(isolation: Isolation) -> list[str]:
    """The processes that still run as the submissions' user."""
    if os.geteuid():
        return []
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if folder.stat().st_uid == isolation.uid:
                    found.append((folder / "cmdline").read_text()[:200])
            except OSError:
                continue
    return found
