"""`one_hot`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, tensor

register_hidden(
    "one_hot",
    cases={
        "values": [
            case("hidden more labels", tensor([0, 3, 3, 1, 2, 0]), 4),
            case("hidden square with repeats", tensor([2, 2, 0]), 3),
            case("hidden one label", tensor([4]), 6),
            case("hidden many", integers(20, low=0, high=7), 7),
        ],
        "edge cases": [
            case("hidden no labels, one class", integers(0), 1),
            case("hidden one of each", tensor([0]), 1),
            case("hidden strided", integers(4, low=0, high=3, layout="strided"), 3),
            case("hidden last class unused", tensor([0, 1]), 4),
        ],
    },
    mistakes=[
        wrong(
            "writes whole columns",
            "You write into whole columns: `[:, labels]` takes every row. Each row gets one 1.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(len(labels), num_classes, dtype=torch.int64)
                table[:, labels] = 1
                return table
            """,
        ),
        wrong(
            "writes whole rows",
            "You write into the rows that the labels name. Labels are columns.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(len(labels), num_classes, dtype=torch.int64)
                for k in labels.tolist():
                    if k < len(labels):
                        table[k] = 1
                return table
            """,
        ),
        wrong(
            "transposed",
            "Your table is transposed: examples are rows, classes are columns.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(num_classes, len(labels), dtype=torch.int64)
                table[labels, torch.arange(len(labels))] = 1
                return table
            """,
        ),
        wrong(
            "floats",
            "Your table holds floats. F.one_hot gives whole numbers, int64.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(len(labels), num_classes)
                table[torch.arange(len(labels)), labels] = 1
                return table
            """,
        ),
        wrong(
            "truth values",
            "Your table holds True and False. Asked are the numbers 1 and 0, int64.",
            """
            def one_hot(labels, num_classes):
                return labels.unsqueeze(1) == torch.arange(num_classes)
            """,
        ),
        wrong(
            "writes the label",
            "You write the label itself. What it names is the place; what goes there is 1.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(len(labels), num_classes, dtype=torch.int64)
                table[torch.arange(len(labels)), labels] = labels
                return table
            """,
        ),
        wrong(
            "one class too many",
            "Your table has a column too many. Classes are numbered from 0 to num_classes - 1.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(len(labels), num_classes + 1, dtype=torch.int64)
                table[torch.arange(len(labels)), labels] = 1
                return table
            """,
        ),
        wrong(
            "as many classes as seen",
            "You make as many columns as the largest label needs. `num_classes` says how many.",
            """
            def one_hot(labels, num_classes):
                width = int(labels.max().item()) + 1 if len(labels) else 0
                table = torch.zeros(len(labels), width, dtype=torch.int64)
                table[torch.arange(len(labels)), labels] = 1
                return table
            """,
        ),
        wrong(
            "counts",
            "You count how often each class comes. Each example has a row of its own.",
            """
            def one_hot(labels, num_classes):
                table = torch.zeros(num_classes, dtype=torch.int64)
                for k in labels.tolist():
                    table[k] += 1
                return table
            """,
        ),
        wrong(
            "zeros and ones exchanged",
            "Zeros and ones are exchanged.",
            """
            def one_hot(labels, num_classes):
                table = torch.ones(len(labels), num_classes, dtype=torch.int64)
                table[torch.arange(len(labels)), labels] = 0
                return table
            """,
        ),
    ],
    alternatives=styles(
        write_through_an_index="""
            def one_hot(labels, num_classes):
                table = torch.zeros((len(labels), num_classes), dtype=torch.int64)
                table[torch.arange(len(labels)), labels] = 1
                return table
            """,
        compare="""
            def one_hot(labels, num_classes):
                return (labels.unsqueeze(1) == torch.arange(num_classes)).to(torch.int64)
            """,
        a_loop="""
            def one_hot(labels, num_classes):
                rows = []
                for k in labels.tolist():
                    row = [0] * num_classes
                    row[k] = 1
                    rows.append(row)
                return torch.tensor(rows, dtype=torch.int64).reshape(len(rows), num_classes)
            """,
        numpy="""
            import numpy as np

            def one_hot(labels, num_classes):
                table = np.zeros((len(labels), num_classes), np.int64)
                table[np.arange(len(labels)), labels.numpy()] = 1
                return torch.from_numpy(table)
            """,
    ),
)
