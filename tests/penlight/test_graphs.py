"""Capturing a function: the graph gives what eager PyTorch gives, and leaves what it leaves."""

import warnings

import numpy as np
import pytest
import torch

import penlight
from penlight.graphs import CaptureError, TracerWarning, capture
from penlight.slots import registry, transplant


def array(x):
    return x.detach().numpy()


def assert_same(ours, theirs):
    np.testing.assert_allclose(array(ours), array(theirs), rtol=1e-5, atol=1e-6)
    assert str(ours.dtype).rpartition(".")[2] == str(theirs.dtype).rpartition(".")[2]


def network(L):
    L.manual_seed(0)
    return L.nn.Sequential(
        L.nn.Linear(3, 4), L.nn.BatchNorm1d(4), L.nn.ReLU(), L.nn.Dropout(0.5), L.nn.Linear(4, 2)
    )


def batch(L, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((5, 3)).astype("float32")
    return L.tensor(x.tolist()), L.tensor(rng.integers(0, 2, 5).tolist())


def step_of(L, net):
    def step(x, y):
        loss = L.nn.functional.cross_entropy(net(x), y)
        net.zero_grad()
        loss.backward()
        with L.no_grad():
            for p in net.parameters():
                p -= 0.1 * p.grad
        return loss.detach()

    return step


def test_a_module_is_captured_with_its_parameters_by_name():
    net = network(penlight).eval()
    x, _ = batch(penlight)
    captured = capture(net, x)
    assert str(captured).splitlines()[0] == "graph(input: float32[5, 3]):"
    assert "4.bias = parameter" in str(captured)
    assert captured.graph.operations() == ["linear", "batch_norm_fixed", "relu", "linear"]
    again, _ = batch(penlight, 1)
    assert_same(captured(again), net(again))
    with penlight.no_grad():
        net[4].bias += 1
    assert_same(captured(again), net(again))  # read anew


def test_a_whole_training_step_is_one_graph():
    """Forward, backward, update, running averages, dropout: step by step as in PyTorch."""
    theirs, ours = network(torch), network(penlight)
    x, y = batch(penlight)
    step = capture(step_of(penlight, ours), x, y)
    assert ours[0].weight.grad is None  # the capture left no trace
    theirs_step = step_of(torch, theirs)
    torch.manual_seed(5)
    penlight.manual_seed(5)
    for seed in range(4):
        assert_same(step(*batch(penlight, seed)), theirs_step(*batch(torch, seed)))
    for (name, mine), wanted in zip(
        ours.state_dict().items(), theirs.state_dict().values(), strict=True
    ):
        np.testing.assert_allclose(array(mine), array(wanted), rtol=1e-4, atol=1e-6, err_msg=name)
    assert_same(ours[0].weight.grad, theirs[0].weight.grad)


def test_gradients_are_added_to_those_that_are_there():
    w = penlight.ones(3, requires_grad=True)

    def backward(x):
        (w * x).sum().backward()
        (w * x * 2).sum().backward()

    run = capture(backward, penlight.ones(3))
    x = penlight.tensor([1.0, 2.0, 3.0])
    run(x)
    run(x)
    assert w.grad.tolist() == [6.0, 12.0, 18.0]


def test_a_captured_forward_can_be_differentiated_even_twice():
    def program(L, x):
        return (x.sin() * x.exp()).sum() + (x[1:] * x[:-1]).prod()

    data = [0.5, -1.0, 2.0]
    mine = penlight.tensor(data, requires_grad=True)
    wanted = torch.tensor(data, requires_grad=True)
    captured = capture(lambda x: program(penlight, x), mine)
    results = []
    for L, x, out in ((penlight, mine, captured(mine)), (torch, wanted, program(torch, wanted))):
        (first,) = L.autograd.grad(out, x, create_graph=True)
        results.append((out, first, *L.autograd.grad(first.pow(2).sum(), x)))
    for a, b in zip(*results, strict=True):
        assert_same(a, b)


def test_no_grad_and_detach_hold_gradients_back_in_the_graph_too():
    def program(L, x):
        with L.no_grad():
            scale = x * 3
        return (x * scale + x.detach() * 2).sum()

    x = penlight.tensor([1.0, 2.0], requires_grad=True)
    capture(lambda x: program(penlight, x), x)(x).backward()
    wanted = torch.tensor([1.0, 2.0], requires_grad=True)
    program(torch, wanted).backward()
    assert x.grad.tolist() == wanted.grad.tolist()


def test_writing_in_place_becomes_new_values():
    def program(L, x):
        out = L.zeros(3)
        out[0] = x.sum()
        out[1:] = x[:2] * 2
        y = x.clone()
        window = y[1:]
        y *= 2
        window += 1
        y.clamp_(max=4)
        return {"a": out, "b": (y, window, [x[x.argsort()]])}

    captured = capture(lambda x: program(penlight, x), penlight.tensor([1.0, 2.0, 0.0]))
    for data in ([2.0, 1.0, 7.0], [0.0, 5.0, -1.0]):
        ours, theirs = captured(penlight.tensor(data)), program(torch, torch.tensor(data))
        assert_same(ours["a"], theirs["a"])
        assert_same(ours["b"][0], theirs["b"][0])
        assert_same(ours["b"][1], theirs["b"][1])
        assert_same(ours["b"][2][0], theirs["b"][2][0])
    assert not captured.graph.effects
    assert not captured.graph.parameters


def test_what_is_written_outside_is_written_at_each_run():
    count = penlight.zeros(2)

    def program(x):
        count.add_(x)
        x.mul_(2)
        return count * 10

    run = capture(program, penlight.ones(2))
    assert count.tolist() == [0, 0]
    x = penlight.tensor([1.0, 2.0])
    assert run(x).tolist() == [10.0, 20.0]
    assert (count.tolist(), x.tolist()) == ([1.0, 2.0], [2.0, 4.0])
    assert run(x).tolist() == [30.0, 60.0]


def test_two_parameters_can_be_exchanged():
    a, b = penlight.tensor([1.0]), penlight.tensor([2.0])

    def exchange(x):
        old = a.clone()
        a.copy_(b)
        b.copy_(old)
        return x + 0

    run = capture(exchange, penlight.zeros(1))
    run(penlight.zeros(1))
    assert (a.item(), b.item()) == (2.0, 1.0)


def test_random_numbers_are_drawn_anew_and_in_pytorchs_order():
    def program(L, x):
        L.rand(2)
        return x * L.randn(3) + L.randint(0, 9, (3,)) + L.empty(3).uniform_(1, 2) + L.bernoulli(x)

    captured = capture(lambda x: program(penlight, x), penlight.tensor([0.1, 0.5, 0.9]))
    penlight.manual_seed(3)
    torch.manual_seed(3)
    for _ in range(2):
        ours = captured(penlight.tensor([0.3, 0.2, 0.8]))
        assert_same(ours, program(torch, torch.tensor([0.3, 0.2, 0.8])))
    with pytest.raises(CaptureError, match="default generator"):
        capture(lambda x: x * penlight.rand(1, generator=penlight.Generator()), penlight.ones(1))


def test_mixed_types_meet_as_in_pytorch():
    def program(L, i, x):
        return (i + 1.5, i * x, i // 2 + x, x > i, (i + 300) * 2, x.double() / i, i / 2)

    ints, floats = [3, -7, 100], [0.5, -2.0, 4.0]
    captured = capture(
        lambda i, x: program(penlight, i, x),
        penlight.tensor(ints, dtype=penlight.int8),
        penlight.tensor(floats),
    )
    ours = captured(penlight.tensor(ints, dtype=penlight.int8), penlight.tensor(floats))
    theirs = program(torch, torch.tensor(ints, dtype=torch.int8), torch.tensor(floats))
    for a, b in zip(ours, theirs, strict=True):
        assert_same(a, b)


def test_a_branch_on_data_warns_and_so_do_numbers_that_leave():
    def branch(x):
        return x * 2 if x.sum() > 0 else x - 1

    with pytest.warns(TracerWarning, match="Python boolean"):
        captured = capture(branch, penlight.ones(2))
    assert captured.graph.operations() == ["sum_all", "gt", "mul"]
    with pytest.warns(TracerWarning, match="Python number"):
        capture(lambda x: x * x.max().item(), penlight.ones(2))


def test_data_that_takes_another_way_than_operations_is_noticed():
    one_hot = penlight.nn.functional.one_hot
    with pytest.warns(TracerWarning, match="depends on the inputs' numbers"):
        capture(lambda x: x * one_hot(x.long(), 5)[:, 0].sum(), penlight.arange(4.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        capture(lambda x: x * penlight.ones(4), penlight.arange(4.0))


def test_wrong_arguments_are_refused_with_words():
    captured = capture(lambda x, k: x * k, penlight.ones(2, 3), 4)
    with pytest.raises(RuntimeError, match=r"captured for x: float32\[2, 3\].*\[3, 2\]"):
        captured(penlight.ones(3, 2), 4)
    with pytest.raises(RuntimeError, match="float64"):
        captured(penlight.ones(2, 3, dtype=penlight.float64), 4)
    with pytest.raises(TypeError, match="plain values"):
        captured(penlight.ones(2, 3), 5)
    outside = penlight.ones(2, requires_grad=True) * 2
    with pytest.raises(CaptureError, match="computed outside"):
        capture(lambda x: x * outside, penlight.ones(2))
    w = penlight.ones(2, requires_grad=True)
    w.sum().backward()
    with pytest.raises(CaptureError, match="from before the call"):
        capture(lambda x: x * w + w.grad, penlight.ones(2))


def test_a_failed_capture_leaves_nothing_switched_on():
    with pytest.raises(ZeroDivisionError):
        capture(lambda x: x / (1 // 0), penlight.ones(2))
    x = penlight.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    assert not penlight.ones(2)._tracked


def test_a_graph_inside_a_graph_is_one_graph():
    inner = capture(lambda x: x.exp() + 1, penlight.ones(2))
    outer = capture(lambda x: inner(x * 2), penlight.ones(2))
    assert outer.graph.operations() == ["mul", "exp", "add"]


def test_the_engine_runs_through_its_slots():
    net = network(penlight).eval()
    x, _ = batch(penlight)
    captured, calls = capture(net, x), []
    wanted = net(x)

    def execute(nodes, known, compute):
        calls.append(len(nodes))
        return registry["execute"].reference(nodes, known, compute)

    with transplant(execute):
        with penlight.no_grad():
            assert_same(captured(x), wanted)
        assert_same(captured(x), wanted)
    assert calls == [4, 4]


def test_pytorchs_names_for_graphs(tmp_path):
    """One program under both libraries: jit.trace, jit.script, jit.save, jit.load, compile."""

    def program(L, path):
        net = network(L).eval()
        x, _ = batch(L)
        traced = L.jit.trace(net, x)
        L.jit.save(traced, str(path))
        return [f(x) for f in (traced, L.jit.load(str(path)), L.jit.trace(net, (x,)))]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs = program(torch, tmp_path / "theirs")
    for ours, wanted in zip(program(penlight, tmp_path / "ours"), theirs, strict=True):
        assert_same(ours, wanted)
    assert penlight.compile(lambda x: x + 1)(penlight.ones(2)).tolist() == [2.0, 2.0]


LAYERS = {
    "lstm": (lambda nn: nn.LSTM(3, 4), [(2, 5, 3)]),
    "one-layer rnn": (lambda nn: nn.RNN(3, 4), [(1, 2, 3)]),
    "gru": (lambda nn: nn.GRU(3, 4, bidirectional=True), [(5, 2, 3)]),
    "attention": (lambda nn: nn.MultiheadAttention(8, 2, batch_first=True), [(2, 5, 8)] * 3),
    "transformer": (
        lambda nn: nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True), [(2, 5, 8)]
    ),
    "transposed": (lambda nn: nn.ConvTranspose2d(2, 3, 3, stride=2), [(1, 2, 5, 5)]),
    "batch norm": (lambda nn: nn.BatchNorm2d(2), [(4, 2, 5, 5)]),
    "instance norm": (
        lambda nn: nn.InstanceNorm2d(2, affine=True, track_running_stats=True), [(4, 2, 5, 5)]
    ),
    "loss": (lambda nn: nn.KLDivLoss(reduction="batchmean"), [(5, 2)] * 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layers_of_every_kind(name):
    """Captured, and optimised: the eager layer's numbers, with gradients and without."""
    make, shapes = LAYERS[name]
    penlight.manual_seed(0)
    layer = make(penlight.nn)
    captured = capture(layer, *[penlight.rand(*shape) for shape in shapes])
    state = {name: tensor.clone() for name, tensor in layer.state_dict().items()}
    inputs = [penlight.rand(*shape) for shape in shapes]

    def results(run):
        found = []
        for grad in (False, True):
            layer.load_state_dict(state)
            penlight.manual_seed(5)
            with penlight.set_grad_enabled(grad):
                out = run(*inputs)
            out = out if isinstance(out, tuple) else (out,)
            flat = [y for x in out for y in (x if isinstance(x, tuple) else (x,))]
            found += [array(x) for x in (*flat, *layer.state_dict().values())]
        return [x.copy() for x in found]

    wanted = results(layer)
    for run in (captured, captured.optimised()):
        for a, b in zip(results(run), wanted, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
