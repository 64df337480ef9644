"""The parts of nn that students write: penlight's layers run whatever sits in their slots."""

import numpy as np
import pytest
import torch

import penlight
from penlight import slots
from penlight.slots import registry, transplant

NAMES = [
    "named_parameters", "linear", "kaiming_uniform_", "log_softmax", "dropout", "batch_norm",
    "output_size", "unfold", "conv2d", "max_pool2d",
]  # fmt: skip


@pytest.fixture(autouse=True)
def restored():
    yield
    slots.restore()


def put_in(calls):
    """The reference functions in their slots as a student's would be; `calls` counts them."""
    for name in NAMES:
        reference = registry[name].reference

        def counting(*args, name=name, reference=reference, **kwargs):
            calls[name] = calls.get(name, 0) + 1
            return reference(*args, **kwargs)

        transplant(counting, slot=name)


def net(L):
    """A net of every layer concerned; penlight and PyTorch draw the same weights."""
    L.manual_seed(3)
    return L.nn.Sequential(
        L.nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=1, groups=2),
        L.nn.BatchNorm2d(4),
        L.nn.ReLU(),
        L.nn.MaxPool2d(3, stride=2, padding=1),
        L.nn.Conv2d(4, 3, 2, dilation=2, padding="same", bias=False),
        L.nn.BatchNorm2d(3, affine=False, track_running_stats=False),
        L.nn.AvgPool2d(2),
        L.nn.Flatten(),
        L.nn.Linear(6, 5),
        L.nn.Linear(5, 4, bias=False),
        L.nn.LogSoftmax(1),
    )


def program(L):
    """Scores in training and evaluation, every gradient, every buffer."""
    model = net(L)
    x = L.from_numpy(np.random.default_rng(0).standard_normal((3, 2, 9, 8)).astype(np.float32))
    x.requires_grad_(True)
    target = L.tensor([0, 3, 1])
    trained = model(x)
    (L.nn.functional.nll_loss(trained, target) + L.nn.functional.cross_entropy(trained, target)
     ).backward()  # fmt: skip
    judged = model.eval()(x)
    rows = L.nn.functional.unfold(x, (2, 3), stride=2, padding=(1, 0))
    line = L.nn.functional.conv1d(x[:, :, 0], model[0].weight[:, :, 0], stride=2, padding=1,
                                  groups=2)  # fmt: skip
    single = L.nn.functional.max_pool2d(x[0], 2)
    grads = [p.grad for p in model.parameters()]
    buffers = [b for _, b in model.named_buffers()]
    return [trained, judged, rows, line, single, x.grad, *grads, *buffers]


def assert_like_pytorch():
    ours, theirs = program(penlight), program(torch)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            one.detach().numpy(), other.detach().numpy(), rtol=1e-4, atol=1e-5
        )
        assert str(one.dtype).rpartition(".")[2] == str(other.dtype).rpartition(".")[2]


def test_the_engine_is_right():
    assert_like_pytorch()


def test_transplanted_functions_run_and_are_right():
    calls = {}
    put_in(calls)
    assert_like_pytorch()
    assert calls.keys() == set(NAMES) - {"dropout"}
    assert calls["kaiming_uniform_"] == 4
    assert calls["linear"] == 4
    assert calls["batch_norm"] == 4


def test_paths_are_pytorchs_in_both_ways():
    def made(L):
        block = L.nn.Sequential(L.nn.Linear(2, 2), L.nn.BatchNorm1d(2))
        tied = L.nn.ModuleDict({"a": block, "again": block, "rest": L.nn.ModuleList([block[0]])})
        tied.own = L.nn.Parameter(L.zeros(1))
        tied.register_parameter("none", None)
        tied.register_module("nobody", None)
        return tied

    expected = [name for name, _ in made(torch).named_parameters(prefix="top")]
    assert [name for name, _ in made(penlight).named_parameters(prefix="top")] == expected
    put_in({})
    assert [name for name, _ in made(penlight).named_parameters(prefix="top")] == expected
    assert [name for name, _ in made(penlight).named_parameters(recurse=False)] == ["own"]


