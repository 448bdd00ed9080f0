"""What the file of a debtor and the portfolio must print (see `expected_reports`)."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bpo.models import Entry, Receivable
from tests.web.by_hand import Book, money, number, over, percent
from tests.web.expected_portfolio import short
from tests.web.expected_reports import Expected, Says

FINE_PCT, MONTHLY_PCT = 2, 1
"""The terms of the companies of the walk."""
SETTLES = ("payment", "reversal")


def dossier(b: Book, who: int) -> Expected:
    titles = [t for t in b.titles if t.debtor_id == who and b.left(t, b.day)]
    titles.sort(key=lambda t: (t.due_date, t.id))
    lines = [_why(b, t) for t in titles]
    opens, charges = [b.left(t, b.day) for t in titles], [cents for cents, _ in lines]
    both = [left + late for left, late in zip(opens, charges, strict=True)]
    paid = [c for t, _, c in b.came(date(2000, 1, 1), b.day) if t.debtor_id == who]
    owed, moved = "2. O que é devido e por quê", "3. A conta: o que foi cobrado e o que quitou"
    faturas = f"{len(titles)} faturas"
    promised = [p for p in b.promises if p.debtor_id == who and p.made_on <= b.day]
    promised.sort(key=lambda p: (p.made_on, p.id))
    return {
        "Principal em aberto": [money(sum(opens))],
        "Principal em aberto, change": [Says(faturas)],
        "Quita tudo na data": [money(sum(both))],
        "Quita tudo na data, change": [Says(money(sum(charges)))],
        "Pago até agora": [money(sum(paid))],
        "Pago até agora, change": [Says(str(_contacts(b, who)))],
        f"{owed} / Dias de atraso": [str(b.late(t, b.day)) for t in titles],
        f"{owed} / Em aberto": list(map(money, opens)),
        f"{owed} / Encargos": list(map(money, charges)),
        f"{owed} / Total": list(map(money, both)),
        f"{owed}, why": [Says(*why) for _, why in lines if len(why) > 1],
        f"{owed} / Em aberto, sum": [money(sum(opens))] * bool(titles),
        f"{owed} / Encargos, sum": [money(sum(charges))] * bool(titles),
        f"{owed} / Total, sum": [money(sum(both))] * bool(titles),
        **{f"{moved} / {name}": texts for name, texts in _account(b, who).items()},
        "5. Promessas / Valor": [money(p.amount_cents) for p in promised],
    }


def _contacts(b: Book, who: int) -> int:
    left = ("sent", "refused", "uncertain")
    sent = [t for t in b.touches.values() if t.debtor_id == who and t.state in left]
    return len(sent) + sum(n.debtor_id == who for n in b.notes)


def _account(b: Book, who: int) -> dict[str, list]:
    """Each move in the order of days, and the balance after it."""
    moves: list[tuple[date, int, int]] = []
    for t in b.all_titles:
        if t.debtor_id != who:
            continue
        moves.append((t.issue_date, t.amount_cents, 0))
        for e in b.entries[t.id]:
            moves.append((e.on_day, -e.principal_cents, e.fine_cents + e.interest_cents))
    moves.sort(key=lambda move: (move[0], -move[1]))
    balance, told = 0, {"O quê": [], "Cobrado": [], "Quitado": [], "Saldo": []}
    for _, cents, late in moves:
        balance += cents
        told["O quê"].append(Says(money(late) if late else None))
        told["Cobrado" if cents > 0 else "Quitado"].append(money(abs(cents)))
        told["Saldo"].append(money(balance))
    return told


def _why(b: Book, t: Receivable) -> tuple[int, list[str]]:
    """The late charges of an invoice, and the figures of the lines that explain them."""
    entries = sorted((e for e in b.entries[t.id] if e.on_day <= b.day), key=lambda e: e.on_day)
    why = [money(t.amount_cents), *(money(_all(e)) for e in entries)]
    if b.day <= t.effective_due_date:
        return 0, why
    left = t.amount_cents - sum(
        e.principal_cents for e in entries if e.kind == "rebate" or e.on_day <= t.effective_due_date
    )
    fine = _rounded(Decimal(left * FINE_PCT) / 100)
    why += [f"{FINE_PCT}%", money(left), money(fine)]
    charged, since = fine, t.due_date
    later = [e for e in entries if e.kind != "rebate" and e.on_day > t.effective_due_date]
    for day, settled in [*((e.on_day, e.principal_cents) for e in later), (b.day, 0)]:
        interest = _rounded(Decimal(left * MONTHLY_PCT * (day - since).days) / 3000)
        if interest:
            length = f"{(day - since).days} dias"
            why += [f"{MONTHLY_PCT}%", money(left), length, money(interest)]
        charged, since, left = charged + interest, day, left - settled
    return charged - sum(e.fine_cents + e.interest_cents for e in entries), why


def _all(entry: Entry) -> int:
    return entry.principal_cents + entry.fine_cents + entry.interest_cents


def _rounded(cents: Decimal) -> int:
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP))


# The portfolio ----------------------------------------------------------------------------------


def _grown(b: Book) -> int:
    return b.overdue(b.day) - b.overdue(b.monday - timedelta(days=1))


def _over_90(b: Book) -> int:
    return b.open(b.day, lambda late: late > 90)


def portfolio_mail(books: Sequence[Book], now) -> Expected:
    """The mail of the portfolio: its headline, three figures, and who asks for a look."""
    rows = _ordered(books, now)
    week = sum(b.received(b.monday, b.day) for b in books)
    late, open_ = sum(b.overdue(b.day) for b in books), sum(b.open(b.day) for b in books)
    asking = [b for b in rows if b.alerts(now)]
    grown = sum(map(_grown, books))
    return {
        "headline": [Says(str(len(books)), money(week), money(late), str(len(asking)))],
        "Recebido na semana": [money(week)],
        "Recebido na semana, note": [Says(str(len(books)))],
        "Em atraso": [money(late)],
        "Em atraso, change": [Says(money(abs(grown)) if grown else None)],
        "Em atraso, note": [Says(money(sum(map(_over_90, books))))],
        "Em aberto": [money(open_)],
        "Em aberto, note": [Says(percent(over(late * 100, open_)))],
        "Quem pede atenção": [Says(money(b.overdue(b.day)), *b.alerts(now)) for b in asking],
    }


def _ordered(books: Sequence[Book], now) -> list[Book]:
    return sorted(books, key=lambda b: (-len(b.alerts(now)), -b.overdue(b.day), b.place.name))


def portfolio(books: Sequence[Book], name: str, now, waiting: dict[str, str]) -> Expected:
    """`waiting`: what the screen says that there is to do, by company."""
    rows = _ordered(books, now)
    ended = [b.ended() for b in rows]
    kept = [sum(p.state == "kept" for p in some) for some in ended]
    sums = {
        "Em aberto": [b.open(b.day) for b in rows],
        "Em atraso": [b.overdue(b.day) for b in rows],
        "Mais de 90 dias": list(map(_over_90, rows)),
        "Recebido na semana": [b.received(b.monday, b.day) for b in rows],
    }
    told = {
        **{column: list(map(money, cents)) for column, cents in sums.items()},
        **{f"{column}, sum": [money(sum(cents))] for column, cents in sums.items()},
        "Cliente": [Says(*b.alerts(now)) for b in rows],
        "%": [percent(b.share) for b in rows],
        "%, sum": [percent(over(sum(sums["Em atraso"]) * 100, sum(sums["Em aberto"])))],
        "Na semana": [_moved(_grown(b)) for b in rows],
        "Na semana, sum": [_moved(sum(map(_grown, rows)))],
        "DSO": [number(b.dso(b.day)) for b in rows],
        "Promessas cumpridas": [
            percent(over(n * 100, len(some))) for n, some in zip(kept, ended, strict=True)
        ],
        "Pagtos. até": ["–" if b.stale else f"{b.day:%d/%m}" for b in rows],
        "Aguardando": [waiting[b.place.name] for b in rows],
        "Relatório": ["–"] * len(rows),
    }
    head = portfolio_mail(books, now)["headline"]
    return {"headline": head, **{f"{name} / {column}": texts for column, texts in told.items()}}


def _moved(cents: int) -> str:
    return f"{'▲' if cents > 0 else '▼'} {short(abs(cents))}" if cents else "–"
