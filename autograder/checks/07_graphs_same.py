"""Assignment 07, what is the same: twins among nodes, and laws that hold for every float."""

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.small_programs import program

LECTURE = "07_graphs"

# --- 5


def twins(expression_key, text):
    """For each step the first one with an equal key; None where the key is None."""
    first = {}
    keys = [(step, expression_key(step)) for step in program(text)]
    return [None if key is None else first.setdefault(key, s.text) for s, key in keys]


def same_text(text):
    first = {}
    return [
        None if s.impure else first.setdefault(s.text.partition(" = ")[2], s.text)
        for s in program(text)
    ]


register(
    Exercise(
        "expression_key",
        lecture=LECTURE,
        title="The same again",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=same_text,
        call=twins,
        shown_as="equal_keys",
        forbids=("penlight.graphs.passes.common.expression_key",),
        groups=(
            Group(
                "same and different",
                1.5,
                property="Same operation, same arguments in the same order: the same key.",
                hint="A tuple of everything that says what a node computes. Its outs do not.",
                cases=(
                    case("the same", "a = neg(x); b = neg(x)"),
                    case("another operation", "a = neg(x); b = double(x)"),
                    case("another value", "a = neg(x); b = neg(y); c = neg(x)"),
                    case("another order", "a = sub(x, y); b = sub(y, x)"),
                    case("another number", "a = mul(x, 2); b = mul(x, 3); c = mul(x, 2)"),
                ),
            ),
            Group(
                "numbers that are equal in Python",
                1,
                property="1, 1.0 and True are three numbers here; 0.0 and -0.0 are two.",
                hint="`1 == 1.0 == True`, but `repr` tells them apart.",
                cases=(
                    case("1 and 1.0", "a = add(x, 1); b = add(x, 1.0); c = add(x, True)"),
                    case("two zeros", "a = mul(x, 0.0); b = mul(x, -0.0); c = mul(x, 0.0)"),
                ),
            ),
            Group(
                "attributes and gradients",
                1,
                property="How it is computed counts: attributes, and with or without gradients.",
                hint="`frozen(node.attrs)` can be a part of a key, and so can `node.grad`.",
                cases=(
                    case("another dim", "a = sum(x | 0); b = sum(x | 1); c = sum(x | 0)"),
                    case("no gradient", "a = neg(x); b = neg(x) no_grad; c = neg(x) no_grad"),
                ),
            ),
            Group(
                "random numbers",
                0.5,
                property="A node that draws random numbers is like no other.",
                hint="None says: never.",
                cases=(case("two draws", "a = random(x); b = random(x); c = neg(x)"),),
            ),
        ),
    )
)


# --- 6

# Numbers that a float can be: where a law of algebra has to hold.
_SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.5, -3.0, 1e30, float("inf"), -float("inf"), float("nan")]
_LAWFUL = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow,
    "neg": torch.neg, "relu": torch.relu, "abs": torch.abs, "sign": torch.sign, "exp": torch.exp,
    "log": torch.log, "t": torch.t, "tanh": torch.tanh,
}  # fmt: skip


def evaluated(text: str) -> dict[str, torch.Tensor]:
    """Every value of a program of PyTorch's operations, on all pairs of special numbers x, y."""
    x = torch.tensor(_SPECIAL, dtype=torch.float64).repeat(10, 1)
    space = {"x": x, "y": x.T.clone()}
    exec(text, dict(_LAWFUL), space)
    return space


def same_bits(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Whether two tensors hold the same numbers; 0.0 and -0.0 are two."""
    nan = a.isnan() & b.isnan()
    return bool((nan | ((a == b) & (a.signbit() == b.signbit()))).all())


def simplified(simplify, text):
    """What `simplify` says of the last step of a program."""
    *_, last = steps = program(text)
    made = {out: (s.op, s.args) for s in steps for out in s.outs}
    return simplify(last.op, last.args, made.get)


def by_trying_numbers(text):
    """The value that the last one equals on every number tried, 0.0 and -0.0 told apart."""
    *_, last = steps = program(text)
    values, made = evaluated(text), {s.outs[0]: s for s in steps}
    near = [*last.inputs, *(v for name in last.inputs if name in made for v in made[name].inputs)]
    if last.op == "t":  # on a matrix, which the numbers are not
        return near[1] if near[0] in made and made[near[0]].op == "t" else None
    equal = [name for name in near if same_bits(values[name], values[last.outs[0]])]
    return equal[0] if equal else None


register(
    Exercise(
        "simplify",
        lecture=LECTURE,
        title="Laws that hold for every float",
        slot=True,
        points=5,
        minutes=25,
        difficulty=3,
        oracle=by_trying_numbers,
        call=simplified,
        forbids=("penlight.graphs.passes.algebra.simplify",),
        groups=(
            Group(
                "neutral numbers",
                2,
                property="x * 1, 1 * x, x / 1, x ** 1 and x - 0 are x.",
                hint="Which argument is the number, and which the value? For / and ** and - only "
                "the second one may be the number.",
                cases=(
                    case("times 1", "a = mul(x, 1)"),
                    case("1 times", "a = mul(1, x)"),
                    case("1.0 times", "a = mul(1.0, x)"),
                    case("over 1", "a = div(x, 1)"),
                    case("to the power of 1", "a = pow(x, 1)"),
                    case("minus 0", "a = sub(x, 0)"),
                    case("minus 0.0", "a = sub(x, 0.0)"),
                ),
            ),
            Group(
                "twice",
                1.5,
                property="neg and t undo themselves; relu, abs and sign have done all they can.",
                hint="`maker(args[0])` says what made the argument: (op, args), or None.",
                cases=(
                    case("neg of neg", "a = neg(x); b = neg(a)"),
                    case("t of t", "a = t(x); b = t(a)"),
                    case("relu of relu", "a = relu(x); b = relu(a)"),
                    case("abs of abs", "a = abs(x); b = abs(a)"),
                    case("sign of sign", "a = sign(x); b = sign(a)"),
                    case("exp of exp", "a = exp(x); b = exp(a)"),
                    case("one neg", "a = neg(x)"),
                    case("neg of exp", "a = exp(x); b = neg(a)"),
                ),
            ),
            Group(
                "no law",
                1.5,
                property="What fails for inf, nan or -0.0 is no law.",
                hint="Try it: inf * 0, -0.0 + 0, and log of a negative number.",
                cases=(
                    case("times 0", "a = mul(x, 0)"),
                    case("plus 0", "a = add(x, 0)"),
                    case("exp of log", "a = log(x); b = exp(a)"),
                    case("1 over", "a = div(1, x)"),
                    case("0 minus", "a = sub(0, x)"),
                    case("minus -0.0", "a = sub(x, -0.0)"),
                    case("1 to the power of", "a = pow(1, x)"),
                    case("two values", "a = mul(x, y)"),
                    case("times 2", "a = mul(x, 2)"),
                ),
            ),
        ),
    )
)
