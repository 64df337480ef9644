"""The example in `autograder/README.md` is a whole exercise that works as it stands."""

import re
from pathlib import Path

import pytest
from toy_exercises import define

import autograder
import penlight
from autograder import check, mutants
from autograder.exercise import find, hidden_part

README = Path(autograder.__file__).with_name("README.md").read_text(encoding="utf-8")


@pytest.fixture
def declared(registry):
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(compile(block, "README.md", "exec"), {})
    return find("outer"), hidden_part("outer")


def test_the_example_judges_right_and_wrong(declared):
    exercise, hidden = declared
    refusing = (
        "def outer(a, b):\n"
        "    if a.dim() != 1: raise RuntimeError('vectors only')\n"
        "    return a.unsqueeze(1) * b\n"
    )
    assert check("outer", define(refusing), hidden=True).points == exercise.points
    alternative = define(hidden.alternatives["reshape"], torch=penlight)
    assert check("outer", alternative, hidden=True).points == exercise.points
    for mistake in hidden.mistakes:
        wrong = check("outer", define(mistake.source, torch=penlight), hidden=True)
        assert wrong.points < exercise.points
    for mutant in mutants.mutants(refusing):
        assert check("outer", define(mutant.source), hidden=True).points < exercise.points


def test_every_option_the_text_names_exists():
    from autograder.exercise import PROPERTIES

    for name in PROPERTIES:
        assert f"`{name}`" in README
