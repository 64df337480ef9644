"""PyTorch's own settings and errors for each optimizer, run under both libraries."""

import warnings

import numpy as np
import pytest
import torch
from torch.testing._internal.common_optimizers import optim_db

import penlight

INFOS = {i.optim_cls.__name__: i for i in optim_db if hasattr(penlight.optim, i.optim_cls.__name__)}
# Ways to run the same rule on a GPU or inside a compiled graph; the numbers do not depend on them.
HOW_NOT_WHAT = {"foreach", "fused", "capturable", "differentiable"}
SETTINGS = [
    (name, k, setting)
    for name, info in INFOS.items()
    for k, setting in enumerate(info.optim_inputs_func(device="cpu"))
]


def ours(value):
    return penlight.tensor(value.tolist()) if isinstance(value, torch.Tensor) else value


def test_every_optimizer_of_the_floor_is_there():
    assert set(INFOS) == {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad"}


@pytest.mark.parametrize(
    ("name", "k", "setting"), SETTINGS, ids=[f"{n}-{k}" for n, k, _ in SETTINGS]
)
def test_setting(name, k, setting):
    options = {key: v for key, v in setting.kwargs.items() if key not in HOW_NOT_WHAT}
    rng = np.random.default_rng(k)
    arrays = [rng.normal(size=s) for s in [(3, 4), (4,), ()]]
    paths = []
    for L, convert in ((penlight, ours), (torch, lambda v: v)):
        params = [L.tensor(a, requires_grad=True) for a in arrays]
        converted = {key: convert(v) for key, v in options.items()}
        optimizer = getattr(L.optim, name)(params, **converted)
        for step in range(4):
            optimizer.zero_grad()
            sum(((p - step) ** 4).sum() for p in params).backward()
            optimizer.step()
        paths.append([p.detach().numpy() for p in params])
    for a, b in zip(*paths, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10)


ERRORS = [
    (name, k, each)
    for name, info in INFOS.items()
    for k, each in enumerate(info.optim_error_inputs_func(device="cpu", dtype=torch.float32))
    if not HOW_NOT_WHAT & set(each.optimizer_error_input.kwargs)
]


@pytest.mark.parametrize(("name", "k", "each"), ERRORS, ids=[f"{n}-{k}" for n, k, _ in ERRORS])
def test_error(name, k, each):
    setting = each.optimizer_error_input
    params = setting.params
    if params is None:
        params = [torch.zeros(2, requires_grad=True)]
    converted = converted_params(params)
    options = {key: ours(v) for key, v in setting.kwargs.items()}

    def make_and_step():
        getattr(penlight.optim, name)(converted, **options).step()

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # some of these errors are warnings
        with pytest.raises(each.error_type, match=each.error_regex):
            make_and_step()


def converted_params(params, made=None):
    """The same nesting of penlight leaves; a tensor that occurs twice stays one."""
    made = {} if made is None else made
    if isinstance(params, torch.Tensor):
        if id(params) not in made:
            leaf = penlight.tensor(params.tolist())
            made[id(params)] = leaf.requires_grad_() if params.requires_grad else leaf
        return made[id(params)]
    if isinstance(params, dict):
        return {k: converted_params(v, made) for k, v in params.items()}
    if isinstance(params, list | tuple):
        return type(params)([converted_params(each, made) for each in params])
    return params
