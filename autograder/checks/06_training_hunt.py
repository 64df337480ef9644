"""Assignment 06, the bug hunt: ten scripts as they were handed out, and what they should do.

The oracles go another way than the scripts: descent written out, with PyTorch's derivatives.
"""

import hashlib
from textwrap import dedent

import torch
import torch.nn.functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.small_training import Placed, PlacedNet
from autograder.values import integers, randn, tensor

LECTURE = "06_training"
DOUBLE = {"dtype": "float64"}
WEIGHTS = {"dtype": "float64", "requires_grad": True}
CLOSE = {"tolerance": (1e-10, 1e-10)}  # closer than float32 can come


def script(number, text, oracle, cases, asked, hint, **options):
    """Declare script number `number`: one point for what it should do."""
    register(
        Exercise(
            f"script_{number}",
            lecture=LECTURE,
            title=f"Bug hunt, script {number}",
            points=1,
            minutes=4,
            difficulty=2,
            oracle=oracle,
            may_modify=True,
            seconds=3,
            handed_out=dedent(text).lstrip(),
            groups=(Group("mended", 1, property=asked, hint=hint, cases=cases),),
            **options,
        )
    )


def descend(loss_of, parameters, rates):
    """The losses of plain gradient descent, one before each step, a rate for each."""
    parameters, losses = [p.detach().clone() for p in parameters], []
    for rate in rates:
        at = [p.requires_grad_() for p in parameters]
        loss = loss_of(*at)
        losses.append(loss.item())
        slopes = torch.autograd.grad(loss, at)
        parameters = [(p - rate * s).detach() for p, s in zip(at, slopes, strict=True)]
    return losses


def line_loss(x, y):
    return lambda w: F.mse_loss(x @ w, y)


LINE = (tensor([[1.0], [2.0]], "float64"), tensor([2.0, 4.0], "float64"),
        tensor([0.0], "float64", requires_grad=True))  # fmt: skip
PLANE = (randn(6, 2, **DOUBLE), randn(6, **DOUBLE), randn(2, **WEIGHTS))

# --- 11

script(
    1,
    """
    def script_1(x, y, w, lr, steps):
        \"\"\"Fit y = x @ w; returns the loss before each step.\"\"\"
        optimizer = torch.optim.SGD([w], lr=lr)
        losses = []
        for _ in range(steps):
            loss = ((x @ w - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
    """,
    lambda x, y, w, lr, steps: descend(line_loss(x, y), [w], [lr] * steps),
    (case("a line", *LINE, 0.1, 3), case("a plane", *PLANE, 0.05, 5)),
    "Every step goes down the slope at the place where w is now.",
    "Print w.grad in the first three rounds. What should it be, and what else is in it?",
)

script(
    2,
    """
    def script_2(batches, w):
        \"\"\"How many rows of each batch have their largest score at the label.\"\"\"
        counts = []
        for x, labels in batches:
            guesses = (x @ w).argmax(dim=1)
            counts.append((guesses == labels).sum)
        return counts
    """,
    lambda batches, w: [int((torch.max(x @ w, 1)[1] == labels).sum()) for x, labels in batches],
    (
        case("one batch", [(tensor([[2.0, 1.0], [0.0, 1.0]], "float64"), tensor([0, 0]))],
             tensor([[1.0, 0.0], [0.0, 1.0]], "float64")),
        case("two batches", [(randn(9, 2, **DOUBLE), integers(9, low=0, high=3)),
             (randn(5, 2, **DOUBLE), integers(5, low=0, high=3))], randn(2, 3, **DOUBLE)),
    ),
    "A list of numbers, one for each batch.",
    "Print the list. What are its entries?",
)  # fmt: skip

