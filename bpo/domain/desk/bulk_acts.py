"""Acts on many debtors or receivables at once: what there is, what each needs, what is allowed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bpo.domain.desk import promises
from bpo.domain.desk.disputes import Grounds
from bpo.domain.people.access import Permission
from bpo.domain.reminders import holds
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


class Kind(StrEnum):
    """What is done to each chosen row."""

    HOLD = "hold"
    RELEASE = "release"
    PROMISE = "promise"
    DISPUTE = "dispute"
    TAG = "tag"
    UNTAG = "untag"


class List(StrEnum):
    """From which list the rows were chosen."""

    DEBTORS = "debtors"
    RECEIVABLES = "receivables"


LABELS = {
    Kind.HOLD: Phrase("Pause"),
    Kind.RELEASE: Phrase("Release"),
    Kind.PROMISE: Phrase("Promise"),
    Kind.DISPUTE: Phrase("Dispute"),
    Kind.TAG: Phrase("Tag"),
    Kind.UNTAG: Phrase("Take the tag off"),
}
NEEDS = {
    Kind.HOLD: Permission.HOLD,
    Kind.RELEASE: Permission.HOLD,
    Kind.DISPUTE: Permission.HOLD,
    Kind.PROMISE: Permission.CONTACT,
    Kind.TAG: Permission.EDIT_DEBTORS,
    Kind.UNTAG: Permission.EDIT_DEBTORS,
}
SUBJECTS = {
    Kind.HOLD: ("hold", "hold.place", "hold.release"),
    Kind.RELEASE: ("hold", "hold.release", "hold.place"),
    Kind.PROMISE: ("promise", "promise.make", "promise.cancel"),
    Kind.DISPUTE: ("dispute", "dispute.begin", "dispute.withdrawn"),
    Kind.TAG: ("debtor", "debtor.tag", "debtor.untag"),
    Kind.UNTAG: ("debtor", "debtor.untag", "debtor.tag"),
}
"""What an act leaves a row of, and the acts of the audit trail that do and undo it."""
RELEASABLE = (*holds.BY_PEOPLE, HoldReason.REPLY)
"""The pauses that people end: those they placed, and those of replies that wait to be read."""
MOST = 100_000
LONGEST_TAG = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """What an act says of every row; each kind needs its own part of it.

    A pause its reason and, perhaps, its last day; a promise its day (each debtor promises what is
    overdue, or what was chosen); a dispute its grounds; a tag its word.
    """

    reason: HoldReason = HoldReason.MANUAL
    until: date | None = None
    promised_for: date | None = None
    grounds: Grounds = Grounds.OTHER
    tag: str = ""

    def to_json(self, kind: Kind) -> dict[str, str | None]:
        """What is kept of it with the act, and told in the audit trail."""
        parts: dict[Kind, dict[str, str | None]] = {
            Kind.HOLD: {
                "reason": self.reason.value,
                "until": self.until.isoformat() if self.until else None,
            },
            Kind.PROMISE: {
                "promised_for": self.promised_for.isoformat() if self.promised_for else None
            },
            Kind.DISPUTE: {"reason": self.grounds.value},
            Kind.TAG: {"tag": self.tag},
            Kind.UNTAG: {"tag": self.tag},
        }
        return parts.get(kind, {})


def checked(kind: Kind, terms: Terms, today: date) -> Terms:
    """The terms in normal form. Raises BadInput by field for what a single act would refuse too."""
    if kind is Kind.HOLD:
        holds.check(terms.reason, terms.until, today)
    if kind is Kind.PROMISE:
        if terms.promised_for is None:
            raise BadInput("Give the date", field="promised_for")
        promises.check(promises.Promise(1, today, terms.promised_for))
    if kind not in (Kind.TAG, Kind.UNTAG):
        return terms
    tag = " ".join(terms.tag.split())[:LONGEST_TAG]
    if not tag or "," in tag:
        raise BadInput("Give one tag, without a comma", field="tag")
    return Terms(tag=tag)
