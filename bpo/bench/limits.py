"""What the machine itself allows, measured in the same run: bare writes, bare mails, bare sums."""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from bpo.bench import meter
from bpo.bench.ground import Ground
from bpo.gateways.mail import Smtp

Tell = Callable[[dict[str, Any]], None]


def measure(here: Ground, count: int, tell: Tell, smtp_url: str) -> None:
    """Phases named `limit_…`: one committed update each, one prebuilt mail each, one bare sum."""
    _updates(here, count, tell)
    _mails(count, tell, smtp_url)
    _built_mails(count, tell)
    _sums(here, count, tell)


def _updates(here: Ground, count: int, tell: Tell) -> None:
    here.owner.execute("CREATE TABLE limit_rows (id bigint PRIMARY KEY, state text)")
    here.owner.execute(
        "INSERT INTO limit_rows SELECT g, 'planned' FROM generate_series(1, %s) g", [count]
    )
    with meter.phase("limit_update_commit", count) as phase, here.owner.cursor() as cursor:
        for number in range(1, count + 1):
            cursor.execute(
                "UPDATE limit_rows SET state = 'sent' WHERE id = %s", [number], prepare=True
            )
    tell(phase.row())


def _mails(count: int, tell: Tell, smtp_url: str) -> None:
    one = message(0).as_bytes(policy=SMTP)
    mail = Smtp(smtp_url)
    with meter.phase("limit_smtp", count) as phase:
        for number in range(count):
            mail.send("bench@bench.example", f"limit{number}@debtor.example", one)
        mail.close()
    tell(phase.row())


def _built_mails(count: int, tell: Tell) -> None:
    with meter.phase("limit_build_mail", count) as phase:
        for number in range(count):
            message(number).as_bytes(policy=SMTP)
    tell(phase.row())


def _sums(here: Ground, count: int, tell: Tell) -> None:
    with meter.phase("limit_aging_sql", count) as phase, here.owner.cursor() as cursor:
        cursor.execute(
            "SELECT debtor_id, sum(amount_cents - settled_cents) FROM receivables GROUP BY 1"
        )
        phase.n = len(cursor.fetchall())
    tell(phase.row())


def message(number: int) -> EmailMessage:
    """A mail of two parts, about as long as a reminder."""
    made = EmailMessage()
    made["From"] = "Loja do Sol <cobranca@bench.example>"
    made["To"] = f"cliente{number}@debtor.example"
    made["Subject"] = f"Fatura {number}"
    made.set_content(f"Olá, cliente {number}.\n" + "Uma linha de texto para encher.\n" * 12)
    made.add_alternative(
        "<html><body>" + "<p>Uma linha de texto para encher.</p>\n" * 60 + "</body></html>",
        subtype="html",
    )
    return made
