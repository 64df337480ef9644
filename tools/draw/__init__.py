"""Draw the computation graph of a PyTorch or penlight tensor: `from tools.draw import draw`.

`walk` turns recorded operations into the plain description of `graph`; `dot` draws it, `text`
says it in words, `render` runs Graphviz; `drawing` joins them.
"""

from .drawing import Drawing, draw
from .render import NoRenderer

__all__ = ["Drawing", "NoRenderer", "draw"]
