"""Hidden part of cosine_between."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong


def function(answer):
    return f"""
    def cosine_between(start, end, part):
        return {answer}
    """


register_hidden(
    "cosine_between",
    cases={
        "on the way": [
            case("hidden a fifth", 0.4, 0.0, 0.2),
            case("hidden nearly there", 2.0, 0.0, 0.9),
        ],
        "any two rates": [
            case("hidden floor", 0.7, 0.2, 0.8),
            case("hidden rising", 0.2, 0.9, 0.3),
            case("hidden beyond two", 0.7, 0.2, 2.3),
        ],
    },
    mistakes=[
        wrong("a straight line", "That is a straight line. The cosine leaves and arrives flat.",
              function("start + (end - start) * part")),
        wrong("turned round", "You begin at `end` and finish at `start`.",
              function("start + (end - start) * (1 + math.cos(math.pi * part)) / 2")),
        wrong("no half", "1 + cos goes from 2 to 0: halve it.",
              function("end + (start - end) * (1 + math.cos(math.pi * part))")),
        wrong("cosine alone", "The cosine itself goes down to -1. Add 1 and halve.",
              function("end + (start - end) * math.cos(math.pi * part)")),
        wrong("a quarter turn", "You take a quarter of a turn, which does not land flat.",
              function("end + (start - end) * math.cos(math.pi * part / 2)")),
        wrong("a whole turn", "You take a whole turn: at part 1 you are back at the top.",
              function("end + (start - end) * (1 + math.cos(2 * math.pi * part)) / 2")),
        wrong("without pi", "The cosine counts in radians: half a turn is pi.",
              function("end + (start - end) * (1 + math.cos(part)) / 2")),
        wrong("no floor", "The curve ends at 0, not at `end`.",
              function("start * (1 + math.cos(math.pi * part)) / 2")),
        wrong("height of start", "The height of the curve is start - end.",
              function("end + start * (1 + math.cos(math.pi * part)) / 2")),
        wrong("stops at one", "Beyond 1 the cosine goes on; you hold it.",
              function("end + (start - end) * (1 + math.cos(math.pi * min(part, 1))) / 2")),
        wrong("sine", "That is half a turn of the sine.",
              function("end + (start - end) * math.sin(math.pi * part)")),
    ],
    alternatives=styles(
        squared="""
        def cosine_between(start, end, part):
            high = math.cos(math.pi * part / 2) ** 2
            return high * start + (1 - high) * end
        """,
        middle="""
        def cosine_between(start, end, part):
            middle, swing = (start + end) / 2, (start - end) / 2
            return middle + swing * math.cos(part * math.pi)
        """,
        numpy="""
        def cosine_between(start, end, part):
            return end + 0.5 * (start - end) * (1 + np.cos(np.pi * part))
        """,
    ),
)  # fmt: skip
