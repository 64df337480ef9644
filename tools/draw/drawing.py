"""`draw(loss)`: the computation graph behind a tensor as a picture, a text and a file."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping
from pathlib import Path

import graphviz

from . import render, text
from .dot import DIRECTIONS, to_digraph
from .graph import Graph
from .walk import describe, is_tensor

MOST_NODES = 5000


class Drawing:
    """A drawn computation graph. JupyterLab shows it; `save` writes it; `text` says it in words.

    `graph` is the plain description; `digraph` the `graphviz.Digraph` made from it, which may be
    changed before it is shown; `source` its DOT text.
    """

    def __init__(self, graph: Graph, digraph: graphviz.Digraph):
        self.graph = graph
        self.digraph = digraph

    @property
    def source(self) -> str:
        return self.digraph.source

    def text(self) -> str:
        """The graph in words: a summary, then one numbered step for each node."""
        return text.as_text(self.graph)

    def svg(self) -> str:
        """An `<svg>` element with title, description and a tooltip on each node."""
        keys = [node.key for node in self.graph.nodes]
        tooltips = dict(zip(keys, text.steps(self.graph), strict=True))
        drawn = render.picture(self.source, "svg")
        return render.accessible_svg(drawn, text.summary(self.graph), self.text(), tooltips)

    def save(self, path: str | Path) -> Path:
        """Write a .svg, .png, .pdf or .dot file, by the path's suffix, and return its path.

        The file appears whole or not at all. Raises ValueError for another suffix, OSError where
        the folder cannot be written, NoRenderer for .png and .pdf when `dot` is not installed.
        """
        path = Path(path)
        form = render.SUFFIXES.get(path.suffix.lower())
        if form is None:
            known = ", ".join(render.SUFFIXES)
            ending = f"the suffix {path.suffix!r}" if path.suffix else "no suffix"
            raise ValueError(f"Cannot save {str(path)!r}: it has {ending}. Use one of {known}.")
        if form == "dot":
            content = self.source.encode()
        elif form == "svg":
            content = self.svg().encode()
        else:
            content = render.picture(self.source, form)
        render.write(path, content)
        return path

    def _html(self, svg: str) -> str:
        # An <img> and not the <svg> itself: notebooks keep it when they are not trusted, ids of
        # two drawings on a page cannot clash, and its alt text is read everywhere.
        picture = base64.b64encode(svg.encode()).decode()
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.graph.notes)
        steps = "".join(f"<li>{html.escape(step)}</li>" for step in text.steps(self.graph))
        summary = html.escape(text.summary(self.graph))
        return (
            f'<figure style="margin:0"><img style="max-width:100%;height:auto" alt="{summary}" '
            f'src="data:image/svg+xml;base64,{picture}">{notes}'
            f"<details><summary>This graph as text</summary><ol>{steps}</ol></details></figure>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        try:
            svg = self.svg()
        except render.NoRenderer as error:
            return {"text/plain": f"{self.text()}\n({error})"}
        return {"text/plain": self.text(), "image/svg+xml": svg, "text/html": self._html(svg)}

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Drawing: {text.summary(self.graph)}>"


def draw(
    *results,
    names: Mapping[str, object] | None = None,
    params: object = None,
    tensors: Iterable = (),
    direction: str = "TB",
    dtypes: bool = False,
    legend: bool = False,
    max_values: int = 12,
    max_nodes: int = 500,
) -> Drawing:
    """Draw the graph that computes `results`, tensors of PyTorch or of penlight.

    names: what to call tensors, e.g. `{"w1": w1, "h": h}`; a named intermediate gets its own box.
    params: a Module or a dict name -> tensor; these leaves are drawn as parameters.
    tensors: more intermediates to show as boxes. Their gradients show after `retain_grad()`.
    direction: "TB" (downwards), "LR", "BT" or "RL". dtypes, legend: add them to the picture.
    max_values: show the numbers of tensors up to this size. max_nodes: in a larger graph draw
    only the nodes nearest the results and say how many were left out.

    Raises TypeError for anything but tensors, ValueError for an unknown direction or limit.
    """
    if not results:
        raise TypeError("draw() needs a tensor: draw(loss)")
    for result in results:
        _require_tensor(result, "draw() draws the graph behind tensors")
    tensors = [tensors] if is_tensor(tensors) else list(tensors)
    for tensor in tensors:
        _require_tensor(tensor, "tensors=[…] lists tensors")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be one of {', '.join(DIRECTIONS)}; got {direction!r}")
    if not 1 <= max_nodes <= MOST_NODES:
        raise ValueError(f"max_nodes must be from 1 to {MOST_NODES}; got {max_nodes}")
    graph = describe(
        results,
        names=_named(names, "names"),
        parameters=_named(params, "params"),
        tensors=tensors,
        max_nodes=max_nodes,
        max_values=max_values,
    )
    digraph = to_digraph(graph, direction=direction, dtypes=dtypes, legend=legend)
    return Drawing(graph, digraph)


def _named(source: object, option: str) -> dict[str, object]:
    """A dict name -> tensor, or a Module's `named_parameters()`, as a checked dict."""
    if source is None:
        return {}
    if hasattr(source, "named_parameters"):
        return dict(source.named_parameters())
    if not isinstance(source, Mapping):
        raise TypeError(f'{option} must be a dict like {{"w1": w1}} or a Module; {_got(source)}')
    for name, tensor in source.items():
        if not isinstance(name, str):
            raise TypeError(f'{option} maps names to tensors, {{"w1": w1}}; {_got(name)} as a name')
        _require_tensor(tensor, f"{option}[{name!r}] must be a tensor")
    return dict(source)


def _require_tensor(value: object, what: str) -> None:
    if is_tensor(value):
        return
    hint = ""
    if isinstance(value, (int, float)):
        hint = " A plain number remembers no graph: give the tensor, without .item()."
    elif isinstance(value, (list, tuple)):
        hint = " Give several tensors one by one: draw(a, b)."
    raise TypeError(f"{what}; {_got(value)}.{hint}")


def _got(value: object) -> str:
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"got {module}{kind.__name__}"
