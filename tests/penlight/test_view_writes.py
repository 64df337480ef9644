"""Which views may be written while gradients are recorded, and what other views learn of it."""

import pytest
import torch

import penlight

PROGRAMS = {
    "unbind": "a, b = x.unbind(); b.mul_(2)",
    "rows of a loop": "for row in x: row.mul_(2)",
    "split": "x.split(1)[1].add_(1)",
    "split in sizes": "x.split([1, 1])[1][...] = 0",
    "chunk": "x.chunk(2, 1)[0].zero_()",
    "a view of one of several": "x.unbind()[0][:1].add_(1)",
    "one of several of a leaf": "leaf.unbind()[0].add_(1)",
    "one of several, then the base": "a = x.unbind()[1]; x.mul_(2); a * 2",
    "one of several, untracked": "base.unbind()[0].mul_(leaf[0])",
    "tensor_split makes plain slices": "x.tensor_split(2)[1].mul_(3)",
    "made under no_grad": "with L.no_grad(): a = x[:1]\na.mul_(2)",
    "several under no_grad": "with L.no_grad(): a, b = x.unbind()\na.mul_(2)",
    "made and written under no_grad": "with L.no_grad(): leaf[0].mul_(2)",
    "made under no_grad, then the base": "with L.no_grad(): a = x[:1]\nx.mul_(2)\na * 2",
    "flag under no_grad": "with L.no_grad(): a, x = leaf[0], leaf * 2",
    "base becomes tracked through a view": (
        "a = base[:1]; b = base[1:]; b.copy_(leaf[1:]); x = base"
    ),
    "base becomes tracked": "a, b = base[:1], base.t(); base.mul_(leaf); x = base",
}


def outcome(L, program):
    leaf = L.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    names = {"L": L, "leaf": leaf, "x": leaf * 1, "base": L.ones(2, 2)}
    try:
        exec(program, names)
    except RuntimeError as error:
        return str(error)
    flags = []
    for name in ("a", "b", "x"):
        made = names.get(name)
        if isinstance(made, L.Tensor):
            flags.append((name, made.requires_grad, type(made.grad_fn).__name__, made.tolist()))
            if made.grad_fn is not None:
                leaf.grad = None
                (made * made).sum().backward(retain_graph=True)
                flags.append(leaf.grad.tolist())
    return flags


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_is_allowed_and_comes_of_it(name):
    assert outcome(penlight, PROGRAMS[name]) == outcome(torch, PROGRAMS[name])


NODES = {
    "t_": "x.t_()",
    "transpose_": "x.transpose_(0, 1)",
    "unsqueeze_": "x.unsqueeze_(0)",
    "squeeze_": "x.squeeze_()",
    "squeeze_ of one": "x.squeeze_(0)",
    "part of x": "x[0].mul_(2); result = x",
    "copy_": "x.copy_(leaf)",
    "floor_divide": "x // 2",
    "glu": "F.glu(x)",
    "celu": "F.celu(x)",
    "interpolate": "F.interpolate(x[None, None], scale_factor=2, mode='bilinear')",
    "nearest": "F.interpolate(x[None], scale_factor=2)",
    "reflect": "F.pad(x[None, None], (1, 1, 1, 1), mode='reflect')",
    "no reflection": "F.pad(x[None], (0, 0), mode='reflect')",
    "adaptive_avg_pool2d": "F.adaptive_avg_pool2d(x[None, None], (1, 2))",
    "mean of all": "F.adaptive_avg_pool2d(x[None, None], 1)",
}


@pytest.mark.parametrize("name", NODES)
def test_a_node_has_the_name_that_pytorch_gives_it(name):
    shown = []
    for L in (penlight, torch):
        leaf = L.ones(2, 2, requires_grad=True)
        x = leaf * 1
        *before, last = NODES[name].split(";")
        names = {"x": x, "leaf": leaf, "F": L.nn.functional}
        exec(";".join(before), names)
        last = last.removeprefix(" result = ")
        node = eval(last, names).grad_fn
        shown.append((node.name(), repr(node).split(" object")[0]))
    assert shown[0] == shown[1]
