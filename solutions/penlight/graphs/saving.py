"""A graph in a file: run it where the code that built it is not.

The file is a zip archive: `graph.json` says everything in words and numbers, `arrays/0.npy`, … hold
parameters and constants. Nothing in it is code, so a file from a stranger can at most be wrong.
"""

from __future__ import annotations

import io
import json
from collections import namedtuple
from pathlib import Path

import numpy as np

from penlight.graphs.capture import Captured
from penlight.graphs.ir import CONTROL, Effect, Graph, Node, Value
from penlight.nn.parameter import Parameter
from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, device, move
from penlight.tensors.operation import table
from penlight.tensors.random import draws
from penlight.tensors.tensor import wrap
from penlight.training.files import written_whole

FORMAT = "penlight graph"
VERSION = 1
_DTYPES = {each.name: each for each in dtypes.ALL}
_KINDS = {"list": list, "tuple": tuple}
_PLAIN = (bool, int, str, type(None))


class BadGraphFile(ValueError):
    """A file that is no saved graph, or one that this penlight cannot run."""


def save(captured: Captured, path) -> None:
    """Write a captured function to `path`, whole or not at all.

    TypeError for something in it that cannot be written down.
    """
    writer = _Writer()
    content = {
        "format": FORMAT, "version": VERSION, "graph": writer.graph(captured.graph),
        "takes": writer.plan(captured._takes), "gives": writer.plan(captured._gives),
        "types": writer.types,
    }  # fmt: skip
    import zipfile  # only here: `import penlight` need not wait for it

    with written_whole(Path(path)) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("graph.json", json.dumps(content, indent=1))
        for number, array in enumerate(writer.arrays):
            raw = io.BytesIO()
            np.save(raw, _plain_array(array), allow_pickle=False)
            archive.writestr(f"arrays/{number}.npy", raw.getvalue())


def load(path) -> Captured:
    """The function in the file, ready to call; its parameters are in `.graph.parameters`.

    BadGraphFile for anything that is not a whole graph of known operations.
    """
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            content = json.loads(archive.read("graph.json"))
            if not isinstance(content, dict) or content.get("format") != FORMAT:
                raise BadGraphFile(f"{path}: graph.json does not say that it is a {FORMAT}")
            if content.get("version") != VERSION:
                raise BadGraphFile(
                    f"{path}: version {content.get('version')} of the format; this penlight reads "
                    f"version {VERSION}"
                )
            reader = _Reader(archive, content["types"])
            graph = reader.graph(content["graph"])
            return Captured(graph, reader.plan(content["takes"]), reader.plan(content["gives"]))
    except BadGraphFile:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, EOFError,
            AttributeError, RecursionError) as error:  # fmt: skip
        raise BadGraphFile(f"{path} is not a saved graph, or damaged: {error}") from error


def _plain_array(array):
    """On the CPU, and types that NumPy does not know (bfloat16) as their bits."""
    array = np.asarray(move(array, CPU))
    return array if array.dtype.isbuiltin == 1 else array.view(f"u{array.dtype.itemsize}")


class _Writer:
    """Turns a graph into what JSON knows; arrays are put aside."""

    def __init__(self):
        self.arrays: list[np.ndarray] = []
        self.types: list[str] = []

    def array(self, array) -> int:
        self.arrays.append(array)
        self.types.append(dtypes.from_numpy_dtype(array.dtype).name)
        return len(self.arrays) - 1

    def graph(self, graph: Graph) -> dict:
        return {
            "inputs": [self.value(v) for v in graph.inputs],
            "parameters": [
                [*self.value(v), self.array(t._array), t._requires_grad]
                for v, t in graph.parameters.items()
            ],
            "constants": [[*self.value(v), self.array(a)] for v, a in graph.constants.items()],
            "nodes": [self.node(node) for node in graph.nodes],
            "outputs": [v.name for v in graph.outputs],
            "effects": [[e.kind, e.target.name, e.value and e.value.name] for e in graph.effects],
            "tracked": graph.tracked,
            "buffers": [[v.name, number] for v, number in graph.buffers.items()],
        }

    def value(self, value: Value) -> list:
        return [value.name, list(value.shape), dtypes.from_numpy_dtype(value.dtype).name]

    def node(self, node: Node) -> dict:
        outs = [self.value(v) for v in node.outs]
        args, attrs = self.item(node.args)["tuple"], self.item(node.attrs)["tuple"]
        return {"op": node.op, "args": args, "attrs": attrs, "outs": outs, "grad": node.grad}

    def item(self, item):
        """One argument or attribute: what JSON knows as it is, all else with its kind."""
        if isinstance(item, Value):
            return {"value": item.name}
        if isinstance(item, Graph):
            return {"graph": self.graph(item)}
        if isinstance(item, np.ndarray | np.generic):
            return {
                "array" if isinstance(item, np.ndarray) else "scalar": self.array(np.asarray(item))
            }
        if isinstance(item, np.dtype):
            return {"numpy": dtypes.from_numpy_dtype(item).name}
        if isinstance(item, dtypes.dtype):
            return {"dtype": item.name}
        if isinstance(item, device):
            return {"device": str(item)}
        if isinstance(item, slice):
            return {"slice": [self.item(each) for each in (item.start, item.stop, item.step)]}
        if hasattr(item, "_fields"):
            inside = [self.item(each) for each in item]
            return {"named": [type(item).__name__, list(item._fields), inside]}
        if isinstance(item, tuple | list):
            kind = "tuple" if isinstance(item, tuple) else "list"
            return {kind: [self.item(each) for each in item]}
        if isinstance(item, float):
            return item if np.isfinite(item) else {"float": repr(item)}
        if isinstance(item, complex):
            return {"complex": [repr(item.real), repr(item.imag)]}
        if item is ...:
            return {"ellipsis": True}
        if isinstance(item, _PLAIN):
            return item
        raise TypeError(f"cannot save a graph that holds a {type(item).__name__}: {item!r}")

    def plan(self, plan) -> list:
        kind, *rest = plan
        if kind == "tensor":
            return ["tensor"]
        if kind == "plain":
            return ["plain", self.item(rest[1])]
        if kind is dict:
            return ["dict", [[self.item(key), self.plan(each)] for key, each in rest[0]]]
        inside = [self.plan(each) for each in rest[0]]
        if hasattr(kind, "_fields"):
            return ["named", [kind.__name__, list(kind._fields), inside]]
        return ["list" if kind is list else "tuple", inside]


