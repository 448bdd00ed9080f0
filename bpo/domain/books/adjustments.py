"""What a creditor takes off a receivable without money, who may, and how any of it is undone."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bpo.domain.books.charges import AmountDue
from bpo.domain.books.policies import ApprovalLimit
from bpo.domain.books.receivables import Entry, EntryKind, Receivable
from bpo.domain.people.access import Permission
from bpo.kernel.errors import BadInput, Conflict
from bpo.kernel.text import Phrase

SHORTEST_REASON = 3


class Act(StrEnum):
    """A change of a receivable that is no money.

    `REBATE`: the creditor asks for less. `WITHDRAWAL`: the title should not be paid at all (a sale
    undone, an invoice issued twice). `WRITE_OFF`: it is owed, and nobody expects it any more.
    `WAIVER`: late charges are given up, the principal stays.
    """

    REBATE = "rebate"
    WITHDRAWAL = "withdrawal"
    WRITE_OFF = "write_off"
    WAIVER = "waiver"


LABELS = {
    Act.REBATE: Phrase("Rebate"),
    Act.WITHDRAWAL: Phrase("Withdraw the title"),
    Act.WRITE_OFF: Phrase("Write off"),
    Act.WAIVER: Phrase("Waive charges"),
}
PERMISSIONS = {
    EntryKind.PAYMENT: Permission.RECORD_PAYMENT,
    EntryKind.REBATE: Permission.ADJUST,
    EntryKind.WITHDRAWAL: Permission.ADJUST,
    EntryKind.WAIVER: Permission.ADJUST,
    EntryKind.WRITE_OFF: Permission.WRITE_OFF,
}
"""What it takes to make an entry of a kind, and to undo it; kinds not named are not undone alone.

