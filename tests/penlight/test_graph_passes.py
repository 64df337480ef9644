"""Passes: each does something, and none changes what a program computes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import penlight
from penlight.graphs import capture, passes
from penlight.graphs.ir import Node, Value
from penlight.graphs.passes.buffers import assign_buffers
from penlight.graphs.running import Program
from penlight.slots import registry, transplant

F32 = np.dtype("float32")


def values(names):
    return [Value(name, (2,), F32) for name in names.split()]


def both(program, *data):
    """The graph of `program(penlight, …)`, and PyTorch's result for the same data."""
    inputs = [penlight.tensor(x) for x in data]
    captured = capture(lambda *xs: program(penlight, *xs), *inputs)
    return captured, inputs, program(torch, *[torch.tensor(x) for x in data])


def check(program, each, *data):
    """`program` after the pass `each` gives what PyTorch gives; returns graphs before and after."""
    captured, inputs, wanted = both(program, *data)
    better = captured.optimised(each)
    assert better.graph is not captured.graph
    for _ in range(2):
        np.testing.assert_allclose(better(*inputs).numpy(), wanted.numpy(), rtol=1e-5)
    return captured.graph.operations(), better.graph.operations()


def test_constant_folding():
    def program(L, x):
        scale = L.ones(2) * 3
        scale[0] = L.tensor(3.0).exp()
        return x + scale * 2

    before, after = check(program, passes.fold, [1.0, 2.0])
    assert len(before) > 4
    assert after == ["add"]
    x, y, a, b, c = values("x y a b c")
    nodes = [
        Node("add", (x, 1), (), (a,)), Node("mul", (y, 2), (), (b,)), Node("mul", (b, b), (), (c,))
    ]  # fmt: skip
    compute = lambda node, inputs: (inputs[0] * (2 if node.args[1] == 2 else inputs[1]),)  # noqa: E731
    left, known = registry["fold_constants"](nodes, {y: 5}, compute)
    assert left == nodes[:1]
    assert known == {y: 5, b: 10, c: 100}


def test_dead_code_goes_but_random_draws_stay():
    def program(L, x):
        x.exp().sum()
        L.rand(2)
        return x * 2

    before, after = check(program, passes.remove_dead_code, [1.0, 2.0])
    assert before == ["exp", "sum_all", "rand", "mul"]
    assert after == ["rand", "mul"]


def test_common_subexpressions():
    def program(L, x):
        return (x * 2).exp() + (x * 2).exp() * (x * 2.0) - (x * 3)

    before, after = check(program, passes.merge_common_subexpressions, [1.0, 2.0])
    assert before.count("exp") == 2
    assert after.count("exp") == 1
    assert after.count("mul") == before.count("mul") - 1

    def types(L, i):
        return (i + 1).double() + (i + 1.0).double() / 3 + (i + True).double()

    check(types, passes.merge_common_subexpressions, [1, 2])

    def draws(L, x):
        return x + L.rand(2) - L.rand(2)

    captured, _, _ = both(draws, [1.0, 2.0])
    assert (
        captured.optimised(passes.merge_common_subexpressions).graph.operations().count("rand") == 2
    )


def test_results_that_are_equal_stay_two_tensors():
    captured = capture(lambda x: (x * 2, x * 2), penlight.ones(2)).optimised()
    a, b = captured(penlight.ones(2))
    a += 1
    assert b.tolist() == [2.0, 2.0]


def test_algebra():
    def program(L, x):
        return ((x * 1).neg().neg() / 1 - 0).t().t().reshape(
            2, 2
        ).relu().relu() ** 1 + 1 * x.abs().abs()

    def simplified(graph):
        return passes.remove_dead_code(passes.simplify_algebra(graph))

    before, after = check(program, simplified, [[1.0, -2.0], [3.0, 4.0]])
    assert before.count("neg") == 2
    assert after == ["relu", "abs", "add"]


