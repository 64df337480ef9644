"""Helpers for parameters and gradients."""

from penlight.nn.utils import rnn
from penlight.nn.utils.gradients import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from penlight.nn.utils.vectors import parameters_to_vector, vector_to_parameters
