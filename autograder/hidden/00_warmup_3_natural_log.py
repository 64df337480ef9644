"""`natural_log`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

TWELVE_DIGITS = (1e-12, 1e-12)


def number(id, *args, **options):
    return case(id, *args, tolerance=TWELVE_DIGITS, **options)


register_hidden(
    "natural_log",
    cases={
        "near one": [
            number("hidden just above one", 1.001),
            number("hidden just below one", 0.999),
            number("hidden two", 2.0),
            number("hidden seven tenths", 0.7),
        ],
        "any size": [
            number("hidden whole", 7),
            number("hidden million", 1e6),
            number("hidden very huge", 1e300),
            number("hidden very tiny", 1e-300),
        ],
        "error on bad input": [
            number("hidden whole zero", 0, raises=ValueError),
            number("hidden far below zero", -1e9, raises=ValueError),
        ],
    },
    mistakes=[
        wrong(
            "forgets the exponent",
            "You take the logarithm of the fraction only: e times log 2 is missing.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, _ = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 61, 2))
            """,
        ),
        wrong(
            "no splitting",
            "You use the series on x itself. Far from 1 it needs thousands of terms: split x.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                z = (x - 1) / (x + 1)
                return 2 * sum(z**k / k for k in range(1, 61, 2))
            """,
        ),
        wrong(
            "forgets to double",
            "The sum z + z³/3 + … is half the logarithm: it must be doubled.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return sum(z**k / k for k in range(1, 61, 2)) + e * LN2
            """,
        ),
        wrong(
            "every power",
            "You take every power of z. Only the odd ones belong to this series.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 61)) + e * LN2
            """,
        ),
        wrong(
            "no divisors",
            "You add the powers of z without dividing them by 1, 3, 5, …",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k for k in range(1, 61, 2)) + e * LN2
            """,
        ),
        wrong(
            "five terms",
            "You stop after a few terms. Go on until a term no longer changes the sum.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 11, 2)) + e * LN2
            """,
        ),
        wrong(
            "logarithm to base 2",
            "You add e itself: that is the logarithm to base 2. For this one add e times LN2.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 61, 2)) + e
            """,
        ),
        wrong(
            "fraction upside down",
            "Your z has the wrong sign: it is (m - 1) / (m + 1).",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                m, e = frexp(x)
                z = (1 - m) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 61, 2)) + e * LN2
            """,
        ),
        wrong(
            "square roots until near one",
            "You take square roots until x is near 1 and then x - 1. Each root loses digits, and "
            "six or seven are left in the end.",
            """
            def natural_log(x):
                if x <= 0:
                    raise ValueError("not positive")
                for _ in range(30):
                    x = newton_sqrt(x)
                return (x - 1) * 2**30
            """,
        ),
        wrong(
            "zero has a logarithm",
            "0 is given an answer. No power gives 0: refuse it with a ValueError.",
            """
            def natural_log(x):
                if x < 0:
                    raise ValueError("negative")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return 2 * sum(z**k / k for k in range(1, 61, 2)) + e * LN2
            """,
        ),
    ],
    alternatives=styles(
        fixed_sum="""
            def natural_log(x):
                if x <= 0:
                    raise ValueError("x must be positive")
                m, e = frexp(x)
                z = (m - 1) / (m + 1)
                return e * LN2 + 2 * sum(z ** k / k for k in range(1, 99, 2))
            """,
        own_halving="""
            def natural_log(x):
                if not x > 0:
                    raise ValueError("only positive numbers")
                halvings = 0
                while x > 1.5:
                    x, halvings = x / 2, halvings + 1
                while x < 0.75:
                    x, halvings = x * 2, halvings - 1
                z = (x - 1) / (x + 1)
                total = 0.0
                for k in reversed(range(40)):
                    total = total * z * z + 1 / (2 * k + 1)
                return 2 * z * total + halvings * LN2
            """,
        three_roots_then_the_series="""
            def natural_log(x):
                if x <= 0:
                    raise ValueError("no logarithm")
                m, e = frexp(x)
                near = newton_sqrt(newton_sqrt(newton_sqrt(m)))
                z = (near - 1) / (near + 1)
                total, term, k = 0.0, z, 1
                while abs(term) > 1e-18:
                    total += term / k
                    term *= z * z
                    k += 2
                return 16 * total + e * LN2
            """,
        newton_on_the_exponential="""
            def exponential(y):
                total, term = 1.0, 1.0
                for k in range(1, 40):
                    term *= y / k
                    total += term
                return total

            def natural_log(x):
                if x <= 0:
                    raise ValueError("the logarithm needs a positive number")
                m, e = frexp(x)
                y = m - 1
                for _ in range(8):
                    y = y - 1 + m / exponential(y)
                return y + e * LN2
            """,
    ),
    equivalent_mutants={
        "`total + power / k` -> `total - power / k`": "too small to add is too small to subtract",
        "`power / k` -> `power * k`": "the sum goes on a few terms longer, which change nothing",
    },
)
