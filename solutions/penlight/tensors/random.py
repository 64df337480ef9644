"""Random numbers: PyTorch's CPU generator, so that the same seed gives the same numbers.

Numbers are drawn on the CPU (see generator.py) and then moved to the device, so a seeded program
gives the same numbers everywhere.
"""

import functools
import math

import numpy as np

from penlight.tensors import dtypes, layouts
from penlight.tensors.creation import _like, empty_like, place_of, sizes_of
from penlight.tensors.devices import device, module_for, move
from penlight.tensors.generator import Generator, default_generator
from penlight.tensors.operation import operation, recorder
from penlight.tensors.outs import takes_out
from penlight.tensors.tensor import Tensor, teach, wrap


def manual_seed(seed: int) -> Generator:
    """Seed the generator that is used when none is given."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    return default_generator.seed()


def initial_seed() -> int:
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    default_generator.set_state(new_state)


draws: dict[str, object] = {}  # every function that draws numbers, by name


def drawing(function):
    """Mark a function that draws random numbers, so that a graph capture hears of it."""

    @functools.wraps(function)
    def run(*args, **kwargs):
        out = function(*args, **kwargs)
        if recorder.capturing is not None:
            recorder.capturing.drew(function.__name__, out, args, kwargs)
        return out

    draws[function.__name__] = function
    return run


# --- new random tensors -------------------------------------------------------------------------


def _finish(values, size, dtype, place, requires_grad) -> Tensor:
    array = np.asarray(values).astype(dtype.numpy).reshape(size)
    made = wrap(move(array, place_of(place)) if place is not None else array)
    return made.requires_grad_() if requires_grad else made


def _floating(name, dtype):
    chosen = dtype or dtypes.get_default_dtype()
    if not chosen.is_floating_point:
        raise RuntimeError(f"\"{name}\" not implemented for '{dtypes.c_name(chosen)}'")
    return chosen


@drawing
def rand(*size, generator=None, dtype=None, device=None, requires_grad=False) -> Tensor:
    """Uniform numbers in [0, 1)."""
    size, dtype = sizes_of(size), _floating("check_uniform_bounds", dtype)
    values = (generator or default_generator).uniforms(math.prod(size), dtype.numpy)
    return _finish(values, size, dtype, device, requires_grad)


@drawing
def randn(*size, generator=None, dtype=None, device=None, requires_grad=False) -> Tensor:
    """Standard normal numbers."""
    size, dtype = sizes_of(size), _floating("normal_kernel_cpu", dtype)
    values = (generator or default_generator).normals(math.prod(size), dtype.numpy)
    return _finish(values, size, dtype, device, requires_grad)


@drawing
def randint(
    low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False
) -> Tensor:
    """Integers from `low` (0 if left out) up to but not including `high`."""
    if size is None:  # randint(high, size)
        low, high, size = 0, low, high
    size, chosen = sizes_of((size,)), dtype or dtypes.int64
    values = _integers(generator or default_generator, math.prod(size), low, high)
    return _finish(values, size, chosen, device, requires_grad)


def _integers(generator, n, low, high):
    if low >= high:
        raise RuntimeError(
            f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}"
        )
    span = high - low
    words = generator.words64(n) if span >= 2**32 else generator.words32(n)
    return (words % np.uint64(span)).astype(np.int64) + low


@drawing
def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False) -> Tensor:
    """The numbers 0 … n-1 in random order."""
    order = np.arange(n)
    for i, word in enumerate((generator or default_generator).words32(max(n - 1, 0)).tolist()):
        j = i + word % (n - i)
        order[i], order[j] = order[j], order[i]
    return _finish(order, (n,), dtype or dtypes.int64, device, requires_grad)


rand_like, randn_like = _like(rand), _like(randn)


def randint_like(input, low, high=None, *, dtype=None, device=None, requires_grad=False) -> Tensor:
    """`randint` with the shape, type and device of `input`."""
    low, high = (0, low) if high is None else (low, high)
    made = empty_like(input, dtype=dtype, device=device).random_(low, high)
    return made.requires_grad_() if requires_grad else made


# Chance has no slope: the gradient is zero.
drawn = operation("bernoulli", lambda xp, x, /, values: values, x=lambda m, g: m.keep(g, False))


@takes_out
@drawing
def bernoulli(input, p=None, *, generator=None) -> Tensor:
    """1 with probability `input` (or `p`), else 0, for each element."""
    chances = input._array if p is None else np.full(input._array.shape, p)
    chances = move(chances, device("cpu"))
    if ((chances < 0) | (chances > 1)).any():
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.")
    width = chances.dtype if p is None else np.dtype(np.float64)
    draws = (generator or default_generator).uniforms(chances.size, width)
    keep = draws.reshape(chances.shape) < chances
    values = _finish(keep, chances.shape, input.dtype, input.device, False)
    return drawn(input, values._array)


# --- overwriting with random numbers ------------------------------------------------------------


def _overwrite(self, values) -> Tensor:
    if recorder.gradients and self._requires_grad and self.grad_fn is None:
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation."
        )
    array = self._array.transpose(_order(self))
    array[...] = (
        module_for(self.device).asarray(np.asarray(values).reshape(array.shape)).astype(array.dtype)
    )
    self.storage().version += 1
    return self


def _order(self) -> list[int]:
    """The dimensions from the longest stride to the shortest: places are filled in this order."""
    array = self._array
    contiguous = array.flags.c_contiguous
    return list(range(array.ndim)) if contiguous else layouts.memory_order(array)


def _count(self) -> int:
    return self._array.size


@teach()
@drawing
def uniform_(self, a=0.0, b=1.0, *, generator=None) -> Tensor:
    """Uniform numbers in [a, b)."""
    dtype = _floating("check_uniform_bounds", self.dtype)
    if a > b:
        raise RuntimeError(
            f"uniform_ expects to return a [from, to) range, but found from={a} > to={b}"
        )
    work = np.result_type(dtype.numpy, np.float32)  # narrow types are rounded at the end
    u = (generator or default_generator).uniforms(_count(self), work)
    scale, start = np.asarray([b - a, a]).astype(work)
    values = (u * scale + start).astype(dtype.numpy)
    return _overwrite(self, np.where(values == b, a, values))  # rounding must not reach b


@teach()
@drawing
def normal_(self, mean=0.0, std=1.0, *, generator=None) -> Tensor:
    """Normal numbers with the given mean and standard deviation."""
    dtype = _floating("normal_kernel_cpu", self.dtype)
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    generator = generator or default_generator
    draw = generator.normals if self._array.flags.c_contiguous else generator.normals_one_by_one
    z = draw(_count(self), dtype.numpy)
    return _overwrite(self, z * z.dtype.type(std) + z.dtype.type(mean))


@teach()
@drawing
def random_(self, from_=None, to=None, *, generator=None) -> Tensor:
    """Integers: over the whole range of the type, up to `from_`, or from `from_` up to `to`."""
    generator = generator or default_generator
    if from_ is not None:
        low, high = (0, from_) if to is None else (from_, to)
        return _overwrite(self, _integers(generator, _count(self), low, high))
    kind = self.dtype
    if kind is dtypes.bool_:
        values = generator.words32(_count(self)) & np.uint64(1)
    elif kind.is_floating_point:
        digits = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}[kind.name]
        wide = generator.words64 if kind is dtypes.float64 else generator.words32
        values = wide(_count(self)) % np.uint64(2**digits + 1)
    else:
        top = np.iinfo(kind.numpy).max
        wide = generator.words64 if kind is dtypes.int64 else generator.words32
        values = wide(_count(self)) % np.uint64(int(top) + 1)
    return _overwrite(self, values)


@teach()
@drawing
def bernoulli_(self, p=0.5, *, generator=None) -> Tensor:
    """1 with probability `p` (a number or a tensor), else 0."""
    chances = p._array if isinstance(p, Tensor) else p
    width = chances.dtype if isinstance(p, Tensor) else np.dtype(np.float64)
    draws = (generator or default_generator).uniforms(_count(self), width)
    order = _order(self)
    if isinstance(p, Tensor):
        chances = np.broadcast_to(chances, self._array.shape).transpose(order)
    return _overwrite(self, draws.reshape(self._array.transpose(order).shape) < chances)


@teach()
@drawing
def exponential_(self, lambd=1.0, *, generator=None) -> Tensor:
    """Exponentially distributed numbers with rate `lambd`."""
    draws = (generator or default_generator).uniforms(_count(self), np.dtype(np.float64))
    return _overwrite(self, -np.log1p(-draws) / lambd)


def normal(mean, std=1.0, size=None, *, generator=None, dtype=None, device=None) -> Tensor:
    """Normal numbers; mean and standard deviation may be tensors, one for each element."""
    if size is not None:
        drawn = randn(*sizes_of((size,)), generator=generator, dtype=dtype, device=device)
        return drawn * std + mean
    like = mean if isinstance(mean, Tensor) else std
    return (
        randn(*like.shape, generator=generator, dtype=like.dtype, device=like.device) * std + mean
    )


@teach()
@drawing
def multinomial(input, num_samples, replacement=False, *, generator=None) -> Tensor:
    """Indices drawn with the given weights, row by row."""
    weights = move(input._array, device("cpu"))
    if (weights < 0).any() or not np.isfinite(weights.astype(np.float64)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not replacement and num_samples > weights.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    generator = generator or default_generator
    if not replacement or num_samples == 1:
        # The winner of an exponential race: smallest q / p first.
        race = np.empty_like(weights)
        draws = generator.uniforms(weights.size, np.dtype(np.float64)).reshape(weights.shape)
        race[...] = -np.log1p(-draws)
        with np.errstate(divide="ignore"):
            order = np.argsort(-(weights / race), axis=-1, kind="stable")
        picked = order[..., :num_samples]
    else:
        rows = weights.reshape(-1, weights.shape[-1]).astype(np.float64)
        total = np.cumsum(rows, -1)
        total /= total[:, -1:]
        draws = generator.uniforms(len(rows) * num_samples, np.dtype(np.float64))
        draws = draws.reshape(len(rows), num_samples)
        picked = np.stack([np.searchsorted(t, u) for t, u in zip(total, draws, strict=True)])
        picked = picked.reshape(*weights.shape[:-1], num_samples)
    return _finish(picked, picked.shape, dtypes.int64, input.device, False)


Tensor.bernoulli = bernoulli

__all__ = [
    "Generator", "bernoulli", "default_generator", "get_rng_state", "initial_seed", "manual_seed",
    "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm", "seed", "set_rng_state",
]  # fmt: skip
