"""Seeds are a pure function of a key: no order of work, number of workers or topping up can change them."""

import hashlib

import numpy as np


def sequence(root: int, *key: str | int) -> np.random.SeedSequence:
    """The seed sequence of a key: the root seed spawned by the eight 32-bit words of the key's SHA-256."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in key).encode()).digest()
    words = np.frombuffer(digest, dtype="<u4")
    return np.random.SeedSequence(root, spawn_key=tuple(int(word) for word in words))


def generator(root: int, *key: str | int) -> np.random.Generator:
    """A generator of random numbers for a key."""
    return np.random.default_rng(sequence(root, *key))


def number(root: int, *key: str | int) -> int:
    """One seed below 2³² for a key, for samplers that take a number."""
    return int(sequence(root, *key).generate_state(1)[0])


def share(root: int, *key: str | int) -> float:
    """A number in [0, 1) for a key, uniform over keys: what is below a fraction is a seeded sample."""
    return number(root, *key) / 2**32
