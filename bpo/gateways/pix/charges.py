"""Charges with a due date (cobv): what is asked for, how the API writes it, and who answers."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from bpo.kernel.errors import BadInput

MOST_DISCOUNTS = 3


class Status(StrEnum):
    """What has become of a charge."""

    ACTIVE = "ATIVA"
    PAID = "CONCLUIDA"
    CANCELLED = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
    REMOVED = "REMOVIDA_PELO_PSP"


@dataclass(frozen=True, slots=True)
class Discount:
    """So many centavos off for whoever pays until a day."""

    until: date
    cents: int


@dataclass(frozen=True, slots=True)
class Charge:
    """What a debtor is asked to pay. `fine_rate` and `monthly_rate` are fractions.

    `valid_days`: calendar days after the due date in which it can still be paid. The bank of the
    creditor computes what is due on the day it is scanned.
    """

    txid: str
    key: str
    cents: int
    due_date: date
    valid_days: int
    debtor_name: str
    debtor_document: str
    fine_rate: Decimal = Decimal(0)
    monthly_rate: Decimal = Decimal(0)
    discounts: tuple[Discount, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A charge as the bank holds it.

    `copy_paste` is the code that the debtor pays, `told` the money that came for it (`notices.of`).
    """

    txid: str
    status: Status
    cents: int
    location: str
    copy_paste: str
    told: tuple[dict[str, Any], ...] = field(default=())


class Charges(Protocol):
    """The bank's side of charges. Raises Unavailable when it does not answer, Conflict when it
    refuses, NotFound for a charge it does not know."""

    def issue(self, charge: Charge) -> Issued:
        """Create a charge, or find the one that exists by its txid."""
        ...

    def read(self, txid: str) -> Issued:
        """A charge as it is now."""
        ...

    def cancel(self, txid: str) -> Issued:
        """Take a charge back; one that was paid stays paid."""
        ...


def body(charge: Charge) -> dict[str, Any]:
    """The charge as `PUT /cobv/{txid}` wants it. Raises BadInput for what the API refuses."""
    _check(charge)
    amount: dict[str, Any] = {"original": money(charge.cents)}
    if charge.fine_rate:
        amount["multa"] = {"modalidade": 2, "valorPerc": percent(charge.fine_rate)}
    if charge.monthly_rate:
        amount["juros"] = {"modalidade": 3, "valorPerc": percent(charge.monthly_rate)}
    if charge.discounts:
        dates = [
            {"data": d.until.isoformat(), "valorPerc": money(d.cents)} for d in charge.discounts
        ]
        amount["desconto"] = {"modalidade": 1, "descontoDataFixa": dates}
    name = "cpf" if len(charge.debtor_document) == 11 else "cnpj"
    found: dict[str, Any] = {
        "calendario": {
            "dataDeVencimento": charge.due_date.isoformat(),
            "validadeAposVencimento": charge.valid_days,
        },
        "devedor": {name: charge.debtor_document, "nome": charge.debtor_name[:200]},
        "valor": amount,
        "chave": charge.key,
    }
    return found | ({"solicitacaoPagador": charge.message[:140]} if charge.message else {})


def issued(answer: dict[str, Any]) -> Issued:
    """A charge out of the bank's answer. Raises KeyError or ValueError for what is none."""
    location = answer.get("loc", {}).get("location") or answer.get("location", "")
    return Issued(
        answer["txid"],
        Status(answer["status"]),
        cents(answer["valor"]["original"]),
        location,
        answer.get("pixCopiaECola", ""),
        tuple(answer.get("pix", ())),
    )


def money(amount_cents: int) -> str:
    """Centavos as the API writes reais: `123.45`."""
    return f"{amount_cents // 100}.{amount_cents % 100:02}"


def cents(text: str) -> int:
    """Centavos of an amount of the API, exact. Raises ValueError."""
    whole, point, fraction = text.partition(".")
    if not (whole.isdigit() and fraction.isdigit() and point and len(fraction) == 2):
        raise ValueError(f"{text!r} is no amount of the API")
    return int(whole) * 100 + int(fraction)


def percent(rate: Decimal) -> str:
    """A fraction as the API writes a percentage: 0.02 is `2.00`."""
    return f"{rate * 100:.2f}"


def _check(charge: Charge) -> None:
    if not (26 <= len(charge.txid) <= 35 and charge.txid.isascii() and charge.txid.isalnum()):
        raise BadInput("The identifier of a Pix charge has 26 to 35 letters and digits")
    if charge.cents <= 0:
        raise BadInput("A Pix charge must be above zero", field="amount")
    if len(charge.debtor_document) not in (11, 14):
        raise BadInput("A Pix charge needs the debtor's CPF or CNPJ", field="document")
    if len(charge.discounts) > MOST_DISCOUNTS:
        raise BadInput("A Pix charge has at most three discounts")
    late = any(one.until > charge.due_date for one in charge.discounts)
    if late or sum(one.cents <= 0 or one.cents >= charge.cents for one in charge.discounts):
        raise BadInput("A discount is less than the amount and ends by the due date")
