"""Who a row is about and which document it is: debtors and numbers as they are matched."""

import re
from collections.abc import Sequence
from typing import NamedTuple, TypeGuard, cast

from bpo.formats.cells import BLANKS, Cell, text
from bpo.formats.problems import Code
from bpo.kernel import documents
from bpo.kernel.text import number_key

_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_GUARDED = re.compile(r'="(.*)"|\'(.*)')
_WHOLE_FLOAT = re.compile(r"(\d+)\.0")
_PART = re.compile(r"0*(\d{1,3})(?:\s*(?:/|de|of)\s*0*(\d{1,3}))?", re.IGNORECASE)
_LOST_ZEROS = 8
_LONGEST = 60


class Debtor(NamedTuple):
    """A debtor as a row names it; `code` says why the row cannot be used, or what is odd.

    `key` is blank when there is neither a number nor a valid CPF or CNPJ.
    """

    key: str
    ref: str
    document: str | None
    code: Code | None = None


class Debtors(dict[tuple[Cell, Cell], Debtor]):
    """(number cell, document cell) to debtor; each distinct pair is worked out once.

    `are_sound` until a debtor is met that has no key or is odd.
    """

    def __init__(self) -> None:
        super().__init__()
        self.are_sound = True

    def __missing__(self, cells: tuple[Cell, Cell]) -> Debtor:
        debtor = self[cells] = debtor_of(*cells)
        self.are_sound = self.are_sound and bool(debtor.key) and debtor.code is None
        return debtor


def debtor_of(number: Cell, document: Cell) -> Debtor:
    """The debtor of a row: by its number, else by CPF or CNPJ, never by its name.

    Leading zeros are ignored, and given back to a CPF or CNPJ that a spreadsheet took them from. A
    number that a spreadsheet shortened (`1,66E+18`) is no number: its digits are lost.
    """
    ref = reference(number)
    if is_shortened(ref):
        return Debtor("", ref, None, Code.DAMAGED)
    written = reference(document)
    valid = register_number(written)
    code = Code.DOCUMENT if written and valid is None else None
    key = number_key(ref) if ref else valid or ""
    return Debtor(key, ref or valid or "", valid, code)


def reference(cell: Cell) -> str:
    """An identifier as text, without what spreadsheets put around it; blank for null words."""
    plain = text(cell)
    if plain.startswith(("=", "'")) and (match := _GUARDED.fullmatch(plain)):
        plain = (match[1] or match[2] or "").strip()
    if plain.endswith(".0") and (match := _WHOLE_FLOAT.fullmatch(plain)):
        plain = match[1]
    return "" if plain.lower() in BLANKS else plain[:_LONGEST]


def is_shortened(ref: str) -> bool:
    """Whether a spreadsheet wrote a long number with an exponent and dropped its last digits."""
    return "+" in ref and _SHORTENED.fullmatch(ref) is not None


def register_number(written: str) -> str | None:
    """The CPF or CNPJ in normal form, lost leading zeros restored; None when it is not valid."""
    plain = documents.normalized(written)
    if len(plain) < _LOST_ZEROS:
        return None
    if documents.is_valid(plain):
        return plain
    if plain.isdigit():
        padded = (plain.zfill(size) for size in (11, 14) if len(plain) < size)
        return next(filter(documents.is_valid, padded), None)
    return None


def numbers_of(cells: Sequence[Cell]) -> tuple[Sequence[str], list[str]]:
    """The numbers of a column as written and as matched; both blank for nothing or only zeros."""
    if _are_digits(cells):
        keys = [cell.lstrip("0") for cell in cells]
        if all(keys):
            return cells, keys
    written = [reference(cell) for cell in cells]
    written = [number if number.strip("0") else "" for number in written]
    return written, [number_key(number) if number else "" for number in written]


def _are_digits(cells: Sequence[Cell]) -> TypeGuard[Sequence[str]]:
    try:
        joined = "".join(cast("Sequence[str]", cells))
    except TypeError:
        return False
    return joined.isdigit() and joined.isascii()


def installment_of(cell: Cell, total: Cell = None) -> tuple[int | None, int | None] | None:
    """Instalment and number of instalments of `2/3`, `02 de 03` or `2`; None when unreadable."""
    match = _PART.fullmatch(reference(cell)) if reference(cell) else None
    of_all = _PART.fullmatch(reference(total)) if reference(total) else None
    if match is None:
        return (None, int(of_all[1]) if of_all else None) if not reference(cell) else None
    count = match[2] or (of_all[1] if of_all else None)
    number = int(match[1])
    if count is not None and not 1 <= number <= int(count):
        return None
    return number, int(count) if count is not None else None
