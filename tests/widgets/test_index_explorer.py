"""The index explorer's Python side: its traits, its still form, and the page it saves."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import IndexExplorer
from tools.widgets.base import bundle

SVG = "{http://www.w3.org/2000/svg}"


def test_words_of_a_view():
    assert IndexExplorer((2, 3), "1, ::2").describe().splitlines() == [
        "x[1, ::2] is a view of shape (2,), strides (2,), offset 3.",
        "x, picked elements in brackets:",
        " 0   1   2",
        "[3]  4  [5]",
        "result:",
        "3 5",
    ]


def test_words_of_a_copy_and_of_nothing():
    words = IndexExplorer((4,), "[3, 3]").describe()
    assert words.startswith("x[[3, 3]] is a copy of shape (2,), strides (1,), in new memory.")
    assert words.endswith("result:\n3 3")
    assert IndexExplorer((4,), "2:2").describe().endswith("result:\n(no elements)")


def test_words_of_a_failure_are_pytorchs():
    with pytest.raises(IndexError) as raised:
        torch.zeros(4, 6)[4]
    words = IndexExplorer((4, 6), "4").describe()
    assert words == f"x[4] fails.\nPyTorch says: IndexError: {raised.value}"


def test_traits_follow_and_brackets_may_be_typed():
    explorer = IndexExplorer(torch.zeros(2, 2), "x[0]")
    assert (explorer.shape, explorer.index) == ((2, 2), "0")
    explorer.set_state({"shape": [5], "index": "::2"})
    assert explorer.describe().startswith("x[::2] is a view of shape (3,), strides (2,), offset 0")


@pytest.mark.parametrize(
    "text",
    ["", "0], x[1", "0; 1", "[0, 1", "open('f')", "torch.ones(3)", "().__class__", "y", "lambda: 0",
     "x.shape", "[i for i in x]", "0] + x[1"],
)  # fmt: skip
def test_what_is_no_plain_index_is_refused(text):
    with pytest.raises(traitlets.TraitError, match="index m"):
        IndexExplorer((3,), text)
    explorer = IndexExplorer((3,), "0")
    with pytest.raises(traitlets.TraitError):
        explorer.index = text
    assert explorer.index == "0"


@pytest.mark.parametrize("shape", [(2, 2, 2, 2), (97,), (10, 10)])
def test_what_is_too_large_to_draw_is_refused(shape):
    with pytest.raises(traitlets.TraitError, match="too large to draw"):
        IndexExplorer(shape)


@pytest.mark.parametrize(
    ("shape", "index"),
    [((4, 6), "1:, ::2"), ((2, 3, 4), "..., -1"), ((), "()"), ((0, 3), ":"), ((3,), "[0, 0]"),
     ((2, 3), "None, 1"), ((2, 3), "9")],
)  # fmt: skip
def test_still_form_says_in_words_what_it_shows(shape, index):
    explorer = IndexExplorer(shape, index)
    picture = ET.fromstring(explorer.svg())
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    boxes = list(picture.iter(f"{SVG}rect"))[1:]  # the first is the card
    x = torch.arange(torch.Size(shape).numel()).reshape(shape)
    try:
        result = eval(f"x[{index}]", {"x": x})
    except IndexError:
        assert not boxes
        return
    assert len(boxes) == x.numel() + result.numel()
    idle = [box for box in boxes if box.get("stroke-dasharray")]
    assert len(idle) == x.numel() - len(set(result.reshape(-1).tolist()))


def test_mime_bundle_and_page_stand_alone(tmp_path):
    explorer = IndexExplorer()
    data, _ = explorer._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<svg")
    assert data["text/plain"].startswith("x[1:, ::2] is a view")
    text = explorer.save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert explorer.svg() in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "import {" not in bundle("indexing.js")
