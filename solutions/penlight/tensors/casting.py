"""Another type, another device, other values: `to` and its short forms, `copy_`, `fill_`."""

from penlight.tensors import dtypes, layouts
from penlight.tensors.creation import place_of
from penlight.tensors.devices import move
from penlight.tensors.meeting import broadcast
from penlight.tensors.operation import inplace, operation
from penlight.tensors.tensor import Tensor, teach

cast_ = operation(
    "to",
    lambda xp, x, /, numpy_dtype: x.astype(numpy_dtype),
    node_name="ToCopyBackward0",
    # The engine casts every gradient to its input's type.
    x=lambda m, g: g,
)
# What are no floating numbers has no gradient.
round_ = operation("to_integers", lambda xp, x, /, numpy_dtype: x.astype(numpy_dtype))
move_ = operation(
    "move",
    lambda xp, x, /, place: move(x, place),
    node_name="ToCopyBackward0",
    # The engine moves every gradient to its input's device.
    x=lambda m, g: g,
)


# --- changing type and place --------------------------------------------------------------------


@teach()
def to(
    self, *args, dtype=None, device=None, copy=False, non_blocking=False, memory_format=None
) -> Tensor:
    """The tensor with another type or on another device; itself if nothing changes.

    Takes a dtype, a device, both, or another tensor to be like.
    """
    flags = [each for each in args if isinstance(each, bool)]  # non_blocking, copy
    for each in args:
        if isinstance(each, Tensor):
            dtype, device = each.dtype, each.device
        elif isinstance(each, dtypes.dtype):
            dtype = each
        elif each is not None and not isinstance(each, bool):
            device = each
    out = self
    if device is not None:
        place = place_of(device)
        if place.type != out.device.type or place.index not in (None, out.device.index):
            out = move_(out, place)
    if dtype is not None and dtype is not out.dtype:
        out = (cast_ if dtype.category >= dtypes.FLOAT else round_)(out, dtype.numpy)
    if out is self and (copy or flags[1:] == [True]):
        return out.clone(memory_format=memory_format or layouts.preserve_format)
    keeps = memory_format in (None, layouts.preserve_format)
    return out if keeps else out.contiguous(memory_format=memory_format)


@teach()
def type_as(self, other) -> Tensor:
    return self.to(other.dtype)


@teach()
def cpu(self) -> Tensor:
    return self.to(device="cpu")


@teach()
def cuda(self, device=None) -> Tensor:
    return self.to(device="cuda" if device is None else device)


def _caster(target):
    def method(self, memory_format=None) -> Tensor:
        return self.to(target, memory_format=memory_format)

    method.__doc__ = f"The tensor as {target}."
    return method


for _name, _target in {
    "bool": dtypes.bool_, "byte": dtypes.uint8, "char": dtypes.int8, "short": dtypes.int16,
    "int": dtypes.int32, "long": dtypes.int64, "half": dtypes.float16,
    "bfloat16": dtypes.bfloat16, "float": dtypes.float32, "double": dtypes.float64,
}.items():  # fmt: skip
    setattr(Tensor, _name, _caster(_target))


# --- writing ------------------------------------------------------------------------------------

fill = operation(
    "fill",
    lambda xp, x, /, value: xp.full_like(x, value),
    node_name="FillBackward2",
    x=lambda m, g: m.keep(g, False),
)
zero = operation("zero", lambda xp, x, /: xp.zeros_like(x), x=lambda m, g: m.keep(g, False))
copy = operation(
    "copy",
    lambda xp, x, source: xp.broadcast_to(source, x.shape).astype(x.dtype),
    node_name="CopyBackwards",
    x=lambda m, g: m.keep(g, False),
    source=lambda m, g: g,
)


def _fill(self, value) -> Tensor:
    if not isinstance(value, Tensor):
        return fill(self, value)
    if value.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.ndim} dimensions."
        )
    return copy(self, value)


# Writing one value everywhere cannot go wrong where elements overlap.
Tensor.fill_ = inplace(_fill, "fill_", overlapping=True)
Tensor.zero_ = inplace(zero, "zero_", overlapping=True)


def _copy_from(self, src, non_blocking=False) -> Tensor:
    here, there = self._array.shape, src._array.shape
    if here != there and broadcast.shapes(here, there) != here:
        raise RuntimeError(f"a tensor of shape {list(there)} cannot be copied into {list(here)}")
    return copy(self, move_(src, self.device) if src.device != self.device else src)


Tensor.copy_ = inplace(_copy_from, "copy_")
