"""The rule of each operation as a line of algebra, for people to read.

{a} and {b} stand for the inputs, {n} for an exponent, {out} for the result, {g} for the gradient
that has arrived. One entry an operation: what it computes, then what it sends to each input.
"""

SAME_SHAPE_BACK = "{g}, put back into the shape of {a}"
PLACE_BACK = "{g} at the place it was read from, 0 elsewhere"

RULES: dict[str, tuple[str, ...]] = {
    "add": ("{a} + {b}", "{g}", "{g}"),
    "sub": ("{a} − {b}", "{g}", "−{g}"),
    "rsub": ("{b} − {a}", "−{g}", "{g}"),
    "mul": ("{a} · {b}", "{g} · {b}", "{g} · {a}"),
    "div": ("{a} / {b}", "{g} / {b}", "−{g} · {a} / {b}²"),
    "neg": ("−{a}", "−{g}"),
    "pow": ("{a}^{n}", "{g} · {n} · {a}^({n} − 1)"),
    "square": ("{a}²", "{g} · 2 · {a}"),
    "exp": ("exp {a}", "{g} · {out}"),
    "log": ("log {a}", "{g} / {a}"),
    "sqrt": ("√{a}", "{g} / (2 · {out})"),
    "reciprocal": ("1 / {a}", "−{g} · {out}²"),
    "sin": ("sin {a}", "{g} · cos {a}"),
    "cos": ("cos {a}", "−{g} · sin {a}"),
    "tanh": ("tanh {a}", "{g} · (1 − {out}²)"),
    "sigmoid": ("σ({a})", "{g} · {out} · (1 − {out})"),
    "relu": ("relu {a}", "{g} where {a} > 0, else 0"),
    "abs": ("|{a}|", "{g} · sign {a}"),
    "sum": ("sum of {a}", "{g}, for every term"),
    "mean": ("mean of {a}", "{g} / count, for every term"),
    "mm": ("{a} @ {b}", "{g} @ {b}ᵀ", "{a}ᵀ @ {g}"),
    "mv": ("{a} @ {b}", "{g} times {b}, number by number", "{a}ᵀ @ {g}"),
    "dot": ("{a} · {b}, summed", "{g} · {b}", "{g} · {a}"),
    "softmax": ("softmax {a}", "{out} · ({g} − sum of {g} · {out})"),
    "log_softmax": ("log softmax {a}", "{g} − exp({out}) · sum of {g}"),
    "clone": ("copy of {a}", "{g}"),
    "t": ("{a}ᵀ", "{g}ᵀ"),
    "transpose": ("{a}, transposed", "{g}, transposed back"),
    "permute": ("{a}, permuted", "{g}, permuted back"),
    "view": ("{a}, reshaped", SAME_SHAPE_BACK),
    "reshape": ("{a}, reshaped", SAME_SHAPE_BACK),
    "unsafe_view": ("{a}, reshaped", SAME_SHAPE_BACK),
    "unsqueeze": ("{a}, with one more dim", SAME_SHAPE_BACK),
    "squeeze": ("{a}, with fewer dims", SAME_SHAPE_BACK),
    "expand": ("{a}, expanded", "{g}, summed over the repeats"),
    "select": ("a part of {a}", PLACE_BACK),
    "slice": ("a part of {a}", PLACE_BACK),
    "index": ("parts of {a}", PLACE_BACK),
    "stack": ("inputs, stacked", "its own part of {g}"),
    "cat": ("inputs, joined", "its own part of {g}"),
}


def rule_of(operation: str, inputs: int) -> tuple[str, tuple[str, ...]]:
    """(what it computes, what it sends to each of `inputs` inputs), in words where unknown."""
    forward, *back = RULES.get(operation, (f"{operation} of {{a}}", f"the rule of {operation}"))
    while len(back) < inputs:
        back.append(back[-1])
    return forward, tuple(back[:inputs])
