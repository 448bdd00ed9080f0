"""An agreement on paper: what is acknowledged and paid, and how it was accepted, in words."""

from dataclasses import dataclass
from datetime import date

from bpo.domain.books.charges import percent
from bpo.domain.deals.agreement_terms import Terms
from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Said:
    """Who accepted, when by the creditor's clock, and from where."""

    name: str
    day: date
    clock: str
    by_staff: bool
    address: str = ""
    program: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that the PDF says; it needs nothing but the frozen terms and the acceptance."""

    number: str
    terms: Terms
    fingerprint: str
    said: Said

    @property
    def installments_told(self) -> Phrase:
        """How many payments."""
        count = len(self.terms.installments)
        return Phrase("in one payment" if count == 1 else "in {count} payments", count=count)

    @property
    def acknowledgment(self) -> Phrase:
        """The acknowledgment of debt (confissão de dívida)."""
        terms = self.terms
        return Phrase(
            "{debtor} acknowledges that on {day} {total_cents} were owed to {creditor}, for the"
            " receivables below with their late charges until that day.",
            debtor=terms.debtor.name,
            day=terms.as_of,
            total_cents=terms.taken_cents,
            creditor=terms.creditor.name,
        )

    @property
    def sums(self) -> tuple[Phrase, ...]:
        """From what is owed to what is paid; every difference by its name."""
        terms = self.terms
        lines = [Phrase("Owed: {total_cents}.", total_cents=terms.taken_cents)]
        if terms.discount_cents:
            lines.append(
                Phrase(
                    "Discount, of charges {charges_cents} and of principal {principal_cents}, given"
                    " when the agreement is kept.",
                    charges_cents=terms.discount_on_charges_cents,
                    principal_cents=terms.discount_on_principal_cents,
                )
            )
        if terms.plan_interest_cents:
            lines.append(
                Phrase(
                    "Interest of the plan, {rate_pct} a month: {interest_cents}.",
                    rate_pct=percent(terms.monthly_rate),
                    interest_cents=terms.plan_interest_cents,
                )
            )
        else:
            lines.append(Phrase("The plan bears no interest."))
        if terms.cost:
            lines.append(
                Phrase(
                    "Total effective cost (CET): {monthly_pct} a month, {annual_pct} a year.",
                    monthly_pct=terms.cost[0],
                    annual_pct=terms.cost[1],
                )
            )
        return tuple(lines)

    @property
    def conditions(self) -> tuple[Phrase, ...]:
        """What holds while it runs, and what happens when it is not kept."""
        terms = self.terms
        return (
            Phrase(
                "While the agreement is kept, nothing else is asked for the receivables listed"
                " above: they are out of collection."
            ),
            Phrase(
                "An instalment paid late costs {fine_pct} once and {late_pct} a month of simple"
                " interest on the late part (never more than 2% and 1%).",
                fine_pct=percent(terms.fine_rate),
                late_pct=percent(terms.late_rate),
            ),
            Phrase(
                "When an instalment is more than {breach} late, the agreement ends: the"
                " discount falls away, and the receivables are owed again with their late charges"
                " from their original dates, less all that was paid. What was paid counts for the"
                " oldest receivable first: its interest, its fine, its principal.",
                breach=Phrase(
                    "{count} day" if terms.breach_days == 1 else "{count} days",
                    count=terms.breach_days,
                ),
            ),
            Phrase(
                "Everything may be paid before its time, with a proportional reduction of the"
                " interest of the plan (Consumer Code, art. 52 par. 2)."
            ),
        )

    @property
    def acceptance(self) -> Phrase:
        """Who said yes, and when."""
        said = self.said
        return Phrase(
            "Accepted by the debtor and recorded by {name} on {day} at {clock}."
            if said.by_staff
            else "Accepted by {name} on {day} at {clock}, on the debtor's own page, opened by a"
            " personal link and a second proof.",
            name=said.name,
            day=said.day,
            clock=said.clock,
        )

    @property
    def from_where(self) -> Phrase | None:
        """The network address and program, or the note of staff."""
        said = self.said
        if said.note:
            return Phrase("Noted: {note}", note=said.note)
        if not said.address:
            return None
        return Phrase(
            "Network address {address}, program {program}.",
            address=said.address,
            program=said.program or "–",
        )
