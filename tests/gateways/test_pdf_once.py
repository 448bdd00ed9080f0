"""Tests draw a paper once: what comes back is what would be drawn, warnings and all."""

import logging
from datetime import date

import pytest

from bpo.gateways import pdf, reports
from tests.papers import drawn_once

DAY = date(2026, 11, 23)


@pytest.fixture
def strokes(monkeypatch):
    """The pages that were really drawn."""
    seen, own = [], pdf.render

    def render(html, **given):
        seen.append(html)
        return own(html, **given)

    monkeypatch.setattr(pdf, "render", render)
    return seen


def draw(html, day=DAY):
    return pdf.render(html, assets=reports.ASSETS, dated=day)


def test_the_same_page_is_drawn_once_and_another_day_or_word_anew(strokes):
    bare = draw("<p>Padaria Sol</p>")
    strokes.clear()
    with drawn_once():
        assert [draw("<p>Padaria Sol</p>") for _ in range(3)] == [bare] * 3
        assert draw("<p>Padaria Sol</p>", date(2026, 11, 24)) != bare
        assert draw("<p>Padaria Lua</p>") != bare
    assert len(strokes) == 3
    assert draw("<p>Padaria Sol</p>") == bare
    assert len(strokes) == 4


def test_what_warns_warns_each_time(strokes, caplog):
    with drawn_once(), caplog.at_level(logging.WARNING):
        for times in (1, 2):
            draw('<p><img src="nowhere.png"></p>')
            assert len(strokes) == times
            assert len(caplog.records) >= times
