"""The explorer's Python side: its traits, its still form, and the page it saves."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import BroadcastingExplorer
from tools.widgets.base import bundle, standalone_page

SVG = "{http://www.w3.org/2000/svg}"


def test_result_follows_the_shapes():
    explorer = BroadcastingExplorer()
    assert (explorer.a, explorer.b, explorer.c, explorer.result) == ((3, 1), (4,), None, (3, 4))
    explorer.a = (2, 1, 1)
    assert explorer.result == (2, 1, 4)
    explorer.c = (5, 1)
    assert explorer.result == (2, 5, 4)
    explorer.b = (3,)
    explorer.c = (2,)
    assert explorer.result is None


def test_shapes_come_from_the_page_as_lists():
    explorer = BroadcastingExplorer()
    explorer.set_state({"a": [5, 2], "b": [], "c": None, "op": "*"})
    assert (explorer.a, explorer.b, explorer.result) == ((5, 2), (), (5, 2))
    assert explorer.get_state()["result"] == (5, 2)


def test_tensors_give_their_shapes():
    explorer = BroadcastingExplorer(torch.zeros(3, 1), torch.Size([2]))
    assert (explorer.a, explorer.b, explorer.result) == ((3, 1), (2,), (3, 2))


def test_result_cannot_be_set():
    with pytest.raises(traitlets.TraitError, match="read-only"):
        BroadcastingExplorer().result = (1,)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ("3, 1", "a must be a shape such as"),
        (3, "a must be a shape such as"),
        ((2.5,), "whole numbers"),
        ((3, -1), "-1 is negative"),
        ((10**13,), "up to 1,000,000,000,000"),
        ((1,) * 9, "9 dims"),
        (None, "a must be a shape"),
    ],
)
def test_what_is_no_shape_is_refused_with_the_reason(shape, sentence):
    with pytest.raises(traitlets.TraitError, match=sentence):
        BroadcastingExplorer(shape)
    explorer = BroadcastingExplorer()
    with pytest.raises(traitlets.TraitError, match=sentence):
        explorer.a = shape
    assert explorer.a == (3, 1)


def test_operations_are_limited():
    with pytest.raises(traitlets.TraitError, match="op"):
        BroadcastingExplorer(op="@")
    with pytest.raises(traitlets.TraitError, match="no tensor operation"):
        BroadcastingExplorer(c=(2,), op="==")


def test_words_of_a_meeting():
    assert BroadcastingExplorer((3, 1), (4,)).describe().splitlines() == [
        "(3, 1) + (4,) gives (3, 4).",
        "a         3  1   strides (1, 0)",
        "b            4   strides (0, 1)",
        "result    3  4",
    ]


def test_words_of_a_failure_are_pytorchs():
    words = BroadcastingExplorer((2, 3), (2,), op="-").describe()
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(2, 3) - torch.zeros(2)
    assert f"RuntimeError: {raised.value}" in words.splitlines()[1]
    assert words.startswith("(2, 3) - (2,) fails at dim -1: a has 3, b has 2")


@pytest.mark.parametrize(
    "shapes",
    [((3, 1), (4,)), ((3, 4), (3,)), ((), ()), ((2, 0), (1,)), ((2, 1, 1), (3, 1), (4,))],
)
def test_still_form_says_in_words_what_it_shows(shapes):
    explorer = BroadcastingExplorer(*shapes)
    picture = ET.fromstring(explorer.svg())
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}title").text == "Broadcasting explorer"
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert ("clash" in texts) == (explorer.result is None)
    dashes = [box.get("stroke-dasharray") for box in picture.iter(f"{SVG}rect")]
    width = max(map(len, shapes))
    missing = sum(width - len(shape) for shape in shapes)
    assert texts.count("missing") == dashes.count("2 3") == missing
    assert texts.count("stretches") == dashes.count("6 4")
    assert sum(text.startswith("dim ") for text in texts) == width


def test_mime_bundle_can_be_read_without_a_widget_manager():
    data, _ = BroadcastingExplorer()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["image/svg+xml"].startswith("<svg")
    assert data["text/plain"].startswith("(3, 1) + (4,) gives (3, 4).")


def test_saved_page_needs_nothing_from_elsewhere(tmp_path):
    explorer = BroadcastingExplorer((5, 1), (2,))
    page = explorer.save(tmp_path / "page.html")
    text = page.read_text(encoding="utf-8")
    assert explorer.svg() in text
    assert '"a": [5, 1]' in text
    assert "src=" not in text
    assert "import {" not in text
    assert list(tmp_path.iterdir()) == [page]


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path):
    target = tmp_path / "taken"
    target.mkdir()
    with pytest.raises(OSError, match="taken"):
        BroadcastingExplorer().save(target)
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_in_the_state_can_close_the_script():
    page = standalone_page("t", "export default {};", "", {"a": "</script><script>alert(1)"})
    assert "</script><script>alert" not in page


def test_a_bundle_holds_each_module_once():
    text = bundle("broadcasting.js")
    assert "import {" not in text
    for name in ("export function", "function align(", "function h(", "function drawPanels("):
        assert text.count(name) == (0 if name.startswith("export") else 1)
    assert text.count("export default") == 1
