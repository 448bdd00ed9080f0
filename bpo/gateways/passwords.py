"""Passwords as Argon2id hashes; checking one costs the same for accounts that do not exist."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The parameters that OWASP's password storage guide recommends: 19 MiB, two passes."""


def hashed(password: str) -> str:
    """The hash to store."""
    return _HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one the work is done all the same.

    Neither the answer's time nor its form tells whether an account exists.
    """
    try:
        _HASHER.verify(stored or _decoy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _decoy() -> str:
    return _HASHER.hash("nobody has this password")
