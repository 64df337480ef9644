"""Pooling layers."""

from penlight.nn import functional as F
from penlight.nn.functional.windows import per_dim
from penlight.nn.module import Module


class _Options(Module):
    """A layer without weights: calls `function` with its options, and prints those in `shown`."""

    function = None
    options: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def forward(self, input):
        return self.function(input, **{name: getattr(self, name) for name in self.options})

    def extra_repr(self):
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown)


class MaxPool1d(_Options):
    function = staticmethod(F.max_pool1d)
    options = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices")
    shown = options[:-1]

    def __init__(
        self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False,
        ceil_mode=False,
    ):  # fmt: skip
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = stride if stride is not None else kernel_size
        self.return_indices, self.ceil_mode = return_indices, ceil_mode


class MaxPool2d(MaxPool1d):
    function = staticmethod(F.max_pool2d)


class MaxPool3d(MaxPool1d):
    function = staticmethod(F.max_pool3d)


class AvgPool1d(_Options):
    function = staticmethod(F.avg_pool1d)
    options = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
    shown = options[:3]

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True
    ):
        super().__init__()
        self.kernel_size = per_dim("kernel_size", kernel_size, 1)
        self.stride = per_dim("stride", kernel_size if stride is None else stride, 1)
        self.padding = per_dim("padding", padding, 1)
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad


class AvgPool2d(_Options):
    function = staticmethod(F.avg_pool2d)
    options = (*AvgPool1d.options, "divisor_override")
    shown = AvgPool1d.shown

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
        divisor_override=None,
    ):  # fmt: skip
        super().__init__()
        self.kernel_size, self.padding, self.ceil_mode = kernel_size, padding, ceil_mode
        self.stride = stride if stride is not None else kernel_size
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override


class AvgPool3d(AvgPool2d):
    function = staticmethod(F.avg_pool3d)


class AdaptiveAvgPool1d(_Options):
    function = staticmethod(F.adaptive_avg_pool1d)
    options = shown = ("output_size",)

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size


class AdaptiveAvgPool2d(AdaptiveAvgPool1d):
    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(AdaptiveAvgPool1d):
    function = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool1d(_Options):
    function = staticmethod(F.adaptive_max_pool1d)
    options, shown = ("output_size", "return_indices"), ("output_size",)

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices


class AdaptiveMaxPool2d(AdaptiveMaxPool1d):
    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(AdaptiveMaxPool1d):
    function = staticmethod(F.adaptive_max_pool3d)


__all__ = [
    f"{kind}Pool{n}d" for kind in ("AdaptiveAvg", "AdaptiveMax", "Avg", "Max") for n in (1, 2, 3)
]
