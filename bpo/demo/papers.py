"""CPF and CNPJ numbers with right check digits, drawn at random for people who do not exist."""

from random import Random

_LETTERS = "ABCDEFGHJKLMNPRSTVWXYZ"
_BRANCH = "0001"


def cpf(rng: Random) -> str:
    """Eleven digits."""
    base = f"{rng.randrange(10**7, 10**9):09d}"
    return _checked(base, range(2, 99))


def cnpj(rng: Random, *, letters: bool = False) -> str:
    """Fourteen characters; with `letters` the alphanumeric form of companies registered lately."""
    root = f"{rng.randrange(10**7, 10**8)}"
    if letters:
        root = "".join(rng.choice(_LETTERS) if at % 3 == 1 else root[at] for at in range(8))
    return _checked(root + _BRANCH, [2 + at % 8 for at in range(14)])


def _checked(base: str, weights: range | list[int]) -> str:
    """The base with its two digits: weights from the right, modulo 11; a letter counts its code."""
    for _ in range(2):
        values = [ord(sign) - ord("0") for sign in reversed(base)]
        rest = sum(value * weight for value, weight in zip(values, weights, strict=False)) % 11
        base += str(0 if rest < 2 else 11 - rest)
    return base
