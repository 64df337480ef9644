"""Convolution layers."""

import math

from penlight.nn import functional as F
from penlight.nn import init
from penlight.nn.functional.windows import per_dim
from penlight.nn.module import Module
from penlight.nn.parameter import Parameter
from penlight.tensors.creation import empty


class _Conv(Module):
    """What the convolutions share; subclasses set `n`, the number of dimensions."""

    n: int
    transposed = False
    function = None

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1,
        bias=True, padding_mode="zeros", device=None, dtype=None, *, output_padding=0,
    ):  # fmt: skip
        super().__init__()
        self._check(in_channels, out_channels, groups, padding, stride, padding_mode)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = per_dim("kernel_size", kernel_size, self.n)
        self.stride, self.dilation = (
            per_dim("stride", stride, self.n),
            per_dim("dilation", dilation, self.n),
        )
        named = isinstance(padding, str)
        self.padding = padding if named else per_dim("padding", padding, self.n)
        self.output_padding = per_dim("output_padding", output_padding, self.n)
        self.padding_mode = padding_mode
        outer, inner = in_channels, out_channels
        if not self.transposed:
            outer, inner = out_channels, in_channels
        place = {"device": device, "dtype": dtype}
        self.weight = Parameter(empty(outer, inner // groups, *self.kernel_size, **place))
        self.register_parameter("bias", Parameter(empty(out_channels, **place)) if bias else None)
        self.reset_parameters()

    def _check(self, in_channels, out_channels, groups, padding, stride, padding_mode):
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string {padding!r}, should be one of 'same', 'valid'"
                )
            if padding == "same" and any(s != 1 for s in per_dim("stride", stride, self.n)):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        if padding_mode not in modes:
            raise ValueError(
                f"padding_mode must be one of {modes}, but got padding_mode={padding_mode!r}"
            )

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init.fans(self.weight)
            if fan_in:
                init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def forward(self, input):
        padding = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._border(), mode=self.padding_mode), 0
        return self.function(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def _border(self):
        """The padding as `pad` wants it: (before, after) from the last dimension on."""
        if self.padding == "valid":
            return [0] * (2 * self.n)
        if self.padding != "same":
            return [p for p in reversed(self.padding) for _ in range(2)]
        totals = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        return [each for t in reversed(totals) for each in (t // 2, t - t // 2)]

    def extra_repr(self):
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        n = self.n
        usual = {
            "padding": (0,) * n,
            "dilation": (1,) * n,
            "output_padding": (0,) * n,
            "groups": 1,
        }
        for name, value in usual.items():
            if getattr(self, name) != value:
                text += f", {name}={getattr(self, name)}"
        if self.bias is None:
            text += ", bias=False"
        return text + (
            f", padding_mode={self.padding_mode}" if self.padding_mode != "zeros" else ""
        )


class Conv1d(_Conv):
    """Convolution over sequences (N, C, L)."""

    n, function = 1, staticmethod(F.conv1d)


class Conv2d(_Conv):
    """Convolution over images (N, C, H, W)."""

    n, function = 2, staticmethod(F.conv2d)


class Conv3d(_Conv):
    """Convolution over volumes (N, C, D, H, W)."""

    n, function = 3, staticmethod(F.conv3d)


class _ConvTranspose(_Conv):
    transposed = True

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0,
        groups=1, bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
            padding_mode, device, dtype, output_padding=output_padding,
        )  # fmt: skip

    def forward(self, input, output_size=None):
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        return self.function(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups,
            self.dilation,
        )  # fmt: skip

    def _extra(self, input, output_size):
        """The output padding that gives `output_size`."""
        wanted = tuple(output_size)[-self.n :]
        extra = []
        for d, size in enumerate(input.shape[-self.n :]):
            span = self.dilation[d] * (self.kernel_size[d] - 1) + 1
            least = (size - 1) * self.stride[d] - 2 * self.padding[d] + span
            if not least <= wanted[d] < least + self.stride[d]:
                raise ValueError(
                    f"requested an output size of {list(wanted)}, but dimension {d} must be from "
                    f"{least} to {least + self.stride[d] - 1} for an input of "
                    f"{list(input.shape[-self.n :])}"
                )
            extra.append(wanted[d] - least)
        return tuple(extra)


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution over sequences: enlarges by `stride`."""

    n, function = 1, staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution over images: enlarges by `stride`."""

    n, function = 2, staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution over volumes: enlarges by `stride`."""

    n, function = 3, staticmethod(F.conv_transpose3d)


__all__ = [
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d",
]  # fmt: skip
