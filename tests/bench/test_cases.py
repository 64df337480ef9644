"""Every program gives the same losses under every library, and by hand in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from tools.bench import cases, worker
from tools.bench.race import PEERS, agree, installed

STEPS = worker.CHECKED_STEPS


def losses(case, library: str) -> list[float]:
    step = cases.make(case, library, cases.arrays(case, quick=True), "cpu")
    number = getattr(case, "result", float)
    return [number(step()) for _ in range(STEPS)]


@pytest.mark.parametrize("name", [*cases.NAMES, *cases.GROWN])
@pytest.mark.parametrize("library", ["penlight", "numpy"])
def test_losses_are_pytorchs(name, library):
    case = cases.load(name)
    assert agree(losses(case, library), losses(case, "torch"))


@pytest.mark.parametrize(
    ("name", "library"),
    [(name, peer) for name in cases.NAMES for peer in PEERS if hasattr(cases.load(name), peer)],
)
def test_losses_of_the_peers_that_are_installed_are_pytorchs(name, library):
    if not installed(library) or not runs(library):
        pytest.skip(f"{library} does not run here")
    case = cases.load(name)
    assert agree(losses(case, library), losses(case, "torch"))


def runs(library: str) -> bool:
    """Whether the peer works at all: tinygrad needs a C compiler."""
    if library != "tinygrad":
        return True
    from tinygrad import Device

    try:
        return bool(Device.DEFAULT)
    except RuntimeError:
        return False


@pytest.mark.parametrize("name", ["mlp", "conv", "tiny", "rnn", "window"])
def test_training_changes_the_loss(name):
    """Were the weights not updated, equal losses would say little."""
    seen = losses(cases.load(name), "numpy")
    assert len(set(seen)) == STEPS
    assert seen[-1] < seen[0]


@pytest.mark.parametrize("name", cases.NAMES)
def test_what_a_case_starts_from_is_the_same_each_time(name):
    case = cases.load(name)
    first, second = (cases.arrays(case, quick=True) for _ in range(2))
    assert first.keys() == second.keys()
    for key in first:
        np.testing.assert_array_equal(first[key], second[key])


@pytest.mark.parametrize("library", ["torch", "penlight", "numpy"])
def test_a_step_leaves_the_shared_arrays_alone(library):
    case = cases.load("mlp")
    data = cases.arrays(case, quick=True)
    before = {name: each.copy() for name, each in data.items()}
    cases.make(case, library, data, "cpu")()
    for name, each in data.items():
        np.testing.assert_array_equal(each, before[name])


def test_an_unknown_case_is_named_with_those_there_are():
    with pytest.raises(LookupError, match=r"no case 'nope'.*mlp"):
        cases.load("nope")


def test_a_library_without_a_program_says_so():
    case = cases.load("loader")
    data = cases.arrays(case, quick=True)
    with pytest.raises(NotImplementedError):
        cases.make(case, "micrograd", data, "cpu")
