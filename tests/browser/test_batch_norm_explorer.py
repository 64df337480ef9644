"""The batch norm explorer moved from the keyboard, and its JavaScript against its Python."""

import itertools

import pytest
from playwright.sync_api import expect

from tools.widgets import BatchNormExplorer

BATCHES = [[1, 2, 3, 6], [10, -20, 30, 60.5], [5, 5], [0.25, -3, 7, 7, 1, 0, 2, 4], [4]]


def test_the_page_computes_what_python_computes(load_module, page):
    """And tests/widgets compares Python with PyTorch."""
    load_module("batch_norm_rules.js")
    histories = [[], BATCHES[:1], BATCHES[:4]]
    for batch, history, momentum, training in itertools.product(
        BATCHES, histories, (0.1, 0.5, None), (True, False)
    ):
        state = {"batch": batch, "history": history, "momentum": momentum, "training": training}
        ours = BatchNormExplorer(**state)
        theirs, words = page.evaluate(
            "(s) => [window.module.bnCall(s), window.module.bnWords(s)]", state
        )
        assert (theirs["now"]["mean"], theirs["now"]["var"]) == pytest.approx(
            (ours.running_mean, ours.running_var)
        )
        if ours.output() is None:
            assert "more than 1 value" in theirs["error"]
        else:
            assert theirs["outputs"] == pytest.approx(ours.output())
        assert words == ours.describe().splitlines()[1:]


@pytest.mark.parametrize("text", ["", "1, x", "1 2 3 4 5 6 7 8 9", "5000, 1", "1e3"])
def test_the_page_refuses_what_is_no_batch(load_module, page, text):
    load_module("batch_norm_rules.js")
    found = page.evaluate("(text) => window.module.parseBatch(text)", text)
    assert len(found["error"]) > 10
    assert "batch" not in found


def test_called_from_the_keyboard_in_both_modes(page, show):
    show(BatchNormExplorer())
    head, words = page.locator(".pl-head"), page.locator(".pl-words")
    expect(words).to_contain_text("running mean: 0.9 · 0 + 0.1 · 3 = 0.3")
    call = page.get_by_role("button", name="call the layer")
    call.focus()
    page.keyboard.press("Enter")
    expect(head).to_have_text("After 1 call in training: running mean 0.3, running var 1.3667.")
    page.keyboard.press("Space")
    expect(head).to_contain_text("After 2 calls in training: running mean 0.57")
    expect(page.get_by_role("row")).to_have_count(4)
    page.get_by_label("mode", exact=True).select_option("eval()")
    expect(words).to_contain_text("running mean 0.57 and running var 1.6967 are used")
    call.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nothing changed")
    expect(head).to_contain_text("After 2 calls")
    page.get_by_label("momentum").select_option("None: mean of all")
    expect(head).to_contain_text("running mean 3, running var 4.6667")
    page.get_by_role("button", name="reset").press("Enter")
    expect(head).to_contain_text("After 0 calls in training: running mean 0, running var 1.")


def test_one_number_and_silly_input(page, show):
    show(BatchNormExplorer())
    field = page.get_by_label("batch", exact=True)
    field.fill("4")
    expect(page.locator(".pl-words code")).to_have_text(
        "ValueError: Expected more than 1 value per channel when training, got input size "
        "torch.Size([1, 1])"
    )
    page.get_by_role("button", name="call the layer").press("Enter")
    expect(page.locator(".pl-head")).to_contain_text("After 0 calls")
    field.fill("4, five")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("“five” is not a number.")
    page.get_by_label("example").select_option("ten times that")
    expect(field).to_have_value("10, 20, 30, 60")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(page.locator(".pl-words")).to_contain_text("= −1.069, −0.53452, 0, 1.6036")


SHOWN = {
    "train": BatchNormExplorer(history=[[1, 2, 3, 6], [4, 5, 6, 5]]),
    "eval": BatchNormExplorer([10, 20, 30, 60], [[1, 2, 3, 6]] * 3, training=False),
    "refused": BatchNormExplorer([4]),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, name, scheme):
    page.emulate_media(color_scheme=scheme)
    show(SHOWN[name])
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"batch-norm-{name}-{scheme}.png", full_page=True)
