"""The exact terms of an agreement: frozen when it is offered, known by their fingerprint."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.deals.agreements import Part
from bpo.domain.deals.installments import Installment
from bpo.domain.deals.terms import Offer


@dataclass(frozen=True, slots=True)
class Party:
    """Who agrees: name, CPF or CNPJ, and postal address, as known on the day."""

    name: str
    document: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """A receivable taken in, with what it asked for on the day of the offer, in centavos."""

    part: Part
    number: str

    @property
    def receivable_id(self) -> int:
        """The receivable."""
        return self.part.receivable_id


@dataclass(frozen=True, slots=True)
class Terms:
    """All that is agreed; amounts in centavos, rates as fractions.

    `total_cents` = principal and charges of the originals - `discount_cents` +
    `plan_interest_cents` = the sum of the instalments. `monthly_rate` is the interest of the plan;
    `fine_rate` and `late_rate` are what a late instalment costs. An instalment more than
    `breach_days` days late ends the agreement. `cost`: the CET a month and a year, for consumers.
    """

    creditor: Party
    debtor: Party
    kind: str
    as_of: date
    currency: str
    originals: tuple[Original, ...]
    discount_on_charges_cents: int
    discount_on_principal_cents: int
    plan_interest_cents: int
    monthly_rate: Decimal
    installments: tuple[Installment, ...]
    valid_until: date
    breach_days: int
    fine_rate: Decimal
    late_rate: Decimal
    cost: tuple[Decimal, Decimal] | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is taken in of each original."""
        return tuple(one.part for one in self.originals)

    @property
    def principal_cents(self) -> int:
        """Principal taken in."""
        return sum(part.principal_cents for part in self.parts)

    @property
    def charges_cents(self) -> int:
        """Fines and interest taken in."""
        return sum(part.fine_cents + part.interest_cents for part in self.parts)

    @property
    def taken_cents(self) -> int:
        """All that was owed on the day, before discount and interest of the plan."""
        return self.principal_cents + self.charges_cents

    @property
    def discount_cents(self) -> int:
        """What is let go when the agreement is kept."""
        return self.discount_on_charges_cents + self.discount_on_principal_cents

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return sum(one.amount_cents for one in self.installments)


def freeze(
    offer: Offer,
    originals: Iterable[Original],
    policy: CollectionPolicy,
    *,
    creditor: Party,
    debtor: Party,
    as_of: date,
    currency: str,
) -> Terms:
    """The terms of an offer about these originals, under the policy of the day."""
    late = policies.for_installments(policy)
    return Terms(
        creditor=creditor,
        debtor=debtor,
        kind=offer.kind.value,
        as_of=as_of,
        currency=currency,
        originals=tuple(sorted(originals, key=lambda one: one.receivable_id)),
        discount_on_charges_cents=offer.discount_on_charges_cents,
        discount_on_principal_cents=offer.discount_on_principal_cents,
        plan_interest_cents=offer.plan_interest_cents,
        monthly_rate=offer.monthly_rate,
        installments=offer.installments,
        valid_until=offer.valid_until,
        breach_days=policy.negotiation.breach_days,
        fine_rate=late.fine_rate,
        late_rate=late.monthly_rate,
        cost=(offer.cost.monthly_pct, offer.cost.annual_pct) if offer.cost else None,
    )


def fingerprint(terms: Terms) -> str:
    """The SHA-256 of the terms in their one written form; another centavo is another agreement."""
    written = json.dumps(to_json(terms), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def to_json(terms: Terms) -> dict[str, Any]:
    """The terms as plain JSON values: dates ISO, rates as text."""
    return {
        "creditor": _party_json(terms.creditor),
        "debtor": _party_json(terms.debtor),
        "kind": terms.kind,
        "as_of": terms.as_of.isoformat(),
        "currency": terms.currency,
        "receivables": [_original_json(one) for one in terms.originals],
        "discount_on_charges_cents": terms.discount_on_charges_cents,
        "discount_on_principal_cents": terms.discount_on_principal_cents,
        "plan_interest_cents": terms.plan_interest_cents,
        "total_cents": terms.total_cents,
        "monthly_rate": _rate_text(terms.monthly_rate),
        "installments": [
            {"due_date": one.due_date.isoformat(), "amount_cents": one.amount_cents}
            for one in terms.installments
        ],
        "valid_until": terms.valid_until.isoformat(),
        "breach_days": terms.breach_days,
        "fine_rate": _rate_text(terms.fine_rate),
        "late_rate": _rate_text(terms.late_rate),
        "cost": terms.cost and [str(one) for one in terms.cost],
    }


def from_json(values: Mapping[str, Any]) -> Terms:
    """The terms as they were frozen."""
    cost = values["cost"]
    return Terms(
        creditor=Party(**values["creditor"]),
        debtor=Party(**values["debtor"]),
        kind=values["kind"],
        as_of=date.fromisoformat(values["as_of"]),
        currency=values["currency"],
        originals=tuple(_original(one) for one in values["receivables"]),
        discount_on_charges_cents=values["discount_on_charges_cents"],
        discount_on_principal_cents=values["discount_on_principal_cents"],
        plan_interest_cents=values["plan_interest_cents"],
        monthly_rate=Decimal(values["monthly_rate"]),
        installments=_schedule(values["installments"]),
        valid_until=date.fromisoformat(values["valid_until"]),
        breach_days=values["breach_days"],
        fine_rate=Decimal(values["fine_rate"]),
        late_rate=Decimal(values["late_rate"]),
        cost=cost and (Decimal(cost[0]), Decimal(cost[1])),
    )


def _party_json(party: Party) -> dict[str, str]:
    return {"name": party.name, "document": party.document, "address": party.address}


def _rate_text(rate: Decimal) -> str:
    """One text for equal rates: 0.0200 and 0.02 are the same terms."""
    return format(rate.normalize(), "f")


def _schedule(rows: Sequence[Mapping[str, Any]]) -> tuple[Installment, ...]:
    return tuple(
        Installment(date.fromisoformat(row["due_date"]), row["amount_cents"]) for row in rows
    )


def _original_json(one: Original) -> dict[str, Any]:
    part = one.part
    return {
        "id": part.receivable_id,
        "number": one.number,
        "due_date": part.due_date.isoformat(),
        "principal_cents": part.principal_cents,
        "fine_cents": part.fine_cents,
        "interest_cents": part.interest_cents,
    }


def _original(row: Mapping[str, Any]) -> Original:
    part = Part(
        row["id"],
        date.fromisoformat(row["due_date"]),
        row["principal_cents"],
        row["fine_cents"],
        row["interest_cents"],
    )
    return Original(part, row["number"])
