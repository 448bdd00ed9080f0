"""What each dashboard must show, place by place (see `shown`), from facts counted by hand.

A list has the texts of its place in order; a text may be `Has`, which names the figures in it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from tests.web.by_hand import (
    AGES,
    BANDS,
    MORE,
    WEEK,
    Book,
    days,
    money,
    number,
    over,
    percent,
)

FINE = ((0, 0, 5), (1, 15, 20), (16, 30, 50), (31, 60, 100), (61, 90, 250), (91, 180, 500))


OVER_90_DAYS = (
    "DSO",
    "Melhor DSO possível",
    "Dias de atraso no DSO",
    "Promessas cumpridas",
    "Acordos quebrados",
)
"""Figures whose denominator has a number of days in its name."""


class Has:
    """A text that says these figures among its words; without any, a text that says none."""

    def __init__(self, *figures: str) -> None:
        self.figures = figures

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and all(one in other for one in self.figures)

    def __repr__(self) -> str:
        return f"Has{self.figures}"


class Words:
    """Days, names and definitions: digits that are no figures."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list)

    def __repr__(self) -> str:
        return "words"


Expected = dict[str, list | Words]


def joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def month_ends(day: date) -> list[date]:
    found = [day]
    for _ in range(12):
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return found[::-1]


def changed(b: Book, before: date) -> str | None:
    now, then = b.dso(b.day), b.dso(before)
    if now is None or then is None or not round(now - then, 1):
        return None
    return number(abs(round(now - then, 1)))


def kept_share(b: Book) -> str:
    ended = b.ended()
    kept = sum(p.state == "kept" for p in ended)
    return f"{percent(over(kept * 100, len(ended)), 0)} {kept} de {len(ended)}" if ended else "–"


# One company ------------------------------------------------------------------------------------


def overview(b: Book) -> Expected:
    before, month = b.monday - timedelta(days=1), b.day.replace(day=1)
    week, late = b.received(b.monday, b.day), b.overdue(b.day)
    change = week - b.received(b.monday - WEEK, b.day - WEEK)
    grown = late - b.overdue(before)
    debtors: Counter[int] = Counter()
    for t in b.open_titles(b.day):
        debtors[t.debtor_id] += b.left(t, b.day) if b.late(t, b.day) else 0
    owing = [(who, cents) for who, cents in debtors.most_common(10) if cents]
    weeks = [b.monday - WEEK * back for back in reversed(range(8))]
    came = [money(b.received(first, min(first + WEEK * 6 / 7, b.day))) for first in weeks]
    ahead = [b.day + timedelta(days=1 + 7 * n) for n in range(4)]
    cash = "Entradas, semana a semana / "
    over_90 = b.open(b.day, lambda late: late > 90)
    return {
        "page-head": Words(),
        "page: headline": [Has(money(week), money(late), percent(b.share))],
        "Recebido na semana": [money(week)],
        "Recebido na semana, note": [Has(money(abs(change)) if change else "")],
        "Recebido no mês": [money(b.received(month, b.day))],
        "Recebido no mês, note": [Has(f"{b.payments(month, b.day)} pagamento")],
        "Em atraso": [money(late)],
        "Em atraso, note": [
            Has(money(abs(grown)) if grown else "", percent(b.share), money(b.open(b.day)))
        ],
        "DSO": [days(b.dso(b.day))],
        "DSO, note": [Has(changed(b, before) or "")],
        "A idade do que há a receber, note": [
            f"{money(b.open(b.day))} · {len(b.open_titles(b.day))} faturas"
        ],
        **{
            f"A idade do que há a receber: {name}": [
                joined(money(cents), percent(over(cents * 100, b.open(b.day)), 0))
            ]
            for name, cents in zip(NAMES, b.aged(b.day), strict=True)
        },
        cash + "Semana de": Words(),
        cash + "Recebido": [*came, *["–"] * 4],
        cash + "A vencer": [*["–"] * 8, *(money(due(b, first)) for first in ahead)],
        "Dias de vendas a receber (DSO), note": Words(),
        "Dias de vendas a receber (DSO) / ": Words(),
        "Dias de vendas a receber (DSO) / DSO": [number(b.dso(on)) for on in month_ends(b.day)],
        "Quem mais deve em atraso, note": [Has("100%")],
        "Quem mais deve em atraso / Devedor": [
            Has(b.debtors[who].name, f"{len(late_of(b, who))} fatura") for who, _ in owing
        ],
        "Quem mais deve em atraso / Em atraso": [money(cents) for _, cents in owing],
        "Quem mais deve em atraso / Dias de atraso": [
            str(max(b.late(t, b.day) for t in late_of(b, who))) for who, _ in owing
        ],
        "Quem mais deve em atraso / Em aberto": [
            money(sum(b.left(t, b.day) for t in b.titles if t.debtor_id == who)) for who, _ in owing
        ],
        "Outros números: Mais de 90 dias": [money(over_90)],
        "Outros números: Devedores com algo em atraso": [str(len(owing))],
        "Outros números: Atraso médio dos pagamentos do mês": [days(delay(b))],
        "Outros números: Pagamentos da semana": [str(b.payments(b.monday, b.day))],
        "Outros números: Recebido em toda a semana anterior": [
            money(b.received(b.monday - WEEK, before))
        ],
    }


