"""Debtors with a history, for the stories about behaviour, class and offers."""

from collections.abc import Iterable
from datetime import date, timedelta

from bpo.domain.deals import behaviour, proposals, risk
from bpo.domain.deals.behaviour import Commitment, History, Move, Record, Running
from bpo.domain.deals.terms import Debt, Situation
from bpo.kernel.calendar import Calendar

TODAY = date(2026, 11, 23)
CALENDAR = Calendar()


def invoice(number: int, due: date, amount_cents: int = 120_000, *moves: Move) -> Record:
    """A receivable issued 30 days before its due date."""
    effective = CALENDAR.effective_due(due)
    return Record(number, due - timedelta(days=30), due, effective, amount_cents, moves)


def paid(number: int, due: date, late_days: int = 0, amount_cents: int = 120_000) -> Record:
    """A receivable paid in full so many days after its effective due date."""
    on_day = CALENDAR.effective_due(due) + timedelta(days=late_days)
    return invoice(number, due, amount_cents, Move(on_day, amount_cents, amount_cents))


def month(ago: int) -> date:
    """The tenth day, `ago` months before November 2026."""
    index = 2026 * 12 + 10 - ago
    return date(index // 12, index % 12 + 1, 10)


def yearly(*late: int) -> tuple[Record, ...]:
    """One invoice a month up to last month, with these delays, the latest last."""
    return tuple(paid(n, month(len(late) - n), days) for n, days in enumerate(late))


def situation(
    records: Iterable[Record] = (),
    debts: Iterable[Debt] = (),
    promises: Iterable[Commitment] = (),
    running: Iterable[Running] = (),
    consumer: bool = False,
    today: date = TODAY,
) -> Situation:
    """A debtor as the service would describe them."""
    history = History(tuple(records), tuple(promises), (), tuple(running))
    facts = behaviour.observe(history, today)
    return Situation(tuple(debts), facts, risk.classify(facts), consumer)


def owing(
    principal_cents: int, days_late: int = 45, fine_cents: int = 0, interest_cents: int = 0
) -> Debt:
    """One open title."""
    return Debt(900, "F-900", principal_cents, fine_cents, interest_cents, days_late)


def kinds(found: Iterable[proposals.Offer]) -> list[str]:
    """The kinds of offers, sorted."""
    return sorted(offer.kind for offer in found)


def templates(offer: proposals.Offer) -> list[str]:
    """The sentences of an offer before their values."""
    return [reason.template for reason in offer.reasons]