script(
    3,
    """
    def script_3(x, y, w1, w2, lr, steps):
        \"\"\"Train a net with one hidden layer; returns the loss before each step.\"\"\"

        def net(x):
            hidden = (x @ w1).clamp(min=0)
            y_pred = hidden @ w2
            return y_ored

        optimizer = torch.optim.SGD([w1, w2], lr=lr)
        losses = []
        for _ in range(steps):
            loss = ((net(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
    """,
    lambda x, y, w1, w2, lr, steps: descend(
        lambda w1, w2: F.mse_loss(F.relu(x @ w1) @ w2, y), [w1, w2], [lr] * steps
    ),
    (
        case("two hidden", tensor([[1.0], [2.0]], "float64"), tensor([2.0, 4.0], "float64"),
             tensor([[0.5, -0.5]], "float64", requires_grad=True),
             tensor([0.5, 0.5], "float64", requires_grad=True), 0.1, 3),
        case("eight hidden", randn(6, 2, **DOUBLE), randn(6, **DOUBLE), randn(2, 8, **WEIGHTS),
             randn(8, **WEIGHTS), 0.05, 4),
    ),
    "The net answers with what its second layer computes.",
    "Read the last line of the error, then the line it points to, letter by letter.",
)  # fmt: skip

script(
    4,
    """
    def script_4(x, labels, w, lr, steps):
        \"\"\"Train a classifier with scores x @ w; returns the loss before each step.\"\"\"
        optimizer = torch.optim.SGD([w], lr=lr)
        losses = []
        for _ in range(steps):
            probabilities = F.softmax(x @ w, dim=1)
            loss = F.cross_entropy(probabilities, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
    """,
    lambda x, labels, w, lr, steps: descend(
        lambda w: (torch.logsumexp(x @ w, 1) - (x @ w)[torch.arange(len(x)), labels]).mean(),
        [w],
        [lr] * steps,
    ),
    (
        case("two classes", tensor([[1.0], [-1.0]], "float64"), tensor([0, 1]),
             tensor([[5.0, -5.0]], "float64", requires_grad=True), 0.5, 2),
        case("three classes", randn(6, 2, **DOUBLE), integers(6, low=0, high=3),
             randn(2, 3, **WEIGHTS), 0.5, 4),
    ),
    "The loss is the cross-entropy of the labels, near 0 where the scores are clearly right.",
    "What does F.cross_entropy expect as its first argument? Lecture 06 takes it apart.",
)  # fmt: skip


def scores_after_training(x, labels, new_x, lr, steps):
    """The net of script 5 by hand: batch statistics in training, running ones for new rows."""
    torch.manual_seed(5)
    layers = [torch.nn.Linear(2, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 3)]
    parameters = [p for layer in layers for p in layer.parameters()]
    mean, variance = torch.zeros(4), torch.ones(4)

    def run(x, w1, b1, scale, shift, w2, b2, training):
        hidden = F.batch_norm(x @ w1.T + b1, mean, variance, scale, shift, training)
        return F.relu(hidden) @ w2.T + b2

    for _ in range(steps):
        loss = F.cross_entropy(run(x, *parameters, True), labels)
        slopes = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, slope in zip(parameters, slopes, strict=True):
                p.sub_(lr * slope)
    return run(new_x, *parameters, False).detach()


script(
    5,
    """
    def script_5(x, labels, new_x, lr, steps):
        \"\"\"Train a net with batch norm; returns its scores for the new rows.\"\"\"
        torch.manual_seed(5)
        net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
        optimizer = torch.optim.SGD(net.parameters(), lr=lr)
        for _ in range(steps):
            loss = F.cross_entropy(net(x), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            return net(new_x)
    """,
    scores_after_training,
    (
        case("two new rows", randn(8, 2), integers(8, low=0, high=3), randn(2, 2), 0.5, 3,
             tolerance=(1e-3, 1e-4)),
        case("one new row", randn(8, 2), integers(8, low=0, high=3), randn(1, 2), 0.5, 3,
             tolerance=(1e-3, 1e-4)),
    ),
    "The scores of a new row do not depend on the rows beside it.",
    "Ask for the two new rows together, then one at a time. Which layer looks at the whole batch?",
)  # fmt: skip


