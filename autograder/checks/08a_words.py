"""Project 08a, place names: from words to numbers, a classifier of windows, its loss."""

import math

import torch
from torch.nn import functional as F

from autograder.exercise import Exercise, Group, case, register
from autograder.values import integers, randn, tensor

LECTURE = "08a_words"

# --- 1


def numbered(sentences, at_least=1):
    spoken = [word.casefold() for sentence in sentences for word in sentence]
    enough = [word for word in sorted(set(spoken), key=spoken.index)
              if spoken.count(word) >= at_least]  # fmt: skip
    return {word: number for number, word in enumerate(["<pad>", "<unk>", *enough])}


def in_order(make_vocabulary, *args, **kwargs):
    """The dictionary's pairs in the order of their numbers."""
    found = make_vocabulary(*args, **kwargs)
    return sorted(([number, word] for word, number in found.items()), key=lambda pair: pair[0])


SEEN = [["We", "met", "in", "Oslo"], ["Oslo", "is", "in", "Norway"], ["we", "met"]]

register(
    Exercise(
        "make_vocabulary",
        lecture=LECTURE,
        title="A number for every word",
        points=3,
        minutes=15,
        difficulty=2,
        oracle=lambda *args, **kwargs: in_order(numbered, *args, **kwargs),
        call=in_order,
        shown_as="make_vocabulary",
        groups=(
            Group(
                "numbers",
                1,
                property="<pad> is 0 and <unk> is 1; the words follow in the order in which they "
                "first appear, each once.",
                hint="len(vocabulary) is the next free number.",
                cases=(
                    case("one sentence", [["in", "lima"]]),
                    case("again and again", [["a", "b", "a"], ["c", "b"]]),
                ),
            ),
            Group(
                "small letters",
                1,
                property="A word is the same word in capital letters.",
                hint="word.lower(), before anything is counted.",
                cases=(case("Oslo and oslo", [["Oslo", "oslo"], ["OSLO", "Lima"]]),),
            ),
            Group(
                "rare words",
                1,
                property="Only words that appear at least `at_least` times, in all sentences "
                "together, get a number.",
                hint="Count everything first, then give numbers.",
                cases=(
                    case("twice", SEEN, 2),
                    case("three times", [["a", "b"], ["b", "a", "a"], ["c"]], at_least=3),
                ),
            ),
        ),
    )
)

# --- 2


def padded(batch, vocabulary, window):
    if any(len(words) != len(labels) for words, labels in batch):
        raise ValueError("as many labels as words")
    rim = [vocabulary["<pad>"]] * window
    other = vocabulary["<unk>"]
    rows = [
        torch.tensor([*rim, *(vocabulary.get(w.casefold(), other) for w in words), *rim])
        for words, marks in batch
    ]
    marks = [torch.tensor(labels, dtype=torch.float32) for words, labels in batch]
    together = torch.nn.utils.rnn.pad_sequence
    return (
        together(rows, batch_first=True),
        together(marks, batch_first=True),
        torch.tensor([len(mark) for mark in marks]),
    )


WORDS = {"<pad>": 0, "<unk>": 1, "we": 2, "met": 3, "in": 4, "oslo": 5}
SHORT, LONG = (["in", "oslo"], [0, 1]), (["we", "met", "in", "oslo"], [0, 0, 0, 1])

