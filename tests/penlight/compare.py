"""One program under both libraries: `same(lambda L, x: (x * 2).sum(), inputs)`."""

import numpy as np
import torch

import penlight
from tools.conformance import compare
from tools.conformance.convert import PenlightCopier, TorchCopier, tensors_in


def same(program, *inputs, grad: bool = True, layout: bool = True) -> None:
    """Assert that `program(L, *inputs)` gives the same with L = torch and L = penlight.

    inputs  NumPy arrays, torch tensors or plain values. Value, shape, dtype, strides and
            requires_grad are compared, or the type of the error that both must raise. Floating
            inputs require a gradient, which is compared under a random cotangent, unless not
            `grad`.
    """
    inputs = [torch.from_numpy(x) if isinstance(x, np.ndarray) else x for x in inputs]
    theirs, ours = _run(torch, program, TorchCopier(), inputs, grad), None
    ours = _run(penlight, program, PenlightCopier(), inputs, grad)
    problem = compare.outcome_difference(ours["error"], theirs["error"])
    assert problem is None, problem
    if theirs["error"] is not None:
        return
    problem = compare.difference(ours["result"], theirs["result"])
    assert problem is None, problem
    if layout:
        for mine, wanted in zip(*map(tensors_in, (ours["result"], theirs["result"])), strict=True):
            problem = compare.layout_difference(mine, wanted)
            assert problem is None, problem
    for number, (mine, wanted) in enumerate(zip(ours["grads"], theirs["grads"], strict=True)):
        problem = compare.difference(mine, wanted)
        assert problem is None, f"gradient of input {number}: {problem}"


def _run(library, program, copy, inputs, grad) -> dict:
    given = [copy(each) for each in inputs]
    leaves = [
        each.requires_grad_() for each in tensors_in(given) if grad and each.is_floating_point()
    ]
    outcome = {"result": None, "error": None, "grads": ()}
    try:
        result = outcome["result"] = program(library, *given)
    except Exception as error:  # both must raise the same
        return outcome | {"error": error}
    outputs = [each for each in tensors_in(result) if each.requires_grad]
    if leaves and outputs:
        random = torch.Generator().manual_seed(0)
        cotangents = [
            copy(torch.randn(tuple(each.shape), generator=random).to(_torch_dtype(each)))
            for each in outputs
        ]
        grads = library.autograd.grad(outputs, leaves, cotangents, allow_unused=True)
        outcome["grads"] = grads
    return outcome


def _torch_dtype(tensor):
    return getattr(torch, str(tensor.dtype).removeprefix("torch."))
