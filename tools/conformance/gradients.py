"""First and second derivatives of one sample, under a random cotangent, in both libraries."""

from __future__ import annotations

import torch

import penlight
from tools.conformance.compare import difference
from tools.conformance.convert import PenlightCopier, TorchCopier, tensors_in

# What two correct orders of summation may differ by in float64.
TOLERANCE = (1e-6, 1e-8)


def compare(form, sample, order: int, device: str) -> tuple[bool, str | None]:
    """Whether there was a gradient to compare, and the first difference or None."""
    try:
        theirs = _derivatives(torch, form.theirs, sample, order, TorchCopier())
    except RuntimeError as error:  # a kernel of PyTorch's that cannot be differentiated twice
        if "not implemented" not in str(error):
            raise
        return False, None
    if theirs is None:
        return False, None
    try:
        ours = _derivatives(penlight, form.ours, sample, order, PenlightCopier(device))
    except Exception as error:
        return True, f"raised {type(error).__name__}: {error}"
    if ours is None:
        return True, "no result requires a gradient"
    if len(ours) != len(theirs):
        return True, f"{len(ours)} gradients instead of {len(theirs)}"
    for number, pair in enumerate(zip(ours, theirs, strict=True)):
        problem = _difference(*pair, zeros="positive" if order == 1 else "any")
        if problem is not None:
            return True, f"gradient {number}: {problem}"
    return True, None


def node_difference(form, sample, device: str) -> tuple[bool, str | None]:
    """Whether results have a graph node to name, and the first name that is not PyTorch's."""
    theirs = _node_names(form.theirs, sample, TorchCopier())
    if not theirs:
        return False, None
    try:
        ours = _node_names(form.ours, sample, PenlightCopier(device))
    except Exception as error:
        return True, f"raised {type(error).__name__}: {error}"
    return True, None if ours == theirs else f"{', '.join(ours)} instead of {', '.join(theirs)}"


def _node_names(function, sample, copy) -> list[str]:
    result = function(copy(sample.input), *copy(sample.args), **copy(sample.kwargs))
    nodes = [each.grad_fn for each in tensors_in(result)]
    return [node.name() for node in nodes if node is not None]


def _difference(mine, wanted, zeros) -> str | None:
    if mine is None or wanted is None:
        # A gradient that is all zeros may be left out.
        absent = "None" if mine is None else "a tensor"
        present = mine if wanted is None else wanted
        nonzero = present is not None and bool((present != 0).any())
        return (
            f"{absent} instead of {'None' if wanted is None else 'a tensor'}" if nonzero else None
        )
    if mine.requires_grad != wanted.requires_grad:
        mine, wanted = mine.detach(), wanted.detach()
    return difference(mine, wanted, tolerance=TOLERANCE, zeros=zeros)


def _derivatives(library, function, sample, order: int, copy):
    """Gradients (order 1), or gradients of those gradients (order 2), for every leaf.

    None where nothing can be differentiated. Cotangents depend on the shapes alone, so both
    libraries get the same.
    """
    input, args, kwargs = copy(sample.input), copy(sample.args), copy(sample.kwargs)
    leaves = [each for each in tensors_in([input, args, kwargs]) if each.requires_grad]
    library.manual_seed(0)
    result = function(input, *args, **kwargs)
    outputs = [each for each in tensors_in(result) if each.requires_grad]
    if not leaves or not outputs:
        return None
    cotangents = [copy(_cotangent(each, number)) for number, each in enumerate(outputs)]
    if order == 1:
        return library.autograd.grad(outputs, leaves, cotangents, allow_unused=True)
    for each in cotangents:
        each.requires_grad_()
    first = library.autograd.grad(outputs, leaves, cotangents, allow_unused=True, create_graph=True)
    first = [each for each in first if each is not None and each.requires_grad]
    if not first:
        return None
    again = [copy(_cotangent(each, -1 - number)) for number, each in enumerate(first)]
    return library.autograd.grad(first, [*leaves, *cotangents], again, allow_unused=True)


def _cotangent(like, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed % 1000)
    dtype = getattr(torch, str(like.dtype).removeprefix("torch."))
    return torch.randn(tuple(like.shape), generator=generator, dtype=dtype)
