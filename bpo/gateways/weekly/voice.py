"""How the weekly report speaks: one reader's language and currency."""

import re
from dataclasses import dataclass

from bpo.gateways import wording
from bpo.kernel.text import Phrase

_CURRENCY = re.compile(r"[^\d-]+(?=\d)")
_TOO_WIDE_CENTS = 10_000_000_000
_LONG_CENTS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's language and currency."""

    locale: str
    currency: str = "BRL"

    def say(self, template: str, **params: object) -> str:
        """A sentence with its values formatted by name and type, as `Phrase` says."""
        told = {name: self._told(name, value) for name, value in params.items()}
        return self.phrase(Phrase(template, **told))

    def _told(self, name: str, value: object) -> object:
        return self.brief(value) if name.endswith("_cents") and isinstance(value, int) else value

    def phrase(self, phrase: Phrase) -> str:
        """A phrase from another layer."""
        return wording.say(phrase, self.locale, currency=self.currency)

    def count(self, singular: str, plural: str, number: int, **params: str) -> str:
        """The noun that goes with a number; other values as `%(name)s`."""
        return wording.ngettext(
            singular, plural, number, self.locale, num=self.number(number), **params
        )

    def money(self, cents: int) -> str:
        """An amount in full; from a hundred million on, which no column holds, a short one."""
        if abs(cents) >= _TOO_WIDE_CENTS:
            return self.short(cents)
        return wording.money(cents, self.locale, self.currency)

    def brief(self, cents: int) -> str:
        """An amount within a sentence: short from ten million on."""
        if abs(cents) >= _LONG_CENTS:
            return self.short(cents)
        return wording.money(cents, self.locale, self.currency)

    def short(self, cents: int) -> str:
        """An amount for an axis."""
        return wording.money_short(cents, self.locale, self.currency)

    def bare(self, cents: int) -> str:
        """A short amount without its currency, where something beside it tells that."""
        return _CURRENCY.sub("", self.short(cents), count=1)

    def number(self, value: float | None) -> str:
        """A figure with at most one decimal."""
        return wording.number(value, self.locale, 1)

    def percent(self, value: float | None) -> str:
        """A percentage with at most one decimal."""
        return wording.percent(value, self.locale)

    def days(self, value: float | None) -> str:
        """A duration in days, `41,3 dias`."""
        if value is None:
            return wording.NOTHING
        if round(value, 1) == 1:
            return self.say("{count} day", count=1)
        return self.say("{count} days", count=self.number(value))
