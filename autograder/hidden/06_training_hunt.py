"""Hidden part of the bug hunt: each script's wrong mends, and right ones in other words.

The wrong mends are pieces of the script that was handed out, exchanged.
"""

from autograder.exercise import Mistake, case, find, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn

DOUBLE = {"dtype": "float64"}
WEIGHTS = {"dtype": "float64", "requires_grad": True}


def mends(number, mended, *wrong_ones):
    """Mistakes of script `number`: (name, sentence, old, new) changes the `mended` script; with
    old None, `new` stands for the whole of it."""
    handed = find(f"script_{number}").handed_out
    for old, new in mended:
        handed = but(handed, old, new)
    return [
        Mistake(name, sentence, but(handed, old, new)) if old else wrong(name, sentence, new)
        for name, sentence, old, new in wrong_ones
    ]


def plane():
    return randn(7, 3, **DOUBLE), randn(7, **DOUBLE), randn(3, **WEIGHTS)


BACKWARD = "        loss.backward()\n"
STEP = "        optimizer.step()\n"
ZERO = "        optimizer.zero_grad()\n"
NOTHING_MOVES = (
    "Nothing moves. The step needs its gradients: clear them before backward, never before "
    "the step."
)
APPEND = "        losses.append(loss.item())\n"

# --- script 1

register_hidden(
    "script_1",
    cases={"mended": [case("hidden plane", *plane(), 0.1, 6)]},
    mistakes=mends(
        1,
        [(BACKWARD, ZERO + BACKWARD)],
        ("cleared too early", NOTHING_MOVES, ZERO + BACKWARD, BACKWARD + ZERO),
        ("cleared once", "The gradients are cleared once, before the loop. They have to be cleared "
         "in every round.", None,
         """
         def script_1(x, y, w, lr, steps):
             optimizer = torch.optim.SGD([w], lr=lr)
             losses = []
             optimizer.zero_grad()
             for _ in range(steps):
                 loss = ((x @ w - y) ** 2).mean()
                 loss.backward()
                 optimizer.step()
                 losses.append(loss.item())
             return losses
         """),
        ("the weights cleared", "You set the weights to zero, not their gradients.",
         ZERO, "        with torch.no_grad():\n            w.zero_()\n"),
        ("no step", NOTHING_MOVES, STEP, ""),
        ("a smaller rate", "A smaller rate hides the growing gradients for a while. They are still "
         "there.", None,
         """
         def script_1(x, y, w, lr, steps):
             optimizer = torch.optim.SGD([w], lr=lr)
             losses = []
             for k in range(steps):
                 loss = ((x @ w - y) ** 2).mean()
                 loss.backward()
                 optimizer.param_groups[0]["lr"] = lr / (k + 1)
                 optimizer.step()
                 losses.append(loss.item())
             return losses
         """),
        ("the sum", "The loss is the mean of the squares, as it was.", ".mean()", ".sum()"),
        ("tensors kept", "The losses come after the step: one too late.",
         APPEND, "        losses.append(((x @ w - y) ** 2).mean().item())\n"),
        ("halved", "You average with what was there. It has to go.", ZERO,
         "        if w.grad is not None:\n            w.grad /= 2\n"),
    ),
    alternatives=styles(
        None_at_the_end="""
        def script_1(x, y, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            losses = []
            for _ in range(steps):
                loss = ((x @ w - y) ** 2).mean()
                loss.backward()
                optimizer.step()
                w.grad = None
                losses.append(loss.item())
            return losses
        """,
        zeros="""
        def script_1(x, y, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            losses = []
            for _ in range(steps):
                optimizer.zero_grad(set_to_none=False)
                loss = F.mse_loss(x @ w, y)
                losses.append(loss.item())
                loss.backward()
                optimizer.step()
            return losses
        """,
        without_an_optimizer="""
        def script_1(x, y, w, lr, steps):
            losses = []
            for _ in range(steps):
                loss = (x @ w - y).square().mean()
                (slope,) = torch.autograd.grad(loss, w)
                with torch.no_grad():
                    w -= lr * slope
                losses.append(float(loss.detach()))
            return losses
        """,
    ),
)  # fmt: skip

# --- script 2

COUNT = "counts.append((guesses == labels).sum().item())"

