"""The strides explorer's Python side: its traits, its still form, its words."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import StridesExplorer

SVG = "{http://www.w3.org/2000/svg}"


def test_the_tensor_is_what_pytorch_makes_of_the_steps():
    explorer = StridesExplorer((3, 4), ["t()", "[1:3, ::2]"])
    wanted = torch.arange(12).reshape(3, 4).t()[1:3, ::2]
    assert torch.equal(explorer.tensor, wanted)
    assert explorer.tensor.stride() == wanted.stride()


def test_steps_come_from_the_page():
    explorer = StridesExplorer()
    explorer.set_state({"start": [2, 3], "program": [".T", "reshape(-1)"]})
    assert explorer.tensor.tolist() == [0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize(
    ("start", "program", "sentence"),
    [
        ((3, 4), ["t()", "view(12)"], "Use .reshape"),
        ((3, 4), ["flip()"], "is no step"),
        ((3, 4), ["view(5)"], "invalid for input of size 12"),
        ((3, 4), ["[7]"], "out of bounds"),
        ((3, 4), ["expand(100, 3, 4)"], "up to 96"),
        ((9, 9), [], "60 numbers"),
        ((1, 1, 1, 1), [], "3 dimensions"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(start, program, sentence):
    with pytest.raises(traitlets.TraitError, match=sentence):
        StridesExplorer(start, program)


def test_words_of_a_copy():
    assert StridesExplorer((2, 3), ["t()", "reshape(6)"]).describe().splitlines() == [
        "torch.arange(6).reshape(2, 3): new, shape (2, 3), stride (3, 1), offset 0",
        "t(): view, shape (3, 2), stride (1, 3), offset 0",
        "reshape(6): copy, shape (6,), stride (1,), offset 0",
        "places read, in reading order: 0 1 2 3 4 5",
        "memory: 0 3 1 4 2 5",
    ]


@pytest.mark.parametrize(
    ("start", "program"),
    [((3, 4), ["[:, ::2]"]), ((2, 3, 2), []), ((3, 1), ["expand(3, 4)"]), ((0, 3), []), ((), [])],
)
def test_still_form_shows_every_cell_and_place(start, program):
    explorer = StridesExplorer(start, program)
    picture = ET.fromstring(explorer.svg())
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    boxes = list(picture.iter(f"{SVG}rect"))[1:]  # the first is the card
    memory = torch.Size(start).numel()
    assert len(boxes) == explorer.tensor.numel() + memory
    unseen = sum(box.get("stroke-dasharray") is not None for box in boxes)
    assert unseen == memory - len(set(explorer.tensor.flatten().tolist()))
