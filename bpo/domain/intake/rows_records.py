"""What one row of an imported table says, once read: a receivable, a payment or a debtor."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the rows of a table are."""

    RECEIVABLES = "receivables"
    PAYMENTS = "payments"
    DEBTORS = "debtors"


class Field(StrEnum):
    """What a column can mean."""

    DEBTOR_REF = "debtor_ref"
    DEBTOR_DOCUMENT = "debtor_document"
    DEBTOR_NAME = "debtor_name"
    DEBTOR_KIND = "debtor_kind"
    NUMBER = "number"
    ISSUE_DATE = "issue_date"
    DUE_DATE = "due_date"
    AMOUNT = "amount"
    BALANCE = "balance"
    PAID_DATE = "paid_date"
    PAID_AMOUNT = "paid_amount"
    INSTALLMENT = "installment"
    INSTALLMENTS = "installments"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    CURRENCY = "currency"
    DESCRIPTION = "description"
    BOLETO_LINE = "boleto_line"


class DebtorKind(StrEnum):
    """A natural person (consumer rules apply) or a company."""

    PERSON = "person"
    COMPANY = "company"


class ReceivableRow(NamedTuple):
    """One receivable. Amounts in centavos, positive; `paid_date` and `paid_cents` come together.

    `debtor_key` is what debtors are matched by: the customer number without leading zeros, else the
    CPF or CNPJ. `number_key` matches numbers (leading zeros ignored, `/n` added for instalment n);
    it is blank when the row has no number: then debtor, issue, due and amount identify it.
    `issue_date` is None when the table has no issue column (see `known_since`). `balance_cents` is
    what the table says is still open, when it has such a column beside the amount. `boleto_line`
    are the 47 digits of a boleto that checks and asks for this amount on this day. `extra` holds
    the columns that have no other place, by their names.
    """

    line: int
    debtor_key: str
    debtor_ref: str
    debtor_document: str | None
    debtor_name: str | None
    debtor_kind: DebtorKind | None
    number: str
    number_key: str
    issue_date: date | None
    due_date: date
    amount_cents: int
    balance_cents: int | None
    paid_date: date | None
    paid_cents: int | None
    installment: int | None
    installments: int | None
    email: str | None
    phone: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    currency: str | None
    description: str | None
    boleto_line: str | None
    extra: Mapping[str, str]


def known_since(due: date, paid: date | None, today: date) -> date:
    """The first day on which an invoice is known to exist when nobody says when it was issued.

    It was there when it was due, when it was paid, and when it was told, whichever came first.
    """
    return min(due, today) if paid is None else min(due, paid, today)


class PaymentRow(NamedTuple):
    """One payment, in centavos, of a receivable (`number_key`), or of a debtor without a number."""

    line: int
    debtor_key: str
    debtor_ref: str
    debtor_document: str | None
    debtor_name: str | None
    number: str
    number_key: str
    paid_date: date
    amount_cents: int
    installment: int | None
    description: str | None
    extra: Mapping[str, str]


class DebtorRow(NamedTuple):
    """One debtor of a register, without receivables."""

    line: int
    debtor_key: str
    debtor_ref: str
    debtor_document: str | None
    debtor_name: str | None
    debtor_kind: DebtorKind | None
    email: str | None
    phone: str | None
    address: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    extra: Mapping[str, str]


Row = ReceivableRow | PaymentRow | DebtorRow
