"""Activations, the Python side: PyTorch's values and slopes, and the still form."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import ActivationExplorer
from tools.widgets.activation import ACTIVATIONS, decimal

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_are_pytorchs_corners_too(name):
    x = torch.arange(-70, 71, dtype=torch.float64) / 10
    x.requires_grad_()
    y = getattr(torch.nn, name)()(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    for k, each in enumerate(x.tolist()):
        explorer = ActivationExplorer(name, each)
        found = (explorer.value, explorer.slope)
        assert found == pytest.approx((y[k].item(), slope[k].item()), abs=1e-12), each


def test_the_usual_ones_are_there():
    usual = {"ReLU", "LeakyReLU", "GELU", "SiLU", "Sigmoid", "Tanh", "Softplus"}
    assert usual <= set(ACTIVATIONS)


def test_words():
    assert ActivationExplorer("Sigmoid", -6.0).describe().splitlines() == [
        "Sigmoid at −6: value 0.0025, slope 0.0025.",
        "Backward multiplies the gradient by 0.0025: nearly nothing comes through. "
        "Ten such steps in a row: 0.",
        "It saturates, with a slope of at most 0.05, from −7 to −2.9 and from 2.9 to 7.",
    ]
    words = ActivationExplorer("Softsign", 0.0).describe()
    assert "by 1. Ten such steps in a row: 1." in words


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_where_it_saturates(name):
    explorer = ActivationExplorer(name)
    slope = ACTIVATIONS[name][1]
    for start, end in explorer.flat():
        assert max(abs(slope(start)), abs(slope(end))) <= 0.05
        if end < 6.9:
            assert abs(slope(end + 0.11)) > 0.05 or name == "GELU"
    assert explorer.flat()[0][0] == -7


def test_the_page_moves_it_and_silly_values_are_refused():
    explorer = ActivationExplorer()
    explorer.set_state({"name": "Tanh", "x": 0.0})
    assert (explorer.value, explorer.slope) == (0.0, 1.0)
    with pytest.raises(traitlets.TraitError, match="name"):
        ActivationExplorer("Relu")
    with pytest.raises(traitlets.TraitError, match="x"):
        ActivationExplorer("ReLU", 8.0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_still_form_says_in_words_what_it_shows(name):
    explorer = ActivationExplorer(name, 1.5)
    picture = ET.fromstring(explorer.svg())
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    shaded = [box for box in picture.iter(f"{SVG}rect") if box.get("fill") == "#ffebe9"]
    assert len(shaded) == len(explorer.flat())
    assert len(list(picture.iter(f"{SVG}circle"))) == 2


def test_decimals():
    assert [decimal(n) for n in (-0.00001, 2.0, -1.25, 0.12346)] == ["0", "2", "−1.25", "0.1235"]
