"""Figures kept with a report come back as they were."""

import json
from dataclasses import replace
from datetime import date

import pytest

from bpo.analytics import snapshot
from bpo.analytics.weekly import Decision
from bpo.kernel.text import Phrase
from tests.gateways import figures


@pytest.mark.parametrize("week", [figures.weekly(), figures.nothing_yet(), figures.enormous()])
def test_what_was_stored_is_read_back(week):
    assert snapshot.from_json(json.loads(json.dumps(snapshot.to_json(week)))) == week


def test_a_question_keeps_its_days_amounts_and_inner_phrases():
    inner = Phrase("Something was wrong with it")
    phrase = Phrase("{a}: {b} on {c}", a=inner, b_cents=12, c=date(2026, 11, 20))
    asked = Decision("dispute", 7, "Davi", 100, date(2026, 11, 1), phrase)
    week = replace(figures.weekly(), decisions=(asked,))
    assert snapshot.from_json(json.loads(json.dumps(snapshot.to_json(week)))) == week


def test_figures_of_another_form_are_refused():
    stored = snapshot.to_json(figures.weekly())
    del stored["open_cents"]
    with pytest.raises(KeyError):
        snapshot.from_json(stored)
