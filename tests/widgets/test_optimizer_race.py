"""The optimizer race's Python side: torch's paths, traits that refuse nonsense, the still form."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import OptimizerRace
from tools.widgets.race_surfaces import OPTIMIZERS, SURFACES, contours, height_at, path

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", SURFACES)
def test_goals_are_the_lowest_points(name):
    surface = SURFACES[name]
    left, right, low, high = surface.frame
    xs, ys = torch.meshgrid(
        torch.linspace(left, right, 81), torch.linspace(low, high, 81), indexing="ij"
    )
    lowest = float(surface.height(xs, ys).min())
    for goal in surface.goals:
        assert height_at(name, goal) <= lowest + 1e-6
        p = torch.tensor(goal, dtype=torch.float64, requires_grad=True)
        surface.height(p[0], p[1]).backward()
        assert p.grad.abs().max() < 1e-3
    x, y = surface.start
    assert left < x < right
    assert low < y < high


@pytest.mark.parametrize("name", SURFACES)
def test_with_its_own_rates_every_optimizer_goes_down(name):
    for optimizer, rate in SURFACES[name].rates.items():
        points = path(name, optimizer, rate, SURFACES[name].start, 300)
        assert len(points) == 301
        assert height_at(name, points[-1]) < height_at(name, points[0])


def test_a_path_that_blows_up_ends():
    points = path("ravine", "SGD", 1.0, (-4.5, 1.2), 300)
    assert len(points) < 20
    assert max(map(abs, points[-1])) >= 1e6
    race = OptimizerRace("ravine", rates={"SGD": 1.0}, shown=["SGD"], step=300)
    assert f"blown up after {len(points) - 1} steps" in race.describe()
    ET.fromstring(race.svg())


def test_momentum_rolls_over_the_ridge_where_sgd_stays():
    ends = {
        name: path("valleys", name, SURFACES["valleys"].rates[name], (1.8, 1.2), 300)[-1]
        for name in ("SGD", "momentum")
    }
    assert ends["SGD"][0] > 0.9
    assert ends["momentum"][0] < -0.9


@pytest.mark.parametrize("name", SURFACES)
def test_contours_lie_in_the_frame(name):
    lines = contours(name)
    assert len(lines) >= 10
    for line in lines:
        points = [tuple(map(int, pair.split(","))) for pair in line.split()]
        assert len(points) > 1
        assert all(0 <= each <= 1000 for pair in points for each in pair)


def test_traits_follow_the_page_and_refuse_nonsense():
    race = OptimizerRace("banana", rates={"Adam": 0.3})
    assert race.start == [-1.5, 0.5]
    assert race.rates == SURFACES["banana"].rates | {"Adam": 0.3}
    race.set_state({"surface": "saddle", "start": [1, 1], "step": 7, "shown": ["Adam"]})
    assert (race.surface, race.start, race.step, race.shown) == ("saddle", [1.0, 1.0], 7, ["Adam"])
    with pytest.raises(traitlets.TraitError, match="no optimizer is called 'Adagrad'"):
        race.rates = {"Adagrad": 0.1}
    with pytest.raises(traitlets.TraitError, match=r"of SGD must lie between 0.0001 and 10, not 0"):
        race.rates = {"SGD": 0.0}
    with pytest.raises(traitlets.TraitError, match="start must be two numbers"):
        race.start = [math.nan, 0.0]
    with pytest.raises(traitlets.TraitError):
        race.start = [1.0]
    for wrong in ({"surface": "moon"}, {"step": 301}, {"shown": ["sgd"]}):
        with pytest.raises(traitlets.TraitError):
            OptimizerRace(**wrong)
    assert race.rates["Adam"] == 0.3


def test_the_words_and_the_picture_say_where_everyone_stands():
    race = OptimizerRace("ravine", step=1, shown=["SGD", "Adam"])
    # SGD: -4.5 + 0.06 * 4.5, 1.2 - 0.06 * 36; Adam's first step is its rate
    assert race.describe().splitlines()[1:] == [
        "From (-4.5, 1.2), after 1 steps:",
        "  SGD, learning rate 0.06: at (-4.23, -0.96), height 22.8",
        "  Adam, learning rate 0.2: at (-4.3, 1), height 24.2",
    ]
    picture = ET.fromstring(race.svg())
    assert picture.find(f"{SVG}desc").text == race.describe()
    assert len(list(picture.iter(f"{SVG}circle"))) == 2
    ways = [p for p in picture.iter(f"{SVG}polyline") if p.get("stroke-width") == "2.5"]
    assert len(ways) == 2
    assert all(len(way.get("points").split()) == 2 for way in ways)
    assert len({way.get("stroke-dasharray") for way in ways}) == 2


def test_every_optimizer_is_torchs():
    made = {name: make([torch.zeros(2, requires_grad=True)], 0.1) for name, make in
            OPTIMIZERS.items()}  # fmt: skip
    assert [type(each).__name__ for each in made.values()] == ["SGD", "SGD", "RMSprop", "Adam"]
    assert made["momentum"].param_groups[0]["momentum"] == 0.9
