"""`torch.cuda`: is there a GPU, how many, which. Without CuPy the answer is simply no."""

from penlight.tensors import devices, random


def is_available() -> bool:
    """Whether tensors can be put on a CUDA device here."""
    return device_count() > 0


def device_count() -> int:
    """How many CUDA devices there are."""
    try:
        return devices.cupy().cuda.runtime.getDeviceCount()
    except RuntimeError:
        return 0


def current_device() -> int:
    """The number of the device that "cuda" means."""
    return devices.cupy().cuda.runtime.getDevice()


def get_device_name(device=None) -> str:
    """What the maker calls the device."""
    return _properties(device)["name"].decode()


def get_device_capability(device=None) -> tuple[int, int]:
    """The version of its instruction set, such as (9, 0)."""
    properties = _properties(device)
    return properties["major"], properties["minor"]


def _properties(device):
    index = current_device() if device is None else devices.device(device).index or 0
    return devices.cupy().cuda.runtime.getDeviceProperties(index)


def synchronize(device=None) -> None:
    """Wait until the device has finished all that it was given (before you look at the clock)."""
    index = current_device() if device is None else devices.device(device).index or 0
    with devices.cupy().cuda.Device(index) as place:
        place.synchronize()


def memory_allocated(device=None) -> int:
    """Bytes in use by arrays on the current device."""
    return devices.cupy().get_default_memory_pool().used_bytes()


def empty_cache() -> None:
    """Give memory that is kept for reuse back to the device; nothing happens without one."""
    if is_available():
        devices.cupy().get_default_memory_pool().free_all_blocks()


def manual_seed(seed: int) -> None:
    """Random numbers are drawn on the CPU, so this seeds the one generator there is."""
    random.manual_seed(seed)


manual_seed_all = manual_seed
