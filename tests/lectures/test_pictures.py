"""Pictures say in words what they show."""

import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import pytest
import torch

import penlight
from tools.lecture import figure, grids, source


@pytest.mark.parametrize("library", [torch, penlight], ids=["torch", "penlight"])
def test_grids_tells_stored_from_repeated(library):
    column = library.tensor([[0], [10]])
    picture = grids(column, "+", library.tensor([1, 2, 3]), size=(2, 3))
    assert picture.alt == (
        "shape (2, 1) [0, 0, 0; 10, 10, 10], of which 4 are repeats that take no memory plus "
        "shape (3,) [1, 2, 3; 1, 2, 3], of which 3 are repeats that take no memory."
    )
    assert picture.svg.count("stroke-dasharray") == 7
    assert f'alt="{picture.alt}"' in picture._repr_html_()


def test_grids_draws_valid_svg_and_titles():
    picture = grids(torch.tensor(-1.5), "<", torch.eye(2) > 0, titles=["a & b"])
    texts = [e.text for e in ET.fromstring(picture.svg).iter() if e.tag.endswith("text")]
    assert texts == ["a & b", "−1.5", "<", "shape (2, 2)", "yes", "no", "no", "yes"]


def test_grids_refuses_what_it_cannot_draw():
    with pytest.raises(ValueError, match="at most two dimensions"):
        grids(torch.ones(2, 2, 2))


def test_figure_needs_words_and_closes():
    fig = plt.figure()
    with pytest.raises(ValueError, match="alt text"):
        figure(fig, " ")
    html = figure(fig, 'a "quoted" line')._repr_html_()
    assert 'alt="a &quot;quoted&quot; line"' in html
    assert not plt.fignum_exists(fig.number)


def test_source_shows_the_reference_without_decorator():
    def unbroadcast(grad, shape):
        return grad

    with penlight.transplant(unbroadcast):
        shown = source("unbroadcast")
    assert shown.text.startswith("def unbroadcast(grad, shape):")
    assert "stretched_dims" in shown.text
    assert not shown.is_empty
    assert "Empty" not in shown._repr_html_()
    with pytest.raises(LookupError, match="no slot is called 'nothing'"):
        source("nothing")