def test_dropout_in_the_slot_is_the_layers():
    calls = {}
    put_in(calls)
    penlight.manual_seed(0)
    x = penlight.ones(4000, requires_grad=True)
    layer = penlight.nn.Dropout(0.25)
    out = layer(x)
    assert sorted(set(out.tolist())) == pytest.approx([0, 4 / 3])
    assert abs(out.detach().numpy().mean() - 1) < 0.05
    out.sum().backward()
    assert x.grad.tolist() == out.tolist()
    assert layer.eval()(x) is x
    assert penlight.nn.functional.dropout(x, 1.0).tolist() == [0.0] * 4000
    assert calls == {"dropout": 3}


def wrong_named_parameters(module, prefix=""):
    return list(module._parameters.items())


def wrong_linear(input, weight, bias=None):
    return input @ weight.t()


def wrong_kaiming_uniform_(tensor, a=0):
    with penlight.no_grad():
        return tensor.fill_(5.0)


def wrong_log_softmax(input, dim):
    return input


def wrong_dropout(input, p=0.5, training=True):
    return input


def wrong_batch_norm(input, mean, var, weight, bias, training, momentum=0.1, eps=1e-5):
    return input


def wrong_output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel_size - 1) - 1) // stride


def wrong_unfold(input, kernel_size, dilation=(1, 1), padding=(0, 0), stride=(1, 1)):
    return input.flatten(2)


def wrong_conv2d(input, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    return input[:, :1]


def wrong_max_pool2d(input, kernel_size, stride, padding=(0, 0)):
    return -registry["max_pool2d"].reference(-input, kernel_size, stride, padding)


def used(name):
    """What a layer that needs the slot gives, as plain numbers."""
    F, nn = penlight.nn.functional, penlight.nn
    penlight.manual_seed(0)
    x = penlight.arange(32.0).reshape(2, 1, 4, 4)
    if name == "named_parameters":
        model = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1))
        return sum(p.numel() for p in model.parameters())
    if name == "kaiming_uniform_":
        weight = nn.Linear(2, 2).weight
        return bool((weight.detach().abs() <= 0.7072).all() and (weight.detach() != 0).all())
    results = {
        "linear": lambda: nn.Linear(4, 2)(x),
        "log_softmax": lambda: F.cross_entropy(x.flatten(1), penlight.tensor([0, 1])),
        "dropout": lambda: nn.Dropout()(x),
        "batch_norm": lambda: nn.BatchNorm2d(1)(x),
        "output_size": lambda: nn.AvgPool2d(2)(x),
        "unfold": lambda: nn.Unfold(2)(x),
        "conv2d": lambda: nn.Conv2d(1, 1, 2)(x),
        "max_pool2d": lambda: nn.MaxPool2d(2)(x),
    }
    return results[name]().tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_function_gives_wrong_results(name):
    right = used(name)
    with transplant(globals()[f"wrong_{name}"], slot=name):
        assert used(name) != right
    assert used(name) == right


def test_output_size_cannot_lead_beyond_the_memory():
    with (
        transplant(lambda n, *numbers: n + 1000, slot="output_size"),
        pytest.raises(RuntimeError, match=r"output_size says that \(1003, 1003\) windows fit"),
    ):
        penlight.nn.Conv2d(1, 1, 2)(penlight.zeros(1, 1, 3, 3))


def test_the_rule_for_the_output_is_pytorchs():
    size = registry["output_size"]
    for n in (5, 8, 13):
        for numbers in ((1,), (3,), (3, 2), (2, 3, 1), (3, 1, 2, 2), (3, 2, 4, 3)):
            x = torch.zeros(1, 1, n)
            out = torch.nn.functional.conv1d(x, torch.zeros(1, 1, numbers[0]), None, *numbers[1:])
            assert size(n, *numbers) == out.shape[2]
