"""Assignment 06, the data and the verdict: collating, batching, splitting, evaluating."""

import itertools
import warnings

import torch
from torch.utils import data

from autograder.exercise import Exercise, Group, case, register
from autograder.small_training import NotedModel, Sample, Source
from autograder.values import formula, integers, randn, tensor

LECTURE = "06_training"
DOUBLE = {"dtype": "float64"}

# --- 7


def collated(default_collate, batch, named=False):
    """The batch that comes out; with `named`, of named tuples, whose type it must keep."""
    if not named:
        return default_collate(batch)
    found = default_collate([Sample(*each) for each in batch])
    return {"type": type(found).__name__, "columns": list(found)}


def collated_by_torch(batch, named=False):
    return collated(data.default_collate, batch, named)


def arrays(*shapes, **options):
    return [randn(*shape, as_array=True, **options) for shape in shapes]


register(
    Exercise(
        "default_collate",
        lecture=LECTURE,
        title="From samples to a batch",
        slot=True,
        points=5,
        minutes=25,
        difficulty=3,
        oracle=collated_by_torch,
        call=collated,
        compares=("dtype",),
        forbids=("penlight.utils.data.default_collate", "torch.utils.data.default_collate"),
        groups=(
            Group(
                "tensors and arrays",
                1,
                property="Tensors are stacked along a new first dimension. NumPy arrays are made "
                "tensors first.",
                hint="stack makes a new dimension, cat does not.",
                cases=(
                    case("two vectors", [tensor([1.0, 2.0]), tensor([3.0, 4.0])]),
                    case("0-d tensors", [tensor(3), tensor(4), tensor(5)]),
                    case("arrays", arrays((2,), (2,), dtype="float64")),
                ),
            ),
            Group(
                "numbers",
                1,
                property="Python floats become one float64 tensor, whole numbers int64, True and "
                "False bool.",
                hint="Which dtype does torch.tensor([1.5]) choose? It is not float64.",
                cases=(
                    case("whole numbers", [1, 2, 3]),
                    case("floats", [1.5, 2.5]),
                    case("True and False", [True, False]),
                ),
            ),
            Group(
                "tuples and lists",
                1,
                property="The samples' first entries make one batch, the second ones another. "
                "Strings stay strings.",
                hint="zip(*batch) turns rows into columns. Each column is a batch of its own: "
                "call yourself.",
                cases=(
                    case("x and label", [(tensor([1.0, 2.0]), 0), (tensor([3.0, 4.0]), 1)]),
                    case("lists", [[1, 2.0], [3, 4.0], [5, 6.0]]),
                    case("nested", [((1, 2), "cat"), ((3, 4), "dog")]),
                    case("strings", ["cat", "dog"]),
                ),
            ),
            Group(
                "dicts and named tuples",
                1,
                property="A dict of batches for dicts, and the same type for named tuples.",
                hint="type(first)(*columns) makes one; only named tuples have `_fields`.",
                cases=(
                    case("dicts", [{"x": 1.0, "y": 0}, {"x": 2.0, "y": 1}]),
                    case("named", [(1.0, 0), (2.0, 1)], named=True),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="Samples that do not fit together are refused with a RuntimeError, "
                "unknown things with a TypeError.",
                hint="zip stops at the shortest without a word.",
                cases=(
                    case("another shape", [tensor([1.0, 2.0]), tensor([3.0])],
                         raises=RuntimeError),
                    case("another length", [(1, 2), (3,)], raises=RuntimeError),
                    case("None", [None, None], raises=TypeError),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 8


def first_batches(make_batches, count, batch_size, drop_last, wanted):
    """The first `wanted` batches of `count` indices (None: endless), and the indices taken."""
    source = Source(count)
    made = iter(make_batches(source, batch_size, drop_last))
    batches = list(itertools.islice(made, wanted))
    return {"batches": batches, "indices taken": source.taken}


def batches_by_torch(count, batch_size, drop_last, wanted):
    return first_batches(data.BatchSampler, count, batch_size, drop_last, wanted)


register(
    Exercise(
        "make_batches",
        lecture=LECTURE,
        title="Handfuls",
        slot=True,
        points=4,
        minutes=15,
        difficulty=2,
        oracle=batches_by_torch,
        call=first_batches,
        shown_as="first_batches",
        forbids=("penlight.utils.data.BatchSampler", "torch.utils.data.BatchSampler"),
        groups=(
            Group(
                "full batches",
                1,
                property="Lists of batch_size indices each, in their order.",
                hint="`yield` gives one list and goes on from there next time.",
                cases=(
                    case("four by two", 4, 2, False, 5),
                    case("one by one", 3, 1, False, 5),
                    case("all at once", 3, 3, True, 5),
                ),
            ),
            Group(
                "the last one",
                1.5,
                property="What is left over makes a shorter list, or none with drop_last.",
                hint="What have you collected when the indices run out?",
                cases=(
                    case("kept", 5, 2, False, 5),
                    case("dropped", 5, 2, True, 5),
                    case("too few", 1, 2, True, 5),
                    case("nothing", 0, 2, False, 5),
                ),
            ),
            Group(
                "no more than needed",
                1.5,
                property="Indices are taken when a batch needs them: there may be no end to them.",
                hint="list(indices) and len(indices) ask for all. `next` or a loop with `yield` "
                "asks for one at a time.",
                cases=(
                    case("the first of many", 100, 2, False, 1),
                    case("endless", None, 3, True, 2),
                ),
            ),
        ),
    )
)  # fmt: skip

# --- 9


def split_by_torch(order, lengths):
    """random_split's parts, with its own random order taken out again."""
    count = len(order)
    drawn = torch.randperm(count, generator=torch.Generator().manual_seed(0)).tolist()
    place = {index: number for number, index in enumerate(drawn)}
    generator = torch.Generator().manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a part may be empty
        parts = data.random_split(range(count), lengths, generator=generator)
    return [[order[place[index]] for index in part.indices] for part in parts]


register(
    Exercise(
        "split_indices",
        lecture=LECTURE,
        title="What is kept for later",
        slot=True,
        points=4,
        minutes=20,
        difficulty=3,
        oracle=split_by_torch,
        forbids=("penlight.utils.data.random_split", "torch.utils.data.random_split"),
        groups=(
            Group(
                "lengths",
                1.5,
                property="Consecutive pieces of these lengths: every index in one of them.",
                hint="Each part begins where the one before it ended.",
                cases=(
                    case("three and two", [4, 2, 0, 1, 3], [3, 2]),
                    case("three parts", [50, 10, 30, 20, 60, 40], [1, 2, 3]),
                    case("an empty part", [1, 0], [0, 2]),
                ),
            ),
            Group(
                "fractions",
                1.5,
                property="Fractions of the whole, rounded down; what is left goes to the first "
                "parts, one each.",
                hint="math.floor, then one more for part 0, part 1, … until nothing is left.",
                cases=(
                    case("even", [3, 1, 2, 0], [0.5, 0.5]),
                    case("one left", [4, 2, 0, 1, 3], [0.5, 0.5]),
                    case("two left", [4, 2, 0, 1, 3], [1 / 3, 1 / 3, 1 / 3]),
                    case("the first of them", list(range(11)), [0.1, 0.1, 0.8]),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="Lengths that do not add up are refused with a ValueError.",
                hint="Too many is as wrong as too few. Slices never complain.",
                cases=(
                    case("too few", [2, 0, 1], [1, 1], raises=ValueError),
                    case("too many", [2, 0, 1], [2, 2], raises=ValueError),
                ),
            ),
        ),
    )
)

# --- 10

# The mean of the squares between the largest score and the label, and cross-entropy.
GAP = formula("((scores.max(1)[0] - labels) ** 2).mean()", "scores, labels")
ENTROPY = formula(
    "(scores.exp().sum(1).log() - scores.gather(1, labels[:, None])[:, 0]).mean()",
    "scores, labels",
)


def evaluated(evaluate, w, loader, loss_fn, training=True):
    """What `evaluate` says of a model with the matrix w, and how it treated the model."""
    model = NotedModel(w, training)
    loss, accuracy = evaluate(model, loader, loss_fn)
    return {
        "loss": loss,
        "accuracy": accuracy,
        "calls in training mode": int(model.calls_in_training),
        "calls that recorded a graph": int(model.calls_recorded),
        "in training mode afterwards": model.training,
        "w.grad": w.grad,
    }


def evaluated_at_once(w, loader, loss_fn, training=True):
    """All batches as one, in one call: the mean over samples by definition."""
    x = torch.cat([x for x, _ in loader])
    labels = torch.cat([labels for _, labels in loader])
    scores = x @ w.detach()
    return {
        "loss": loss_fn(scores, labels).item(),
        "accuracy": (scores.argmax(1) == labels).double().mean().item(),
        "calls in training mode": 0,
        "calls that recorded a graph": 0,
        "in training mode afterwards": training,
        "w.grad": None,
    }


TURNED = tensor([[1.0, 0.0], [0.0, 1.0]], "float64", requires_grad=True)
FOUR = tensor([[2.0, 1.0], [1.0, 3.0], [0.0, 1.0], [5.0, 4.0]], "float64")
ONE = tensor([[0.0, 9.0]], "float64")


def drawn(*sizes):
    return [(randn(n, 3, **DOUBLE), integers(n, low=0, high=4)) for n in sizes]


register(
    Exercise(
        "evaluate",
        lecture=LECTURE,
        title="The verdict",
        points=5,
        minutes=20,
        difficulty=3,
        oracle=evaluated_at_once,
        call=evaluated,
        shown_as="evaluate_with",
        groups=(
            Group(
                "one batch",
                1,
                property="The loss, and the share of rows whose largest score stands at the "
                "label, as (loss, accuracy).",
                hint="argmax along dimension 1 gives one guess a row.",
                cases=(
                    case("three of four", TURNED, [(FOUR, tensor([0, 1, 0, 0]))], GAP, False),
                    case("drawn", randn(3, 4, **DOUBLE, requires_grad=True), drawn(7), ENTROPY,
                         False),
                ),
            ),
            Group(
                "batches of different size",
                2,
                property="Every sample counts the same, also those in a short last batch.",
                hint="loss_fn gives the mean of its batch. Multiply by the rows of the batch, "
                "divide by all rows at the end.",
                cases=(
                    case("four and one", TURNED, [(FOUR, tensor([0, 1, 1, 0])),
                         (ONE, tensor([0]))], GAP, False),
                    case("three batches", randn(3, 4, **DOUBLE, requires_grad=True),
                         drawn(5, 5, 2), ENTROPY, False),
                ),
            ),
            Group(
                "without training",
                2,
                property="The model runs in evaluation mode, records nothing, and is left in the "
                "mode it came in.",
                hint="model.eval(), torch.no_grad(), and model.train(…) with what "
                "model.training was before.",
                cases=(
                    case("from training mode", TURNED, [(FOUR, tensor([0, 1, 0, 0]))], GAP, True),
                    case("from evaluation mode", TURNED, [(ONE, tensor([1]))] * 2, GAP, False),
                ),
            ),
        ),
    )
)  # fmt: skip
