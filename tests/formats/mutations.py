"""Files damaged as files get damaged: bytes lost; odd cells, tags, lines and members."""

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable

Mutate = Callable[[bytes, random.Random], bytes]

ODD_WORDS = (
    "", " ", "-", "0", "-0", "1e999", "NaN", "inf", "null", "#REF!", "#N/A", "=1+1", "'", '"',
    '""', "99999999999999999999", "9" * 400, "0" * 60, "1,66E+18", "1.234.567,891", "1,234,567.8",
    "(12,00)", "12,00-", "R$ 12,00", "R$", "US$ 3.50", "12'345,00", "1.23.4,5", ",", ".", "0,001",
    "-0,00", "١٢٣", "²", "½", "31/02/2026", "00/00/0000", "0000-00-00", "29/02/2027",
    "01/01/0001", "31/12/9999", "45567", "20261105", "2026-11-05T23:59:59-03:00",
    "20261105235959[-3:BRT]", "20261105240000[+14:XX]", "2/3/26", "12 de dezembro de 2026",
    "13/13/2026", "\u202e987\u202c", "\u200f", "\u200b", "\ufeff", "\u00a0", "\x00", "\x1b",
    "\x85", "\u2028", "\U0001f600", "e\u0301" * 20, "ß", "İ", "x" * 5000, "a\tb", "a\nb", "\\N",
    "\\", "529.982.247-25", "111.111.111-11", "12.ABC.345/01DE-35", "a@b@c", "1/0", "3/2",
    "2 de 3", "Zé & <b>", "&amp;", "&#0;", "&#x110000;", "<![CDATA[x]]>", "</", "]]>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;",
)  # fmt: skip
ODD_BYTES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\xe2\x80", b"\xf0\x9f\x98",
    b"\x81", b"\r", b"\n\r", b"\x1a", b"\x0b", b"\x0c", b"\t", b'"', b"'", b";;;;",
    b"99999999999999999999", b"]]>", b"<!DOCTYPE a>", b"&#0;", "²".encode(), "٣".encode(),
    "é".encode("cp1252"), "\u202e".encode(),
)  # fmt: skip
_TAG = re.compile(rb"<([/A-Za-z0-9:]+)[^<>]*>([^<>]*)")
_NUMBERS = re.compile(rb"\d+")
_CODECS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1", "utf-7", "cp037")


def damaged(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled or moved; sometimes the file cut off."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found)) if found else 0
        match chance.randrange(6):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + chance.randint(1, 20)]
            case 2:
                found[at:at] = found[at : at + chance.randint(1, 40)]
            case 3:
                found[at:at] = chance.choice(ODD_BYTES)
            case 4:
                found[at : at + 1] = bytes([chance.choice(b"0123456789<>&;,\"'\n\r\t .-")])
            case _ if chance.random() < 0.2:
                del found[at:]
    return bytes(found)


def table(content: bytes, chance: random.Random) -> bytes:
    """Cells that are odd, rows that are too long or stand twice, other marks and encodings."""
    text = _text(content)
    mark = max(";,\t|", key=text.count)
    rows = [line.split(mark) for line in text.splitlines()] or [[""]]
    for _ in range(chance.randint(1, 5)):
        _on_rows(rows, chance)
    mark = chance.choice((mark, mark, mark, ";", ",", "\t", "|"))
    end = chance.choice(("\n", "\n", "\r\n", "\r", "\n\r\n"))
    written = end.join(mark.join(row) for row in rows) + chance.choice((end, "", '"', "\x1a"))
    return _encoded(written, chance)


