"""Project 08b, handwritten digits: images, shifts, a convnet, its training, the floor of 97 %."""

import importlib
import math
from pathlib import Path

import torch
from torch.nn import functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "08b_digits"
LEARNS = {"requires_grad": True}
TOP = Path(__file__).resolve().parents[2]

# --- 1


def scaled(pixels):
    if pixels.shape[-1] != 64 or pixels.dim() != 2:
        raise ValueError("rows of 64 pixels")
    return torch.lerp(torch.tensor(-1.0), torch.tensor(1.0), pixels / 16).view(-1, 1, 8, 8)


register(
    Exercise(
        "as_images",
        lecture=LECTURE,
        title="Rows of pixels become images",
        points=2,
        minutes=10,
        difficulty=1,
        oracle=scaled,
        compares=("dtype",),
        groups=(
            Group(
                "images",
                1.5,
                property="Shape (n, 1, 8, 8), float32, 0 becomes -1 and 16 becomes 1.",
                hint="Integers first become floats. 8 is in the middle between 0 and 16.",
                cases=(
                    case("one image", integers(1, 64, low=0, high=17)),
                    case("three images", integers(3, 64, low=0, high=17)),
                ),
            ),
            Group(
                "error on bad input",
                0.5,
                property="Rows that have not 64 numbers are refused with a ValueError.",
                hint="The file's rows have 65 numbers: the last is the answer.",
                cases=(case("with the label", integers(2, 65, low=0, high=17), raises=ValueError),),
            ),
        ),
    )
)

# --- 2


def rolled(images, down, right):
    moved = torch.roll(images, (down, right), (-2, -1))
    row = torch.arange(images.shape[-2])[:, None] - down
    column = torch.arange(images.shape[-1]) - right
    inside = (row >= 0) & (row < len(row)) & (column >= 0) & (column < len(column))
    return torch.where(inside, moved, torch.tensor(-1.0))


register(
    Exercise(
        "shift",
        lecture=LECTURE,
        title="The same digit elsewhere",
        points=3,
        minutes=20,
        difficulty=3,
        oracle=rolled,
        compares=("dtype", "gradient"),
        groups=(
            Group(
                "down and right",
                1,
                property="Every image moves by whole pixels; what enters is background, -1.",
                hint="Row r of the result is row r - down of the image.",
                cases=(
                    case("one down", tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 1, 0),
                    case("one right", tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 0, 1),
                    case("both", randn(2, 1, 8, 8), 2, 1),
                ),
            ),
            Group(
                "up and left",
                1,
                property="Negative numbers move up and to the left; 0 does not move.",
                hint="A slice like [-down:] means something else when down is 0.",
                cases=(
                    case("one up", tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), -1, 0),
                    case("not at all", randn(2, 1, 8, 8), 0, 0),
                    case("up and right", randn(2, 1, 8, 8), -2, 3),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Pixels that stay get their gradient, those pushed out get 0; the "
                "images handed in stay as they are.",
                hint="Build a new tensor by pad and slices, or write into a copy.",
                cases=(case("down and left", randn(1, 1, 4, 4, **LEARNS), 1, -1),),
            ),
        ),
    )
)

# --- 3


class Stacked(torch.nn.Module):
    """The net asked for, in PyTorch's own parts."""

    def __init__(self, channels):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, channels, 3, 1, 1)
        self.norm1 = torch.nn.BatchNorm2d(channels)
        self.conv2 = torch.nn.Conv2d(channels, channels + channels, 3, 1, 1)
        self.norm2 = torch.nn.BatchNorm2d(channels + channels)
        self.head = torch.nn.LazyLinear(10)
        self(torch.zeros(2, 1, 8, 8))
        self.norm1.reset_running_stats()
        self.norm2.reset_running_stats()

    def forward(self, pixels):
        near = self.norm1(self.conv1(pixels)).clamp(min=0)
        far = self.norm2(self.conv2(F.max_pool2d(near, 2))).clamp(min=0)
        return self.head(torch.nn.Flatten()(F.max_pool2d(far, 2)))


