"""Dual numbers in small: an expression in x as a list of steps, each with value and tangent.

`duals.js` does the same in the page; a test compares the two.
"""

import ast
import math
from dataclasses import dataclass

FUNCTIONS = {
    "sin": (math.sin, lambda a: math.cos(a), "cos({a}) · {da}"),
    "cos": (math.cos, lambda a: -math.sin(a), "−sin({a}) · {da}"),
    "exp": (math.exp, lambda a: math.exp(a), "exp({a}) · {da}"),
    "log": (math.log, lambda a: 1 / a, "{da} / {a}"),
    "sqrt": (math.sqrt, lambda a: 0.5 / math.sqrt(a), "{da} / (2 · √{a})"),
    "tanh": (math.tanh, lambda a: 1 - math.tanh(a) ** 2, "(1 − tanh({a})²) · {da}"),
}
SIGNS = {ast.Add: "+", ast.Sub: "−", ast.Mult: "·", ast.Div: "/", ast.Pow: "^"}
LONGEST = 120


class ExpressionError(ValueError):
    """The text is no expression in x that can be differentiated here; the message says why."""


@dataclass(frozen=True)
class Step:
    """One operation: its name (x, u1, u2, …), formula, value, tangent, the rule with numbers."""

    name: str
    formula: str
    value: float
    tangent: float
    rule: str


def dual_steps(expression: str, x: float) -> list[Step]:
    """The steps of `expression` at x + 1ε, constants left out; the last one is the result.

    Values outside a function's domain are nan. Raises ExpressionError.
    """
    if len(expression) > LONGEST:
        raise ExpressionError(f"an expression has at most {LONGEST} characters")
    try:
        tree = ast.parse(expression.replace("^", "**").strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise ExpressionError(f"cannot read {expression!r}; write for example x * x + 3") from None
    steps = [Step("x", "the input", float(x), 1.0, "the input moves at rate 1")]
    name, value, tangent = _walk(tree, steps)
    if name != steps[-1].name:
        steps.append(Step("result", name, value, tangent, "a constant does not move"))
    return steps


def _walk(node: ast.expr, steps: list[Step]) -> tuple[str, float, float]:
    """(name, value, tangent) of `node`, after adding the steps that it takes."""
    if _is_number(node):
        number = float(ast.literal_eval(node))
        return number_text(number), number, 0.0
    if isinstance(node, ast.Name) and node.id == "x":
        return "x", steps[0].value, 1.0
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        name, a, da = _walk(node.operand, steps)
        return _added(steps, f"−{name}", -a, -da, f"−{_in_product(da)}")
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        return _binary(node, steps)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FUNCTIONS
        and len(node.args) == 1
        and not node.keywords
    ):
        name, a, da = _walk(node.args[0], steps)
        compute, slope, rule = FUNCTIONS[node.func.id]
        value, tangent = _safely(lambda: compute(a)), _safely(lambda: slope(a) * da)
        rule = rule.format(a=number_text(a), da=_in_product(da))
        return _added(steps, f"{node.func.id}({name})", value, tangent, rule)
    raise ExpressionError(
        f"{ast.unparse(node)!r} is not known here: use x, numbers, + - * / **, and "
        f"{', '.join(FUNCTIONS)}"
    )


def _is_number(node: ast.expr) -> bool:
    """A number as it stands, with or without a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _binary(node: ast.BinOp, steps: list[Step]) -> tuple[str, float, float]:
    left, a, da = _walk(node.left, steps)
    right, b, db = _walk(node.right, steps)
    A, B, DA, DB = (_in_product(n) for n in (a, b, da, db))
    match node.op:
        case ast.Add():
            value, tangent, rule = a + b, da + db, f"{number_text(da)} + {DB}"
        case ast.Sub():
            value, tangent, rule = a - b, da - db, f"{number_text(da)} − {DB}"
        case ast.Mult():
            value, tangent = a * b, da * b + a * db
            rule = f"{DA} · {B} + {A} · {DB}"
        case ast.Div():
            value = _safely(lambda: a / b)
            tangent = _safely(lambda: (da * b - a * db) / (b * b))
            rule = f"({DA} · {B} − {A} · {DB}) / {B}²"
        case _:
            if not _is_number(node.right):
                raise ExpressionError("an exponent must be a number, as in x ** 3")
            value = _safely(lambda: a**b)
            tangent = _safely(lambda: b * a ** (b - 1) * da)
            rule = f"{B} · {A}^{number_text(b - 1)} · {DA}"
    sign = SIGNS[type(node.op)]
    formula = f"{left} {sign} {right}" if sign != "^" else f"{left}^{right}"
    return _added(steps, formula, value, tangent, rule)


def _added(steps, formula, value, tangent, rule) -> tuple[str, float, float]:
    name = f"u{len(steps)}"
    value, tangent = (n if math.isfinite(n) else math.nan for n in (value, tangent))
    steps.append(Step(name, formula, value, tangent, rule))
    return name, value, tangent


def _safely(compute) -> float:
    try:
        value = compute()
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan
    return value if isinstance(value, float) else math.nan  # a complex root


def number_text(number: float) -> str:
    """Four significant digits, with a true minus sign."""
    return f"{number:.4g}".replace("-", "−")


def _in_product(number: float) -> str:
    text = number_text(number)
    return f"({text})" if text.startswith("−") else text