A discount goes with its payment, an agreement is ended as a whole.
"""


class Recorded(NamedTuple):
    """An entry as it stands in the books: `undoes` and `undone_by` tie it to its opposite."""

    id: int
    entry: Entry
    payment_id: int | None = None
    undoes: int | None = None
    undone_by: int | None = None

    @property
    def stands(self) -> bool:
        """Neither undone nor the undoing of another."""
        return self.undoes is None and self.undone_by is None


def reason(text: str | None) -> str:
    """The reason as it is kept. Raises BadInput when there is none worth the name."""
    plain = " ".join((text or "").split())
    if len(plain) < SHORTEST_REASON:
        raise BadInput("Say why: the reason stays in the history", field="reason")
    return plain


def room(receivable: Receivable, on: date) -> int:
    """The most principal that an entry dated `on` can take off: no later day goes below zero."""
    days = sorted({on, *(entry.on for entry in receivable.entries if entry.on > on)})
    return min(_balance(receivable, day) for day in days)


def rebate(receivable: Receivable, cents: int, on: date) -> Entry:
    """So many centavos less, dated `on`. Raises BadInput for more than is open from that day on."""
    if cents <= 0:
        raise BadInput("The amount must be above zero", field="amount")
    most = room(receivable, on)
    if cents > most:
        raise BadInput(
            "At most {most_cents} can be taken off on that day", field="amount", most_cents=most
        )
    return Entry(on, EntryKind.REBATE, cents)


def withdrawal(receivable: Receivable, on: date) -> Entry:
    """Whatever is open, taken back by the creditor; charges never were owed on it."""
    return Entry(on, EntryKind.WITHDRAWAL, _remainder(receivable, on))


def write_off(due: AmountDue) -> Entry:
    """Whatever is open on the day, with its charges, given up for the books."""
    remainder = _remainder(due.receivable, due.day)
    return Entry(due.day, EntryKind.WRITE_OFF, remainder, due.fine_cents, due.interest_cents)


def waiver(due: AmountDue, fine_cents: int, interest_cents: int) -> Entry:
    """Fine and interest of the day given up, in centavos; interest of later days runs on.

    Raises BadInput for more than is charged, Conflict when nothing is.
    """
    if not (due.fine_cents or due.interest_cents):
        raise Conflict("There are no charges to waive on this day")
    for name, asked, most in (
        ("fine", fine_cents, due.fine_cents),
        ("interest", interest_cents, due.interest_cents),
    ):
        if not 0 <= asked <= most:
            raise BadInput("At most {most_cents} can be waived", field=name, most_cents=most)
    if not (fine_cents or interest_cents):
        raise BadInput("The amount must be above zero", field="fine")
    return Entry(due.day, EntryKind.WAIVER, 0, fine_cents, interest_cents)


def check_rebate(limit: ApprovalLimit, receivable: Receivable, cents: int) -> None:
    """Raise BadInput when rebates would exceed the share of the amount that a role may give."""
    most = _most_off(limit, receivable)
    if cents > most:
        raise BadInput(
            "Your role may take off {most_cents} of this receivable: ask the BPO manager for more",
            field="amount",
            most_cents=most,
        )


def check_withdrawal(limit: ApprovalLimit, receivable: Receivable, entry: Entry) -> None:
    """Raise BadInput when taking a title back gives up more principal than the role may.

    Counted like a rebate, so that neither is a way around the other. Who may write off is not
    asked: a title taken back is a smaller thing.
    """
    most = _most_off(limit, receivable)
    if entry.principal_cents > most:
        raise BadInput(
            "Your role may take back {most_cents} of this title: ask the BPO manager for more",
            field="reason",
            most_cents=most,
        )


def _most_off(limit: ApprovalLimit, receivable: Receivable) -> int:
    """The centavos of principal that a role may still give up, less what rebates gave."""
    given = sum(e.principal_cents for e in receivable.entries if e.kind is EntryKind.REBATE)
    return max(int(receivable.amount_cents * limit.principal_rate) - given, 0)


def check_waiver(limit: ApprovalLimit, due: AmountDue, entry: Entry) -> None:
    """Raise BadInput when waivers would exceed the share of the charges that a role may give up."""
    waived = sum(_charges(e) for e in due.receivable.entries if e.kind is EntryKind.WAIVER)
    charged = due.fine_cents + due.interest_cents + waived
    most = max(int(charged * limit.charges_rate) - waived, 0)
    if _charges(entry) > most:
        raise BadInput(
            "Your role may waive {most_cents} of these charges: ask the BPO manager for more",
            field="fine",
            most_cents=most,
        )


def check_act(act: Act, *, is_instalment: bool) -> None:
    """Raise Conflict for what would end an instalment without the agreement it belongs to."""
    if is_instalment and act in (Act.WITHDRAWAL, Act.WRITE_OFF):
        raise Conflict("An instalment goes with its agreement: call the agreement off instead")


def check_undo(
    chosen: Recorded, *, is_instalment: bool, is_imported: bool, open_cents: int
) -> None:
    """Raise Conflict for an entry that something larger made, or on which a settlement rests.

    An agreement that ended withdrew its instalments and gave its originals back; an import that
    was undone withdrew its titles, and its file can be taken again: either would be owed twice.
    Charges waived are charged again only while somebody is still asked for them.
    """
    if chosen.entry.kind is EntryKind.WITHDRAWAL and is_instalment:
        raise Conflict("This instalment ended with its agreement: make a new agreement instead")
    if chosen.entry.kind is EntryKind.WITHDRAWAL and is_imported:
        raise Conflict("This title went with an import that was undone: import the file again")
    if chosen.entry.kind is EntryKind.WAIVER and not open_cents:
        raise Conflict("The title is settled: undo what settled it first")


def together(chosen: Recorded, recorded: Iterable[Recorded]) -> tuple[Recorded, ...]:
    """The entries that are undone with one: all that a payment did to the receivable that day.

    Raises Conflict for what is undone already, undoes another, or is not undone by itself.
    """
    if chosen.undoes is not None or chosen.entry.kind is EntryKind.REVERSAL:
        raise Conflict("This entry undoes another: record the act again instead")
    if chosen.undone_by is not None:
        raise Conflict("This entry has already been undone")
    if chosen.payment_id is None:
        if chosen.entry.kind not in PERMISSIONS or chosen.entry.kind is EntryKind.PAYMENT:
            raise Conflict("This entry is not undone by itself")
        return (chosen,)
    return tuple(
        one
        for one in recorded
        if one.stands and one.payment_id == chosen.payment_id and one.entry.on == chosen.entry.on
    )


def can_undo(one: Recorded) -> bool:
    """Whether the entry may be undone from the receivable's page."""
    return one.stands and one.entry.kind in PERMISSIONS


def _remainder(receivable: Receivable, on: date) -> int:
    left = receivable.amount_cents - sum(entry.principal_cents for entry in receivable.entries)
    if left <= 0:
        raise Conflict("Nothing is open on this receivable")
    if room(receivable, on) < left:
        raise BadInput("Later movements stand in the way: choose a later day", field="on")
    return left


def _balance(receivable: Receivable, day: date) -> int:
    taken = sum(entry.principal_cents for entry in receivable.entries if entry.on <= day)
    return receivable.amount_cents - taken


def _charges(entry: Entry) -> int:
    return entry.fine_cents + entry.interest_cents
