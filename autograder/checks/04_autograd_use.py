"""Assignment 04, the engine in use: Jacobians, an operation of one's own, nets with a shape."""

import torch
import torch.nn.functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.values import formula, randn, tensor

LECTURE = "04_autograd"
DOUBLE = {"dtype": "float64"}
EXACT = {"tolerance": (1e-12, 1e-12)}  # finite differences do not come this close

# --- 7


def table(f, x):
    y = f(x)
    whole = torch.autograd.functional.jacobian(f, x.detach())
    return _with_grad(whole.reshape(y.numel(), x.numel()), x)


def _with_grad(jacobian, x):
    return {"jacobian": jacobian, "x.grad": x.grad} if x.requires_grad else jacobian


def jacobian_and_grad(jacobian, f, x):
    """The table; for an x that requires a gradient also its `.grad`, which no one asked for."""
    required = x.requires_grad
    found = jacobian(f, x)
    return _with_grad(found, x) if required else found


register(
    Exercise(
        "jacobian",
        lecture=LECTURE,
        title="Row by row",
        points=4,
        minutes=20,
        difficulty=3,
        oracle=table,
        call=jacobian_and_grad,
        compares=("dtype",),
        forbids=(
            "penlight.autograd.functional.jacobian",
            "penlight.autograd.numerical_jacobian",
            "torch.autograd.functional.jacobian",
        ),
        groups=(
            Group(
                "vectors",
                2,
                property="Row i is the gradient of element i of f(x).",
                hint="A backward with the cotangent [0, 1, 0] gives the row of element 1.",
                cases=(
                    case("two from two", formula("x * x"), tensor([1.0, 3.0], "float64"), **EXACT),
                    case("three from two", formula("x[0] * x[1] ** x.new_tensor([1, 2, 3])"),
                         tensor([2.0, 3.0], "float64"), **EXACT),
                    case("two from three", formula("x[:2] * x[2]"), randn(3, **DOUBLE), **EXACT),
                ),
            ),
            Group(
                "any shape",
                1,
                property="Elements of matrices and of 0-d tensors are counted row by row.",
                hint="A cotangent has the shape of f(x), whatever that is.",
                cases=(
                    case("one number", formula("(x * x).sum()"), randn(3, **DOUBLE), **EXACT),
                    case("a matrix", formula("x @ x"), randn(2, 2, **DOUBLE), **EXACT),
                    case("0-d", formula("x.exp()"), tensor(1.0, "float64"), **EXACT),
                    case("float32", formula("x * x"), randn(2)),
                ),
            ),
            Group(
                "x is left alone",
                1,
                property="An x that requires a gradient has the same `.grad` as before: None.",
                hint="Work on `x.detach()`, or ask `torch.autograd.grad`, which fills no `.grad`.",
                cases=(
                    case("a leaf", formula("x * x"), tensor([1.0, 3.0], "float64",
                         requires_grad=True), **EXACT),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 8


def softplus(x):
    return F.softplus(x, threshold=30)


register(
    Exercise(
        "Softplus",
        lecture=LECTURE,
        title="An operation of your own",
        points=4,
        minutes=20,
        difficulty=3,
        oracle=softplus,
        call=lambda function_class, x: function_class.apply(x),
        shown_as="Softplus.apply",
        compares=("dtype",),
        forbids=("penlight.nn.functional.softplus", "torch.nn.functional.softplus"),
        groups=(
            Group(
                "values",
                1,
                property="The forward pass computes log(1 + exp(x)).",
                hint="Compare one number with your calculator.",
                cases=(
                    case("at 0", tensor([0.0, 1.0], "float64")),
                    case("a matrix", randn(2, 3, **DOUBLE)),
                ),
            ),
            Group(
                "gradient",
                2,
                property="The backward pass multiplies what arrives by the slope, 1 / (1 + e^-x).",
                hint="`backward` is given the gradient that arrives. Is it in your answer? Save "
                "in `forward` what you need.",
                cases=(
                    case("slope at 0", tensor([0.0, 1.0], "float64", requires_grad=True),
                         compares=("dtype", "gradient")),
                    case("slopes of a matrix", randn(2, 3, requires_grad=True),
                         compares=("dtype", "gradient")),
                ),
            ),
            Group(
                "far from zero",
                1,
                property="At 1000 the value is 1000 and the slope 1; at -1000 both are 0.",
                hint="exp(1000) is inf. For large x use x + log(1 + exp(-x)), which is the same.",
                cases=(
                    case("far away", tensor([1000.0, -1000.0, 50.0, -50.0], "float64",
                         requires_grad=True), compares=("dtype", "gradient")),
                ),
            ),
        ),
    )
)  # fmt: skip


# --- 9


def state_by_stack(tree, words, w, b):
    """The state of the whole tree: every part after the two it is made of."""
    waiting, states = [tree], []
    while waiting:
        part = waiting.pop()
        if part == "join":
            left, right = states.pop(), states.pop()
            states.append(torch.tanh(torch.addmm(b[None], torch.cat([left, right])[None], w))[0])
        elif isinstance(part, int):
            states.append(F.embedding(torch.tensor(part), words))
        else:
            waiting += ["join", *part]
    return states.pop()


def net(**options):
    """Four words of three numbers, and the weights that join two states."""
    return (randn(4, 3, **options), randn(6, 3, **options), randn(3, **options))


register(
    Exercise(
        "tree_state",
        lecture=LECTURE,
        title="A net with the shape of its input",
        points=3,
        minutes=15,
        difficulty=2,
        oracle=state_by_stack,
        compares=("dtype",),
        groups=(
            Group(
                "words and pairs",
                1,
                property="A word is a row of `words`; a pair joins the states of its two parts.",
                hint="Two cases: is the tree a number, or a tuple of two trees?",
                cases=(
                    case("a word", 2, *net()),
                    case("a pair", (1, 0), *net()),
                    case("a pair of one word", (3, 3), *net()),
                ),
            ),
            Group(
                "trees",
                1,
                property="The parts of a pair may be pairs themselves, on either side.",
                hint="The state of a part is asked for in the same way as the state of the whole.",
                cases=(
                    case("grown to the right", (1, (2, 3)), *net()),
                    case("grown to the left", ((1, 2), 3), *net()),
                    case("both", ((1, 2), ((0, 3), 1)), *net()),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Gradients reach the words, the weights and the bias, through every use.",
                hint="Stay with tensor operations: the graph is lost in NumPy or `tolist`.",
                cases=(
                    case("through a pair", (1, 0), *net(requires_grad=True, **DOUBLE),
                         compares=("dtype", "gradient")),
                    case("through a tree", ((1, 2), (1, (1, 3))),
                         *net(requires_grad=True, **DOUBLE), compares=("dtype", "gradient")),
                ),
            ),
        ),
    )
)  # fmt: skip
