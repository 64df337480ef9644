"""Keys and laws, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

LAWS = """
def simplify(op, args, maker):
    def one(each):
        return isinstance(each, (int, float)) and each == 1

    def zero(each):
        return isinstance(each, (int, float)) and str(each) in ("0", "0.0")

    if op == "mul":
        if one(args[0]):
            return args[1]
        if one(args[1]):
            return args[0]
    if op in ("div", "pow") and one(args[1]):
        return args[0]
    if op == "sub" and zero(args[1]):
        return args[0]
    EXTRA
    made = maker(args[0]) if len(args) == 1 else None
    if made and made[0] == op:
        if op in UNDO:
            return made[1][0]
        if op in ("relu", "abs", "sign"):
            return args[0]
    return None
"""


def laws(extra="pass", undo='("neg", "t")'):
    return LAWS.replace("EXTRA", extra).replace("UNDO", undo)


register_hidden(
    "expression_key",
    cases={
        "same and different": [
            case("hidden sums", "a = add(x, y); b = add(x, y); c = add(x, z); d = mul(x, y)"),
            case("hidden place", "a = sub(x, 2); b = sub(2, x); c = sub(x, 2)"),
        ],
        "numbers that are equal in Python": [
            case("hidden 0", "a = add(x, 0); b = add(x, 0.0); c = add(x, False); d = add(x, 0)"),
        ],
        "attributes and gradients": [
            case("hidden numbers", "a = sum(x | 0, True); b = sum(x | 0, 1); c = sum(x | 0, True)"),
            case("hidden pairs", "a = view(x | (2, 3)); b = view(x | (3, 2)); c = neg(x) no_grad"),
        ],
        "random numbers": [case("hidden draws", "a = random(x); b = random(x)")],
    },
    mistakes=[
        wrong(
            "forgets the arguments",
            "Your key does not say what the operation works on.",
            """
            def expression_key(node):
                if node.impure:
                    return None
                return node.op, frozen(node.attrs), node.grad
            """,
        ),
        wrong(
            "forgets the attributes",
            "Your key leaves out the attributes: sums along two dims are two things.",
            """
            def expression_key(node):
                if node.impure:
                    return None
                args = tuple(a if a in node.inputs else repr(a) for a in node.args)
                return node.op, args, node.grad
            """,
        ),
        wrong(
            "numbers by their value",
            "In your key 1, 1.0 and True are the same, because they are equal in Python.",
            """
            def expression_key(node):
                return None if node.impure else (node.op, node.args, frozen(node.attrs), node.grad)
            """,
        ),
        wrong(
            "sorted",
            "You sort the arguments, but x - y is not y - x.",
            """
            def expression_key(node):
                if node.impure:
                    return None
                args = tuple(sorted(map(repr, node.args)))
                return node.op, args, frozen(node.attrs), node.grad
            """,
        ),
        wrong(
            "draws once",
            "Two draws of random numbers have the same key. For an impure node give None.",
            """
            def expression_key(node):
                args = tuple(a if a in node.inputs else repr(a) for a in node.args)
                return node.op, args, frozen(node.attrs), node.grad
            """,
        ),
        wrong(
            "with or without gradients",
            "Your key does not tell a node with gradients from one without.",
            """
            def expression_key(node):
                if node.impure:
                    return None
                args = tuple(a if a in node.inputs else repr(a) for a in node.args)
                return node.op, args, frozen(node.attrs)
            """,
        ),
        wrong(
            "the name of the result",
            "Your key holds the result, so no two nodes ever share one.",
            """
            def expression_key(node):
                return None if node.impure else (node.outs, node.op, frozen(node.attrs))
            """,
        ),
    ],
    alternatives=styles(
        a_list_of_pairs="""
            def expression_key(node):
                if node.impure:
                    return None
                parts = [("op", node.op), ("grad", node.grad), ("attrs", frozen(node.attrs))]
                for arg in node.args:
                    kind = "value" if arg in list(node.inputs) else type(arg).__name__
                    parts.append((kind, arg if kind == "value" else repr(arg)))
                return tuple(parts)
        """,
        frozen_numbers="""
            def expression_key(node):
                if not node.impure:
                    args = [a if a in node.inputs else frozen(a) for a in node.args]
                    return (node.grad, node.op, *args, "|", frozen(node.attrs))
        """,
        values_apart="""
            def expression_key(node):
                if node.impure:
                    return None
                numbers = tuple(
                    None if arg in node.inputs else (str(type(arg)), str(arg)) for arg in node.args
                )
                return hash(node.op), numbers, node.inputs, frozen(node.attrs), node.grad
        """,
    ),
    equivalent_mutants={
        "`arg if arg in known else (type(arg), repr(arg))` -> "
        "`(type(arg), repr(arg))`": "each value has a name of its own here",
    },
)

register_hidden(
    "simplify",
    cases={
        "neutral numbers": [
            case("hidden times 1.0", "a = mul(x, 1.0)"),
            case("hidden power", "a = pow(y, 1.0)"),
            case("hidden over", "a = div(y, 1.0)"),
        ],
        "twice": [
            case("hidden thrice", "a = neg(x); b = neg(a); c = neg(b)"),
            case("hidden tanh", "a = tanh(x); b = tanh(a)"),
            case("hidden one relu", "a = relu(x)"),
            case("hidden neg of relu", "a = relu(x); b = neg(a)"),
            case("hidden log of neg", "a = neg(x); b = log(a)"),
        ],
        "no law": [
            case("hidden over 0", "a = div(x, 0)"),
            case("hidden to the 0", "a = pow(x, 0)"),
            case("hidden minus 1", "a = sub(x, 1)"),
            case("hidden 1 minus", "a = sub(1, x)"),
            case("hidden over 2", "a = div(x, 2)"),
            case("hidden 2 times", "a = mul(2, x)"),
            case("hidden to the 2", "a = pow(x, 2)"),
            case("hidden plus 1", "a = add(x, 1)"),
            case("hidden two powers", "a = pow(x, y)"),
            case("hidden difference", "a = sub(x, y)"),
            case("hidden sum of neg", "a = neg(x); b = add(a, y)"),
            case("hidden sub of sub", "a = sub(x, y); b = sub(a, y)"),
        ],
    },
    mistakes=[
        wrong(
            "plus zero",
            "x + 0 is not always x: for -0.0 it is 0.0.",
            laws('if op == "add" and zero(args[1]):\n        return args[0]'),
        ),
        wrong(
            "exp of log",
            "exp(log(x)) is not x: for negative x it is nan.",
            laws('if op == "exp" and maker(args[0]) and maker(args[0])[0] == "log":\n'
                 "        return maker(args[0])[1][0]"),
        ),
        wrong(
            "division the wrong way round",
            "1 / x is not x. For division and powers only the second argument may be the 1.",
            laws('if op in ("div", "pow") and one(args[0]):\n        return args[1]'),
        ),
        wrong(
            "zero minus",
            "0 - x is not x.",
            laws('if op == "sub" and zero(args[0]):\n        return args[1]'),
        ),
        wrong(
            "minus minus zero",
            "x - (-0.0) is not always x: for -0.0 it is 0.0.",
            laws('if op == "sub" and args[1] in (0, 0.0):\n        return args[0]'),
        ),
        wrong(
            "relu undoes itself",
            "relu(relu(x)) is relu(x), not x.",
            laws(undo='("neg", "t", "relu")'),
        ),
        wrong(
            "one way of multiplying",
            "You look for the 1 behind the value only. In 1 * x it stands in front.",
            laws().replace("if one(args[0]):", "if False:"),
        ),
    ],
    alternatives={
        "helpers": laws(),
        **styles(
            match="""
                def simplify(op, args, maker):
                    match op, *map(repr, args):
                        case "mul", "1" | "1.0", _:
                            return args[1]
                        case ("mul" | "div" | "pow"), _, "1" | "1.0":
                            return args[0]
                        case "sub", _, "0" | "0.0":
                            return args[0]
                        case ("neg" | "t" | "relu" | "abs" | "sign"), _:
                            made = maker(args[0])
                            if made is not None and made[0] == op:
                                return made[1][0] if op in "neg t" else args[0]
            """,
            table="""
                def simplify(op, args, maker):
                    if len(args) == 1:
                        before = maker(args[0]) or (None, ())
                        again = before[0] == op
                        answers = dict.fromkeys(["relu", "abs", "sign"], args)
                        answers |= dict.fromkeys(["neg", "t"], before[1])
                        return answers[op][0] if again and op in answers else None
                    neutral = {("mul", 0): 1, ("mul", 1): 1, ("div", 1): 1, ("pow", 1): 1,
                               ("sub", 1): 0}
                    for place, arg in enumerate(args):
                        number = isinstance(arg, float | int) and not str(arg).startswith("-")
                        if number and neutral.get((op, place)) == arg:
                            return args[1 - place]
                    return None
            """,
        ),
    },
    equivalent_mutants={
        "`maker(first) if len(args) == 1 else None` -> "
        "`maker(first)`": "operations of one argument only have a law for two in a row",
        "`0` -> `-1` #3": "the inner node has one argument only",
    },
)  # fmt: skip
