"""Floor 07, graphs: capture a function once, make the graph better, run it many times.

    captured = penlight.graphs.capture(net, x)       # runs `net` once and listens
    print(captured)                                  # one line an operation
    better = captured.optimised()                    # the passes
    better(x)                                        # no Python of the net runs any more

How it is made, in the order in which it is best read:

ir          what a graph is: values, nodes named as in the operation table, parameters, constants,
            and effects, which are all that a run changes outside
traced, recording
            the listener: autograd's hook on the operation table, heard by someone else; writing in
            place becomes new values, because nodes never overwrite
capture     runs a function under that listener, twice with different numbers: what then differs
            depended on the data, and a warning says so
order, compute, running
            the order of nodes and the life of values; one node on tensors or arrays; a graph step
            by step (autograd may listen) or written out as straight Python code on arrays
passes/     folding, algebra, common subexpressions, dead code, fusion, buffers: Graph -> Graph
guards      `compile`: what must still hold for a graph to be used again, else capture anew
control, script
            branches and loops inside a graph; `script` rewrites Python source so that both
            branches are there, where a tracer sees only the one that was taken
saving, onnx_export
            a file that runs without the code; a file that other runtimes read
tape, tf2, tf1, keras
            a gradient without a graph walk, and three ways of writing the same program

Backward is captured as well: inside a captured function `backward` and `grad` run on tensors, so
their operations land in the graph, and a training step with its update is one graph. A captured
forward can also be differentiated from outside: while gradients are asked for, its nodes run on
tensors, and autograd hears them. What it costs: that slower way, and a capture for each new shape.
"""

import importlib

from penlight.graphs import passes, tape
from penlight.graphs.capture import Captured, capture
from penlight.graphs.control import ScriptError
from penlight.graphs.guards import Compiled, compile
from penlight.graphs.ir import Effect, Graph, Node, Value
from penlight.graphs.saving import BadGraphFile, load, save
from penlight.graphs.script import Scripted, script
from penlight.graphs.traced import CaptureError, TracerWarning

# Read when first asked for: not everyone who imports penlight wants them.
_LATER = {
    "keras": None, "tf1": None, "tf2": None,
    "NotInONNX": "onnx_export", "export": "onnx_export", "to_onnx": "onnx_export",
}  # fmt: skip


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"module 'penlight.graphs' has no attribute {name!r}")
    module = importlib.import_module(f"penlight.graphs.{_LATER[name] or name}")
    return getattr(module, name) if _LATER[name] else module