@pytest.mark.parametrize("number", [np.inf, np.nan, -0.0])
def test_algebra_holds_for_every_float(number):
    def program(L, x):
        return L.stack([x * 0, x + 0, x + 0.0, x - 0, x / 1, x * 1, x - 0.0, x.log().exp(), 0 - x])

    captured, inputs, wanted = both(program, [number, 1.0])
    ours = captured.optimised()(*inputs).numpy()
    np.testing.assert_array_equal(ours, wanted.numpy())
    np.testing.assert_array_equal(np.signbit(ours), np.signbit(wanted.numpy()))


def test_fusion_computes_stretch_by_stretch():
    def program(L, x, row):
        y = ((x * 2 + row).sigmoid() * x - x.tanh() * 0.5) / (x.abs() + 3)
        return y.sum(0) + (y > 0).float().mean()

    rng = np.random.default_rng(0)
    big, row = rng.standard_normal((3000, 20)), rng.standard_normal(20)
    before, after = check(program, passes.fuse_elementwise, big.tolist(), row.tolist())
    assert "fused" in after
    assert "fused" not in before
    captured, inputs, wanted = both(program, big.tolist(), row.tolist())
    np.testing.assert_allclose(captured.optimised()(*inputs).numpy(), wanted.numpy(), rtol=1e-5)


def test_fusion_keeps_what_others_read():
    def program(L, x):
        y = x.exp()
        z = (y + 1) * 2
        return z / y.sum() + z.sum()

    _, after = check(program, passes.fuse_elementwise, [1.0, 2.0, 3.0])
    assert after.index("exp") < after.index("fused")


def test_buffers_are_shared_and_results_are_not():
    def program(L, x):
        for _ in range(6):
            x = (x.sin() + 1) * 2
        return x

    captured, inputs, wanted = both(program, np.ones((50, 50)).tolist())
    better = captured.optimised(passes.reuse_buffers)
    alone, shared = passes.memory_needed(better.graph)
    assert alone == 17 * 50 * 50 * 4
    assert shared == 2 * 50 * 50 * 4
    first = better(*inputs)
    kept = first.numpy().copy()
    better(inputs[0] * 3)
    np.testing.assert_array_equal(first.numpy(), kept)
    np.testing.assert_allclose(kept, wanted.numpy(), rtol=1e-5)
    assert "out" not in Program(captured.graph).source
    assert "buffers[" in Program(better.graph).source


def test_a_window_on_a_buffer_keeps_it_busy():
    def program(L, x):
        window = (x * 2).t()[1:]
        y = (x + 1) * 3
        z = (y - 1) / 2
        return window.sum() + z.sum() + y.t()[0].sum()

    check(program, passes.reuse_buffers, [[1.0, 2.0], [3.0, 4.0]])


def test_gradients_pass_through_an_optimised_graph():
    def program(L, x):
        y = (x * 2).exp() * (x * 2).exp() + (x * 1).tanh() * x.detach()
        with L.no_grad():
            y = y + x * 5
        return (y * x).sum()

    data = [0.3, -0.7, 1.2]
    x = penlight.tensor(data, requires_grad=True)
    better = capture(lambda x: program(penlight, x), x).optimised()
    better(x).backward()
    wanted = torch.tensor(data, requires_grad=True)
    program(torch, wanted).backward()
    np.testing.assert_allclose(x.grad.numpy(), wanted.grad.numpy(), rtol=1e-5)


# --- random programs ----------------------------------------------------------------------------

UNARY = ["exp", "neg", "abs", "relu", "tanh", "sigmoid", "t", "contiguous", "clone"]
BINARY = ["add", "sub", "mul", "maximum"]
NUMBERS = [0, 1, 2, 1.0, 0.0, -0.0, 0.5, True]
instructions = st.one_of(
    st.tuples(st.sampled_from(UNARY), st.integers(0, 9)),
    st.tuples(st.sampled_from(BINARY), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.sampled_from(["add", "mul", "div", "rsub"]), st.integers(0, 9),
              st.sampled_from(NUMBERS).map(lambda n: (n,))),
    st.tuples(st.sampled_from(["add_", "mul_", "copy_"]), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("row"), st.integers(0, 9)),
    st.tuples(st.just("dropout"), st.integers(0, 9)),
)  # fmt: skip


