"""Assignment 00, a network with its backward pass by hand, judged by PyTorch's autograd."""

import torch
import torch.nn.functional as F

from autograder.checks.arrays import MEASURED, array, draw, in_numpy, network, training
from autograder.exercise import Exercise, Group, case, register
from autograder.values import formula

LECTURE = "00_warmup"


# --- 6


def hidden_layer_and_scores(x, w1, b1, w2, b2):
    z = F.linear(x, w1.T, b1)
    return z, F.relu(z), F.linear(F.relu(z), w2.T, b2)


BY_HAND = (
    array([[1.0, 2.0]]),
    array([[1.0, -1.0], [1.0, -1.0]]),
    array([0.0, 1.0]),
    array([[2.0], [5.0]]),
    array([10.0]),
)

register(
    Exercise(
        "two_layer_forward",
        lecture=LECTURE,
        title="Forward",
        points=2,
        minutes=10,
        difficulty=1,
        oracle=in_numpy(hidden_layer_and_scores),
        compares=("dtype",),
        groups=(
            Group(
                "hidden layer",
                1,
                property="z is x times w1 plus b1; h is z where it is positive, else 0.",
                hint="Return z as it was before the cut: the backward pass will ask for it.",
                cases=(case("by hand", *BY_HAND), case("two hidden", *network(3, 2, 2, 1))),
            ),
            Group(
                "scores",
                1,
                property="The scores are h times w2 plus b2, without a cut.",
                hint="A score may be negative.",
                cases=(
                    case("three outputs", *network(4, 2, 5, 3)),
                    case("a batch of one", *network(1, 3, 4, 2)),
                ),
            ),
        ),
    )
)


# --- 7


def gradients_of_a_linear_layer(x, w, dy):
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    b = torch.zeros(w.shape[1], dtype=w.dtype, requires_grad=True)
    return torch.autograd.grad(F.linear(x, w.T, b), (x, w, b), dy)


def layer(n, inputs, outputs):
    return draw(n, inputs), draw(inputs, outputs), draw(n, outputs)


register(
    Exercise(
        "linear_backward",
        lecture=LECTURE,
        title="Backward through one layer",
        points=5,
        minutes=20,
        difficulty=3,
        oracle=in_numpy(gradients_of_a_linear_layer),
        compares=("dtype",),
        groups=(
            Group(
                "one example",
                2,
                property="For a batch of one, the three gradients follow the chain rule.",
                hint="Write y[0, j] out as a sum. In which terms does w[i, j] appear? And x[0, i]?",
                cases=(
                    case("by hand", array([[2.0, 3.0]]), array([[5.0], [7.0]]), array([[10.0]])),
                    case("two outputs", *layer(1, 3, 2)),
                ),
            ),
            Group(
                "a batch",
                2,
                property="Every example adds its share to the gradients of w and b.",
                hint="Which dimension of dy counts the examples? It has to be summed over.",
                cases=(case("four examples", *layer(4, 3, 2)), case("two", *layer(2, 1, 3))),
            ),
            Group(
                "equal sizes",
                1,
                property="Where all sizes are equal nothing is transposed by mistake.",
                hint="Equal sizes hide a wrong transpose. Check with three different ones.",
                cases=(case("two by two", *layer(2, 2, 2)), case("three", *layer(3, 3, 3))),
            ),
        ),
    )
)


# --- 8


def loss_and_gradients(scores, target, parameters):
    loss = F.mse_loss(scores, target)
    return loss.item(), *torch.autograd.grad(loss, parameters)


def two_layer_with_autograd(x, target, *parameters):
    parameters = [p.clone().requires_grad_() for p in parameters]
    _, _, scores = hidden_layer_and_scores(x, *parameters)
    if scores.shape != target.shape:
        raise ValueError("the target has another shape than the scores")
    return loss_and_gradients(scores, target, parameters)


