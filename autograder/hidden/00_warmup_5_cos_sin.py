"""`cos_sin`, the instructor's part: hidden cases, named mistakes, other right answers."""

import math

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

TWELVE_DIGITS = (1e-12, 1e-12)


def number(id, *args, **options):
    return case(id, *args, tolerance=TWELVE_DIGITS, **options)


register_hidden(
    "cos_sin",
    cases={
        "first quarter": [
            number("hidden small", 1e-6),
            number("hidden an eighth of a turn", math.pi / 4),
            number("hidden almost a quarter", 1.5),
            number("hidden whole", 1),
        ],
        "to the right": [
            number("hidden minus small", -1e-6),
            number("hidden minus a quarter", -math.pi / 2),
            number("hidden minus almost a quarter", -1.5),
        ],
        "any quarter": [
            number("hidden three", 3.0),
            number("hidden five", 5.0),
            number("hidden six", 6.0),
            number("hidden three quarters", 3 * math.pi / 2),
            number("hidden minus four", -4.0),
            number("hidden minus six", -6.0),
        ],
        "many turns": [
            number("hidden a whole turn", 2 * math.pi),
            number("hidden nine", 9.0),
            number("hidden hundred", 100.0),
            number("hidden minus hundred", -100.0),
        ],
    },
    mistakes=[
        wrong(
            "no shrinking",
            "Your vector starts with length 1 and every step lengthens it. Start with SHRINK.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = 1.0, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = -y, x
                return x, y
            """,
        ),
        wrong(
            "sine first",
            "Cosine first, sine second: you return them the other way round.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = -y, x
                return y, x
            """,
        ),
        wrong(
            "ten steps",
            "You stop after a few steps. Each step adds a bit of accuracy: take all of them.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(10):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = -y, x
                return x, y
            """,
        ),
        wrong(
            "no reduction",
            "You do not take out the quarter turns. All steps together turn by 1.74: larger "
            "angles are never reached.",
            """
            def cos_sin(angle):
                x, y, rest = SHRINK, 0.0, angle
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                return x, y
            """,
        ),
        wrong(
            "quarter turns to the right",
            "You put the quarter turns back in the wrong direction: to the left (x, y) becomes "
            "(-y, x).",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = y, -x
                return x, y
            """,
        ),
        wrong(
            "quarter turns are not put back",
            "You take the quarter turns out and never put them back.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                return x, y
            """,
        ),
        wrong(
            "only whole turns are taken out",
            "You take out whole turns. What is left may still be half a turn, and the steps reach "
            "1.74 only.",
            """
            def cos_sin(angle):
                x, y, rest = SHRINK, 0.0, angle - round(angle / (4 * QUARTER)) * 4 * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                return x, y
            """,
        ),
        wrong(
            "forgets the sign",
            "You compute with the size of the angle. The sine of a negative angle is negative.",
            """
            def cos_sin(angle):
                angle = abs(angle)
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = -y, x
                return x, y
            """,
        ),
        wrong(
            "negative quarters are lost",
            "range(n) is empty for a negative n. In Python n % 4 is never negative.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n):
                    x, y = -y, x
                return x, y
            """,
        ),
        wrong(
            "skips the first step",
            "You begin with k = 1. Step 0, the eighth of a turn, is missing.",
            """
            def cos_sin(angle):
                n = round(angle / QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k in range(1, len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                for _ in range(n % 4):
                    x, y = -y, x
                return x, y
            """,
        ),
    ],
    alternatives=styles(
        table_of_quarters="""
            def cos_sin(angle):
                n = int(angle // QUARTER)
                x, y, rest = SHRINK, 0.0, angle - n * QUARTER
                for k, _ in enumerate(ANGLES):
                    x, y, rest = cordic_step(x, y, rest, k)
                return [(x, y), (-y, x), (-x, -y), (y, -x)][n % 4]
            """,
        own_steps="""
            def cos_sin(angle):
                quarters = 0
                while angle > QUARTER:
                    angle, quarters = angle - QUARTER, quarters + 1
                while angle < -QUARTER:
                    angle, quarters = angle + QUARTER, quarters - 1
                z, slope = complex(SHRINK, 0), 1.0
                for part in ANGLES:
                    sign = 1 if angle > 0 else -1
                    z = z * (1 + 1j * sign * slope)
                    angle, slope = angle - sign * part, slope / 2
                z = z * [1, 1j, -1, -1j][quarters % 4]
                return z.real, z.imag
            """,
        shrinks_at_the_end="""
            def cos_sin(angle):
                turns = math.floor(angle / (4 * QUARTER))
                rest = angle - turns * 4 * QUARTER
                quarters = 0
                while rest > QUARTER / 2:
                    rest -= QUARTER
                    quarters += 1
                vector = (1.0, 0.0, rest)
                for k in range(len(ANGLES)):
                    vector = cordic_step(*vector, k)
                x, y = vector[0] * SHRINK, vector[1] * SHRINK
                for _ in range(quarters):
                    x, y = -y, x
                return x, y
            """,
        half_the_angle="""
            def cos_sin(angle):
                if abs(angle) > QUARTER:
                    c, s = cos_sin(angle / 2)
                    return c * c - s * s, 2 * s * c
                x, y, rest = SHRINK, 0.0, angle
                for k in range(len(ANGLES)):
                    x, y, rest = cordic_step(x, y, rest, k)
                return x, y
            """,
    ),
    equivalent_mutants={
        "`for k in range(len(ANGLES)):` -> "
        "`for k in list(range(len(ANGLES)))[:-1]:`": "the last step is too small for a float",
    },
)