NAMES = ("A vencer", "1 a 30 dias", "31 a 60 dias", "61 a 90 dias", "Mais de 90 dias")


def done(b: Book, first: date | None = None) -> list[str]:
    """What was done in the week, or since a day, as counts in the order in which they are told."""
    first = first or b.monday
    week = [t for t in b.touches.values() if t.settled_at and first <= b.day_of(t) <= b.day]
    sent = [t for t in week if t.state == "sent"]
    failed = sum(t.state in ("refused", "uncertain") for t in week)
    talks = [n for n in b.notes if first <= n.on_day <= b.day]
    made = [p for p in b.promises if first <= p.made_on <= b.day]
    ended = [p for p in b.ended() if p.settled_on >= first]
    kept = sum(p.state == "kept" for p in ended)
    counts = [
        len(sent),
        len({t.debtor_id for t in sent} | {n.debtor_id for n in talks}),
        sum(n.kind == "call" for n in talks),
        len(made),
    ]
    noun = "promessas cumpridas" if kept > 1 else "promessa cumprida"
    both = [f"{kept} {noun}, {len(ended) - kept} não"] if ended else []
    return [*(str(n) for n in counts if n), *both, *(str(failed),) * bool(failed)]


def late_of(b: Book, who: int) -> list:
    return [t for t in b.open_titles(b.day) if t.debtor_id == who and b.late(t, b.day)]


def due(b: Book, first: date) -> int:
    span = (first, first + timedelta(days=6))
    titles = (t for t in b.open_titles(b.day) if span[0] <= t.effective_due_date <= span[1])
    return sum(b.left(t, b.day) for t in titles)


def _mean(rows: Iterable[tuple[int, int]]) -> Decimal | None:
    """The mean of days, weighted by centavos."""
    known = list(rows)
    return over_any(sum(cents * n for cents, n in known), sum(cents for cents, _ in known))


def over_any(above: int, below: int) -> Decimal | None:
    found = over(abs(above), below)
    return None if found is None else found.copy_sign(Decimal(above))


def delay(b: Book) -> Decimal | None:
    came = b.came(b.day.replace(day=1), b.day)
    return _mean((cents, (e.on_day - t.effective_due_date).days) for t, e, cents in came)


# Analysis ---------------------------------------------------------------------------------------


def analysis(b: Book) -> Expected:
    day, month = b.day, b.day.replace(day=1)
    open_, late = b.open(day), b.overdue(day)
    came = b.came(month, day)
    figures = {
        "Em aberto": money(open_),
        "Faturas em aberto": str(len(b.open_titles(day))),
        "Taxa de inadimplência": percent(b.share),
        "Em atraso há mais de 30 dias": percent(_older(b, day)),
        "Idade do saldo em aberto": days(
            _mean((b.left(t, day), (day - t.issue_date).days) for t in b.open_titles(day))
        ),
        "DSO": days(b.dso(day)),
        "Melhor DSO possível": days(over((open_ - late) * 90, b.sales(day))),
        "Dias de atraso no DSO": days(over(late * 90, b.sales(day))),
        "DSO por esgotamento": days(_countback(b)),
        "Recebido no mês": money(b.received(month, day)),
        "Emitido no mês": money(b.issued(month, day)),
        "Eficiência de cobrança (CEI)": percent(cei(b, day)),
        "Prazo médio de recebimento (PMR)": days(
            _mean((cents, (e.on_day - t.issue_date).days) for t, e, cents in came)
        ),
        "Atraso médio": days(delay(b)),
        "Perda esperada": money(_lost(b)),
        "Promessas cumpridas": kept_share(b).split(" ")[0],
        "Acordos quebrados": "–",
    }
    ends = month_ends(day)
    age = "A idade do que há a receber / "
    return {
        "page-head": Words(),
        **{name: [text] for name, text in figures.items()},
        **{f"{name}, note": Words() for name in OVER_90_DAYS},
        "A idade do que há a receber, note": [money(open_)],
        age + "Idade": Words(),
        age + "Em aberto": [money(cents) for cents in b.aged(day)],
        age + "%": [percent(Decimal(cents) * 100 / open_) for cents in b.aged(day)],
        age + "Faturas": list(map(str, b.aged_count(day))),
        "O que rolou para a frente, note": Words(),
        **_rolled(b, ends[-2]),
        "Dias de vendas a receber (DSO) / ": Words(),
        "Dias de vendas a receber (DSO) / DSO": [number(b.dso(on)) for on in ends],
        "Dias de vendas a receber (DSO) / Melhor DSO possível": [
            number(over((b.open(on) - b.overdue(on)) * 90, b.sales(on))) for on in ends
        ],
        "Taxa de inadimplência / ": Words(),
        "Taxa de inadimplência / Em atraso": [
            percent(over(b.overdue(on) * 100, b.open(on))) for on in ends
        ],
        "Taxa de inadimplência / Mais de 30 dias": [percent(_older(b, on)) for on in ends],
        "Emitido e recebido / ": Words(),
        "Emitido e recebido / Emitido no mês": [
            money(b.issued(on.replace(day=1), on)) for on in ends
        ],
        "Emitido e recebido / Recebido no mês": [
            money(b.received(on.replace(day=1), on)) for on in ends
        ],
        "Eficiência de cobrança (CEI) / ": Words(),
        "Eficiência de cobrança (CEI) / Eficiência de cobrança (CEI)": [
            percent(cei(b, on)) for on in ends
        ],
        **parts(b, "class"),
    }


