"""Every text is translated, once, with the same parameters."""

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
