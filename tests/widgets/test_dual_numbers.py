"""Dual numbers, the Python side: right derivatives, errors in words, and the still form."""

import math
import xml.etree.ElementTree as ET

import pytest
import torch
import traitlets

from tools.widgets import DualNumbers
from tools.widgets.dual_numbers import LEFT, RIGHT
from tools.widgets.duals import ExpressionError, dual_steps

SVG = "{http://www.w3.org/2000/svg}"
EXPRESSIONS = [
    "x",
    "x * x + 3 * x",
    "x ** 3 - 4 * x",
    "sin(2 * x) / (x ** 2 + 1)",
    "exp(-x * x)",
    "-x ** 2 + 1 / (2 - x)",
    "log(x * x + 1) - sqrt(x * x + 2)",
    "tanh(cos(x)) * x ** -2",
    "x ^ 2",
]


def by_torch(expression, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    names = {f: getattr(torch, f) for f in ("sin", "cos", "exp", "log", "sqrt", "tanh")}
    y = eval(expression.replace("^", "**"), {"x": x, **names})
    (slope,) = torch.autograd.grad(y, x)
    return y.item(), slope.item()


@pytest.mark.parametrize("x", [-1.7, 0.6, 3.0])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_value_and_tangent_are_pytorchs(expression, x):
    end = dual_steps(expression, x)[-1]
    assert (end.value, end.tangent) == pytest.approx(by_torch(expression, x))


def test_steps_say_the_rule_with_numbers():
    assert DualNumbers("x * x + 3 * x", 2.0).describe().splitlines() == [
        "x * x + 3 * x at x = 2, with x moving at rate 1:",
        "x = the input: value 2, tangent 1 = the input moves at rate 1",
        "u1 = x · x: value 4, tangent 4 = 1 · 2 + 2 · 1",
        "u2 = 3 · x: value 6, tangent 3 = 0 · 2 + 3 · 1",
        "u3 = u1 + u2: value 10, tangent 7 = 4 + 3",
        "Result: 10 + 7ε.",
    ]


def test_result_follows_the_page():
    widget = DualNumbers()
    widget.set_state({"expression": "x ** 2", "x": 3.0})
    assert (widget.value, widget.tangent) == (9.0, 6.0)


@pytest.mark.parametrize("expression", ["log(x)", "sqrt(x)", "1 / (x + 1)", "(x + 1) ** -0.5"])
def test_outside_the_domain_there_is_no_number(expression):
    end = dual_steps(expression, -1.0)[-1]
    assert math.isnan(end.value)
    assert "nan" in DualNumbers(expression, -1.0).describe()
    ET.fromstring(DualNumbers(expression, -1.0).svg())


def test_a_constant_does_not_move():
    end = dual_steps("5", 2.0)[-1]
    assert (end.value, end.tangent) == (5.0, 0.0)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("x +", "cannot read"),
        ("", "cannot read"),
        ("y * x", "'y' is not known here"),
        ("abs(x)", "is not known here"),
        ("x ** x", "exponent must be a number"),
        ("__import__('os')", "is not known here"),
        ("x" * 200, "at most 120"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(expression, words):
    with pytest.raises(ExpressionError, match=words):
        dual_steps(expression, 1.0)
    with pytest.raises(traitlets.TraitError, match=words):
        DualNumbers(expression)


def test_x_stays_in_the_picture():
    for x in (LEFT - 1, RIGHT + 1):
        with pytest.raises(traitlets.TraitError, match="x"):
            DualNumbers("x", x)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_still_form_says_in_words_what_it_shows(expression):
    widget = DualNumbers(expression, 1.5)
    picture = ET.fromstring(widget.svg())
    assert picture.get("role") == "img"
    assert picture.find(f"{SVG}desc").text == widget.describe()
    shown = [text.text for text in picture.iter(f"{SVG}text")]
    assert len(shown) == len(dual_steps(expression, 1.5))
    assert picture.find(f".//{SVG}circle") is not None
