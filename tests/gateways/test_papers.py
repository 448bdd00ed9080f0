"""Papers as PDF: what an invoice says, in both languages, on one page."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from bpo.domain.books import charges, policies
from bpo.domain.books.receivables import Receivable
from bpo.domain.writing import invoices
from bpo.domain.writing.invoices import Invoice, Payer, Title, Way
from bpo.domain.writing.messages import Creditor
from bpo.formats import brcode
from bpo.gateways import papers

TODAY = date(2026, 11, 28)
CODE = brcode.static("11222333000181", "Padaria Sol", "Santos", 1_282_40, "REC7D261128")


def made(due: date) -> Invoice:
    title = Title("NF-7", date(2026, 10, 20), due, due, 1_249_90, "Pães de outubro", 2, 12)
    policy = policies.CollectionPolicy()
    amount = charges.amount_due(Receivable(title.amount_cents, due, due, (), 7), policy, TODAY)
    return Invoice(
        Creditor("Padaria Sol Ltda", "Padaria Sol", "11.222.333/0001-81", "Rua das Flores, 1"),
        Payer("Davi Lima", "123.456.789-09", "Santos/SP"),
        title,
        amount,
        (
            Way(
                "transfer", "TED", {"bank": "341", "account": "1", "holder": "Sol", "document": ""}
            ),
            Way("pix", "Pix", {}),
        ),
        policies.sentences(policy)[:3],
        "https://bpo.example/p/sol/policy",
        CODE,
        "34191.11111 11111.111115 11111.111115 6 16560000124990",
    )


def text_of(document: bytes) -> tuple[str, int]:
    reader = PdfReader(BytesIO(document))
    return reader.pages[0].extract_text(), len(reader.pages)


@pytest.mark.parametrize(
    ("due", "locale", "said"),
    [
        (date(2026, 12, 10), "pt_BR", ["Fatura", "R$ 1.249,90", "10/12/2026", "parcela 2 de 12"]),
        (date(2026, 11, 10), "en", ["Invoice", "R$1,282.40", "10 Nov 2026", "18 days late"]),
    ],
)
def test_an_invoice_says_all_that_paying_needs(due, locale, said):
    document = papers.invoice(made(due), locale)
    words, pages = text_of(document)
    plain = words.replace("\xa0", " ")
    assert pages == 1
    for word in [*said, "Davi Lima", "11.222.333/0001-81", "34191.11111", "/p/sol/policy"]:
        assert word in plain
    assert CODE in words, "the code is copied in one piece"
    assert plain.index("TED") < plain.index(CODE), "the ways stand in the creditor's order"


def test_what_is_asked_for_leaves_discounts_to_the_day_of_paying():
    terms = policies.CollectionPolicy(discounts=(policies.EarlyDiscount(0, cents=50_00),))
    title = Receivable(1_000_00, TODAY, TODAY, (), 1)
    amount = charges.amount_due(title, terms, TODAY)
    assert amount.total_cents == 950_00
    assert invoices.asked_cents(amount) == 1_000_00
