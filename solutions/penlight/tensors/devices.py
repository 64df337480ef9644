"""Where a tensor lives: NumPy arrays are on the CPU, CuPy arrays on a CUDA device."""

import re
import sys
from functools import cache

import numpy as np


class device:
    """A place for tensors: `device("cpu")`, `device("cuda")`, `device("cuda:1")`."""

    __slots__ = ("index", "type")

    def __init__(self, type="cpu", index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        match = re.fullmatch(r"(cpu|cuda|meta|mps)(?::(\d+))?", str(type))
        if match is None:
            raise RuntimeError(
                f"Expected one of cpu, cuda device type at start of device string: {type}"
            )
        self.type = match[1]
        self.index = index if match[2] is None else int(match[2])

    def __repr__(self):
        place = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{place})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __reduce__(self):
        return device, (str(self),)


CPU = device("cpu")


@cache
def cupy():
    """The CuPy module, or a RuntimeError that says how to get it."""
    try:
        import cupy
    except ImportError:
        raise RuntimeError(
            "device='cuda' needs CuPy, which is not installed. On a machine with an NVIDIA GPU: "
            "pip install cupy-cuda13x (or cupy-cuda12x, as nvidia-smi names the CUDA version)."
        ) from None
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise RuntimeError(f"CuPy is installed but sees no CUDA device: {error}") from None
    if not count:
        raise RuntimeError("CuPy is installed but sees no CUDA device.")
    return cupy


def array_module(array):
    """NumPy or CuPy, whichever made `array`."""
    return np if isinstance(array, np.ndarray | np.generic) else sys.modules["cupy"]


def module_for(place: device):
    """The array module that makes arrays on `place`."""
    if place.type == "cpu":
        return np
    if place.type == "cuda":
        return cupy()
    raise RuntimeError(f"penlight runs on cpu and cuda, not on {place.type!r}")


def device_of(array) -> device:
    return CPU if isinstance(array, np.ndarray) else device("cuda", array.device.id)


def move(array, place: device):
    """`array` on `place`; the array itself when it is there already."""
    if place.type == "cpu":
        return array if isinstance(array, np.ndarray) else sys.modules["cupy"].asnumpy(array)
    module = module_for(place)
    index = module.cuda.runtime.getDevice() if place.index is None else place.index
    if index >= module.cuda.runtime.getDeviceCount():
        raise RuntimeError("CUDA error: invalid device ordinal")
    with module.cuda.Device(index):
        return module.asarray(array)
