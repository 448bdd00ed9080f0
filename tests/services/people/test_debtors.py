"""Debtors: registered, described, reached; paused, disputed and talked with."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.desk.disputes import Grounds, State
from bpo.domain.people import debtors as rules
from bpo.domain.people.debtors import Channel, ContactProfile, Kind, Profile, Purpose
from bpo.domain.reminders.holds import HoldReason
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Note, Task
from bpo.queries.books import debtor_lists
from bpo.queries.books.debtor_lists import Filter, Show
from bpo.queries.people import debtors as stored
from bpo.queries.people.keyset import Asked
from bpo.services.desk import disputes, notes
from bpo.services.people import debtors
from bpo.services.reminders import holds
from tests.factories import debts, people
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
CPF, CNPJ = "529.982.247-25", "11.222.333/0001-81"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


@pytest.fixture
def sol(cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield cast.sol


@pytest.fixture
def davi(session, sol):
    return debts.debtor(session, sol)


def names(session, sol, search="", **more):
    page = debtor_lists.page(
        session, sol.id, Filter(TODAY, search=search, sort="name", **more), Asked()
    )
    return [row[0].name for row in page.rows]


def actions(session):
    return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


# The record


def test_the_document_decides_what_a_debtor_is(session, ana, sol):
    davi = debtors.create(ana, sol.id, Profile("Davi  Lima ", document=CPF), now=NOW)
    loja = debtors.create(ana, sol.id, Profile("Loja", "0042", CNPJ, Kind.PERSON), now=NOW)
    assert (davi.kind, davi.reference, davi.name) == ("person", "52998224725", "Davi Lima")
    assert (loja.kind, loja.reference, loja.reference_key) == ("company", "0042", "42")
    assert actions(session)[-2:] == ["debtor.create"] * 2


def test_two_debtors_never_share_a_number_or_a_document(ana, sol):
    debtors.create(ana, sol.id, Profile("Loja", "0042", CNPJ), now=NOW)
    for profile, field in (
        (Profile("Outra", "42"), "reference"),
        (Profile("Outra", "77", CNPJ), "document"),
    ):
        with pytest.raises(Conflict, match="Loja") as refusal:
            debtors.create(ana, sol.id, profile, now=NOW)
        assert refusal.value.field == field


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (Profile(" ", "1"), "name"),
        (Profile("Davi"), "reference"),
        (Profile("Davi", document="111.111.111-11"), "document"),
        (Profile("Davi", "1", state="XX"), "state"),
        (Profile("Davi", "1", locale="fr"), "locale"),
        (Profile("D" * 121, "1"), "name"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(profile, field):
    with pytest.raises(BadInput) as refusal:
        rules.checked(profile)
    assert refusal.value.field == field


def test_an_edit_says_in_the_audit_trail_what_changed(session, ana, sol, davi):
    profile = Profile("Davi de Lima", davi.reference, state="rj", tags=("vip", " vip ", ""))
    debtors.edit(ana, sol.id, davi.id, profile, now=NOW)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "debtor.edit"
    assert entry.detail["changed"]["name"] == ["Davi Lima", "Davi de Lima"]
    assert entry.detail["changed"]["state"] == ["SP", "RJ"]
    assert names(session, sol, "davi de") == ["Davi de Lima"]


# Finding


def test_found_by_the_beginning_of_a_word_of_the_name_without_accents(session, sol):
    for name in ("Ágata Doces", "Agatha Modas", "Bar da Ágata", "agata  mini"):
        debts.debtor(session, sol, name, email=None)
    assert names(session, sol, "ÁGATA") == ["Ágata Doces", "agata  mini", "Bar da Ágata"]
    everybody = ["Ágata Doces", "agata  mini", "Agatha Modas", "Bar da Ágata"]
    assert names(session, sol, "aga") == everybody
    assert names(session, sol, "gata") == names(session, sol, "zzz") == []


def test_found_by_number_document_and_invoice(session, sol):
    loja = debts.debtor(session, sol, "Loja", reference="0042", document="11222333000181")
    debts.receivable(session, loja, "NF-0077", due=TODAY)
    for search in ("42", "0042", "11.222.333/0001-81", "11222333", "nf-0077", "NF0077"):
        assert names(session, sol, search) == ["Loja"], search
    assert names(session, sol, "%") == []


def test_a_command_finds_by_exact_number_first(session, sol):
    one = debts.debtor(session, sol, "Um", reference="0042")
    two = debts.debtor(session, sol, "Dois", reference="42")
    assert stored.named(session, sol.id, "42") == [two]
    assert stored.named(session, sol.id, "0042") == [one]
    assert stored.named(session, sol.id, "00042") == [one, two]


def test_the_list_shows_what_each_owes_and_its_quick_filters_add_up(session, ana, sol, davi):
    debts.receivable(session, davi, "1", due=TODAY - timedelta(days=40), cents=100_00)
    debts.receivable(session, davi, "2", due=TODAY + timedelta(days=4), cents=50_00)
    mute = debts.debtor(session, sol, "Mudo", email=None)
    debts.receivable(session, mute, "3", due=TODAY + timedelta(days=4), cents=7_00)
    debts.debtor(session, sol, "Em dia")
    totals = debtor_lists.totals(session, sol.id, Filter(TODAY))
    assert (totals.count, totals.open_cents, totals.overdue_cents) == (3, 157_00, 100_00)
    counts = debtor_lists.counts(session, sol.id, TODAY)
    assert counts == {
        "open": 2,
        "overdue": 1,
        "promised": 0,
        "disputed": 0,
        "on_hold": 0,
        "no_contact": 1,
    }
    for show, count in counts.items():
        assert len(names(session, sol, show=Show(show))) == count
    assert names(session, sol, late_from=31, late_to=60) == ["Davi Lima"]
    assert names(session, sol, late_from=61) == []


@pytest.mark.parametrize(
    "sort", ["name", "-name", "open", "-open", "overdue", "-overdue", "late", "-late", "odd"]
)
def test_pages_forward_and_back_lose_nobody(session, sol, sort):
    for number in range(23):
        one = debts.debtor(session, sol, f"Cliente {number % 7}", reference=str(number), email=None)
        if number % 3:
            due = TODAY - timedelta(days=number % 5)
            debts.receivable(session, one, due=due, cents=number % 4 * 100 + 100)
    wanted = Filter(TODAY, sort=sort)
    whole = [row[0].id for row in debtor_lists.everything(session, sol.id, wanted)]
    seen, after, pages = [], None, []
    while True:
        page = debtor_lists.page(session, sol.id, wanted, Asked(after=after, size=5))
        pages.append([row[0].id for row in page.rows])
        seen += pages[-1]
        if page.after is None:
            break
        after = page.after
    assert seen == whole
    assert len(set(whole)) == 23
    back = debtor_lists.page(session, sol.id, wanted, Asked(before=page.before, size=5))
    assert [row[0].id for row in back.rows] == pages[-2]
    assert debtor_lists.page(session, sol.id, wanted, Asked(after="x~y")).rows


# Reaching


@pytest.mark.parametrize(
    ("channel", "typed", "kept", "shown"),
    [
        (Channel.EMAIL, " Davi@Exemplo.com ", "davi@exemplo.com", "davi@exemplo.com"),
        (Channel.PHONE, "(11) 98765-4321", "+5511987654321", "(11) 98765-4321"),
        (Channel.WHATSAPP, "011 3456-7890", "+551134567890", "(11) 3456-7890"),
        (Channel.PHONE, "55 11 98765 4321", "+5511987654321", "(11) 98765-4321"),
        (Channel.PHONE, "+351 912 345 678", "+351912345678", "+351912345678"),
    ],
)
def test_addresses_are_kept_in_one_form(channel, typed, kept, shown):
    contact = rules.reached(ContactProfile(channel, typed))
    assert contact.address == kept
    assert rules.shown(channel, kept) == shown


@pytest.mark.parametrize(
    ("channel", "typed"),
    [(Channel.EMAIL, "davi"), (Channel.PHONE, "98765-4321"), (Channel.PHONE, "")],
)
def test_addresses_that_reach_nobody_are_refused(channel, typed):
    with pytest.raises(BadInput) as refusal:
        rules.reached(ContactProfile(channel, typed))
    assert refusal.value.field == "address"


def test_contacts_come_billing_first_and_once(session, ana, sol, davi):
    owner = ContactProfile(Channel.EMAIL, "dono@exemplo.com", "Dono", Purpose.OWNER)
    debtors.add_contact(ana, sol.id, davi.id, owner, now=NOW)
    debtors.add_contact(ana, sol.id, davi.id, ContactProfile(Channel.PHONE, "1134567890"), now=NOW)
    with pytest.raises(Conflict):
        debtors.add_contact(ana, sol.id, davi.id, owner, now=NOW)
    reach = stored.contacts(session, sol.id, davi.id)
    assert [one.contact.purpose for one in reach] == ["billing", "billing", "owner"]
    debtors.remove_contact(ana, sol.id, reach[-1].contact.id, now=NOW)
    assert len(stored.contacts(session, sol.id, davi.id)) == 2


def test_an_address_that_bounced_is_trusted_again(session, ana, sol, davi):
    contact = stored.contacts(session, sol.id, davi.id)[0].contact
    contact.status, contact.status_reason = "invalid", "550"
    session.commit()
    debtors.mend_contact(ana, sol.id, contact.id, now=NOW)
    assert stored.contacts(session, sol.id, davi.id)[0].usable


# Pauses, disputes, notes


def test_a_pause_stands_until_released_and_is_released_once(session, ana, sol, davi):
    hold = holds.place(ana, sol.id, davi.id, HoldReason.CLIENT, until=TODAY, now=NOW)
    assert stored.standing(session, sol.id, davi.id, TODAY).holds == (hold,)
    assert stored.standing(session, sol.id, davi.id, TODAY + timedelta(days=1)).holds == ()
    holds.release(ana, sol.id, hold.id, now=NOW)
    assert stored.standing(session, sol.id, davi.id, TODAY).holds == ()
    with pytest.raises(Conflict):
        holds.release(ana, sol.id, hold.id, now=NOW)
    assert actions(session)[-2:] == ["hold.place", "hold.release"]


def test_a_pause_of_one_title_and_one_of_everybody_are_seen_on_the_debtor(session, ana, sol, davi):
    title = debts.receivable(session, davi, due=TODAY)
    holds.place(ana, sol.id, davi.id, HoldReason.LEGAL, receivable_id=title.id, now=NOW)
    holds.place(ana, sol.id, None, HoldReason.MANUAL, now=NOW)
    assert len(stored.standing(session, sol.id, davi.id, TODAY).holds) == 2
    other = debts.debtor(session, sol, "Outro")
    assert len(stored.standing(session, sol.id, other.id, TODAY).holds) == 1


def test_a_form_sent_twice_places_one_pause_and_writes_one_note(session, ana, sol, davi):
    def pause(note):
        return holds.place(ana, sol.id, davi.id, HoldReason.CLIENT, note=note, now=NOW).id

    def call(body):
        return notes.record(ana, sol.id, davi.id, notes.Kind.CALL, body, now=NOW).id

    first = pause("Reunião")
    assert (pause("Reunião"), call("Paga na sexta.")) == (first, call("Paga na sexta."))
    assert pause("Outra") != first
    assert call("Paga no sábado.") != call("Paga na sexta.")
    assert actions(session)[-4:] == ["hold.place", "note.record", "hold.place", "note.record"]
    holds.release(ana, sol.id, first, now=NOW)
    assert pause("Reunião") != first


def test_pauses_that_make_no_sense_are_refused(session, ana, sol, davi):
    with pytest.raises(BadInput):
        holds.place(ana, sol.id, davi.id, HoldReason.PROMISE, now=NOW)
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(BadInput):
        holds.place(ana, sol.id, davi.id, HoldReason.MANUAL, until=yesterday, now=NOW)
    last = TODAY + holds.LONGEST
    for until in (last + timedelta(days=1), date.max):
        with pytest.raises(BadInput) as refusal:
            holds.place(ana, sol.id, davi.id, HoldReason.MANUAL, until=until, now=NOW)
        assert refusal.value.field == "until"
    assert holds.place(ana, sol.id, davi.id, HoldReason.MANUAL, until=last, now=NOW).until == last
    other = debts.debtor(session, sol, "Outro")
    title = debts.receivable(session, other, due=TODAY)
    with pytest.raises(NotFound):
        holds.place(ana, sol.id, davi.id, HoldReason.MANUAL, receivable_id=title.id, now=NOW)


def test_a_dispute_is_opened_once_decided_and_opened_again(session, ana, sol, davi):
    title = debts.receivable(session, davi, due=TODAY)
    case = disputes.begin(
        ana, sol.id, davi.id, Grounds.QUALITY, receivable_id=title.id, note="Amassado", now=NOW
    )
    assert session.scalars(select(Note.body)).all() == ["Amassado"]
    assert stored.standing(session, sol.id, davi.id, TODAY).disputed(title.id)
    with pytest.raises(Conflict):
        disputes.begin(ana, sol.id, davi.id, Grounds.AMOUNT, receivable_id=title.id, now=NOW)
    disputes.close(ana, sol.id, case.id, State.REJECTED, now=NOW)
    assert case.closed_on == TODAY
    with pytest.raises(Conflict):
        disputes.close(ana, sol.id, case.id, State.UPHELD, now=NOW)
    disputes.reopen(ana, sol.id, case.id, now=NOW)
    assert (case.state, case.closed_on) == ("open", None)
    assert actions(session)[-3:] == ["dispute.begin", "dispute.rejected", "dispute.open"]


def test_a_dispute_of_everything_covers_every_title(session, ana, sol, davi):
    disputes.begin(ana, sol.id, davi.id, Grounds.UNKNOWN_DEBT, now=NOW)
    assert stored.standing(session, sol.id, davi.id, TODAY).disputed(12345)
    assert stored.disputed_on(session, sol.id, davi.id, TODAY) == {None}
    assert stored.disputed_on(session, sol.id, davi.id, TODAY - timedelta(days=1)) == set()


def test_a_conversation_is_kept_and_its_next_act_becomes_a_task(session, ana, sol, davi):
    due = TODAY + timedelta(days=3)
    notes.record(
        ana,
        sol.id,
        davi.id,
        notes.Kind.CALL,
        "Paga na sexta.",
        person="Márcia",
        outcome=notes.Outcome.WILL_PAY,
        next_act="Conferir o Pix",
        next_on=due,
        now=NOW,
    )
    task = session.scalars(select(Task)).one()
    assert (task.kind, task.due_on, task.detail["text"]) == ("follow_up", due, "Conferir o Pix")
    for wrong in (
        {"body": " "},
        {"on_day": TODAY + timedelta(days=1)},
        {"next_on": date(2020, 1, 1)},
    ):
        with pytest.raises(BadInput):
            notes.record(ana, sol.id, davi.id, notes.Kind.NOTE, **({"body": "x"} | wrong), now=NOW)


def test_carla_cannot_and_bruno_may_not(session, cast, sol, davi):
    profile = Profile("X", "1")
    contact = ContactProfile(Channel.EMAIL, "x@exemplo.com")
    for name, refusal in (("carla", NotFound), ("bruno", Forbidden)):
        somebody = people.actor(session, getattr(cast, name))
        for act in (
            lambda who: debtors.create(who, sol.id, profile, now=NOW),
            lambda who: debtors.edit(who, sol.id, davi.id, profile, now=NOW),
            lambda who: debtors.add_contact(who, sol.id, davi.id, contact, now=NOW),
            lambda who: holds.place(who, sol.id, davi.id, HoldReason.MANUAL, now=NOW),
            lambda who: disputes.begin(who, sol.id, davi.id, Grounds.OTHER, now=NOW),
            lambda who: notes.record(who, sol.id, davi.id, notes.Kind.NOTE, "x", now=NOW),
        ):
            with pytest.raises(refusal):
                act(somebody)
