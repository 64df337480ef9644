"""The classifier and its loss: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn, tensor

# --- 3

SIDE_BY_SIDE = """
class WindowClassifier(torch.nn.Module):
    def __init__(self, words, dim, window, hidden):
        super().__init__()
        self.window = window
        self.embedding = torch.nn.Embedding(words, dim, padding_idx=0)
        self.hidden = torch.nn.Linear((1 + 2 * window) * dim, hidden)
        self.output = torch.nn.Linear(hidden, 1)

    def forward(self, ids):
        vectors = self.embedding(ids)
        length = ids.shape[1] - 2 * self.window
        near = [vectors[:, k : k + length] for k in range(2 * self.window + 1)]
        found = torch.tanh(self.hidden(torch.cat(near, 2)))
        return self.output(found)[:, :, 0]
"""


def misbuilt(name, sentence, old, new):
    return wrong(name, sentence, but(SIDE_BY_SIDE, old, new))


register_hidden(
    "WindowClassifier",
    cases={
        "parameters": [case("hidden window 3", "parameters", (4, 5, 3, 2))],
        "scores": [
            case("hidden no window", "scores", (5, 2, 0, 3), tensor([[1, 2], [4, 0]])),
            case("hidden many", "scores", (12, 3, 2, 5), integers(4, 11, low=0, high=12)),
        ],
        "gradients": [
            case("hidden window 2", "gradients", (7, 2, 2, 3), integers(2, 7, low=0, high=7)),
        ],
        "learns": [
            case("hidden larger", "learns", (8, 5, 1, 7), tensor([[0, 2, 4, 6, 0],
                 [0, 2, 4, 3, 0], [0, 6, 2, 4, 0], [0, 4, 5, 6, 0]])),
        ],
    },
    mistakes=[
        misbuilt(
            "no super", "`super().__init__()` is missing, so nothing can hold the layers.",
            "        super().__init__()\n", "",
        ),
        misbuilt(
            "no padding_idx", "The row of `<pad>` is random and learns. `padding_idx=0` keeps it "
            "at zero.",
            ", padding_idx=0", "",
        ),
        misbuilt(
            "the word alone", "The hidden layer sees one embedding. It is to see the whole window.",
            "(1 + 2 * window) * dim", "dim",
        ),
        misbuilt(
            "window on one side", "The window is `window + 1` wide: a word and one side only.",
            "(1 + 2 * window) * dim", "(1 + window) * dim",
        ),
        misbuilt(
            "no tanh", "Without a tanh between them, two linear layers are one.",
            "torch.tanh(self.hidden(torch.cat(near, 2)))", "self.hidden(torch.cat(near, 2))",
        ),
        misbuilt(
            "relu", "A tanh is asked for between the layers, not a relu.",
            "torch.tanh(self.hidden(torch.cat(near, 2)))",
            "torch.relu(self.hidden(torch.cat(near, 2)))",
        ),
        misbuilt(
            "sigmoid", "You return probabilities. Scores are asked for; the loss does the sigmoid.",
            "return self.output(found)[:, :, 0]", "return self.output(found)[:, :, 0].sigmoid()",
        ),
        misbuilt(
            "one dimension more", "The last dimension, of size 1, is still there.",
            "self.output(found)[:, :, 0]", "self.output(found)",
        ),
        misbuilt(
            "right to left", "The neighbours stand in the order from right to left.",
            "range(2 * self.window + 1)", "range(2 * self.window, -1, -1)",
        ),
        misbuilt(
            "numbers of a dimension together",
            "The numbers of a window are mixed: first all of the first word, then of the next.",
            "torch.cat(near, 2)", "torch.stack(near, 3).flatten(2)",
        ),
        misbuilt(
            "the middle three times", "All places of the window hold the same word.",
            "vectors[:, k : k + length]", "vectors[:, self.window : self.window + length]",
        ),
        misbuilt(
            "two scores", "Two scores for each word. One will do: place or not.",
            "torch.nn.Linear(hidden, 1)", "torch.nn.Linear(hidden, 2)",
        ),
        misbuilt(
            "other names", "The output layer has another name than `output`.",
            "        self.output = torch.nn.Linear(hidden, 1)\n",
            "        self.out = torch.nn.Linear(hidden, 1)\n"
            "        self.__dict__['output'] = self.out\n",
        ),
    ],
    alternatives=styles(
        slices=SIDE_BY_SIDE,
        indices="""
            class WindowClassifier(torch.nn.Module):
                def __init__(self, words, dim, window, hidden):
                    super().__init__()
                    self.window, self.wide = window, (2 * window + 1) * dim
                    self.output = torch.nn.Linear(hidden, 1)
                    self.hidden = torch.nn.Linear(self.wide, hidden)
                    self.embedding = torch.nn.Embedding(words, dim, 0)

                def forward(self, ids):
                    B, L = ids.shape[0], ids.shape[1] - 2 * self.window
                    first = torch.arange(L).reshape(L, 1)
                    places = first + torch.arange(2 * self.window + 1)
                    x = self.embedding(ids[:, places]).reshape(B, L, self.wide)
                    return self.output(self.hidden(x).tanh()).reshape(B, L)
            """,
        word_by_word="""
            class WindowClassifier(torch.nn.Module):
                def __init__(self, words, dim, window, hidden):
                    super().__init__()
                    self.embedding = torch.nn.Embedding(words, dim, padding_idx=0)
                    self.hidden = torch.nn.Linear(dim * (2 * window + 1), hidden)
                    self.output = torch.nn.Linear(hidden, 1)
                    self.rest = torch.nn.Sequential(
                        torch.nn.Flatten(), Borrowed(self.hidden), torch.nn.Tanh(),
                        Borrowed(self.output),
                    )
                    self.width = 2 * window + 1

                def forward(self, ids):
                    words = range(ids.shape[1] - self.width + 1)
                    each = [
                        self.rest(self.embedding(ids[:, k : k + self.width])) for k in words
                    ]
                    return torch.cat(each, 1)


            class Borrowed(torch.nn.Module):
                def __init__(self, layer):
                    super().__init__()
                    self.call = layer.forward

                def forward(self, x):
                    return self.call(x)
            """,
    ),
)  # fmt: skip

# --- 4

MASKED = """
def loss_by_length(scores, labels, lengths):
    loss = F.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    mask = torch.arange(labels.shape[1])[None, :] < lengths[:, None]
    return loss[mask].mean()
