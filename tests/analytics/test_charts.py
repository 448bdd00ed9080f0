"""Charts: true to their numbers, within their frame, readable by screen readers, in both paints."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo import paths
from bpo.analytics import bands, charts
from bpo.analytics.axes import scale
from bpo.analytics.drawing import ranked, room, tint

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


finite = st.floats(-1e9, 1e9, allow_nan=False, allow_infinity=False, allow_subnormal=False)


class TestScale:
    @given(st.lists(finite, min_size=1, max_size=20))
    def test_the_ticks_hold_all_values(self, values: list[float]) -> None:
        ticks = scale(values)
        slack = 1e-9 * max(1.0, *map(abs, values))
        assert ticks[0] - slack <= min(values)
        assert max(values) <= ticks[-1] + slack
        assert 2 <= len(ticks) <= 6
        assert ticks == sorted(ticks)

    def test_ticks_are_round(self) -> None:
        assert scale([71]) == [0, 20, 40, 60, 80]
        assert scale([44, 46, 48], from_zero=False) == [44, 45, 46, 47, 48]
        assert scale([-10, 30]) == [-10, 0, 10, 20, 30]


class TestScreen:
    """The same drawings without a palette: stretched, painted by class, words beside them."""

    WEEKS = (
        charts.CashWeek("16/11", "5", received=50_000, said="16/11: R$ 500"),
        charts.CashWeek("23/11", "6", expected=60_000, due=80_000, low=40_000, high=70_000),
    )

    def drawn(self, weeks: tuple[charts.CashWeek, ...] = WEEKS) -> str:
        return charts.cash_bars(frame(palette=None), weeks, LEGEND, lambda cents: f"t{cents}")

    def test_nothing_in_it_is_painted_by_itself(self) -> None:
        html = self.drawn()
        assert not re.search(r"#[0-9a-f]{6}|style=|fill=|stroke=|font-size|<text", html)
        assert 'class="bar"' in html

    def test_its_bars_are_those_of_the_paper(self) -> None:
        def heights(svg: str, plot: float) -> list[float]:
            bars = [rect for rect in shapes(svg, "rect") if not rect.get("rx")]
            return [float(bar.get("height", 0)) / plot for bar in bars][:3]

        screen = re.search(r"<svg.*</svg>", self.drawn())
        assert screen is not None
        svg = screen[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')
        paper = charts.cash_bars(frame(), self.WEEKS, LEGEND, lambda cents: f"t{cents}")
        assert heights(svg, 100) == pytest.approx(heights(paper, 140 - 22 - 2 * 7), abs=0.001)

    def test_the_words_of_the_axes_stand_outside(self) -> None:
        html = self.drawn()
        ticks, labels = re.findall(r"<ol.*?</ol>", html)
        assert re.findall(r"<li.*?>(.*?)</li>", ticks) == [
            "t80000",
            "t60000",
            "t40000",
            "t20000",
            "t0",
        ]
        assert re.findall(r"<li.*?>(.*?)</li>", labels) == ["16/11", "23/11"]

    def test_a_week_is_told_under_the_pointer(self) -> None:
        assert "<title>16/11: R$ 500</title>" in self.drawn()

    def test_a_screen_reader_hears_the_name_and_the_sentence(self) -> None:
        html = self.drawn()
        assert 'role="img" aria-label="Entradas"' in html
        assert "<desc>O que entrou</desc>" in html

    def test_words_of_people_cannot_become_markup(self) -> None:
        evil = '"><script>alert(1)</script>'
        week = charts.CashWeek(evil, evil, received=5, said=evil)
        screen = charts.Frame("", evil, evil)
        for html in (
            charts.cash_bars(screen, [week], LEGEND, lambda _cents: evil),
            charts.aging_bar(screen, [charts.Slice(5, evil, evil)]),
            charts.lines(screen, [charts.Series([1, 2])], [evil] * 2, str, said=[evil] * 2),
            charts.lines(screen, [], [], str, empty=evil),
            bands.calibration(screen, [bands.Tenth(0.5, 0.5, 1, evil)], str),
        ):
            assert "<script" not in html

    def test_the_last_label_is_never_left_out(self) -> None:
        labels = ["a", "b", "c", "d", "e", "f"]
        assert [kind for _label, kind in ranked(labels)][-1] == ""
        assert [label for label, kind in ranked(labels) if kind != "every-1"] == ["b", "d", "f"]
        assert [label for label, kind in ranked(labels) if not kind] == ["b", "f"]

    def test_every_room_that_labels_may_need_is_in_the_style_sheet(self) -> None:
        style = Path(paths.STATIC / "css" / "widgets.css").read_text()
        for count in range(1, 60):
            need = room(["nov/26"] * count)
            assert f".{need} .every-1" in style
            assert f".{need} .every-2" in style

    def test_every_shape_has_its_class_in_the_style_sheet(self) -> None:
        style = Path(paths.STATIC / "css" / "widgets.css").read_text()
        week = bands.Week("a", 5, 3, 8, due=9, came=2, held=False)
        three = [charts.Series([1, 2])] * 3
        screen = frame(palette=None)
        pictures = (
            self.drawn(),
            charts.aging_bar(screen, slices(1, 2, 3, 4, 5)),
            charts.lines(screen, three, ["a", "b"], str),
            charts.columns(screen, three, ["a", "b"], str),
            charts.sparkline(screen, [1, 2]),
            charts.meter(screen, 0.5),
            bands.weeks_ahead(screen, [week], str),
            bands.calibration(screen, [bands.Tenth(0.5, 0.5, 1)], str),
        )
        named = {
            name
            for html in pictures
            for kind in re.findall(r'<(?:rect|line|poly\w+) class="(.*?)"', html)
            for name in kind.split()
        }
        assert {
            name for name in named if f".{name} " not in style and f".{name}," not in style
        } <= {"dot", "size-1"}


class TestForecast:
    WEEK = bands.Week("29/11", 20_000, 15_000, 30_000, due=40_000)

    def test_the_range_stands_between_its_ends(self) -> None:
        svg = bands.weeks_ahead(frame(height=120), [self.WEEK], str)
        soft = painted(svg, tint(PAPER.accent, 0.55))[0]
        plot = 120 - 6 - 14
        assert float(soft.get("height", 0)) == pytest.approx(plot * 15 / 40, abs=0.02)
        assert within(svg, 482, 120)

    def test_what_came_is_a_dot_that_says_whether_it_was_within(self) -> None:
        for came, held, colour in ((21_000, True, PAPER.second), (50_000, False, PAPER.third)):
            week = bands.Week("a", 20_000, 15_000, 30_000, came=came, held=held)
            svg = bands.weeks_ahead(frame(), [week], str)
            assert [dot.get("fill") for dot in shapes(svg, "circle")] == [colour]

    def test_a_tenth_that_happened_as_said_lies_on_the_line(self) -> None:
        svg = bands.calibration(frame(), [bands.Tenth(0.25, 0.25, 9)], lambda share: f"{share:.0%}")
        line = next(e for e in shapes(svg, "line") if e.get("stroke-dasharray"))
        dot = shapes(svg, "circle")[0]
        start, end = (float(line.get(key, 0)) for key in ("x1", "x2"))
        low, high = (float(line.get(key, 0)) for key in ("y1", "y2"))
        assert float(dot.get("cx", 0)) == pytest.approx(start + (end - start) / 4, abs=0.02)
        assert float(dot.get("cy", 0)) == pytest.approx(low + (high - low) / 4, abs=0.02)


class TestSeries:
    def test_columns_of_one_label_stand_side_by_side(self) -> None:
        svg = charts.columns(frame(), [charts.Series([5]), charts.Series([10])], ["a"], str)
        first, second = painted(svg, PAPER.accent)[0], painted(svg, PAPER.second)[0]
        end = float(first.get("x", 0)) + float(first.get("width", 0))
        assert end <= float(second.get("x", 0))
        assert float(second.get("height", 0)) == pytest.approx(
            2 * float(first.get("height", 0)), abs=0.02
        )

    def test_a_gap_in_a_series_parts_its_line_alone(self) -> None:
        both = [charts.Series([1, None, 2]), charts.Series([1, 2, 3])]
        assert len(shapes(charts.lines(frame(), both, ["a", "b", "c"], str), "polyline")) == 3
