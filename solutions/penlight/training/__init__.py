"""Floor 06, training: optimizers, schedulers, datasets and loaders, saving and loading."""

from penlight.training import data, optim, safetensors
from penlight.training.loading import load
from penlight.training.saving import save

__all__ = ["load", "save"]