class _Reader:
    """The way back, checking everything: names, operations, shapes, types."""

    def __init__(self, archive, types):
        self.archive, self.types = archive, types

    def array(self, number) -> np.ndarray:
        raw = np.load(io.BytesIO(self.archive.read(f"arrays/{number}.npy")), allow_pickle=False)
        wanted = _DTYPES[self.types[number]].numpy
        return raw if raw.dtype == wanted else raw.view(wanted)

    def graph(self, content: dict) -> Graph:
        known: dict[str, Value] = {}

        def new(name, shape, dtype) -> Value:
            if name in known:
                raise BadGraphFile(f"two values of the graph are called {name!r}")
            known[name] = Value(name, tuple(map(int, shape)), _DTYPES[dtype].numpy)
            return known[name]

        def held(facts, number):
            value, array = new(*facts), self.array(number)
            if (array.shape, array.dtype) != (value.shape, value.dtype):
                raise BadGraphFile(f"{value} should be {value.type}, and its array is not")
            return value, array

        inputs = tuple(new(*each) for each in content["inputs"])
        parameters = {}
        for *facts, number, requires_grad in content["parameters"]:
            value, array = held(facts, number)
            made = wrap(array)
            parameters[value] = Parameter(made) if requires_grad else made
        constants = dict(held(facts, number) for *facts, number in content["constants"])
        nodes = [self.node(each, known, new) for each in content["nodes"]]
        effects = tuple(
            Effect(kind, known[target], None if value is None else known[value])
            for kind, target, value in content["effects"]
        )
        if any(e.kind not in ("write", "grad", "add") for e in effects):
            raise BadGraphFile("the graph has an effect of an unknown kind")
        outputs = tuple(known[name] for name in content["outputs"])
        buffers = {known[name]: int(number) for name, number in content["buffers"]}
        return Graph(
            inputs, parameters, constants, tuple(nodes), outputs, effects, bool(content["tracked"]),
            buffers,
        )  # fmt: skip

    def node(self, content, known, new) -> Node:
        op = content["op"]
        if op not in table and op not in draws and op not in CONTROL:
            raise BadGraphFile(f"the graph needs the operation {op!r}, which penlight has not")
        args = tuple(self.item(each, known) for each in content["args"])
        attrs = tuple(self.item(each, known) for each in content["attrs"])
        if op in table and op not in draws:
            entry = table[op]
            wrong = len(attrs) != len(entry.attrs) or (
                not entry.variadic and len(args) != len(entry.inputs)
            )
            if wrong:
                raise BadGraphFile(f"a node {op!r} has another number of arguments than {op} takes")
        outs = tuple(new(*each) for each in content["outs"])
        return Node(op, args, attrs, outs, bool(content["grad"]))

    def item(self, item, known):
        if isinstance(item, (*_PLAIN, float)):
            return item
        ((kind, inside),) = item.items()
        if kind == "value":
            if inside not in known:
                raise BadGraphFile(f"a node reads {inside!r} before anything makes it")
            return known[inside]
        if kind in _KINDS:
            return _KINDS[kind](self.item(each, known) for each in inside)
        if kind == "named":
            name, fields, items = inside
            return namedtuple(name, fields)(*(self.item(each, known) for each in items))
        simple = {
            "graph": self.graph, "array": self.array, "scalar": lambda n: self.array(n)[()],
            "numpy": lambda name: _DTYPES[name].numpy, "dtype": _DTYPES.__getitem__,
            "device": device, "float": float, "ellipsis": lambda _: ...,
            "slice": lambda ends: slice(*(self.item(each, known) for each in ends)),
            "complex": lambda parts: complex(*map(float, parts)),
        }  # fmt: skip
        return simple[kind](inside)

    def plan(self, plan) -> tuple:
        kind, *rest = plan
        if kind == "tensor":
            return ("tensor",)
        if kind == "plain":
            value = self.item(rest[0], {})
            return ("plain", type(value), value)
        if kind == "dict":
            items = ((self.item(key, {}), self.plan(each)) for key, each in rest[0])
            return (dict, tuple(items))
        if kind == "named":
            name, fields, inside = rest[0]
            return (namedtuple(name, fields), tuple(map(self.plan, inside)))
        return (_KINDS[kind], tuple(map(self.plan, rest[0])))