def _older(b: Book, on: date) -> Decimal | None:
    return over(b.open(on, lambda late: late > 30) * 100, b.open(on))


def cei(b: Book, on: date) -> Decimal | None:
    first = on.replace(day=1)
    due = b.open(first - timedelta(days=1)) + b.issued(first, on)
    return over_any((due - b.open(on)) * 100, due - (b.open(on) - b.overdue(on)))


def _countback(b: Book) -> Decimal:
    left, found, last = b.open(b.day), Decimal(0), b.day
    for _ in range(24):
        sales = b.issued(last.replace(day=1), last)
        if left <= 0:
            break
        if left < sales:
            found += Decimal(left) * last.day / sales
            break
        left, found, last = left - sales, found + last.day, last.replace(day=1) - timedelta(days=1)
    return found


def _lost(b: Book) -> int:
    rules = (*FINE, (181, 10**6, 1000))
    sums = [(b.open(b.day, lambda late, r=r: r[0] <= late <= r[1]), r[2]) for r in rules]
    return sum((cents * mille + 500) // 1000 for cents, mille in sums)


def _rolled(b: Book, then: date) -> Expected:
    rows = rolls(b, then)
    told: Expected = {
        name: [money(row[n]) for row in rows]
        for n, name in enumerate(("Em aberto então", "Quitado", "Renegociado"))
    }
    told["Mesma idade"] = [money(row[0] - row[1] - row[2] - row[3]) for row in rows]
    told["Envelheceu"] = [
        joined(money(row[3]), percent(over(row[3] * 100, row[0])) if row[0] else None)
        for row in rows
    ]
    told["Idade então"] = Words()
    return {f"O que rolou para a frente / {name}": texts for name, texts in told.items()}


def rolls(b: Book, then: date) -> list[tuple[int, int, int, int]]:
    """By age on a day: what was open, and of it what was settled, agreed on, and grew older."""
    rows = []
    for first, last in AGES:
        sums = [0, 0, 0, 0]
        for t in b.open_titles(then):
            if not first <= b.late(t, then) <= last:
                continue
            was, is_ = b.left(t, then), min(b.left(t, then), b.left(t, b.day))
            agreed = sum(
                e.principal_cents
                for e in b.entries[t.id]
                if e.kind == "agreement" and then < e.on_day <= b.day
            )
            agreed = max(0, min(agreed, was - is_))
            on = is_ if b.late(t, b.day) > last else 0
            sums = [s + x for s, x in zip(sums, (was, was - is_ - agreed, agreed, on), strict=True)]
        rows.append(tuple(sums))
    return rows


def parts(b: Book, by: str) -> Expected:
    """The table of parts of the book."""
    found: dict[str, list] = {}
    for t in b.open_titles(b.day):
        for value in b.parts_of(t, by):
            found.setdefault(value, []).append((b.left(t, b.day), b.late(t, b.day)))
    rows = [(value, *_part(some)) for value, some in found.items()]
    if by == "band":
        rows.sort(key=lambda row: (*BANDS, MORE).index(row[0]))
    else:
        rows.sort(key=lambda row: (-row[2], -row[1], row[0]))
    columns = {
        "Em aberto": [money(row[1]) for row in rows],
        "Faturas": [str(row[4]) for row in rows],
        "Em atraso": [_late_too(row[2], row[5]) for row in rows],
        "%": [percent(over(row[2] * 100, row[1])) for row in rows],
        "Mais de 90": [money(row[3]) for row in rows],
    }
    return {f"Por parte da carteira / {name}": texts for name, texts in columns.items()}


def _part(some: list[tuple[int, int]]) -> tuple[int, int, int, int, int]:
    sums = [sum(cents for cents, late in some if late > n) for n in (-1, 0, 90)]
    return sums[0], sums[1], sums[2], len(some), sum(late > 0 for _, late in some)


def _late_too(cents: int, count: int) -> str:
    return joined(money(cents), f"{count} fatura{'s' * (count > 1)}" if count else None)
