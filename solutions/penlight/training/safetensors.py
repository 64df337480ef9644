"""The safetensors format: a header in JSON, then raw memory. Nothing in it can run code."""

import json
import struct
from pathlib import Path

import numpy as np

from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, move
from penlight.tensors.tensor import Tensor, wrap
from penlight.training.files import written_whole

_NAMES = {
    dtypes.bool_: "BOOL", dtypes.uint8: "U8", dtypes.int8: "I8", dtypes.int16: "I16",
    dtypes.int32: "I32", dtypes.int64: "I64", dtypes.float16: "F16", dtypes.bfloat16: "BF16",
    dtypes.float32: "F32", dtypes.float64: "F64",
}  # fmt: skip
_DTYPES = {name: d for d, name in _NAMES.items()}
_LONGEST_HEADER = 100_000_000


def save_file(tensors: dict[str, Tensor], filename, metadata: dict[str, str] | None = None) -> None:
    """Write named tensors; the file is written whole or not at all."""
    path = Path(filename)
    header: dict = {"__metadata__": metadata} if metadata else {}
    pieces, end = [], 0
    # Widest types first, as the reference writer does, so that every tensor is aligned.
    for name, tensor in sorted(tensors.items(), key=lambda kv: (-kv[1].itemsize, kv[0])):
        if not isinstance(tensor, Tensor):
            raise ValueError(f"Key `{name}` is invalid, expected a tensor, got {type(tensor)}")
        raw = np.ascontiguousarray(move(tensor._array, CPU)).tobytes()
        header[name] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [end, end + len(raw)],
        }
        pieces.append(raw)
        end += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with written_whole(path) as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(pieces)


def load_file(filename, device="cpu") -> dict[str, Tensor]:
    """The named tensors of a file; ValueError says what is wrong with a damaged one."""
    data = Path(filename).read_bytes()
    if len(data) < 8:
        raise ValueError(f"{filename}: too short to be a safetensors file")
    (length,) = struct.unpack("<Q", data[:8])
    if length > min(len(data) - 8, _LONGEST_HEADER):
        raise ValueError(f"{filename}: the header says it is {length} bytes long, the file is not")
    try:
        header = json.loads(data[8 : 8 + length])
    except ValueError as error:
        raise ValueError(f"{filename}: the header is not JSON ({error})") from None
    body, tensors = data[8 + length :], {}
    for name, facts in header.items():
        if name == "__metadata__":
            continue
        start, end = facts["data_offsets"]
        kind = _DTYPES.get(facts["dtype"])
        size = int(np.prod(facts["shape"], dtype=np.int64)) * (kind.itemsize if kind else 0)
        if kind is None or not 0 <= start <= end <= len(body) or end - start != size:
            raise ValueError(f"{filename}: the entry for {name!r} does not fit the file: {facts}")
        array = np.frombuffer(body[start:end], kind.numpy).reshape(facts["shape"]).copy()
        tensors[name] = wrap(array).to(device=device)
    return tensors
