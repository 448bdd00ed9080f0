"""Signed link tokens: the number of a `signed_links` row and a signature only we can make."""

import base64
import binascii
import hashlib
import hmac

_SIGNATURE_BYTES = 18


class Signer:
    """Makes and reads link tokens with the installation's secret."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(b"bpo.signed-link\0" + secret_key.encode()).digest()

    def token(self, link_id: int, purpose: str) -> str:
        """The URL-safe token of a link row; the same row and purpose give the same token."""
        number = link_id.to_bytes((link_id.bit_length() + 7) // 8 or 1, "big")
        return _text(number) + "." + _text(self._signature(number, purpose))

    def link_id(self, token: str, purpose: str) -> int | None:
        """The row's number when the signature holds for this purpose, otherwise None."""
        head, _, tail = token.partition(".")
        try:
            number, signature = _bytes(head), _bytes(tail)
        except (ValueError, binascii.Error):
            return None
        if not hmac.compare_digest(signature, self._signature(number, purpose)):
            return None
        return int.from_bytes(number, "big")

    def _signature(self, number: bytes, purpose: str) -> bytes:
        data = purpose.encode() + b"\0" + number
        return hashlib.blake2b(data, digest_size=_SIGNATURE_BYTES, key=self._key).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii", "strict") + b"=" * (-len(text) % 4))
