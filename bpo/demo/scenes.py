"""Scenes that every portfolio has seen: who cannot be reached, refuses, disagrees, pauses, errs."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

from bpo.demo import pledges
from bpo.demo.answers import PLAN
from bpo.demo.habits import Habit
from bpo.demo.ledger import Book, Correction, Dispute, Note, Pause, Payment, Title
from bpo.demo.stage import Stage
from bpo.domain.books.receivables import Entry, EntryKind
from bpo.domain.desk.disputes import Grounds
from bpo.domain.desk.disputes import State as DisputeState
from bpo.domain.reminders.holds import HoldReason

_GROUNDS = (
    (Grounds.NOT_DELIVERED, "Diz que parte do pedido não chegou e pede o comprovante de entrega."),
    (Grounds.AMOUNT, "Diz que o valor combinado era outro e vai mandar a proposta assinada."),
    (Grounds.QUALITY, "Não ficou satisfeito e pede uma revisão antes de pagar."),
    (Grounds.CANCELLED, "Diz que tinha cancelado antes da emissão."),
    (Grounds.ALREADY_PAID, "Diz que pagou por transferência e vai procurar o comprovante."),
)
OVERPAID_CENTS = 50_00


def play(rng: Random, book: Book) -> None:
    """Let every scene happen in a book; one for which nobody is found does not."""
    stage = Stage(rng, book)
    for scene in _SCENES:
        scene(stage)
    book.payments.sort(key=lambda payment: payment.paid_on)


def _promised(stage: Stage) -> None:
    if stage.book.started:
        pledges.scripted(stage)


def _out_of_reach(stage: Stage) -> None:
    """One debtor without any contact, one with a telephone alone."""
    for keeps_phone, title in zip((False, True), _each(stage.late(8, 400)), strict=False):
        debtor = stage.take(title.debtor)
        kept = [c for c in debtor.contacts if c.channel == "phone"]
        debtor.contacts = kept if keeps_phone else []


def _silent(stage: Stage) -> None:
    """Somebody asked for no more e-mails."""
    title = next(stage.late(3, 60), None)
    if title and title.debtor.email and stage.book.started:
        stage.take(title.debtor)
        title.debtor.email.silent_since = stage.book.days_ago(9)


def _disputed(stage: Stage) -> None:
    title = next(stage.late(4, 45), None) or next(stage.late(1, 400), None)
    if title is None:
        return
    stage.take(title.debtor)
    grounds, words = stage.rng.choice(_GROUNDS)
    opened_on = max(stage.book.days_ago(stage.rng.randint(2, 5)), title.effective)
    stage.book.disputes.append(Dispute(title, grounds, opened_on, words))
    stage.book.notes.append(Note(title.debtor, "call", opened_on, words, "disagrees"))


def _wants_plan(stage: Stage) -> None:
    """Somebody asked for instalments, and waits for a proposal."""
    title = next(stage.late(20, 120), None)
    if title and stage.book.started:
        words = "Não consegue pagar tudo de uma vez; quer dividir em parcelas."
        note = Note(stage.take(title.debtor), "call", stage.book.days_ago(1), words, "wants_plan")
        note.next_act = PLAN
        note.next_on = stage.book.calendar.following(stage.book.today)
        stage.book.notes.append(note)


def _settled_dispute(stage: Stage) -> None:
    """Who disagreed, was shown the papers, and paid."""
    for payment in stage.recent(3, 45):
        title, entry = payment.lines[0]
        if (entry.on - title.effective).days >= 12 and title.settled_on:
            stage.take(payment.debtor)
            opened_on = stage.book.calendar.following(title.effective + timedelta(days=4))
            closed_on = stage.book.calendar.add_business_days(entry.on, -2)
            words = "Não reconhece a cobrança; enviada a nota com o canhoto assinado."
            grounds, state = Grounds.UNKNOWN_DEBT, DisputeState.REJECTED
            stage.book.disputes.append(Dispute(title, grounds, opened_on, words, state, closed_on))
            return


def _paused(stage: Stage) -> None:
    title = next(stage.late(6, 90), None)
    if title:
        debtor, book = stage.take(title.debtor), stage.book
        until = book.calendar.following(book.today + timedelta(days=9))
        words = "O cliente pediu para aguardar a reunião com este comprador."
        pause = Pause(debtor, HoldReason.CLIENT, book.days_ago(3), until, words)
        book.pauses.append(pause)


def _overpaid(stage: Stage) -> None:
    """Money sent twice the same centavos too many stays as a credit."""
    payment = next(stage.recent(2, 30), None)
    if payment:
        stage.take(payment.debtor)
        payment.cents += OVERPAID_CENTS
        payment.note = "Pago a maior; aguarda instrução do pagador."


def _given_back(stage: Stage) -> None:
    """A payment that the bank took back some days later."""
    for payment in stage.recent(5, 18):
        title, entry = payment.lines[0]
        if title.settled_on == entry.on and len(title.entries) == 1:
            stage.take(payment.debtor)
            _reverse(stage.book, payment, stage.book.calendar.add_business_days(entry.on, 3))
            return


def _reverse(book: Book, payment: Payment, on: date) -> None:
    title, entry = payment.lines[0]
    back = Entry(
        on,
        EntryKind.REVERSAL,
        -entry.principal_cents,
        -entry.fine_cents,
        -entry.interest_cents,
    )
    payment.undone = True
    title.entries.append(back)
    book.payments.append(
        Payment(
            payment.debtor,
            -payment.cents,
            on,
            payment.method,
            [(title, back)],
            "Devolvido pelo banco do pagador.",
            reverses=payment,
            by_hand=True,
        )
    )


def _taken_back(stage: Stage) -> None:
    """The creditor cancelled a sale, and took something off another."""
    cancelled = next(_spare(stage, 60, 400), None)
    if cancelled:
        words = "Venda cancelada pelo cliente; nota fiscal de devolução emitida."
        _correct(stage.book, cancelled, EntryKind.WITHDRAWAL, cancelled.open_cents, words)
    reduced = next(stage.late(10, 200), None)
    if reduced and reduced is not cancelled:
        off = reduced.cents // 20
        _correct(stage.book, reduced, EntryKind.REBATE, off, "Abatimento por avaria na entrega.")


def _correct(book: Book, title: Title, kind: EntryKind, cents: int, reason: str) -> None:
    entry = Entry(max(book.days_ago(12), title.issue), kind, cents)
    title.entries.append(entry)
    book.corrections.append(Correction(title, entry, reason))


def _written_off(stage: Stage) -> None:
    """A small debt given up."""
    title = next((t for t in _spare(stage, 150, 600) if t.debtor.habit is Habit.STOPPED), None)
    if title:
        words = "Baixado como perda por decisão do cliente."
        _correct(stage.book, title, EntryKind.WRITE_OFF, title.open_cents, words)


def _spare(stage: Stage, least: int, most: int) -> Iterator[Title]:
    """Untouched overdue titles of debtors who owe some more of them."""
    titles = list(stage.late(least, most))
    owed = Counter(id(title.debtor) for title in titles)
    return (title for title in titles if not title.entries and owed[id(title.debtor)] > 1)


def _each(titles: Iterator[Title]) -> Iterator[Title]:
    """Titles of debtors that are not the same."""
    seen: set[int] = set()
    for title in titles:
        if id(title.debtor) not in seen:
            seen.add(id(title.debtor))
            yield title


_SCENES: tuple[Callable[[Stage], None], ...] = (
    _promised,
    _disputed,
    _wants_plan,
    _silent,
    _taken_back,
    _written_off,
    _out_of_reach,
    _paused,
    _overpaid,
    _given_back,
    _settled_dispute,
)
