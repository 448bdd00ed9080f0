"""What a debtor's reply seems to say, by small rules that can be told in a sentence.

Nothing here decides: a promise or a dispute is suggested with the words that speak for it, and a
person confirms. Only the wish not to be written to any more is honoured at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from bpo.domain.desk.disputes import Grounds
from bpo.kernel.text import Phrase, searchable


class Kind(StrEnum):
    """What a reply seems to be."""

    OPT_OUT = "opt_out"
    WRONG_PERSON = "wrong_person"
    DISPUTE = "dispute"
    PLAN = "plan"
    PROMISE = "promise"
    OTHER = "other"


LABELS = {
    Kind.OPT_OUT: Phrase("Asks for silence"),
    Kind.WRONG_PERSON: Phrase("Not the right person"),
    Kind.DISPUTE: Phrase("Disagrees"),
    Kind.PLAN: Phrase("Wants to negotiate"),
    Kind.PROMISE: Phrase("Promises to pay"),
    Kind.OTHER: Phrase("Reply"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the rules found. `words` are the debtor's own that made them think so.

    `day` and `cents` (centavos) belong to a promise and are None when not said; `grounds` to a
    dispute.
    """

    kind: Kind
    words: str = ""
    day: date | None = None
    cents: int | None = None
    grounds: Grounds | None = None


STOP_WORDS = frozenset(
    [
        "sair",
        "pare",
        "parar",
        "parem",
        "stop",
        "cancelar",
        "cancela",
        "remover",
        "descadastrar",
        "unsubscribe",
        "quit",
        "end",
    ]
)
"""Alone, or with a word of courtesy, they stop messages to the address."""

