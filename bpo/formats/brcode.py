"""Pix BR Codes: the static code that is written, and every code that is read.

Layout: Manual de Padrões para Iniciação do Pix of the Central Bank, on EMV QRCPS-MPM. A code is a
row of fields, each two digits of id, two of length, and the value; lengths count bytes.
"""

import binascii
import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import combining, normalize

from bpo.kernel.errors import BadInput

DOMAIN = "br.gov.bcb.pix"
NO_TXID = "***"
LONGEST_KEY = 77
LONGEST_NAME = 25
LONGEST_CITY = 15
LONGEST_TXID = 25
_LONGEST_ACCOUNT = 99
_HIGHEST_CENTS = 10**12 - 1

_TXID = re.compile(r"[A-Za-z0-9]{1,25}")
_AMOUNT = re.compile(r"(\d{1,10})(?:\.(\d{0,2}))?")
_CRC_FIELD = "6304"
_ACCOUNTS = [f"{number:02}" for number in range(26, 52)]
_RECURRENCE = "80"

Fields = dict[str, str]


class CodeKind(StrEnum):
    """A code that says all by itself, or one whose content the bank keeps at an address."""

    STATIC = "static"
    DYNAMIC = "dynamic"


@dataclass(frozen=True, slots=True)
class Code:
    """What a BR Code says.

    `url` is without `https://`; that of a recurrence (Pix Automático) stands in when there is
    neither a key nor a charge. `amount_cents` is None when the payer chooses. `txid` is `***` for
    none.
    """

    kind: CodeKind
    key: str | None
    url: str | None
    txid: str | None
    amount_cents: int | None
    name: str | None
    city: str | None
    description: str | None
    crc_ok: bool
    recurrence_url: str | None = None


def static(
    key: str,
    name: str,
    city: str,
    amount_cents: int | None = None,
    txid: str = NO_TXID,
    description: str | None = None,
) -> str:
    """The copy-and-paste text of a static code.

    Accents are taken off; a name beyond 25 characters and a city beyond 15 are cut, as banks do.
    `txid` is what a payment is recognised by: 1 to 25 letters and digits, or `***`. Raises
    `BadInput` naming the field for anything that does not fit.
    """
    account = _field("00", DOMAIN) + _field("01", _checked_key(key))
    if description:
        account += _description(description, _LONGEST_ACCOUNT - len(account))
    fields = (
        _field("00", "01")
        + _field("26", account)
        + _field("52", "0000")
        + _field("53", "986")
        + (_field("54", _amount(amount_cents)) if amount_cents is not None else "")
        + _field("58", "BR")
        + _field("59", _cut("name", name, LONGEST_NAME))
        + _field("60", _cut("city", city, LONGEST_CITY))
        + _field("62", _field("05", _checked_txid(txid)))
        + _CRC_FIELD
    )
    return fields + crc(fields)


def txid_for(token: str) -> str:
    """The txid of a receivable's token, always the same for the same token.

    A token of up to 25 letters and digits is its own txid, any other is hashed: keep the txid
    beside the receivable, a statement shows nothing else. Raises `BadInput` for a blank token.
    """
    if not token:
        raise BadInput("A blank token has no txid", field="txid")
    if _TXID.fullmatch(token):
        return token
    return b32encode(hashlib.sha256(token.encode()).digest()).decode("ascii")[:LONGEST_TXID]


def parse(text: str) -> Code:
    """Read a code, static or dynamic, with lengths in bytes or, as some write them, in characters.

    A wrong checksum is told by `crc_ok`. Raises `BadInput` for what is no code, is cut short, or
    has nothing of Pix in it.
    """
    code = text.strip()
    if not code.startswith("000201"):
        raise BadInput("This is not a Pix code: it does not begin with 000201", field="code")
    fields = _divided(code)
    account = _account(fields)
    recurrence = _nested(fields.get(_RECURRENCE, "")).get("25")
    key, url = account.get("01"), account.get("25")
    if not (key or url or recurrence):
        raise BadInput("This code has neither a Pix key nor an address", field="code")
    return Code(
        CodeKind.STATIC if key and not url else CodeKind.DYNAMIC,
        key,
        url if url or key else recurrence,
        _nested(fields.get("62", "")).get("05"),
        _cents(fields.get("54")),
        fields.get("59"),
        fields.get("60"),
        account.get("02"),
        is_intact(code),
        recurrence,
    )


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE of the text up to and with `6304`, four upper-case hexadecimal digits."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value.encode()):02}{value}"


