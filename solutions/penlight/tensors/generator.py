"""Generator: a stream of random numbers, word for word that of PyTorch on the CPU.

A Mersenne Twister makes the words; how they become numbers is what makes these PyTorch's numbers.
"""

import math
import secrets

import numpy as np

from penlight.tensors import devices
from penlight.tensors.tensor import Tensor, wrap

_STATE_WORDS = 624


def _twister(seed: int) -> np.random.MT19937:
    """A Mersenne Twister seeded with one word, as its inventors do it."""
    key = [seed & 0xFFFFFFFF]
    for i in range(1, _STATE_WORDS):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + i) & 0xFFFFFFFF)
    bits = np.random.MT19937(0)
    key = np.array(key, dtype=np.uint64)
    bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": _STATE_WORDS}}
    return bits


class Generator:
    """A stream of random numbers of its own; pass it as `generator=`."""

    def __init__(self, device="cpu"):
        self.device = devices.device(device)
        self.manual_seed(67280421310721)

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream anew from `seed`."""
        self._seed = int(seed) % 2**64
        self._bits = _twister(self._seed)
        self._spare = None  # the second normal of a pair, kept for the next call
        return self

    def seed(self) -> int:
        """Start anew from a seed that the system chooses; returns it."""
        self.manual_seed(secrets.randbits(63))
        return self._seed

    def initial_seed(self) -> int:
        return self._seed

    def get_state(self) -> Tensor:
        """All of the generator's state, as a tensor of bytes for `set_state`."""
        inner = self._bits.state["state"]
        words = [*inner["key"], inner["pos"], self._seed, self._spare is not None]
        words = np.array([int(w) for w in words], np.uint64).view(np.uint8)
        return wrap(np.concatenate([words, np.float64([self._spare or 0.0]).view(np.uint8)]))

    def set_state(self, state: Tensor) -> "Generator":
        data = np.ascontiguousarray(state._array)
        if data.dtype != np.uint8 or data.size != 8 * (_STATE_WORDS + 4):
            raise RuntimeError("set_state needs a state that get_state of this library returned")
        words = data[:-8].view(np.uint64)
        key, (pos, self._seed, has_spare) = words[:_STATE_WORDS], words[_STATE_WORDS:].tolist()
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": pos}}
        self._spare = float(data[-8:].view(np.float64)[0]) if has_spare else None
        return self

    # Words into numbers.

    def words32(self, n: int) -> np.ndarray:
        return self._bits.random_raw(n)

    def words64(self, n: int) -> np.ndarray:
        halves = self._bits.random_raw(2 * n)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def uniforms(self, n: int, numpy_dtype) -> np.ndarray:
        """Numbers in [0, 1): 53 random bits for float64, 24 for every narrower type."""
        if numpy_dtype == np.float64:
            return (self.words64(n) & np.uint64(2**53 - 1)) * 2.0**-53
        return ((self.words32(n) & np.uint64(2**24 - 1)) * 2.0**-24).astype(numpy_dtype)

    def normals(self, n: int, numpy_dtype) -> np.ndarray:
        """Standard normal numbers (Box and Muller): in blocks of 16 when there are that many."""
        return self._blocks(n, numpy_dtype) if n >= 16 else self.normals_one_by_one(n)

    def normals_one_by_one(self, n: int, numpy_dtype=None) -> np.ndarray:
        """Standard normal numbers as they are drawn for places that do not lie side by side."""
        out = np.empty(n)
        for i in range(n):
            if self._spare is not None:
                out[i], self._spare = self._spare, None
                continue
            u1, u2 = self.uniforms(2, np.dtype(np.float64)).tolist()
            radius, angle = math.sqrt(-2 * math.log1p(-u2)), 2 * math.pi * u1
            out[i], self._spare = radius * math.cos(angle), radius * math.sin(angle)
        return out

    def _blocks(self, n, numpy_dtype):
        # Narrow types are computed in float32 and rounded at the end.
        work = numpy_dtype if numpy_dtype == np.float64 else np.dtype(np.float32)
        out, whole = np.empty(n, work), n - n % 16
        # The wider types also draw for the places after the last whole block.
        drawn = self.uniforms(n if numpy_dtype.itemsize >= 4 else whole, work)
        out[:whole] = _box_muller(drawn[:whole])
        if n % 16:
            # The last 16 places are drawn and transformed afresh.
            out[-16:] = _box_muller(self.uniforms(16, work))
        return out


def _box_muller(uniforms):
    blocks = uniforms.reshape(-1, 2, 8)
    radius = np.sqrt(-2 * np.log(1 - blocks[:, 0]))
    angle = (2 * np.pi) * blocks[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)


default_generator = Generator()