_COURTESY = frozenset(
    [
        "por",
        "favor",
        "quero",
        "pf",
        "pfv",
        "obrigado",
        "obrigada",
        "agora",
        "please",
        "desejo",
        "gostaria",
        "de",
    ]
)
_STOP = re.compile(
    r"(?:nao quero (?:mais )?receber|par[ea]m? de (?:me )?(?:mandar|enviar|cobrar|ligar)"
    r"|nao (?:me )?(?:mande|envie|mandem|enviem)(?: mais)?\b|me (?:tire|tira|remova|descadastr\w+)"
    r"|(?:remov\w+|tir\w+|exclu\w+) (?:o )?meu (?:numero|telefone|e-?mail|contato)"
    r"|sair da lista|stop sending|remove me)"
)
_WRONG = re.compile(
    r"(?:numero errado|pessoa errada|nao sou (?:o|a|eu|essa|esse)\b|e engano|foi engano"
    r"|nao conheco (?:essa|esta|esse|este|nenhum\w*) (?:pessoa|cliente|empresa)"
    r"|wrong (?:number|person))"
)
_GROUNDS: tuple[tuple[Grounds, re.Pattern[str]], ...] = (
    (
        Grounds.ALREADY_PAID,
        re.compile(
            r"(?:(?<!nao )\bja (?:foi |esta |estava |ta )?(?:pag[uo]\w*|quitad\w+"
            r"|acert\w+|transferi|depositei)"
            r"|(?<!nao )\b(?:paguei|quitei|depositei|transferi)\b"
            r"|(?:segue|anexo|mandei|enviei)[\w ,]{0,20}comprovante"
            r"|comprovante (?:em anexo|anexo|segue)|fiz o pix|already paid)"
        ),
    ),
    (
        Grounds.UNKNOWN_DEBT,
        re.compile(
            r"(?:nao reconhec\w+|desconhec\w+|nao conheco|nao devo|nao fiz ess[ae]|nao comprei"
            r"|nao contratei|nunca (?:comprei|contratei)|cobranca indevida|nao e (?:minha|meu)\b"
            r"|do not (?:recognise|recognize|owe))"
        ),
    ),
    (
        Grounds.NOT_DELIVERED,
        re.compile(
            r"(?:(?:ainda )?nao (?:recebi|chegou|entregaram|foi entregue)"
            r"(?! (?:o |a |nenhum )?(?:boleto|fatura|pix|nota|codigo|link|e-?mail)))"
        ),
    ),
    (
        Grounds.AMOUNT,
        re.compile(
            r"(?:valor (?:esta |ta )?(?:errad\w+|incorret\w+|divergente|diferente)|cobrando a mais)"
        ),
    ),
    (
        Grounds.CANCELLED,
        re.compile(r"(?:(?<!nao )(?:cancelei|foi cancelad\w+|cancelamos)|devolvi|devolvemos)"),
    ),
    (
        Grounds.QUALITY,
        re.compile(r"(?:veio (?:errad\w+|com defeito|quebrad\w+)|com defeito|servico mal feito)"),
    ),
)
_PLAN = re.compile(
    r"(?:parcel\w+|dividir|em (?:\d|duas|tres|quatro)\w* vezes|negociar|acordo|desconto"
    r"|nao (?:consigo|posso|tenho como|tenho condicoes de|vou conseguir) (?:pagar|quitar)"
    r"|sem condicoes)"
)
_PAYS = re.compile(
    r"(?<!nao )\b(?:vou (?:pagar|quitar|acertar|depositar|transferir|fazer o pix)|irei pagar"
    r"|vamos (?:pagar|quitar|acertar)|pago\b|pagarei|pagaremos|pagamos"
    r"|quito|acerto|deposito|transfiro"
    r"|faco o (?:pix|pagamento)|posso pagar|consigo pagar|pretendo pagar|efetuo o pagamento"
    r"|programei|agendei|programado para|agendado para|will pay|i(?:'ll| will) pay)"
)
_REFUSES = re.compile(r"nao (?:vou|irei|vamos|posso|consigo) (?:pagar|quitar|acertar)")
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("segunda", "monday"),
            ("terca", "tuesday"),
            ("quarta", "wednesday"),
            ("quinta", "thursday"),
            ("sexta", "friday"),
            ("sabado", "saturday"),
            ("domingo", "sunday"),
        )
    )
    for name in names
}
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b(?:-feira)?")
_DATE = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_DAY = re.compile(r"\bdia (\d{1,2})\b")
_MONTHS = (
    *("janeiro", "fevereiro", "marco", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_NAMED_MONTH = re.compile(rf"\b(\d{{1,2}}) de ({'|'.join(_MONTHS)})\b")
_AMOUNT = re.compile(r"r\$ ?(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d{2}))?(?!\d)")
_FARTHEST_DAYS = 90
_LONGEST_WORDS = 80


def read(text: str, today: date) -> Reading:
    """What a reply seems to say on a day; the strongest statement wins.

    Silence, then a wrong person, then disagreement, a promise with a day, a plan, a promise
    without one.
    """
    plain = searchable(text)
    found = _read(text, plain, today)
    return replace(found, words=_as_written(found.words, plain, text))


def _read(text: str, plain: str, today: date) -> Reading:
    if _asks_for_silence(plain):
        return Reading(Kind.OPT_OUT, _short(text))
    if wrong := _WRONG.search(plain):
        return Reading(Kind.WRONG_PERSON, wrong[0])
    for grounds, pattern in _GROUNDS:
        if found := pattern.search(plain):
            return Reading(Kind.DISPUTE, found[0], grounds=grounds)
    promise = _promise(plain, today)
    if promise is not None and promise.day is not None:
        return promise
    if plan := _PLAN.search(plain):
        return Reading(Kind.PLAN, plan[0])
    return promise or Reading(Kind.OTHER)


def fresh_part(text: str) -> str:
    """What was written now, without what is quoted below and without the signature."""
    kept: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.rstrip() == "--" or _QUOTED_FROM.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def is_automatic(headers: Mapping[str, str], subject: str) -> bool:
    """Whether a machine answered (RFC 3834): out of office, an acknowledgement, a list.

    `headers` by lower-case name.
    """
    submitted = headers.get("auto-submitted", "no").lower()
    if not submitted.startswith("no"):
        return True
    if any(name in headers for name in _AUTOMATIC_HEADERS):
        return True
    if headers.get("precedence", "").lower() in ("bulk", "junk", "auto_reply", "list"):
        return True
    return _AUTOMATIC_SUBJECT.match(searchable(subject)) is not None


def to_json(reading: Reading) -> dict[str, Any]:
    """A reading as it is stored."""
    row = {
        "kind": reading.kind.value,
        "words": reading.words,
        "day": reading.day.isoformat() if reading.day else None,
        "cents": reading.cents,
        "grounds": reading.grounds.value if reading.grounds else None,
    }
    return {name: value for name, value in row.items() if value}


def from_json(row: Mapping[str, Any]) -> Reading:
    """A stored reading."""
    day, grounds = row.get("day"), row.get("grounds")
    return Reading(
        Kind(row.get("kind", Kind.OTHER)),
        str(row.get("words", "")),
        date.fromisoformat(day) if day else None,
        row.get("cents"),
        Grounds(grounds) if grounds else None,
    )


_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "list-id")
_AUTOMATIC_SUBJECT = re.compile(
    r"(?:re: ?)?(?:resposta automatica|automatic reply|auto(?:matic)?[- ]?(?:reply|response)"
    r"|fora do escritorio|out of (?:the )?office|ausencia|ausente|ferias)"
)
_QUOTED_FROM = re.compile(
    r"(?:em .{6,80}escreveu:|on .{6,80}wrote:|-{2,} ?(?:mensagem original|original message)"
    r"|_{10,}|de: .+@|from: .+@|enviado do meu|sent from my)",
    re.IGNORECASE,
)


def _asks_for_silence(plain: str) -> bool:
    words = re.findall(r"[a-z]+", plain)
    meant = [word for word in words if word not in _COURTESY]
    if meant and len(words) <= 5 and all(word in STOP_WORDS for word in meant):
        return True
    return _STOP.search(plain) is not None


def _promise(plain: str, today: date) -> Reading | None:
    if _REFUSES.search(plain):
        return None
    pays = _PAYS.search(plain)
    if pays is None:
        return None
    amount = _AMOUNT.search(plain)
    found = _day(plain, today)
    cents = None
    if amount:
        cents = int(amount[1].replace(".", "")) * 100 + int(amount[2] or 0)
    ends = [pays.end(), *([found[1]] if found else [])]
    words = plain[pays.start() : max(ends)][:_LONGEST_WORDS]
    return Reading(Kind.PROMISE, words, found[0] if found else None, cents)


def _day(plain: str, today: date) -> tuple[date, int] | None:
    """The first day that a text names from today on, and where its name ends."""
    for pattern, meant in _DAYS:
        for found in pattern.finditer(plain):
            day = meant(found, today)
            if day is not None and today <= day <= today + timedelta(days=_FARTHEST_DAYS):
                return day, found.end()
    return None


def _dated(found: re.Match[str], today: date) -> date | None:
    year = int(found[3]) if found[3] else today.year
    day = _made(year + 2000 if year < 100 else year, int(found[2]), int(found[1]))
    if day is not None and day < today and not found[3]:
        return _made(today.year + 1, int(found[2]), int(found[1]))
    return day


def _month_named(found: re.Match[str], today: date) -> date | None:
    month = _MONTHS.index(found[2]) + 1
    day = _made(today.year, month, int(found[1]))
    return day if day is None or day >= today else _made(today.year + 1, month, int(found[1]))


def _day_of_month(found: re.Match[str], today: date) -> date | None:
    day = _made(today.year, today.month, int(found[1]))
    if day is not None and day >= today:
        return day
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return _made(year, month, int(found[1]))


def _weekday(found: re.Match[str], today: date) -> date:
    """The next one, never today: who means today says so."""
    return today + timedelta(days=(_WEEKDAYS[found[1]] - today.weekday() - 1) % 7 + 1)


def _month_end(_: re.Match[str], today: date) -> date:
    following = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def _next_week(_: re.Match[str], today: date) -> date:
    """Its Friday: the last day on which the promise can still be kept."""
    return today + timedelta(days=7 - today.weekday() + 4)


def _in_days(days: int) -> Callable[[re.Match[str], date], date]:
    return lambda _, today: today + timedelta(days=days)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (_DATE, _dated),
    (_NAMED_MONTH, _month_named),
    (_DAY, _day_of_month),
    (re.compile(r"\bdepois de amanha\b"), _in_days(2)),
    (re.compile(r"\b(?:amanha|tomorrow)\b"), _in_days(1)),
    (_WEEKDAY, _weekday),
    (re.compile(r"\b(?:semana que vem|proxima semana|next week)\b"), _next_week),
    (re.compile(r"\b(?:fim|final) (?:do|deste) mes\b"), _month_end),
    (re.compile(r"\b(?:hoje|today)\b"), _in_days(0)),
)


def _as_written(words: str, plain: str, text: str) -> str:
    """The debtor's own letters of words found in the plain text, accents and all."""
    line = " ".join(text.split())
    at = plain.find(words)
    return line[at : at + len(words)] if len(line) == len(plain) and at >= 0 else words


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_WORDS]
