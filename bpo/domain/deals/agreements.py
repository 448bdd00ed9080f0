"""Agreements: their states, what they take in, and how a broken one gives it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bpo.domain.books.receivables import Entry, EntryKind
from bpo.kernel.errors import Conflict
from bpo.kernel.text import Phrase


class State(StrEnum):
    """Where an agreement stands.

    `DRAFT` waits for an approval, `OFFERED` for the debtor; `COUNTERED`: the debtor answered with
    another amount. `ACCEPTED`: agreed, nothing paid yet; `ACTIVE`: being paid.
    """

    DRAFT = "draft"
    OFFERED = "offered"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    SETTLED = "settled"
    BROKEN = "broken"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


_UNANSWERED = frozenset({State.REFUSED, State.EXPIRED, State.CANCELLED})
TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.OFFERED}) | _UNANSWERED,
    State.OFFERED: frozenset({State.COUNTERED, State.ACCEPTED}) | _UNANSWERED,
    State.COUNTERED: frozenset({State.ACCEPTED}) | _UNANSWERED,
    State.ACCEPTED: frozenset({State.ACTIVE, State.SETTLED, State.BROKEN, State.CANCELLED}),
    State.ACTIVE: frozenset({State.SETTLED, State.BROKEN, State.CANCELLED}),
    State.SETTLED: frozenset({State.ACTIVE}),
    State.BROKEN: frozenset(),
    State.REFUSED: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
}
"""A payment given back after the end opens a settled agreement again."""

ACCEPTABLE = frozenset({State.OFFERED, State.COUNTERED})
WAITING = ACCEPTABLE | {State.DRAFT}
RUNNING = frozenset({State.ACCEPTED, State.ACTIVE})
AGREED = RUNNING | {State.SETTLED, State.BROKEN}
OVER = frozenset(State) - WAITING - RUNNING

LABELS = {
    State.DRAFT: Phrase("Waiting for approval"),
    State.OFFERED: Phrase("Offered"),
    State.COUNTERED: Phrase("Answered with another amount"),
    State.ACCEPTED: Phrase("Accepted"),
    State.ACTIVE: Phrase("Being paid"),
    State.SETTLED: Phrase("Paid off"),
    State.BROKEN: Phrase("Broken"),
    State.REFUSED: Phrase("Refused"),
    State.EXPIRED: Phrase("Expired"),
    State.CANCELLED: Phrase("Cancelled"),
}


def move(state: State, to: State) -> State:
    """The new state. Raises Conflict when the step is not legal."""
    if to not in TRANSITIONS[state]:
        raise Conflict(
            "This agreement stands at “{state}” and cannot become “{to}”",
            state=LABELS[state],
            to=LABELS[to],
        )
    return to


@dataclass(frozen=True, slots=True)
class Part:
    """Of one original receivable: principal, fine and interest, in centavos."""

    receivable_id: int
    due_date: date
    principal_cents: int
    fine_cents: int = 0
    interest_cents: int = 0

    @property
    def total_cents(self) -> int:
        """All three together."""
        return self.principal_cents + self.fine_cents + self.interest_cents


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an agreement has come; amounts in centavos.

    `paid_cents` is money only, late charges of the instalments included. `oldest_due`: the
    effective due date of the oldest instalment still open.
    """

    open_count: int
    paid_cents: int
    oldest_due: date | None = None


def impute(taken: Iterable[Part], paid_cents: int) -> tuple[Part, ...]:
    """What money paid on the instalments has settled of the originals.

    The oldest due first; of each its interest, then its fine, then its principal (Civil Code art.
    354 and 355), up to what the agreement took in.
    """
    left, found = paid_cents, []
    for part in sorted(taken, key=lambda one: (one.due_date, one.receivable_id)):
        interest = min(left, part.interest_cents)
        fine = min(left - interest, part.fine_cents)
        principal = min(left - interest - fine, part.principal_cents)
        left -= interest + fine + principal
        found.append(Part(part.receivable_id, part.due_date, principal, fine, interest))
    return tuple(found)


def remainder(taken: Sequence[Part], paid_cents: int) -> tuple[Part, ...]:
    """What goes back to the originals when the agreement ends unpaid: all less what was paid."""
    settled = {part.receivable_id: part for part in impute(taken, paid_cents)}
    return tuple(_less(part, settled[part.receivable_id]) for part in taken)


def taking(part: Part, on: date) -> Entry:
    """The entry by which an original leaves the balance, charges of the day included."""
    return Entry(
        on, EntryKind.AGREEMENT, part.principal_cents, part.fine_cents, part.interest_cents
    )


def giving_back(part: Part, on: date) -> Entry:
    """The entry by which an original comes back with what was not paid."""
    return Entry(
        on, EntryKind.AGREEMENT, -part.principal_cents, -part.fine_cents, -part.interest_cents
    )


def judge(state: State, seen: Progress, today: date, breach_days: int, taken_cents: int) -> State:
    """What an agreed plan is at the end of `today`; one that cannot legally move stays.

    Settled: no instalment open. Broken: the oldest open instalment is more than `breach_days` days
    past its effective due date, unless what was paid already covers all `taken_cents` of the
    originals: nothing could be given back, the rest stays due as instalments. Active: something
    has been paid.
    """
    after = _judged(state, seen, today, breach_days, taken_cents)
    return after if after in TRANSITIONS[state] else state


def _judged(state: State, seen: Progress, today: date, breach_days: int, taken_cents: int) -> State:
    if not seen.open_count:
        return State.SETTLED
    if is_breached(seen, today, breach_days) and seen.paid_cents < taken_cents:
        return State.BROKEN
    return State.ACTIVE if seen.paid_cents else state


def is_breached(seen: Progress, today: date, breach_days: int) -> bool:
    """Whether an instalment has waited longer than the agreement allows."""
    return seen.oldest_due is not None and today > last_chance(seen.oldest_due, breach_days)


def last_chance(effective_due: date, breach_days: int) -> date:
    """The last day on which paying an instalment keeps the agreement."""
    return effective_due + timedelta(days=breach_days)


def number(agreement_id: int, position: int | None = None) -> str:
    """`AC-12`, and `AC-12/1` for its first instalment."""
    return f"AC-{agreement_id}" if position is None else f"AC-{agreement_id}/{position}"


def _less(part: Part, settled: Part) -> Part:
    return Part(
        part.receivable_id,
        part.due_date,
        part.principal_cents - settled.principal_cents,
        part.fine_cents - settled.fine_cents,
        part.interest_cents - settled.interest_cents,
    )
