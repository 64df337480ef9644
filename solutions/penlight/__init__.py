"""penlight: a torch small enough to write yourself.

``import penlight as torch`` runs an introductory PyTorch program unchanged. One floor a lecture,
each importing only the floors below it: tensors, broadcasting, indexing, autograd, nn, training,
graphs.
"""

import sys
import types

from penlight import graphs, nn, slots, training
from penlight.autograd import *
from penlight.broadcasting import *
from penlight.graphs import compile
from penlight.indexing import *
from penlight.nn.functional import (
    adaptive_avg_pool1d,
    adaptive_max_pool1d,
    alpha_dropout,
    avg_pool1d,
    bilinear,
    celu,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    cosine_similarity,
    dropout,
    group_norm,
    hardshrink,
    layer_norm,
    log_softmax,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    pairwise_distance,
    pixel_shuffle,
    pixel_unshuffle,
    prelu,
    rms_norm,
    selu,
    softmax,
    threshold,
)
from penlight.slots import EmptySlot, restore, transplant
from penlight.tensors import *
from penlight.tensors import bool, cuda, float, int, silence
from penlight.training import *
from penlight.training import optim

# Where PyTorch has these, although here they belong to a floor: `penlight.optim.lr_scheduler`,
# `from penlight.utils.data import DataLoader`.
utils = types.ModuleType("penlight.utils")
utils.data = training.data
for _name, _module in {
    "optim": optim,
    "optim.lr_scheduler": optim.lr_scheduler,
    "utils": utils,
    "utils.data": training.data,
}.items():
    sys.modules[f"penlight.{_name}"] = _module

# Graphs under the names that they have in PyTorch.
jit = types.SimpleNamespace(
    trace=lambda func, example_inputs: graphs.capture(
        func, *(example_inputs if isinstance(example_inputs, tuple) else (example_inputs,))
    ),
    script=graphs.script,
    save=graphs.save,
    load=graphs.load,
    TracerWarning=graphs.TracerWarning,
)

silence.install()
