"""Charts: true to their numbers, within their frame, readable by screen readers, in both paints."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo import paths
from bpo.analytics import charts
from bpo.analytics.drawing import tint

SVG = "{http://www.w3.org/2000/svg}"
PAPER = charts.Palette(accent="#0f766e")
AMOUNTS = st.integers(0, 10**14)
LEGEND = charts.Legend("Recebido", "Previsto", "A vencer", "hoje", "Nada ainda")


def frame(palette: charts.Palette | None = PAPER, **size: float) -> charts.Frame:
    return charts.Frame("week", "Entradas", "O que entrou", palette=palette, **size)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def shapes(svg: str, tag: str) -> list[ElementTree.Element]:
    return list(parsed(svg).iter(SVG + tag))


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in shapes(svg, "text")]


def painted(svg: str, colour: str) -> list[ElementTree.Element]:
    return [rect for rect in shapes(svg, "rect") if rect.get("fill") == colour]


def within(svg: str, width: float, height: float) -> bool:
    """Whether every rectangle lies on the canvas."""
    return all(
        float(r.get("x", 0)) >= -0.01
        and float(r.get("x", 0)) + float(r.get("width", 0)) <= width + 0.02
        and float(r.get("y", 0)) >= -0.01
        and float(r.get("y", 0)) + float(r.get("height", 0)) <= height + 0.02
        for r in shapes(svg, "rect")
    )


def slices(*amounts: int) -> list[charts.Slice]:
    return [charts.Slice(cents, f"faixa {n}", f"R$ {cents}", "") for n, cents in enumerate(amounts)]


def cash(received: list[int], expected: list[int]) -> str:
    weeks = [charts.CashWeek("16/11", str(cents), received=cents) for cents in received]
    weeks += [charts.CashWeek("23/11", str(cents), expected=cents) for cents in expected]
    return charts.cash_bars(frame(), weeks, LEGEND, str)


def points(*values: float | None) -> list[charts.Point]:
    return [charts.Point("nov/26", value, f"{value} dias") for value in values]


class TestAging:
    def test_each_bucket_takes_its_share_of_the_bar(self) -> None:
        svg = charts.aging_bar(frame(width=1000), slices(6_000, 2_000, 1_000, 500, 500))
        widths = [float(painted(svg, colour)[0].get("width", 0)) for colour in PAPER.aging]
        assert widths == pytest.approx([599, 199, 99, 49, 50])

    def test_a_centavo_beside_millions_can_still_be_seen(self) -> None:
        svg = charts.aging_bar(frame(), slices(10**12, 0, 0, 0, 1))
        assert float(painted(svg, PAPER.aging[4])[0].get("width", 0)) >= 2

    def test_nothing_open_shows_an_empty_track(self) -> None:
        svg = charts.aging_bar(frame(), slices(0, 0, 0, 0, 0), legend=False)
        assert len(shapes(svg, "rect")) == 1

    def test_without_legend_it_has_no_text(self) -> None:
        assert texts(charts.aging_bar(frame(height=10), slices(1, 2), legend=False)) == []

    @given(st.lists(AMOUNTS, min_size=5, max_size=5))
    def test_the_bar_never_leaves_its_frame(self, amounts: list[int]) -> None:
        svg = charts.aging_bar(frame(), slices(*amounts))
        assert within(svg, 482, 140)
        assert all(f"R$ {cents}" in texts(svg) for cents in amounts)


class TestCash:
    def test_bars_stand_in_proportion_to_the_money(self) -> None:
        svg = cash([1_000, 3_000], [2_000])
        heights = [float(bar.get("height", 0)) for bar in painted(svg, PAPER.accent)[1:]]
        later = float(painted(svg, tint(PAPER.accent, 0.55))[1].get("height", 0))
        assert heights[1] == pytest.approx(heights[0] * 3, abs=0.02)
        assert later == pytest.approx(heights[0] * 2, abs=0.02)

    def test_today_parts_what_came_from_what_should_come(self) -> None:
        assert "hoje" in texts(cash([5], [5]))
        assert "hoje" not in texts(cash([5, 6], []))

    def test_only_the_series_that_are_there_are_named(self) -> None:
        assert "Recebido" in texts(cash([5], []))
        assert "Previsto" not in texts(cash([5], []))

    def test_what_falls_due_stands_behind_what_is_expected(self) -> None:
        week = charts.CashWeek("23/11", "70", expected=70, due=100)
        svg = charts.cash_bars(frame(), [week], LEGEND, str)
        due, expected = shapes(svg, "rect")[-2:]
        assert float(due.get("height", 0)) > float(expected.get("height", 0))
        assert "A vencer" in texts(svg)

    def test_no_money_says_so(self) -> None:
        assert texts(cash([0, 0], [0])) == ["Nada ainda"]

    @given(st.lists(AMOUNTS, min_size=1, max_size=8), st.lists(AMOUNTS, max_size=4))
    def test_the_bars_never_leave_their_frame(self, past: list[int], next_: list[int]) -> None:
        svg = cash(past, next_)
        assert within(svg, 482, 140)
        if any(past + next_):
            assert all(str(cents) in texts(svg) for cents in past + next_)


class TestTrend:
    def test_an_undefined_value_breaks_the_line(self) -> None:
        svg = charts.dso_trend(frame(), points(40, 41, None, 39, 38), empty="", tick=str)
        assert len(shapes(svg, "polyline")) == 2

    def test_the_last_defined_value_is_named(self) -> None:
        svg = charts.dso_trend(frame(), points(40, 38.6, None), empty="", tick=str)
        assert "38.6 dias" in texts(svg)
        assert "None dias" not in texts(svg)

    def test_the_axis_begins_at_zero_and_covers_the_peak(self) -> None:
        svg = charts.dso_trend(frame(), points(38, 53), empty="", tick=lambda t: f"t{t:g}")
        ticks = [float(text[1:]) for text in texts(svg) if text.startswith("t")]
        assert ticks[0] == 0
        assert ticks[-1] >= 53

    def test_without_any_value_it_says_so(self) -> None:
        assert texts(charts.dso_trend(frame(), points(None, None), empty="Nada", tick=str)) == [
            "Nada"
        ]
        assert texts(charts.dso_trend(frame(), [], empty="Nada", tick=str)) == ["Nada"]

    @given(st.lists(st.none() | st.floats(0, 5_000), min_size=1, max_size=24))
    def test_the_line_never_leaves_its_frame(self, values: list[float | None]) -> None:
        svg = charts.dso_trend(frame(), points(*values), empty="", tick=str)
        for line in shapes(svg, "polyline"):
            for x, y in (place.split(",") for place in line.get("points", "").split()):
                assert 0 <= float(x) <= 482
                assert 0 <= float(y) <= 140


class TestSparkline:
    def test_it_draws_what_is_defined(self) -> None:
        svg = charts.sparkline(frame(width=100, height=20), [1, None, 3, 2])
        assert len(shapes(svg, "polyline")) == 2
        assert len(shapes(svg, "circle")) == 1

    def test_it_draws_nothing_of_nothing(self) -> None:
        svg = charts.sparkline(frame(width=100, height=20), [None, None])
        assert shapes(svg, "circle") == []


class TestSteps:
    def test_the_best_step_fills_the_scale_and_the_others_follow(self) -> None:
        steps = [charts.Step("D+2", 0.1, "10%"), charts.Step("D+5", 0.4, "40%")]
        bars = painted(charts.recovery_by_step(frame(), steps, empty=""), PAPER.accent)
        first, second = (float(bar.get("width", 0)) for bar in bars)
        assert second == pytest.approx(first * 4, abs=0.05)

    def test_a_step_that_sent_nothing_is_listed_without_a_bar(self) -> None:
        steps = [charts.Step("D+2", 0.1, "10%"), charts.Step("D+5", None, "–")]
        svg = charts.recovery_by_step(frame(), steps, empty="")
        assert "D+5" in texts(svg)
        assert len(painted(svg, PAPER.accent)) == 1

    def test_a_long_name_is_cut_with_an_ellipsis(self) -> None:
        svg = charts.recovery_by_step(frame(), [charts.Step("x" * 300, 0.1, "")], empty="")
        assert texts(svg)[0].endswith("…")

    def test_no_steps_say_so(self) -> None:
        assert texts(charts.recovery_by_step(frame(), [], empty="Nada enviado")) == ["Nada enviado"]


class TestPaint:
    def test_a_screen_reader_hears_the_name_and_the_sentence(self) -> None:
        root = parsed(charts.aging_bar(frame(), slices(1)))
        told = {root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")}  # type: ignore[union-attr]
        assert root.get("role") == "img"
        assert set((root.get("aria-labelledby") or "").split()) == told

    def test_on_the_web_there_are_classes_and_no_colours(self) -> None:
        weeks = [
            charts.CashWeek("16/11", "5", received=5),
            charts.CashWeek("23/11", "6", None, 6, 7),
        ]
        svg = charts.cash_bars(frame(palette=None), weeks, LEGEND, str)
        assert not re.search(r"#[0-9a-f]{6}|style=|fill=|stroke=", svg)
        assert 'class="bar-fill"' in svg

    def test_on_paper_every_shape_has_a_colour(self) -> None:
        svg = cash([5], [6])
        drawn = [e for tag in ("rect", "line", "text") for e in shapes(svg, tag)]
        assert all(e.get("fill") or e.get("stroke") for e in drawn)

    def test_words_of_people_cannot_become_markup(self) -> None:
        name = '<script>alert("x")</script> & Cia'
        svg = charts.recovery_by_step(frame(width=4_000), [charts.Step(name, 1, name)], empty="")
        assert texts(svg) == [name, name]
        assert "<script" not in svg

    def test_ageing_has_the_colours_of_the_screens(self) -> None:
        tokens = Path(paths.STATIC / "css" / "tokens.css").read_text()
        screen = tuple(re.search(rf"--age-{n}: (#\w+)", tokens)[1] for n in range(5))  # type: ignore[index]
        assert charts.Palette().aging == screen
