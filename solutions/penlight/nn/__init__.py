"""Floor 05, nn: modules, layers, and the functions behind them."""

from penlight.nn import functional, init, utils
from penlight.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from penlight.nn.layers import *
from penlight.nn.module import Module
from penlight.nn.parameter import Buffer, Parameter
