"""Whatever table a program writes is read back, and no row is ever lost in silence."""

import contextlib
import csv
import io
import string
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.intake import rows
from bpo.domain.intake.rows import Choices, Level
from bpo.domain.intake.rows_records import ReceivableRow
from bpo.formats.dates import Order
from bpo.kernel.errors import BadInput


class Invoice(NamedTuple):
    """What a client company's program knows of one receivable."""

    debtor: str
    name: str
    number: str
    issue: date
    due: date
    cents: int
    paid: date | None


class Dialect(NamedTuple):
    """One way of writing a table."""

    separator: str
    quoting: int
    end: str
    encoding: str
    order: Order
    dates: str
    comma: bool
    grouped: bool


WRITINGS = {
    Order.DMY: ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y 00:00:00"),
    Order.MDY: ("%m/%d/%Y", "%m-%d-%Y"),
    Order.YMD: ("%Y-%m-%d", "%Y%m%d", "%Y-%m-%d 00:00:00"),
}
PROOF = Invoice("1", "Prova", "900001", date(2024, 1, 25), date(2024, 2, 25), 123456789, None)

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
refs = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=19).filter(
    lambda ref: ref.strip("0") and ref not in ("NULL", "NONE", "NAN", "NAT")
)
names = st.text("abçãéôÀÜº–&.'=+-@;,|\t\"", max_size=12).map(
    lambda name: f"Sr. {' '.join(name.split())}x Filho"
)


@st.composite
def invoices(draw: st.DrawFn) -> Invoice:
    issue = draw(days)
    due = issue + timedelta(draw(st.integers(0, 400)))
    paid = issue + timedelta(draw(st.integers(0, 400))) if draw(st.booleans()) else None
    number = str(draw(st.integers(1, 900_000))).zfill(draw(st.integers(1, 10)))
    return Invoice(draw(refs), draw(names), number, issue, due, draw(st.integers(1, 10**12)), paid)


@st.composite
def dialects(draw: st.DrawFn) -> Dialect:
    order = draw(st.sampled_from(Order))
    return Dialect(
        draw(st.sampled_from(";,\t|")),
        draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])),
        order,
        draw(st.sampled_from(WRITINGS[order])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def amount(cents: int, dialect: Dialect) -> str:
    whole, rest = divmod(cents, 100)
    text = f"{whole:,}.{rest:02}" if dialect.grouped else f"{whole}.{rest:02}"
    return text.translate(str.maketrans(",.", ".,")) if dialect.comma else text


def written(table: list[Invoice], dialect: Dialect) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(
        stream, delimiter=dialect.separator, quoting=dialect.quoting, lineterminator=dialect.end
    )
    writer.writerow(["Código", "Razão Social", "Número", "Emissão", "Vencimento", "Valor", "Baixa"])
    for invoice in table:
        settled = invoice.paid.strftime(dialect.dates) if invoice.paid else ""
        writer.writerow(
            [
                invoice.debtor,
                invoice.name,
                invoice.number,
                invoice.issue.strftime(dialect.dates),
                invoice.due.strftime(dialect.dates),
                amount(invoice.cents, dialect),
                settled,
            ]
        )
    return stream.getvalue().encode(dialect.encoding)


MAPPING = {"debtor_ref": "Código", "debtor_name": "Razão Social", "paid_date": "Baixa"}


@given(table=st.lists(invoices(), max_size=25), dialect=dialects())
def test_any_table_with_one_proof_is_read_back(table: list[Invoice], dialect: Dialect) -> None:
    unique = {(i.debtor.lstrip("0"), i.number.lstrip("0")): i for i in table}
    table = [*unique.values(), PROOF]
    parsed = rows.parse(written(table, dialect), Choices(mapping=MAPPING))
    assert [p for p in parsed.problems if p.level is Level.REJECT] == []
    assert [
        (r.debtor_ref, r.number, r.issue_date, r.due_date, r.amount_cents, r.paid_date)
        for r in parsed.rows
        if isinstance(r, ReceivableRow)
    ] == [(i.debtor, i.number, i.issue, i.due, i.cents, i.paid) for i in table]
    one_name = {i.debtor.lstrip("0") for i in table}
    if len(one_name) == len(table):
        assert [r.debtor_name for r in parsed.rows] == [i.name for i in table]


CELLS = st.sampled_from(
    ["", "0", "7", "007", "25/04/2024", "04/25/2024", "03/04/2024", "2024-04-03", "31/02/2024",
     "10,00", "1.234", "1,234.56", "-5,00", "1,6E+18", "33.000.167/0001-01", "x", '"', '""', ";",
     "\n", "nan", "Padaria Sol"]
)  # fmt: skip


@given(
    table=st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=20),
    order=st.none() | st.sampled_from(Order),
    size=st.integers(1, 9),
)
def test_every_row_is_taken_or_named(
    table: list[list[str]], order: Order | None, size: int
) -> None:
    header = "Código Cliente;CNPJ;Número;Emissão;Vencimento;Valor;Data Pagamento;Valor Pago"
    content = "\n".join([header, *(";".join(row) for row in table)]).encode()
    try:
        examined = rows.examine(content, Choices(date_order=order))
    except BadInput:
        return
    pieces = list(rows.batches(examined, size))
    taken = [row.line for piece in pieces for row in piece.rows]
    problems = [problem for piece in pieces for problem in piece.problems]
    named = {problem.line for problem in problems if problem.level is Level.REJECT}
    assert len(taken) == len(set(taken))
    assert not named & set(taken)
    assert len(taken) + len(named) == examined.total
    for row in (row for piece in pieces for row in piece.rows):
        assert isinstance(row, ReceivableRow)
        assert row.debtor_key
        assert row.amount_cents > 0
        assert (row.paid_date is None) == (row.paid_cents is None)
        assert date(1950, 1, 1) <= min(row.issue_date, row.due_date)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_rubbish_is_refused_with_a_sentence(content: bytes) -> None:
    with contextlib.suppress(BadInput):
        rows.parse(content)
    with contextlib.suppress(BadInput):
        rows.parse(b"cliente;vencimento;valor\n" + content)
