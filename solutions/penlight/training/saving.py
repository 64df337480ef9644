"""`save`: PyTorch's own file format, written without PyTorch.

A file is a zip archive: `data.pkl` holds the object as a pickle in which every tensor is a call to
a PyTorch function by name, and `data/0`, `data/1`, … hold the raw memory of each storage.
"""

import io
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np

from penlight.nn.parameter import Parameter
from penlight.tensors import dtypes
from penlight.tensors.devices import CPU, device, move
from penlight.tensors.tensor import Size, Tensor
from penlight.training.files import written_whole

STORAGE_NAMES = {f"{dtypes.c_name(d)}Storage": d for d in dtypes.ALL}
_NAME_OF = {d: name for name, d in STORAGE_NAMES.items()}


class Global:
    """A name that the reader will look up (`torch._utils._rebuild_tensor_v2`), whether or not
    it can be imported here."""

    def __init__(self, module: str, name: str):
        self.module, self.name = module, name

    def __call__(self, *args):
        raise TypeError(f"{self.module}.{self.name} is a name to write, not a function to call")


_REBUILD_TENSOR = Global("torch._utils", "_rebuild_tensor_v2")
_REBUILD_PARAMETER = Global("torch._utils", "_rebuild_parameter")
_SIZE, _DEVICE = Global("torch", "Size"), Global("torch", "device")


class _StorageRef:
    def __init__(self, tensor: Tensor):
        self.storage, self.dtype = tensor.storage(), tensor.dtype


class _Pickler(pickle._Pickler):
    # The pickler written in Python: the one in C would insist on importing every name.

    def __init__(self, file, protocol):
        super().__init__(file, protocol)
        self.storages: dict[int, tuple[str, object]] = {}

    def persistent_id(self, obj):
        if not isinstance(obj, _StorageRef):
            return None
        key, _ = self.storages.setdefault(id(obj.storage), (str(len(self.storages)), obj.storage))
        place = obj.storage.memory
        location = "cpu" if isinstance(place, np.ndarray) else f"cuda:{place.device.id}"
        count = obj.storage.nbytes() // obj.dtype.itemsize
        return ("storage", Global("torch", _NAME_OF[obj.dtype]), key, location, count)

    def reducer_override(self, obj):
        if isinstance(obj, Parameter):
            return _REBUILD_PARAMETER, (obj.detach(), obj.requires_grad, OrderedDict())
        if isinstance(obj, Tensor):
            return _REBUILD_TENSOR, (
                _StorageRef(obj), obj.storage_offset(), tuple(obj.shape), obj.stride(),
                obj.requires_grad, OrderedDict(),
            )  # fmt: skip
        if isinstance(obj, Size):
            return _SIZE, (tuple(obj),)
        if isinstance(obj, device):
            return _DEVICE, ((obj.type,) if obj.index is None else (obj.type, obj.index))
        return NotImplemented

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, dtypes.dtype):
            obj = Global("torch", obj.name)
        if isinstance(obj, Global):
            self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())
        else:
            super().save(obj, save_persistent_id)


def save(obj, f, pickle_protocol: int = 2) -> None:
    """Write `obj` (tensors, numbers, strings, lists, dicts, modules) to a path or open file.

    `torch.load` and penlight's `load` read it. A path is written whole or not at all.
    """
    if hasattr(f, "write"):
        _write(obj, f, "archive", pickle_protocol)
        return
    path = Path(f)
    if not path.parent.is_dir():
        raise RuntimeError(f"Parent directory {path.parent} does not exist.")
    with written_whole(path) as file:
        _write(obj, file, path.stem, pickle_protocol)


def _write(obj, file, root: str, protocol: int) -> None:
    import zipfile  # only here: `import penlight` need not wait for it

    data = io.BytesIO()
    pickler = _Pickler(data, protocol)
    pickler.dump(obj)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(f"{root}/data.pkl", data.getvalue())
        archive.writestr(f"{root}/byteorder", "little")
        for key, storage in pickler.storages.values():
            memory = move(storage.memory, CPU)
            archive.writestr(f"{root}/data/{key}", memory.tobytes())
        archive.writestr(f"{root}/version", "3\n")
