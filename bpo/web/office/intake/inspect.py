"""What is this: a file dropped or a code pasted is told, and nothing is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request

from bpo.domain.intake import inspection
from bpo.domain.intake.inspection import Given, Inspection
from bpo.domain.people.access import Permission
from bpo.formats import boleto
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.errors import BadInput, Refusal
from bpo.kernel.text import Phrase
from bpo.web import access, language
from bpo.web.office import blueprint

SHOWN = 100

KINDS = {
    "csv": Phrase("Table in text (CSV)"),
    "xlsx": Phrase("Workbook (XLSX)"),
    "nfe": Phrase("Electronic invoice (NF-e)"),
    "ofx": Phrase("Bank statement (OFX)"),
    "cnab240": Phrase("Return file of boletos (CNAB 240)"),
    "cnab400": Phrase("Return file of boletos (CNAB 400)"),
    "boleto": Phrase("Boleto"),
    "pix": Phrase("Pix code"),
    "cnpj": Phrase("CNPJ"),
    "cpf": Phrase("CPF"),
}
LABELS = {
    "access_key": Phrase("Access key"),
    "account": Phrase("Account"),
    "amount_cents": Phrase("Amount"),
    "bank": Phrase("Bank"),
    "bank_reference": Phrase("Bank's number"),
    "barcode": Phrase("Bar code"),
    "city": Phrase("City"),
    "crc_ok": Phrase("Checksum holds"),
    "credit_date": Phrase("Credited on"),
    "creditor_reference": Phrase("Creditor's number"),
    "date": Phrase("Day"),
    "debtor_name": Phrase("Name"),
    "debtor_ref": Phrase("Customer"),
    "description": Phrase("Description"),
    "digitable_line": Phrase("Digitable line"),
    "discount_cents": Phrase("Discount"),
    "due_date": Phrase("Due on"),
    "due_factor": Phrase("Due factor"),
    "event_date": Phrase("Happened on"),
    "fitid": Phrase("Bank's id"),
    "formatted": Phrase("As it is written"),
    "installment": Phrase("Instalment"),
    "interest_cents": Phrase("Interest and fine"),
    "is_payment": Phrase("Money received"),
    "issue_date": Phrase("Issued on"),
    "issuer": Phrase("Issuer"),
    "key": Phrase("Pix key"),
    "kind": Phrase("Kind of code"),
    "memo": Phrase("Memo"),
    "name": Phrase("Receiver"),
    "normalized": Phrase("As it is stored"),
    "number": Phrase("Number"),
    "occurrence": Phrase("Occurrence"),
    "paid_cents": Phrase("Paid"),
    "paid_date": Phrase("Paid on"),
    "recipient": Phrase("Recipient"),
    "title_cents": Phrase("Face amount"),
    "txid": Phrase("Txid"),
    "type": Phrase("Type"),
    "url": Phrase("Address"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An inspection made ready: columns that hold anything, cells, and the sum of what counts."""

    kind: Phrase
    valid: bool
    names: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    count: int
    total_cents: int | None
    problems: Sequence[tuple[int, str, str]]


@blueprint.get("/office/inspect")
@access.requires(Permission.SEE_PORTFOLIO)
def inspect() -> str:
    """The place to drop a file or paste a code."""
    return _page()


@blueprint.post("/office/inspect")
@access.requires(Permission.SEE_PORTFOLIO)
def inspect_given() -> str | tuple[str, int]:
    """What it is; nothing is kept."""
    try:
        content = _given()
        found = inspection.inspect(
            Given(content, clock.local_day(g.now, clock.zone_of_state(None)))
        )
    except Refusal as refusal:
        return _page(fault=wording.say(refusal.phrase, language.current())), 400
    return _page(_shown(found))


def _given() -> bytes:
    file = request.files.get("file")
    content = file.read() if file else b""
    content = content or request.form.get("text", "").strip().encode()
    if not content:
        raise BadInput("Drop a file or paste a code", field="text")
    return content


def _page(shown: Shown | None = None, fault: str | None = None) -> str:
    return render_template(
        "office/imports/inspect.html",
        shown=shown,
        fault=fault,
        text=request.form.get("text", "")[:1_000],
        labels=LABELS,
        most=SHOWN,
    )


def _shown(found: Inspection) -> Shown:
    rows = [_readable(found.kind, record) for record in found.records[:SHOWN]]
    names = list(rows[0]) if rows else []
    return Shown(
        KINDS[found.kind],
        found.valid,
        [name for name in names if any(row[name] not in (None, "") for row in rows)],
        rows,
        len(found.records),
        _total(found),
        [
            (one.line, one.level, wording.say(one.message, language.current()))
            for one in found.problems[:SHOWN]
        ],
    )


def _readable(kind: str, record: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind != "boleto":
        return record
    return {**record, "digitable_line": boleto.formatted(record["digitable_line"])}


def _total(found: Inspection) -> int | None:
    """What would come in: payments of a return file, amounts of anything else."""
    if found.kind.startswith("cnab"):
        return sum(one["paid_cents"] for one in found.records if one["is_payment"])
    amounts = [one.get("amount_cents") for one in found.records]
    return sum(filter(None, amounts)) if any(amounts) else None
