"""What each report must print, place by place (see `on_paper`), from facts counted by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.web import expected_figures as screens
from tests.web.by_hand import WEEK, Book, days, money, number, over, percent
from tests.web.expected_figures import month_ends
from tests.web.expected_portfolio import short
from tests.web.on_paper import figures_in


class Says:
    """A text with just these figures, in their order."""

    def __init__(self, *figures: str | None) -> None:
        self.figures = figures_in(" ; ".join(one for one in figures if one))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and figures_in(other) == self.figures

    def __bool__(self) -> bool:
        return bool(self.figures)

    def __repr__(self) -> str:
        return f"Says{self.figures}"


Expected = dict[str, list]


@dataclass(frozen=True, slots=True)
class Ahead:
    """A week that is to come, as the dashboard tells it, in centavos."""

    expected: int
    low: int
    high: int

    @property
    def range(self) -> str:
        return f"{bare(self.low)} ; {bare(self.high)}"


def bare(cents: int) -> str:
    return short(cents).replace("R$ ", "")


def wrong(told: dict[str, list[str]], facts: Expected) -> dict[str, tuple]:
    """The places that print something else than the facts; texts without figures say nothing."""
    known = {place: [t for t in texts if t] for place, texts in facts.items()}
    places = [place for place in {**told, **known} if told.get(place, []) != known.get(place, [])]
    return {place: (told.get(place), known.get(place)) for place in places}


# The week ---------------------------------------------------------------------------------------


def weekly_mail(b: Book, ahead: Sequence[Ahead]) -> Expected:
    """The mail of the week: its headline and three figures."""
    before = b.monday - timedelta(days=1)
    week, late, open_ = b.received(b.monday, b.day), b.overdue(b.day), b.open(b.day)
    past = b.received(b.monday - WEEK, b.day - WEEK)
    grown = late - b.overdue(before)
    share = over(abs(week - past) * 100, past)
    moved = money(abs(week - past)) if share and share > 200 else percent(share)
    told = bool(share and week and round(share, 1))
    asked = [d for d in b.disputes if d.state == "open"]
    return {
        "headline": [
            Says(money(week) if week else None, moved if told else None, money(late), share_of(b))
        ],
        "Recebido na semana": [money(week)],
        "Recebido na semana, change": [Says(money(abs(week - past)) if week - past else None)],
        "Recebido na semana, note": [Says(money(b.received(b.day.replace(day=1), b.day)))],
        "Deve entrar em quatro semanas": [money(sum(one.expected for one in ahead))],
        "Deve entrar em quatro semanas, change": [Says(money(ahead[0].expected))],
        "Deve entrar em quatro semanas, note": [Says(short(ahead[0].low), short(ahead[0].high))],
        "Em atraso": [money(late)],
        "Em atraso, change": [Says(money(abs(grown)) if grown else None)],
        "Em atraso, note": [Says(share_of(b), money(open_))],
        "O que depende de você": [Says(money(_left(b, d.receivable_id))) for d in asked],
    }


def weekly(b: Book, ahead: Sequence[Ahead]) -> Expected:
    week, month = b.received(b.monday, b.day), b.day.replace(day=1)
    late, open_, over_90 = b.overdue(b.day), b.open(b.day), b.open(b.day, lambda n: n > 90)
    weeks = [b.monday - WEEK * back for back in reversed(range(8))]
    came = [b.received(first, min(first + timedelta(days=6), b.day)) for first in weeks]
    due = [screens.due(b, b.day + timedelta(days=1 + 7 * n)) for n in range(4)]
    total = sum(one.expected for one in ahead)
    dso, then = b.dso(b.day), b.dso(b.monday - timedelta(days=1))
    delay = screens.delay(b)
    titles = b.open_titles(b.day)
    owing = _owing(b)
    figures = [
        (money(week), f"{b.payments(b.monday, b.day)} pagamentos"),
        (money(b.received(month, b.day)), f"{b.payments(month, b.day)} pagamentos"),
        (money(total), None),
        (money(open_), f"{len(titles)} faturas"),
        (money(late), f"{sum(b.late(t, b.day) > 0 for t in titles)} ; {len(_late_debtors(b))}"),
        (percent(b.share), money(open_)),
        (money(over_90), f"{percent(over(over_90 * 100, open_))} ; {money(open_)}"),
        (percent(over(sum(cents for _, cents in owing) * 100, late)), money(late)),
        (days(dso), days(then)),
        (days(delay), money(b.received(month, b.day))),
    ]
    detail, age, coming = (
        "Os números em detalhe",
        "O que há a receber, por idade",
        "O que deve entrar",
    )
    return weekly_mail(b, ahead) | {
        "O que entrou e o que deve entrar, drawing": [
            *map(bare, came),
            *(bare(one.expected) for one in ahead),
        ],
        **_ages_drawn(b),
        **_debtors(b, owing),
        "Quem mais deve / Faturas": [str(len(screens.late_of(b, who))) for who, _ in owing],
        **done(b, b.monday),
        f"{detail} / Indicador": [Says(base) for _, base in figures],
        f"{detail} / Valor": [value for value, _ in figures],
        "Dias de vendas a receber (DSO), drawing": [Says(days(dso))],
        **{f"{age} / {name}": texts for name, texts in _ages(b).items()},
        f"{coming} / A vencer": list(map(money, due)),
        f"{coming} / Previsto": [money(one.expected) for one in ahead],
        f"{coming} / Faixa provável": [Says(one.range) for one in ahead],
        f"{coming} / A vencer, sum": [money(sum(due))],
        f"{coming} / Previsto, sum": [money(total)],
    }


def share_of(b: Book) -> str:
    return percent(b.share)


def _left(b: Book, title_id: int | None) -> int:
    return sum(b.left(t, b.day) for t in b.titles if t.id == title_id)


def _late_debtors(b: Book) -> set[int]:
    return {t.debtor_id for t in b.open_titles(b.day) if b.late(t, b.day)}


def _owing(b: Book) -> list[tuple[int, int]]:
    sums = [(who, sum(b.left(t, b.day) for t in screens.late_of(b, who))) for who in b.debtors]
    return sorted((row for row in sums if row[1]), key=lambda row: -row[1])[:10]


def _debtors(b: Book, owing: list[tuple[int, int]]) -> Expected:
    return {
        "Quem mais deve / Em atraso": [money(cents) for _, cents in owing],
        "Quem mais deve / Dias de atraso": [
            str(max(b.late(t, b.day) for t in screens.late_of(b, who))) for who, _ in owing
        ],
    }


def _ages(b: Book) -> dict[str, list]:
    open_, sums, counts = b.open(b.day), b.aged(b.day), b.aged_count(b.day)
    return {
        "Faturas": list(map(str, counts)),
        "Saldo": list(map(money, sums)),
        "%": [percent(over(cents * 100, open_)) for cents in sums],
        "Faturas, sum": [str(sum(counts))],
        "Saldo, sum": [money(open_)],
        "%, sum": ["100%"],
    }


def _ages_drawn(b: Book) -> Expected:
    both = [
        text
        for cents in b.aged(b.day)
        for text in (money(cents), percent(over(cents * 100, b.open(b.day))))
    ]
    return {"A idade do que há a receber, drawing": both}


def done(b: Book, first: date) -> Expected:
    """What was done since a day: each count, and what its words count."""
    lines = screens.done(b, first)
    return {
        "O que fizemos por você / 1": [line.split()[0] for line in lines],
        "O que fizemos por você / 2": [Says(*figures_in(line)[1:]) for line in lines],
    }


# The month --------------------------------------------------------------------------------------


def monthly_mail(b: Book, ahead: Sequence[Ahead]) -> Expected:
    month, end = b.day.replace(day=1), month_ends(b.day)[-2]
    came, before = b.received(month, b.day), b.received(end.replace(day=1), end)
    late, open_ = b.overdue(b.day), b.open(b.day)
    grown = late - b.overdue(end)
    whole = b.day.month != (b.day + timedelta(days=1)).month
    more = percent(over(abs(came - before) * 100, before)) if before and whole else None
    return {
        "headline": [Says(money(came), more, money(late), share_of(b))],
        "Recebido no mês": [money(came)],
        "Recebido no mês, change": [Says(money(abs(came - before)) if came - before else None)],
        "Recebido no mês, note": [Says(money(b.issued(month, b.day)))],
        "Próximas quatro semanas": [money(sum(one.expected for one in ahead))],
        "Próximas quatro semanas, change": [Says("1", short(ahead[0].expected))],
        "Próximas quatro semanas, note": [Says(ahead[0].range)],
        "Em atraso": [money(late)],
        "Em atraso, change": [Says(money(abs(grown)) if grown else None)],
        "Em atraso, note": [Says(share_of(b) if open_ else None)],
    }


def monthly(b: Book, ahead: Sequence[Ahead]) -> Expected:
    ends = month_ends(b.day)
    moved = b.dso(b.day) - b.dso(ends[-2]) if b.dso(b.day) and b.dso(ends[-2]) else None
    best = over((b.open(b.day) - b.overdue(b.day)) * 90, b.sales(b.day))
    came = [b.received(on.replace(day=1), on) for on in ends]
    coming, owing = "O que deve entrar", _owing(b)
    return monthly_mail(b, ahead) | {
        "DSO": [days(b.dso(b.day))],
        "DSO, change": [Says(days(abs(moved)) if moved and round(moved, 1) else None)],
        "DSO, note": [Says(days(best))],
        "O que foi faturado e o que entrou, drawing": list(map(bare, came[1:])),
        "Taxa de inadimplência, drawing": [share_of(b)],
        "Dias de vendas a receber (DSO), drawing": [Says(days(b.dso(b.day)))],
        "O que o mês mostra": _sentences(b),
        **done(b, b.day.replace(day=1)),
        **_ages_drawn(b),
        **_rolled(b, ends[-2]),
        **{f"Doze meses / {name}": texts[:-1] for name, texts in _year(b, ends).items()},
        **{f"Doze meses / {name}, sum": texts[-1:] for name, texts in _year(b, ends).items()},
        **_debtors(b, owing),
        f"{coming} / 1": [Says(one.range) for one in ahead],
        f"{coming} / 2": [money(one.expected) for one in ahead],
        f"{coming} / 2, sum": [money(sum(one.expected for one in ahead))],
        **_steps(b),
        **_lost(b),
    }


def _year(b: Book, ends: list[date]) -> dict[str, list]:
    spans = [(on.replace(day=1), on) for on in ends]
    return {
        "Faturado": [money(b.issued(*span)) for span in spans],
        "Recebido": [money(b.received(*span)) for span in spans],
        "Em aberto": [money(b.open(on)) for on in ends],
        "Em atraso": [money(b.overdue(on)) for on in ends],
        "%": [percent(over(b.overdue(on) * 100, b.open(on))) for on in ends],
        "DSO": [number(b.dso(on)) for on in ends],
        "CEI": [percent(screens.cei(b, on)) for on in ends],
    }


def _rolled(b: Book, then: date) -> Expected:
    place = f"O que aconteceu com o saldo de {then:%d/%m/%Y}"
    rows = screens.rolls(b, then)
    told = {
        "Em aberto então": [money(was) for was, *_ in rows],
        "Quitado": [money(cured) for _, cured, *_ in rows],
        "Renegociado": [money(agreed) for _, _, agreed, _ in rows],
        "Mesma idade": [money(was - sum(rest)) for was, *rest in rows],
        "Quitado %": [percent(over(r[1] * 100, r[0])) for r in rows],
        "Envelheceu": [money(rolled) for *_, rolled in rows[:-1]],
        "Envelheceu %": [percent(over(r[3] * 100, r[0])) for r in rows[:-1]],
    }
    return {f"{place} / {name}": texts for name, texts in told.items()}


def _sentences(b: Book) -> list[Says]:
    """What the month says: limits as the rules of the sentences have them."""
    ends = month_ends(b.day)
    came = b.received(b.day.replace(day=1), b.day)
    past = [(b.received(on.replace(day=1), on), b.open(on)) for on in ends[:-1]]
    lived = [received for received, open_ in past if received or open_]
    usual = round(sum(lived) / len(lived)) if len(lived) >= 3 else None
    change = Decimal(came - usual) * 100 / usual if usual else None
    said = []
    if change is not None:
        said.append(Says(percent(abs(change)) if abs(change) >= 5 else None, money(usual)))
    shares = [over(b.overdue(on) * 100, b.open(on)) for on in ends]
    now, before, year_ago = shares[-1], shares[-2], shares[0]
    if now is not None and before is not None and abs(now - before) >= 1:
        said.append(Says(percent(before), percent(now)))
    if now is not None and year_ago is not None and abs(now - year_ago) >= 1:
        said.append(Says(percent(year_ago)))
    dso, then = b.dso(b.day), b.dso(ends[-2])
    if dso is not None and then is not None and abs(dso - then) >= 2:
        said.append(Says(f"{round(abs(dso - then))} dias"))
    rows = screens.rolls(b, ends[-2])
    was, cured = (sum(row[n] for row in rows[1:]) for n in (0, 1))
    if was:
        said.append(Says(money(was), money(cured)))
    if rows[1][0] and rows[1][3]:
        said.append(Says(percent(over(rows[1][3] * 100, rows[1][0])), money(rows[1][3])))
    old, owing = b.open(b.day, lambda late: late > 90), _owing(b)
    if old * 10 >= b.open(b.day) > 0:
        said.append(Says(money(old)))
    if len(owing) == 10:
        said.append(Says(percent(over(sum(c for _, c in owing) * 100, b.overdue(b.day)))))
    return said


def _steps(b: Book) -> Expected:
    """What followed each step of the month: the eleven told most, and all others as one."""
    found = b.effects("step", since=b.day.replace(day=1) - timedelta(days=1))
    rows = sorted(found.items(), key=lambda row: int(row[0].removeprefix("d")))
    if len(rows) > 12:
        large = sorted(rows, key=lambda row: -row[1][1])[:11]
        others = [row for row in rows if row not in large]
        sums = [sum(row[1][n] for row in others) for n in range(3)]
        rows = [*(row for row in rows if row in large), ("", sums)]
    place = "O que veio depois de cada lembrete do mês"
    told = [(row[0], row[1], row[2], percent(over(row[2] * 100, row[1]))) for _, row in rows]
    return {
        f"{place}, drawing": [Says(share, short(after)) for _, _, after, share in told],
        f"{place} / Faturas": [str(count) for count, *_ in told],
        f"{place} / Cobrado": [money(cents) for _, cents, *_ in told],
        f"{place} / Entrou depois": [money(after) for _, _, after, _ in told],
        f"{place} / %": [share for *_, share in told],
        f"{place} / Entrou depois, sum": [money(sum(row[2] for row in told))] * bool(told),
    }


def _lost(b: Book) -> Expected:
    rules = (*screens.FINE, (181, 10**6, 1000))
    sums = [b.open(b.day, lambda late, r=r: r[0] <= late <= r[1]) for r in rules]
    lost = [(cents * rule[2] + 500) // 1000 for cents, rule in zip(sums, rules, strict=True)]
    place = "O que pode se perder"
    return {
        f"{place} / Em aberto": list(map(money, sums)),
        f"{place} / Rolagem usada": ["usual"] * len(rules),
        f"{place} / Parte perdida": [percent(Decimal(rule[2]) / 10) for rule in rules],
        f"{place} / Perda esperada": list(map(money, lost)),
        f"{place} / Em aberto, sum": [money(sum(sums))],
        f"{place} / Perda esperada, sum": [money(sum(lost))],
    }
