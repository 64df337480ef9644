"""`Classifier`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn, tensor

RIGHT = """
class Classifier(torch.nn.Module):
    def __init__(self, features, hidden, classes):
        super().__init__()
        self.layers = torch.nn.ModuleList([
            torch.nn.Linear(features, hidden),
            torch.nn.BatchNorm1d(hidden),
            torch.nn.Sigmoid(),
            torch.nn.Dropout(0.5),
            torch.nn.Linear(hidden, classes),
        ])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def loss(self, x, labels):
        return torch.nn.functional.cross_entropy(self(x), labels)

    def predict(self, x):
        before = self.training
        self.eval()
        with torch.no_grad():
            best = self(x).argmax(1)
        self.train(before)
        return best
"""


def mistake(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "Classifier",
    cases={
        "parameters": [
            case("hidden wide", "parameters", (1, 7, 5)),
            case("hidden square", "parameters", (4, 4, 4)),
        ],
        "scores": [
            case("hidden two classes", "scores", (2, 5, 2), randn(7, 2)),
            case("hidden many", "training", (4, 6, 5), randn(50, 4)),
        ],
        "loss": [
            case("hidden two classes again", "loss", (2, 5, 2), randn(4, 2), tensor([0, 1, 1, 0])),
            case("hidden all alike", "loss", (3, 4, 4), randn(5, 3), tensor([3, 3, 3, 3, 3])),
        ],
        "predictions": [
            case("hidden many rows", "predictions", (2, 6, 4), randn(30, 2)),
        ],
    },
    mistakes=[
        mistake(
            "not called __init__",
            "Python looks for `__init__`, with two underscores on both sides.",
            "def __init__(", "def _init__(",
        ),
        mistake(
            "no super",
            "`super().__init__()` is missing: it makes the dictionaries that parts are put into.",
            "        super().__init__()\n", "",
        ),
        mistake(
            "a plain list",
            "The layers lie in a plain list, where no module looks for its parts.",
            "torch.nn.ModuleList([", "list([",
        ),
        mistake(
            "misspelt",
            "There is no `SIgmoid`. Look at its second letter.",
            "Sigmoid", "SIgmoid",
        ),
        mistake(
            "softmax in forward",
            "There is still a softmax in `forward`. The loss does it too, and twice is wrong.",
            "        return x\n", "        return torch.softmax(x, 1)\n",
        ),
        mistake(
            "log_softmax in forward",
            "`forward` returns logarithms of probabilities. Scores are asked for; the loss does "
            "the rest.",
            "        return x\n", "        return torch.log_softmax(x, 1)\n",
        ),
        mistake(
            "softmax in the loss",
            "The softmax has moved into `loss`. `cross_entropy` takes the scores as they are.",
            "cross_entropy(self(x), labels)", "cross_entropy(self(x).softmax(1), labels)",
        ),
        mistake(
            "predicts while training",
            "`predict` judges in whatever mode the module is: dropout drops, batch norm measures.",
            "        self.eval()\n", "",
        ),
        mistake(
            "stays in evaluation",
            "After `predict` the module is still in evaluation, and training goes on without "
            "dropout.",
            "        self.train(before)\n", "",
        ),
        mistake(
            "always back to training",
            "After `predict` the module always trains. It may have been in evaluation before.",
            "self.train(before)", "self.train()",
        ),
        mistake(
            "always in evaluation",
            "The module is put into evaluation for good: nothing is dropped in training.",
            "        for layer in self.layers:\n",
            "        self.eval()\n        for layer in self.layers:\n",
        ),
        mistake(
            "the best row",
            "You choose along the rows. The best class is asked for, row by row: dimension 1.",
            "argmax(1)", "argmax(0)",
        ),
        mistake(
            "scores in place of classes",
            "`predict` returns scores. The number of the best class is asked for.",
            "self(x).argmax(1)", "self(x)",
        ),
        mistake(
            "only the last layer is registered",
            "Each layer has the same name, so the last has replaced the others.",
            "        for layer in self.layers:\n            x = layer(x)\n        return x\n",
            "        for layer in self.layers:\n            self.layer = layer\n"
            "            x = layer(x)\n        self.layers = torch.nn.ModuleList([self.layer])\n"
            "        return x\n",
        ),
        mistake(
            "no dropout",
            "Dropout is gone: in training two passes give the same.",
            "            torch.nn.Dropout(0.5),\n", "",
        ),
        mistake(
            "the wrong name",
            "`forward` returns what it was given, not what it computed.",
            "            x = layer(x)\n", "            y_pred = layer(x)\n",
        ),
        mistake(
            "sum of the losses",
            "The losses of the batch are added up. Their mean is asked for.",
            "labels)\n\n    def predict", "labels, reduction='sum')\n\n    def predict",
        ),
    ],
    alternatives=styles(
        module_list=RIGHT,
        layers_by_name="""
            class Classifier(torch.nn.Module):
                def __init__(self, features, hidden, classes):
                    super().__init__()
                    self.inner = torch.nn.Linear(features, hidden)
                    self.norm = torch.nn.BatchNorm1d(hidden)
                    self.drop = torch.nn.Dropout()
                    self.outer = torch.nn.Linear(hidden, classes)
                    self.judge = torch.nn.CrossEntropyLoss()

                def forward(self, x):
                    h = torch.sigmoid(self.norm(self.inner(x)))
                    return self.outer(self.drop(h))

                def loss(self, x, labels):
                    return self.judge(self.forward(x), labels)

                def predict(self, x):
                    was_training = self.training
                    try:
                        scores = self.eval().forward(x)
                    finally:
                        if was_training:
                            self.train()
                    return scores.max(1)[1]
            """,
        is_a_sequential="""
            class Classifier(torch.nn.Sequential):
                def __init__(self, features, hidden, classes):
                    first, last = [
                        torch.nn.Linear(*sizes) for sizes in ((features, hidden), (hidden, classes))
                    ]
                    norm, drop = torch.nn.BatchNorm1d(hidden), torch.nn.Dropout(p=0.5)
                    super().__init__(first, norm, torch.nn.Sigmoid(), drop, last)

                def loss(self, x, labels):
                    logs = torch.nn.functional.log_softmax(self(x), 1)
                    return torch.nn.functional.nll_loss(logs, labels)

                @torch.no_grad()
                def predict(self, x):
                    mode = self.training
                    self.train(False)
                    answer = torch.argmax(self(x), dim=1)
                    self.train(mode)
                    return answer
            """,
    ),
)  # fmt: skip
