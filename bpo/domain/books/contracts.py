"""What a contract says about paying late or early, as far as charges need to know it."""

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bpo.domain.books.indices import Correction
from bpo.domain.books.legal_rates import LegalRates


class InterestBase(StrEnum):
    """The day from which late interest counts when the due date fell on a closed day.

    `ORIGINAL`: the due date itself (boleto practice, STJ 2022). `EXTENDED`: the effective due date
    (the dynamic Pix charge).
    """

    ORIGINAL = "original"
    EXTENDED = "extended"


class Discount(Protocol):
    """An early-payment discount: a share of the open principal or centavos, never both."""

    @property
    def days_before(self) -> int: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def cents(self) -> int: ...


class Terms(Protocol):
    """What a contract says about paying late or early; a collection policy is one.

    Rates are fractions: `Decimal("0.02")` is 2%. `monthly_rate` is simple interest per 30 days.
    With `legal_rates` no rate was agreed: the law's monthly rates hold instead. With `correction`
    an index of prices was agreed besides.
    """

    @property
    def fine_rate(self) -> Decimal: ...
    @property
    def monthly_rate(self) -> Decimal: ...
    @property
    def legal_rates(self) -> LegalRates | None: ...
    @property
    def correction(self) -> Correction | None: ...
    @property
    def interest_base(self) -> InterestBase: ...
    @property
    def grace_days(self) -> int: ...
    @property
    def discounts(self) -> tuple[Discount, ...]: ...
