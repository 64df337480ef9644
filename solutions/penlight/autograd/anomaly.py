"""Anomaly mode: when a backward step fails or gives NaN, show the forward line that caused it."""

import traceback
import warnings
from pathlib import Path

from penlight.autograd.node import watch
from penlight.tensors.devices import array_module
from penlight.tensors.tensor import Tensor

_ENGINE = str(Path(__file__).parents[1])


def _remember(node) -> None:
    """Keep where the operation was called, without the engine's own frames."""
    node.trace = [f for f in traceback.extract_stack() if not f.filename.startswith(_ENGINE)]


class set_detect_anomaly:
    """Switch anomaly mode on or off: at once, or in a ``with`` block."""

    check_nan = True

    def __init__(self, mode: bool, check_nan: bool = True):
        self._before = watch.trace, set_detect_anomaly.check_nan
        watch.trace = staticmethod(_remember) if mode else None
        set_detect_anomaly.check_nan = check_nan

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        watch.trace, set_detect_anomaly.check_nan = self._before


class detect_anomaly(set_detect_anomaly):
    """Anomaly mode in a ``with`` block. Slow: use it to find a fault, not to train."""

    def __init__(self, check_nan: bool = True):
        super().__init__(True, check_nan)


def is_on() -> bool:
    return watch.trace is not None


def apply(node, m, arrived):
    """`node.apply`, with the forward line shown if it fails or gives NaN."""
    try:
        results = node.apply(m, arrived)
    except Exception:
        _tell(node)
        raise
    for number, g in enumerate(results) if set_detect_anomaly.check_nan else ():
        array = g._array if isinstance(g, Tensor) else g
        if array is not None and bool(array_module(array).isnan(array).any()):
            _tell(node)
            raise RuntimeError(
                f"Function '{node.name()}' returned nan values in its {number}th output."
            )
    return results


def _tell(node) -> None:
    frames = getattr(node, "trace", None)
    where = (
        "".join(traceback.format_list(frames))
        if frames
        else "(unknown: anomaly mode was off in the forward pass)"
    )
    warnings.warn(
        f"Error detected in {node.name()}. Traceback of forward call that caused the error:\n"
        f"{where}",
        stacklevel=2,
    )
