"""Words to numbers, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

# --- 1

NUMBERED = """
def make_vocabulary(sentences, at_least=1):
    every = [w.lower() for s in sentences for w in s]
    result = {"<pad>": 0, "<unk>": 1}
    for w in every:
        if every.count(w) >= at_least and w not in result:
            result[w] = len(result)
    return result
"""


def misnumbered(name, sentence, old, new):
    return wrong(name, sentence, but(NUMBERED, old, new))


register_hidden(
    "make_vocabulary",
    cases={
        "numbers": [
            case("hidden no sentence", []),
            case("hidden words of all kinds", [["the", "sea", "."], [], [",", "the", "sky", "."]]),
        ],
        "small letters": [case("hidden first is capital", [["THE", "Sea"], ["the", "Sky", "SEA"]])],
        "rare words": [
            case("hidden counted together", [["Lima", "x"], ["lima", "y"], ["y", "LIMA"]], 3),
            case("hidden nothing is left", [["a", "b"]], 2),
        ],
    },
    mistakes=[
        misnumbered(
            "no pad", "`<pad>` is missing. It comes first, with the number 0.",
            '{"<pad>": 0, "<unk>": 1}', '{"<unk>": 0}',
        ),
        misnumbered(
            "unk first", "`<pad>` is 0 and `<unk>` is 1, not the other way round.",
            '{"<pad>": 0, "<unk>": 1}', '{"<unk>": 0, "<pad>": 1}',
        ),
        misnumbered(
            "capitals", "A word in capital letters counts as another word. Use `lower()`.",
            "w.lower() for", "w for",
        ),
        misnumbered(
            "more than", "A word that appears exactly `at_least` times belongs in it.",
            "every.count(w) >= at_least", "every.count(w) > at_least",
        ),
        misnumbered(
            "no count", "Rare words have numbers too: `at_least` is never looked at.",
            "every.count(w) >= at_least and ", "",
        ),
        misnumbered(
            "numbered again", "A word that comes again gets a new number. The first one stays.",
            " and w not in result", "",
        ),
        misnumbered(
            "alphabetical", "The words are sorted. They follow in the order of their appearance.",
            "for w in every:", "for w in sorted(every):",
        ),
        wrong(
            "each sentence alone",
            "You count within each sentence. All sentences count together.",
            """
            def make_vocabulary(sentences, at_least=1):
                result = {"<pad>": 0, "<unk>": 1}
                for s in sentences:
                    s = [w.lower() for w in s]
                    for w in s:
                        if s.count(w) >= at_least and w not in result:
                            result[w] = len(result)
                return result
            """,
        ),
        misnumbered(
            "a list", "You return the words alone. Each word is to be looked up: a dictionary.",
            "return result", "return list(result)",
        ),
    ],
    alternatives=styles(
        one_count_for_each=NUMBERED,
        a_dictionary_of_counts="""
            def make_vocabulary(sentences, at_least=1):
                counts = {}
                for sentence in sentences:
                    for word in sentence:
                        word = word.lower()
                        counts[word] = counts.get(word, 0) + 1
                kept = [word for word in counts if counts[word] >= at_least]
                numbers = {"<pad>": 0, "<unk>": 1}
                numbers.update({word: place + 2 for place, word in enumerate(kept)})
                return numbers
            """,
        counter_and_zip="""
            def make_vocabulary(sentences, at_least=1):
                from itertools import chain, count
                seen = Counter(map(str.lower, chain.from_iterable(sentences)))
                words = ["<pad>", "<unk>", *(w for w, n in seen.items() if n >= at_least)]
                return dict(zip(words, count()))
            """,
    ),
)  # fmt: skip

# --- 2

PADDED = """
def encode_and_pad(batch, vocabulary, window):
    if any(len(w) != len(m) for w, m in batch):
        raise ValueError("as many labels as words, please")
    length = max(len(w) for w, m in batch)
    ids, marks, lengths = [], [], []
    for w, m in batch:
        behind = length - len(w)
        known = [vocabulary.get(x.lower(), 1) for x in w]
        ids.append([0] * window + known + [0] * (behind + window))
        marks.append(list(m) + [0] * behind)
        lengths.append(len(w))
    return torch.tensor(ids), torch.tensor(marks).float(), torch.tensor(lengths)
