"""The parts of autograd that students write: penlight runs whatever sits in their slots."""

import numpy as np
import pytest
import torch

import penlight
from penlight.slots import registry, transplant

NAMES = ["topological_order", "backpropagate", "accumulate_grad", "numerical_jacobian"]


def program(L):
    """A gradient used twice, a leaf that ends two paths, an operation with two outputs."""
    x = L.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]], requires_grad=True)
    b = L.tensor(2.0, requires_grad=True)
    values = x.exp()
    first, second = (values * b + values).unbind(0)
    loss = (first * second).sum() + b + b
    loss.backward()
    (b * x.sum()).backward()
    return x.grad, b.grad


@pytest.fixture
def counted():
    """The reference functions in their slots as a student's would be, and how often each ran."""
    calls = dict.fromkeys(NAMES, 0)
    held = []
    for name in NAMES:
        reference = registry[name].reference

        def counting(*args, name=name, reference=reference):
            calls[name] += 1
            return reference(*args)

        held.append(transplant(counting, slot=name))
    yield calls
    for each in held:
        each.__exit__()


def assert_like_pytorch():
    for ours, theirs in zip(program(penlight), program(torch), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5)
        assert str(ours.dtype).rpartition(".")[2] == str(theirs.dtype).rpartition(".")[2]


def test_the_engine_is_right():
    assert_like_pytorch()


def test_transplanted_functions_run_and_are_right(counted):
    assert_like_pytorch()
    assert counted["topological_order"] == counted["backpropagate"] == 2
    assert counted["accumulate_grad"] == 4
    x = penlight.tensor([1.0, 2.0], dtype=penlight.float64, requires_grad=True)
    assert penlight.autograd.gradcheck(lambda x: x.exp(), (x,))
    assert counted["numerical_jacobian"] == 1


def test_a_transplanted_loop_is_handed_tensors_and_a_leaf():
    seen = []

    def backpropagate(order, visit):
        arrived = {}
        for node in order:
            for place, gradient in visit(node, arrived):
                seen.append(gradient)
                arrived[place] = arrived[place] + gradient if place in arrived else gradient

    def accumulate_grad(leaf, grad):
        seen.extend([leaf, grad])
        leaf.grad = grad

    with transplant(backpropagate), transplant(accumulate_grad):
        program(penlight)
        x = penlight.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        (gradient,) = penlight.autograd.grad((x * x).sum(), x)
    assert all(isinstance(each, penlight.Tensor) for each in seen)
    assert x.grad.tolist() == gradient.tolist() == [2.0, 4.0]


def test_a_wrong_loop_gives_wrong_gradients():
    def backpropagate(order, visit):
        arrived = {}
        for node in order:
            arrived.update(visit(node, arrived))  # overwrites

    x = penlight.tensor(3.0, requires_grad=True)
    with transplant(backpropagate):
        (x * x).backward()
    assert x.grad.item() == 3.0


def test_a_gradient_belongs_to_one_leaf_alone():
    a = penlight.tensor([1.0, 2.0], requires_grad=True)
    b = penlight.tensor([1.0, 2.0], requires_grad=True)
    for _ in range(2):
        (a + b).sum().backward()
        (a + b).backward(penlight.ones(2))
    a.grad.zero_()
    assert b.grad.tolist() == [4.0, 4.0]


def test_a_fresh_gradient_is_not_copied():
    """The array that the rule of the product made is the one in `.grad`."""
    made = []
    x = penlight.ones(1000, requires_grad=True)
    y = x * penlight.ones(1000)
    y.grad_fn.register_hook(lambda going, came: made.append(going[0]._array.ctypes.data))
    y.sum().backward()
    assert x.grad.data_ptr() == made[0]


@pytest.mark.parametrize("layout", [lambda x: x, lambda x: x.T], ids=["plain", "transposed"])
def test_numerical_jacobian_is_pytorchs_jacobian(layout):
    values = np.random.default_rng(0).standard_normal((2, 3))

    def f(x):
        return (x * x * x).sum(0) + x.mean()

    found = penlight.autograd.numerical_jacobian(f, layout(penlight.from_numpy(values)))
    expected = torch.autograd.functional.jacobian(f, layout(torch.from_numpy(values)))
    np.testing.assert_allclose(found.numpy(), expected.reshape(-1, 6).numpy(), atol=1e-8)


@pytest.mark.parametrize("L", [penlight, torch], ids=["penlight", "torch"])
def test_retain_grad_keeps_what_other_hooks_leave(L):
    h = L.tensor([1.0, 2.0], requires_grad=True) * 3
    h.retain_grad()
    h.register_hook(lambda g: g * 10)
    h.register_hook(lambda g: g + 1)
    h.sum().backward()
    assert h.grad.tolist() == [11.0, 11.0]
