"""Assignment 05, a module with the mistakes of published slides, to be put right."""

import math

import torch

from autograder.exercise import Exercise, Group, case, register
from autograder.values import randn, tensor

LECTURE = "05_nn"


class Right(torch.nn.Module):
    """What the draft was meant to be, in PyTorch."""

    def __init__(self, features, hidden, classes):
        super().__init__()
        inner, outer = torch.nn.Linear(features, hidden), torch.nn.Linear(hidden, classes)
        norm, drop = torch.nn.BatchNorm1d(hidden), torch.nn.Dropout()
        bend = torch.nn.Sigmoid()
        self.net = torch.nn.Sequential(inner, norm, bend, drop, outer)

    def forward(self, x):
        return self.net(x)

    def loss(self, x, labels):
        return torch.nn.CrossEntropyLoss()(self.net(x), labels)

    def predict(self, x):
        mode = self.training
        answer = self.eval()(x).argmax(-1)
        self.train(mode)
        return answer


def examined(made, what, sizes, x=None, labels=None):
    """One thing about a classifier of these sizes, whose parameters are set to known numbers."""
    model = made(*sizes)
    parameters = list(model.parameters())
    if what == "parameters":
        return [tuple(p.shape) for p in parameters] + [len(model.state_dict())]
    for number, p in enumerate(parameters):
        p.data = p.new_tensor([math.sin(3 * number + 2 * k) for k in range(p.numel())]).reshape(
            p.shape
        )
    if what == "training":
        return {
            "two passes were alike": bool((model(x) == model(x)).all()),
            "shape": tuple(model(x).shape),
        }
    model(x)  # batch norm measures
    if what == "predictions":
        before = [b.tolist() for b in model.buffers()]
        found = model.predict(x)
        return {
            "classes": found,
            "one alone": model.predict(x[:1]),
            "still training": model.training,
            "still in evaluation after eval()": not _then(model.eval(), "predict", x).training,
            "buffers changed": before != [b.tolist() for b in model.buffers()],
        }
    model.eval()
    if what == "scores":
        return model(x).detach()
    loss = model.loss(x, labels)
    loss.backward()
    return {"loss": loss.item(), "gradients": [p.grad for p in parameters]}


def _then(model, name, x):
    getattr(model, name)(x)
    return model


SIZES, X = (3, 4, 3), (6, 3)

register(
    Exercise(
        "Classifier",
        lecture=LECTURE,
        title="Six mistakes from published slides",
        points=5,
        minutes=25,
        difficulty=3,
        oracle=lambda *args: examined(Right, *args),
        call=examined,
        shown_as="examine",
        forbids=(),
        groups=(
            Group(
                "parameters",
                1.5,
                property="It can be made, and its module finds the parameters of all layers.",
                hint="How is the method called that Python runs for a new object? What must it do "
                "first? And where does a module look for its parts?",
                cases=(
                    case("small", "parameters", (2, 3, 2)),
                    case("larger", "parameters", (5, 4, 3)),
                ),
            ),
            Group(
                "scores",
                1,
                property="`forward` gives scores: numbers of any size and sign.",
                hint="Print the rows' sums. Do they add up to 1?",
                cases=(
                    case("in evaluation", "scores", SIZES, randn(*X)),
                    case("in training", "training", SIZES, randn(40, 3)),
                ),
            ),
            Group(
                "loss",
                1,
                property="The loss is the cross-entropy of the scores, and reaches all "
                "parameters.",
                hint="`cross_entropy` takes scores. It does the softmax itself.",
                cases=(
                    case("six examples", "loss", SIZES, randn(*X), tensor([0, 2, 1, 1, 0, 2])),
                ),
            ),
            Group(
                "predictions",
                1.5,
                property="`predict` judges in evaluation mode, one example or many, and leaves "
                "the module in the mode in which it was.",
                hint="Which layers behave differently in training? What would the next training "
                "step do if `predict` left the module in evaluation?",
                cases=(
                    case("during training", "predictions", SIZES, randn(*X)),
                ),
            ),
        ),
    )
)  # fmt: skip
