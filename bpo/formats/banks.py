"""What files of banks have in common: text whose encoding lies, days without separators, amounts.

A bank's file names its encoding and is often wrong: the bytes decide, the header is not asked.
"""

import re
from datetime import date

from bpo.formats import texts
from bpo.kernel.errors import BadInput

DEFAULT_LIMIT = 64 * 1024 * 1024

_END_OF_FILE = b"\x1a\x00 \t\r\n"
_BLANK = re.compile(r"[\s.,]*")
_AMOUNT = re.compile(r"(?P<sign>[-+]?)\s*(?P<whole>\d[\d.,]*|[.,]\d+)\s*(?P<after>-?)")
_LARGEST_CENTS = 10**15
_CENTURY = 2000


def decoded(content: bytes, limit: int = DEFAULT_LIMIT) -> str:
    """The text: by its byte order mark, else UTF-8 where it fits, else Windows-1252 or ISO-8859-1.

    Raises `BadInput` for what is empty, larger than `limit` bytes, or holds zero bytes.
    """
    texts.refuse_size(content, limit)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    content = content if wide else content.rstrip(_END_OF_FILE)
    if b"\x00" in content and not wide:
        raise BadInput("The file holds bytes that are not text; it is no file of a bank.")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def is_blank_amount(text: str) -> bool:
    """Whether nothing is written where an amount should be; Caixa writes a lone point."""
    return _BLANK.fullmatch(text) is not None


def cents(text: str) -> int | None:
    """Centavos of an amount with a decimal comma or point: `-530,86`, `1.234,50`, `-80`, `33.3`.

    None when it cannot be read, and for one mark before exactly three digits (`1.234`), which could
    be thousands or a fraction.
    """
    match = _AMOUNT.fullmatch(text.strip())
    if not match or (match["sign"] and match["after"]):
        return None
    whole, mark, fraction = _parted(match["whole"])
    if not _is_grouped(whole, mark) or len(fraction.rstrip("0")) > 2:
        return None
    if len(fraction) == 3 and not any(other in whole for other in ".,"):
        return None
    digits = re.sub(r"[.,]", "", whole) + fraction[:2].ljust(2, "0")
    value = int(digits)
    if value > _LARGEST_CENTS:
        return None
    return -value if "-" in (match["sign"], match["after"]) else value


def day(text: str, order: str) -> date | None:
    """A day of digits alone, by `order`: `dmy` (2 or 4 digits of year) or `ymd`. None for none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in (6, 8):
        return None
    try:
        if order == "ymd":
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        year = int(digits[4:])
        return date(year + _CENTURY * (len(digits) == 6), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None


def is_no_day(text: str) -> bool:
    """Whether a day is left open: blanks or zeros."""
    return not text.strip(" 0")


def _parted(text: str) -> tuple[str, str, str]:
    """Before the decimal mark, the mark, and behind it; the mark is the last that stands once."""
    place = max(text.rfind("."), text.rfind(","))
    if place < 0 or text.count(text[place]) > 1:
        return text, "", ""
    return text[:place], text[place], text[place + 1 :]


def _is_grouped(whole: str, mark: str) -> bool:
    """Whether the digits before the decimal mark are plain or in groups of three by the other."""
    groups = re.split(r"[.,]", whole)
    others = set(re.findall(r"[.,]", whole))
    if not others:
        return True
    return (
        len(others) == 1
        and mark not in others
        and 1 <= len(groups[0]) <= 3
        and all(len(group) == 3 for group in groups[1:])
    )
