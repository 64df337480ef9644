"""Devices: the same program on the CPU and on a GPU, and clear words where there is none."""

import numpy as np
import pytest
import torch

import penlight


def train(L, device):
    """A small classifier, trained for a few steps on `device`; its losses and weights."""
    L.manual_seed(0)
    x, y = L.randn(40, 4).to(device), (L.arange(40) % 3).to(device)
    net = L.nn.Sequential(L.nn.Linear(4, 8), L.nn.ReLU(), L.nn.Linear(8, 3)).to(device)
    optimizer = L.optim.Adam(net.parameters(), lr=0.05)
    losses = []
    for _ in range(10):
        loss = L.nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [p.detach().cpu().numpy() for p in net.parameters()]


def without_gpu():
    if penlight.cuda.is_available():
        pytest.skip("there is a CUDA GPU here, so its absence cannot be tried")


def test_says_that_there_is_no_gpu():
    without_gpu()
    assert penlight.cuda.is_available() is False
    assert penlight.cuda.device_count() == 0
    penlight.cuda.empty_cache()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: penlight.ones(2).cuda(),
        lambda: penlight.ones(2, device="cuda"),
        lambda: penlight.nn.Linear(2, 2).to("cuda:0"),
        lambda: penlight.cuda.current_device(),
    ],
)
def test_says_how_to_get_one(ask):
    without_gpu()
    with pytest.raises(RuntimeError, match=r"(?i)cupy"):
        ask()


@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:1", "meta"])
def test_devices_compare_and_print_as_pytorch(name):
    ours, theirs = penlight.device(name), torch.device(name)
    assert (repr(ours), str(ours), ours.type, ours.index) == (
        repr(theirs), str(theirs), theirs.type, theirs.index,
    )  # fmt: skip
    assert ours == penlight.device(name)
    assert ours != penlight.device("cuda:7")


def test_an_unknown_device_is_refused_as_pytorch_does():
    for library in (penlight, torch):
        with pytest.raises(RuntimeError, match="device type at start of device string"):
            library.device("gpu")


def test_a_device_agnostic_program_runs_on_the_cpu():
    results = []
    for library in (penlight, torch):
        device = library.device("cuda" if library.cuda.is_available() else "cpu")
        results.append(train(library, device))
    (our_losses, our_weights), (their_losses, their_weights) = results
    np.testing.assert_allclose(our_losses, their_losses, rtol=1e-4)
    for ours, theirs in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.gpu
def test_trains_on_the_gpu_as_on_the_cpu():
    losses, weights = train(penlight, "cuda")
    expected, expected_weights = train(penlight, "cpu")
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    for on_gpu, on_cpu in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(on_gpu, on_cpu, rtol=1e-3, atol=1e-5)


@pytest.mark.gpu
def test_mixing_devices_is_an_error():
    with pytest.raises(RuntimeError, match="same device"):
        penlight.ones(2, device="cuda") + penlight.ones(2)
