"""`cordic_step`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

TWELVE_DIGITS = (1e-12, 1e-12)


def number(id, *args, **options):
    return case(id, *args, tolerance=TWELVE_DIGITS, **options)


register_hidden(
    "cordic_step",
    cases={
        "to the left": [
            number("hidden far along", 0.8, 0.6, 0.01, 7),
            number("hidden small rest", 1.0, 0.0, 1e-9, 0),
        ],
        "to the right": [
            number("hidden far along, right", 0.8, 0.6, -0.01, 7),
            number("hidden small rest, right", 1.0, 0.0, -1e-9, 1),
        ],
        "old values": [
            number("hidden left of the axis", -1.5, 2.0, 0.3, 2),
            number("hidden below the axis", 1.5, -2.0, -0.3, 0),
        ],
    },
    mistakes=[
        wrong(
            "uses the new x",
            "You change x and then use the new x for y. Keep the old one until y is made.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                x = x - turn * y / 2**k
                y = y + turn * x / 2**k
                return x, y, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "always left",
            "You always turn to the left. Where the rest is negative, turn to the right.",
            """
            def cordic_step(x, y, rest, k):
                return x - y / 2**k, y + x / 2**k, rest - ANGLES[k]
            """,
        ),
        wrong(
            "turns away",
            "You turn the wrong way: a positive rest is still to go, to the left.",
            """
            def cordic_step(x, y, rest, k):
                turn = -1 if rest >= 0 else 1
                return x - turn * y / 2**k, y + turn * x / 2**k, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "rest is not signed",
            "The vector turns to the right, but the rest is made smaller, not larger.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                return x - turn * y / 2**k, y + turn * x / 2**k, rest - ANGLES[k]
            """,
        ),
        wrong(
            "vector is not signed",
            "The rest follows the direction, the vector does not: both plus and minus signs of "
            "the vector depend on it too.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                return x - y / 2**k, y + x / 2**k, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "same sign twice",
            "In a turn one coordinate gains and the other loses. Yours both gain.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                return x + turn * y / 2**k, y + turn * x / 2**k, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "divides by 2 * k",
            "You divide by 2 times k (or do not shrink the step as k grows): the slope of step k "
            "is 1 over 2 to the power k.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                slope = 1 / max(2 * k, 1)
                return x - turn * y * slope, y + turn * x * slope, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "zero turns right",
            "A rest of exactly 0 turns to the right in yours. Here it turns to the left.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest > 0 else -1
                return x - turn * y / 2**k, y + turn * x / 2**k, rest - turn * ANGLES[k]
            """,
        ),
        wrong(
            "keeps the rest",
            "The rest comes back unchanged. Take off the angle that you have just turned.",
            """
            def cordic_step(x, y, rest, k):
                turn = 1 if rest >= 0 else -1
                return x - turn * y / 2**k, y + turn * x / 2**k, rest
            """,
        ),
    ],
    alternatives=styles(
        two_branches="""
            def cordic_step(x, y, rest, k):
                slope = 0.5 ** k
                if rest < 0:
                    return x + slope * y, y - slope * x, rest + ANGLES[k]
                return x - slope * y, y + slope * x, rest - ANGLES[k]
            """,
        complex_product="""
            def cordic_step(x, y, rest, k):
                sign = 1 - 2 * (rest < 0)
                z = complex(x, y) * complex(1, sign * 2.0 ** -k)
                return z.real, z.imag, rest - sign * ANGLES[k]
            """,
        rotation_matrix="""
            def cordic_step(x, y, rest, k):
                t = np.where(rest >= 0, 1.0, -1.0) / 2 ** k
                x, y = np.array([[1.0, -t], [t, 1.0]]) @ np.array([x, y])
                return float(x), float(y), rest - float(np.sign(t)) * ANGLES[k]
            """,
        halving_in_a_loop="""
            def cordic_step(x, y, rest, k):
                small_x, small_y = x, y
                for _ in range(k):
                    small_x, small_y = small_x / 2, small_y / 2
                if rest < 0:
                    small_x, small_y = -small_x, -small_y
                new_rest = rest + ANGLES[k] if rest < 0 else rest - ANGLES[k]
                return x - small_y, y + small_x, new_rest
            """,
    ),
    equivalent_mutants={},
)
