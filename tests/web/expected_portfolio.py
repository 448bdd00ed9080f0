"""What the portfolio must show of its companies, place by place, from facts counted by hand."""

from collections.abc import Sequence
from datetime import timedelta

from bpo.gateways import wording
from tests.web.by_hand import WEEK, Book, money, number, over, percent
from tests.web.expected_figures import Expected, Words, changed, joined, kept_share


def short(cents: int) -> str:
    return wording.money_short(cents, "pt_BR").replace("\xa0", " ")


def portfolio(books: Sequence[Book], analysts: Sequence[str], now, waiting: list[str]) -> Expected:
    """`waiting`: what the list says there is to do; where it leads says the same."""
    alerts = [b.alerts(now) for b in books]
    befores = [b.monday - timedelta(days=1) for b in books]
    grown = [b.overdue(b.day) - b.overdue(on) for b, on in zip(books, befores, strict=True)]
    opens = [b.open(b.day) for b in books]
    lates = [b.overdue(b.day) for b in books]
    olds = [b.open(b.day, lambda late: late > 90) for b in books]
    weeks = [b.received(b.monday, b.day) for b in books]
    names = [b.place.name for b in books]
    rows = list(zip(books, names, analysts, alerts, grown, lates, waiting, strict=True))
    moved = sorted((row for row in rows if row[4]), key=lambda row: (row[4] < 0, -abs(row[4])))
    loads = sorted(rows, key=lambda row: (-int(row[6]), -row[5], row[2]))
    all_open, all_late = sum(opens), sum(lates)
    share = percent(over(all_late * 100, all_open))
    return {
        "page-head": Words(),
        "Em aberto": [money(all_open)],
        "Em aberto, note": [f"{len(books)} clientes"],
        "Em atraso": [money(all_late)],
        "Em atraso, note": [joined(money(abs(sum(grown))), share)],
        "Mais de 90 dias": [money(sum(olds))],
        "Mais de 90 dias, note": [percent(over(sum(olds) * 100, all_open))],
        "Recebido na semana": [money(sum(weeks))],
        "Recebido na semana, note": [f"{money(sum(map(_week_before, books)))} na semana anterior"],
        "filter: Todos": ["Todos"],
        "filter: Com alertas": [_counted("Com alertas", sum(map(bool, alerts)))],
        "filter: Piorando": [_counted("Piorando", sum(one > 0 for one in grown))],
        "filter: Pagamentos desatualizados": [
            _counted("Pagamentos desatualizados", sum(b.stale for b in books))
        ],
        "filter: Relatório não recebido": ["Relatório não recebido"],
        "filter: Com pendências": [_counted("Com pendências", len(waiting))],
        "Carteira / Cliente": [joined(row[1], row[2], *row[3]) for row in rows],
        "Carteira / Em aberto": list(map(money, opens)),
        "Carteira / Em atraso": [
            joined(money(late), short(abs(change)) if change else None)
            for late, change in zip(lates, grown, strict=True)
        ],
        "Carteira / %": [percent(b.share) for b in books],
        "Carteira / Mais de 90": [money(old) if old else "–" for old in olds],
        "Carteira / DSO": [
            joined(number(b.dso(b.day)), changed(b, on))
            for b, on in zip(books, befores, strict=True)
        ],
        "Carteira / Recebido": list(map(money, weeks)),
        "Carteira / Promessas": [kept_share(b) for b in books],
        "Carteira / A fazer": waiting,
        "O que mudou nesta semana / Variação": [money(abs(row[4])) for row in moved],
        "O que mudou nesta semana / Em atraso": [money(row[5]) for row in moved],
        "Carga dos analistas / Clientes": ["1"] * len(loads),
        "Carga dos analistas / Em atraso": [money(row[5]) for row in loads],
        "Carga dos analistas / A fazer": [row[6] for row in loads],
        "Carga dos analistas / Com alertas": [str(int(bool(row[3]))) for row in loads],
    }


def _week_before(b: Book) -> int:
    return b.received(b.monday - WEEK, b.monday - timedelta(days=1))


def _counted(name: str, count: int) -> str:
    return f"{name} {count}" if count else name
