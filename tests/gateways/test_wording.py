"""What people read: sentences, amounts and days in their own language."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from bpo.gateways import wording
from bpo.kernel.text import Phrase

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def test_ana_reads_money_the_brazilian_way() -> None:
    assert wording.money(123_456, "pt_BR") == "R$\xa01.234,56"
    assert wording.money(-5, "pt_BR") == "-R$\xa00,05"
    assert wording.money(None, "pt_BR") == "–"
    assert wording.money(123_456, "en") == "R$1,234.56"
    assert wording.amount(80_000, "pt_BR") == "800,00"


@given(st.integers(-(10**15), 10**15))
def test_no_centavo_is_lost_between_the_column_and_the_screen(cents: int) -> None:
    shown = wording.money(cents, "pt_BR")
    digits = "".join(character for character in shown if character.isdigit())
    assert int(digits) == abs(cents)
    assert shown.startswith("-") == (cents < 0)


@given(st.integers(-(10**15), 10**15), st.sampled_from(wording.LOCALES))
def test_reais_are_written_as_the_locale_says(cents: int, locale: str) -> None:
    expected = format_currency(Decimal(cents).scaleb(-2), "BRL", locale=locale)
    assert wording.money(cents, locale) == expected


@given(st.dates())
def test_days_are_written_as_the_pattern_says(day: date) -> None:
    assert wording.day(day, "pt_BR") == format_date(day, "dd/MM/yyyy", locale="pt_BR")


@given(st.integers(-(10**12), 10**12))
def test_an_amount_never_breaks_over_two_lines(cents: int) -> None:
    assert " " not in wording.money(cents, "pt_BR")


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (0, "R$\xa00"),
        (99_900, "R$\xa0999"),
        (1_230_000, "R$\xa012,3\xa0mil"),
        (10**9, "R$\xa010\xa0mi"),
    ],
)
def test_the_axis_of_a_chart_is_short(cents: int, shown: str) -> None:
    assert wording.money_short(cents, "pt_BR") == shown


def test_percentages_and_figures() -> None:
    assert wording.percent(92, "pt_BR") == "92%"
    assert wording.percent(34.25, "pt_BR") == "34,2%"
    assert wording.percent(None, "pt_BR") == "–"
    assert wording.percent(float("nan"), "pt_BR") == "–"
    assert wording.number(1234.5, "pt_BR") == "1.234,5"
    assert wording.number(Decimal("0.0333"), "pt_BR", 4) == "0,0333"
    assert wording.fixed(2, "pt_BR") == "2,0"
    assert wording.fixed(None, "en") == wording.NOTHING
    assert wording.fixed(1234.56, "en") == "1,234.6"


def test_days_are_dated_as_each_reader_expects() -> None:
    day = date(2026, 11, 22)
    assert wording.day(day, "pt_BR") == "22/11/2026"
    assert wording.day(day, "en") == "22 Nov 2026"
    assert wording.day_short(day, "pt_BR") == "22/11"
    assert wording.month(day, "pt_BR") == "nov/2026"
    assert wording.weekday(day, "pt_BR") == "domingo"
    assert wording.days(1, "pt_BR") == "1 dia"
    assert wording.days(12, "pt_BR") == "12 dias"


def test_an_instant_is_shown_on_the_clock_of_the_workspace() -> None:
    late = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    assert wording.instant(late, SAO_PAULO, "pt_BR") == "22/11/2026 22:30"
    assert wording.instant(late, "America/Rio_Branco", "pt_BR") == "22/11/2026 20:30"
    assert wording.clock(late, SAO_PAULO, "pt_BR") == "22:30"
    assert wording.filters(lambda: "pt_BR", lambda: SAO_PAULO)["date"](late) == "22/11/2026"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 23), "hoje"),
        (date(2026, 11, 24), "amanhã"),
        (date(2026, 11, 22), "ontem"),
        (date(2026, 11, 26), "em 3 dias"),
        (date(2026, 11, 11), "há 12 dias"),
        (date(2026, 1, 5), "05/01/2026"),
    ],
)
def test_a_day_is_told_from_today(day: date, said: str) -> None:
    assert wording.relative_day(day, date(2026, 11, 23), "pt_BR") == said


def test_after_until_only_near_days_are_told_from_today() -> None:
    today = date(2026, 11, 23)
    days = (today, date(2026, 11, 22), date(2026, 11, 21), None)
    told = [wording.near_day(day, today, "pt_BR") for day in days]
    assert told == ["hoje", "ontem", "21/11/2026", "–"]


def test_a_phrase_carries_its_values_into_the_language() -> None:
    phrase = Phrase(
        "{fine_pct} of {principal_cents} on {day}: {detail} ({number}, {count})",
        fine_pct=Decimal("2"),
        principal_cents=100_000,
        day=date(2026, 11, 22),
        detail=Phrase("Overdue"),
        number="00123",
        count=1500,
    )
    assert wording.say(phrase, "en") == "2% of R$1,000.00 on 22 Nov 2026: Overdue (00123, 1,500)"
    assert wording.say(Phrase("Overdue"), "pt_BR") == "Em atraso"


def test_a_list_of_phrases_is_said_one_after_the_other() -> None:
    phrase = Phrase("{states}", states=[Phrase("Overdue"), Phrase("Disputed")])
    assert wording.say(phrase, "pt_BR") == "Em atraso, Contestado"


def test_a_brace_in_a_debtors_name_is_only_a_brace() -> None:
    assert wording.say(Phrase("{name}", name="Bar do {Zé}"), "pt_BR") == "Bar do {Zé}"


@pytest.mark.parametrize(
    ("code", "locale"),
    [("pt-BR", "pt_BR"), ("pt", "pt_BR"), ("en_GB", "en"), ("fr", None), ("", None), (None, None)],
)
def test_codes_of_languages_are_understood(code: str | None, locale: str | None) -> None:
    assert wording.known(code) == locale


def test_a_template_outside_the_web_speaks_one_language() -> None:
    environment = Environment(autoescape=True)
    wording.install(environment, "pt_BR", SAO_PAULO)
    template = environment.from_string(
        '{{ _("as of %(day)s", day=day|date) }}; '
        '{{ ngettext("in %(num)s day", "in %(num)s days", 3) }}; {{ cents|money }}'
    )
    text = template.render(day=date(2026, 11, 22), cents=150)
    assert text == "em 22/11/2026; em 3 dias; R$\xa01,50"


def test_the_catalog_is_read_once() -> None:
    assert wording.translations("pt_BR") is wording.translations("pt_BR")


@pytest.mark.parametrize("locale", ["pt_BR", "en"])
@pytest.mark.parametrize("digits", [0, 1, 2])
def test_figures_are_put_together_as_babel_writes_them(locale, digits):
    pattern = f"#,##0.{'#' * digits}" if digits else "#,##0"
    steps = [n / 8 for n in range(-40, 40)]
    for value in (*steps, -0.04, 0.15, 999.95, 1_000, 1_234_567.891, -1_000, Decimal("3.45")):
        assert wording.number(value, locale, digits) == format_decimal(value, pattern, locale)
        share = format_percent(Decimal(str(value)) / 100, f"{pattern}%", locale)
        assert wording.percent(value, locale, digits) == share
