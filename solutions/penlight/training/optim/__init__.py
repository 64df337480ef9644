"""Optimizers and learning-rate schedulers, under the names of `torch.optim`."""

from penlight.training.optim import lr_scheduler
from penlight.training.optim.algorithms import SGD, Adagrad, Adam, AdamW, RMSprop
from penlight.training.optim.optimizer import Optimizer
