"""Plain data on a socket: numbers, text, containers and arrays. Nothing that could run.

A message is a dict, sent as its length, JSON, and the arrays' bytes. What arrives is bounded in
size, depth and number of entries before it is looked at. `Unreadable` where it breaks a bound or
the form; `Closed` where the other side is gone.
"""

import importlib
import json
import math
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from autograder.oracle import ArrayValue, Opaque, Outcome
from autograder.sandbox import ship
from autograder.values import DtypeSpec, TensorSpec

LARGEST = 128 << 20  # bytes of one message
MOST_TEXT = 16 << 20  # bytes of its JSON part
DEEPEST = 60
MOST_ENTRIES = 2_000_000
HEADER = struct.Struct("!II")
SAFE_INTEGER = 1 << 53
# Dataclasses that hold only plain data may come back from inside; nothing else is ever made.
RETURNED = {"ArrayValue": ArrayValue, "Opaque": Opaque, "Outcome": Outcome, "DtypeSpec": DtypeSpec}


class Unreadable(ValueError):
    """What arrived is no message of ours."""


class Closed(EOFError):
    """The other side is gone."""


class Late(TimeoutError):
    """Nothing whole arrived in time."""


def send(channel: socket.socket, message: dict) -> None:
    """Send one message; OSError where the other side is gone."""
    blobs: list[bytes] = []
    text = json.dumps(_pack(message, blobs)).encode()
    body = b"".join(blobs)
    channel.sendall(HEADER.pack(len(text), len(body)) + text + body)


def receive(channel: socket.socket, deadline: float | None = None, trusted: bool = False) -> dict:
    """The next message. deadline: a time of `time.monotonic`, after which Late is raised.

    trusted: the sender is the grader, so code and the grader's own objects may be in it.
    """
    text_size, body_size = HEADER.unpack(_exactly(channel, HEADER.size, deadline))
    if text_size > MOST_TEXT or text_size + body_size > LARGEST:
        raise Unreadable("a message that is too large")
    text = _exactly(channel, text_size, deadline)
    body = _exactly(channel, body_size, deadline)
    try:
        message = _Unpacker(body, trusted).unpack(json.loads(text), 0)
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        raise Unreadable(f"a message that makes no sense ({type(error).__name__})") from error
    if not isinstance(message, dict):
        raise Unreadable("a message that is no dict")
    return message