def on_second_device(function, batches, w):
    """Run on stand-ins that say where they are; "gpu" exists on no machine."""
    placed = [(Placed(x), Placed(labels)) for x, labels in batches]
    found = function(PlacedNet(w), placed, "gpu")
    return found.tolist() if isinstance(found, Placed) else found


script(
    6,
    """
    def script_6(net, batches, device):
        \"\"\"How many rows of all batches `net` gets right, counted on `device`.\"\"\"
        net.to(device)
        right = 0
        for x, labels in batches:
            x.to(device)
            labels.to(device)
            guesses = net(x).argmax(dim=1)
            right += (guesses == labels).sum().item()
        return right
    """,
    lambda batches, w: sum(int(((x @ w).max(1)[1] == labels).sum()) for x, labels in batches),
    (
        case("a small batch", [(tensor([[2.0, 1.0], [0.0, 1.0]], "float64"), tensor([0, 0]))],
             tensor([[1.0, 0.0], [0.0, 1.0]], "float64")),
        case("two small batches", [(randn(9, 2, **DOUBLE), integers(9, low=0, high=3)),
             (randn(5, 2, **DOUBLE), integers(5, low=0, high=3))], randn(2, 3, **DOUBLE)),
    ),
    "Net, rows and labels are on one device when they meet.",
    "What does `x.to(device)` change, and what does it give back? Is it the same for a net?",
    call=on_second_device,
    shown_as="script_6_on_gpu",
)  # fmt: skip


def adam_losses(x, y, w, b, lr, steps):
    """Losses of Adam, with slopes from autograd.grad put into `.grad` by hand."""
    w, b = (p.detach().clone().requires_grad_() for p in (w, b))
    mover, losses = torch.optim.Adam([w, b], lr), []
    for _ in range(steps):
        loss = F.mse_loss(x @ w + b, y)
        losses.append(loss.item())
        w.grad, b.grad = torch.autograd.grad(loss, [w, b])
        mover.step()
    return losses


script(
    7,
    """
    def script_7(x, y, w, b, lr, steps):
        \"\"\"Fit y = x @ w + b with Adam; returns the loss before each step.\"\"\"
        optimizer = torch.optim.Adam([w, b], lr=lr)
        losses = []
        for _ in range(steps):
            loss = ((x @ w + b - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.item())
        return losses
    """,
    adam_losses,
    (
        case("a line with Adam", *LINE, tensor(0.0, "float64", requires_grad=True), 0.5, 3),
        case("a plane with Adam", *PLANE, randn(**WEIGHTS), 0.1, 5),
    ),
    "The loss changes from step to step: w and b move.",
    "Who changes w and b? Name the line.",
)


def steps_until_flat(x, y, w, lr, tolerance):
    count, last = 0, float("inf")
    w = w.detach().clone()
    while True:
        w.requires_grad_()
        loss = F.mse_loss(x @ w, y)
        if last - loss.item() < tolerance:
            return count
        count, last = count + 1, loss.item()
        w = (w - lr * torch.autograd.grad(loss, w)[0]).detach()


script(
    8,
    """
    def script_8(x, y, w, lr, tolerance):
        \"\"\"Train until a step lowers the loss by less than `tolerance`; returns the steps.\"\"\"
        optimizer = torch.optim.SGD([w], lr=lr)
        steps = 0
        while True:
            loss = ((x @ w - y) ** 2).mean()
            if prev_loss - loss.item() < tolerance:
                return steps
            prev_loss = loss.item()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps += 1
    """,
    steps_until_flat,
    (
        case("halving", tensor([[1.0]], "float64"), tensor([0.0], "float64"),
             tensor([4.0], "float64", requires_grad=True), 0.25, 0.75),
        case("at once", tensor([[1.0]], "float64"), tensor([0.0], "float64"),
             tensor([0.0], "float64", requires_grad=True), 0.25, 0.5),
        case("a flat plane", *PLANE, 0.1, 0.01),
    ),
    "The first step is always made. The loop ends when the loss has stopped falling.",
    "In which line does prev_loss get its first value, and in which is it read first?",
)  # fmt: skip

