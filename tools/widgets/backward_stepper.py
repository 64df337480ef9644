"""The backward stepper: values forward, then gradients arriving and adding up, step by step."""

from collections import Counter

import traitlets

from tools.widgets.backward_layout import BOX_HEIGHT, laid_out
from tools.widgets.backward_record import record
from tools.widgets.base import Widget, bundle, style, svg_document, svg_text

DIRECTIONS = ("LR", "TB")
BLUE, ORANGE, GREEN, SOFT, INK = "#0550ae", "#953800", "#116329", "#59636e", "#1f2328"
WASH = {"leaf": "#ddf4ff", "operation": "#fff8c5"}


class BackwardStepper(Widget):
    """Steps through the graph behind `result`, a tensor of PyTorch or penlight.

    result: the tensor, or a function without arguments that computes it: then every value on the
    way is shown. It may return (tensor, {"name": tensor, ...}). names: {"w": w}, what to call
    tensors. gradient: what backward begins with, where the result is not a single number.
    direction: "LR" or "TB". `step` is the step shown, 0 to `steps`.

    One backward runs when the widget is made; it changes no `.grad` and leaves the graph as it
    was. Errors: see `backward_record.record`; NoRenderer where there is no graphviz.
    """

    _esm = bundle("backward_stepper.js")
    _css = style("backward_stepper.css")
    title = "Backward stepper"

    graph = traitlets.Dict(read_only=True).tag(sync=True)
    places = traitlets.Dict(read_only=True).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)

    def __init__(self, result, names=None, gradient=None, direction="LR", **kwargs):
        if direction not in DIRECTIONS:
            raise ValueError(f"direction must be one of {', '.join(DIRECTIONS)}; got {direction!r}")
        graph = record(result, names, gradient)
        super().__init__(**kwargs)
        self.set_trait("graph", graph)
        widest = {node["key"]: max(map(len, _lines(node, graph))) for node in graph["nodes"]}
        arrivals = Counter(
            entry["from"] for node in graph["nodes"] for entry in node.get("inputs", ())
        )
        for key in widest:
            widest[key] += len(", from 2") * (arrivals[key] > 1)
        self.set_trait("places", laid_out(graph["nodes"], widest, direction))

    @property
    def steps(self) -> int:
        """How many steps there are after the first picture."""
        sends = sum(1 for node in self._operations() for e in node["inputs"] if e["from"])
        return len(self._operations()) + 1 + sends + 1

    @traitlets.validate("step")
    def _in_range(self, proposal):
        last = self.steps if self.graph else 0
        return min(max(proposal.value, 0), last) if self.graph else proposal.value

    def _operations(self) -> list[dict]:
        return [node for node in self.graph["nodes"] if node["kind"] == "operation"]

    def describe(self):
        """The whole pass as lines of text: values forward, then who sends what to whom."""
        names = {node["key"]: node["name"] for node in self.graph["nodes"]}
        by_key = {node["key"]: node for node in self.graph["nodes"]}
        lines = ["Forward:"]
        for node in self.graph["nodes"]:
            formula = f" = {_formula(node, self.graph)}" if node["kind"] == "operation" else ""
            lines.append(f"  {node['name']}{formula} = {as_text(node['value'])}")
        lines.append(f"Backward, from a gradient of {as_text(self.graph['start'])}:")
        for key in self.graph["backward"]:
            node = by_key[key]
            for entry, rule in zip(node["inputs"], _rules(node, self.graph), strict=True):
                if entry["from"]:
                    to = names[entry["from"]]
                    sent = as_text(entry["sent"])
                    lines.append(f"  {node['name']} sends to {to}: {rule} = {sent}")
        lines.append("Added up:")
        for node in self.graph["nodes"]:
            if node["kind"] == "leaf":
                lines.append(f"  {node['name']}.grad = {as_text(node['grad'])}")
        return "\n".join(lines)

    def svg(self):
        """The graph with all values and gradients, as an SVG picture."""
        places, body = self.places, []
        body.append(
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
            f'markerHeight="8" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{SOFT}"/></marker>'
            "</defs>"
        )
        for *_, path in places["arrows"]:
            body.append(
                f'<path d="{path}" fill="none" stroke="{SOFT}" stroke-width="1.5" '
                'marker-end="url(#tip)"/>'
            )
        for node in self.graph["nodes"]:
            x, y, width = places["boxes"][node["key"]]
            ink = BLUE if node["kind"] == "leaf" else ORANGE
            body.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="6" '
                f'fill="{WASH[node["kind"]]}" stroke="{ink}" stroke-width="1.5"/>'
            )
            for row, line in enumerate(_lines(node, self.graph)):
                fill = (INK, INK, GREEN)[row]
                weight = "bold" if row == 0 else "normal"
                middle = x + width / 2
                body.append(
                    svg_text(round(middle, 1), round(y + 18 + 19 * row, 1), line, size=13,
                             fill=fill, weight=weight)
                )  # fmt: skip
        size = round(places["width"]), round(places["height"])
        return svg_document(*size, self.title, self.describe(), "".join(body))


def as_text(value: dict | None) -> str:
    """A value as people write it: 0.5, [1, 2], or its shape where it has many numbers."""
    if value is None:
        return "?"
    if value["numbers"] is None:
        return f"shape ({', '.join(map(str, value['shape']))})"
    numbers = [f"{n:.4g}".replace("-", "−") for n in value["numbers"]]
    for size in reversed(value["shape"]):
        count = len(numbers) // size if size else 0
        rows = [numbers[k * size : (k + 1) * size] for k in range(count)]
        numbers = [f"[{', '.join(row)}]" for row in rows]
    return numbers[0] if numbers else "[]"


def _lines(node: dict, graph: dict) -> tuple[str, str, str]:
    title = node["name"]
    if node["kind"] == "operation":
        title += f" = {_formula(node, graph)}"
    return title, f"value {as_text(node['value'])}", f"grad {as_text(node['grad'])}"


def _words(node: dict, graph: dict) -> dict[str, str]:
    """What stands for {a}, {b}, … in the templates of a node."""
    names = {other["key"]: other["name"] for other in graph["nodes"]}
    words = {"out": node["name"], "g": f"∂{node['name']}", "n": as_text(node["exponent"])}
    words |= {"a": "…", "b": "…"}
    for letter, entry in zip("ab", node["inputs"], strict=False):
        words[letter] = names.get(entry["from"]) or as_text(entry["value"]).replace("?", "…")
    return words


def _formula(node: dict, graph: dict) -> str:
    return node["forward"].format(**_words(node, graph))


def _rules(node: dict, graph: dict) -> list[str]:
    words = _words(node, graph)
    return [entry["rule"].format(**words) for entry in node["inputs"]]
