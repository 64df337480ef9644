"""`Dual`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import formula

REST = """
    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other):
        return Dual.of(other) - self

    def __rtruediv__(self, other):
        return Dual.of(other) / self

    def __neg__(self):
        return 0.0 - self

    def __gt__(self, other):
        return self.value > Dual.of(other).value
"""
RULES = {
    "__add__": "Dual(a + b, da + db)",
    "__sub__": "Dual(a - b, da - db)",
    "__mul__": "Dual(a * b, da * b + a * db)",
    "__truediv__": "Dual(a / b, (da * b - a * db) / (b * b))",
    "exp": "Dual(math.exp(a), math.exp(a) * da)",
    "log": "Dual(math.log(a), da / a)",
    "sin": "Dual(math.sin(a), math.cos(a) * da)",
}


def dual(**changed: str) -> str:
    """The class with some rules changed; `a`, `b` are the values, `da`, `db` the tangents."""
    lines = [
        "class Dual:",
        "    def __init__(self, value, tangent=0.0):",
        "        self.value, self.tangent = value, tangent",
        "",
        "    @staticmethod",
        "    def of(number):",
        "        return number if isinstance(number, Dual) else Dual(number)",
    ]
    for name, rule in (RULES | changed).items():
        two = name.startswith("__")
        lines += ["", f"    def {name}(self{', other' if two else ''}):"]
        lines += ["        a, da = self.value, self.tangent"]
        if two:
            lines += [
                "        other = Dual.of(other)",
                "        b, db = other.value, other.tangent",
            ]
        lines += [f"        return {rule}"]
    return "\n".join(lines) + "\n" + REST


PRODUCT = "__mul__"
QUOTIENT = "__truediv__"

register_hidden(
    "Dual",
    cases={
        "sums and differences": [
            case("hidden sum", formula("1 + x + x + 2 + x"), -1.5),
            case("hidden difference", formula("7 - (x - 3 - x) - x"), -1.5),
            case("hidden minus", formula("-x"), 2.0),
        ],
        "products": [
            case("hidden constant", formula("x * 0 + 4"), 3.0),
            case("hidden polynomial", formula("3 * x * x * x - 2 * x * x + x * 5"), 1.5),
            case("hidden order", formula("(x + 2) * x"), -3.0),
        ],
        "quotients": [
            case("hidden quotient", formula("x / (x + 3)"), -1.0),
            case("hidden inverse square", formula("5 / (x * x)"), 3.0),
            case("hidden divided twice", formula("x * x / 2 / x"), 3.0),
            case("hidden negative", formula("1 / x"), -0.5),
        ],
        "functions": [
            case("hidden exp of a product", formula("(x * x * 0.5).exp()"), 0.7),
            case("hidden nested", formula("(x.sin() + 2).log().exp()"), 1.2),
            case("hidden log", formula("(5 * x).log()"), 3.0),
            case("hidden sin at 0", formula("(3 * x).sin()"), 0.0),
            case("hidden product of functions", formula("x.sin() * x.exp() / x.log()"), 2.0),
        ],
        "whole programs": [
            case("hidden other branch", formula("x * x if x > 1 else 3 * x"), 1.5),
            case("hidden on the edge", formula("x * x if x > 1 else 3 * x"), 1.0),
            case("hidden branch on a dual", formula("x * 5 if x > x * x else x.exp()"), 0.5),
            case("hidden tanh",
                 formula("((2 * x).exp() - 1) / ((2 * x).exp() + 1)"), 0.4),
        ],
    },
    mistakes=[
        wrong(
            "product of the tangents",
            "You multiply the two tangents. The product rule is x' y + x y'.",
            dual(**{PRODUCT: "Dual(a * b, da * db)"}),
        ),
        wrong(
            "half of the product rule",
            "You let only the first factor move. The second depends on the input as well.",
            dual(**{PRODUCT: "Dual(a * b, da * b)"}),
        ),
        wrong(
            "epsilon squared",
            "You keep the product of the two tangents. ε² is 0, so it has no place in the result.",
            dual(**{PRODUCT: "Dual(a * b, da * b + a * db + da * db)"}),
        ),
        wrong(
            "quotient turned round",
            "The numerator of the quotient rule is x' y - x y', in this order.",
            dual(**{QUOTIENT: "Dual(a / b, (a * db - da * b) / (b * b))"}),
        ),
        wrong(
            "quotient with a plus",
            "The quotient rule has a minus: a larger denominator makes the quotient smaller.",
            dual(**{QUOTIENT: "Dual(a / b, (da * b + a * db) / (b * b))"}),
        ),
        wrong(
            "quotient not squared",
            "The quotient rule divides by the square of the denominator.",
            dual(**{QUOTIENT: "Dual(a / b, (da * b - a * db) / b)"}),
        ),
        wrong(
            "quotient of the tangents",
            "You divide the tangents. Use the quotient rule.",
            dual(**{QUOTIENT: "Dual(a / b, da / db if db else da / b)"}),
        ),
        wrong(
            "exp without the inner tangent",
            "The slope of exp is multiplied by the tangent of what is inside.",
            dual(exp="Dual(math.exp(a), math.exp(a))"),
        ),
        wrong(
            "sin without the inner tangent",
            "The slope of sin is multiplied by the tangent of what is inside.",
            dual(sin="Dual(math.sin(a), math.cos(a))"),
        ),
        wrong(
            "sin of the tangent",
            "You put the tangent into the cosine. The slope of sin at a is cos(a).",
            dual(sin="Dual(math.sin(a), math.cos(da))"),
        ),
        wrong(
            "minus cosine",
            "The slope of sin is cos, without a minus.",
            dual(sin="Dual(math.sin(a), -math.cos(a) * da)"),
        ),
        wrong(
            "log without the inner tangent",
            "The slope of log, 1 / a, is multiplied by the tangent of what is inside.",
            dual(log="Dual(math.log(a), 1 / a)"),
        ),
        wrong(
            "log of the tangent",
            "You take the logarithm of the tangent. The slope of log at a is 1 / a.",
            dual(log="Dual(math.log(a), math.log(abs(da) + 1))"),
        ),
        wrong(
            "difference adds the tangents",
            "In a difference the tangents are subtracted too.",
            dual(__sub__="Dual(a - b, da + db)"),
        ),
        wrong(
            "constants move",
            "You give plain numbers the tangent 1. A constant has the derivative 0.",
            dual().replace("else Dual(number)", "else Dual(number, 1.0)"),
        ),
        wrong(
            "writes into itself",
            "You change the first operand. An operation makes a new number: in x + x both are one.",
            dual().replace(
                "        return Dual(a + b, da + db)",
                "        self.value += b\n        self.tangent += db\n        return self",
            ),
        ),
    ],
    alternatives={
        "rules in one line": dual(),
        **styles(
            powers_and_chains="""
            class Dual:
                def __init__(self, value, tangent=0.0):
                    self.value, self.tangent = value, tangent

                @staticmethod
                def of(number):
                    return number if isinstance(number, Dual) else Dual(number)

                def chain(self, value, slope):
                    return Dual(value, slope * self.tangent)

                def __add__(self, other):
                    other = self.of(other)
                    return Dual(self.value + other.value, self.tangent + other.tangent)

                def __sub__(self, other):
                    return self + -self.of(other)

                def __mul__(self, other):
                    other = self.of(other)
                    return Dual(
                        self.value * other.value,
                        other.tangent * self.value + other.value * self.tangent,
                    )

                def inverse(self):
                    return self.chain(1 / self.value, -1 / self.value**2)

                def __truediv__(self, other):
                    return self * self.of(other).inverse()

                def exp(self):
                    return self.chain(math.exp(self.value), math.exp(self.value))

                def log(self):
                    return self.chain(math.log(self.value), 1 / self.value)

                def sin(self):
                    return self.chain(math.sin(self.value), math.cos(self.value))

                __radd__, __rmul__ = __add__, __mul__

                def __rsub__(self, other):
                    return self.of(other) - self

                def __rtruediv__(self, other):
                    return self.of(other) / self

                def __neg__(self):
                    return self * -1

                def __gt__(self, other):
                    return self.value > self.of(other).value
            """,
            a_small_matrix="""
            import numpy as np

            class Dual:
                # a + a'e as the matrix [[a, a'], [0, a]]: their products and inverses are duals
                def __init__(self, value, tangent=0.0):
                    self.m = np.array([[value, tangent], [0.0, value]])

                value = property(lambda self: float(self.m[0, 0]))
                tangent = property(lambda self: float(self.m[0, 1]))

                @staticmethod
                def of(number):
                    return number if isinstance(number, Dual) else Dual(number)

                @staticmethod
                def from_matrix(m):
                    return Dual(m[0, 0], m[0, 1])

                def __add__(self, other):
                    return Dual.from_matrix(self.m + Dual.of(other).m)

                def __sub__(self, other):
                    return Dual.from_matrix(self.m - Dual.of(other).m)

                def __mul__(self, other):
                    return Dual.from_matrix(self.m @ Dual.of(other).m)

                def __truediv__(self, other):
                    return Dual.from_matrix(self.m @ np.linalg.inv(Dual.of(other).m))

                def exp(self):
                    return Dual(1.0, self.tangent) * math.exp(self.value)

                def log(self):
                    return Dual(math.log(self.value), self.tangent / self.value)

                def sin(self):
                    return Dual(math.sin(self.value), self.tangent * math.cos(self.value))

                def __radd__(self, other):
                    return self + other

                def __rmul__(self, other):
                    return self * other

                def __rsub__(self, other):
                    return Dual.of(other) - self

                def __rtruediv__(self, other):
                    return Dual.of(other) / self

                def __neg__(self):
                    return Dual.from_matrix(-self.m)

                def __gt__(self, other):
                    return self.value > Dual.of(other).value
            """,
        ),
    },
)  # fmt: skip
