"""The layers: modules that hold weights and call `nn.functional`."""

from penlight.nn.layers.activation import *
from penlight.nn.layers.attention import *
from penlight.nn.layers.convolution import *
from penlight.nn.layers.distance import *
from penlight.nn.layers.dropout import *
from penlight.nn.layers.embedding import *
from penlight.nn.layers.linear import *
from penlight.nn.layers.loss import *
from penlight.nn.layers.normalization import *
from penlight.nn.layers.pooling import *
from penlight.nn.layers.recurrent import *
from penlight.nn.layers.resampling import *
from penlight.nn.layers.transformer import *
