"""The curve that cosine schedules follow."""

import math

from penlight.slots import slot


@slot(exercise="06_training")
def cosine_between(start, end, part):
    """From `start` where `part` is 0 to `end` where it is 1, along half a turn of the cosine.

    It leaves and arrives flat, and beyond 1 it goes on: at 2 it is back at `start`.
    Example: cosine_between(0.4, 0.0, 0.5) is 0.2.
    """
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2