register(
    Exercise(
        "encode_and_pad",
        lecture=LECTURE,
        title="Sentences side by side",
        points=4,
        minutes=25,
        difficulty=3,
        oracle=padded,
        compares=("dtype",),
        groups=(
            Group(
                "one sentence",
                1,
                property="Words become their numbers, labels floats, and `window` pads stand on "
                "both sides of the words.",
                hint="ids are (1, words + 2 · window), labels (1, words), lengths (1,).",
                cases=(
                    case("window 1", [SHORT], WORDS, 1),
                    case("window 2", [LONG], WORDS, 2),
                    case("no window", [SHORT], WORDS, 0),
                ),
            ),
            Group(
                "unknown words",
                1,
                property="A word without a number, whatever its letters, becomes <unk>; capital "
                "letters do not make a word unknown.",
                hint="vocabulary.get(word.lower(), …)",
                cases=(
                    case("lima", [(["in", "lima"], [0, 1])], WORDS, 1),
                    case("In Oslo", [(["In", "Oslo"], [0, 1])], WORDS, 1),
                ),
            ),
            Group(
                "different lengths",
                1.5,
                property="Shorter sentences are filled up on the right: ids with <pad>, labels "
                "with 0. `lengths` tells how many words there really are.",
                hint="The longest sentence decides the width.",
                cases=(
                    case("short and long", [SHORT, LONG], WORDS, 1),
                    case("long and short", [LONG, SHORT, (["we"], [0])], WORDS, 2),
                ),
            ),
            Group(
                "error on bad input",
                0.5,
                property="A sentence with more words than labels, or fewer, is refused with a "
                "ValueError.",
                hint="Compare the lengths before anything else.",
                cases=(
                    case("too few labels", [SHORT, (["we", "met"], [0])], WORDS, 1,
                         raises=ValueError),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 3


class Sliding(torch.nn.Module):
    """The same scores as a convolution along the sentence: it too slides a window."""

    def __init__(self, words, dim, window, hidden):
        super().__init__()
        self.reach = window
        make = {"embedding": torch.nn.Embedding(words, dim, 0)}
        make["hidden"] = torch.nn.Linear(dim * (1 + 2 * window), hidden)
        make["output"] = torch.nn.Linear(hidden, 1)
        for name, layer in make.items():
            self.add_module(name, layer)

    def forward(self, numbers):
        weight, bias = self.hidden.weight, self.hidden.bias
        kernel = weight.reshape(len(bias), 1 + 2 * self.reach, -1).transpose(1, 2)
        found = F.conv1d(self.embedding(numbers).transpose(1, 2), kernel, bias)
        return F.conv1d(found.tanh(), self.output.weight[:, :, None], self.output.bias)[:, 0]


# The word after a 2 is a place, unless the word after it is a 3.
LESSONS = [[0, 2, 4, 5, 0], [0, 4, 5, 2, 0], [0, 5, 2, 4, 0], [0, 2, 5, 3, 0], [0, 4, 3, 5, 0],
           [0, 5, 3, 2, 0], [0, 2, 6, 0, 0], [0, 4, 6, 0, 0], [0, 2, 6, 3, 0],
           [0, 6, 2, 5, 0]]  # fmt: skip
ANSWERS = [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 0],
           [0, 0, 0], [0, 0, 1]]  # fmt: skip
EXAM = [[0, 2, 4, 6, 0], [0, 2, 4, 3, 0], [0, 6, 2, 4, 0], [0, 4, 5, 6, 0]]
MARKS = [[0, 1, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]]


def examined(made, what, sizes, ids=None):
    """One thing about a classifier of these sizes, whose parameters are set to known numbers."""
    model = made(*sizes)
    named = dict(model.named_parameters())
    if what == "parameters":
        row = model.embedding.weight.detach()[0]
        return {
            "shapes": {name: tuple(p.shape) for name, p in named.items()},
            "largest number in the row of <pad>": row.abs().max().item(),
        }
    for number, (_, p) in enumerate(sorted(named.items())):
        values = [0.7 * math.sin(3 * number + 2 * k) for k in range(p.numel())]
        p.data = p.new_tensor(values).reshape(p.shape)
    if what == "scores":
        return model(ids).detach()
    if what == "gradients":
        scores = model(ids)
        (scores * scores).sum().backward()
        return {name: p.grad for name, p in named.items()}
    return {"right of 12 held-out words": _learned(model, ids)}


def _learned(model, ids):
    """Train on LESSONS by plain gradient descent, then count right guesses on EXAM."""
    answers = model.output.bias.new_tensor(ANSWERS)
    lessons = ids.new_tensor(LESSONS)
    for _ in range(150):
        scores = model(lessons)
        chance = 1 / (1 + (-scores).exp())
        loss = -(answers * chance.log() + (1 - answers) * (1 - chance).log()).mean()
        loss.backward()
        for p in model.parameters():
            p.data = p.data - 1.0 * p.grad
            p.grad = None
    found = (model(ids) > 0).tolist()
    return sum(a == bool(b) for got, want in zip(found, MARKS, strict=True)
               for a, b in zip(got, want, strict=True))  # fmt: skip


register(
    Exercise(
        "WindowClassifier",
        lecture=LECTURE,
        title="A word and its neighbours",
        points=5,
        minutes=35,
        difficulty=3,
        oracle=lambda *args: examined(Sliding, *args),
        call=examined,
        shown_as="examine",
        groups=(
            Group(
                "parameters",
                1,
                property="Three layers with the names and shapes asked for; <pad> starts as zeros.",
                hint="A window is 2 · window + 1 words wide. Embedding takes padding_idx.",
                cases=(
                    case("small", "parameters", (5, 2, 1, 3)),
                    case("a wider window", "parameters", (7, 3, 2, 4)),
                ),
            ),
            Group(
                "scores",
                2,
                property="Each word gets one score, made from the embeddings of its window, from "
                "left to right: (sentences, words).",
                hint="Print the shapes: (B, L + 2w), then (B, L, 2w + 1), (B, L, (2w + 1) · dim), "
                "(B, L, 1).",
                cases=(
                    case("one word", "scores", (5, 2, 1, 3), tensor([[0, 2, 0]])),
                    case("two sentences", "scores", (6, 3, 1, 4),
                         tensor([[0, 2, 5, 4, 0], [0, 3, 1, 0, 0]])),
                    case("window 2", "scores", (9, 2, 2, 3), integers(3, 9, low=0, high=9)),
                ),
            ),
            Group(
                "gradients",
                1,
                property="Every parameter gets its gradient, and the row of <pad> gets zeros.",
                hint="`padding_idx=0` keeps the row of <pad> as it is.",
                cases=(
                    case("all of them", "gradients", (6, 2, 1, 3), tensor([[0, 2, 5, 4, 0]])),
                ),
            ),
            Group(
                "learns",
                1,
                property="Trained on ten tiny sentences, it judges four new ones rightly.",
                hint="It can only do so when it sees the word, the one before and the one after.",
                cases=(case("ten lessons", "learns", (7, 4, 1, 6), tensor(EXAM)),),
            ),
        ),
    )
)  # fmt: skip

# --- 4


def by_length(scores, labels, lengths):
    rows = zip(scores, labels, lengths.tolist(), strict=True)
    pairs = [(row[:n], label[:n]) for row, label, n in rows]
    seen, said = (torch.cat(side) for side in zip(*pairs, strict=True))
    return F.binary_cross_entropy_with_logits(seen, said)


LEARNS = {"requires_grad": True}

register(
    Exercise(
        "loss_by_length",
        lecture=LECTURE,
        title="Padding does not count",
        points=4,
        minutes=20,
        difficulty=3,
        oracle=by_length,
        compares=("dtype", "gradient"),
        groups=(
            Group(
                "no padding",
                1,
                property="The mean of the binary cross-entropy over all words.",
                hint="binary_cross_entropy_with_logits takes scores, not probabilities.",
                cases=(
                    case("one word", tensor([[2.0]]), tensor([[1.0]]), tensor([1])),
                    case("one sentence", randn(1, 3), tensor([[0.0, 1.0, 0.0]]), tensor([3])),
                    case("large scores", tensor([[90.0, -120.0]]), tensor([[0.0, 1.0]]),
                         tensor([2])),
                ),
            ),
            Group(
                "padding",
                2,
                property="Places behind the end of a sentence add nothing, and are not counted.",
                hint="torch.arange(L) < lengths[:, None] is true where there is a word.",
                cases=(
                    case("one pad", tensor([[1.0, -2.0], [3.0, 50.0]]),
                         tensor([[1.0, 0.0], [0.0, 0.0]]), tensor([2, 1])),
                    case("three sentences", randn(3, 5),
                         tensor([[1.0, 0, 0, 0, 0], [0, 0, 1, 0, 1], [0, 1, 0, 0, 0]]),
                         tensor([1, 5, 3])),
                ),
            ),
            Group(
                "gradient",
                1,
                property="Scores of words get their gradient, those of padding exactly 0.",
                hint="Stay with tensors: no .item(), no float(), no list of numbers.",
                cases=(
                    case("two sentences learn", randn(2, 3, **LEARNS),
                         tensor([[0.0, 1, 0], [1, 0, 0]]), tensor([3, 1])),
                ),
            ),
        ),
    )
)  # fmt: skip
