"""NF-e and archives taken into the books: bills, documents kept with them, and hostile files."""

import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput
from bpo.models import Attachment, Debtor, Receivable, StoredFile
from tests.factories import people, tables
from tests.factories.tables import counts, remarks, rows, taken
from tests.formats.test_nfe import KEY, bill, document

TWO = (bill("001", "2026-09-01", "100.33"), bill("002", "2026-10-01", "199.67"))
HEAD = "cliente;numero;emissao;vencimento;valor"


@pytest.fixture
def sol(session):
    place = people.workspace(cnpj=None)
    with acting_as(actors.system([place.id], name="test")):
        yield place


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def other(number, **facts):
    """An NF-e of another number and key."""
    text = document(*TWO, key=f"{KEY[:25]}{number:09}{KEY[34:43]}", dest="CPF", **facts)
    return text.replace(b"<nNF>123<", f"<nNF>{number}<".encode())


def test_the_bills_of_an_nfe_are_owed_and_its_xml_is_kept_with_them(session, sol):
    content = document(*TWO, dest="CPF")
    row = taken(sol, content, name="nota.xml")
    assert (row.kind, *counts(row)) == ("nfe", 2, 0, 0)
    owed = session.scalars(select(Receivable).order_by(Receivable.due_date)).all()
    assert [(one.number, one.installment, one.amount_cents) for one in owed] == [
        ("123", 1, 100_33),
        ("123", 2, 199_67),
    ]
    assert (owed[0].issue_date, owed[0].due_date) == (date(2026, 8, 1), date(2026, 9, 1))
    debtor = session.scalars(select(Debtor)).one()
    assert (debtor.name, debtor.document, debtor.kind) == ("Davi", "52998224725", "person")
    kept = session.scalars(select(Attachment).order_by(Attachment.receivable_id)).all()
    assert [one.receivable_id for one in kept] == sorted(one.id for one in owed)
    assert {one.kind for one in kept} == {"fiscal_document"}
    assert session.get(StoredFile, (sol.id, kept[0].file_id)).content == content
    assert counts(taken(sol, content, name="nota.xml")) == (0, 2, 0)
    assert session.scalar(select(func.count()).select_from(Attachment)) == 2


def test_an_nfe_after_the_table_that_had_it_already_doubles_nothing(session, sol):
    table = rows("52998224725;123;01/08/2026;01/09/2026;300,00", head=HEAD)
    assert counts(taken(sol, table)) == (1, 0, 0)
    content = document(bill("001", "2026-09-01", "300.00"), dest="CPF")
    assert counts(taken(sol, content, name="nota.xml")) == (0, 1, 0)
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_bought_goods_and_notes_of_nobody_are_left_out_and_named(session):
    buyer = people.workspace(slug="davi", cnpj="11444777000161")
    seller = people.workspace(slug="mar", cnpj="12ABC345000188")
    stranger = people.workspace(slug="lua", cnpj="11222333000181")
    with acting_as(actors.system([buyer.id, seller.id, stranger.id], name="test")):
        bought = document(*TWO).replace(b"52998224725", b"11444777000161")
        for place in (buyer, stranger):
            row = taken(place, bought, name="compra.xml")
            assert remarks(row) == [(1, "not_issued", "reject"), (2, "not_issued", "reject")]
        row = taken(seller, document(*TWO, dest="CPF", status="302"), name="denegada.xml")
        assert counts(row) == (0, 0, 2)
        assert session.scalar(select(func.count()).select_from(Receivable)) == 0


def test_two_series_with_one_number_never_pass_for_a_correction(session, sol):
    assert counts(taken(sol, document(*TWO, dest="CPF"), name="a.xml")) == (2, 0, 0)
    second = document(*TWO, key="9" + KEY[1:43], dest="CPF")
    row = taken(sol, second, name="b.xml")
    assert "conflict" in {code for _, code, _ in remarks(row)}
    assert counts(row)[0] == 0


def test_an_archive_of_many_kinds_is_taken_in_one_go(session, sol):
    given = archive(
        a__xml=other(1),
        b__xml=other(2),
        c__xml=other(2),
        d__csv=rows("C9;77;01/08/2026;01/09/2026;50,00", head=HEAD),
        e__pdf=b"%PDF-1.7",
        f__xml=document(dest="CPF"),
    )
    row = taken(sol, given, name="agosto.zip")
    assert (row.kind, *counts(row)) == ("zip", 5, 0, 3)
    said = {code for _, code, _ in remarks(row)}
    assert said >= {"duplicate", "damaged"}
    assert any("e.pdf" in str(item) for item in row.problems["items"])
    assert any("no duplicatas" in str(note) for note in row.problems["notes"])
    assert counts(taken(sol, given, name="agosto.zip")) == (0, 5, 3)
    tables.refreshed(session)
    assert session.scalar(select(func.count()).select_from(Attachment)) == 4


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04" + b"\xff" * 99, archive(), archive(a__pdf=b"%PDF"), archive(d__bin=b"")],
)
def test_an_archive_with_nothing_in_it_is_refused(sol, content):
    with pytest.raises(BadInput):
        taken(sol, content, name="x.zip")
