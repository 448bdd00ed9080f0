"""Weekly figures for the tests of reports: an ordinary week of a bakery, and extremes."""

from dataclasses import replace
from datetime import date, timedelta

from bpo.analytics.weekly import (
    Actions,
    Decision,
    ExpectedWeek,
    Received,
    ReceivedWeek,
    TopDebtor,
    TrendPoint,
    Week,
    WeeklyFigures,
)
from bpo.gateways.reports import Identity
from bpo.kernel.text import Phrase

AS_OF = date(2026, 11, 22)
IDENTITY = Identity(
    name="Padaria Sol Nascente",
    legal_name="Sol Nascente Indústria de Pães Ltda.",
    cnpj="12ABC34501DE35",
    colour="teal",
    bpo_name="Ponte Serviços Financeiros",
)
_NAMES = (
    "Supermercados Boa Praça Ltda",
    "Café Conceição",
    "Hotel Atlântico Sul",
    "Escola Pequeno Príncipe",
    "Restaurante Três Irmãos ME",
    "Empório São João",
    "Buffet Alegria",
    "Cantina da Nonna",
    "Mercearia do Zé Araújo",
    "Lanchonete Avenida",
)
_OVERDUE = (
    1_843_250,
    1_210_900,
    987_445,
    640_000,
    512_380,
    330_015,
    221_790,
    180_000,
    95_520,
    42_310,
)
_RECEIVED = (3_104_550, 2_870_010, 4_512_000, 3_998_075, 2_450_320, 5_120_990, 4_310_000, 4_827_315)
_EXPECTED = (
    (3_900_000, 3_412_200, 2_480_000, 4_344_400),
    (5_210_500, 4_480_900, 3_390_000, 5_571_800),
    (2_875_300, 2_510_040, 1_602_500, 3_417_580),
    (4_120_000, 3_377_150, 2_201_000, 4_553_300),
)
_DSO = (47.2, 46.1, 48.9, 45.0, 44.2, 42.8, 43.5, 41.9, 40.2, 42.6, 41.0, 39.4, 38.6)


def _week(offset: int) -> tuple[date, date]:
    first = date(2026, 11, 16) + timedelta(weeks=offset)
    return first, first + timedelta(days=6)


def _month_end(back: int) -> date:
    index = 2026 * 12 + 11 - back
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def weekly() -> WeeklyFigures:
    """An ordinary week: more came in than before, a quarter of what is open is late."""
    aging = {
        "current": 15_321_400,
        "1-30": 2_960_235,
        "31-60": 1_620_890,
        "61-90": 812_485,
        "90+": 670_000,
    }
    counts = {"current": 148, "1-30": 31, "31-60": 17, "61-90": 8, "90+": 6}
    overdue = sum(aging.values()) - aging["current"]
    decisions = (
        Decision(
            "discount",
            2,
            "Café Conceição",
            1_210_900,
            AS_OF,
            Phrase(
                "They ask for {discount_pct} off to pay all at once by {until}. Do you agree?",
                discount_pct=8,
                until=date(2026, 11, 30),
            ),
        ),
        Decision(
            "dispute",
            3,
            "Hotel Atlântico Sul",
            987_445,
            AS_OF,
            Phrase(
                "They say that the goods of invoice {number} came short. Is it so?", number="4471"
            ),
        ),
    )
    actions = Actions(64, 2, 1, 41, 9, 2_310_400, 5, 2, 7, 1, decisions)
    return WeeklyFigures(
        week=Week("2026-W47", date(2026, 11, 16), AS_OF),
        as_of=AS_OF,
        received_week=Received(4_827_315, 57),
        received_previous_week=Received(4_310_000, 49),
        received_month=Received(14_258_305, 166),
        received_change_cents=517_315,
        received_change_pct=12.0027,
        received_weeks=tuple(
            ReceivedWeek(*_week(n - 7), cents, 40 + n) for n, cents in enumerate(_RECEIVED)
        ),
        open_cents=sum(aging.values()),
        open_count=sum(counts.values()),
        overdue_cents=overdue,
        overdue_count=62,
        overdue_debtors=23,
        overdue_pct=overdue / sum(aging.values()) * 100,
        overdue_change_cents=-412_080,
        overdue_previous_pct=30.1123,
        over_90_cents=670_000,
        aging_cents=aging,
        aging_count=counts,
        dso=38.6021,
        dso_previous=39.4,
        dso_change=-0.7979,
        average_delay=4.2113,
        trend=tuple(
            TrendPoint(AS_OF if n == 12 else _month_end(11 - n), dso, 25.0, 20_000_000)
            for n, dso in enumerate(_DSO)
        ),
        top_debtors=tuple(
            TopDebtor(n, name, cents, 1 + n % 4, cents + 50_000, 97 - 8 * n)
            for n, (name, cents) in enumerate(zip(_NAMES, _OVERDUE, strict=True))
        ),
        top_debtors_share_pct=99.9,
        expected_weeks=tuple(
            ExpectedWeek(*_week(n + 1), *amounts) for n, amounts in enumerate(_EXPECTED)
        ),
        expected_total_cents=sum(amounts[1] for amounts in _EXPECTED),
        actions=actions,
        decisions=decisions,
    )


