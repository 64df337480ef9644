"""The promotion table: its rules against PyTorch, and itself moved from the keyboard."""

import itertools

import pytest
from playwright.sync_api import expect

from tools.widgets import PromotionTable
from tools.widgets.promotion import KINDS, OPS, result_type, types_of

MEETINGS = [
    (kind_a, a, kind_b, b, op)
    for kind_a, kind_b in itertools.product(KINDS, repeat=2)
    for a, b in itertools.product(types_of(kind_a), types_of(kind_b))
    for op in OPS
]


@pytest.fixture
def js(page, load_module):
    """Call an expression of the rules on one argument, `x`."""
    load_module("promotion_rules.js")

    def call(expression, x=None):
        return page.evaluate(f"(x) => {{ const m = window.module; return {expression}; }}", x)

    return call


def test_every_result_is_pytorchs(js):
    got = js(
        "x.map(([kindA, a, kindB, b, op]) => m.resultType({ kindA, a, kindB, b }, op))", MEETINGS
    )
    for meeting, answer in zip(MEETINGS, got, strict=True):
        assert answer == result_type(*meeting), meeting


def test_every_reason_names_the_type_or_says_why_it_stays(js):
    told = js("x.map(([kindA, a, kindB, b]) => m.reason({ kindA, a, kindB, b }))", MEETINGS)
    for (kind_a, a, kind_b, b, _), sentence in zip(MEETINGS, told, strict=True):
        assert sentence.endswith(".")
        assert "undefined" not in sentence
        met = result_type(kind_a, a, kind_b, b, "+")
        if met not in (a, b):
            assert met in sentence, (kind_a, a, kind_b, b, sentence)
        if "stays" in sentence:
            assert kind_a != kind_b


def test_pitfalls_are_told_where_they_are_and_nowhere_else(js):
    def told(kind_a, a, kind_b, b, op="+"):
        return js(
            "m.pitfall({ kindA: x[0], a: x[1], kindB: x[2], b: x[3] }, x[4])",
            [kind_a, a, kind_b, b, op],
        )

    assert "wraps around" in told("dims", "uint8", "number", "int64")
    assert "16,777,216" in told("dims", "int64", "dims", "float32")
    assert "2,048" in told("dims", "int64", "dims", "float16")
    assert "float64 loses" in told("dims", "float32", "zero", "float64")
    assert "16,777,216" in told("dims", "int64", "number", "int64", "/")
    for fine in (
        ("dims", "float32", "number", "float32"),
        ("dims", "float32", "dims", "float64"),
        ("dims", "int64", "number", "int64"),
        ("dims", "int32", "dims", "float64"),
        ("dims", "uint8", "number", "int64", "/"),
        ("dims", "int64", "dims", "float32", "=="),
    ):
        assert told(*fine) == "", fine


def test_arrows_walk_the_table_and_tell_the_result(page, show):
    show(PromotionTable("int8", "uint8"))
    outcome = page.locator(".pl-outcome")
    expect(outcome).to_contain_text("An int8 tensor + a uint8 tensor gives int16")
    page.get_by_label("second operand").focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_accessible_name("int8 + uint8: int16")
    page.keyboard.press("ArrowRight")
    expect(outcome).to_contain_text("An int8 tensor + an int8 tensor gives int8.")
    page.keyboard.press("End")
    expect(outcome).to_contain_text("gives complex128")
    expect(page.locator(".pl-on")).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("gives complex128")


def test_a_number_has_four_types_and_counts_less(page, show):
    show(PromotionTable("int8", "int8"))
    page.get_by_label("second operand").select_option("number")
    expect(page.get_by_role("gridcell")).to_have_count(12 * 4)
    outcome = page.locator(".pl-outcome")
    expect(outcome).to_contain_text("An int8 tensor + the number 3 gives int8.")
    expect(outcome).to_contain_text("is of the same category, so int8 stays")
    expect(outcome).to_contain_text("wraps around")
    page.get_by_label("operation").select_option("/")
    expect(outcome).to_contain_text("gives float32.")
    expect(outcome).to_contain_text("A division gives a floating type")
    page.get_by_label("operation").select_option("==")
    expect(page.locator(".pl-type-0")).to_have_count(12 * 4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_accessible_in_light_and_dark(page, show, assert_accessible, artifacts, kind, scheme):
    page.emulate_media(color_scheme=scheme)
    show(PromotionTable("int64", "float32", kind_b=kind))
    assert_accessible(page, ".pl-widget")
    page.get_by_role("gridcell").last.focus()
    assert_accessible(page, ".pl-widget")
    page.screenshot(path=artifacts / f"promotion-{kind}-{scheme}.png", full_page=True)