register_hidden(
    "script_2",
    cases={
        "mended": [
            case("hidden three batches",
                 [(randn(n, 2, **DOUBLE), integers(n, low=0, high=3)) for n in (11, 4, 7)],
                 randn(2, 3, dtype="float64")),
        ],
    },
    mistakes=mends(
        2,
        [("counts.append((guesses == labels).sum)", COUNT)],
        ("a share", "A count was asked for, not a share.", COUNT,
         "counts.append((guesses == labels).sum().item() / len(labels))"),
        ("the length", "That is how many rows there are, right or wrong.", COUNT,
         "counts.append(len(guesses == labels))"),
        ("a running total", "You add up over the batches. One number for each was asked for.",
         COUNT, "counts.append(sum(counts[-1:]) + (guesses == labels).sum().item())"),
        ("one number", "One number for each batch was asked for, not their sum.",
         "return counts", "return sum(counts)"),
        ("the wrong ones", "You count the rows that are wrong.", COUNT,
         "counts.append((guesses != labels).sum().item())"),
        ("dropped", "The result is computed and not kept.", COUNT, "(guesses == labels).sum()"),
        ("still a method", "`.item` is a method too, and it is not called either.", COUNT,
         "counts.append((guesses == labels).sum().item)"),
        ("a list of truths", "These are the truth values. Count them.", COUNT,
         "counts.append((guesses == labels).tolist())"),
        ("columns", "argmax over dimension 0 asks for the best row of each column.",
         None,
         """
         def script_2(batches, w):
             counts = []
             for x, labels in batches:
                 guesses = (x @ w).argmax(dim=0)
                 counts.append((guesses[0] == labels).sum().item())
             return counts
         """),
    ),
    alternatives=styles(
        tensors="""
        def script_2(batches, w):
            return [((x @ w).argmax(dim=1) == labels).sum() for x, labels in batches]
        """,
        plain="""
        def script_2(batches, w):
            counts = []
            for x, labels in batches:
                guesses = (x @ w).argmax(dim=1)
                counts.append(sum((guesses == labels).tolist()))
            return counts
        """,
        pairs="""
        def script_2(batches, w):
            counts = []
            for x, labels in batches:
                rows = zip((x @ w).tolist(), labels.tolist())
                counts.append(len([1 for row, label in rows if row.index(max(row)) == label]))
            return tuple(counts)
        """,
    ),
)  # fmt: skip

# --- script 3

NET = (randn(7, 3, **DOUBLE), randn(7, **DOUBLE), randn(3, 5, **WEIGHTS), randn(5, **WEIGHTS))