def examined(made, what, channels, images=None):
    """One thing about a net whose parameters are set to known numbers."""
    net = made(channels)
    named = dict(net.named_parameters())
    if what == "parameters":
        return {name: tuple(p.shape) for name, p in sorted(named.items())}
    for number, (_, p) in enumerate(sorted(named.items())):
        values = [0.5 * math.sin(3 * number + 2 * k + 1) for k in range(p.numel())]
        p.data = p.new_tensor(values).reshape(p.shape)
    scores = net(images)
    if what == "in training":
        return scores.detach()
    if what == "in evaluation":
        net.eval()
        return net(images).detach()
    (scores * scores).sum().backward()
    return {name: named[name].grad for name in ("conv1.weight", "norm2.bias", "head.weight")}


NEAR = {"tolerance": (1e-3, 1e-4)}  # sums of thousands of float32 products

register(
    Exercise(
        "DigitNet",
        lecture=LECTURE,
        title="A convnet for digits",
        points=5,
        minutes=30,
        difficulty=3,
        oracle=lambda *args: examined(Stacked, *args),
        call=examined,
        shown_as="examine",
        groups=(
            Group(
                "parameters",
                1.5,
                property="conv1, norm1, conv2, norm2 and head, with the shapes asked for.",
                hint="An image of 8 by 8 is halved twice. How many numbers reach the head?",
                cases=(case("small", "parameters", 2), case("larger", "parameters", 5)),
            ),
            Group(
                "scores",
                1.5,
                property="Twice convolution, norm, relu, pooling; then ten raw scores per image.",
                hint="Print x.shape after each line: (n, c, 8, 8), (n, c, 4, 4), (n, 2c, 2, 2).",
                cases=(case("two images", "in training", 2, randn(2, 1, 8, 8), **NEAR),),
            ),
            Group(
                "evaluation",
                1,
                property="In evaluation the norms use the averages they have seen.",
                hint="Make layers in __init__, so that eval() reaches them.",
                cases=(case("asked after eval", "in evaluation", 2, randn(3, 1, 8, 8), **NEAR),),
            ),
            Group(
                "gradients",
                1,
                property="Gradients reach the first convolution, the second norm and the head.",
                hint="No detach, no .data, no item() in forward.",
                cases=(case("three of them", "gradients", 2, randn(2, 1, 8, 8), **NEAR),),
            ),
        ),
    )
)

# --- 4


def plain_training(net, images, labels, epochs, batch_size, lr):
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    data = torch.utils.data.TensorDataset(images, labels)
    told = []
    for _ in range(epochs):
        parts = []
        net.train()
        for x, y in torch.utils.data.DataLoader(data, batch_size, shuffle=True):
            optimizer.zero_grad()
            loss = F.cross_entropy(net(x), y, reduction="none")
            loss.mean().backward()
            optimizer.step()
            parts.append(loss.detach())
        told.append(torch.cat(parts).mean().item())
    net.eval()
    return told


