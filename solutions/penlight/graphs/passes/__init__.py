"""Passes: functions Graph -> Graph. None changes what a graph computes, only how."""

from penlight.graphs.passes.algebra import simplify_algebra
from penlight.graphs.passes.buffers import memory_needed, reuse_buffers
from penlight.graphs.passes.common import merge_common_subexpressions
from penlight.graphs.passes.dead_code import remove_dead_code
from penlight.graphs.passes.folding import fold
from penlight.graphs.passes.fusion import fuse_elementwise

# In this order: each makes work for the next. Fusion comes late, since what it has put together
# the others do not look into; buffers come last, since they hold for one order of nodes only.
ALL = (
    fold, simplify_algebra, merge_common_subexpressions, remove_dead_code, fuse_elementwise,
    reuse_buffers,
)  # fmt: skip


def optimise(graph):
    """The graph after all passes."""
    for each in ALL:
        graph = each(graph)
    return graph
