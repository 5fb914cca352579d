"""A challenge: everything random about one run of a probe, derived from one integer seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PUBLIC_SEED = 20


@dataclass(frozen=True)
class Challenge:
    """The randomness of one run of one exercise's probe.

    Two runs with the same `exercise` and `seed` see the same data, start, settings and sizes. Draw from `rng` in a
    fixed order: a draw that happens only sometimes shifts all that follow.
    """

    exercise: str
    seed: int = PUBLIC_SEED

    @cached_property
    def rng(self) -> np.random.Generator:
        """The generator all draws of this challenge come from."""
        return np.random.default_rng([self.seed, zlib.crc32(self.exercise.encode())])

    def normal(self, *shape: int, scale: float = 1.0) -> np.ndarray:
        """A float32 array of normal draws."""
        return (scale * self.rng.normal(size=shape)).astype(np.float32)

    def uniform(self, low: float, high: float) -> float:
        """One number between `low` and `high`, rounded to four significant digits so that messages read well."""
        return float(f"{self.rng.uniform(low, high):.4g}")

    def integer(self, low: int, high: int) -> int:
        """One whole number from `low` to `high`, both included."""
        return int(self.rng.integers(low, high + 1))

    def choice(self, options: tuple):
        """One of `options`."""
        return options[int(self.rng.integers(len(options)))]

    def uneven_sizes(self, batches: tuple[int, int] = (3, 4), batch: tuple[int, int] = (5, 8)) -> tuple[int, int]:
        """`(n_rows, batch_size)` with a short last mini-batch, one row long in a third of the challenges."""
        batch_size = self.integer(*batch)
        full = self.integer(*batches) - 1
        tail = 1 if self.rng.random() < 1 / 3 else self.integer(2, batch_size - 1)
        return full * batch_size + tail, batch_size
