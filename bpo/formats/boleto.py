"""Boletos: bar code of 44 digits and digitable line of 47, check digits and the due factor.

Layout: bank, currency 9, check digit, due factor (4), amount (10), free field (25); the line
regroups them with a check digit after each of its first three fields.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bpo.kernel.errors import BadInput

_FIRST_BASE = date(1997, 10, 7)
_SECOND_BASE = date(2022, 5, 29)
_FIRST_DUE = date(2000, 7, 3)
_LAST_DUE = date(2049, 10, 13)
_CYCLE = 9000
_LOWEST_FACTOR = 1000
_NOISE = re.compile(r"[\s.\-]")
_BARCODE, _LINE, _COLLECTION = 44, 47, 48


@dataclass(frozen=True, slots=True)
class Boleto:
    """What a bar code or line says. `due_date` is None when the boleto tells none (factor 0000).

    `faults` names what does not check: `field1`, `field2`, `field3` (of the line), `check_digit`,
    `currency`, `due_factor`. Amount in centavos, 0 when it is left open.
    """

    bank: str
    due_factor: int
    due_date: date | None
    amount_cents: int
    free_field: str
    barcode: str
    digitable_line: str
    faults: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        """Whether everything checks."""
        return not self.faults


def parse(text: str, on: date) -> Boleto:
    """Read a line of 47 or a bar code of 44 digits, with or without punctuation.

    The due factor began again in 2025: of its two days the one nearest to `on` (the day of the
    document or of the import) is taken. Raises `BadInput` for anything else, and for the
    arrecadação of taxes and utilities (48 digits, beginning with 8), which is no receivable.
    """
    digits = _NOISE.sub("", text)
    if not (digits.isdigit() and digits.isascii()):
        raise BadInput("A boleto has digits alone: 47 in its line, 44 in its bar code")
    if digits[0] == "8" and len(digits) in (_BARCODE, _COLLECTION):
        raise BadInput("This is a bill of a tax or a utility (arrecadação), not a boleto")
    if len(digits) == _LINE:
        return _parsed(barcode_of(digits), digits, on)
    if len(digits) == _BARCODE:
        return _parsed(digits, line_of(digits), on)
    raise BadInput(
        "A boleto has 47 digits in its line and 44 in its bar code, not {found}", found=len(digits)
    )


def encoded(bank: str, due: date | None, amount_cents: int, free_field: str) -> str:
    """The bar code of a boleto: three digits of bank, 25 of the bank's own free field."""
    if not re.fullmatch(r"\d{3}", bank) or not re.fullmatch(r"\d{25}", free_field):
        raise BadInput("A boleto needs a bank of 3 digits and a free field of 25")
    if not 0 <= amount_cents < 10**10:
        raise BadInput("The amount does not fit into a boleto", field="amount")
    factor = factor_of(due) if due else 0
    rest = f"{factor:04}{amount_cents:010}{free_field}"
    return f"{bank}9{check_digit(f'{bank}9{rest}')}{rest}"


def line_of(barcode: str) -> str:
    """The digitable line of a bar code."""
    free = barcode[19:]
    fields = (barcode[:4] + free[:5], free[5:15], free[15:])
    return "".join(field + _modulo_10(field) for field in fields) + barcode[4:19]


def barcode_of(line: str) -> str:
    """The bar code of a digitable line; its field check digits are left behind."""
    return line[:4] + line[32:] + line[4:9] + line[10:20] + line[21:31]


def formatted(line: str) -> str:
    """The line as it is printed: `00190.00009 07777.777009 00087.656187 9 49000000295295`."""
    first, second, third = line[:10], line[10:21], line[21:32]
    fields = (f"{field[:5]}.{field[5:]}" for field in (first, second, third))
    return f"{' '.join(fields)} {line[32]} {line[33:]}"


def check_digit(digits: str) -> str:
    """Modulo 11 of the 43 digits around it, weights 2 to 9 from the right; 0, 10 and 11 give 1."""
    weighted = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(digits)))
    digit = 11 - weighted % 11
    return "1" if digit in (0, 10, 11) else str(digit)


def factor_of(due: date) -> int:
    """The due factor: 1000 on 3 July 2000, and again on 22 February 2025. Raises `BadInput`."""
    if not _FIRST_DUE <= due <= _LAST_DUE:
        raise BadInput("A boleto cannot be due on {due_date}", field="due_date", due_date=due)
    days = (due - _FIRST_BASE).days
    return (days - _LOWEST_FACTOR) % _CYCLE + _LOWEST_FACTOR


def due_dates(factor: int) -> tuple[date, ...]:
    """The two days that a factor can mean, earlier first; none below 1000."""
    if factor < _LOWEST_FACTOR:
        return ()
    days = timedelta(days=factor)
    return _FIRST_BASE + days, _SECOND_BASE + days


def _parsed(barcode: str, line: str, on: date) -> Boleto:
    factor = int(barcode[5:9])
    return Boleto(
        barcode[:3],
        factor,
        min(due_dates(factor), key=lambda day: abs(day - on), default=None),
        int(barcode[9:19]),
        barcode[19:],
        barcode,
        line,
        tuple(_faults(barcode, line, factor)),
    )


def _faults(barcode: str, line: str, factor: int) -> list[str]:
    fields = {"field1": line[:10], "field2": line[10:21], "field3": line[21:32]}
    faults = [name for name, field in fields.items() if _modulo_10(field[:-1]) != field[-1]]
    if check_digit(barcode[:4] + barcode[5:]) != barcode[4]:
        faults.append("check_digit")
    if barcode[3] != "9":
        faults.append("currency")
    if 0 < factor < _LOWEST_FACTOR:
        faults.append("due_factor")
    return faults


def _modulo_10(digits: str) -> str:
    """Weights 2 and 1 from the right, the digits of each product added."""
    total = sum(
        sum(divmod(int(digit) * (2 - place % 2), 10))
        for place, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)
