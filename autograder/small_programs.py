"""Small programs to try a pass on: `program("a = neg(x); b = mul(a, 2)")` is a list of two steps.

Values are names. `p, q = split(x)` makes two; `a = sum(x | 0, True)` has attributes after the bar;
a step that ends in `no_grad` was recorded without gradients. Steps named rand… are impure.
"""

import ast
import re
from collections.abc import Iterable
from typing import Any

STEP = re.compile(r"(.+?) = (\w+)\((.*?)\)( no_grad)?")


class SmallStep:
    """`outs = op(*args, *attrs)`, with the names of a graph's node. Its outs and inputs are str."""

    def __init__(self, text: str):
        match = STEP.fullmatch(text)
        if match is None:
            raise ValueError(f"program(): cannot read {text!r}")
        outs, self.op, inside, without = match.groups()
        args, _, attrs = inside.partition("|")
        self.text = text
        self.outs = tuple(outs.split(", "))
        self.args = tuple(_argument(each.strip()) for each in args.split(",") if each.strip())
        self.inputs = tuple(each for each in self.args if isinstance(each, str))
        self.attrs = ast.literal_eval(f"({attrs.strip()},)") if attrs.strip() else ()
        self.grad = without is None
        self.impure = self.op.startswith("rand")

    def __repr__(self) -> str:
        return f"<{self.text}>"


def _argument(text: str) -> Any:
    return text if text.isidentifier() else ast.literal_eval(text)


def program(text: str) -> list[SmallStep]:
    """The steps that `text` names, one after each semicolon. ValueError where it makes no sense."""
    return [SmallStep(line.strip()) for line in text.split(";") if line.strip()]


def texts(steps: Any) -> Any:
    """What a pass gave, as text to compare: each step as it was written."""
    if not isinstance(steps, list | tuple):
        return steps
    return [each.text if isinstance(each, SmallStep) else repr(each) for each in steps]


OPERATIONS = {
    "neg": lambda x: -x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "double": lambda x: x + x,
    "split": lambda x: (x + 1, x - 1),
    "random": lambda x: x + 100,  # stands for a number that nobody can know before
}


class Computer:
    """`compute(step, inputs)` for `OPERATIONS`; `ran` holds what it was asked for, in order."""

    def __init__(self):
        self.ran: list[str] = []

    def __call__(self, step: SmallStep, inputs: Iterable[Any]) -> tuple:
        left = list(inputs)
        if len(left) != len(step.inputs):
            raise ValueError(
                f"compute() was given {len(left)} inputs for {step.text!r}, which has "
                f"{len(step.inputs)}"
            )
        self.ran.append(step.text)
        args = [left.pop(0) if isinstance(each, str) else each for each in step.args]
        result = OPERATIONS[step.op](*args)
        return result if isinstance(result, tuple) else (result,)


def as_python(text: str, known: dict) -> dict:
    """Every value of the program, found by running it as the Python code that it is."""
    space = dict(known)
    exec(text, dict(OPERATIONS), space)
    return space


class TapeStep:
    """`out <- 3*x, w, ~y`: sends 3 times its gradient to x, once to w, and nothing to y.

    Of several outs, number k counts k + 1 times.
    """

    def __init__(self, text: str):
        outs, arrow, inputs = text.partition(" <- ")
        if not arrow:
            raise ValueError(f"tape(): cannot read {text!r}")
        self.text, self.outs, self.played = text, tuple(outs.split(", ")), 0
        self.inputs, self.factors = [], []
        for each in inputs.split(", "):
            factor, _, name = each.rpartition("*")
            self.inputs.append(name.lstrip("~"))
            self.factors.append(None if name.startswith("~") else float(factor or 1))

    def pullback(self, grads: list) -> list:
        """The gradient of each input from those of the outs."""
        if len(grads) != len(self.outs) or all(each is None for each in grads):
            raise ValueError(f"pullback() of {self.text!r} was given {grads}")
        self.played += 1
        parts = [g if k == 0 else (k + 1) * g for k, g in enumerate(grads) if g is not None]
        here = parts[0] if len(parts) == 1 else sum(parts[1:], parts[0])
        return [None if f is None else here if f == 1 else f * here for f in self.factors]

    def __repr__(self) -> str:
        return f"<{self.text}>"


def tape(text: str) -> list[TapeStep]:
    """The tape that `text` names, in the order in which the steps ran."""
    return [TapeStep(line.strip()) for line in text.split(";") if line.strip()]
