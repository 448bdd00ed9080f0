"""What came back: calls and what was said in them, and mail servers that did not simply agree."""

from datetime import date, datetime, time
from random import Random

from bpo.demo import pledges
from bpo.demo.diary import Diary, Made, Work
from bpo.demo.ledger import Book, Debtor, Note, Promise
from bpo.domain.desk.promises import State as PromiseState
from bpo.domain.reminders.deliveries import MAX_TRIES, State
from bpo.kernel import clock

ACCEPTED = "250 2.0.0 OK: queued"
_REFUSED = "550 5.1.1 <{address}>: recipient address rejected: user unknown"
_FAILED = "451 4.7.1 try again later"
_LEFT_OPEN_DAYS = 4
_AFTERNOON = time(15, 20)
_TALKS = (
    ("no_answer", "Chamou até cair na caixa postal; deixado recado só com o nome e o telefone."),
    ("no_answer", "Ninguém atendeu. Tentar de novo amanhã de manhã."),
    ("reached", "Recebeu os e-mails e vai verificar com o financeiro por que não foi pago."),
    ("reached", "Trocou de banco e perdeu o agendamento; reenviado o Pix copia e cola."),
    ("wants_plan", "Não consegue pagar tudo de uma vez; quer dividir em parcelas."),
    ("says_paid", "Diz que pagou ontem por transferência; vai enviar o comprovante."),
    ("wrong_number", "O telefone não é mais desta pessoa. Nada foi dito sobre o assunto."),
)
_LAST_STEP = "decide"
_DECIDED_WITHIN_DAYS = 21
"""The client company takes its time to say what comes after the last reminder."""
PLAN = "Enviar proposta de parcelamento"


class Caller:
    """The analyst who makes the calls that the campaign asks for."""

    def __init__(self, rng: Random, book: Book) -> None:
        self._rng, self._book = rng, book
        self._broken_seen: set[int] = set()

    def morning(self, day: date, diary: Diary) -> None:
        """Promises found broken this morning become work."""
        for promise in self._book.promises:
            broken = promise.state is PromiseState.BROKEN and promise.settled_on == day
            if broken and id(promise) not in self._broken_seen:
                self._broken_seen.add(id(promise))
                diary.work.append(self._after_break(promise, day))

    def hand_over(self, made: Made, day: date, diary: Diary) -> None:
        """A step that is a call becomes a task; most are done the same day."""
        detail = {"step": made.touch.step_key, "total_cents": made.touch.total_cents}
        task = Work("call", made.debtor, day, made, detail=detail)
        diary.work.append(task)
        if made.touch.template == _LAST_STEP:
            waits = (self._book.today - day).days <= _DECIDED_WITHIN_DAYS
            task.done_at = None if waits else self._at(day)
        elif not self._is_left_open(day):
            task.done_at = self._at(day)
            self._talk(made.debtor, day)

    def _talk(self, debtor: Debtor, day: date) -> None:
        if pledges.agreed(self._rng, self._book, debtor, day):
            return
        outcome, words = self._rng.choice(_TALKS)
        note = Note(debtor, "call", day, words, outcome)
        self._book.notes.append(note)
        if outcome == "wants_plan":
            note.next_act, note.next_on = PLAN, self._book.calendar.add_business_days(day, 2)

    def follow_ups(self, diary: Diary) -> None:
        """What was agreed to do next is work for its day."""
        for note in self._book.notes:
            if note.next_act and note.next_on:
                detail = {"text": note.next_act}
                done_at = None if self._is_left_open(note.next_on) else self._at(note.next_on)
                task = Work("follow_up", note.debtor, note.next_on, about=note, detail=detail)
                task.done_at = done_at
                diary.work.append(task)

    def _after_break(self, promise: Promise, day: date) -> Work:
        detail = {
            "amount_cents": promise.cents,
            "promised_for": promise.promised_for.isoformat(),
        }
        open_ = (self._book.today - day).days <= 9
        done_at = None if open_ else self._at(day)
        return Work(
            "promise_broken", promise.debtor, day, about=promise, detail=detail, done_at=done_at
        )

    def _is_left_open(self, day: date) -> bool:
        recent = day > self._book.days_ago(_LEFT_OPEN_DAYS)
        return recent and (day >= self._book.today or self._rng.random() < 0.75)

    def _at(self, day: date) -> datetime:
        return clock.instant(day, _AFTERNOON, self._book.zone)


class Fates:
    """The few messages that did not simply arrive, by the day on which they should go."""

    def __init__(self, book: Book) -> None:
        fates = book.company.fates.items()
        busy = [promise.debtor for promise in book.promises]
        busy += [pause.debtor for pause in book.pauses]
        busy += [dispute.title.debtor for dispute in book.disputes]
        self._busy = {id(debtor) for debtor in busy}
        self._waiting = sorted((book.days_ago(ago), state) for ago, state in fates)

    def decide(self, made: Made, day: date, diary: Diary) -> None:
        """Give a message an ending other than acceptance when its day has come."""
        made.words = ACCEPTED
        come = bool(self._waiting) and self._waiting[0][0] <= day
        if not come or not made.titles or id(made.debtor) in self._busy:
            return
        _, state = self._waiting.pop(0)
        kind, made.words, made.attempts = self._end(made, state, day)
        made.state, made.reason = state, made.words or "no final answer"
        detail = {"answer": made.words} if made.words else {}
        diary.work.append(Work(kind, made.debtor, day, made, detail=detail))

    def _end(self, made: Made, state: State, day: date) -> tuple[str, str | None, int]:
        assert made.address
        if state is State.REFUSED:
            made.address.refused_on = day
            return "address_refused", _REFUSED.format(address=made.address.address), 1
        if state is State.FAILED:
            return "send_failed", _FAILED, MAX_TRIES
        return "send_uncertain", None, 1