"""


def mislost(name, sentence, old, new):
    return wrong(name, sentence, but(MASKED, old, new))


register_hidden(
    "loss_by_length",
    cases={
        "no padding": [
            case("hidden two sentences", randn(2, 4), tensor([[0.0, 1, 1, 0], [1, 0, 0, 0]]),
                 tensor([4, 4])),
            case("hidden large and wrong", tensor([[-150.0, 100.0]]), tensor([[1.0, 0.0]]),
                 tensor([2])),
        ],
        "padding": [
            case("hidden many", randn(5, 6), tensor([[0.0, 1, 0, 0, 0, 0]] * 5),
                 tensor([6, 2, 3, 4, 2])),
            case("hidden one word each", randn(3, 4), tensor([[1.0, 0, 0, 0]] * 3),
                 tensor([1, 1, 2])),
        ],
        "gradient": [
            case("hidden three learn", randn(3, 4, requires_grad=True),
                 tensor([[0.0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 1, 0]]), tensor([4, 2, 3])),
        ],
    },
    mistakes=[
        mislost(
            "all places", "The padding counts as if it were words.",
            "loss[mask].mean()", "loss.mean()",
        ),
        mislost(
            "masked, but counted", "The padding adds nothing now, but you still divide by all "
            "places.",
            "loss[mask].mean()", "(loss * mask).mean()",
        ),
        mislost(
            "sum", "The losses are added up. Divide by the number of words.",
            "loss[mask].mean()", "loss[mask].sum()",
        ),
        mislost(
            "by sentences", "You divide by the number of sentences. A loss per word is asked for.",
            "loss[mask].mean()", "loss[mask].sum() / len(labels)",
        ),
        mislost(
            "mean of means", "Each sentence counts the same. Each word is to count the same.",
            "loss[mask].mean()", "((loss * mask).sum(1) / lengths).mean()",
        ),
        mislost(
            "one too many", "The first place behind the end still counts: `<`, not `<=`.",
            "< lengths", "<= lengths",
        ),
        mislost(
            "one too few", "The last word of each sentence is left out.",
            "< lengths[:, None]", "< lengths[:, None] - 1",
        ),
        mislost(
            "the padding alone", "You kept the padding and dropped the words.",
            "loss[mask]", "loss[~mask]",
        ),
        mislost(
            "no sigmoid", "`binary_cross_entropy` takes probabilities, and these are scores.",
            "F.binary_cross_entropy_with_logits(scores, labels",
            "F.binary_cross_entropy(scores.clamp(0.001, 0.999), labels",
        ),
        mislost(
            "sigmoid twice", "A sigmoid, and then a loss that does one too.",
            "with_logits(scores, labels", "with_logits(scores.sigmoid(), labels",
        ),
        wrong(
            "log of sigmoid",
            "For a large score, sigmoid is 1 or 0 and its logarithm infinite. Use the loss that "
            "takes scores.",
            """
            def loss_by_length(scores, labels, lengths):
                p = scores.sigmoid()
                loss = -(labels * p.log() + (1 - labels) * (1 - p).log())
                mask = torch.arange(labels.shape[1])[None, :] < lengths[:, None]
                return loss[mask].mean()
            """,
        ),
        mislost(
            "a number", "The loss is a bare number; no gradient can flow from it.",
            "loss[mask].mean()", "loss[mask].mean().item()",
        ),
        mislost(
            "padding into the scores", "Scores of padding set to 0 still cost log 2 each.",
            "with_logits(scores, labels, reduction=\"none\")\n"
            "    mask = torch.arange(labels.shape[1])[None, :] < lengths[:, None]\n"
            "    return loss[mask].mean()",
            "with_logits(\n"
            "        scores * (torch.arange(labels.shape[1]) < lengths[:, None]), labels)\n"
            "    return loss",
        ),
    ],
    alternatives=styles(
        mask_as_index=MASKED,
        sentence_by_sentence="""
            def loss_by_length(scores, labels, lengths):
                total = 0
                for s, m, n in zip(scores, labels, lengths.tolist()):
                    bce = torch.nn.BCEWithLogitsLoss(reduction="sum")
                    total = total + bce(s[:n], m[:n])
                return total / lengths.sum()
            """,
        weights="""
            def loss_by_length(scores, labels, lengths):
                words = torch.arange(scores.shape[1]).expand(*scores.shape) < lengths[:, None]
                share = words.float() / lengths.sum()
                bce = F.binary_cross_entropy_with_logits
                return bce(scores, labels, weight=share, reduction="sum")
            """,
        by_hand="""
            def loss_by_length(scores, labels, lengths):
                each = F.softplus(scores) - scores * labels
                kept = [row[: int(n)] for row, n in zip(each, lengths)]
                return torch.cat(kept).mean()
            """,
    ),
)  # fmt: skip
