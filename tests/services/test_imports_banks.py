"""Statements and return files through the pipeline of imports, alone and in an archive."""

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain import import_choices
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict
from bpo.models import BankLine
from bpo.services import imports_preview, imports_undo
from tests.factories import people
from tests.factories.tables import NOW, counts, taken
from tests.formats.test_archives import archive
from tests.formats.test_ofx import movement, statement


@pytest.fixture
def sol(session):
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        yield place


def lines(session):
    return session.scalar(select(func.count()).select_from(BankLine))


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


def test_a_statement_is_looked_at_and_undone_where_it_is_reconciled(session, sol):
    content = statement(movement("100,00"))
    seen = imports_preview.read(content, import_choices.read())
    assert (seen.is_ready, seen.kind, seen.total) == (True, "ofx", 1)
    row = taken(sol, content, name="extrato.ofx")
    with pytest.raises(Conflict):
        imports_undo.undo(actors.system([sol.id], name="t"), sol.id, row.id, now=NOW)


def test_a_remittance_is_refused_and_nothing_is_kept(session, sol):
    with pytest.raises(BadInput, match="remittance"):
        taken(sol, b"01REMESSA01COBRANCA".ljust(400) + b"\n" + b"1".ljust(400), name="x.rem")
    assert lines(session) == 0
