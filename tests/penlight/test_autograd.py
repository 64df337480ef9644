"""What autograd promises, run under penlight and under PyTorch, and compared."""

import warnings

import numpy as np
import pytest
import torch

import penlight


def values(result):
    """Whatever a program returned, as plain data."""
    if isinstance(result, penlight.Tensor | torch.Tensor):
        return np.asarray(result.detach().tolist()), tuple(result.shape)
    if isinstance(result, tuple | list):
        return [values(each) for each in result]
    return result


def assert_same(ours, theirs):
    assert type(ours) is type(theirs), (ours, theirs)
    if isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(ours, np.ndarray):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    else:
        assert ours == theirs


def both(program):
    """Run under both libraries: equal results, or the same type of error; returns penlight's."""
    outcomes = []
    for library in (penlight, torch):
        try:
            outcomes.append((values(program(library)), None))
        except Exception as error:
            outcomes.append((None, error))
    (ours, our_error), (theirs, their_error) = outcomes
    if their_error is not None or our_error is not None:
        if type(our_error) is not type(their_error):
            raise AssertionError(f"{our_error!r} != {their_error!r}") from our_error
        return our_error
    assert_same(ours, theirs)
    return ours


def leaf(L, values):
    return L.tensor(values, dtype=L.float64, requires_grad=True)


PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


@program
def accumulates(L):
    x = leaf(L, 2.0)
    for _ in range(2):
        (x * x * x).backward()
    return x.grad


@program
def both_paths_add_up(L):
    x = leaf(L, [1.0, 2.0])
    y = x * 3
    (y * x + y).sum().backward()
    return x.grad


@program
def retain_graph(L):
    x = leaf(L, 3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


@program
def freed_graph(L):
    x = leaf(L, 3.0)
    y = x * x
    y.backward()
    y.backward()


@program
def nothing_saved_nothing_freed(L):
    x = leaf(L, 3.0)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    return x.grad


@program
def cotangent(L):
    x = leaf(L, [[1.0, 2.0], [3.0, 4.0]])
    (x * x).backward(L.tensor([[1.0, 0.0], [0.5, 2.0]], dtype=L.float64))
    return x.grad


@program
def cotangent_needed(L):
    (leaf(L, [1.0, 2.0]) * 2).backward()


@program
def cotangent_of_the_wrong_shape(L):
    (leaf(L, [1.0, 2.0]) * 2).backward(L.ones(3))


@program
def third_derivative(L):
    x = leaf(L, [0.5, 1.5])
    g = (x.exp() * x).sum()
    for _ in range(3):
        (g,) = L.autograd.grad(g.sum(), x, create_graph=True)
    return g


@program
def backward_with_create_graph(L):
    x = leaf(L, 2.0)
    (x**3).backward(create_graph=True)
    g = x.grad
    return L.autograd.grad(g, x)


@program
def unused_input(L):
    x, y = leaf(L, 1.0), leaf(L, 2.0)
    return L.autograd.grad(x * 2, (x, y))


@program
def unused_input_allowed(L):
    x, y = leaf(L, 1.0), leaf(L, 2.0)
    return L.autograd.grad(x * 2, (x, y), allow_unused=True)[0], None


@program
def gradient_of_an_intermediate(L):
    x = leaf(L, 2.0)
    y = x * x
    z = y * y
    return (*L.autograd.grad(z, y, retain_graph=True), *L.autograd.grad(z, x)), x.grad is None


@program
def only_the_inputs_asked_for(L):
    x, y = leaf(L, 2.0), leaf(L, 3.0)
    (x * y).backward(inputs=[x])
    return x.grad, y.grad is None


@program
def no_grad_modes(L):
    x = leaf(L, 2.0)
    with L.no_grad():
        a = x * 2
        with L.enable_grad():
            b = x * 2

    @L.no_grad()
    def f():
        return x * 2

    with L.set_grad_enabled(False):
        c = x * 2
    with L.inference_mode():
        d = x * 2
    flags = [t.requires_grad for t in (a, b, f(), c, d, x * 2)]
    L.set_grad_enabled(False)
    flags += [L.is_grad_enabled(), (x * 2).requires_grad]
    L.set_grad_enabled(True)
    return flags


@program
def detach_shares_memory(L):
    x = leaf(L, [1.0, 2.0])
    y = x.detach()
    y[0] = 5.0
    return x, y.requires_grad, y.data_ptr() == x.data_ptr()


@program
def leaf_in_place(L):
    x = leaf(L, [1.0, 2.0])
    x += 1


@program
def view_of_leaf_in_place(L):
    x = leaf(L, [1.0, 2.0])
    x.view(2, 1).mul_(2)


@program
def in_place_history(L):
    x = leaf(L, [1.0, 2.0])
    y = x * 2
    y.mul_(x)
    y += 1
    (y * y).sum().backward()
    return x.grad


@program
def saved_value_overwritten(L):
    x = leaf(L, [1.0, 2.0])
    y = x.exp()
    y += 1
    y.sum().backward()


@program
def unsaved_value_overwritten(L):
    x = leaf(L, [1.0, 2.0])
    y = x + 1
    y.mul_(3)
    y.sum().backward()
    return x.grad, y._version


@program
def write_through_a_view(L):
    x, w = leaf(L, [[1.0, 2.0], [3.0, 4.0]]), leaf(L, [5.0, 6.0])
    y = x * 2
    row = y.view(4)
    y.t().mul_(w)
    (y * y).sum().backward()
    return x.grad, w.grad, row


@program
def stale_view_is_refreshed(L):
    x = leaf(L, [[1.0, 2.0], [3.0, 4.0]])
    y = x * 1
    column = y.t()
    y.mul_(x)
    (column * column).sum().backward()
    return x.grad, type(column.grad_fn).__name__


@program
def write_into_plain_memory(L):
    w = leaf(L, [1.0, 2.0])
    out = L.zeros(2, 2, dtype=L.float64)
    out.t().copy_(w)
    (out * out).sum().backward()
    return w.grad, out.requires_grad, type(out.grad_fn).__name__


@program
def tensor_hooks(L):
    x, seen = leaf(L, [1.0, 2.0]), []
    y = x * 2
    handle = y.register_hook(lambda g: g * 10)
    y.register_hook(lambda g: seen.append(g.tolist()))
    x.register_hook(lambda g: g + 1)
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.tolist()))
    (y * y).sum().backward(retain_graph=True)
    handle.remove()
    x.grad = None
    (y * 1).sum().backward()
    return seen, x.grad


