"""Floor 02, broadcasting: shapes meet, strides of 0, and the sum that undoes it."""

from penlight.broadcasting.distances import cdist, dist
from penlight.broadcasting.expanding import (
    broadcast_tensors,
    broadcast_to,
    expand,
    expand_strides,
)
from penlight.broadcasting.grids import cartesian_prod, meshgrid
from penlight.broadcasting.puzzles import outer, squared_distances
from penlight.broadcasting.puzzles import outer as ger
from penlight.broadcasting.shapes import public_broadcast_shapes as broadcast_shapes
from penlight.broadcasting.undoing import stretched_dims, unbroadcast

__all__ = [
    "broadcast_shapes", "broadcast_tensors", "broadcast_to", "cartesian_prod", "cdist", "dist",
    "expand", "expand_strides", "ger", "meshgrid", "outer", "squared_distances", "stretched_dims",
    "unbroadcast",
]  # fmt: skip
