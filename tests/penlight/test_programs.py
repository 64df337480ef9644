"""Ordinary PyTorch programs, run under PyTorch and under penlight: they print the same lines."""

import contextlib
import io
import math
import re
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


# A float32 sum depends in its last digits on the processor and on where arrays lie in memory. A
# number printed with all of its digits may differ there; one rounded for a reader may not.
ALL_DIGITS = re.compile(r"-?\d+\.\d{7,}(?:e[+-]\d+)?")


def same(ours: str, theirs: str) -> bool:
    """Whether two lines are equal but for the last digits of unrounded numbers."""
    if ALL_DIGITS.sub("#", ours) != ALL_DIGITS.sub("#", theirs):
        return False
    pairs = zip(ALL_DIGITS.findall(ours), ALL_DIGITS.findall(theirs), strict=True)
    return all(math.isclose(float(a), float(b), rel_tol=1e-5, abs_tol=1e-7) for a, b in pairs)


def test_only_last_digits_may_differ():
    assert same("loss 0.3520357012748718, done", "loss 0.3520357310771942, done")
    assert not same("loss 0.3520357012748718", "loss 0.3521357310771942")
    assert not same("0.3520", "0.3521")
    assert not same("loss 0.3520357012748718", "cost 0.3520357012748718")


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
    assert len(ours) == len(theirs)
    different = [pair for pair in zip(ours, theirs, strict=True) if not same(*pair)]
    assert not different
