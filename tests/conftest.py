"""What all tests share: GPU tests are skipped by name, and numeric libraries use one thread."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch loads: many small tests, few cores

import pytest


def has_cuda() -> bool:
    """Whether both the engine (CuPy) and the oracle (torch) can compute on a CUDA GPU."""
    import torch

    if not torch.cuda.is_available():
        return False
    try:
        import cupy
    except ImportError:
        return False
    return cupy.cuda.runtime.getDeviceCount() > 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    gpu_tests = [item for item in items if item.get_closest_marker("gpu")]
    if gpu_tests and not has_cuda():
        for item in gpu_tests:
            item.add_marker(pytest.mark.skip(reason="needs a CUDA GPU"))


@pytest.fixture(autouse=True)
def every_slot_is_penlights_own_again():
    """What a test (a notebook that it ran, say) transplants is not there in the next."""
    yield
    if slots := sys.modules.get("penlight.slots"):
        slots.restore()
