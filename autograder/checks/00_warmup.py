"""Assignment 00, numbers made of + - * /, judged by Python's math module."""

import math

from autograder.exercise import Exercise, Group, case, register

LECTURE = "00_warmup"
TWELVE_DIGITS = (1e-12, 1e-12)


def number(id, *args, **options):
    """A case on plain numbers, compared to twelve digits."""
    return case(id, *args, tolerance=TWELVE_DIGITS, **options)


# --- 1


def frexp_of_finite(x):
    if not math.isfinite(x):
        raise ValueError("infinities and nan cannot be split")
    return math.frexp(x)


register(
    Exercise(
        "frexp",
        lecture=LECTURE,
        title="Halve and double",
        points=4,
        minutes=15,
        difficulty=1,
        seconds=1,
        oracle=frexp_of_finite,
        forbids=("math.frexp", "numpy.frexp", "math.log2", "numpy.log2", "math.log", "numpy.log"),
        groups=(
            Group(
                "large numbers",
                1,
                property="A number of 1 or more is halved until it is below 1.",
                hint="Every halving is paid back by 1 in the exponent.",
                cases=(case("six", 6.0), case("one", 1.0), case("a thousand", 1000.0)),
            ),
            Group(
                "small numbers",
                1,
                property="A number below one half is doubled until it is one half or more.",
                hint="Every doubling costs 1 in the exponent.",
                cases=(case("a half stays", 0.5), case("a fifth", 0.2), case("tiny", 1e-9)),
            ),
            Group(
                "negative numbers and zero",
                1,
                property="The sign stays with the fraction. Zero is 0 times 2 to the 0.",
                hint="Compare the size of x, not x. And how often can you double 0?",
                cases=(case("minus six", -6.0), case("minus a fifth", -0.2), case("zero", 0.0)),
            ),
            Group(
                "error on bad input",
                1,
                property="Infinity and nan are refused with a ValueError.",
                hint="Half of infinity is infinity. Ask before the loop: math.isfinite(x).",
                cases=(
                    case("infinity", math.inf, raises=ValueError),
                    case("not a number", math.nan, raises=ValueError),
                ),
            ),
        ),
    )
)


# --- 2