def _plain(text: str) -> str:
    """Without accents, only printable ASCII, single spaces."""
    letters = (char for char in normalize("NFKD", text) if not combining(char))
    return " ".join("".join(char if "!" <= char <= "~" else " " for char in letters).split())


def _cut(field: str, text: str, longest: int) -> str:
    plain = _plain(text)[:longest].strip()
    if not plain:
        raise BadInput("A Pix code needs the name and the city of who receives", field=field)
    return plain


def _checked_key(key: str) -> str:
    plain = key.strip()
    if not plain or len(plain) > LONGEST_KEY or _plain(plain) != plain:
        raise BadInput("This is not a Pix key: {key}", field="key", key=plain[:LONGEST_KEY])
    return plain


def _checked_txid(txid: str) -> str:
    if txid != NO_TXID and not _TXID.fullmatch(txid):
        raise BadInput(
            "The txid of a Pix code has 1 to 25 letters and digits: {txid}", field="txid", txid=txid
        )
    return txid


def _description(text: str, room: int) -> str:
    plain = _plain(text)
    if len(plain) > room - 4:
        raise BadInput(
            "The description of this Pix code can have {most} characters, not {found}",
            field="description",
            most=max(room - 4, 0),
            found=len(plain),
        )
    return _field("02", plain) if plain else ""


def _amount(cents: int) -> str:
    if not 0 < cents <= _HIGHEST_CENTS:
        raise BadInput(
            "The amount of a Pix code is above zero and below ten billion", field="amount"
        )
    return f"{cents // 100}.{cents % 100:02}"


def _cents(amount: str | None) -> int | None:
    if not amount:
        return None
    match = _AMOUNT.fullmatch(amount)
    if match is None:
        raise BadInput(
            "The amount in this code cannot be read: {found}", field="amount", found=amount
        )
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _account(fields: Fields) -> Fields:
    for tag in _ACCOUNTS:
        account = _nested(fields.get(tag, ""))
        if account.get("00", "").lower() == DOMAIN:
            return account
    if _nested(fields.get(_RECURRENCE, "")).get("00", "").lower() == DOMAIN:
        return {}
    raise BadInput("This code is not one of Pix: it does not name {domain}", domain=DOMAIN)


def is_intact(code: str) -> bool:
    """Whether a code ends with the checksum of what stands before."""
    return code[-8:-4] == _CRC_FIELD and crc(code[:-4]) == code[-4:].upper()


def _divided(code: str) -> Fields:
    fields = _in_bytes(code)
    if fields is None:
        fields = _in_characters(code)
    if fields is None:
        raise BadInput("This code is cut short or damaged; copy it again, whole", field="code")
    return fields


def _nested(text: str) -> Fields:
    return _in_bytes(text) or _in_characters(text) or {}


def _in_bytes(text: str) -> Fields | None:
    """Fields by lengths in bytes; each byte becomes one character on the way."""
    fields = _in_characters(text.encode().decode("latin-1"))
    if fields is None:
        return None
    try:
        return {tag: value.encode("latin-1").decode() for tag, value in fields.items()}
    except UnicodeDecodeError:
        return None


def _in_characters(text: str) -> Fields | None:
    fields: Fields = {}
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + 4]
        if not (len(length) == 2 and length.isdigit() and length.isascii()):
            return None
        value = text[at + 4 : at + 4 + int(length)]
        if len(value) < int(length):
            return None
        fields.setdefault(tag, value)
        at += 4 + int(length)
    return fields