def nothing_yet() -> WeeklyFigures:
    """A workspace on its first day, without a receivable."""
    zero = Received(0, 0)
    none = {"current": 0, "1-30": 0, "31-60": 0, "61-90": 0, "90+": 0}
    return replace(
        weekly(),
        received_week=zero,
        received_previous_week=zero,
        received_month=zero,
        received_change_cents=0,
        received_change_pct=None,
        received_weeks=tuple(ReceivedWeek(*_week(n - 7), 0, 0) for n in range(8)),
        open_cents=0,
        open_count=0,
        overdue_cents=0,
        overdue_count=0,
        overdue_debtors=0,
        overdue_pct=None,
        overdue_change_cents=0,
        overdue_previous_pct=None,
        over_90_cents=0,
        aging_cents=none,
        aging_count=none,
        dso=None,
        dso_previous=None,
        dso_change=None,
        average_delay=None,
        trend=tuple(TrendPoint(p.day, None, None, 0) for p in weekly().trend),
        top_debtors=(),
        top_debtors_share_pct=None,
        expected_weeks=tuple(ExpectedWeek(*_week(n + 1), 0, 0, 0, 0) for n in range(4)),
        expected_total_cents=0,
        actions=Actions(),
        decisions=(),
    )


LONG = replace(
    IDENTITY,
    name="Distribuidora de Alimentos e Bebidas Irmãos Vasconcelos de Albuquerque do Nordeste",
    legal_name="Distribuidora de Alimentos e Bebidas Irmãos Vasconcelos de Albuquerque do Nordeste"
    " Importação, Exportação e Participações Ltda.",
    bpo_name="Companhia Brasileira de Serviços Financeiros, Cobrança Amigável e Conciliação S.A.",
    colour="plum",
)


def nothing_late() -> WeeklyFigures:
    """Everybody paid in time; some is open but nothing is overdue."""
    aging = {"current": 15_321_400, "1-30": 0, "31-60": 0, "61-90": 0, "90+": 0}
    return replace(
        weekly(),
        open_cents=15_321_400,
        open_count=148,
        overdue_cents=0,
        overdue_count=0,
        overdue_debtors=0,
        overdue_pct=0.0,
        overdue_change_cents=0,
        over_90_cents=0,
        aging_cents=aging,
        aging_count={key: 148 if cents else 0 for key, cents in aging.items()},
        top_debtors=(),
        top_debtors_share_pct=None,
        actions=Actions(12, debtors_contacted=12),
        decisions=(),
    )


def enormous() -> WeeklyFigures:
    """Amounts, counts and names far beyond what a small company has, and every list full."""
    times = 9_731
    week = weekly()
    question = Phrase(
        "They ask for {discount_pct} off to pay all at once by {until}, and " * 3 + "?",
        discount_pct=8,
        until=AS_OF,
    )
    decisions = tuple(
        Decision("discount", n, LONG.legal_name, 987_654_321_00, AS_OF, question) for n in range(7)
    )
    return replace(
        week,
        received_week=Received(week.received_week.cents * times, 123_456),
        received_month=Received(week.received_month.cents * times, 654_321),
        received_change_cents=week.received_change_cents * times,
        received_change_pct=987_654.3,
        received_weeks=tuple(replace(w, cents=w.cents * times) for w in week.received_weeks),
        open_cents=week.open_cents * times,
        open_count=1_234_567,
        overdue_cents=week.overdue_cents * times,
        overdue_change_cents=99_999_999_999,
        over_90_cents=week.over_90_cents * times,
        aging_cents={key: cents * times for key, cents in week.aging_cents.items()},
        aging_count={key: count * times for key, count in week.aging_count.items()},
        dso=1_234.5678,
        dso_change=1_000.1,
        average_delay=-1_234.5,
        trend=tuple(replace(p, dso=(p.dso or 0) * 31) for p in week.trend),
        top_debtors=tuple(
            replace(
                d,
                name=f"{n} {LONG.legal_name}",
                overdue_cents=99_999_999_999,
                overdue_count=9_999,
                days_late=3_650,
            )
            for n, d in enumerate(week.top_debtors)
        ),
        expected_weeks=tuple(
            replace(
                w,
                due_cents=w.due_cents * times,
                expected_cents=w.expected_cents * times,
                low_cents=(w.low_cents or 0) * times,
                high_cents=(w.high_cents or 0) * times,
            )
            for w in week.expected_weeks
        ),
        expected_total_cents=week.expected_total_cents * times,
        actions=Actions(
            64_000, 2_000, 1_000, 41_000, 9_000, 1, 5_000, 2_000, 7_000, 1_000, decisions
        ),
        decisions=decisions,
    )
