"""Show a function of penlight where its code is the explanation."""

import inspect
import textwrap
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from penlight import slots

# Light in dark themes too: the highlighting's colours are made for it.
CARD = (
    "background:#fff;color:#14202b;border:1px solid #b8c4d0;border-radius:6px;padding:.8em 1em;"
    "margin:.3em 0;line-height:1.45;overflow-x:auto;"
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px)"
)


class source:
    """The code of the slot called `name`, or of any function, as a highlighted block.

    Of a slot it is penlight's own function, whatever is transplanted. In a copy where the slot is
    still empty, a line says which assignment fills it. LookupError if there is no such slot.
    """

    def __init__(self, name):
        function = slots.find(name) if isinstance(name, str) else name
        self.exercise = getattr(function, "exercise", "")
        function = getattr(function, "reference", function)
        lines = textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()
        while lines[0].startswith("@"):
            del lines[0]
        self.text = "\n".join(lines)

    @property
    def is_empty(self) -> bool:
        return "EmptySlot" in self.text

    def _repr_html_(self) -> str:
        code = highlight(self.text, PythonLexer(), HtmlFormatter(noclasses=True, nowrap=True))
        note = f"<p>{escape(self.note)}</p>" if self.is_empty else ""
        return f'<pre style="{CARD}">{code}</pre>{note}'

    @property
    def note(self) -> str:
        return f"Empty in this copy: you write it in assignment {self.exercise}."

    def __repr__(self) -> str:
        return f"{self.text}\n# {self.note}" if self.is_empty else self.text
