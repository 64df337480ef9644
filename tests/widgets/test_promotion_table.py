"""The promotion table's Python side: its traits, its still form, its words."""

import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import PromotionTable
from tools.widgets.promotion import NUMBERS, TYPES, result_type

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("a", TYPES)
@pytest.mark.parametrize("b", TYPES)
def test_the_table_is_what_pytorch_computes(a, b):
    x, y = (torch.ones(2, dtype=getattr(torch, name)) for name in (a, b))
    assert f"torch.{result_type('dims', a, 'dims', b, '+')}" == str((x + y).dtype)
    assert f"torch.{result_type('dims', a, 'dims', b, '/')}" == str((x / y).dtype)
    assert result_type("dims", a, "dims", b, "==") == "bool"


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_count_as_pytorch_counts_them(number):
    x = torch.ones(2, dtype=torch.int8)
    assert f"torch.{result_type('dims', 'int8', 'number', number, '+')}" == str(
        (x + NUMBERS[number]).dtype
    )


def test_result_follows_the_choice():
    table = PromotionTable("int8", "int64")
    assert table.result == "int64"
    table.kind_b = "zero"
    assert table.result == "int8"
    table.op = "/"
    assert table.result == "float32"


def test_a_number_has_four_types():
    with pytest.raises(traitlets.TraitError, match="a Python number is bool, int64"):
        PromotionTable("int8", "int16", kind_b="number")
    with pytest.raises(traitlets.TraitError):
        PromotionTable("int9")


def test_words_and_still_form():
    table = PromotionTable("uint8", "int64", kind_b="number")
    assert table.describe().startswith("uint8 tensor + the number 3 gives uint8.\n")
    assert len(table.describe().splitlines()) == 2 + len(TYPES)
    picture = ET.fromstring(table.svg())
    assert picture.find(f"{SVG}desc").text == table.describe()
    assert len(list(picture.iter(f"{SVG}rect"))) == 1 + len(TYPES) * len(NUMBERS)
    assert [box.get("stroke-width") for box in picture.iter(f"{SVG}rect")].count("4") == 1
