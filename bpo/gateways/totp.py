"""The second factor: six-digit codes of an authenticator application, and recovery codes."""

import hashlib
import re
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_RECOVERY_LENGTH = 12
_PUNCTUATION = re.compile(r"[\s-]")


def new_secret() -> str:
    """A fresh secret in base 32."""
    return pyotp.random_base32()


def address(secret: str, email: str, issuer: str) -> str:
    """The `otpauth://` address that authenticator applications read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step(secret: str, code: str, now: datetime, *, after: int | None = None) -> int | None:
    """The time step whose code this is, one step of clock drift allowed; None when it is wrong.

    A code of the step `after` or an earlier one has been used and is wrong too.
    """
    given = _PUNCTUATION.sub("", code)
    current = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret)
    for candidate in (current, current - 1, current + 1):
        right = secrets.compare_digest(
            generator.generate_otp(candidate).encode(), given.encode("utf-8", "replace")
        )
        if right and (after is None or candidate > after):
            return candidate
    return None


def recovery_codes() -> list[str]:
    """Fresh one-time codes for the day the telephone is lost, such as `ABCD-EFGH-JKMN`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def digest(recovery_code: str) -> str:
    """What is stored of a recovery code; the code has 58 bits, so a plain hash protects it."""
    plain = _PUNCTUATION.sub("", recovery_code).upper()
    return hashlib.sha256(b"bpo.recovery\0" + plain.encode()).hexdigest()


def _recovery_code() -> str:
    letters = [secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_LENGTH)]
    return "-".join("".join(letters[i : i + 4]) for i in range(0, _RECOVERY_LENGTH, 4))
