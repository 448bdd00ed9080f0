"""The messages as Davi reads them: all texts, both languages, safe and complete."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.reminders.campaigns import DEFAULT_REGUA, THREE_STEPS
from bpo.domain.reminders.steps import MESSAGES, Channel
from bpo.domain.writing import sms, text_checks
from bpo.domain.writing.messages import Creditor, DebtLine, Links, MessageFacts, Offer, Text
from bpo.gateways import templates, wording
from bpo.kernel.errors import BadInput, NotFound

LOCALES = ("pt_BR", "en")
TODAY = date(2026, 11, 23)
CREDITOR = Creditor(
    "Loja Sol Comércio Ltda.",
    "Loja Sol",
    "12.345.678/0001-95",
    "Rua das Palmeiras, 120, Campinas - SP",
    "financeiro@lojasol.com.br",
    "(19) 3232-1010",
    "teal",
)
LINKS = Links("https://x.br/d/abc", "https://x.br/p/sol/policy", "https://x.br/u/abc")
LINE = DebtLine("1234", date(2026, 11, 10), 125_000, 2_500, 542, 0, 13)
FACTS = MessageFacts(
    CREDITOR,
    LINKS,
    "Davi Lima",
    "Davi",
    "***.456.***-**",
    TODAY,
    (LINE, LINE._replace(number="1235", due=date(2026, 11, 12))),
    offer=Offer(120_000, date(2026, 11, 30)),
    paid_cents=5_000,
    paid_on=TODAY,
    also_open_cents=900,
    effects=("A partir de 01/12 o fornecimento passa a ser à vista.",),
    confirm_receipt=True,
)
ONE = replace(FACTS, lines=(LINE,), offer=None, also_open_cents=0, effects=())
ALL_TEXTS = [
    (key, channel, locale)
    for channel in sorted(MESSAGES)
    for locale in LOCALES
    for key in templates.keys(channel, locale)
]


@pytest.mark.parametrize(("locale", "said"), [("pt_BR", "há 1 dia,"), ("en", "1 day ago,")])
def test_a_proposal_says_one_day_of_a_day(locale, said):
    yesterday = replace(ONE, lines=(LINE._replace(days_late=1),))
    assert said in templates.render("proposal", "email", locale, yesterday).text
    assert said not in templates.render("proposal", "email", locale, ONE).text


def test_there_is_a_text_for_every_step_in_both_languages():
    for step in (*DEFAULT_REGUA, *THREE_STEPS):
        for channel in {*step.channels, *step.otherwise} & MESSAGES:
            for locale in LOCALES:
                assert templates.has(step.template, channel, locale), (step.key, channel, locale)
    for channel in MESSAGES:
        assert templates.keys(channel, "en") == templates.keys(channel, "pt_BR") != []


@pytest.mark.parametrize(("key", "channel", "locale"), ALL_TEXTS)
def test_every_text_passes_the_checks_and_renders(key, channel, locale):
    text = templates.load(key, channel, locale)
    found = text_checks.check(text, channel)
    assert text_checks.is_usable(found), found
    assert channel == Channel.SMS or found == []
    assert text_checks.normalised(text) == text
    for facts in (FACTS, ONE):
        rendered = templates.render(key, channel, locale, facts)
        for part in rendered:
            assert not re.search(r"\{\{|\{%|@@|\[body\]|\[[a-z]+\]$|None|Undefined", part, re.M)
        assert "Loja Sol" in rendered.text
        if channel == Channel.EMAIL:
            assert "R$" not in rendered.subject
            for part in (rendered.text, rendered.html):
                for must in (
                    CREDITOR.legal_name,
                    CREDITOR.document,
                    CREDITOR.address,
                    FACTS.document_hidden,
                    LINKS.policy,
                    LINKS.unsubscribe,
                ):
                    assert must in part


@pytest.mark.parametrize("locale", LOCALES)
def test_an_sms_is_one_part_of_plain_letters(locale):
    for key in templates.keys("sms", locale):
        text = templates.render(key, "sms", locale, ONE).text
        assert sms.is_gsm(text)
        assert sms.parts(text) == 1
        assert "R$" not in text


def test_the_composition_of_the_debt_is_told_line_by_line():
    rendered = templates.render("notice", "email", "pt_BR", FACTS)
    for part in (rendered.text, rendered.html):
        flat = part.replace("\u00a0", " ")
        assert "Fatura 1234" in flat
        assert "venceu em 10/11/2026" in flat
        assert "valor em aberto R$ 1.250,00 · multa R$ 25,00 · juros R$ 5,42" in flat
        assert "R$ 1.280,42" in flat
        assert "R$ 2.560,84" in flat
        assert "A partir de 01/12" in flat
    assert "Confira o beneficiário antes de pagar" in rendered.text


def test_an_amount_that_nothing_was_added_to_is_told_once():
    bare = replace(ONE, lines=(LINE._replace(fine_cents=0, interest_cents=0),))
    text = templates.render("due_tomorrow", "email", "pt_BR", bare).text
    assert "valor em aberto" not in text


def test_several_invoices_are_spoken_of_as_several():
    two = replace(ONE, lines=(LINE, LINE._replace(number="1235")))
    for key in ("due_tomorrow", "not_seen", "offer_help"):
        said = templates.render(key, "sms", "pt_BR", two).text
        assert "2 faturas de" in said, said
        assert "1234" not in said
    assert "Suas faturas vencem hoje" in templates.render("due_today", "email", "pt_BR", two).text


def test_a_receipt_leads_to_the_account():
    rendered = templates.render("thanks", "email", "pt_BR", FACTS)
    assert f"recibo em PDF: {LINKS.page}" in rendered.text
    assert f'href="{LINKS.page}"' in rendered.html


def test_names_from_outside_cannot_carry_markup():
    evil = replace(
        FACTS,
        first_name="<script>x</script>",
        debtor_name='"><img src=x>',
        creditor=replace(CREDITOR, trade_name="A & B <b>", colour="red;}</style><script>"),
    )
    html = templates.render("something_wrong", "email", "pt_BR", evil).html
    assert "<script>" not in html
    assert "<img" not in html
    assert "A &amp; B" in html


def test_styles_are_in_place_and_the_dark_ones_kept():
    html = templates.render("due_today", "email", "en", ONE).html
    assert 'style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "#0f766e" in html
    assert "#00c0de" not in html
    assert '<html lang="en">' in html
    assert len(html) < 12_000


def test_a_workspaces_own_text_is_used_and_a_bad_one_is_refused():
    own = Text("Oi, {{ first_name }} <3\n\n{% if offer %}Só {{ offer }}.{% endif %}", "Oi & olá")
    rendered = templates.render("proposal", "email", "pt_BR", FACTS, text=own)
    assert rendered.subject == "Oi & olá"
    assert "Oi, Davi &lt;3" in rendered.html
    assert "Só R$\u00a01.200,00." in rendered.html
    assert "Só" not in templates.render("proposal", "email", "pt_BR", ONE, text=own).html
    for body in ("{% if %}", "{{ nothing }}", "{{ first_name.__class__ }}", "[nope]"):
        with pytest.raises(BadInput):
            templates.render("proposal", "email", "pt_BR", FACTS, text=Text(body, "x"))


def test_a_text_that_does_not_exist_is_not_found():
    for key in ("nothing", "../../layouts/base"):
        with pytest.raises(NotFound):
            templates.render(key, "email", "pt_BR", FACTS)


@given(st.integers(-(10**12), 10**12), st.sampled_from(LOCALES))
def test_money_is_written_as_everywhere_else(cents, locale):
    assert templates.money(cents, locale) == wording.money(cents, locale)
