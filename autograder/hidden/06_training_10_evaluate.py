"""Hidden part of evaluate."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import formula, integers, randn

DOUBLE = {"dtype": "float64"}
ENTROPY = formula(
    "(scores.exp().sum(1).log() - scores.gather(1, labels[:, None])[:, 0]).mean()",
    "scores, labels",
)
RIGHT = """
def evaluate(model, loader, loss_fn):
    before = model.training
    model.eval()
    total = right = count = 0
    with torch.no_grad():
        for x, labels in loader:
            scores = model(x)
            loss = loss_fn(scores, labels)
            total += len(labels) * loss.item()
            right += (scores.argmax(1) == labels).sum().item()
            count += len(labels)
    model.train(before)
    return total / count, right / count
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


def weights():
    return randn(3, 4, **DOUBLE, requires_grad=True)


def drawn(*sizes):
    return [(randn(n, 3, **DOUBLE), integers(n, low=0, high=4)) for n in sizes]


register_hidden(
    "evaluate",
    cases={
        "one batch": [case("hidden nine", weights(), drawn(9), ENTROPY, False)],
        "batches of different size": [
            case("hidden uneven", weights(), drawn(2, 9, 1), ENTROPY, False),
        ],
        "without training": [
            case("hidden training", weights(), drawn(3, 2), ENTROPY, True),
            case("hidden not training", weights(), drawn(3, 2), ENTROPY, False),
        ],
    },
    mistakes=[
        wrong("mean of the means", "You average over batches. A short batch then counts as much as "
              "a long one.",
              """
              def evaluate(model, loader, loss_fn):
                  before, losses, rights = model.training, [], []
                  model.eval()
                  with torch.no_grad():
                      for x, labels in loader:
                          scores = model(x)
                          losses.append(loss_fn(scores, labels).item())
                          right = (scores.argmax(1) == labels).sum().item()
                          rights.append(right / len(labels))
                  model.train(before)
                  return sum(losses) / len(losses), sum(rights) / len(rights)
              """),
        changed("loss by batches", "The losses of the batches are added as if all had one sample.",
                "len(labels) * loss.item()", "loss.item()"),
        changed("still training", "The model is asked in training mode: call model.eval().",
                "    model.eval()\n", ""),
        changed("left in eval", "The model stays in evaluation mode. Put it back.",
                "    model.train(before)\n", ""),
        changed("always back to training", "You switch training on afterwards, whatever was on "
                "before.", "model.train(before)", "model.train()"),
        changed("recorded", "The calls are recorded. They belong into torch.no_grad().",
                "    with torch.no_grad():\n", "    with torch.enable_grad():\n"),
        changed("argmax over rows", "argmax(0) asks which row is largest. One guess a row: "
                "argmax(1).", "scores.argmax(1) == labels", "scores.argmax(0)[0] == labels"),
        changed("the smallest", "The guess is the largest score, not the smallest.",
                "argmax(1)", "argmin(1)"),
        changed("wrong ones counted", "You count the wrong guesses.", "argmax(1) ==",
                "argmax(1) !="),
        changed("the last batch", "Only the last batch counts for the accuracy.", "right += ",
                "right = "),
        changed("exchanged", "The order is (loss, accuracy).", "total / count, right / count",
                "right / count, total / count"),
        changed("per cent", "The accuracy is a share between 0 and 1.", "right / count\n",
                "100 * right / count\n"),
        changed("a count", "The accuracy is a share, not a count.", "total / count, right / count",
                "total / count, right"),
        changed("the sum", "The loss is the mean over samples, not their sum.",
                "total / count, right / count", "total, right / count"),
        changed("learns", "Evaluating must not fill any gradient: no backward here.",
                "            loss = loss_fn(scores, labels)\n",
                "            loss = loss_fn(scores, labels)\n"
                "            with torch.enable_grad():\n"
                "                loss_fn(x @ model.w, labels).backward()\n"),
    ],
    alternatives=styles(
        all_at_once="""
        def evaluate(model, loader, loss_fn):
            how = model.training
            model.train(False)
            with torch.no_grad():
                pairs = [(model(x), labels) for x, labels in loader]
                scores = torch.cat([s for s, _ in pairs])
                labels = torch.cat([y for _, y in pairs])
                loss = loss_fn(scores, labels).item()
                accuracy = (scores.argmax(dim=-1) == labels).to(torch.float64).mean().item()
            model.train(how)
            return loss, accuracy
        """,
        a_decorator="""
        @torch.no_grad()
        def evaluate(model, loader, loss_fn):
            was_training = model.training
            model.eval()
            try:
                rows = []
                for x, labels in loader:
                    scores = model(x)
                    best, place = scores.max(1)
                    n = x.shape[0]
                    rows.append((n * loss_fn(scores, labels), (place == labels).sum(), n))
            finally:
                if was_training:
                    model.train()
            losses, rights, counts = zip(*rows)
            return sum(losses) / sum(counts), sum(rights) / sum(counts)
        """,
        weighted="""
        def evaluate(model, loader, loss_fn):
            state = model.training
            model.eval()
            sizes, losses, shares = [], [], []
            for x, labels in loader:
                with torch.no_grad():
                    scores = model(x)
                    losses.append(float(loss_fn(scores, labels)))
                guesses = [row.index(max(row)) for row in scores.tolist()]
                hits = [a == b for a, b in zip(guesses, labels.tolist())]
                shares.append(sum(hits) / len(hits))
                sizes.append(len(hits))
            model.train(state)
            return np.average(losses, weights=sizes), np.average(shares, weights=sizes)
        """,
    ),
)  # fmt: skip
