"""Outputs and texts of students, made safe to show: feedback and Formgrader pages run no script.

Only what a page can show without running anything is kept: text, pictures, and HTML reduced to a
list of harmless tags. What the grader itself wrote is marked so and stays as it is.
"""

import base64
import binascii
import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbformat import NotebookNode
from nbformat.v4 import new_output

TAGS = (
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption "
    "figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre s samp section small span strong "
    "sub summary sup table tbody td tfoot th thead tr u ul var"
)
ATTRIBUTES = {
    "*": ["class", "title", "style", "scope", "colspan", "rowspan", "align", "aria-label", "role"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
}
STYLES = ("background-color border border-left color display font-family font-size font-style "
          "font-weight margin padding padding-left text-align text-decoration white-space "
          "vertical-align width height max-width").split()  # fmt: skip
PICTURES = ("image/png", "image/jpeg", "image/gif")
MOST_TEXT = 400_000
# Anything in a markdown cell that a browser could run or fetch.
RISKY = re.compile(
    r"<\s*/?\s*(script|iframe|frame|object|embed|applet|style|link|meta|base|form|input|button|"
    r"svg|math|video|audio|img|template|portal|body|html|marquee|textarea|select)\b"
    r"|\bon\w+\s*=|(?:javascript|vbscript|data)\s*:|srcdoc|&\s*(?:#|colon|newline|tab)",
    re.IGNORECASE,
)
HARMLESS_IMAGE = re.compile(
    r"<img\s+(?:(?:alt|width|height|style)=\"[^\"<>:]*\"\s*)*"
    r"src=\"(?:data:image/(?:png|jpeg);base64,[\w+/=]+|[\w./-]+)\""
    r"(?:\s+(?:alt|width|height)=\"[^\"<>:]*\")*\s*/?>",
)


def outputs(shown: list[dict]) -> list[NotebookNode]:
    """A cell's outputs, as the isolated process claims them, in nbformat and safe to show."""
    return [made for each in shown if (made := _output(each)) is not None]


def _output(shown: dict) -> NotebookNode | None:
    kind = shown.get("output_type")
    if kind == "stream":
        name = "stderr" if shown.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(shown.get("text")))
    if kind == "error":
        lines = shown.get("traceback")
        lines = [_text(line) for line in lines] if isinstance(lines, list) else []
        name, value = _text(shown.get("ename")), _text(shown.get("evalue"))
        return new_output("error", ename=name, evalue=value, traceback=lines)
    if kind in ("display_data", "execute_result"):
        data = _data(shown.get("data"))
        if "trusted_html" in shown:  # the grader takes it away from what students send
            data["text/html"] = shown["trusted_html"]
        if not data:
            return None
        made = new_output(kind, data=data, metadata={})
        if kind == "execute_result":
            made.execution_count = None
        return made
    return None


def _data(given: Any) -> dict[str, str]:
    data: dict[str, str] = {}
    for mime, content in given.items() if isinstance(given, dict) else ():
        if not isinstance(content, str):
            continue
        if mime == "text/plain":
            data[mime] = _text(content)
        elif mime in PICTURES and _is_base64(content):
            data[mime] = content
        elif mime == "text/html":
            data[mime] = html(content)
        elif mime == "image/svg+xml" and "text/html" not in given:
            # as a picture of its own, scripts in it do not run
            coded = base64.b64encode(content.encode()).decode()
            data["text/html"] = f'<img alt="" src="data:image/svg+xml;base64,{coded}">'
    return data


def html(text: str) -> str:
    """`text` with no tag, attribute or address that could run or fetch anything."""
    cleaner = bleach.Cleaner(
        tags=set(TAGS.split()),
        attributes=_allowed,
        protocols={"http", "https", "data", "mailto"},
        strip=True,
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
    )
    without = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|$)", "", text)
    return cleaner.clean(without)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name not in (*ATTRIBUTES["*"], *ATTRIBUTES.get(tag, ())):
        return False
    if name == "src":  # no address that tells somebody who looks at the page
        return re.match(r"data:image/(png|jpeg|gif|svg\+xml);base64,", value) is not None
    if name == "href":
        return value.startswith(("http://", "https://", "#", "mailto:"))
    return True


def markdown(source: str) -> str:
    """A student's text; where HTML in it could run or fetch something, all of it shows as text."""
    if not RISKY.search(HARMLESS_IMAGE.sub("", source)):
        return source
    return re.sub(r"(?i)(javascript|vbscript|data)\s*(:|&colon;)", r"\1 :", source).replace(
        "<", "&lt;"
    )


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    # a lone half of a surrogate pair cannot be written to a file
    return text[:MOST_TEXT].encode("utf-8", "replace").decode("utf-8")
