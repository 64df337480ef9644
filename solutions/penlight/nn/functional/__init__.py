"""The functions behind the layers: no state, weights are arguments."""

from penlight.nn.functional.activations import *
from penlight.nn.functional.adaptive import *
from penlight.nn.functional.attention import *
from penlight.nn.functional.convolution import *
from penlight.nn.functional.distance import *
from penlight.nn.functional.dropout import *
from penlight.nn.functional.embedding import *
from penlight.nn.functional.linear import *
from penlight.nn.functional.losses import *
from penlight.nn.functional.margins import *
from penlight.nn.functional.normalization import *
from penlight.nn.functional.padding import *
from penlight.nn.functional.patches import *
from penlight.nn.functional.pooling import *
from penlight.nn.functional.resampling import *
