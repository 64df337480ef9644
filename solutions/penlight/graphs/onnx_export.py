"""ONNX: a graph in the format that other runtimes read. Needs the package `onnx`.

One function for each operation that has a counterpart, in the table below; what has none is an
error that names it. Parameters become initialisers. Shapes are those of the capture.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from penlight.graphs.capture import Captured
from penlight.graphs.ir import Graph, Node, Value
from penlight.tensors.operation import table
from penlight.training.files import written_whole

OPSET = 18
# Operations whose arguments ONNX takes in the same order, without attributes.
SAME = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "pow": "Pow", "pow_tensors": "Pow",
    "neg": "Neg", "abs": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sign": "Sign",
    "reciprocal": "Reciprocal", "tanh": "Tanh", "sigmoid": "Sigmoid", "relu": "Relu", "sin": "Sin",
    "cos": "Cos", "tan": "Tan", "floor": "Floor", "ceil": "Ceil", "erf": "Erf", "maximum": "Max",
    "minimum": "Min", "mm": "MatMul", "bmm": "MatMul", "mv": "MatMul", "dot": "MatMul",
    "where": "Where", "gt": "Greater", "lt": "Less", "ge": "GreaterOrEqual", "le": "LessOrEqual",
    "eq": "Equal", "logical_and": "And", "logical_or": "Or", "logical_not": "Not",
    "alias": "Identity", "clone": "Identity", "contiguous": "Identity",
}  # fmt: skip
RESHAPING = {
    "view", "reshape", "unsafe_view", "reshape_alias", "unsqueeze", "squeeze", "squeeze_one",
    "squeeze_some",
}  # fmt: skip


class NotInONNX(NotImplementedError):
    """The graph holds an operation that this export does not know how to say in ONNX."""


def to_onnx(captured: Captured | Graph):
    """The graph as an `onnx.ModelProto`, checked by onnx itself.

    NotInONNX for operations without a counterpart, random draws, and graphs that write to the
    world outside.
    """
    graph = captured.graph if isinstance(captured, Captured) else captured
    if graph.effects:
        targets = ", ".join(str(effect.target) for effect in graph.effects)
        raise NotInONNX(
            f"this graph writes to {targets}, and an ONNX model only computes: capture the module "
            "after eval()"
        )
    try:
        import onnx
    except ImportError:
        raise ImportError("export to ONNX needs the package onnx: pip install onnx") from None
    return _Model(graph, onnx).made()


def export(captured: Captured | Graph, path) -> None:
    """Write the graph as an .onnx file, whole or not at all."""
    data = to_onnx(captured).SerializeToString()
    with written_whole(Path(path)) as file:
        file.write(data)


class _Model:
    """An ONNX model under construction: nodes and initialisers."""

    def __init__(self, graph: Graph, onnx):
        self.graph, self.onnx, self.helper = graph, onnx, onnx.helper
        self.nodes, self.initialisers, self.count = [], [], 0

    def made(self):
        for value, tensor in self.graph.parameters.items():
            self.keep(tensor._array, value.name)
        for value, array in self.graph.constants.items():
            self.keep(array, value.name)
        self.write(self.graph.nodes)
        # A result may be an input or another result: ONNX wants a name for each.
        results = [Value(f"output_{k}", v.shape, v.dtype) for k, v in enumerate(self.graph.outputs)]
        for value, result in zip(self.graph.outputs, results, strict=True):
            self.add("Identity", [value.name], result.name)
        body = self.helper.make_graph(
            self.nodes, "penlight", [self.info(v) for v in self.graph.inputs],
            [self.info(v) for v in results], self.initialisers,
        )  # fmt: skip
        opset = self.helper.make_opsetid("", OPSET)
        model = self.helper.make_model(
            body, opset_imports=[opset], ir_version=9, producer_name="penlight"
        )
        self.onnx.checker.check_model(model, full_check=True)
        return model

    def info(self, value: Value):
        return self.helper.make_tensor_value_info(value.name, self.type(value.dtype), value.shape)

    def type(self, dtype) -> int:
        return self.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def write(self, nodes) -> None:
        for node in nodes:
            if node.op == "fused":
                self.write(node.attrs[0].nodes)
            elif node.op in SAME:
                self.add(
                    SAME[node.op], [self.name(each, node) for each in node.args], node.out.name
                )
            elif node.op in RESHAPING:
                shape = self.keep(np.array(node.out.shape, np.int64))
                self.add("Reshape", [node.args[0].name, shape], node.out.name)
            elif node.op in RULES:
                RULES[node.op](self, node)
            else:
                raise NotInONNX(f"operation {node.op!r} has no counterpart in this export to ONNX")

    def add(self, op: str, inputs, out: str | None = None, **attributes) -> str:
        """A node; returns the name of its result."""
        self.count += 1
        out = out or f"_{op.lower()}_{self.count}"
        self.nodes.append(self.helper.make_node(op, inputs, [out], **attributes))
        return out

    def keep(self, array, name: str | None = None) -> str:
        """An initialiser; returns its name."""
        self.count += 1
        name = name or f"_constant_{self.count}"
        array = np.ascontiguousarray(array).reshape(np.shape(array))
        self.initialisers.append(self.onnx.numpy_helper.from_array(array, name))
        return name

    def name(self, arg, node: Node) -> str:
        """The name of an argument; numbers become initialisers of the type that they meet."""
        if isinstance(arg, Value):
            return arg.name
        common = next(each.dtype for each in node.args if isinstance(each, Value))
        return self.keep(np.asarray(arg).astype(common))


# --- one rule an operation ----------------------------------------------------------------------


def _optional(*values) -> list[str]:
    return [value.name for value in values if value is not None]


def _attributes(node: Node) -> dict:
    return dict(zip(table[node.op].attrs, node.attrs, strict=True))


def _linear(m, node):
    bias, x, weight = node.args
    m.add("Gemm", [x.name, weight.name, bias.name], node.out.name, transB=1)


def _reduction(op):
    def rule(m, node):
        x = node.args[0]
        dims = node.attrs[0] if node.attrs else tuple(range(len(x.shape)))
        dims = dims if isinstance(dims, tuple) else (dims,)
        axes = m.keep(np.array(dims, np.int64))
        keep = int(len(node.out.shape) == len(x.shape))
        m.add(op, [x.name, axes], node.out.name, keepdims=keep)

    return rule


def _permutation(m, node):
    ndim = len(node.args[0].shape)
    order = list(range(ndim))
    if node.op == "permute":
        order = list(node.attrs[0])
    elif node.op == "transpose":
        a, b = node.attrs
        order[a], order[b] = order[b], order[a]
    else:
        order.reverse()
    m.add("Transpose", [node.args[0].name], node.out.name, perm=order)


def _cast(m, node):
    m.add("Cast", [node.args[0].name], node.out.name, to=m.type(node.out.dtype))


def _clamp(m, node):
    low, high, *_ = node.attrs
    bounds = ["" if each is None else m.name(each, node) for each in (low, high)]
    m.add("Clip", [node.args[0].name, *bounds], node.out.name)


def _gelu(m, node):
    if node.attrs[0] != "none":
        raise NotInONNX("gelu with approximate='tanh' is not covered by this export")
    x, half, one = node.args[0], m.name(0.5, node), m.name(1.0, node)
    inner = m.add("Erf", [m.add("Mul", [x.name, m.name(math.sqrt(0.5), node)])])
    m.add("Mul", [m.add("Mul", [x.name, half]), m.add("Add", [inner, one])], node.out.name)


def _expand(m, node):
    m.add("Expand", [node.args[0].name, m.keep(np.array(node.out.shape, np.int64))], node.out.name)


def _slice(m, node):
    x, (index,) = node.args[0], node.attrs
    parts = [each for each in index if each is not ...]
    if not all(isinstance(each, slice) for each in parts):
        raise NotInONNX(f"{node} picks single elements, which this export does not cover")
    ends = [each.indices(n) for each, n in zip(parts, x.shape, strict=False)]
    columns = [*zip(*ends, strict=True)] if ends else [(), (), ()]
    starts, stops, steps = (m.keep(np.array(each, np.int64)) for each in columns)
    axes = m.keep(np.arange(len(ends)))
    m.add("Slice", [x.name, starts, stops, axes, steps], node.out.name)


def _cat(m, node):
    dim = _attributes(node)["dim"]
    parts = [m.add("Cast", [x.name], to=m.type(node.out.dtype)) for x in node.args]
    m.add("Concat", parts, node.out.name, axis=dim)


def _place_of(op):
    def rule(m, node):
        x, (dim, keepdim, *_) = node.args[0], node.attrs
        m.add(op, [x.name], node.out.name, axis=dim, keepdims=int(keepdim))

    return rule


def _conv(m, node):
    how = node.attrs[0]
    m.add(
        "Conv", _optional(*node.args), node.out.name, strides=list(how.stride), group=how.groups,
        pads=[*how.padding, *how.padding], dilations=list(how.dilation),
    )  # fmt: skip


def _batch_norm(m, node):
    x, weight, bias, mean, var = node.args
    scale = m.keep(np.ones(mean.shape, x.dtype)) if weight is None else weight.name
    shift = m.keep(np.zeros(mean.shape, x.dtype)) if bias is None else bias.name
    inputs = [x.name, scale, shift, mean.name, var.name]
    m.add("BatchNormalization", inputs, node.out.name, epsilon=node.attrs[1])


def _layer_norm(m, node):
    x, weight, bias = node.args
    _, dims, _affine, eps = node.attrs
    shape = tuple(x.shape[d] for d in dims)
    scale = m.keep(np.ones(shape, x.dtype)) if weight is None else weight.name
    inputs = [x.name, scale, *_optional(bias)]
    m.add("LayerNormalization", inputs, node.out.name, axis=dims[0], epsilon=eps)


def _pool(op):
    def rule(m, node):
        how = node.attrs[-1]
        options = {"count_include_pad": 1} if op == "AveragePool" else {}
        if op == "AveragePool" and not np.all(node.attrs[0] == math.prod(how.kernel)):
            raise NotInONNX("average pooling that leaves out padding is not covered")
        if any(each != 1 for each in how.dilation):
            options["dilations"] = list(how.dilation)
        m.add(
            op, [node.args[0].name], node.out.name, kernel_shape=list(how.kernel),
            strides=list(how.stride), pads=[*how.padding, *how.after], **options,
        )  # fmt: skip

    return rule


def _along(op, **names):
    """An operation with one number as its attribute."""
    ((attribute, place),) = names.items()

    def rule(m, node):
        m.add(op, [node.args[0].name], node.out.name, **{attribute: node.attrs[place]})

    return rule


def _choose(m, node):
    condition, _ = node.attrs
    parts = [m.add("Cast", [m.name(x, node)], to=m.type(node.out.dtype)) for x in node.args]
    m.add("Where", [condition.name, *parts], node.out.name)


def _embedding(m, node):
    m.add("Gather", [node.args[0].name, node.args[1].name], node.out.name, axis=0)


RULES = {
    "linear": _linear, "t": _permutation, "transpose": _permutation, "permute": _permutation,
    "to": _cast, "to_integers": _cast, "clamp": _clamp, "gelu": _gelu, "expand": _expand,
    "slice": _slice, "cat": _cat, "convolution": _conv, "argmax": _place_of("ArgMax"),
    "argmin": _place_of("ArgMin"),
    "batch_norm_fixed": _batch_norm, "layer_norm": _layer_norm, "embedding": _embedding,
    "choose": _choose,
    "softmax": _along("Softmax", axis=0), "log_softmax": _along("LogSoftmax", axis=0),
    "leaky_relu": _along("LeakyRelu", alpha=0), "avg_pool": _pool("AveragePool"),
    **{f"max_pool{n}d": _pool("MaxPool") for n in (1, 2, 3)},
}  # fmt: skip
RULES |= {
    name: _reduction(op)
    for name, op in {
        "sum": "ReduceSum", "sum_all": "ReduceSum", "mean": "ReduceMean", "mean_all": "ReduceMean",
        "max": "ReduceMax", "min": "ReduceMin", "amax": "ReduceMax", "amin": "ReduceMin",
    }.items()
}  # fmt: skip