def _exactly(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    parts, missing = [], size
    while missing:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([channel], [], [], left)[0]:
                raise Late("no answer in time")
        try:
            part = channel.recv(min(missing, 1 << 20))
        except ConnectionError:
            part = b""
        if not part:
            raise Closed("the process has ended")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _pack(value: Any, blobs: list[bytes]) -> Any:
    """`value` as JSON data; array contents go to `blobs`."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < SAFE_INTEGER else {"$": "int", "v": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
    if kind is list:
        return [_pack(v, blobs) for v in value]
    if kind is tuple:
        return {"$": "tuple", "v": [_pack(v, blobs) for v in value]}
    if kind is dict:
        return {"$": "dict", "v": [[_pack(k, blobs), _pack(v, blobs)] for k, v in value.items()]}
    if kind is complex:
        return {"$": "complex", "v": [repr(value.real), repr(value.imag)]}
    if value is ...:
        return {"$": "ellipsis"}
    if kind in (slice, range):
        ends = [value.start, value.stop, value.step]
        return {"$": kind.__name__, "v": [_pack(v, blobs) for v in ends]}
    if kind in (set, frozenset):
        return {"$": kind.__name__, "v": [_pack(v, blobs) for v in value]}
    if kind in (bytes, bytearray):
        blobs.append(bytes(value))
        return {"$": "bytes", "n": len(value)}
    if isinstance(value, np.ndarray):
        array = np.asarray(value)
        array = array if array.flags.c_contiguous else np.ascontiguousarray(array)
        blobs.append(array.tobytes())
        return {"$": "array", "s": list(value.shape), "t": array.dtype.str}
    if is_dataclass(kind):
        state = {f.name: _pack(getattr(value, f.name), blobs) for f in fields(value)}
        known = RETURNED.get(kind.__name__) is kind
        place = kind.__name__ if known else f"{kind.__module__}:{kind.__qualname__}"
        return {"$": "data" if known else "object", "c": place, "v": state}
    if callable(value):
        return {"$": "code", "v": _pack(ship.pack(value), blobs)}
    raise TypeError(f"{kind.__name__} is not plain data")


class _Unpacker:
    """Reads JSON data back, with the arrays' bytes in `body`, counting as it goes."""

    def __init__(self, body: bytes, trusted: bool):
        self.body, self.at, self.entries, self.trusted = body, 0, 0, trusted

    def unpack(self, value: Any, depth: int) -> Any:
        self.entries += 1
        if depth > DEEPEST or self.entries > MOST_ENTRIES:
            raise Unreadable("a message nested too deeply or with too many entries")
        if isinstance(value, list):
            return [self.unpack(v, depth + 1) for v in value]
        if not isinstance(value, dict):
            return value
        read: Callable[[dict, int], Any] = getattr(self, f"_{value['$']}")
        return read(value, depth)

    def _int(self, value: dict, depth: int) -> int:
        return int(value["v"], 16)

    def _float(self, value: dict, depth: int) -> float:
        return float(value["v"])

    def _complex(self, value: dict, depth: int) -> complex:
        return complex(*map(float, value["v"]))

    def _tuple(self, value: dict, depth: int) -> tuple:
        return tuple(self.unpack(v, depth + 1) for v in value["v"])

    def _ellipsis(self, value: dict, depth: int) -> Any:
        return ...

    def _slice(self, value: dict, depth: int) -> slice:
        return slice(*self._tuple(value, depth))

    def _range(self, value: dict, depth: int) -> range:
        return range(*self._tuple(value, depth))

    def _set(self, value: dict, depth: int) -> set:
        return set(self._tuple(value, depth))

    def _frozenset(self, value: dict, depth: int) -> frozenset:
        return frozenset(self._tuple(value, depth))

    def _dict(self, value: dict, depth: int) -> dict:
        pairs = value["v"]
        return {self.unpack(k, depth + 1): self.unpack(v, depth + 1) for k, v in pairs}

    def _bytes(self, value: dict, depth: int) -> bytes:
        return self._take(int(value["n"]))

    def _array(self, value: dict, depth: int) -> np.ndarray:
        dtype = np.dtype(str(value["t"]))
        shape = tuple(int(n) for n in value["s"])
        if dtype.kind not in "biufc" or dtype.itemsize > 16 or len(shape) > 32:
            raise Unreadable("an array of a strange type")
        if any(n < 0 for n in shape):
            raise Unreadable("an array of negative size")
        data = self._take(math.prod(shape) * dtype.itemsize)
        return np.frombuffer(data, dtype).reshape(shape).copy()

    def _take(self, size: int) -> bytes:
        taken = self.body[self.at : self.at + size]
        if size < 0 or len(taken) != size:
            raise Unreadable("a message shorter than it says")
        self.at += size
        return taken

    def _data(self, value: dict, depth: int) -> Any:
        kind = RETURNED[value["c"]]
        state = {k: self.unpack(v, depth + 1) for k, v in value["v"].items()}
        made = kind(**state)
        _require_plain(made)
        return made

    def _object(self, value: dict, depth: int) -> Any:
        if not self.trusted:
            raise Unreadable("an object")
        module, _, name = value["c"].partition(":")
        kind = getattr(importlib.import_module(module), name)
        state = {k: self.unpack(v, depth + 1) for k, v in value["v"].items()}
        made = object.__new__(kind)
        for key, each in state.items():
            object.__setattr__(made, key, each)
        return made

    def _code(self, value: dict, depth: int) -> Any:
        if not self.trusted:
            raise Unreadable("code")
        return ship.unpack(self.unpack(value["v"], depth + 1))


def _require_plain(made: Any) -> None:
    """Unreadable where a dataclass from inside holds what its fields may not hold."""
    types = {
        ArrayValue: (np.ndarray, str, tuple, str, tuple),
        Opaque: (str,),
        DtypeSpec: (str,),
        Outcome: (str, object, (tuple, list), str, (tuple, list), (tuple, list), str, str, str),
    }[type(made)]
    for each, kind in zip(fields(made), types, strict=True):
        if not isinstance(getattr(made, each.name), kind):
            raise Unreadable(f"{type(made).__name__}.{each.name} of a wrong type")
    if isinstance(made, ArrayValue):
        numbers = (*made.strides, *made.shares)
        if not all(type(n) is int for n in numbers) or made.kind not in (
            "tensor",
            "array",
            "number",
        ):
            raise Unreadable("an array of a strange kind")


def spec_as_values(spec: TensorSpec) -> TensorSpec:
    """The tensor argument with its numbers drawn, so that the seed need not travel."""
    from dataclasses import replace

    return replace(spec, values=spec._draw(), seed=None, low_high=None)
