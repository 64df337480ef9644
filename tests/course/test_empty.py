"""Emptying slots and following imports: what a bundle's content is decided by."""

from pathlib import Path

import pytest

from tools.course import CourseError
from tools.course.empty import empty_slots, week_of, without_floors
from tools.course.reach import reachable

SOURCE = '''"""A floor."""

import math

from penlight.slots import slot

# Before.


@slot(exercise="03_views")
@math.wraps
def first(a, *, b=(1,
                   2)):
    """What it does.

    And how.
    """
    # the trick
    secret = a
    return secret


class Optimiser:
    @slot(exercise="04_autograd")
    def step(self):
        """One step."""
        for secret in self:
            pass

    def other(self):
        return 1  # stays


@slot(exercise="02_broadcasting")
def earlier(a):
    """Done."""
    return a


@slot(exercise="03_views")
def bare(a): return secret
'''

EMPTIED = '''"""A floor."""

import math

from penlight.slots import EmptySlot, slot

# Before.


@slot(exercise="03_views")
@math.wraps
def first(a, *, b=(1,
                   2)):
    """What it does.

    And how.
    """
    raise EmptySlot("first", "03_views")


class Optimiser:
    @slot(exercise="04_autograd")
    def step(self):
        """One step."""
        raise EmptySlot("step", "04_autograd")

    def other(self):
        return 1  # stays


@slot(exercise="02_broadcasting")
def earlier(a):
    """Done."""
    return a
'''


def test_slots_of_the_week_and_later_keep_signature_and_docstring_only():
    source = SOURCE.replace('\n\n@slot(exercise="03_views")\ndef bare(a): return secret\n', "")
    assert empty_slots(source, 3) == EMPTIED


def test_a_body_on_the_line_of_its_def_is_refused_not_leaked():
    with pytest.raises(CourseError, match="bare"):
        empty_slots(SOURCE, 3)


def test_later_slots_can_be_kept():
    source = SOURCE.rpartition("\n\n@slot")[0] + "\n"
    kept = empty_slots(source, 3, keep_later=True)
    assert "for secret in self" in kept
    assert "the trick" not in kept


def test_nothing_to_empty_is_nothing_changed():
    source = "from penlight.slots import slot\n\n\n\nx = 1"
    assert empty_slots(source, 1) == source
    later = SOURCE.rpartition("\n\n@slot")[0]
    assert empty_slots(later, 5) == later


def test_floors_that_are_not_shipped_are_not_imported():
    source = (
        "import os, penlight.nn\nfrom penlight import nn, slots as s\n"
        "from penlight.nn import (\n    a,\n)\nfrom penlight.nnx import nn\nfrom os import nn\n"
    )
    assert without_floors(source, ["nn"]) == (
        "import os\nfrom penlight import slots as s\nfrom penlight.nnx import nn\n"
        "from os import nn\n"
    )


def test_what_uses_a_floor_that_is_not_shipped_goes_with_it():
    source = (
        "from penlight import slots, training as t\nfrom penlight.training.optim import SGD\n"
        "places = {}\nplaces.update(data=t.data)\ndefault = SGD\n"
        "for name in [default]:\n    print(name)\nprint(slots)\n"
    )
    assert without_floors(source, ["training"]) == (
        "from penlight import slots\nplaces = {}\nprint(slots)\n"
    )


def test_weeks():
    assert week_of("02_broadcasting") == 2
    assert week_of("06b_training") == 6
    with pytest.raises(CourseError, match="'views' does not begin with its week"):
        week_of("views")
    with pytest.raises(CourseError, match="does not begin with its week"):
        week_of("06bc_training")


def test_reachable_follows_imports_everywhere_but_where_it_must_not(tmp_path: Path):
    files = {
        "ours/__init__.py": "",
        "ours/a.py": "def f():\n    from ours.deep import b",
        "ours/deep/__init__.py": "import os, other",
        "ours/deep/b.py": "import ours.secret\nfrom .c import x",
        "ours/deep/c.py": "",
        "ours/secret.py": "import ours.behind",
        "ours/behind.py": "",
        "ours/unused.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    ours = tmp_path / "ours"
    found = reachable([ours / "a.py"], {"ours": ours}, [ours / "secret.py"])
    assert {path.relative_to(ours).as_posix() for path in found} == {
        "__init__.py",
        "a.py",
        "deep/__init__.py",
        "deep/b.py",
        "deep/c.py",
    }
