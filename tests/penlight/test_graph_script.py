"""Control flow: `script` keeps both branches where a tracer keeps one; same results as PyTorch."""

import numpy as np
import pytest
import torch

import penlight
from penlight import graphs
from penlight.graphs import CaptureError, ScriptError, TracerWarning, capture, script


def agrees(function, scripted, *examples, captures=1):
    """`scripted` gives what PyTorch gives eagerly, for all examples from so many captures."""
    for example in examples:
        ours = scripted(*[penlight.tensor(x) if isinstance(x, list) else x for x in example])
        theirs = function(*[torch.tensor(x) if isinstance(x, list) else x for x in example])
        ours, theirs = (x if isinstance(x, tuple) else (x,) for x in (ours, theirs))
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5)
    assert scripted.captures == captures


def branches(x):
    y = x * 2
    if x.sum() > 0:
        y = y + 1
        z = y.exp()
    elif x.sum() < -10:
        z = -y
    else:
        z = y - 1
    return z, y


def collatz(n):
    steps = n * 0
    while n > 1:
        if n % 2 == 0:
            n = n // 2
        else:
            half = 3 * n
            n = half + 1
        steps = steps + 1
    return steps


def early(x):
    if x.max() > 10:
        return x * 0
    x = x + 1
    if x.min() < 0:
        return -x
    return x


def loops(x, n, k):
    for _ in range(k):
        x = x * 2
    for i in range(1, n, 2):
        x = x + i
    return x if not (x.sum() > 100 and n > 3) else x - 100


def test_both_branches_are_in_the_graph():
    agrees(branches, script(branches), ([1.0, 2.0],), ([-1.0, -2.0],), ([-10.0, -2.0],))
    with pytest.warns(TracerWarning):
        traced = capture(branches, penlight.tensor([1.0, 2.0]))
    assert traced(penlight.tensor([-1.0, -2.0]))[0].tolist() != branches(torch.tensor([-1.0, -2.0]))


def test_loops_and_nested_branches():
    scripted = script(collatz)
    for n in (1, 6, 27):
        assert scripted(penlight.tensor(n)).item() == collatz(n)
    assert scripted.captures == 1
    assert scripted.graph.operations().count("while") == 1
    assert "while_" in scripted.code


def test_branches_that_return():
    agrees(early, script(early), ([1.0, 20.0],), ([1.0, 2.0],), ([-5.0, 2.0],))


def test_for_over_range_of_a_number_and_of_a_tensor():
    scripted = script(loops)
    for n in (0, 4, 9):
        for x in ([1.0, 2.0], [30.0, 30.0]):
            ours = scripted(penlight.tensor(x), penlight.tensor(n), 3)
            assert ours.tolist() == loops(torch.tensor(x), n, 3).tolist()
    assert scripted.captures == 1
    assert scripted.graph.operations().count("while") == 1  # the other loop was unrolled


def test_gradients_pass_through_branches_and_loops():
    def program(x):
        y = x * 3
        while y.sum() < 50:
            y = y * x
        if y.sum() > 60:
            y = y * y
        return y.sum()

    scripted = script(program)
    for data in ([2.0, 1.5], [3.0, 2.0]):
        x = penlight.tensor(data, requires_grad=True)
        scripted(x).backward()
        wanted = torch.tensor(data, requires_grad=True)
        program(wanted).backward()
        np.testing.assert_allclose(x.grad.numpy(), wanted.grad.numpy(), rtol=1e-5)


class Gate(penlight.nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = penlight.nn.Linear(2, 2), penlight.nn.Linear(2, 2)

    def forward(self, x):
        if x.mean() > 0:
            return self.left(x)
        return self.right(x).relu()


def test_a_module_is_scripted_saved_and_run_again(tmp_path):
    net = Gate()
    scripted = script(net)
    x = penlight.tensor([[1.0, 2.0]])
    for each in (x, -x):
        assert (scripted(each) == net(each)).all()
    assert {"left.weight", "right.weight"} <= {v.name for v in scripted.graph.parameters}
    graphs.save(capture(scripted, x), tmp_path / "gate")
    loaded = graphs.load(tmp_path / "gate")
    for each in (x, -x):
        assert (loaded(each) == net(each)).all()
    with pytest.raises(graphs.NotInONNX, match="'if'"):
        graphs.to_onnx(loaded)


def changes_type(x):
    if x.sum() > 0:
        y = x * 2
    else:
        y = x.sum()
    return y


def one_side(x):
    if x.sum() > 0:
        y = x * 2
    return y


def grows(x):
    while x.sum() < 100:
        x = penlight.cat([x, x])
    return x


def counts(x):
    k = 0
    while x.sum() < 100:
        x = x * 2
        k += 1
    return x, k


def in_place(x):
    y = x * 2
    if x.sum() > 0:
        y += 1
    return y


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (changes_type, r"'y' as float32\[2\] and as float32\[\]"),
        (one_side, "set on one way"),
        (grows, r"takes 'x' as float32\[2\] and leaves it as float32\[4\]"),
        (counts, "must be a tensor"),
        (in_place, "writes in place"),
    ],
)
def test_what_a_graph_cannot_hold_is_an_error(function, words):
    with pytest.raises(CaptureError, match=words):
        script(function)(penlight.tensor([1.0, 2.0]))


def breaks(x):
    while x.sum() > 0:
        break
    return x


def iterates(x):
    for row in x:
        x = x + row
    return x


def half_returns(x):
    if x.sum() > 0:
        return x


def tries(x):
    try:
        return x
    except ValueError:
        return -x


@pytest.mark.parametrize(
    ("function", "words"),
    [(breaks, "`break`"), (iterates, r"range\("), (half_returns, "falls off"), (tries, "`try`")],
)
def test_what_script_does_not_cover_is_named_with_its_line(function, words):
    line = function.__code__.co_firstlineno + 1
    with pytest.raises(ScriptError, match=rf"test_graph_script.py:\d+: .*{words}") as caught:
        script(function)
    assert int(str(caught.value).split(":")[1]) in range(line, line + 4)
    with pytest.raises(ScriptError, match="needs the source"):
        script(len)


def test_python_decides_what_no_tensor_decides():
    def program(x, flag, n):
        if flag:
            x = x + 1
        while n > 0:
            x = x * 2
            n = n - 1
        return x if flag or n else -x

    scripted = script(program)
    assert scripted(penlight.ones(1), True, 3).tolist() == [16.0]
    assert scripted(penlight.ones(1), False, 1).tolist() == [-2.0]
    assert scripted.captures == 2