register(
    Exercise(
        "two_layer_gradients",
        lecture=LECTURE,
        title="Backward through the network",
        points=6,
        minutes=25,
        difficulty=3,
        oracle=in_numpy(two_layer_with_autograd),
        compares=("dtype",),
        groups=(
            Group(
                "one output",
                2,
                property="Loss and gradients are right for one output.",
                hint="Compare entry by entry: 0 is the loss, then w1, b1, w2, b2. Which is the "
                "last that is wrong? Begin there: backward runs from the end.",
                cases=(
                    case("one hidden unit", *training(2, 1, 1, 1)),
                    case("five examples", *training(5, 2, 3, 1)),
                ),
            ),
            Group(
                "several outputs",
                2,
                property="The mean is over all numbers of the score table, not over its rows.",
                hint="What do you divide by, in the loss and in its gradient?",
                cases=(
                    case("two outputs", *training(3, 2, 4, 2)),
                    case("a batch of one", *training(1, 3, 4, 2)),
                ),
            ),
            Group(
                "units that are off",
                1,
                property="Where z is 0 or less, nothing flows back through the hidden unit.",
                hint="The cut looks at z from the forward pass, not at the gradient.",
                cases=(
                    case(
                        "one on, one off",
                        array([[1.0]]),
                        array([[0.0]]),
                        array([[1.0, -1.0]]),
                        array([0.5, 0.5]),
                        array([[3.0], [4.0]]),
                        array([0.0]),
                    ),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="A target of another shape than the scores is refused with a ValueError.",
                hint="NumPy would broadcast (n, 1) and (n,) to (n, n) without a word.",
                cases=(
                    case(
                        "a flat target for one example",
                        array([[1.0]]),
                        array([0.0]),
                        array([[1.0]]),
                        array([0.0]),
                        array([[1.0]]),
                        array([0.0]),
                        raises=ValueError,
                    ),
                    case(
                        "a flat target",
                        draw(3, 2),
                        draw(3),
                        draw(2, 2),
                        draw(2),
                        draw(2, 1),
                        draw(1),
                        raises=ValueError,
                    ),
                ),
            ),
        ),
    )
)


# --- 9


def gradient_of(f, w):
    w = w.clone().requires_grad_()
    return torch.autograd.grad(f(w), w)[0]


register(
    Exercise(
        "numerical_gradient",
        lecture=LECTURE,
        title="Measure a gradient",
        points=3,
        minutes=15,
        difficulty=2,
        oracle=in_numpy(gradient_of),
        compares=("dtype",),
        groups=(
            Group(
                "values",
                1,
                property="Entry i is how fast f grows when entry i of w grows.",
                hint="Change one entry at a time, all others as they were.",
                cases=(
                    case(
                        "a straight line",
                        formula("(3 * w).sum()", "w"),
                        array([2.0]),
                        tolerance=MEASURED,
                    ),
                    case(
                        "squares",
                        formula("(w * w).sum()", "w"),
                        array([1.0, -2.0, 3.0]),
                        tolerance=MEASURED,
                    ),
                ),
            ),
            Group(
                "accuracy",
                1,
                property="The two-sided difference: six digits also where f curves.",
                hint="Go the same distance up and down, and divide by the whole way.",
                cases=(
                    case(
                        "cubes",
                        formula("(w * w * w).sum()", "w"),
                        array([4.0, 5.0]),
                        tolerance=MEASURED,
                    ),
                ),
            ),
            Group(
                "any shape",
                1,
                property="w may have any number of dimensions, and is the same afterwards.",
                hint="np.ndindex(w.shape) gives every index. Work on a copy, or put the old "
                "number back.",
                cases=(
                    case("a matrix", formula("(w * w).sum()", "w"), draw(2, 3), tolerance=MEASURED),
                    case(
                        "a transposed matrix",
                        formula("(w[0] * w[1]).sum()", "w"),
                        draw(2, 3, layout="transposed"),
                        tolerance=MEASURED,
                    ),
                ),
            ),
        ),
    )
)


# --- 10


def skip_with_autograd(x, target, *parameters):
    w1, b1, w2, b2, w3, b3 = own = [p.clone().requires_grad_() for p in parameters]
    h1 = F.relu(F.linear(x, w1.T, b1))
    h2 = h1 + F.relu(F.linear(h1, w2.T, b2))
    return loss_and_gradients(F.linear(h2, w3.T, b3), target, own)


register(
    Exercise(
        "skip_gradients",
        lecture=LECTURE,
        title="One line changes",
        points=6,
        minutes=30,
        difficulty=4,
        oracle=in_numpy(skip_with_autograd),
        compares=("dtype",),
        groups=(
            Group(
                "last layer",
                1,
                property="The gradients of w3 and b3 are right where w3 is the only way on.",
                hint="The last layer sees h2, the sum. Call linear_backward with it.",
                cases=(
                    case(
                        "first layers off",
                        array([[1.0]]),
                        array([[0.0]]),
                        array([[-1.0]]),
                        array([0.5]),
                        array([[1.0]]),
                        array([0.25]),
                        array([[2.0]]),
                        array([1.0]),
                    ),
                ),
            ),
            Group(
                "both paths",
                3,
                property="The gradient of h1 is a sum: one part through w2, one past it.",
                hint="h1 is used twice going forward. How often does it hear from the loss?",
                cases=(
                    case(
                        "by hand",
                        array([[1.0]]),
                        array([[0.0]]),
                        array([[1.0]]),
                        array([1.0]),
                        array([[1.0]]),
                        array([1.0]),
                        array([[1.0]]),
                        array([0.0]),
                    ),
                    case("four examples", *training(4, 2, 3, 3, 2)),
                ),
            ),
            Group(
                "one path only",
                2,
                property="Where the second layer is off, the gradient still comes past it.",
                hint="The cut of the second layer must not stop what goes past that layer.",
                cases=(
                    case(
                        "second layer off",
                        array([[1.0]]),
                        array([[0.0]]),
                        array([[1.0]]),
                        array([1.0]),
                        array([[-1.0]]),
                        array([1.0]),
                        array([[3.0]]),
                        array([0.0]),
                    ),
                ),
            ),
        ),
    )
)
