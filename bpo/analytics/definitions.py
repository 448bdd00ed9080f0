"""Why a number is what it is: name, definition and denominator of every figure, in words."""

from dataclasses import dataclass

from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means, for people. `denominator` is what it is divided by, if anything.

    `unit` is `cents`, `count`, `days` or `pct`.
    """

    name: Phrase
    meaning: Phrase
    unit: str
    denominator: Phrase | None = None


_SALES = Phrase("Amount issued in the last 90 days")
_OPEN = Phrase("Open balance")
_MONEY = Phrase("Money received in the month")

DEFINITIONS: dict[str, Definition] = {
    "open_cents": Definition(
        Phrase("Open"),
        Phrase(
            "Everything issued until the day and not yet settled: face amounts less payments,"
            " rebates, discounts and write-offs. Late charges are not in it."
        ),
        "cents",
    ),
    "open_count": Definition(
        Phrase("Open invoices"), Phrase("Number of invoices with an open balance."), "count"
    ),
    "overdue_cents": Definition(
        Phrase("Overdue"),
        Phrase(
            "Open balance of invoices whose due date, moved to the next business day when it fell"
            " on a closed one, has passed."
        ),
        "cents",
    ),
    "aging_cents": Definition(
        Phrase("Ageing"),
        Phrase(
            "Open balance by days since the original due date. What is due today, or on a closed"
            " day just before, is not overdue yet. 90+ is more than 90 days."
        ),
        "cents",
    ),
    "roll_pct": Definition(
        Phrase("Roll rate"),
        Phrase(
            "Of what was open in an age at the end of last month, the share that is still open and"
            " older by an age. The rest was settled, was renegotiated, or has the same age: the"
            " four come to what was open."
        ),
        "pct",
        Phrase("Open balance of the age at the end of last month"),
    ),
    "dso_simple_90": Definition(
        Phrase("DSO"),
        Phrase(
            "Days sales outstanding: how many days of sales the open balance stands for. Open"
            " balance divided by the amount issued in the last 90 days, times 90."
        ),
        "days",
        _SALES,
    ),
    "bpdso_90": Definition(
        Phrase("Best possible DSO"),
        Phrase("What the DSO would be if nothing were overdue."),
        "days",
        _SALES,
    ),
    "add": Definition(
        Phrase("Average days delinquent"),
        Phrase("DSO less best possible DSO: the days that late payment adds."),
        "days",
        _SALES,
    ),
    "dso_countback": Definition(
        Phrase("Count-back DSO"),
        Phrase(
            "The open balance is set against the sales of each month, the latest first, until it"
            " is used up; the days of those months are added. It follows seasons better."
        ),
        "days",
        Phrase("Amount issued in each month"),
    ),
    "true_dso_open": Definition(
        Phrase("Age of the open balance"),
        Phrase("Mean days since issue of what is open, weighted by balance."),
        "days",
        _OPEN,
    ),
    "pmr_month": Definition(
        Phrase("Average collection period"),
        Phrase(
            "Mean days from issue to payment of the money received in the month, weighted by"
            " amount. Write-offs and withdrawals do not count."
        ),
        "days",
        _MONEY,
    ),
    "avg_delay_month": Definition(
        Phrase("Average delay"),
        Phrase(
            "Mean days from the effective due date to payment of the money received in the month,"
            " weighted by amount. Negative: paid early."
        ),
        "days",
        _MONEY,
    ),
    "cei_month": Definition(
        Phrase("Collection effectiveness"),
        Phrase(
            "Of all that could be collected in the month, the share that was: opening balance plus"
            " sales less closing balance, divided by opening balance plus sales less what is not"
            " yet overdue."
        ),
        "pct",
        Phrase("Opening balance plus sales of the month less what is not yet overdue"),
    ),
    "delinq_gt0_pct": Definition(
        Phrase("Overdue share"),
        Phrase("Share of the open balance that is overdue by any number of days."),
        "pct",
        _OPEN,
    ),
    "delinq_gt30_pct": Definition(
        Phrase("Overdue more than 30 days"),
        Phrase("Share of the open balance that is more than 30 days late."),
        "pct",
        _OPEN,
    ),
    "expected_loss_cents": Definition(
        Phrase("Expected loss"),
        Phrase(
            "An estimate, no accounting: open balance by age times the share that is lost of it: by"
            " the roll rates of the company's own last twelve months as far as they tell enough,"
            " else usual shares, from 0.5% of what is not due to all past 180 days."
        ),
        "cents",
    ),
    "promises_kept_pct": Definition(
        Phrase("Promises kept"),
        Phrase(
            "Of the promises to pay that ended in the last 90 days, the share that was kept: at"
            " least 95% paid by the next business day. Paid in part is not kept; open ones do not"
            " count."
        ),
        "pct",
        Phrase("Promises that ended in the last 90 days"),
    ),
    "plans_broken_pct": Definition(
        Phrase("Plans broken"),
        Phrase(
            "Of the agreements with an instalment due in the last 90 days, the share that was"
            " broken in them or has an instalment more than 10 days late."
        ),
        "pct",
        Phrase("Agreements with an instalment due in the last 90 days"),
    ),
    "issued_month_cents": Definition(
        Phrase("Issued in the month"),
        Phrase("Face amount of the invoices issued from the first day of the month."),
        "cents",
    ),
    "received_month_cents": Definition(
        Phrase("Received in the month"),
        Phrase(
            "Money received on invoices from the first day of the month, late charges included,"
            " less what was given back. Credits not yet matched to an invoice are shown apart."
        ),
        "cents",
    ),
    "received_week_cents": Definition(
        Phrase("Received in the week"),
        Phrase("Money received on invoices from Monday on, late charges included."),
        "cents",
    ),
    "expected_cents": Definition(
        Phrase("Expected"),
        Phrase(
            "Each open balance times the chance that it is paid in those weeks, as the company's"
            " own model sees it on the day, and what of late has come in parts besides. Sales to"
            " come are not in it."
        ),
        "cents",
    ),
    "due_cents": Definition(
        Phrase("Falls due"),
        Phrase("Open balance of the invoices whose effective due date lies in that week."),
        "cents",
    ),
}