def watched(train_net, what, images, labels, epochs, batch_size, lr):
    """What a training does to a linear net that notes every image it is shown."""
    L = importlib.import_module(type(images).__module__.partition(".")[0])
    seen = []

    class Watch(L.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = L.nn.Linear(images.shape[1], 3)

        def forward(self, x):
            seen.append((x[:, 0].tolist(), self.training))
            return self.inner(x)

    net = Watch()
    for k, p in enumerate(net.parameters()):
        numbers = [math.sin(2 * j + k) for j in range(p.numel())]
        p.data = p.new_tensor(numbers).reshape(p.shape)
    net.eval()
    losses = train_net(net, images, labels, epochs, batch_size, lr)
    if what == "steps":
        state = {name: p.detach() for name, p in net.named_parameters()}
        return {"losses": losses, "parameters": state}
    if what == "modes":
        return {"training, while it trains": [mode for _, mode in seen],
                "training, afterwards": net.training}  # fmt: skip
    per_epoch = len(seen) // epochs
    order = []
    for k in range(epochs):
        batches = seen[k * per_epoch : (k + 1) * per_epoch]
        order.append([row for rows, _ in batches for row in rows])
    return {
        "batch sizes": [len(rows) for rows, _ in seen],
        "each image once an epoch": all(sorted(o) == sorted(images[:, 0].tolist()) for o in order),
        "another order each epoch": len({tuple(o) for o in order}) == epochs,
        "number of losses": len(losses),
    }


SAME = {"tolerance": (1e-3, 1e-4)}
THREE = tensor([0, 2, 1])

register(
    Exercise(
        "train_net",
        lecture=LECTURE,
        title="The training loop",
        points=5,
        minutes=25,
        difficulty=3,
        oracle=lambda *args: watched(plain_training, *args),
        call=watched,
        shown_as="watch",
        groups=(
            Group(
                "steps",
                2,
                property="Adam steps along the gradient of this batch alone; each epoch tells the "
                "mean loss per image.",
                hint="zero_grad, loss, backward, step. A last, smaller batch counts less.",
                cases=(
                    case("one step", "steps", randn(3, 4), THREE, 1, 3, 0.1, **SAME),
                    case("four steps", "steps", randn(3, 4), THREE, 4, 5, 0.05, **SAME),
                ),
            ),
            Group(
                "batches",
                2,
                property="Each epoch shows every image once, in batches, in a new random order.",
                hint="torch.randperm(n).split(batch_size) gives lists of places.",
                cases=(
                    case("batches of 4", "order", randn(30, 2), integers(30, low=0, high=3),
                         3, 4, 0.01),
                ),
            ),
            Group(
                "modes",
                1,
                property="The net is in training mode while it learns, in evaluation afterwards.",
                hint="net.train() before, net.eval() at the end.",
                cases=(case("one epoch", "modes", randn(3, 4), THREE, 1, 2, 0.1),),
            ),
        ),
    )
)  # fmt: skip

# --- 5


def lines():
    """The digits' file as text, from wherever this copy of the course has it; [] if nowhere."""
    for folder in ("assignments", "solutions"):
        path = TOP / folder / LECTURE / "digits.csv"
        if path.is_file():
            return path.read_text().splitlines()
    return []


DIGITS = lines()
FLOOR = 0.97


def judged(read_digits, fold, pixels):
    """Whether one fifth of the digits, held out, is read rightly after training on the rest.

    `pixels`, a tensor, only tells which library to use.
    """
    L = importlib.import_module(type(pixels).__module__.partition(".")[0])
    rows = L.tensor([[int(number) for number in line.split(",")] for line in DIGITS])
    held = L.arange(len(rows)) % 5 == fold
    known, new = rows[~held], rows[held]
    L.manual_seed(fold)
    guesses = read_digits(known[:, :64], known[:, 64], new[:, :64])
    if guesses.shape != new[:, 64].shape:
        return {"shape": tuple(guesses.shape)}
    share = (guesses == new[:, 64]).float().mean().item()
    instead = (guesses == known[: len(new), 64]).float().mean().item()
    return {
        "shape": tuple(guesses.shape),
        "whole numbers": not guesses.is_floating_point(),
        "digits that were guessed": sorted(set(guesses.tolist())),
        "at least 97 % right": share >= FLOOR,
        "hardly any right": share < 0.03,
        "digits of the training read instead": instead > 0.5,
    }


def well_read(fold, pixels):
    return {
        "shape": (len(DIGITS[fold::5]),),
        "whole numbers": True,
        "digits that were guessed": list(range(10)),
        "at least 97 % right": True,
        "hardly any right": False,
        "digits of the training read instead": False,
    }


register(
    Exercise(
        "read_digits",
        lecture=LECTURE,
        title="Read what was never seen",
        points=5,
        minutes=20,
        difficulty=2,
        seconds=120,
        oracle=well_read,
        call=judged,
        shown_as="judge",
        groups=(
            Group(
                "held-out digits",
                5,
                property="Trained on four fifths of the digits, at least 97 % of the last fifth "
                "are read rightly.",
                hint="Are the images scaled, is the net in evaluation, does the loss still fall?",
                cases=(case("first fifth", 0, tensor([0])),),
            ),
        ),
    )
)
