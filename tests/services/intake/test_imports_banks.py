"""Statements and return files through the pipeline of imports, alone and in an archive."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.intake import import_choices
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import BankAccount, BankLine, FreshnessMark, Hold
from bpo.services.cash import reconciliation
from bpo.services.cash.reconciliation import Ref
from bpo.services.intake import imports_preview, imports_undo
from tests.factories import debts, people
from tests.factories.tables import NOW, counts, rows, taken
from tests.formats.test_archives import archive
from tests.formats.test_ofx import movement, statement


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def lines(session):
    return session.scalar(select(func.count()).select_from(BankLine))


def open_credits(session):
    session.expire_all()
    query = select(func.count()).select_from(BankLine).where(BankLine.state != "info")
    return session.scalar(query)


def test_a_statement_is_taken_once_and_what_it_repeats_changes_nothing(session, sol):
    content = statement(movement("100,00"), movement("-5,00", memo="TARIFA"), movement("x"))
    row = taken(sol, content, name="extrato.ofx")
    assert (row.kind, *counts(row)) == ("ofx", 2, 0, 1)
    assert counts(taken(sol, content, name="extrato.ofx")) == (0, 2, 1)
    more = statement(movement("100,00"), movement("7,00", memo="PIX DAVI"))
    zipped = archive(novembro__ofx=more, leia__txt=b"hello")
    row = taken(sol, zipped, name="banco.zip")
    assert (row.kind, *counts(row)) == ("zip", 1, 1, 1)
    assert lines(session) == 3


def test_a_statement_is_looked_at_undone_and_taken_again(session, sol):
    content = statement(movement("100,00"), movement("-5,00", memo="TARIFA"))
    seen = imports_preview.read(content, import_choices.read())
    assert (seen.is_ready, seen.kind, seen.total) == (True, "ofx", 2)
    for _ in range(2):
        row = taken(sol, content, name="extrato.ofx")
        assert counts(row) == (2, 0, 0)
        done = imports_undo.undo(actors.system([sol.id], name="t"), sol.id, row.id, now=NOW)
        assert (done.lines, open_credits(session)) == (2, 0)
        assert session.scalars(select(BankAccount.known_until)).all() == [None]
        assert session.scalars(select(FreshnessMark)).all() == []


def test_a_statement_that_settled_something_is_undone_match_by_match_first(session, sol):
    davi = debts.debtor(session, sol, "Davi Lima Souza")
    debts.receivable(session, davi, due=date(2026, 11, 24), cents=100_00)
    program = actors.system([sol.id], name="t")
    row = taken(sol, statement(movement("100,00", "PIX DAVI LIMA SOUZA")), name="extrato.ofx")
    line = session.scalars(select(BankLine)).one()
    one = [Ref(sol.id, line.id)]
    assert reconciliation.accept(program, one, now=NOW) == one
    with pytest.raises(Conflict):
        imports_undo.undo(program, sol.id, row.id, now=NOW)
    reconciliation.undo(program, one, now=NOW)
    assert len(session.scalars(select(Hold).where(Hold.released_at.is_(None))).all()) == 1
    assert imports_undo.undo(program, sol.id, row.id, now=NOW).lines == 1
    session.expire_all()
    assert session.scalars(select(Hold).where(Hold.released_at.is_(None))).all() == []


def test_all_parts_of_an_archive_are_undone(session, sol):
    parts = archive(
        novembro__ofx=statement(movement("7,00")),
        titulos__csv=rows("C1;;;;F1;01/08/2026;01/09/2026;100,00;;"),
    )
    for _ in range(2):
        row = taken(sol, parts, name="tudo.zip")
        assert counts(row) == (2, 0, 0)
        done = imports_undo.undo(actors.system([sol.id], name="t"), sol.id, row.id, now=NOW)
        assert (done.withdrawn, done.lines, open_credits(session)) == (1, 1, 0)


def test_a_remittance_is_refused_and_nothing_is_kept(session, sol):
    with pytest.raises(BadInput, match="remittance"):
        taken(sol, b"01REMESSA01COBRANCA".ljust(400) + b"\n" + b"1".ljust(400), name="x.rem")
    assert lines(session) == 0


def test_a_statement_in_another_currency_is_refused(session, sol):
    content = statement(movement("100,00")).replace(b"<CURDEF>BRL", b"<CURDEF>USD")
    row = taken(sol, content, name="extrato.ofx")
    assert (row.state, lines(session)) == ("failed", 0)
    assert row.error["phrase"][1] == {"currency": "USD", "own": "BRL"}