register(
    Exercise(
        "newton_sqrt",
        lecture=LECTURE,
        title="Newton's square root",
        points=4,
        minutes=15,
        difficulty=2,
        seconds=1,
        oracle=math.sqrt,
        forbids=(
            "math.sqrt",
            "math.isqrt",
            "math.pow",
            "math.hypot",
            "math.exp",
            "math.log",
            "numpy.sqrt",
            "numpy.power",
            "cmath.sqrt",
        ),
        groups=(
            Group(
                "roots",
                2,
                property="The root is right to twelve digits, and the search ends.",
                hint="From above the guesses fall. Stop when a guess no longer falls.",
                cases=(number("four", 4.0), number("two", 2.0), number("a hundred", 100.0)),
            ),
            Group(
                "large, small, zero",
                1,
                property="Numbers below 1, huge ones, tiny ones and 0 work too.",
                hint="Below 1 the root is larger than the number. And 0 / 0 has no value.",
                cases=(
                    number("a quarter", 0.25),
                    number("zero", 0.0),
                    number("huge", 1e30),
                    case("tiny", 1e-30, tolerance=(1e-12, 0.0)),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="A negative number is refused with a ValueError.",
                hint="Decide this before the search begins.",
                cases=(number("minus four", -4.0, raises=ValueError),),
            ),
        ),
    )
)


# --- 3

register(
    Exercise(
        "natural_log",
        lecture=LECTURE,
        title="The logarithm",
        points=5,
        minutes=20,
        difficulty=2,
        seconds=1,
        oracle=math.log,
        forbids=(
            "math.log",
            "math.log2",
            "math.log10",
            "math.log1p",
            "math.atanh",
            "math.exp",
            "numpy.log",
            "numpy.log2",
            "numpy.log10",
            "numpy.log1p",
            "numpy.arctanh",
            "cmath.log",
        ),
        groups=(
            Group(
                "near one",
                2,
                property="From one half to 2 the series gives twelve digits.",
                hint="Are the terms z, z³/3, z⁵/5 …? Is the sum doubled at the end?",
                cases=(number("one", 1.0), number("a half", 0.5), number("three halves", 1.5)),
            ),
            Group(
                "any size",
                2,
                property="Each halving of the number takes log 2 from the logarithm.",
                hint="log(m * 2**e) is log m + e * log 2. frexp gives m and e.",
                cases=(
                    number("ten", 10.0),
                    number("one tenth", 0.1),
                    number("huge", 1e30),
                ),
            ),
            Group(
                "error on bad input",
                1,
                property="Zero and negative numbers are refused with a ValueError.",
                hint="No power of anything is 0 or less.",
                cases=(
                    number("zero", 0.0, raises=ValueError),
                    number("minus one", -1.0, raises=ValueError),
                ),
            ),
        ),
    )
)


# --- 4


def turned_and_lengthened(x, y, rest, k):
    angle = math.atan(2.0**-k)
    turn = angle if rest >= 0 else -angle
    length = math.hypot(x, y) * math.hypot(1.0, 2.0**-k)
    direction = math.atan2(y, x) + turn
    return length * math.cos(direction), length * math.sin(direction), rest - turn


register(
    Exercise(
        "cordic_step",
        lecture=LECTURE,
        title="One turn without a sine",
        points=3,
        minutes=15,
        difficulty=2,
        seconds=1,
        oracle=turned_and_lengthened,
        forbids=("math.sin", "math.cos", "math.tan", "numpy.sin", "numpy.cos", "numpy.tan"),
        groups=(
            Group(
                "to the left",
                1,
                property="A rest of 0 or more turns to the left and shrinks by ANGLES[k].",
                hint="Turn (1, 0) to the left by step 0: you land on (1, 1).",
                cases=(
                    number("from the east", 1.0, 0.0, 1.0, 0),
                    number("a smaller step", 1.0, 0.0, 0.5, 2),
                    number("a rest of zero", 1.0, 0.0, 0.0, 1),
                ),
            ),
            Group(
                "to the right",
                1,
                property="A negative rest turns to the right and grows by ANGLES[k].",
                hint="All three plus and minus signs change together.",
                cases=(
                    number("from the east, right", 1.0, 0.0, -1.0, 0),
                    number("a smaller step, right", 2.0, 1.0, -0.5, 3),
                ),
            ),
            Group(
                "old values",
                1,
                property="The new y is made with the old x.",
                hint="Does a line of yours use a number that the line above has just changed?",
                cases=(
                    number("both coordinates", 3.0, 4.0, 1.0, 1),
                    number("both, right", 3.0, 4.0, -1.0, 1),
                ),
            ),
        ),
    )
)


# --- 5


def cosine_and_sine(angle):
    return math.cos(angle), math.sin(angle)


register(
    Exercise(
        "cos_sin",
        lecture=LECTURE,
        title="Cosine and sine",
        points=6,
        minutes=25,
        difficulty=3,
        seconds=1,
        oracle=cosine_and_sine,
        forbids=(
            "math.cos",
            "math.sin",
            "math.tan",
            "math.exp",
            "cmath.exp",
            "cmath.rect",
            "cmath.cos",
            "cmath.sin",
            "numpy.cos",
            "numpy.sin",
            "numpy.tan",
            "numpy.exp",
        ),
        groups=(
            Group(
                "first quarter",
                2,
                property="From 0 to a quarter turn, cosine and sine are right to twelve digits.",
                hint="Start with (SHRINK, 0) and take every step, from k = 0 to the last angle.",
                cases=(
                    number("zero", 0.0),
                    number("a half", 0.5),
                    number("one", 1.0),
                    number("a quarter turn", math.pi / 2),
                ),
            ),
            Group(
                "to the right",
                1,
                property="Negative angles turn to the right: the sine changes its sign.",
                hint="Does your code take the size of the angle and forget its sign?",
                cases=(number("minus a half", -0.5), number("minus one", -1.0)),
            ),
            Group(
                "any quarter",
                2,
                property="Angles in all four quarters of the circle work.",
                hint="A quarter turn to the left takes (x, y) to (-y, x). How many were left out?",
                cases=(
                    number("two", 2.0),
                    number("four", 4.0),
                    number("minus two", -2.0),
                    number("half a turn", math.pi),
                ),
            ),
            Group(
                "many turns",
                1,
                property="More than one turn, either way, works as well.",
                hint="Four quarter turns are none: what is left of n after division by 4?",
                cases=(number("one turn and more", 7.0), number("seven turns right", -45.0)),
            ),
        ),
    )
)
