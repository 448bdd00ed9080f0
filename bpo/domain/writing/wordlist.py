"""Words that a message to a debtor must not use, each with what to write instead.

CDC art. 42 forbids ridicule, embarrassment and threats; art. 71 makes threats and false statements
a crime; domain practice asks that no by-stander learns of a debt from a subject line. Data only:
words without accents and in lower case, as `text_checks` compares them; a final `*` stands for any
ending.
"""

from enum import StrEnum
from typing import NamedTuple

from bpo.kernel.text import Phrase


class Fault(StrEnum):
    """Why a word is not used."""

    ACCUSES = "accuses"
    SHAMES = "shames"
    THREATENS = "threatens"
    FALSE = "false"
    HURRIES = "hurries"


class Rule(NamedTuple):
    """Words with one fault, in both languages, and what to write instead of them."""

    fault: Fault
    words: tuple[str, ...]
    instead: Phrase


WHY = {
    Fault.ACCUSES: Phrase("“{word}” accuses"),
    Fault.SHAMES: Phrase("“{word}” shames"),
    Fault.THREATENS: Phrase("“{word}” threatens"),
    Fault.FALSE: Phrase("“{word}” announces an end that is not true"),
    Fault.HURRIES: Phrase("“{word}” hurries"),
}

RULES: tuple[Rule, ...] = (
    Rule(
        Fault.ACCUSES,
        (
            "devedor*",
            "inadimplente*",
            "inadimplencia",
            "calote*",
            "mau pagador",
            "maus pagadores",
            "nao honrou",
            "descumpri*",
            "debtor*",
            "defaulter*",
            "deadbeat*",
            "delinquent*",
            "delinquency",
            "bad payer",
        ),
        Phrase("Address the person by name and state the fact: which invoice, due on which day"),
    ),
    Rule(
        Fault.SHAMES,
        (
            "nome sujo",
            "sujar o nome",
            "sujar seu nome",
            "vergonha",
            "vergonhos*",
            "irresponsavel",
            "irresponsabilidade",
            "ma-fe",
            "desonest*",
            "golpe",
            "golpista",
            "seu empregador",
            "sua familia",
            "seus vizinhos",
            "shame*",
            "irresponsible",
            "dishonest*",
            "your employer",
            "your family",
            "your neighbours",
        ),
        Phrase("Assume good faith: “if something is not right, tell us”"),
    ),
    Rule(
        Fault.THREATENS,
        (
            "acao judicial",
            "acoes judiciais",
            "processo judicial",
            "medidas judiciais",
            "medidas legais",
            "medidas cabiveis",
            "providencias judiciais",
            "vias judiciais",
            "processar voce",
            "sera processado",
            "sob pena",
            "consequencias",
            "penhora*",
            "bloqueio de bens",
            "bloqueio de conta",
            "oficial de justica",
            "policia",
            "cadeia",
            "preso",
            "serasa",
            "spc",
            "negativa*",
            "protesto",
            "protestar*",
            "protestad*",
            "legal action",
            "lawsuit*",
            "sue you",
            "court",
            "bailiff*",
            "police",
            "jail",
            "seize*",
            "garnish*",
            "consequences",
            "credit bureau",
        ),
        Phrase(
            "Say how to settle or to talk. What the client has truly decided goes in"
            " {{{{ effects }}}}, in the client's own words"
        ),
    ),
    Rule(
        Fault.FALSE,
        (
            "ultimo aviso",
            "ultima chance",
            "ultima oportunidade",
            "ultima tentativa",
            "ultimo lembrete",
            "aviso final",
            "notificacao final",
            "final notice",
            "last notice",
            "last warning",
            "last chance",
            "final warning",
            "final reminder",
        ),
        Phrase("Give the day until which something holds, and no more than that"),
    ),
    Rule(
        Fault.HURRIES,
        (
            "imediatamente",
            "imediato",
            "imediata",
            "urgente",
            "urgencia",
            "agora mesmo",
            "o quanto antes",
            "sem falta",
            "24 horas",
            "48 horas",
            "24h",
            "48h",
            "immediately",
            "urgent*",
            "asap",
            "24 hours",
            "48 hours",
        ),
        Phrase("Leave the hurry out, or name a day: “until {{{{ valid_until }}}}”"),
    ),
)

DEBT: tuple[str, ...] = (
    "divida*",
    "debito*",
    "atraso",
    "atrasad*",
    "vencid*",
    "venceu",
    "em aberto",
    "nao pag*",
    "pagamento pendente",
    "pendencia*",
    "cobranca*",
    "cobrar",
    "debt*",
    "overdue",
    "past due",
    "unpaid",
    "outstanding",
    "collection*",
    "you owe",
    "owing",
)
"""What tells a by-stander of a debt, and so stays out of subjects and previews."""

SPOKEN: tuple[str, ...] = ("divida*", "debito*", "cobranca*", "debt*", "collection*", "you owe")
"""Of these, what stays out of the beginning of a short message, which a locked screen shows."""

ACRONYMS = frozenset(
    {
        "CNPJ",
        "CPF",
        "SAIR",
        "STOP",
        "HTTP",
        "HTTPS",
        "LTDA",
        "EIRELI",
        "LGPD",
        "NFS-E",
        "NF-E",
        "BOLETO",
        "IBAN",
        "MEI",
        "PIX",
    }
)
"""Words that people write in capitals without shouting."""
ALARMS = frozenset("🔴🚨⚠❗❕‼⛔🛑❌📛💢☠")
"""Signs that shout in red."""