script(
    9,
    """
    def script_9(x, y, w, lr, steps):
        \"\"\"Fit y = x @ w, halving lr after each step; returns the loss before each step.\"\"\"
        optimizer = torch.optim.SGD([w], lr=lr)
        losses = []
        for _ in range(steps):
            loss = ((x @ w - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            lr = lr / 2
            for group in optimizer.param_groups:
                group["learning_rate"] = lr
        return losses
    """,
    lambda x, y, w, lr, steps: descend(line_loss(x, y), [w], [lr / 2**k for k in range(steps)]),
    (case("a halved line", *LINE, 0.1, 4), case("a halved plane", *PLANE, 0.1, 5)),
    "Each step is made with half the rate of the one before.",
    "Print optimizer.param_groups[0] after the second step, and look at all its keys.",
)

script(
    10,
    """
    def script_10(x, y, start, lr, steps):
        \"\"\"Fit y = x @ w in float64, beginning at the list `start`; returns w.\"\"\"
        w = torch.tensor(start, requires_grad=True).to(torch.float64)
        for _ in range(steps):
            loss = ((x @ w - y) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                w -= lr * w.grad
            w.grad = None
        return w.detach()
    """,
    lambda x, y, start, lr, steps: normal_descent(x, y, start, lr, steps),
    (
        case("a float64 line", *LINE[:2], [0.0], 0.1, 3, **CLOSE),
        case("a float64 plane", *PLANE[:2], [0.5, -0.5], 0.05, 5, **CLOSE),
    ),
    "w is a leaf, in float64, and its gradient arrives.",
    "Ask w.is_leaf. Which tensor is the leaf here, and who still knows its name?",
    compares=("dtype",),
)


def normal_descent(x, y, start, lr, steps):
    """Descent on the mean square by its formula, 2/n · xᵀ(x @ w - y)."""
    w = x.new_tensor(start)
    for _ in range(steps):
        w = w - lr * 2 / len(x) * (x.T @ (x @ w - y))
    return w


# --- 12

# The answers' fingerprint, so that the check can say yes without telling.
RIGHT = {
    (1, 5): "a8b27e216ff4ed297fecf72a",
    (6, 10): "95a73bff2603e47a5c3028f0",
}


def fingerprint(letters):
    """Slow on purpose."""
    text = "".join(letters).upper().encode()
    return hashlib.pbkdf2_hmac("sha256", text, b"week 06", 20_000).hex()[:24]


def judged(diagnose, first, last, times=1):
    """Whether all scripts from `first` to `last` have their reason, and what is no letter."""
    for _ in range(times):
        answer = diagnose()
    if not isinstance(answer, dict):
        return answer
    letters = [answer.get(number) for number in range(first, last + 1)]
    odd = [
        f"script {number}: {letter!r}"
        for number, letter in enumerate(letters, first)
        if not isinstance(letter, str) or len(letter) != 1
    ]
    right = not odd and fingerprint(letters) == RIGHT[first, last]
    return {"all of them right": right, "no letter": odd}


register(
    Exercise(
        "diagnose",
        lecture=LECTURE,
        title="Ten reasons",
        points=3,
        minutes=15,
        difficulty=2,
        oracle=lambda *scripts, times=1: {"all of them right": True, "no letter": []},
        call=judged,
        groups=(
            Group(
                "scripts 1 to 5",
                1.5,
                property="Each of the scripts 1 to 5 has the letter of its reason.",
                hint="At least one of the five letters is another. Which sentence would you not "
                "say aloud in front of the script?",
                cases=(case("one to five", 1, 5),),
            ),
            Group(
                "scripts 6 to 10",
                1.5,
                property="Each of the scripts 6 to 10 has the letter of its reason.",
                hint="At least one of the five letters is another.",
                cases=(case("six to ten", 6, 10),),
            ),
        ),
    )
)
