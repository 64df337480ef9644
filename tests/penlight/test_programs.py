"""Ordinary PyTorch programs, run under PyTorch and under penlight: they print the same lines."""

import contextlib
import io
import sys
from pathlib import Path

import pytest
import torch

import penlight

PROGRAMS = sorted(Path(__file__).with_name("programs").glob("*.py"))


@contextlib.contextmanager
def imported_as_torch():
    """Inside, `import torch` and `from torch.x import y` mean penlight."""
    real = {n: m for n, m in sys.modules.items() if n == "torch" or n.startswith("torch.")}
    ours = {n: m for n, m in sys.modules.items() if n == "penlight" or n.startswith("penlight.")}
    for name in real:
        del sys.modules[name]
    for name, module in ours.items():
        sys.modules["torch" + name.removeprefix("penlight")] = module
    try:
        yield
    finally:
        for name in [n for n in sys.modules if n == "torch" or n.startswith("torch.")]:
            del sys.modules[name]
        sys.modules.update(real)


def output(path: Path) -> list[str]:
    printed = io.StringIO()
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, {"__name__": "__main__"})
    return printed.getvalue().splitlines()


def test_there_are_enough():
    assert len(PROGRAMS) >= 20


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("ignore")
def test_prints_the_same(path):
    theirs = output(path)
    with imported_as_torch():
        assert sys.modules["torch"] is penlight
        ours = output(path)
    assert sys.modules["torch"] is torch
    assert ours == theirs
