"""The number machine's Python side: its steps, its traits, its still form."""

import itertools
import math
import xml.etree.ElementTree as ET

import pytest
import traitlets

from tools.widgets import NumberMachine
from tools.widgets.number_steps import METHODS, steps

SVG = "{http://www.w3.org/2000/svg}"
ANSWERS = {
    "sqrt": math.sqrt,
    "cos_sin": lambda t: (math.cos(t), math.sin(t)),
    "log_series": math.log,
}


@pytest.mark.parametrize("method", ANSWERS)
@pytest.mark.parametrize("number", [0.001, 0.25, 1.0, 2.0, 7.5, 99.0])
def test_the_last_step_is_the_answer(method, number):
    last = steps(method, number)[-1]
    assert last.value == pytest.approx(ANSWERS[method](number), rel=1e-13, abs=1e-13)
    assert last.error < 1e-13


@pytest.mark.parametrize("angle", [-0.5, -2.0, -50.0, math.pi, 0.0])
def test_angles_in_every_quarter(angle):
    assert steps("cos_sin", angle)[-1].value == pytest.approx(ANSWERS["cos_sin"](angle), abs=1e-13)


def test_newton_doubles_its_digits_and_roots_lose_theirs():
    newton = [-math.log10(step.error) for step in steps("sqrt", 2.0)[1:5]]
    assert all(after > 1.8 * before for before, after in itertools.pairwise(newton))
    roots = [step.error for step in steps("log_roots", 10.0)]
    best = min(range(len(roots)), key=roots.__getitem__)
    assert 20 < best < 35
    assert roots[-1] > 1000 * roots[best]


@pytest.mark.parametrize(
    ("method", "number"),
    [("sqrt", 0.0), ("sqrt", -1.0), ("cos_sin", 101.0), ("log_series", 0.0), ("sqrt", math.nan)],
)
def test_numbers_it_does_not_take_are_refused(method, number):
    with pytest.raises(traitlets.TraitError, match=r"takes numbers from \S+ to \S+, not"):
        NumberMachine(method, number)


def test_traits_follow_the_page_and_are_checked_together():
    machine = NumberMachine()
    assert (machine.method, machine.number, machine.step) == ("sqrt", 2.0, 0)
    machine.set_state({"method": "cos_sin", "number": -1.5, "step": 3})
    assert (machine.method, machine.number, machine.step) == ("cos_sin", -1.5, 3)
    with pytest.raises(traitlets.TraitError, match="takes numbers"):
        machine.method = "log_series"
    with pytest.raises(traitlets.TraitError):
        machine.step = -1
    with pytest.raises(traitlets.TraitError):
        NumberMachine("cube root")


def test_the_words_tell_the_steps():
    lines = NumberMachine("sqrt", 2.0).describe().splitlines()
    assert lines[0] == "The square root by Newton's method, for 2."
    assert lines[2] == "step  1: 1.5, relative error 6.1e-02"
    assert len(lines) == 1 + len(steps("sqrt", 2.0))
    long = NumberMachine("cos_sin").describe().splitlines()
    assert len(long) == 9
    assert "…" in long
    assert long[-1].startswith("step 50: 0.54030230586814")


@pytest.mark.parametrize("method", METHODS)
def test_the_still_form_shows_every_error(method):
    machine = NumberMachine(method, step=2)
    picture = ET.fromstring(machine.svg())
    assert picture.find(f"{SVG}desc").text == machine.describe()
    count = len(steps(method, METHODS[method].usual))
    assert len(list(picture.iter(f"{SVG}circle"))) == count + 1
    places = picture.find(f"{SVG}polyline").get("points").split()
    assert len(places) == count
    marked = next(c for c in picture.iter(f"{SVG}circle") if c.get("r") == "8")
    assert f"{marked.get('cx')},{marked.get('cy')}" == places[2]


def test_a_step_beyond_the_last_shows_the_last():
    machine = NumberMachine("sqrt", 4.0, step=99)
    assert 'r="8"' in machine.svg()
