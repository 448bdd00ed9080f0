"""What the other dashboards of a company must show: patterns, what works, where money waits."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from tests.web.by_hand import Book, days, money, over, percent
from tests.web.expected_figures import Expected, Words

ORDER = {
    "band": ("to_200", "to_1000", "to_5000", "to_20000", "over_20000"),
    "weekday": tuple("1234567"),
    "part": ("-", "first", "middle", "last"),
    "purchase": ("first", "later"),
}
TITLES = {
    "band": "Por valor",
    "weekday": "Por dia da semana do vencimento",
    "part": "Por parcela",
    "purchase": "Primeira compra ou seguinte",
}
WAITING = ("dispute", "promise", "hold", "no_contact", "task", "reminders")
EFFECTS = {
    "step": "Por etapa",
    "channel": "Por canal",
    "text": "Por texto",
    "analyst": "Por analista: ligações e visitas",
}


def patterns(b: Book) -> Expected:
    told: Expected = {"page-head": Words(), "Por valor / Nome": Words()}
    for kind, order in ORDER.items():
        groups = b.groups(kind)
        assert set(groups) <= set(order)
        rows = [groups[name] for name in order if name in groups]
        columns = {
            "Faturas": [str(len(some)) for some in rows],
            "Atrasados": [percent(over(_late(some) * 100, len(some)), 0) for some in rows],
            "Valor atrasado": [money(_late_cents(some)) for some in rows],
            "Atraso médio": [days(_mean([delay for _, _, delay in some])) for some in rows],
        }
        told |= {f"{TITLES[kind]} / {name}": texts for name, texts in columns.items()}
    by_weekday: Counter[int] = Counter()
    for _, entry, cents in b.came(b.year_ago, b.day):
        by_weekday[entry.on_day.isoweekday()] += cents
    told["Quando o dinheiro entra / Recebido"] = [money(c) for _, c in sorted(by_weekday.items())]
    again = [(who, some) for who, some in b.groups("debtor").items() if _late(some) >= 3]
    again.sort(key=lambda row: (-_late(row[1]), -_late_cents(row[1]), int(row[0])))
    again_ = "Atrasam repetidas vezes / "
    told[again_ + "Atrasados"] = [f"{_late(some)} de {len(some)}" for _, some in again]
    told[again_ + "Valor atrasado"] = [money(_late_cents(some)) for _, some in again]
    told[again_ + "Atraso médio"] = [
        days(_mean([delay for _, late, delay in some if late])) for _, some in again
    ]
    return told


def recovery(b: Book, names: dict[int, str]) -> Expected:
    told: Expected = {"page-head": Words()}
    told |= {f"filter: {name}": [name] for name in ("Seis meses", "O mês")}
    for kind, title in EFFECTS.items():
        found = b.talks(names) if kind == "analyst" else b.effects(kind)
        rows = sorted(found.items(), key=lambda row: (-row[1][2], row[0]))
        if kind == "step":
            rows.sort(key=lambda row: int(row[0].removeprefix("d")))
            told[f"{title} / Nome"] = [name.upper() for name, _ in rows]
        columns = {
            "Faturas": [str(row[0]) for _, row in rows],
            "Cobrado": [money(row[1]) for _, row in rows],
            "Entrou depois": [money(row[2]) for _, row in rows],
            "%": [percent(over(row[2] * 100, row[1])) for _, row in rows],
        }
        told |= {f"{title} / {name}": texts for name, texts in columns.items()}
    return told


def waiting(b: Book) -> Expected:
    found, total = b.waits(), b.overdue(b.day)
    rows = [found[name] for name in WAITING if name in found]
    sums = [sum(b.left(t, b.day) for t in some) for some in rows]
    assert sum(sums) == total
    weighted = [sum(b.left(t, b.day) * b.late(t, b.day) for t in some) for some in rows]
    lines = [line for line in b.lines if line.state == "open"]
    since = f"{min(line.on_day for line in lines):%d/%m/%Y}"
    where = "Onde o dinheiro espera / "
    return {
        "page-head": Words(),
        "Em atraso": [money(total)],
        "Dinheiro a conciliar": [money(sum(line.amount_cents for line in lines))],
        "Dinheiro a conciliar, note": [f"{len(lines)} lançamentos do banco · desde {since}"],
        where + "Faturas": [str(len(some)) for some in rows],
        where + "Devedores": [str(len({t.debtor_id for t in some})) for some in rows],
        where + "Em atraso": list(map(money, sums)),
        where + "%": [percent(Decimal(cents) * 100 / total, 0) for cents in sums],
        where + "Dias de atraso": [
            str((Decimal(above) / cents).quantize(Decimal(1), ROUND_HALF_UP))
            for above, cents in zip(weighted, sums, strict=True)
        ],
    }


def _late(some: list) -> int:
    return sum(late for _, late, _ in some)


def _late_cents(some: list) -> int:
    return sum(t.amount_cents for t, late, _ in some if late)


def _mean(numbers: list[int]) -> Decimal:
    return Decimal(sum(numbers)) / len(numbers)
