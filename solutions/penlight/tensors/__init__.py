"""Floor 01, tensors: types, devices, storage, views, element-wise maths, reductions, printing."""

from penlight import slots
from penlight.tensors import casting, cuda, linalg, special
from penlight.tensors.accumulating import *
from penlight.tensors.comparing import *
from penlight.tensors.counting import *
from penlight.tensors.creation import *
from penlight.tensors.devices import device
from penlight.tensors.dtypes import *
from penlight.tensors.dtypes import bool_ as bool
from penlight.tensors.dtypes import float_ as float
from penlight.tensors.dtypes import int_ as int
from penlight.tensors.einsum import *
from penlight.tensors.extremes import *
from penlight.tensors.facts import *
from penlight.tensors.joining import *
from penlight.tensors.layouts import *
from penlight.tensors.linalg import det
from penlight.tensors.linalg import inv as inverse
from penlight.tensors.meeting import result_type
from penlight.tensors.norms import *
from penlight.tensors.pointwise import *
from penlight.tensors.printing import *
from penlight.tensors.products import *
from penlight.tensors.random import *
from penlight.tensors.rearranging import *
from penlight.tensors.reductions import *
from penlight.tensors.rounding import *
from penlight.tensors.scans import *
from penlight.tensors.shaping import *
from penlight.tensors.sorting import *
from penlight.tensors.special import *
from penlight.tensors.statistics import *
from penlight.tensors.tensor import Size, Tensor, as_array, wrap
from penlight.tensors.views import *
from penlight.tensors.waves import *
from penlight.tensors.windows import *


def _adapt(function):
    """A student's function for a slot: raw arrays reach it as tensors, tensors come back raw."""

    def adapted(*args, **kwargs):
        raw = [hasattr(a, "strides") and not isinstance(a, Tensor) for a in args]
        if True not in raw:  # `any` is a reduction of tensors in this module
            return function(*args, **kwargs)
        shown = (wrap(as_array(a)) if is_raw else a for a, is_raw in zip(args, raw, strict=True))
        result = function(*shown, **kwargs)
        return result._array if isinstance(result, Tensor) else result

    return adapted


slots.adapt = _adapt
