"""Files of receivables taken into the books, told as what Ana finds there afterwards."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.intake.rows import Ambiguous
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import (
    AuditEntry,
    Contact,
    Debtor,
    Entry,
    FreshnessMark,
    Import,
    Payment,
    Receivable,
    StoredFile,
)
from bpo.services.intake import imports
from tests.factories import debts, people, tables
from tests.factories.tables import NOW, TODAY, counts, remarks, rows, taken

CNPJ = "11.222.333/0001-81"
DAVI = "C1;;Davi;davi@example.org;F1;01/09/2026;01/10/2026;100,00;;"
DAVI_PAID = "C1;;Davi;davi@example.org;F1;01/09/2026;01/10/2026;100,00;05/10/2026;100,00"


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def everything(session, model):
    tables.refreshed(session)
    return list(session.scalars(select(model).order_by(model.id)))


def title(session, number="F1"):
    tables.refreshed(session)
    return session.scalars(select(Receivable).where(Receivable.number == number)).one()


def test_a_file_becomes_debtors_contacts_receivables_and_payments(session, sol):
    row = taken(
        sol,
        rows(
            f"C1;{CNPJ};Mercado Sol;fin@mercado.example;000123;01/09/2026;04/10/2026;1.234,56;;",
            "C2;;Davi;;F2;01/09/2026;01/10/2026;100,00;05/10/2026;103,00",
            "C2;;Davi;;F3;01/09/2026;01/10/2026;100,00;30/09/2026;40,00",
        ),
    )
    assert counts(row) == (3, 0, 0)
    mercado, davi = everything(session, Debtor)
    assert (mercado.reference, mercado.document, mercado.kind) == (
        "C1",
        "11222333000181",
        "company",
    )
    assert (davi.name, davi.search_name, davi.document) == ("Davi", "davi", None)
    contact = everything(session, Contact)[0]
    assert (contact.debtor_id, contact.address) == (mercado.id, "fin@mercado.example")
    first, second, third = everything(session, Receivable)
    assert (first.number, first.number_key, first.amount_cents) == ("000123", "123", 1_234_56)
    assert (first.due_date, first.effective_due_date) == (date(2026, 10, 4), date(2026, 10, 5))
    assert first.policy_version_id is not None
    assert (first.settled_cents, first.settled_on) == (0, None)
    assert (second.settled_cents, second.settled_on) == (100_00, date(2026, 10, 5))
    assert (third.settled_cents, third.settled_on) == (40_00, None)
    assert {one.import_id for one in (first, second, third)} == {row.id}


def test_what_a_late_payment_brings_above_the_amount_is_charges_and_an_early_one_credit(
    session, sol
):
    taken(
        sol,
        rows(
            "C1;;Davi;;F1;01/09/2026;01/10/2026;100,00;05/10/2026;103,00",
            "C1;;Davi;;F2;01/09/2026;01/10/2026;100,00;30/09/2026;103,00",
        ),
    )
    late, early = everything(session, Entry)
    assert (late.principal_cents, late.interest_cents, late.kind) == (100_00, 3_00, "payment")
    assert (early.principal_cents, early.interest_cents) == (100_00, 0)
    assert [one.amount_cents for one in everything(session, Payment)] == [103_00, 103_00]


def test_the_same_file_again_changes_nothing_whoever_has_paid(session, sol):
    content = rows(
        DAVI_PAID,
        "C1;;Davi;;F2;01/09/2026;01/10/2026;100,00;;",
        "C1;;Davi;;F3;01/09/2026;01/10/2026;100,00;05/10/2026;40,00",
        "C2;;Elis;;;01/09/2026;01/10/2026;80,00;;",
    )
    assert counts(taken(sol, content)) == (4, 0, 0)
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert counts(taken(sol, content)) == (0, 4, 0)
    assert len(everything(session, Payment)) == 2
    assert len(everything(session, Receivable)) == 4
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before + 2


def test_leading_zeros_that_a_spreadsheet_lost_make_no_second_debtor_or_title(session, sol):
    taken(sol, rows("00042;;Davi;;000777;01/09/2026;01/10/2026;100,00;;"))
    assert counts(taken(sol, rows("42;;Davi;;777;01/09/2026;01/10/2026;100,00;;"))) == (0, 1, 0)
    assert len(everything(session, Debtor)) == 1


def test_a_name_never_makes_two_rows_one_debtor(session, sol):
    taken(
        sol,
        rows(
            "C1;;Padaria;;1;01/09/2026;01/10/2026;10,00;;",
            "C2;;Padaria;;1;01/09/2026;01/10/2026;10,00;;",
            "C1;;Padaria Ltda;;2;01/09/2026;01/10/2026;10,00;;",
            "C1;;Padaria Ltda;;3;01/09/2026;01/10/2026;10,00;;",
        ),
    )
    assert [one.name for one in everything(session, Debtor)] == ["Padaria Ltda", "Padaria"]


def test_a_settlement_that_comes_later_is_taken_once(session, sol):
    taken(sol, rows(DAVI))
    assert title(session).settled_on is None
    assert counts(taken(sol, rows(DAVI_PAID))) == (1, 0, 0)
    assert counts(taken(sol, rows(DAVI_PAID))) == (0, 1, 0)
    assert (title(session).settled_cents, title(session).settled_on) == (100_00, date(2026, 10, 5))
    assert len(everything(session, Payment)) == 1


def test_what_an_analyst_recorded_before_is_part_of_what_the_file_says_was_paid(session, sol):
    taken(sol, rows(DAVI))
    debts.paid(session, title(session), 40_00, date(2026, 10, 2))
    assert counts(taken(sol, rows(DAVI_PAID))) == (1, 0, 0)
    assert [one.amount_cents for one in everything(session, Payment)] == [40_00, 60_00]
    assert title(session).settled_cents == 100_00


def test_an_older_file_opens_nothing_again(session, sol):
    taken(sol, rows(DAVI_PAID))
    assert counts(taken(sol, rows(DAVI))) == (0, 1, 0)
    assert title(session).settled_on == date(2026, 10, 5)


def test_an_untouched_title_takes_over_a_new_due_date_and_the_trail_tells(session, sol):
    taken(sol, rows(DAVI))
    later = rows("C1;;Davi;;F1;01/09/2026;10/10/2026;90,00;;")
    assert counts(taken(sol, later)) == (1, 0, 0)
    assert (title(session).due_date, title(session).amount_cents) == (date(2026, 10, 10), 90_00)
    assert title(session).effective_due_date == date(2026, 10, 13)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "receivable.revise")
    ).one()
    assert entry.subject_id == title(session).id
    assert entry.detail["changed"] == {
        "due_date": ["2026-10-01", "2026-10-10"],
        "amount_cents": [100_00, 90_00],
    }


def test_a_title_that_a_person_recorded_or_somebody_paid_stays_and_the_row_is_named(session, sol):
    davi = debts.debtor(session, sol, reference="C1")
    debts.receivable(session, davi, "F1", due=date(2026, 10, 1), issue=date(2026, 9, 1))
    row = taken(sol, rows("C1;;Davi;;F1;01/09/2026;10/10/2026;100,00;;", DAVI.replace("F1", "F2")))
    assert counts(row) == (1, 0, 1)
    assert remarks(row) == [(2, "conflict", "reject")]
    assert title(session).due_date == date(2026, 10, 1)


def test_a_balance_takes_off_what_was_paid_on_an_unknown_day_without_money(session, sol):
    head = "cliente;numero;emissao;vencimento;valor;saldo"
    row = taken(sol, rows("C1;F1;01/09/2026;01/10/2026;100,00;60,00", head=head))
    assert (title(session).settled_cents, everything(session, Payment)) == (40_00, [])
    entry = everything(session, Entry)[0]
    assert (entry.kind, entry.on_day, entry.principal_cents) == ("rebate", TODAY, 40_00)
    assert "titulos.csv" in entry.reason
    assert len(row.problems["notes"]) == 1
    again = rows("C1;F1;01/09/2026;01/10/2026;100,00;60,00", head=head)
    assert counts(taken(sol, again)) == (0, 1, 0)
    closed = rows("C1;F1;01/09/2026;01/10/2026;100,00;0,00", head=head)
    assert counts(taken(sol, closed)) == (1, 0, 0)
    assert title(session).settled_on == TODAY


def test_a_row_without_a_number_is_known_by_debtor_dates_and_amount(session, sol):
    content = rows("C1;;Davi;;;01/09/2026;01/10/2026;100,00;;")
    taken(sol, content)
    assert counts(taken(sol, content)) == (0, 1, 0)
    found = everything(session, Receivable)[0]
    assert (found.number, found.number_key[:1]) == ("01/09/2026", "~")


def test_bad_rows_are_named_and_the_rest_is_taken(session, sol):
    row = taken(
        sol,
        rows(
            DAVI,
            "C1;;Davi;;F2;01/09/2026;31/02/2026;100,00;;",
            "C1;;Davi;;F3;01/09/2026;01/10/2026;;;",
            "um;dois;três",
            DAVI,
            "C1;;Davi;não tem;F4;01/09/2026;01/10/2026;100,00;;",
            "C1;;Davi;;F5;01/09/2026;01/10/2026;100,00;01/12/2026;100,00",
        ),
    )
    assert counts(row) == (3, 0, 4)
    assert remarks(row) == [
        (3, "date", "reject"),
        (4, "missing", "reject"),
        (5, "columns", "reject"),
        (6, "duplicate", "reject"),
        (7, "contact", "warning"),
        (8, "date", "warning"),
    ]


def test_a_row_in_another_currency_is_left_out(session, sol):
    head = "cliente;numero;emissao;vencimento;valor;moeda"
    row = taken(
        sol,
        rows(
            "C1;F1;01/09/2026;15/10/2026;100,00;R$",
            "C1;F2;01/09/2026;15/10/2026;100,00;USD",
            head=head,
        ),
    )
    assert counts(row) == (1, 0, 1)
    assert remarks(row) == [(3, "currency", "reject")]


def test_two_numbers_with_one_cpf_stay_two_debtors_and_ana_is_told(session, sol):
    row = taken(
        sol,
        rows(
            "A1;529.982.247-25;Rosa;;M1;01/09/2026;01/10/2026;10,00;;",
            "A2;529.982.247-25;Rosa;;M1;01/09/2026;01/10/2026;10,00;;",
        ),
    )
    assert counts(row) == (2, 0, 0)
    assert remarks(row) == [(3, "document", "warning")]
    first, second = everything(session, Debtor)
    assert (first.document, first.consumer, second.document) == ("52998224725", True, None)


def test_rows_that_turn_out_to_be_one_debtor_do_not_double_a_title(session, sol):
    content = rows(
        f"C1;{CNPJ};Mercado;;F1;01/09/2026;01/10/2026;10,00;;",
        f";{CNPJ};Mercado;;F1;01/09/2026;01/10/2026;10,00;;",
        f";{CNPJ};Mercado;;F2;01/09/2026;01/10/2026;10,00;;",
    )
    row = taken(sol, content)
    assert counts(row) == (2, 0, 1)
    assert remarks(row) == [(3, "duplicate", "reject")]
    assert len(everything(session, Debtor)) == 1


def test_a_file_fills_what_was_blank_and_overwrites_nothing_a_person_wrote(session, sol):
    debts.debtor(session, sol, "Davi Lima", reference="C1", email="novo@example.org", state=None)
    head = "cliente;cpf;nome;email;uf;numero;vencimento;valor"
    taken(sol, rows("C1;529.982.247-25;DAVI;davi@old.example;RJ;F1;01/10/2026;1,00", head=head))
    tables.refreshed(session)
    davi = everything(session, Debtor)[0]
    assert (davi.name, davi.state, davi.document) == ("Davi Lima", "RJ", "52998224725")
    contacts = [(one.address, one.position) for one in everything(session, Contact)]
    assert contacts == [("novo@example.org", 0), ("davi@old.example", 1)]


def test_an_address_that_a_person_took_off_stays_off(session, sol):
    taken(sol, rows(DAVI))
    contact = everything(session, Contact)[0]
    detail = {"channel": "email", "address": contact.address}
    session.delete(contact)
    session.add(
        AuditEntry(
            workspace_id=sol.id,
            at=NOW,
            action="contact.remove",
            actor_kind="user",
            actor_name="Ana",
            subject_kind="debtor",
            subject_id=contact.debtor_id,
            detail=detail,
        )
    )
    session.commit()
    taken(sol, rows(DAVI))
    assert everything(session, Contact) == []


def test_an_ambiguous_file_writes_nothing_and_names_what_decides(session, sol):
    with pytest.raises(Ambiguous) as doubt:
        taken(sol, rows("C1;;Davi;;F1;01/02/2026;02/03/2026;100,00;;"), date_order=None)
    assert doubt.value.option == "--date-order"
    assert everything(session, Import) == everything(session, StoredFile) == []
    row = taken(sol, rows("C1;;Davi;;F1;01/02/2026;02/03/2026;100,00;;"), date_order="mdy")
    assert counts(row) == (1, 0, 0)
    assert title(session).due_date == date(2026, 2, 3)


def test_a_file_that_tells_who_paid_makes_payments_known_and_wakes_the_reminders(session, sol):
    queue = MemoryQueue()
    row = taken(sol, rows(DAVI_PAID.replace("05/10", "20/11")), queue=queue)
    assert [mark.known_until for mark in everything(session, FreshnessMark)] == [TODAY]
    assert queue.jobs == [(Job.APPLY_IMPORT, (sol.id, row.id)), (Job.SEND_DELIVERIES, (sol.id,))]


def test_an_old_file_makes_payments_known_as_far_as_it_goes_unless_ana_says_more(session, sol):
    taken(sol, rows(DAVI_PAID))
    taken(sol, rows(DAVI_PAID), known_until=date(2026, 11, 20))
    marks = [mark.known_until for mark in everything(session, FreshnessMark)]
    assert marks == [date(2026, 10, 5), date(2026, 11, 20)]


def test_a_file_without_payments_says_nothing_about_them(session, sol):
    taken(sol, rows("C1;F1;01/10/2026;100,00", head="cliente;numero;vencimento;valor"))
    assert everything(session, FreshnessMark) == []


def test_columns_without_a_meaning_are_kept_as_information(session, sol):
    head = "cliente;numero;vencimento;valor;Disputed"
    taken(sol, rows("C1;F1;15/10/2026;100,00;No", head=head))
    again = taken(sol, rows("C1;F1;15/10/2026;100,00;Yes", head=head))
    assert counts(again) == (0, 1, 0)
    assert title(session).extra == {"Disputed": "Yes"}


def test_what_goes_wrong_leaves_nothing_behind_but_a_sentence(session, sol, monkeypatch):
    monkeypatch.setattr(imports.imports_reading, "take", lambda *_: 1 / 0)
    row = taken(sol, rows(DAVI))
    assert (row.state, row.applied) == ("failed", 0)
    assert "nothing was written" in row.error["phrase"][0]
    assert everything(session, Debtor) == []
    monkeypatch.undo()
    program, queue = actors.system([sol.id]), MemoryQueue()
    imports.start(program, sol.id, row.id, now=NOW, queue=queue)
    done = imports.apply(program, sol.id, row.id, now=NOW, queue=queue)
    assert counts(done) == (1, 0, 0)


def test_a_job_that_comes_twice_does_nothing_the_second_time(session, sol):
    row = taken(sol, rows(DAVI))
    program = actors.system([sol.id])
    again = imports.apply(program, sol.id, row.id, now=NOW, queue=MemoryQueue())
    assert (again.state, again.applied) == ("applied", 1)
    with pytest.raises(Conflict):
        imports.start(program, sol.id, row.id, now=NOW, queue=MemoryQueue())


def test_a_file_is_looked_at_decided_and_can_be_thrown_away(session, sol):
    program = actors.system([sol.id])
    row = imports.receive(program, sol.id, "C:\\Dados\\títulos.csv", rows(DAVI), now=NOW)
    assert (row.filename, row.state) == ("títulos.csv", "uploaded")
    imports.discard(program, sol.id, row.id, now=NOW)
    assert everything(session, Import) == everything(session, StoredFile) == []
    with pytest.raises(BadInput):
        imports.receive(program, sol.id, "foto.png", b"\x89PNG\r\n\x1a\n0000", now=NOW)


def test_only_those_who_may_import_do_and_only_where_they_work(session):
    cast = people.cast(session)
    for person, refusal in ((cast.carla, NotFound), (cast.bruno, Forbidden)):
        actor = people.actor(session, person)
        with pytest.raises(refusal):
            imports.receive(actor, cast.sol.id, "t.csv", rows(DAVI), now=NOW)
    ana = people.actor(session, cast.ana)
    row = imports.receive(ana, cast.sol.id, "t.csv", rows(DAVI), now=NOW)
    carla = people.actor(session, cast.carla)
    with pytest.raises(NotFound):
        imports.apply(carla, cast.lua.id, row.id, now=NOW, queue=MemoryQueue())
