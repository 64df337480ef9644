"""The convolution explorer, the Python side: PyTorch's sizes and numbers, and the still form."""

import itertools
import xml.etree.ElementTree as ET

import pytest
import torch
import torch.nn.functional as F
import traitlets

from tools.widgets import ConvolutionExplorer
from tools.widgets.convolution import KERNEL, image_number

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("size", "kernel_size", "stride", "padding", "dilation", "output_padding", "transposed")
SETTINGS = [
    dict(zip(NAMES, each, strict=True))
    for each in itertools.product(
        (1, 4, 7), (1, 3, 4), (1, 2, 3), (0, 1, 3), (1, 2), (0, 1, 2), (False, True)
    )
    if each[-1] or not each[-2]
]


def by_pytorch(settings):
    """The output as nested lists, or PyTorch's words of refusal."""
    n, k = settings["size"], settings["kernel_size"]
    image = torch.tensor([[float(image_number(i, j)) for j in range(n)] for i in range(n)])
    kernel = torch.tensor([row[:k] for row in KERNEL[:k]], dtype=torch.float32)
    how = {name: settings[name] for name in ("stride", "padding", "dilation")}
    convolve = F.conv2d
    if settings["transposed"]:
        convolve, how["output_padding"] = F.conv_transpose2d, settings["output_padding"]
    try:
        return convolve(image[None, None], kernel[None, None], **how)[0, 0].int().tolist()
    except RuntimeError as error:
        return str(error)


def test_sizes_and_numbers_are_pytorchs():
    refused = 0
    for settings in SETTINGS:
        explorer, wanted = ConvolutionExplorer(**settings), by_pytorch(settings)
        if isinstance(wanted, str) or wanted == []:  # at size 0 PyTorch does either
            refused += 1
            assert (explorer.out, explorer.output()) == (None, []), settings
        else:
            assert (explorer.out, explorer.output()) == (len(wanted), wanted), settings
    assert refused > 50


def test_words_spell_the_rule_out():
    assert ConvolutionExplorer(7, 3, stride=3).describe().splitlines() == [
        "Convolution of an image 7 × 7 with a kernel 3 × 3: stride 3, padding 0, dilation 1.",
        "reach of the kernel: 1 · (3 − 1) + 1 = 3",
        "padded input: 7 + 2 · 0 = 7",
        "output: ⌊(7 − 3) / 3⌋ + 1 = ⌊4 / 3⌋ + 1 = 2",
        "  -8    -8",
        "   8   -16",
    ]
    words = ConvolutionExplorer(3, 3, stride=2, padding=1, output_padding=1, transposed=True)
    assert "output: (3 − 1) · 2 + 3 − 2 · 1 + 1 = 6" in words.describe()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 4, "dilation": 2}, "the kernel reaches over 5, but the padded input has only 4"),
        ({"transposed": True, "output_padding": 2}, "output_padding 2 must be smaller than"),
        ({"size": 1, "kernel_size": 1, "padding": 1, "transposed": True}, "Nothing is left"),
    ],
)
def test_words_say_why_nothing_fits(settings, words):
    explorer = ConvolutionExplorer(**settings)
    assert explorer.out is None
    assert words in explorer.describe()
    assert words in "".join(ET.fromstring(explorer.svg()).itertext())


def test_numbers_out_of_range_are_refused():
    for name, value in [("stride", 0), ("size", 9), ("padding", -1), ("kernel_size", 2.5)]:
        with pytest.raises(traitlets.TraitError, match=name):
            ConvolutionExplorer(**{name: value})


def test_out_follows_the_page():
    explorer = ConvolutionExplorer()
    explorer.set_state({"stride": 2, "padding": 1, "at": [2, 1]})
    assert (explorer.out, explorer.at) == (3, (2, 1))


@pytest.mark.parametrize("settings", [{}, {"padding": 2}, {"stride": 2, "transposed": True}])
def test_still_form_marks_what_meets(settings):
    explorer = ConvolutionExplorer(**settings, at=(1, 1))
    picture = ET.fromstring(explorer.svg())
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    fills = [box.get("fill") for box in picture.iter(f"{SVG}rect")]
    meeting = len(explorer.pairs(1, 1))
    assert len(fills) - fills.count("#ffffff") == 2 * meeting + 1
    dashed = [box.get("stroke-dasharray") for box in picture.iter(f"{SVG}rect")].count("3 2")
    assert dashed == (5 + 2 * explorer.padding) ** 2 - 25
