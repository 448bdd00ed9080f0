"""The facts that planning needs of each debtor, and what it decides: touches, skips and warnings.

All are tuples, so that a database can stream them by the hundred thousand.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from bpo.domain.reminders.holds import Hold
from bpo.domain.reminders.reasons import Code, Reason
from bpo.domain.reminders.steps import AnchorKind, Channel, Step
from bpo.kernel.text import Phrase


class Open(NamedTuple):
    """An open receivable; `open_cents` is its balance.

    `hold`: a pause of this receivable alone (a dispute). `known_on`: the day it became known to the
    workspace, when that was after it was issued. `agreement`: it is an instalment of that one.
    """

    id: int
    issue: date
    due: date
    effective_due: date
    open_cents: int
    hold: Hold | None = None
    known_on: date | None = None
    agreement: int | None = None


class Past(NamedTuple):
    """A contact of this campaign with the debtor that was not cancelled (see `deliveries.COUNTS`).

    `completed_on`: the local day its outcome was settled; None while it is planned, being sent or
    to be tried again. A task is complete on the day it was handed to a person.
    """

    step_key: str
    anchor_kind: str
    anchor_id: int
    cycle: int
    planned_on: date
    completed_on: date | None


class Debtor(NamedTuple):
    """A debtor as planning sees it.

    `state`: UF. `reachable`: channels with a valid address, `opted_out`: channels refused (share
    these sets between debtors). `contacts`: days of contacts of the last week over all campaigns
    and by people, one per contact, without those this campaign planned today. `settled`: for
    debtors with a `past`, (effective due, settled on) of receivables settled since the last
    contact after their effective due date. `elsewhere`: the day of the last overdue contact by
    another campaign. `first_purchase`: all that the debtor ever bought was sold on one day (known
    only where a campaign asks for it).
    """

    id: int
    open: Sequence[Open]
    state: str | None = None
    risk_class: str | None = None
    consumer: bool = False
    reachable: frozenset[str] = frozenset()
    opted_out: frozenset[str] = frozenset()
    holds: Sequence[Hold] = ()
    past: Sequence[Past] = ()
    contacts: Sequence[date] = ()
    settled: Sequence[tuple[date, date]] = ()
    tags: frozenset[str] = frozenset()
    elsewhere: date | None = None
    first_purchase: bool = False


class Touch(NamedTuple):
    """One contact on one channel.

    Its key, unique in a workspace, is (debtor_id, campaign_id, anchor_kind, anchor_id, cycle,
    step_key, channel). `anchor_id`: for `due_date` the day as yyyymmdd (the effective due date, or
    the issue date for issue steps), for `debtor` the debtor, for `payment` the payment.
    `total_cents` is the balance of the receivables listed, late charges apart.
    """

    debtor_id: int
    campaign_id: int
    anchor_kind: AnchorKind
    anchor_id: int
    cycle: int
    step_key: str
    channel: Channel
    template: str
    planned_on: date
    scheduled_at: datetime
    receivables: tuple[Open, ...]
    total_cents: int
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What makes a second contact impossible."""
        return (
            self.debtor_id,
            self.campaign_id,
            self.anchor_kind,
            self.anchor_id,
            self.cycle,
            self.step_key,
            self.channel,
        )

    @property
    def receivable_ids(self) -> tuple[int, ...]:
        """The receivables that the contact lists."""
        return tuple(item.id for item in self.receivables)

    @property
    def anchor(self) -> str:
        """The anchor in one word: `due_date:20261125`, `debtor:17`."""
        return f"{self.anchor_kind}:{self.anchor_id}"


class Skip(NamedTuple):
    """A debtor with something open who is left in peace today, why, and the next chance."""

    debtor_id: int
    reasons: tuple[Reason, ...]
    next_on: date | None

    @property
    def codes(self) -> list[Code]:
        """The codes of the reasons, each once, in order."""
        return list(dict.fromkeys(reason.code for reason in self.reasons))


class Plan(NamedTuple):
    """What one campaign does on one day."""

    touches: list[Touch]
    skips: list[Skip]
    warnings: list[Phrase]


class Offer(NamedTuple):
    """A step whose time has come for a debtor, before caps; at least one channel can be used."""

    kind: AnchorKind
    anchor_id: int
    cycle: int
    step: Step
    channels: tuple[Channel, ...]
    items: tuple[Open, ...]
    remarks: tuple[Reason, ...]


def day_number(day: date) -> int:
    """A day as the integer yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day
