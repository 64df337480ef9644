"""The batch norm explorer, the Python side: PyTorch's numbers call by call, and the still form."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import BatchNormExplorer

SVG = "{http://www.w3.org/2000/svg}"
BATCHES = [[1, 2, 3, 6], [10, -20, 30, 60.5], [5, 5], [0.25, -3, 7, 7, 1, 0, 2, 4]]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0, 0.0, None])
def test_each_call_is_pytorchs(momentum, training):
    layer = torch.nn.BatchNorm1d(1, affine=False, momentum=momentum).double()
    for calls in range(len(BATCHES)):
        explorer = BatchNormExplorer(BATCHES[calls], BATCHES[:calls], momentum, training=training)
        found = (explorer.running_mean, explorer.running_var)
        assert found == pytest.approx((layer.running_mean.item(), layer.running_var.item()))
        x = torch.tensor(BATCHES[calls], dtype=torch.float64).unsqueeze(1)
        if not training:
            before = layer.eval()(x)
            assert explorer.output() == pytest.approx(before.flatten().tolist())
        after = layer.train()(x)
        if training:
            assert explorer.output() == pytest.approx(after.flatten().tolist())


def test_words_have_all_the_numbers():
    assert BatchNormExplorer().describe().splitlines() == [
        "After 0 calls in training: running mean 0, running var 1.",
        "batch mean: (1 + 2 + 3 + 6) / 4 = 3",
        "variance to normalise with, biased: 14 / 4 = 3.5",
        "variance for the running one, unbiased: 14 / 3 = 4.6667",
        "running mean: 0.9 · 0 + 0.1 · 3 = 0.3",
        "running var: 0.9 · 1 + 0.1 · 4.6667 = 1.3667",
        "y = (x − 3) / √(3.5 + 0.00001) = −1.069, −0.53452, 0, 1.6036",
    ]
    words = BatchNormExplorer([4], [[1, 2, 3, 6]], training=False).describe()
    assert "running mean 0.3 and running var 1.3667 are used, and stay as they are" in words


def test_one_number_is_refused_in_training_alone():
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        torch.nn.BatchNorm1d(1)(torch.ones(1, 1))
    explorer = BatchNormExplorer([4])
    assert explorer.output() is None
    assert "One number has no spread" in explorer.describe()
    ET.fromstring(explorer.svg())
    explorer.training = False
    assert explorer.output() == pytest.approx([4.0], rel=1e-4)


def test_what_is_no_batch_is_refused():
    for wrong in ([], [1] * 9, [2000.0]):
        with pytest.raises(traitlets.TraitError, match="batch"):
            BatchNormExplorer(wrong)
    with pytest.raises(traitlets.TraitError, match="history"):
        BatchNormExplorer(history=[[1]])
    with pytest.raises(traitlets.TraitError, match="momentum"):
        BatchNormExplorer(momentum=2)


def test_it_follows_the_page():
    explorer = BatchNormExplorer()
    explorer.set_state({"history": [[1.0, 2.0, 3.0, 6.0]] * 2, "momentum": None})
    assert explorer.running_mean == 3.0
    assert explorer.running_var == pytest.approx(14 / 3)


@pytest.mark.parametrize("training", [True, False])
def test_still_form_says_in_words_what_it_shows(training):
    explorer = BatchNormExplorer(BATCHES[1], BATCHES[:1], training=training)
    picture = ET.fromstring(explorer.svg())
    assert picture.find(f"{SVG}desc").text == explorer.describe()
    assert len(list(picture.iter(f"{SVG}circle"))) == 4
    wide = [box.get("stroke-width") for box in picture.iter(f"{SVG}rect")][1:]
    assert wide == (["3", "1"] if training else ["1", "3"])