def _on_rows(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice(rows)
    at = chance.randrange(len(row) + 1)
    match chance.randrange(12):
        case 0 | 1 | 2 | 3 | 4:
            row[at : at + 1] = [chance.choice(ODD_WORDS)]
        case 5:
            row.insert(at, chance.choice(ODD_WORDS))
        case 6:
            del row[at : at + 1]
        case 7:
            rows.insert(chance.randrange(len(rows) + 1), list(chance.choice((rows[0], row))))
        case 8:
            chance.shuffle(row)
        case 9:
            row[:] = [
                chance.choice(('"{}"', '"{}', "'{}", '="{}"', ' "{}" ')).format(";".join(row))
            ]
        case 10:
            for one in rows[1:]:
                if at < len(one):
                    one[at] = chance.choice(ODD_WORDS)
        case _:
            rows[0] = list(rows[0][at:] + rows[0][:at])


def markup(content: bytes, chance: random.Random) -> bytes:
    """Tags whose texts are odd, that stand twice, are not closed, or changed places."""
    found = content
    for _ in range(chance.randint(1, 5)):
        tags = list(_TAG.finditer(found))
        if not tags:
            return damaged(found, chance)
        one, other = chance.choice(tags), chance.choice(tags)
        start, end = one.span()
        match chance.randrange(8):
            case 0 | 1 | 2:
                found = _put(found, one.span(2), _bytes(chance.choice(ODD_WORDS), chance))
            case 3:
                found = _put(found, one.span(), b"")
            case 4:
                found = _put(found, (end, end), one[0] * chance.randint(1, 3))
            case 5:
                found = _put(found, one.span(1), other[1])
            case 6:
                found = _put(found, one.span(2), other[2])
            case _:
                far = max(start, other.end())
                found = _put(found, (far, far), found[start:far][: chance.randint(1, 2000)])
    return found


def lines(content: bytes, chance: random.Random) -> bytes:
    """Lines of a fixed width with odd fields, cut, missing, doubled, or in another order."""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    rows = content.split(end)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(rows))
        row, place = rows[at], chance.randrange(max(len(rows[at]), 1))
        match chance.randrange(10):
            case 0 | 1 | 2:
                field = chance.choice((b"0", b"9", b" ", b"A", b"-", b"\xe9", b"\x00")) * 15
                size = chance.randint(1, 15)
                rows[at] = row[:place] + field[:size] + row[place + size :]
            case 3:
                rows[at] = row[:place]
            case 4:
                rows[at] = row + row[:place]
            case 5:
                del rows[at]
            case 6:
                rows.insert(chance.randrange(len(rows) + 1), row)
            case 7:
                chance.shuffle(rows)
            case 8:
                rows[at] = row[:place] + _bytes(chance.choice(ODD_WORDS), chance) + row[place:]
            case _:
                found = list(_NUMBERS.finditer(row))
                if found:
                    rows[at] = _put(row, chance.choice(found).span(), b"9" * chance.randint(1, 30))
        rows = rows or [b""]
    return chance.choice((end, end, b"\r\n", b"\n", b"\r", b"")).join(rows)


def packed(content: bytes, chance: random.Random, within: Mutate) -> bytes:
    """An archive whose members are odd, or it itself: names, flags, sizes, sums, its end."""
    members: list[tuple[str, bytes]] = []
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        members = [(info.filename, zipped.read(info)) for info in zipped.infolist()]
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(members))
        name, held = members[at]
        match chance.randrange(8):
            case 0 | 1 | 2 | 3:
                members[at] = (name, within(held, chance))
            case 4:
                members[at] = (name, held[: chance.randrange(len(held) + 1)])
            case 5:
                members.append(
                    (chance.choice((name, "../a.csv", "/etc/x", "ç" * 90, "a\\b")), held)
                )
            case 6 if len(members) > 1:
                del members[at]
            case _:
                members[at] = (name, content if chance.random() < 0.3 else b"\x00" * 3000)
    buffer = io.BytesIO()
    method = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as zipped:
        warnings.simplefilter("ignore", UserWarning)
        for name, held in members:
            zipped.writestr(zipfile.ZipInfo(name), held, method)
    return damaged(buffer.getvalue(), chance) if chance.random() < 0.2 else buffer.getvalue()


def _text(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _encoded(text: str, chance: random.Random) -> bytes:
    codec = chance.choice(_CODECS) if chance.random() < 0.4 else "utf-8"
    found = text.encode(codec, "replace")
    if chance.random() < 0.15:
        at = chance.randrange(len(found) + 1)
        found = found[:at] + chance.choice(ODD_BYTES) + found[at:]
    return found[: chance.randrange(len(found) + 1)] if chance.random() < 0.05 else found


def _bytes(text: str, chance: random.Random) -> bytes:
    return text.encode(chance.choice(("utf-8", "cp1252", "latin-1")), "replace")


def _put(content: bytes, span: tuple[int, int], text: bytes) -> bytes:
    return content[: span[0]] + text + content[span[1] :]