"""


def mispadded(name, sentence, old, new):
    return wrong(name, sentence, but(PADDED, old, new))


OTHERS = {"<pad>": 0, "<unk>": 1, "the": 2, "sea": 3, "near": 4, "quito": 5, ".": 6}

register_hidden(
    "encode_and_pad",
    cases={
        "one sentence": [
            case("hidden window 3", [(["near", "quito", "."], [0, 1, 0])], OTHERS, 3),
        ],
        "unknown words": [
            case("hidden all unknown", [(["Zagreb", "calls"], [1, 0])], OTHERS, 2),
        ],
        "different lengths": [
            case("hidden three", [
                (["The", "sea", "near", "Quito", "."], [0, 0, 0, 1, 0]), (["quito"], [1]),
                (["the", "river", "."], [0, 0, 0]),
            ], OTHERS, 2),
            case("hidden no window", [(["the"], [0]), (["near", "quito"], [0, 1])], OTHERS, 0),
        ],
        "error on bad input": [
            case("hidden too many labels", [(["the", "sea"], [0, 0, 0])], OTHERS, 1,
                 raises=ValueError),
        ],
    },
    mistakes=[
        mispadded(
            "no pads in front", "No pads stand in front of the words.",
            "[0] * window + known", "known",
        ),
        mispadded(
            "no pads behind", "The longest sentence has no pads behind its last word.",
            "[0] * (behind + window)", "[0] * behind",
        ),
        mispadded(
            "window twice", "There are too many pads: `window` on each side.",
            "[0] * window + known", "[0] * (2 * window) + known",
        ),
        mispadded(
            "filled up on the left", "Shorter sentences are filled up on the left. Fill on the "
            "right, so that word and label stay at the same place.",
            "[0] * window + known + [0] * (behind + window)",
            "[0] * (behind + window) + known + [0] * window",
        ),
        mispadded(
            "unknown is padding", "Unknown words become `<pad>`. They have a number of their own.",
            "vocabulary.get(x.lower(), 1)", "vocabulary.get(x.lower(), 0)",
        ),
        mispadded(
            "capitals are unknown", "`In` is not found, though `in` is in the vocabulary.",
            "x.lower()", "x",
        ),
        mispadded(
            "unknown is an error", "A word that is not in the vocabulary ends in a KeyError.",
            "vocabulary.get(x.lower(), 1)", "vocabulary[x.lower()]",
        ),
        mispadded(
            "whole labels", "The labels are whole numbers. The loss needs floats.",
            "torch.tensor(marks).float()", "torch.tensor(marks)",
        ),
        mispadded(
            "ids are floats", "The ids are floats. They are used as indices: whole numbers.",
            "torch.tensor(ids),", "torch.tensor(ids).float(),",
        ),
        mispadded(
            "lengths of rows", "`lengths` counts the padding. It is to count the words.",
            "lengths.append(len(w))", "lengths.append(length)",
        ),
        mispadded(
            "labels with windows", "The labels have pads in front. Only the ids need a rim.",
            "marks.append(list(m)", "marks.append([0] * window + list(m)",
        ),
        mispadded(
            "nothing refused", "A sentence with more words than labels, or fewer, goes through.",
            "any(len(w) != len(m) for w, m in batch)", "False",
        ),
    ],
    alternatives=styles(
        lists=PADDED,
        pad_sequence="""
            def encode_and_pad(batch, vocabulary, window):
                for words, labels in batch:
                    if len(words) != len(labels):
                        raise ValueError(f"{len(words)} words, {len(labels)} labels")
                unknown = vocabulary["<unk>"]
                ids = [
                    F.pad(torch.tensor([vocabulary.get(w.lower(), unknown) for w in words]),
                          (window, window))
                    for words, _ in batch
                ]
                marks = [torch.tensor([float(m) for m in labels]) for _, labels in batch]
                pad_sequence = torch.nn.utils.rnn.pad_sequence
                return (
                    pad_sequence(ids, batch_first=True),
                    pad_sequence(marks, batch_first=True),
                    torch.tensor([len(m) for m in marks]),
                )
            """,
        number_by_number="""
            def encode_and_pad(batch, vocabulary, window):
                sizes = [len(words) for words, _ in batch]
                if sizes != [len(labels) for _, labels in batch]:
                    raise ValueError("words and labels differ in number")
                ids = torch.full((len(batch), max(sizes) + 2 * window), vocabulary["<pad>"])
                marks = torch.zeros((len(batch), max(sizes)))
                for i, (words, labels) in enumerate(batch):
                    for j in range(sizes[i]):
                        word = words[j].lower()
                        ids[i, window + j] = vocabulary[word if word in vocabulary else "<unk>"]
                        marks[i, j] = labels[j]
                return ids, marks, torch.tensor(sizes)
            """,
    ),
)  # fmt: skip
