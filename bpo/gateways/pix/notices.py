"""Notices of Pix that arrived, as a bank calls our address with them (WebhookPixBody)."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bpo.gateways.pix import charges
from bpo.gateways.signing import Signer
from bpo.kernel.errors import BadInput, Forbidden

PURPOSE = "callback.pix"
FINGERPRINT = "PIX_CERTIFICATE_SHA256"
"""The name of the secret that holds the SHA-256 of the bank's client certificate, in hex; the
server in front of us says which certificate it saw in `CERTIFICATE_HEADER`."""
CERTIFICATE_HEADER = "x-client-certificate-sha256"
MOST_NOTICES = 1_000

_YEARS = range(2020, 2100)
"""Pix began in November 2020."""

_END_TO_END = re.compile(r"[A-Za-z0-9]{32}")


@dataclass(frozen=True, slots=True)
class Notice:
    """Money that arrived by Pix. `end_to_end_id` is its identity in the whole country."""

    end_to_end_id: str
    txid: str
    cents: int
    at: datetime
    words: str
    payer_name: str
    payer_document: str


def address(base_url: str, signer: Signer, workspace_id: int) -> str:
    """The address to give to the bank of a client company; the bank adds `/pix` to it."""
    return f"{base_url}/hooks/pix/{signer.token(workspace_id, PURPOSE)}"


def verify(headers: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Where the certificate of the bank is configured, accept calls that came with it alone."""
    wanted = secrets.get(FINGERPRINT, "").replace(":", "").lower()
    given = headers.get(CERTIFICATE_HEADER, "").replace(":", "").lower()
    if wanted and not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Forbidden("The call did not come with the bank's certificate")


def read(content: bytes) -> tuple[Notice, ...]:
    """The notices of a call. Raises BadInput for anything else."""
    try:
        return of(json.loads(content)["pix"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput("This is no notice of a Pix") from error


def of(told: object) -> tuple[Notice, ...]:
    """The notices of a list. Raises ValueError, KeyError or TypeError for anything else."""
    if not isinstance(told, list | tuple) or len(told) > MOST_NOTICES:
        raise ValueError("no list of notices")
    return tuple(_notice(one) for one in told)


def _notice(one: dict[str, object]) -> Notice:
    number = str(one["endToEndId"])
    at = datetime.fromisoformat(str(one["horario"]))
    amount = charges.cents(str(one["valor"]))
    is_dated = at.tzinfo is not None and at.year in _YEARS
    if not _END_TO_END.fullmatch(number) or not is_dated or amount <= 0:
        raise ValueError("no notice of a Pix")
    payer = one.get("pagador")
    who = payer if isinstance(payer, dict) else {}
    return Notice(
        number,
        _text(one.get("txid"), 35),
        amount,
        at,
        _text(one.get("infoPagador"), 140),
        _text(who.get("nome"), 200),
        _text(who.get("cpf") or who.get("cnpj"), 14),
    )


def _text(value: object, most: int) -> str:
    """At most so many characters that can be stored: half a character raises ValueError."""
    text = str(value or "")[:most]
    return text.encode().decode()
