"""A `Graph` in words: a numbered step for each node, to read or hear instead of the picture."""

from __future__ import annotations

from .graph import Graph, Kind, Node, TensorFacts

_COUNTED = (Kind.INPUT, Kind.LEAF, Kind.PARAMETER, Kind.OPERATION, Kind.INTERMEDIATE)


def summary(graph: Graph) -> str:
    """One sentence: what the graph computes and how many nodes of each kind it has."""
    results = _join([graph.node(key).name for key in graph.results])
    counts = []
    for kind in _COUNTED:
        number = len(graph.of_kind(kind))
        if number:
            word = "leaf" if kind is Kind.LEAF else kind.value
            plural = "leaves" if kind is Kind.LEAF else f"{kind.value}s"
            counts.append(f"{number} {word if number == 1 else plural}")
    return f"Computation graph of {results}: {_join(counts) or '1 result'}."


def steps(graph: Graph) -> list[str]:
    """A sentence for each node, in the order of `graph.nodes`: every step names earlier ones."""
    number = {node.key: place for place, node in enumerate(graph.nodes, start=1)}
    names = {node.key: node.name for node in graph.nodes}
    incoming: dict[str, list] = {node.key: [] for node in graph.nodes}
    for edge in graph.edges:
        incoming[edge.target].append(edge)
    multi = {node.key for node in graph.nodes if len(node.tensors) > 1}

    def refer(edge) -> str:
        output = f"output {edge.output} of " if edge.source in multi else ""
        return f"{output}{names[edge.source]} (step {number[edge.source]})"

    return [_sentence(node, [refer(edge) for edge in incoming[node.key]]) for node in graph.nodes]


def as_text(graph: Graph) -> str:
    """The whole text alternative: the summary, the remarks and the numbered steps."""
    numbered = [f"{place}. {step}" for place, step in enumerate(steps(graph), start=1)]
    return "\n".join([summary(graph), *graph.notes, *numbered])


def number_text(value: object) -> str:
    """Four significant digits for floats, the whole value for integers and booleans."""
    if isinstance(value, (bool, int)):
        return str(value)
    digits = f"{value:.4g}"
    if not digits.lstrip("-").isdigit():
        return digits
    # 2.0 must not look like the integer 2, nor 1.9999999 like exactly 2.0.
    return f"{digits}.0" if complex(digits) == value else f"{value:#.4g}"


def _sentence(node: Node, sources: list[str]) -> str:
    if node.kind is Kind.OMITTED:
        return f"{node.name}."
    if node.kind is Kind.OPERATION:
        shapes = _join([str(facts.shape) for facts in node.tensors])
        gives = f" and gives shape {shapes}" if shapes else ""
        takes = f"takes {_join(sources)}" if sources else "takes only tensors without gradient"
        return f"{node.name}, recorded as {node.function}, {takes}{gives}."
    made = f", made by {_join(sources)}" if sources else ""
    article = "an" if node.kind.value[0] in "aeiou" else "a"
    unnamed = node.name.startswith(node.kind.value)  # "leaf 2 is a leaf" would say it twice
    what = "" if unnamed else f" is {article} {node.kind.value}"
    return f"{node.name}{what}{made}: {_facts_text(node.tensors[0])}."


def _facts_text(facts: TensorFacts) -> str:
    parts = [f"shape {facts.shape}", facts.dtype]
    if facts.values is not None:
        parts.append(f"value {_numbers(facts.values)}")
    if facts.grad is not None:
        parts.append(f"gradient {_numbers(facts.grad)}")
    elif facts.has_grad:
        parts.append("has a gradient")
    return ", ".join(parts)


def _numbers(values: object) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_numbers(value) for value in values) + "]"
    return number_text(values)


def _join(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
