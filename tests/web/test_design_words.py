"""Every text is translated, once, with the same parameters."""

import re

from babel.messages.pofile import read_po

from bpo.gateways import wording
from bpo.translations import __main__ as translations


def test_every_text_is_translated() -> None:
    missing = translations.missing(wording.DEFAULT_LOCALE)
    assert [f"{use.place}: {use.msgid!r}" for use in missing] == []


def test_no_text_is_translated_in_two_ways() -> None:
    assert translations.contradictions(wording.DEFAULT_LOCALE) == []


def test_the_search_for_texts_finds_those_of_code_and_of_templates() -> None:
    found = {use.msgid for use in translations.used()}
    assert {"Portfolio", "Partly paid", "Skip to the content"} <= found
    assert ("in %(num)s day", "in %(num)s days") in found


COUNTED = re.compile(
    r"(\{\w+\}|%\(\w+\)s) "
    r"(dias|faturas|pagamentos|linhas|títulos|recebíveis|devedores|observações|meses|semanas)"
)
SAID_APART = (
    "in {count} payments",
    "{days} days overdue or more",
    "{days} days overdue at most",
    "{count} lines of the bank are no credits any more.",
    "By their balance {count} rows were paid",
    "{count} debtors that it had registered were removed.",
    "{count} receivables were left as they are",
    "Interest of {monthly_pct} a month on {principal_cents}, {interest_days} days",
    "Nothing is added when you pay up to {grace_days} days",
    "Paying {early_days} days or more before the due date",
    "An offer holds for {validity_days} days.",
    "Paying at once takes {charges_cents} off the charges and {principal_cents} off the",
    "Customer since {since}, with {count} invoices",
    "Paid late so far: {late} of {total} invoices",
    "Usually pays {count} days",
    "{step} is worth sending for {days} days",
    "{count} days",
)
"""Texts that are said of more than one: of one the program says another."""
NEVER_ONE = (
    "{first} to {last} days",  # ages, whose limits are fixed
    "%(first)s to %(last)s days",
    "More than %(days)s days",
    "Over {days} days",
    "Open, {bucket} days late",
    "Paid {on_time} of the last {total} invoices",  # told from several invoices on
    "Paid all of the last {total} invoices",
    "Paid none of the last {total} invoices",
    "Paying up to {monthly_cents} a month, the debt ends on {last}",  # a down payment besides
    "Sales take {days} days longer",  # told from two days on
    "Sales become money {days} days sooner",
    "{count} receivables together ask for this amount",
    "{count} customers have a receivable {number}",
    "%(count)s weeks",  # four or thirteen
    "{step} is {days} days overdue or less and already firm",  # limits that are fixed, and larger
    "One credit can be split over {most} debtors",
    "A pause can end at most {limit_days} days",
    "A promise can be for at most {limit_days} days",
    "A consumer's plan may not be longer than {count} months",
    "A plan longer than {count} months",
    "A plan of a person in over-indebtedness has at most {count} months",
    "Between 1 and ",
    "Issue it 0 to {most} days before",
    "Contacts followed by a promise",
    "Contacts of which something listed was paid",
    "The share of debtors written to about overdue debts",
    "{step} comes too soon after {before}",  # of the days that rules ask for
    "The policy accepts from 1 to {most} payments",
    "at least %(least)s a payment, at most %(most)s payments",
)


STORED = (
    "{count} more remarks are not listed.",  # said on the command line, in English
)
"""Texts that are kept with what was done in the past."""


def test_no_text_says_one_of_many() -> None:
    counted = []
    for path in wording.files(wording.DEFAULT_LOCALE):
        with path.open("rb") as file:
            told = [text for text in read_po(file) if isinstance(text.id, str)]
        counted += [text.id for text in told if COUNTED.search(str(text.string))]
    listed = (*SAID_APART, *NEVER_ONE, *STORED)
    assert [text for text in counted if not text.startswith(listed)] == []
    assert [one for one in listed if not any(text.startswith(one) for text in counted)] == []
