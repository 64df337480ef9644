"""What the lecture notebooks lean on: `%load_ext tools.lecture` adds the cells `%%both` and
`%%penlight`.

`both` runs a cell under PyTorch and under penlight, `alone` under penlight only (`%%penlight`),
`grids` draws small tensors, `figure` gives a matplotlib figure its text alternative, `source` shows
a function of penlight.
"""

from tools.lecture.alone import Alone
from tools.lecture.both import Both, Disagreement
from tools.lecture.pictures import figure, grids
from tools.lecture.source import source

__all__ = ["Alone", "Both", "Disagreement", "figure", "grids", "source"]


def load_ipython_extension(shell) -> None:
    """Called by `%load_ext tools.lecture`."""
    both = Both(shell.user_ns, compiler=shell.compile.cache)
    shell.register_magic_function(both.magic, "cell", "both")
    alone = Alone(shell.user_ns, compiler=shell.compile.cache)
    shell.register_magic_function(alone.magic, "cell", "penlight")
