"""`cross_entropy`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn, tensor

LEARNS = {"dtype": "float64", "requires_grad": True}
GRADIENT = ("dtype", "gradient")

register_hidden(
    "cross_entropy",
    cases={
        "values": [
            case("hidden many classes", randn(3, 7), tensor([6, 0, 3])),
            case("hidden square", randn(4, 4), tensor([3, 2, 1, 0])),
            case("hidden one class", randn(2, 1), tensor([0, 0])),
            case("hidden float64", randn(5, 3, dtype="float64"), tensor([0, 1, 2, 1, 0])),
            case("hidden two classes", randn(5, 2), tensor([1, 0, 1, 1, 0])),
        ],
        "gradient": [
            case(
                "hidden square again", randn(3, 3, **LEARNS), tensor([2, 1, 0]), compares=GRADIENT
            ),
            case(
                "hidden float32",
                randn(4, 5, requires_grad=True),
                integers(4, low=0, high=5),
                compares=GRADIENT,
            ),
            case("hidden one example", randn(1, 4, **LEARNS), tensor([3]), compares=GRADIENT),
        ],
    },
    mistakes=[
        wrong(
            "picks every pair",
            "`scores[:, labels]` picks every label from every row. Row i has one label, labels[i].",
            """
            def cross_entropy(scores, labels):
                return (scores.exp().sum(1).log() - scores[:, labels].mean(1)).mean()
            """,
        ),
        wrong(
            "sums over the examples",
            "You sum the exponentials over the examples. They compete within a row.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return scores.exp().sum(0).log().mean() - right.mean()
            """,
        ),
        wrong(
            "forgets the logarithm",
            "The logarithm is missing.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return (scores.exp().sum(1) - right).mean()
            """,
        ),
        wrong(
            "sum over the batch",
            "You add up the rows' losses. The mean is asked for.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return (scores.exp().sum(1).log() - right).sum()
            """,
        ),
        wrong(
            "wrong sign",
            "The sign is wrong: a large score of the right class must make the loss small.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return (right - scores.exp().sum(1).log()).mean()
            """,
        ),
        wrong(
            "one for each row",
            "You return one loss for each row. Take their mean.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return scores.exp().sum(1).log() - right
            """,
        ),
        wrong(
            "mean of the exponentials",
            "You take the mean over the classes in place of the sum.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return (scores.exp().mean(1).log() - right).mean()
            """,
        ),
        wrong(
            "the best score",
            "You subtract the largest score of the row. The label says which one is right.",
            """
            def cross_entropy(scores, labels):
                right = scores.max(1)[0]
                return (scores.exp().sum(1).log() - right).mean()
            """,
        ),
        wrong(
            "leaves the graph",
            "You pick with plain numbers, where no graph is recorded: that part of the gradient "
            "is lost.",
            """
            def cross_entropy(scores, labels):
                rows, picks = scores.tolist(), labels.tolist()
                right = torch.tensor([row[k] for row, k in zip(rows, picks)], dtype=scores.dtype)
                return (scores.exp().sum(1).log() - right).mean()
            """,
        ),
        wrong(
            "labels by row",
            "You pick row labels[i] in place of column labels[i].",
            """
            def cross_entropy(scores, labels):
                rows = torch.minimum(labels, torch.tensor(len(labels) - 1))
                last = torch.tensor(scores.shape[1] - 1)
                columns = torch.minimum(torch.arange(len(labels)), last)
                return (scores.exp().sum(1).log() - scores[rows, columns]).mean()
            """,
        ),
        wrong(
            "probability in place of surprise",
            "You return the mean probability of the right class. The loss is minus its logarithm.",
            """
            def cross_entropy(scores, labels):
                right = scores[torch.arange(len(labels)), labels]
                return (right.exp() / scores.exp().sum(1)).mean()
            """,
        ),
    ],
    alternatives=styles(
        pairs_of_positions="""
            def cross_entropy(scores, labels):
                n = len(labels)
                return (scores.exp().sum(dim=1).log() - scores[torch.arange(n), labels]).mean()
            """,
        own_gather="""
            def cross_entropy(scores, labels):
                right = gather(scores, 1, labels.unsqueeze(1)).squeeze(1)
                return torch.log(torch.exp(scores).sum(1)).mean() - right.mean()
            """,
        stable="""
            def cross_entropy(scores, labels):
                top = scores.max(1, keepdim=True)[0].detach()
                shifted = scores - top
                log_p = shifted - shifted.exp().sum(1, keepdim=True).log()
                return -log_p[torch.arange(scores.shape[0]), labels].mean()
            """,
        one_hot_product="""
            def cross_entropy(scores, labels):
                p = scores.exp() / scores.exp().sum(1, keepdim=True)
                return -(p.log() * one_hot(labels, scores.shape[1])).sum() / len(labels)
            """,
        row_by_row="""
            def cross_entropy(scores, labels):
                losses = []
                for row, k in zip(scores, labels.tolist()):
                    losses.append(row.exp().sum().log() - row[k])
                return sum(losses) / len(losses)
            """,
    ),
)