def interpreted(L, program, x, results):
    """Run a list of instructions; each works on tensors made so far, numbered around."""
    made = [x, x * 1, L.full((3, 3), 0.5)]
    for name, place, *rest in program:
        a = made[place % len(made)]
        b = [each[0] if isinstance(each, tuple) else made[each % len(made)] for each in rest]
        if name == "row":
            made.append(a[1:2] + a)
        elif name == "dropout":
            made.append(L.nn.functional.dropout(a.contiguous()))
        elif name.endswith("_"):
            a = made[1 + place % 2]  # not the input
            getattr(a, name)(b[0].clone())
        elif b and isinstance(b[0], bool) and name == "rsub":
            made.append(a)
        else:
            function = getattr(L, name, None) or getattr(L.Tensor, name)
            made.append(function(a, *b))
    return [made[k % len(made)] * 1 for k in results] + [sum(each.sum() for each in made)]


@pytest.mark.parametrize("each", [*passes.ALL, passes.optimise], ids=lambda each: each.__name__)
@settings(max_examples=25, deadline=None)
@given(
    program=st.lists(instructions, max_size=12), results=st.lists(st.integers(0, 15), max_size=3)
)
def test_no_pass_changes_a_random_program(each, program, results):
    data = [[0.3, -1.2, 0.0], [2.0, -0.5, 1.0], [-0.0, 0.7, -3.0]]
    x = penlight.tensor(data)
    captured = capture(lambda x: interpreted(penlight, program, x, results), x, check=False)
    better = captured.optimised(each)
    assert len(better.graph.nodes) <= len(captured.graph.nodes)
    with np.errstate(all="ignore"):
        for run in (captured, better, better):
            penlight.manual_seed(1)
            torch.manual_seed(1)
            wanted = interpreted(torch, program, torch.tensor(data), results)
            for ours, theirs in zip(run(x), wanted, strict=True):
                np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-5)
        penlight.manual_seed(1)
        first = [y.numpy().copy() for y in captured(x)]
        penlight.manual_seed(1)
        for ours, before in zip(better(x), first, strict=True):
            np.testing.assert_array_equal(ours.numpy(), before)  # to the last bit


# --- slots --------------------------------------------------------------------------------------

SLOTS = [
    "eliminate_dead_code", "expression_key", "fold_constants", "simplify",
    "live_ranges", "schedule",
]  # fmt: skip


def test_passes_run_what_sits_in_their_slots():
    calls = dict.fromkeys(SLOTS, 0)
    held = []
    for name in SLOTS:
        reference = registry[name].reference

        def counting(*args, name=name, reference=reference):
            calls[name] += 1
            return reference(*args)

        held.append(transplant(counting, slot=name))
    try:
        x = penlight.ones(3)
        captured = capture(lambda x: (x * 1).exp() * 2 + penlight.ones(3)[x.long()], x).optimised()
        assert captured(x).tolist() == pytest.approx([2 * np.e + 1] * 3)
    finally:
        for each in held:
            each.__exit__()
    assert all(calls.values()), calls


def test_schedule_keeps_the_order_where_it_can_and_finds_cycles():
    x, a, b, c = values("x a b c")
    f, g, h = Node("f", (x,), (), (a,)), Node("g", (a,), (), (b,)), Node("h", (x,), (), (c,))
    schedule = registry["schedule"]
    assert schedule([g, h, f]) == [f, g, h]
    assert schedule([f, h, g]) == [f, h, g]
    round_ = Node("r", (b,), (), (x,))
    with pytest.raises(ValueError, match="cycle"):
        schedule([f, g, round_])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 6), st.integers(1, 9)), max_size=12))
def test_no_two_values_share_a_buffer_at_one_time(given_ranges):
    ranges = {k: (first, first + length) for k, (first, length, _) in enumerate(given_ranges)}
    sizes = {k: size for k, (_, _, size) in enumerate(given_ranges)}
    buffers = assign_buffers(ranges, sizes)
    for a in ranges:
        for b in ranges:
            if a < b and buffers[a] == buffers[b]:
                assert ranges[a][1] < ranges[b][0] or ranges[b][1] < ranges[a][0]
