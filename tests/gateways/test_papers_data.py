"""What a debtor takes along about themselves, on paper, and what settles a dossier's debt."""

from types import SimpleNamespace

from bpo.domain.insight.dossiers import Summary
from bpo.domain.writing.messages import Creditor
from bpo.gateways import dossiers, papers
from bpo.gateways.weekly.voice import Voice
from tests.gateways.figures import AS_OF
from tests.gateways.test_report_pages import ENDLESS, read

ROOMS = (
    *("contacts", "receivables", "payments", "refunds", "agreements", "recurring", "documents"),
    *("promises", "disputes", "pauses", "messages_received", "conversations_recorded", "page"),
    *("opinions", "visits"),
)
SOL = Creditor("Padaria Sol Ltda", "Padaria Sol", "11.222.333/0001-81", "Rua das Flores, 10")


def test_a_long_address_among_the_own_data_is_broken_within_its_column() -> None:
    who = {"document": "", "customer_number": "7", "city": "", "state": "", "payment_class": ""}
    sent = {"at": AS_OF, "channel": "email", "subject": "Fatura", "recipient": f"{ENDLESS}@x.br"}
    kept = {room: [] for room in ROOMS}
    kept |= {
        "controller": SimpleNamespace(name="Padaria Sol", contact=""),
        "legal_basis": "LGPD",
        "identity": SimpleNamespace(name="Davi", **who),
        "messages_sent": [sent],
    }
    pages = read(papers.personal_data(papers.Frame(SOL, AS_OF), kept, {}, "pt_BR"))
    assert "Mensagens" in pages[0].text
    assert not [text for page in pages for _, text in page.ends if ENDLESS in text]


def settled_by(total: int, charges: int) -> str:
    told = Summary("Davi", AS_OF, 100_00, total, charges, 0, 1, 0)
    return dossiers.key_figures(told, Voice("pt_BR"))[1].change.replace("\xa0", " ")


def test_a_sum_below_the_principal_says_that_a_discount_is_in_it() -> None:
    assert settled_by(98_00, 0) == "descontos: R$ 2,00"
    assert settled_by(101_00, 3_00) == "encargos por atraso: R$ 3,00 · descontos: R$ 2,00"
    assert settled_by(103_00, 3_00) == "encargos por atraso: R$ 3,00"
    assert settled_by(100_00, 0) == "encargos por atraso: R$ 0,00"
