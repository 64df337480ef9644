"""What every widget shares: JavaScript in one piece, a still form, a page without a kernel."""

import json
import os
import re
from html import escape
from pathlib import Path

import anywidget

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)


def bundle(name):
    """The text of the ES module `name` with the neighbours it imports written in place.

    anywidget takes one module, and a saved page has no neighbours to load from. Only
    ``import { … } from "./neighbour.js";`` is understood. Names must not clash between files.
    """
    seen = {name}

    def inline(match):
        if match[1] in seen:
            return ""
        seen.add(match[1])
        text = (HERE / match[1]).read_text(encoding="utf-8")
        return re.sub(r"^export (?!default)", "", IMPORT.sub(inline, text), flags=re.MULTILINE)

    return IMPORT.sub(inline, (HERE / name).read_text(encoding="utf-8"))


def style(*names):
    """The shared style sheet, then those in `names`."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in ("base.css", *names))


def svg_document(width, height, title, description, body):
    """A standalone SVG picture: `body` (SVG text) on a light card, with its text alternative.

    The card is always light: no style sheet follows an SVG to GitHub or onto paper.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="system-ui, sans-serif">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>{body}</svg>'
    )


def svg_text(x, y, text, *, size=14, fill="#1f2328", weight="normal", anchor="middle"):
    """One line of text in an SVG, `text` escaped."""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(str(text))}</text>'
    )


PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark; }}
body {{ font-family: system-ui, sans-serif; max-width: 62rem; margin: 1rem auto; padding: 0 1rem; }}
{css}</style></head>
<body><main><h1>{title}</h1><div id="widget"></div><noscript>{svg}</noscript></main>
<script type="module">
{esm_and_mount}
</script></body></html>
"""

# Stands in for Jupyter's widget model: traits in an object, change events, nothing to send.
MOUNT = """
const traits = %s, listeners = [];
const model = {
  get: (name) => traits[name],
  set: (name, value) => {
    if (JSON.stringify(traits[name]) === JSON.stringify(value)) return;
    traits[name] = value;
    for (const [event, f] of [...listeners]) if (event === "change:" + name) f();
  },
  on: (event, f) => listeners.push([event, f]),
  off: (event, f) => {
    const at = listeners.findIndex(([e, g]) => e === event && g === f);
    if (at >= 0) listeners.splice(at, 1);
  },
  save_changes: () => {},
};
window.widgetModel = model;
const source = new Blob([%s], { type: "text/javascript" });
const { default: widget } = await import(URL.createObjectURL(source));
widget.render({ model, el: document.getElementById("widget") });
"""


def standalone_page(title, esm, css, state, still=""):
    """HTML in which the module `esm` runs on the widget state `state`; `still` without script."""
    traits = {k: v for k, v in state.items() if not k.startswith("_") and k != "layout"}
    script = MOUNT % (_script_json(traits), _script_json(esm))
    return PAGE.format(title=escape(title), css=css, svg=still, esm_and_mount=script)


class Widget(anywidget.AnyWidget):
    """An anywidget that can also be read without a kernel, without JavaScript, and without eyes.

    A subclass sets `_esm`, `_css` and `title`, and writes `svg()` and `describe()`.
    """

    title = "Widget"

    def svg(self):
        """The picture as it stands now, as SVG text."""
        raise NotImplementedError(f"{type(self).__name__} must write svg(), its still form")

    def describe(self):
        """The same picture in words."""
        raise NotImplementedError(f"{type(self).__name__} must write describe(), its form in words")

    def html(self):
        """A whole page that shows this widget, live, with neither kernel nor network."""
        return standalone_page(self.title, self._esm, self._css, self.get_state(), self.svg())

    def save(self, path):
        """Write `html()` to `path`, whole or not at all, and return the path."""
        path = Path(path)
        part = path.with_name(path.name + ".part")
        try:
            part.write_text(self.html(), encoding="utf-8")
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        return path

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"image/svg+xml": self.svg(), "text/plain": self.describe()}, metadata


def _script_json(value):
    """JSON that may stand inside a <script>: nothing in it can close the element."""
    return json.dumps(value).replace("<", "\\u003c")
