"""`load`: files that `torch.save` or penlight's `save` wrote, read without PyTorch.

A pickle may name any function and have it called, so reading one from a stranger can run a
stranger's code. Unless `weights_only=False` is asked for, only the few names that tensors and
plain containers need are let through.
"""

import io
import pickle
import struct
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np

from penlight.nn.parameter import Parameter
from penlight.tensors import dtypes
from penlight.tensors.devices import device, device_of, module_for
from penlight.tensors.storage import Storage
from penlight.tensors.tensor import Size, wrap
from penlight.training.saving import STORAGE_NAMES

# How files from before PyTorch 1.6 begin.
_OLD_MAGIC = 0x1950A86A20F9469CFC6C


class UnpicklingError(pickle.UnpicklingError):
    """The file holds something that loading weights must not run."""


def _rebuild_tensor(storage, offset, size, stride, requires_grad=False, hooks=None, metadata=None):
    memory, dtype = storage
    array = memory.window(dtype.numpy, tuple(size), tuple(stride), offset)
    made = wrap(array)
    made._storage = memory
    return made.requires_grad_() if requires_grad else made


def _rebuild_parameter(data, requires_grad=True, hooks=None):
    return Parameter(data, requires_grad)


_ALLOWED = {
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_tensor"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch", "Size"): Size,
    ("torch", "device"): device,
    ("torch.serialization", "_get_layout"): str,
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "Counter"): Counter,
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "complex"): complex,
    ("builtins", "bytearray"): bytearray,
    ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),
    ("torch.storage", "UntypedStorage"): dtypes.uint8,
    **{("torch", d.name): d for d in dtypes.ALL},
    **{("torch", name): d for name, d in STORAGE_NAMES.items()},
    **{("torch.storage", name): d for name, d in STORAGE_NAMES.items()},
}


class _Unpickler(pickle.Unpickler):
    def __init__(self, file, storage_of, weights_only):
        super().__init__(file, encoding="utf-8")
        self.storage_of, self.weights_only = storage_of, weights_only

    def find_class(self, module, name):
        module = "builtins" if module == "__builtin__" else module
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        if self.weights_only:
            raise UnpicklingError(
                "Weights only load failed. The file asks for "
                f"{module}.{name}, which is not needed to read weights and could run any code. If "
                "you trust where the file comes from, load it with weights_only=False."
            )
        if module.split(".")[0] == "torch":
            module = "penlight" + module.removeprefix("torch")
        return super().find_class(module, name)

    def persistent_load(self, pid):
        kind, *rest = pid
        if kind != "storage":
            raise UnpicklingError(f"the file refers to a {kind!r}, which penlight cannot read")
        return self.storage_of(*rest)


def load(f, map_location=None, pickle_module=None, *, weights_only: bool = True, mmap=None):
    """The object in a file that `torch.save` or `save` wrote: path or open file.

    `map_location` says where tensors go: a device, a dict or a function of the saved place, as in
    PyTorch; without it they go back where they were. UnpicklingError for a file that would run
    code, RuntimeError for one that is no such file.
    """
    if hasattr(f, "read"):
        return _read(f, map_location, weights_only)
    path = Path(f)
    if not path.is_file():
        raise FileNotFoundError(f"[Errno 2] No such file or directory: '{path}'")
    with path.open("rb") as file:
        return _read(file, map_location, weights_only)


def _read(file, map_location, weights_only):
    import zipfile  # only here: `import penlight` need not wait for it

    start = file.tell()
    if zipfile.is_zipfile(file):
        file.seek(start)
        with zipfile.ZipFile(file) as archive:
            return _read_zip(archive, map_location, weights_only)
    file.seek(start)
    return _read_old(file, map_location, weights_only)


def _read_zip(archive, map_location, weights_only):
    records = [n for n in archive.namelist() if n.endswith("/data.pkl") or n == "data.pkl"]
    if not records:
        raise RuntimeError("this zip archive holds no data.pkl: torch.save did not write it")
    root = records[0].removesuffix("data.pkl")
    if f"{root}byteorder" in archive.namelist():
        order = archive.read(f"{root}byteorder").decode()
        if order != "little":
            raise RuntimeError(f"the file was written on a {order}-endian machine")
    loaded: dict[str, Storage] = {}

    def storage_of(dtype, key, location, count):
        if key not in loaded:
            raw = np.frombuffer(archive.read(f"{root}data/{key}"), np.uint8).copy()
            loaded[key] = _placed(raw, location, map_location)
        return loaded[key], dtype

    return _Unpickler(io.BytesIO(archive.read(records[0])), storage_of, weights_only).load()


def _read_old(file, map_location, weights_only):
    """Files from before PyTorch 1.6: pickles one after the other, then the storages' memory."""

    def plain():
        return _Unpickler(file, None, True).load()

    try:
        magic = plain()
    except UnpicklingError:
        raise
    except Exception as error:
        raise RuntimeError(f"this is not a file that torch.save wrote ({error})") from None
    if magic != _OLD_MAGIC:
        raise RuntimeError("this is not a file that torch.save wrote (wrong magic number)")
    plain(), plain()  # protocol version, facts about the writer's machine
    loaded: dict[str, tuple[Storage, dtypes.dtype]] = {}

    def storage_of(dtype, key, location, count, view=None):
        if key not in loaded:
            raw = np.zeros(count * dtype.itemsize, np.uint8)
            loaded[key] = _placed(raw, location, map_location), dtype
        return loaded[key][0], dtype

    result = _Unpickler(file, storage_of, weights_only).load()
    for key in plain():
        storage, dtype = loaded[key]
        (count,) = struct.unpack("<q", file.read(8))
        raw = np.frombuffer(file.read(count * dtype.itemsize), np.uint8)
        storage.memory[...] = module_for(device_of(storage.memory)).asarray(raw)
    return result


def _placed(raw: np.ndarray, location: str, map_location) -> Storage:
    """The memory on the device where it belongs."""
    place = location
    if callable(map_location):
        place = map_location(Storage(raw), location)
        place = "cpu" if isinstance(place, Storage) else place or location
    elif isinstance(map_location, dict):
        place = map_location.get(location, location)
    elif map_location is not None:
        place = str(map_location)
    if str(place).startswith("cuda"):
        return Storage(wrap(raw).to(device=str(place))._array)
    return Storage(raw)
