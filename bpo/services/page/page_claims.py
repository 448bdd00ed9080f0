"""What debtors say on their own page about what they owe: paid, wrong, later, in parts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bpo.domain.desk.disputes import Grounds
from bpo.domain.intake.attachments import Kind as Document
from bpo.domain.page import page_acts as rules
from bpo.domain.page.page_acts import Kind
from bpo.gateways import pictures, wording
from bpo.kernel.errors import BadInput, NotFound
from bpo.queries.books.receivables import Due
from bpo.queries.page import page_acts
from bpo.queries.page.debtor_page import Statement
from bpo.services.desk import disputes, promises
from bpo.services.intake import attachments
from bpo.services.intake.attachments import Bond
from bpo.services.page import debtor_page
from bpo.services.page.page_acts import BY_DEBTOR, Desk, Form, Outcome, once
from bpo.services.people import files
from bpo.services.people.visits import Visitor


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: what it calls itself, and its bytes."""

    name: str
    content: bytes


def paid(
    visitor: Visitor,
    form: Form,
    receivable_ids: Collection[int],
    *,
    paid_on: date | None,
    proof: Upload | None,
    now: datetime,
) -> int:
    """Say that receivables are paid; they keep quiet while a person looks. Returns the act.

    `proof` is kept as a document that is only ever downloaded; pictures are drawn anew. Raises
    BadInput for a file that is none of PDF, PNG and JPEG, and for a day to come.
    """
    words = rules.words(form.words)
    kept = pictures.inert(proof.name, proof.content) if proof and proof.content else None

    def act(desk: Desk) -> Outcome:
        if paid_on and paid_on > desk.today:
            raise BadInput("This day has not come yet", field="paid_on")
        chosen = _chosen(desk, receivable_ids)
        document = _keep(desk, chosen, kept) if kept else None
        since = desk.now - rules.CLAIMS_COUNT_FOR
        place, debtor_id = desk.workspace.id, desk.debtor.id
        claims = page_acts.claims_since(desk.session, place, debtor_id, since)
        pause = rules.pause(
            Kind.PAID, desk.today, desk.calendar, proved=kept is not None, claims=claims
        )
        detail = _about(chosen) | {
            "paid_on": paid_on.isoformat() if paid_on else None,
            "proof": document,
            "until": pause.until.isoformat() if pause and pause.until else None,
        }
        pauses = tuple((pause, one.row.id) for one in chosen) if pause else ()
        return Outcome(detail, pauses, _line(chosen, words))

    return once(visitor, Kind.PAID, Form(form.key, words), act, now=now)


def disagree(
    visitor: Visitor,
    form: Form,
    receivable_ids: Collection[int],
    grounds: Grounds,
    *,
    now: datetime,
) -> int:
    """Disagree with receivables: each leaves collection at once until a person decides."""
    words = rules.words(form.words, needed=grounds is Grounds.OTHER)

    def act(desk: Desk) -> Outcome:
        chosen = _chosen(desk, receivable_ids)
        for one in chosen:
            disputes.add(
                desk.session,
                visitor.actor,
                desk.workspace.id,
                desk.debtor.id,
                grounds,
                now=now,
                receivable_id=one.row.id,
                note=words if one is chosen[0] else None,
            )
        return Outcome(_about(chosen) | {"reason": grounds.value}, line=_line(chosen, words))

    return once(visitor, Kind.DISPUTE, Form(form.key, words), act, now=now)


def promise(visitor: Visitor, form: Form, cents: int, day: date, *, now: datetime) -> int:
    """Promise an amount in centavos for a day, within the limits of `rules.check_promise`."""
    words = rules.words(form.words)

    def act(desk: Desk) -> Outcome:
        place, debtor_id = desk.workspace.id, desk.debtor.id
        total = _statement(desk).total_cents
        since = desk.today - rules.BROKEN_COUNT_FOR
        broken = page_acts.broken_since(desk.session, place, debtor_id, since)
        if total <= 0:
            raise BadInput("Nothing is due today: there is nothing to promise")
        rules.check_promise(cents, day, desk.today, total, broken)
        made = promises.add(
            desk.session,
            visitor.actor,
            place,
            debtor_id,
            cents,
            day,
            now=now,
            note=words,
            source=BY_DEBTOR,
        )
        detail = {"promise_id": made.id, "amount_cents": cents, "promised_for": day.isoformat()}
        locale, currency = desk.workspace.locale, desk.workspace.currency
        told = f"{wording.money(cents, locale, currency)} · {wording.day(day, locale)}"
        return Outcome(detail, line=" · ".join(filter(None, (told, words))))

    return once(visitor, Kind.PROMISE, Form(form.key, words), act, now=now)


def _statement(desk: Desk) -> Statement:
    return debtor_page.statement(desk.session, desk.workspace, desk.debtor, desk.now)


def _chosen(desk: Desk, receivable_ids: Collection[int]) -> list[Due]:
    """The receivables meant, each on the debtor's own account and not looked into already."""
    if not receivable_ids:
        raise BadInput("Choose at least one invoice", field="receivables")
    found = _statement(desk)
    offered = {one.row.id: one for one in (*found.due, *found.upcoming)}
    if set(receivable_ids) - offered.keys():
        raise NotFound("This invoice is not open on this account")
    return [offered[number] for number in sorted(set(receivable_ids))]


def _about(chosen: Collection[Due]) -> dict[str, object]:
    return {
        "receivables": [one.row.id for one in chosen],
        "numbers": [one.row.number for one in chosen],
    }


def _line(chosen: Collection[Due], words: str | None) -> str:
    numbers = ", ".join(one.row.number for one in chosen)
    return " · ".join(filter(None, (numbers, words)))


def _keep(desk: Desk, chosen: list[Due], proof: pictures.Inert) -> str:
    """The proof among the documents of the debtor, by its receivable when it is about one."""
    place = desk.workspace.id
    file = files.put(desk.session, place, proof.name, proof.media_type, proof.content)
    single = chosen[0].row.id if len(chosen) == 1 else None
    bond = Bond(desk.debtor.id, single, Document.PAYMENT_PROOF, file.id, file.sha256)
    attachments.attach(desk.session, place, [bond])
    return file.sha256
