"""The charts of the screens, for templates: the drawings of the reports in the reader's words."""

from collections.abc import Callable, Sequence
from typing import Protocol

from flask_babel import gettext as _
from markupsafe import Markup

from bpo.analytics import bands, cash, charts, trials
from bpo.gateways import wording
from bpo.web import language

Say = Callable[[float | None], str]
Named = Sequence[tuple[str, Sequence[float | None]]]
"""Series of a chart: name and values."""


class Week(Protocol):
    """A week of money behind (`received`) or ahead (`expected` of `due`), centavos."""

    @property
    def label(self) -> str: ...
    @property
    def received(self) -> int | None: ...
    @property
    def expected(self) -> int | None: ...
    @property
    def due(self) -> int | None: ...
    @property
    def low(self) -> int | None: ...
    @property
    def high(self) -> int | None: ...


def money(weeks: Sequence[Week], label: str, currency: str) -> Markup:
    """Money week by week: received behind, expected ahead over what falls due."""
    spoken = _money(currency)
    drawn = [
        charts.CashWeek(
            week.label,
            "",
            received=week.received,
            expected=week.expected,
            due=week.due,
            low=week.low,
            high=week.high,
            said=_told(
                week.label,
                (_("Received"), week.received),
                (_("Expected"), week.expected),
                (_("Falls due"), week.due),
                say=spoken,
            )
            + _between(week.low, week.high, spoken),
        )
        for week in weeks
    ]
    sums = (
        (_("Received"), sum(week.received or 0 for week in weeks)),
        (_("Expected"), sum(week.expected or 0 for week in weeks)),
    )
    frame = charts.Frame("", label, "; ".join(f"{name}: {spoken(cents)}" for name, cents in sums))
    legend = charts.Legend("", "", "", "", _("No money has come in yet."))
    return charts.cash_bars(frame, drawn, legend, _short(currency))


def ageing(names: Sequence[str], amounts: Sequence[int], currency: str) -> Markup:
    """An open balance by age as one bar, from not due to oldest."""
    spoken = _money(currency)
    slices = [
        charts.Slice(cents, name, spoken(cents)) for name, cents in zip(names, amounts, strict=True)
    ]
    told = ", ".join(f"{one.label} {one.amount}" for one in slices)
    frame = charts.Frame("", f"{_('Ageing of what is open')}: {told}", "")
    return charts.aging_bar(frame, slices)


def band(weeks: Sequence[tuple[str, cash.CashWeek]], label: str, currency: str) -> Markup:
    """Weeks of a forecast with their likely range, and what came in once it is known."""
    spoken, past = _money(currency), bool(weeks) and weeks[0][1].came_cents is not None
    drawn = [
        bands.Week(
            name,
            week.expected_cents,
            week.low_cents,
            week.high_cents,
            due=None if past else week.due_cents,
            came=week.came_cents,
            held=week.held,
            said=_told(name, (_("Expected"), week.expected_cents), say=spoken)
            + _between(week.low_cents, week.high_cents, spoken)
            + _told("", (_("Came in"), week.came_cents), say=spoken),
        )
        for name, week in weeks
    ]
    whole = spoken(sum(week.expected_cents for _name, week in weeks))
    frame = charts.Frame("", label, f"{_('Expected')}: {whole}")
    return bands.weeks_ahead(frame, drawn, _short(currency))


def calibration(bins: Sequence[trials.Bin], label: str) -> Markup:
    """What was said against what happened: a dot for each tenth."""
    tenths = [bands.Tenth(one.chance, one.late, one.count, _agreement(one)) for one in bins]
    return bands.calibration(charts.Frame("", label, ""), tenths, _share)


def _agreement(one: trials.Bin) -> str:
    locale = language.current()
    shown = wording.number(one.count, locale, 0)
    counted = wording.ngettext("%(num)s invoice", "%(num)s invoices", one.count, locale, num=shown)
    told = _("Said %(said)s, happened %(seen)s", said=_share(one.chance), seen=_share(one.late))
    return f"{told} ({counted})"


def _share(share: float) -> str:
    return wording.percent(share * 100, language.current(), 0)


def lines(
    series: Named,
    labels: Sequence[str],
    label: str,
    unit: str = "number",
    from_zero: bool = True,
    currency: str = "BRL",
) -> Markup:
    """Lines over time; `unit` is `money` (centavos), `percent` or `number`."""
    spoken = amounts(unit, currency)
    return charts.lines(
        charts.Frame("", label, _ends(series, labels, spoken)),
        [charts.Series(values) for _name, values in series],
        labels,
        _ticks(unit, currency),
        from_zero=from_zero,
        said=_each(series, labels, spoken),
        empty=_("There is nothing to show yet."),
    )


def columns(
    series: Named, labels: Sequence[str], label: str, unit: str = "money", currency: str = "BRL"
) -> Markup:
    """Columns side by side over the same labels."""
    spoken = amounts(unit, currency)
    return charts.columns(
        charts.Frame("", label, _ends(series, labels, spoken)),
        [charts.Series(values) for _name, values in series],
        labels,
        _ticks(unit, currency),
        said=_each(series, labels, spoken),
        empty=_("There is nothing to show yet."),
    )


def spark(values: Sequence[float | None], label: str) -> Markup:
    """A small line without axes; `label` says in words what it shows."""
    return charts.sparkline(charts.Frame("", label, ""), values)


def meter(value: float, most: float) -> Markup:
    """A thin bar that `value` fills up to `most`, under the figure that says the same."""
    return charts.meter(charts.Frame("", "", ""), value / most if most else 0.0)


def amounts(unit: str, currency: str = "BRL") -> Say:
    """How a figure of a chart is said in full."""
    locale = language.current()
    if unit == "money":
        return _money(currency)
    if unit == "percent":
        return lambda value: wording.percent(value, locale)
    return lambda value: wording.number(value, locale, 1)


def _ticks(unit: str, currency: str) -> Say:
    locale = language.current()
    if unit == "money":
        return _short(currency)
    if unit == "percent":
        return lambda value: wording.percent(value, locale, 0)
    return lambda value: wording.number(value, locale, 1)


def _money(currency: str) -> Say:
    locale = language.current()
    return lambda cents: wording.money(None if cents is None else int(cents), locale, currency)


def _short(currency: str) -> Say:
    locale = language.current()
    return lambda cents: wording.money_short(
        None if cents is None else int(cents), locale, currency
    )


def _told(label: str, *figures: tuple[str, float | None], say: Say) -> str:
    """A label and the figures under it that there are, a line each."""
    known = [f"\n{name}: {say(value)}" for name, value in figures if value is not None]
    return label + "".join(known)


def _between(low: int | None, high: int | None, say: Say) -> str:
    if low is None or high is None:
        return ""
    return "\n" + _("Between %(low)s and %(high)s", low=say(low), high=say(high))


def _each(series: Named, labels: Sequence[str], say: Say) -> list[str]:
    """What each label's slot says under the pointer."""
    return [
        label + "".join(f"\n{name}: {say(values[n])}" for name, values in series)
        for n, label in enumerate(labels)
    ]


def _ends(series: Named, labels: Sequence[str], say: Say) -> str:
    """A chart in a sentence: where each series begins and ends."""
    if not labels:
        return ""
    return "; ".join(
        f"{name}: {labels[0]} {say(values[0])}, {labels[-1]} {say(values[-1])}"
        for name, values in series
    )