register_hidden(
    "script_3",
    cases={"mended": [case("hidden five", *NET, 0.1, 5)]},
    mistakes=mends(
        3,
        [("return y_ored", "return y_pred")],
        ("the hidden layer", "The net answers with its hidden layer. The second one is left out.",
         "return y_pred", "return hidden.sum(1)"),
        ("the truth", "The net returns the very y that it should guess: the loss is 0 and teaches "
         "nothing.", "return y_pred", "return y + 0 * y_pred"),
        ("no graph", "`.detach()` cuts the graph: no gradient reaches w1 and w2.",
         "return y_pred", "return y_pred.detach().requires_grad_()"),
        ("no clamp", "The hidden layer has lost its clamp: the net is a straight line.",
         "(x @ w1).clamp(min=0)", "x @ w1"),
        ("w1 alone", "Only w1 is trained.", "torch.optim.SGD([w1, w2], lr=lr)",
         "torch.optim.SGD([w1], lr=lr)"),
        ("w2 alone", "Only w2 is trained.", "torch.optim.SGD([w1, w2], lr=lr)",
         "torch.optim.SGD([w2], lr=lr)"),
        ("the sum", "The loss is the mean of the squares.", ".mean()", ".sum()"),
        ("negative side", "The clamp is at the wrong side.", "clamp(min=0)", "clamp(max=0)"),
    ),
    alternatives=styles(
        the_name_made="""
        def script_3(x, y, w1, w2, lr, steps):
            def net(x):
                hidden = (x @ w1).clamp(min=0)
                y_ored = hidden @ w2
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
        one_line="""
        def script_3(x, y, w1, w2, lr, steps):
            optimizer, losses = torch.optim.SGD([w1, w2], lr), []
            while len(losses) < steps:
                loss = F.mse_loss((x @ w1).relu() @ w2, y)
                losses.append(loss.item())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return losses
        """,
        by_hand="""
        def script_3(x, y, w1, w2, lr, steps):
            losses = []
            for _ in range(steps):
                hidden = (x @ w1).clamp(min=0)
                gap = hidden @ w2 - y
                losses.append((gap * gap).mean().item())
                with torch.no_grad():
                    back = 2 * gap / len(y)
                    slope = x.T @ (back[:, None] * w2 * (hidden > 0))
                    w2 -= lr * (hidden.T @ back)
                    w1 -= lr * slope
            return losses
        """,
    ),
)  # fmt: skip

# --- script 4

CROSS = "F.cross_entropy(x @ w, labels)"

register_hidden(
    "script_4",
    cases={
        "mended": [
            case("hidden four classes", randn(7, 3, **DOUBLE), integers(7, low=0, high=4),
                 randn(3, 4, **WEIGHTS), 0.5, 5),
        ],
    },
    mistakes=mends(
        4,
        [("        probabilities = F.softmax(x @ w, dim=1)\n", ""),
         ("F.cross_entropy(probabilities, labels)", CROSS)],
        ("nll of probabilities", "nll_loss wants the logarithms of the probabilities.",
         CROSS, "F.nll_loss(F.softmax(x @ w, dim=1), labels)"),
        ("nll of scores", "nll_loss takes no softmax: give it log_softmax.",
         CROSS, "F.nll_loss(x @ w, labels)"),
        ("log of the columns", "The softmax runs over the rows of the batch. dim=1 are the "
         "classes.", CROSS, "F.nll_loss(F.log_softmax(x @ w, dim=0), labels)"),
        ("softmax of the labels", "The softmax is still there, only in another place.",
         CROSS, "F.cross_entropy((x @ w).softmax(dim=-1), labels)"),
        ("a sum", "The loss is the mean over the rows.", CROSS,
         "F.cross_entropy(x @ w, labels, reduction='sum')"),
        ("squares", "That is another loss, the squares of the errors.", CROSS,
         "((x @ w - F.one_hot(labels, w.shape[1])) ** 2).mean()"),
        ("sharpened", "Sharper probabilities are still probabilities. The loss wants the scores.",
         CROSS, "F.cross_entropy(10 * F.softmax(x @ w, dim=1), labels)"),
    ),
    alternatives=styles(
        nll="""
        def script_4(x, labels, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            losses = []
            for _ in range(steps):
                loss = F.nll_loss(F.log_softmax(x @ w, dim=1), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
        """,
        a_module="""
        def script_4(x, labels, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            measure, losses = nn.CrossEntropyLoss(), []
            for _ in range(steps):
                scores = x @ w
                loss = measure(scores, labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
        """,
        the_logarithm="""
        def script_4(x, labels, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            losses = []
            for _ in range(steps):
                probabilities = F.softmax(x @ w, dim=1)
                chosen = probabilities[torch.arange(len(x)), labels]
                loss = -chosen.log().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
        """,
    ),
)  # fmt: skip

# --- script 5

ASK = "    net.eval()\n    with torch.no_grad():\n        return net(new_x)\n"
BATCH_NORM = (
    "Batch norm is still in training mode when the new rows come. net.eval(), with parentheses, "
    "puts it out of it."
)
TOLERANT = {"tolerance": (1e-3, 1e-4)}

register_hidden(
    "script_5",
    cases={
        "mended": [
            case("hidden four rows", randn(9, 2), integers(9, low=0, high=3), randn(4, 2), 0.4, 4,
                 **TOLERANT),
        ],
    },
    mistakes=mends(
        5,
        [("    with torch.no_grad():\n        return net(new_x)\n", ASK)],
        ("eval too early", "eval before the training: batch norm then trains with the values it "
         "began with, and never measures any.", None,
         """
         def script_5(x, labels, new_x, lr, steps):
             torch.manual_seed(5)
             net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
             net.eval()
             optimizer = torch.optim.SGD(net.parameters(), lr=lr)
             for _ in range(steps):
                 loss = F.cross_entropy(net(x), labels)
                 optimizer.zero_grad()
                 loss.backward()
                 optimizer.step()
             with torch.no_grad():
                 return net(new_x)
         """),
        ("asked together with the old", "The new rows go through batch norm together with the old "
         "ones, and still in training mode.", ASK,
         "    with torch.no_grad():\n        return net(torch.cat([x, new_x]))[len(x) :]\n"),
        ("train again", BATCH_NORM, "net.eval()", "net.train()"),
        ("not called", BATCH_NORM, "net.eval()", "net.eval"),
        ("after the answer", "The mode is switched after the answer was computed.", ASK,
         "    with torch.no_grad():\n        answer = net(new_x.repeat(2, 1))[: len(new_x)]\n"
         "    net.eval()\n    return answer\n"),
        ("without batch norm", "Leaving the layer out is no mend: that is another net.",
         "nn.BatchNorm1d(4), ", ""),
        ("one layer alone", BATCH_NORM,
         "net.eval()", "net[0].eval()"),
        ("probabilities", "Scores were asked for, not probabilities.", "return net(new_x)",
         "return net(new_x).softmax(1)"),
        ("not trained", "The net is not trained any more.", "        optimizer.step()\n", ""),
    ),
    alternatives=styles(
        train_false="""
        def script_5(x, labels, new_x, lr, steps):
            torch.manual_seed(5)
            net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
            optimizer = torch.optim.SGD(net.parameters(), lr=lr)
            for _ in range(steps):
                net.train()
                optimizer.zero_grad()
                F.cross_entropy(net(x), labels).backward()
                optimizer.step()
            net.train(False)
            return net(new_x).detach()
        """,
        the_layer="""
        def script_5(x, labels, new_x, lr, steps):
            torch.manual_seed(5)
            norm = nn.BatchNorm1d
            net = nn.Sequential(nn.Linear(2, 4), norm(4), nn.ReLU(), nn.Linear(4, 3))
            optimizer = torch.optim.SGD(net.parameters(), lr=lr)
            for _ in range(steps):
                loss = F.cross_entropy(net(x), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            net[1].eval()
            with torch.no_grad():
                return net(new_x)
        """,
        row_by_row="""
        def script_5(x, labels, new_x, lr, steps):
            torch.manual_seed(5)
            net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
            optimizer = torch.optim.SGD(net.parameters(), lr=lr)
            for _ in range(steps):
                loss = F.cross_entropy(net(x), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            net = net.eval()
            with torch.no_grad():
                return torch.cat([net(row[None]) for row in new_x])
        """,
    ),
)  # fmt: skip