@program
def retained_gradient(L):
    x = leaf(L, [1.0, 2.0])
    y = x * 2
    y.retain_grad()
    (y * y).sum().backward()
    return y.grad, y.retains_grad, y.is_leaf


@program
def node_hooks(L):
    x, seen = leaf(L, 3.0), []
    y = x * x
    y.grad_fn.register_hook(lambda gi, go: seen.append((gi[0].item(), go[0].item())))
    (y * 2).backward()
    return seen, x.grad


@program
def graph_shape(L):
    x = leaf(L, [1.0, 2.0])
    loss = ((x * 2 + 1) * x).sum()
    found, stack = [], [loss.grad_fn]
    while stack:
        node = stack.pop()
        found.append(node.name())
        stack.extend(n for n, _ in node.next_functions if n is not None)
    return found


@program
def accumulator_knows_its_leaf(L):
    x = leaf(L, 1.0)
    node = (x * 2).grad_fn.next_functions[0][0]
    return node.variable is x, type(node).__name__


@program
def custom_function(L):
    class Cube(L.autograd.Function):
        @staticmethod
        def forward(ctx, x, scale):
            ctx.save_for_backward(x)
            ctx.scale = scale
            return x**3 * scale

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            assert ctx.needs_input_grad == (True, False)
            return 3 * x**2 * ctx.scale * g, None

    x = leaf(L, [1.0, 2.0])
    y = Cube.apply(x, 2.0)
    (g,) = L.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = L.autograd.grad(g.sum(), x)
    return y, g, h, type(y.grad_fn).__name__


@program
def custom_function_with_setup_context(L):
    class Product(L.autograd.Function):
        @staticmethod
        def forward(a, b):
            return a * b, a + b

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)
            ctx.mark_non_differentiable(output[1])

        @staticmethod
        def backward(ctx, g, unused):
            a, b = ctx.saved_tensors
            return g * b, g * a

    a, b = leaf(L, 2.0), leaf(L, 3.0)
    y, z = Product.apply(a, b)
    y.backward()
    return a.grad, b.grad, z.requires_grad


