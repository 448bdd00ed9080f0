"""How each state of a thing is named and coloured on a badge."""

from enum import StrEnum

from bpo.kernel.text import Phrase


class Tone(StrEnum):
    """What a colour means, whatever the theme."""

    NEUTRAL = "neutral"
    INFO = "info"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


_N, _I, _G, _W, _B = Tone.NEUTRAL, Tone.INFO, Tone.GOOD, Tone.WARNING, Tone.BAD

BADGES: dict[str, tuple[Phrase, Tone]] = {
    # receivables and payments
    "open": (Phrase("Open"), _I),
    "due_today": (Phrase("Due today"), _W),
    "overdue": (Phrase("Overdue"), _B),
    "paid": (Phrase("Paid"), _G),
    "partly_paid": (Phrase("Partly paid"), _W),
    "written_off": (Phrase("Written off"), _N),
    "renegotiated": (Phrase("Renegotiated"), _N),
    "disputed": (Phrase("Disputed"), _W),
    "upheld": (Phrase("Upheld"), _W),
    "partly_upheld": (Phrase("Upheld in part"), _W),
    "withdrawn": (Phrase("Withdrawn"), _N),
    "refunded": (Phrase("Refunded"), _N),
    "unmatched": (Phrase("To reconcile"), _W),
    "matched": (Phrase("Reconciled"), _G),
    "suggested": (Phrase("Suggested match"), _I),
    # deliveries
    "planned": (Phrase("Planned"), _I),
    "sending": (Phrase("Sending"), _I),
    "sent": (Phrase("Sent"), _G),
    "delivered": (Phrase("Delivered"), _G),
    "opened": (Phrase("Read"), _G),
    "failed": (Phrase("Failed"), _B),
    "refused": (Phrase("Refused"), _B),
    "bounced": (Phrase("Bounced"), _B),
    "complained": (Phrase("Marked as spam"), _B),
    "delayed": (Phrase("Delayed"), _W),
    "uncertain": (Phrase("Uncertain"), _W),
    "skipped": (Phrase("Skipped"), _N),
    "cancelled": (Phrase("Cancelled"), _N),
    # promises and agreements
    "draft": (Phrase("Draft"), _N),
    "kept": (Phrase("Kept"), _G),
    "partly_kept": (Phrase("Partly kept"), _W),
    "broken": (Phrase("Broken"), _B),
    "offered": (Phrase("Offered"), _I),
    "countered": (Phrase("Counter-offer"), _W),
    "accepted": (Phrase("Accepted"), _G),
    "settled": (Phrase("Settled"), _G),
    "expired": (Phrase("Expired"), _N),
    # campaigns, holds, tasks, users
    "active": (Phrase("Active"), _G),
    "inactive": (Phrase("Inactive"), _N),
    "running": (Phrase("Running"), _I),
    "paused": (Phrase("Paused"), _W),
    "archived": (Phrase("Archived"), _N),
    "awaiting_go": (Phrase("Waiting for a go"), _W),
    "waiting": (Phrase("Waiting"), _N),
    "dismissed": (Phrase("Dismissed"), _N),
    "valid": (Phrase("Valid"), _G),
    "invalid": (Phrase("Invalid"), _B),
    "on_hold": (Phrase("On hold"), _W),
    "released": (Phrase("Released"), _N),
    "invited": (Phrase("Invited"), _I),
    "approved": (Phrase("Approved"), _G),
    "rejected": (Phrase("Rejected"), _B),
    "pending": (Phrase("Pending"), _W),
    # imports and reports
    "uploaded": (Phrase("Uploaded"), _N),
    "queued": (Phrase("Queued"), _N),
    "mapping": (Phrase("To be checked"), _W),
    "ambiguous": (Phrase("Needs an answer"), _W),
    "working": (Phrase("Working"), _I),
    "applied": (Phrase("Applied"), _G),
    "unchanged": (Phrase("Unchanged"), _N),
    "built": (Phrase("Ready"), _G),
    "ready": (Phrase("Ready"), _G),
    "done": (Phrase("Done"), _G),
    "undone": (Phrase("Undone"), _N),
    "due": (Phrase("To be made"), _N),
    "stale": (Phrase("Out of date"), _W),
}


def label(status: str) -> Phrase:
    """The name of a state; one that is not listed is shown with its words spaced."""
    return BADGES[status][0] if status in BADGES else Phrase(spelled(status))


def tone(status: str) -> Tone:
    """The tone of a state; one that is not listed is neutral."""
    return BADGES[status][1] if status in BADGES else Tone.NEUTRAL


def spelled(status: str) -> str:
    """A code as words: `partly_paid` is `Partly paid`."""
    return str(status).replace("_", " ").capitalize()
