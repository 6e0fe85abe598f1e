"""Numbers between 0 and 1: one stream per parameter, keyed by seed and name.

Adding a parameter moves no other parameter's draws, and a draw has the same value whatever
block it is computed in.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from hecon.engine.arrays import Array

METHODS = ("monte-carlo", "latin-hypercube", "sobol")

_BITS = 30
_SCALE = float(2**_BITS)


def _stream(seed: int, name: str, purpose: str = "") -> np.random.PCG64DXSM:
    digest = hashlib.sha256(f"{purpose}/{name}".encode()).digest()
    words = np.frombuffer(digest[:16], dtype="<u4").tolist()
    return np.random.PCG64DXSM(np.random.SeedSequence([seed, *words]))


def _open(u: Array) -> Array:
    """Keep away from 0 and 1, where quantiles are infinite."""
    return np.clip(u, 2.0**-54, 1.0 - 2.0**-53)


def monte_carlo(seed: int, name: str, first: int, last: int) -> Array:
    """Independent numbers of a parameter for draws `first` to `last` (exclusive)."""
    bits = _stream(seed, name)
    bits.advance(first)
    return _open(np.random.Generator(bits).random(last - first))


def latin_hypercube(seed: int, name: str, draws: int) -> Array:
    """One number in each of `draws` equal strata, in random order (McKay 1979)."""
    order = np.random.Generator(_stream(seed, name, "order")).permutation(draws)
    jitter = np.random.Generator(_stream(seed, name)).random(draws)
    return _open((order + jitter) / draws)


def sobol(seed: int, names: Sequence[str], draws: int) -> dict[str, Array]:
    """A Sobol' sequence with a random digital shift per parameter.

    The parameter's position in `names` chooses the dimension, so one added at the end leaves
    the others as they are. Source: Lemieux (2009), Monte Carlo and Quasi-Monte Carlo Sampling.
    """
    # imported here: scipy.stats costs most of a second and 50 MB, and no other design needs it
    from scipy.stats import qmc

    if not names:
        return {}
    power = max(0, int(np.ceil(np.log2(max(draws, 1)))))
    points = qmc.Sobol(len(names), scramble=False, bits=_BITS).random_base2(power)[:draws]
    whole = (points * _SCALE).astype(np.uint64)
    result = {}
    for column, name in enumerate(names):
        generator = np.random.Generator(_stream(seed, name))
        shift = generator.integers(0, 2**_BITS, dtype=np.uint64)
        result[name] = _open(((whole[:, column] ^ shift) + generator.random(draws)) / _SCALE)
    return result
