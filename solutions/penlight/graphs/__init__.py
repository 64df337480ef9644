"""Floor 07, graphs."""

from penlight.graphs import passes
from penlight.graphs.capture import Captured, capture
from penlight.graphs.guards import Compiled, compile
from penlight.graphs.ir import Effect, Graph, Node, Value
from penlight.graphs.onnx_export import NotInONNX, export, to_onnx
from penlight.graphs.recording import CaptureError, TracerWarning
from penlight.graphs.saving import BadGraphFile, load, save
