"""Quiet arithmetic: PyTorch says nothing when a division or a logarithm gives inf or nan.

NumPy warns, and its own switch (`np.errstate`) holds for one thread and one context only, and for
the user's NumPy as much as for ours. So the warning itself is judged, which costs nothing until
there is one: who called NumPy? Penlight's own calls stay silent in every thread; the user's warn.
"""

import sys
import warnings


class _CalledByPenlight:
    """Stands in a warning filter where the pattern for the module's name stands."""

    @staticmethod
    def match(module: str) -> bool:
        frame = sys._getframe(1)
        while frame is not None and _name(frame).startswith("numpy"):  # NumPy's own Python part
            frame = frame.f_back
        return frame is not None and _name(frame).startswith("penlight.")


def _name(frame) -> str:
    return frame.f_globals.get("__name__", "")


def install() -> None:
    """Put the filter before all others (where later calls of `simplefilter` put theirs)."""
    warnings.filterwarnings("ignore", category=RuntimeWarning)
    action, text, category, _, line = warnings.filters.pop(0)
    warnings.filters.insert(0, (action, text, category, _CalledByPenlight, line))
