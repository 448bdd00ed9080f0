"""The weekly report: two pages that say the figures' own numbers, whatever they are."""

import ast
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from pypdf import PdfReader

from bpo import paths
from bpo.analytics.weekly import Week, WeeklyFigures
from bpo.gateways import reports, wording
from bpo.gateways.weekly import details, overview
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import colours
from tests.gateways import figures
from tests.gateways.figures import IDENTITY, LONG
from tests.papers import drawn_once

LINKS = reports.Links("https://portal.example/p/sol", "https://portal.example/me?a=1&b=2")


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A picture left out or a letter without a glyph is only a warning: here it fails."""
    with caplog.at_level(logging.WARNING):
        yield
    assert caplog.text == ""


def pages(
    week: WeeklyFigures, identity: reports.Identity = IDENTITY, locale: str = "pt_BR"
) -> list[str]:
    """The text of each page, with all white space as single spaces."""
    with drawn_once():
        document = reports.weekly_pdf(week, identity, locale)
    reader = PdfReader(BytesIO(document))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def money(cents: int, locale: str = "pt_BR") -> str:
    return wording.money(cents, locale).replace("\xa0", " ")


class TestPages:
    @pytest.mark.parametrize("locale", ["pt_BR", "en"])
    @pytest.mark.parametrize(
        ("week", "identity"),
        [
            (figures.weekly(), IDENTITY),
            (figures.nothing_yet(), IDENTITY),
            (figures.nothing_late(), LONG),
            (figures.enormous(), LONG),
        ],
        ids=["ordinary", "empty", "nothing late", "enormous"],
    )
    def test_there_are_exactly_two(
        self, week: WeeklyFigures, identity: reports.Identity, locale: str
    ) -> None:
        assert len(pages(week, identity, locale)) == 2

    def test_each_says_whose_it_is_of_when_and_which(self) -> None:
        for number, text in enumerate(pages(figures.weekly()), 1):
            assert "Sol Nascente Indústria de Pães Ltda. · CNPJ 12.ABC.345/01DE-35" in text
            assert "Preparado por Ponte Serviços Financeiros" in text
            assert "Posição em 22/11/2026" in text
            assert f"página {number} de 2" in text

    def test_a_company_without_cnpj_has_none(self) -> None:
        assert "CNPJ" not in pages(figures.weekly(), replace(IDENTITY, cnpj=None))[0]

    def test_the_same_week_gives_the_same_bytes(self) -> None:
        week = figures.weekly()
        first, second = (reports.weekly_pdf(week, IDENTITY, "pt_BR") for _ in range(2))
        assert first == second

    def test_nothing_undefined_is_spelled_out(self) -> None:
        for week in (figures.nothing_yet(), figures.nothing_late()):
            assert not re.search(r"\b(None|nan|NaN|\{|\})", " ".join(pages(week)))

    def test_a_name_with_markup_is_just_a_name(self) -> None:
        name = "<b>Ana</b> & <img src=x>"
        week = figures.weekly()
        top = (replace(week.top_debtors[0], name=name), *week.top_debtors[1:])
        first, _ = pages(replace(week, top_debtors=top), replace(IDENTITY, name="A&B <i>Ltda</i>"))
        assert name in first
        assert "A&B <i>Ltda</i>" in first


class TestNumbers:
    """The report says what the figures say: the same number on screen, PDF and CSV."""

    @pytest.mark.parametrize("locale", ["pt_BR", "en"])
    def test_the_first_page_tells_the_figures(self, locale: str) -> None:
        week = figures.weekly()
        first, _ = pages(week, locale=locale)
        told = [week.received_week.cents, week.received_month.cents, week.overdue_cents]
        told += [week.open_cents, week.received_change_cents, abs(week.overdue_change_cents)]
        told += week.aging_cents.values()
        told += [debtor.overdue_cents for debtor in week.top_debtors]
        told += [decision.amount_cents for decision in week.decisions]
        assert [cents for cents in told if money(cents, locale) not in first] == []
        assert wording.percent(week.overdue_pct, locale) in first
        ahead = week.expected_weeks[0]
        assert money(week.expected_total_cents, locale) in first
        assert money(ahead.expected_cents, locale) in first
        for cents in (ahead.low_cents, ahead.high_cents):
            assert wording.money_short(cents, locale).replace("\xa0", " ") in first

    def test_every_top_debtor_is_named_in_order(self) -> None:
        week = figures.weekly()
        first, _ = pages(week)
        places = [first.index(debtor.name) for debtor in week.top_debtors[1:]]
        assert places == sorted(places)

    def test_the_second_page_tells_the_figures(self) -> None:
        week = figures.weekly()
        _, second = pages(week)
        told = [week.received_week.cents, week.received_month.cents, week.expected_total_cents]
        told += [week.open_cents, week.overdue_cents, week.over_90_cents]
        told += week.aging_cents.values()
        told += [c for w in week.expected_weeks for c in (w.due_cents, w.expected_cents)]
        assert [cents for cents in told if money(cents) not in second] == []
        assert all(f" {count} " in second for count in week.aging_count.values())
        assert all(text in second for text in ("28,4%", "38,6 dias", "39,4 dias", "4,2 dias"))

    def test_ageing_adds_up_to_what_is_open(self) -> None:
        _, second = pages(figures.weekly())
        assert re.search(r"Total 210 R\$ 213\.850,10 100%", second)

    def test_amounts_keep_their_currency_beside_them(self) -> None:
        mail = reports.weekly_mail(figures.weekly(), IDENTITY, "pt_BR", LINKS)
        assert "R$\xa048.273,15" in unescape(mail.html)
        assert "R$\xa048.273,15" in mail.text


class TestHeadline:
    def told(self, week: WeeklyFigures) -> str:
        return " ".join(overview.headline(week, Voice("pt_BR"))).replace("\xa0", " ")

    def test_an_ordinary_week(self) -> None:
        headline = (
            "Entraram R$ 48.273,15 nesta semana, 12% a mais que na semana anterior. Estão em"
            " atraso R$ 60.636,10, 28,4% do que há a receber."
        )
        assert self.told(figures.weekly()) == headline
        assert headline in pages(figures.weekly())[0]

    def test_a_week_that_is_not_over_is_compared_with_the_same_days(self) -> None:
        week = replace(figures.weekly(), as_of=date(2026, 11, 20))
        assert "12% a mais que nos mesmos dias da semana passada." in self.told(week)

    @pytest.mark.parametrize(
        ("change", "share", "told"),
        [
            (-500_000, -9.39, "9,4% a menos que na semana anterior."),
            (0, 0.0, "o mesmo que na semana anterior."),
            (4_800_000, 17_570.6, "R$ 48.000,00 a mais que na semana anterior."),
            (4_827_315, None, "Entraram R$ 48.273,15 nesta semana. "),
        ],
    )
    def test_the_change_is_told_in_words(self, change: int, share: float | None, told: str) -> None:
        week = replace(figures.weekly(), received_change_cents=change, received_change_pct=share)
        assert told in self.told(week)

    def test_a_week_without_money(self) -> None:
        zero = replace(figures.weekly().received_week, cents=0, count=0)
        week = replace(figures.weekly(), received_week=zero, received_change_pct=-100.0)
        assert self.told(week).startswith("Nada entrou nesta semana. Estão em atraso")

    def test_a_first_day(self) -> None:
        headline = self.told(figures.nothing_yet())
        assert headline.startswith("Ainda não há contas a receber para acompanhar.")

    def test_nothing_late(self) -> None:
        assert self.told(figures.nothing_late()).endswith("Nada está em atraso.")
        assert "Ninguém está em atraso." in pages(figures.nothing_late())[0]

    def test_all_paid(self) -> None:
        week = replace(figures.nothing_yet(), received_weeks=figures.weekly().received_weeks)
        assert self.told(week).endswith("Não há nada a receber.")


class TestMail:
    def test_text_and_html_tell_the_three_figures_that_matter(self) -> None:
        week = figures.weekly()
        mail = reports.weekly_mail(week, IDENTITY, "pt_BR", LINKS)
        assert mail.subject == "Padaria Sol Nascente: relatório semanal, 16/11 a 22/11"
        for body in (mail.text, mail.html):
            told = unescape(body).replace("\xa0", " ")
            for cents in (
                week.received_week.cents,
                week.expected_total_cents,
                week.overdue_cents,
            ):
                assert money(cents) in told

    def test_it_leads_to_the_portal_and_to_the_choice_of_mails(self) -> None:
        mail = reports.weekly_mail(figures.weekly(), IDENTITY, "en", LINKS)
        assert LINKS.portal in mail.text
        assert LINKS.preferences in mail.text
        assert f'href="{LINKS.portal}"' in mail.html
        assert 'href="https://portal.example/me?a=1&amp;b=2"' in mail.html

    def test_it_says_how_to_answer_and_how_many_more_questions_there_are(self) -> None:
        week = figures.weekly()
        many = replace(week, decisions=week.decisions[:1] * 5)
        for body in (mail := reports.weekly_mail(many, IDENTITY, "pt_BR", LINKS)).text, mail.html:
            assert "e mais 2 no portal" in body
            assert "Responda a este e-mail" in body
        quiet = reports.weekly_mail(replace(week, decisions=()), IDENTITY, "pt_BR", LINKS)
        assert "Responda a este e-mail" not in quiet.text

    def test_styles_are_within_the_elements(self) -> None:
        html = reports.weekly_mail(figures.weekly(), IDENTITY, "pt_BR", LINKS).html
        assert "<style" not in html
        assert colours.INK["teal"] in html

    def test_names_cannot_become_markup(self) -> None:
        named = replace(IDENTITY, name="A&B <script>", legal_name="<img>")
        mail = reports.weekly_mail(figures.weekly(), named, "pt_BR", LINKS)
        assert "A&amp;B &lt;script&gt;" in mail.html
        assert "<script" not in mail.html
        assert "A&B <script>" in mail.text

    def test_what_waits_for_the_client_is_asked(self) -> None:
        asked = reports.weekly_mail(figures.weekly(), IDENTITY, "pt_BR", LINKS)
        quiet = reports.weekly_mail(figures.nothing_late(), IDENTITY, "pt_BR", LINKS)
        assert "O que depende de você" in asked.text
        assert "O que depende de você" not in quiet.text


class TestWords:
    """What the house rules ask of every text: there is Portuguese for it."""

    def test_every_sentence_is_translated(self) -> None:
        with (paths.TRANSLATIONS / "pt_BR" / "reports.po").open("rb") as file:
            translated = {_singular(m.id) for m in read_po(file) if m.string and all(m.string)}
        said = {*_said(), *_in_templates()}
        assert len(said) > 60
        assert sorted(said - translated) == []

    def test_a_colour_means_the_same_as_on_the_screens(self) -> None:
        palette = (paths.STATIC / "css" / "palette.css").read_text().partition("@media")[0]
        assert dict(re.findall(r'"(\w+)"\] \{ --ws: (#\w+)', palette)) == colours.INK


def _said() -> Iterator[str]:
    """The texts that the report's modules say."""
    for path in (paths.PACKAGE / "gateways" / "weekly").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            match call:
                case ast.Call(func=ast.Attribute(attr="say" | "count"), args=[text, *_]):
                    yield from _strings(text)
                case ast.Assign(targets=[ast.Name(id="template")], value=text):
                    yield from _strings(text)
                case ast.Tuple(elts=[_, ast.Constant(value=str() as text), ast.Constant()]):
                    yield text
    yield from details.BUCKETS.values()


def _singular(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _strings(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _in_templates() -> Iterator[str]:
    for path in Path(paths.TEMPLATES / "reports").glob("weekly*"):
        if path.suffix in {".html", ".txt"}:
            for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", str(path)):
                yield _singular(message)


def test_a_week_is_named_by_its_label() -> None:
    week = replace(figures.weekly(), week=Week("2026-W47", date(2026, 11, 16), date(2026, 11, 22)))
    reader = PdfReader(BytesIO(reports.weekly_pdf(week, IDENTITY, "pt_BR")))
    assert reader.metadata is not None
    assert reader.metadata.title == "Relatório semanal de Padaria Sol Nascente, 2026-W47"
    assert reader.metadata.author == IDENTITY.bpo_name
