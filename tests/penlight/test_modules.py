"""Every layer on PyTorch's own module samples: same seed, same weights, results and gradients."""

import pytest
import torch
from torch.testing._internal.common_modules import module_db

import penlight
from tools.conformance.compare import difference
from tools.conformance.convert import PenlightCopier, TorchCopier, tensors_in
from tools.conformance.run import describe

# In module_db, but not part of an introductory course.
LEFT_OUT = {
    "nn.CTCLoss", "nn.FractionalMaxPool2d", "nn.FractionalMaxPool3d", "nn.LPPool1d", "nn.LPPool2d",
    "nn.LPPool3d", "nn.LazyConv1d", "nn.LazyConv2d", "nn.LazyConv3d", "nn.LazyConvTranspose1d",
    "nn.LazyConvTranspose2d", "nn.LazyConvTranspose3d", "nn.LinearCrossEntropyLoss",
}  # fmt: skip
COVERED = {info.name: info for info in module_db if info.name not in LEFT_OUT}
# Rounding in another order; PyTorch's own float64 results differ by as much between its kernels.
TOLERANCE = (1e-6, 1e-7)


def samples(info, training):
    kwargs = {"device": "cpu", "dtype": torch.float64, "requires_grad": True, "training": training}
    torch.manual_seed(0)
    return info.module_inputs_func(info, **kwargs)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", COVERED)
def test_samples(name, training):
    info = COVERED[name]
    checked = 0
    for sample in samples(info, training):
        if sample.forward_input is None:
            continue
        theirs = run(torch, info.module_cls, sample, training, TorchCopier)
        ours = run(penlight, getattr(penlight.nn, name[3:]), sample, training, PenlightCopier)
        about = f"{name}, sample {describe_inputs(sample)}"
        assert ours["repr"] == theirs["repr"], about
        assert ours["keys"] == theirs["keys"], about
        for part in ("state before", "output", "gradients", "state after"):
            # Signs of zeros are compared operator by operator.
            problem = difference(ours[part], theirs[part], tolerance=TOLERANCE, zeros="any")
            assert problem is None, f"{about}: {part}: {problem}"
        checked += 1
    assert checked


def run(library, cls, sample, training, copier):
    """What one module says, gives and learns, with seed 0."""
    copy = copier()
    args, kwargs = copy(sample.constructor_input.args), copy(sample.constructor_input.kwargs)
    if library is penlight:
        args = [translated(each) for each in args]
        kwargs = {name: translated(each) for name, each in kwargs.items()}
    library.manual_seed(0)
    library.set_default_dtype(library.float64)
    try:
        module = cls(*args, **kwargs)
    finally:
        library.set_default_dtype(library.float32)
    module.double().train(training)
    found = {"repr": repr(module), "keys": list(module.state_dict())}
    found["state before"] = state(module)
    inputs = copy(sample.forward_input.args), copy(sample.forward_input.kwargs)
    output = module(*inputs[0], **inputs[1])
    found["output"] = output
    leaves = [x for x in tensors_in(inputs) if x.requires_grad] + list(module.parameters())
    outputs = [x for x in tensors_in(output) if x.requires_grad]
    found["gradients"] = []
    if outputs:
        random = torch.Generator().manual_seed(0)
        cotangents = [
            copy(torch.randn(tuple(x.shape), generator=random, dtype=torch.float64))
            for x in outputs
        ]
        grads = library.autograd.grad(outputs, leaves, cotangents, allow_unused=True)
        # A gradient that is all zeros may be left out.
        found["gradients"] = [
            library.zeros_like(leaf) if g is None else g.detach()
            for leaf, g in zip(leaves, grads, strict=True)
        ]
    found["state after"] = state(module)
    return found


def state(module):
    return [value.detach().clone() for value in module.state_dict().values()]


def translated(value):
    """A function or transformer layer that a sample hands over, as penlight's."""
    if callable(getattr(torch.nn.functional, getattr(value, "__name__", ""), None)):
        return getattr(penlight.nn.functional, value.__name__)
    if not isinstance(value, torch.nn.TransformerEncoderLayer):
        return value
    made = penlight.nn.TransformerEncoderLayer(
        value.self_attn.embed_dim, value.self_attn.num_heads, value.linear1.out_features,
        value.dropout.p, translated(value.activation), value.norm1.eps,
        norm_first=value.norm_first,
        batch_first=value.self_attn.batch_first, bias=value.linear1.bias is not None,
    ).double()  # fmt: skip
    made.load_state_dict({k: penlight.tensor(v.numpy()) for k, v in value.state_dict().items()})
    return made


def describe_inputs(sample):
    made, given = sample.constructor_input, sample.forward_input
    return f"{describe(made.args)} {made.kwargs} on {describe(given.args)} {list(given.kwargs)}"


def test_every_module_is_covered_or_left_out_on_purpose():
    names = {info.name for info in module_db}
    assert names >= LEFT_OUT
    assert not [name for name in COVERED if not hasattr(penlight.nn, name[3:])]