@program
def custom_function_returns_too_few(L):
    class Bad(L.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * b

        @staticmethod
        def backward(ctx, g):
            return g

    Bad.apply(leaf(L, 2.0), leaf(L, 3.0)).backward()


@program
def once_differentiable(L):
    from importlib import import_module

    once = import_module(f"{L.__name__}.autograd.function").once_differentiable

    class Square(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = leaf(L, 3.0)
    (g,) = L.autograd.grad(Square.apply(x), x, create_graph=True)
    L.autograd.grad(g, x)


@program
def straight_through(L):
    class Round(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return (x > 0.5).to(x.dtype)

        @staticmethod
        def backward(ctx, g):
            return g

    x = leaf(L, [0.2, 0.7])
    (Round.apply(x) * L.tensor([3.0, 4.0], dtype=L.float64)).sum().backward()
    return x.grad


def smooth(x, y):
    return (x * y).exp() + x.sin() / y


@program
def jacobian_products(L):
    F = L.autograd.functional
    x, y = leaf(L, [0.5, 1.0]), leaf(L, [1.5, 2.0])
    one, two = L.ones(2, dtype=L.float64), L.full((2,), 2.0, dtype=L.float64)
    return (
        F.vjp(smooth, (x, y), one),
        F.jvp(smooth, (x, y), (one, two)),
        F.jacobian(smooth, (x, y)),
        F.jacobian(lambda x: x.sum() * x, x),
        F.hessian(lambda x: (x**3).sum() + x[0] * x[1], x),
        F.hvp(lambda x: (x**3).sum(), x, two),
        F.vhp(lambda x: (x**3).sum(), x, two),
    )


@program
def dual_numbers(L):
    from importlib import import_module

    fwAD = import_module(f"{L.__name__}.autograd.forward_ad")
    x, t = L.tensor([0.5, 1.0], dtype=L.float64), L.tensor([1.0, -2.0], dtype=L.float64)
    with fwAD.dual_level():
        d = fwAD.make_dual(x, t)
        out = smooth(d, d + 1).sum() + (d.reshape(2, 1) @ d.reshape(1, 2)).mean()
        primal, tangent = fwAD.unpack_dual(out)
        plain = fwAD.unpack_dual(x * 2).tangent
    return primal, tangent, plain is None


@program
def dual_numbers_need_a_level(L):
    from importlib import import_module

    fwAD = import_module(f"{L.__name__}.autograd.forward_ad")
    fwAD.make_dual(L.ones(1), L.ones(1))


@program
def gradcheck_passes(L):
    return L.autograd.gradcheck(smooth, (leaf(L, [0.5, 1.0]), leaf(L, [1.5, 2.0]))), (
        L.autograd.gradgradcheck(smooth, (leaf(L, [0.5, 1.0]), leaf(L, [1.5, 2.0])))
    )


@program
def gradcheck_catches(L):
    class Wrong(L.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g

    return L.autograd.gradcheck(Wrong.apply, (leaf(L, [1.0]),), raise_exception=False)


@program
def anomaly_finds_nan(L):
    x = leaf(L, [0.0, -1.0])
    with L.autograd.detect_anomaly():
        (x.sqrt() * 0).sum().backward()


@program
def integer_cannot_require_grad(L):
    L.tensor([1, 2]).requires_grad_()


@program
def grad_of_the_wrong_shape(L):
    leaf(L, [1.0, 2.0]).grad = L.zeros(3, dtype=L.float64)


@program
def mixed_types(L):
    a, b = L.ones(2, requires_grad=True), leaf(L, [1.0, 2.0])
    (a * b).sum().backward()
    return a.grad, str(a.grad.dtype), str(b.grad.dtype)


@program
def dynamic_graph(L):
    w, total = leaf(L, 1.1), leaf(L, 0.0)
    while total.item() < 5:
        total = total * w + (w if total.item() > 2 else w * w)
    total.backward()
    return w.grad


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_as_pytorch(name):
    both(PROGRAMS[name])


def test_a_chain_of_100000_operations():
    x = penlight.tensor(1.0, dtype=penlight.float64, requires_grad=True)
    y = x
    for _ in range(100_000):
        y = y * 1.00001
    y.backward()
    assert x.grad.item() == pytest.approx(1.00001**100_000)


def test_anomaly_mode_names_the_forward_line():
    x = penlight.tensor([-1.0], requires_grad=True)
    with penlight.autograd.detect_anomaly():
        y = x.sqrt().sum()  # here
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            with pytest.raises(RuntimeError, match="SqrtBackward0"):
                y.backward()
    assert any("x.sqrt().sum()  # here" in str(each.message) for each in told)


def test_gradients_are_not_shared_between_leaves():
    a, b = (penlight.ones(3, requires_grad=True) for _ in range(2))
    (a + b).sum().backward()
    a.grad.zero_()
    assert b.grad.tolist() == [1.0, 1.0, 1.0]


def test_nothing_is_kept_when_nothing_requires_grad():
    y = penlight.ones(3) * 2
    assert y.grad_fn is None
    assert not y.requires_grad
