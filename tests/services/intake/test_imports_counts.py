"""However many rows a file has, as many statements; and what day it is near midnight."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.formats import ofx
from bpo.kernel import actor as actors
from bpo.models import Entry, FreshnessMark, Payment, Receivable
from tests import counting
from tests.factories import people
from tests.factories.tables import counts, remarks, rows, taken
from tests.formats.test_cnab import header_400, placed
from tests.formats.test_ofx import movement, statement
from tests.services.intake.test_imports_fiscal import archive, other

FEW, MANY = 2, 20
PAYMENTS = "cliente;numero;data pagamento;valor pago;historico"
REGISTER = "codigo;nome;email;cidade;uf"


def owed(count, due="30/09/2026", paid="", prefix="F"):
    lines = (
        f"C{n};;D{n};d{n}@x.example;{prefix}{n};01/09/2026;{due};100,00;{paid};"
        for n in range(count)
    )
    return rows(*lines)


def settled(count):
    lines = (f"C{n};F{n};02/10/2026;100,00;Pix {n}" for n in range(count))
    return rows(*lines, head=PAYMENTS)


def known(count, city):
    lines = (f"C{n};Debtor {n};d{n}@{city}.example;{city};PE" for n in range(count))
    return rows(*lines, head=REGISTER)


def invoices(count):
    return archive(**{f"n{n}__xml": other(200 + n) for n in range(count)})


def extract(count, cents="73,00"):
    return statement(*(movement(cents, memo=f"PIX DE D{n}", fitid=f"f{n}") for n in range(count)))


def returned(count):
    lines = (
        placed(
            400, p1="1", p63=f"{n:08}", p109="06", p111="051126", p117=f"F{n}", p147="300926",
            p153=f"{10000:013}", p254=f"{10000:013}", p296="061126",
        )
        for n in range(count)
    )  # fmt: skip
    return "\n".join([header_400("341"), *lines]).encode()


TABLES = (
    ("new titles", owed, {}),
    ("the same titles again", owed, {}),
    ("other dates", lambda n: owed(n, due="05/10/2026"), {}),
    ("settled by a payment", settled, {"kind": "payments"}),
    ("owed again", lambda n: owed(n, prefix="G"), {}),
    ("settled since", lambda n: owed(n, prefix="G", paid="02/10/2026"), {}),
    ("a register that moved", lambda n: known(n, "olinda"), {"kind": "debtors"}),
    ("invoices", invoices, {}),
)
BANKS = (
    ("new titles", owed, {}),
    ("a return file", returned, {}),
    ("a statement", extract, {}),
)


@pytest.mark.parametrize(("steps", "paid"), [(TABLES, 2), (BANKS, 1)], ids=["tables", "banks"])
def test_ten_times_the_rows_are_as_many_statements(session, steps, paid):
    said = {name: [] for name, *_ in steps}
    for size in (FEW, MANY):
        place = people.workspace(f"sol{size}", cnpj=None)
        with acting_as(actors.system([place.id], name="test")):
            for name, make, choices in steps:
                with counting.statements() as sent:
                    row = taken(place, make(size), **choices)
                assert (row.state, row.applied > 0 or "same" in name) == ("applied", True), name
                said[name].append(len(sent))
            assert len(session.scalars(select(Payment.id)).all()) == paid * size
    assert {name: many for name, (_, many) in said.items()} == {
        name: few for name, (few, _) in said.items()
    }


LATE = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
"""22:30 on the 23rd in São Paulo, 21:30 in Manaus."""


def test_what_day_it_is_is_told_by_the_clock_of_the_company(session):
    place = people.workspace()
    place.time_zone = "America/Manaus"
    content = rows(
        "C1;;Davi;;F1;01/09/2026;01/10/2026;100,00;23/11/2026;100,00",
        "C1;;Davi;;F2;01/09/2026;01/10/2026;100,00;24/11/2026;100,00",
    )
    for now, known, told in (
        (LATE, date(2026, 11, 23), [(3, "date", "warning")]),
        (LATE.replace(hour=4), date(2026, 11, 24), []),
    ):
        with acting_as(actors.system([place.id], name="test")):
            row = taken(place, content, now=now)
            assert remarks(row) == told
            marks = select(FreshnessMark.known_until).order_by(FreshnessMark.id.desc())
            assert session.scalars(marks).first() == known


@pytest.mark.parametrize(
    ("written", "on"),
    [
        ("20261105235959[-3:BRT]", date(2026, 11, 5)),
        ("20261105235959.999[-03:EST]", date(2026, 11, 5)),
        ("20261105000000[-3:BRT]", date(2026, 11, 5)),
        ("20261105235959[+5:30]", date(2026, 11, 5)),
        ("20261106025959[0:GMT]", date(2026, 11, 6)),
    ],
)
def test_a_movement_near_midnight_stays_on_the_day_that_the_bank_wrote(written, on):
    (found,) = ofx.read(statement(movement("100,00", on=written))).movements
    assert found.date == on


def test_a_payment_near_midnight_stays_on_the_day_that_the_file_wrote(session):
    place = people.workspace()
    content = rows(
        "C1;;Davi;;F1;2026-09-01T00:00:00-03:00;2026-10-01;100.00;2026-10-05T23:59:59-03:00;100.00",
        "C1;;Davi;;F2;2026-09-01T23:59:59-03:00;2026-10-01;100.00;2026-10-06T00:00:00-03:00;100.00",
    )
    with acting_as(actors.system([place.id], name="test")):
        assert counts(taken(place, content)) == (2, 0, 0)
        entries = session.scalars(select(Entry.on_day).order_by(Entry.on_day)).all()
        assert entries == [date(2026, 10, 5), date(2026, 10, 6)]
        issued = session.scalars(select(Receivable.issue_date)).all()
        assert issued == [date(2026, 9, 1)] * 2
