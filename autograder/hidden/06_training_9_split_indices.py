"""Hidden part of split_indices."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

NOT_THE_WHOLE = (
    "Round each part down, then hand out what is left. The parts must add up to the whole."
)
RIGHT = """
def split_indices(order, lengths):
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = [math.floor(len(order) * fraction) for fraction in lengths]
        left = len(order) - sum(lengths)
        for i in range(left):
            lengths[i % len(lengths)] += 1
    if sum(lengths) != len(order):
        raise ValueError("the lengths do not add up")
    parts, start = [], 0
    for length in lengths:
        parts.append(order[start : start + length])
        start += length
    return parts
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "split_indices",
    cases={
        "lengths": [
            case("hidden four parts", [8, 3, 1, 0, 5, 2, 7, 6, 4], [2, 4, 0, 3]),
            case("hidden all in one", [2, 0, 1], [3]),
            case("hidden one each", [2, 0, 1], [1, 1, 1]),
        ],
        "fractions": [
            case("hidden nine", [8, 3, 1, 0, 5, 2, 7, 6, 4], [0.2, 0.2, 0.6]),
            case("hidden sevenths", list(range(20, 0, -1)), [1 / 7] * 6 + [1 / 7]),
            case("hidden none for one", [3, 1, 2, 0], [0.0, 1.0]),
            case("hidden whole", [1, 0, 2], [1.0]),
            case("hidden small", [0, 1], [0.25, 0.25, 0.5]),
        ],
        "error on bad input": [
            case("hidden too few", [2, 0, 1, 3], [1, 2], raises=ValueError),
            case("hidden half of it", [2, 0, 1, 3], [0.25, 0.25], raises=ValueError),
            case("hidden too much", [2, 0, 1, 3], [4, 1], raises=ValueError),
        ],
    },
    mistakes=[
        changed("rounded", "You round to the nearest. The rule is: down, then hand out what is "
                "left.", "math.floor(len(order) * fraction)", "round(len(order) * fraction)"),
        changed("the rest lost", NOT_THE_WHOLE,
                "for i in range(left):", "for i in range(0):"),
        changed("all to the first", "All that is left over goes to the first part; one each is "
                "the rule.", "lengths[i % len(lengths)] += 1", "lengths[0] += 1"),
        changed("to the last", "What is left over goes to the first parts, not to the last.",
                "lengths[i % len(lengths)] += 1", "lengths[-1 - i % len(lengths)] += 1"),
        changed("no complaint", "Lengths that do not add up go through without a word.",
                "if sum(lengths) != len(order):", "if False:"),
        changed("too few pass", "Samples that no part holds are as wrong as too many.",
                "if sum(lengths) != len(order):", "if sum(lengths) > len(order):"),
        changed("always from the start", "All your parts begin at the start: they overlap.",
                "start += length", "start += 0"),
        changed("an overlap of one", "Your parts overlap, or leave one out, at every cut.",
                "start += length", "start += length - 1"),
        changed("lengths as ends", "The entries are lengths, not ends.",
                "order[start : start + length]", "order[start:length]"),
        changed("sorted", "The order you were given is the shuffle. Do not sort it.",
                "order[start : start + length]", "sorted(order)[start : start + length]"),
        changed("positions", "You return positions. The entries of `order` are wanted.",
                "order[start : start + length]", "list(range(start, start + length))"),
        changed("rounded up", NOT_THE_WHOLE,
                "math.floor(len(order) * fraction)", "math.ceil(len(order) * fraction)"),
        changed("fractions only", "Whole lengths are not understood.",
                "if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:", "if True:"),
    ],
    alternatives=styles(
        islice="""
        def split_indices(order, lengths):
            counts = list(lengths)
            if any(isinstance(each, float) for each in counts) and sum(counts) <= 1.001:
                if abs(sum(counts) - 1) > 1e-6:
                    raise ValueError("fractions must add up to 1")
                counts = [int(len(order) * part) for part in counts]
                for i in range(len(order) - sum(counts)):
                    counts[i % len(counts)] += 1
            if sum(counts) != len(order):
                raise ValueError("wrong lengths")
            walk = iter(order)
            return [list(itertools.islice(walk, count)) for count in counts]
        """,
        ends="""
        def split_indices(order, lengths):
            whole = len(order)
            if math.isclose(sum(lengths), 1):
                if len(lengths) > 1 or isinstance(lengths[0], float) or whole == 1:
                    floors = [math.floor(whole * each) for each in lengths]
                    left, count = whole - sum(floors), len(lengths)
                    lengths = [n + (left - i + count - 1) // count for i, n in enumerate(floors)]
            ends = list(itertools.accumulate(lengths))
            if ends[-1] != whole:
                raise ValueError(f"{ends[-1]} is not {whole}")
            return [order[end - n : end] for end, n in zip(ends, lengths)]
        """,
        cutting="""
        def split_indices(order, lengths):
            def cut(rest, sizes):
                if not sizes:
                    return []
                return [rest[: sizes[0]], *cut(rest[sizes[0] :], sizes[1:])]

            sizes = list(lengths)
            if not math.isclose(sum(sizes), 1):
                pass
            else:
                sizes = [len(order) * each // 1 for each in sizes]
                sizes = [int(each) for each in sizes]
                place = 0
                while sum(sizes) < len(order):
                    sizes[place] += 1
                    place = (place + 1) % len(sizes)
            if sum(sizes) - len(order):
                raise ValueError("does not add up")
            return cut(list(order), sizes)
        """,
    ),
    equivalent_mutants={
        "`math.isclose(sum(lengths), 1)` -> `math.isclose(1, sum(lengths))`":
            "which of two numbers is named first does not matter to their distance",
    },
)  # fmt: skip
