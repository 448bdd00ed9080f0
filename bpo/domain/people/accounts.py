"""What makes an e-mail address, a name and a password acceptable for an account."""

import re

from bpo.kernel.errors import BadInput
from bpo.kernel.text import searchable

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BASES = (
    "password",
    "passw0rd",
    "senha",
    "mudar",
    "admin",
    "administrador",
    "usuario",
    "empresa",
    "cobranca",
    "financeiro",
    "brasil",
    "saopaulo",
    "flamengo",
    "corinthians",
    "palmeiras",
    "deusefiel",
    "teamo",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "letmein",
    "welcome",
    "iloveyou",
    "bemvindo",
    "changeme",
)
_RUNS = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
_FILLERS = re.compile(r"[^a-z]+")


def email(text: str) -> str:
    """The address in lower case, as accounts keep it. Raises BadInput."""
    address = text.strip().lower()
    if not address.isascii() or len(address) > 254 or not _EMAIL.fullmatch(address):
        raise BadInput("This is not an e-mail address: {email}", field="email", email=text.strip())
    return address


def name(text: str) -> str:
    """A person's name with single spaces. Raises BadInput."""
    plain = " ".join(text.split())
    if not plain or len(plain) > 120 or _CONTROL.search(plain):
        raise BadInput("Give a name of up to 120 characters", field="name")
    return plain


def password(text: str, *, for_email: str) -> str:
    """The password itself when it is good enough. Raises BadInput naming what is wrong.

    At least 12 characters and no rule about their kinds (NIST SP 800-63B): length protects, and
    what everybody tries first is refused.
    """
    if len(text) < SHORTEST:
        raise BadInput(
            "Use at least {shortest} characters: a sentence is easy to remember",
            field="password",
            shortest=SHORTEST,
        )
    if len(text) > LONGEST:
        raise BadInput("Use at most {longest} characters", field="password", longest=LONGEST)
    if _tells(text, for_email):
        raise BadInput("Choose a password without your e-mail address in it", field="password")
    if _guessable(text):
        raise BadInput("This password is among the first that anybody would try", field="password")
    return text


def _tells(text: str, address: str) -> bool:
    local, _, _ = address.partition("@")
    plain = text.lower()
    return address in plain or (len(local) >= 4 and local in plain)


def _guessable(text: str) -> bool:
    plain = searchable(text)
    letters = _FILLERS.sub("", plain)
    if len(set(plain)) < FEWEST_DIFFERENT or any(plain in run for run in _RUNS):
        return True
    return any(letters in {base, base * 2} for base in _BASES) or plain.isdecimal()
