"""The last page of the monthly report: what followed each reminder, and what may be lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bpo.analytics import charts, losses
from bpo.analytics.monthly import AgeLost, MonthlyFigures
from bpo.analytics.recovery import Effect
from bpo.domain.reminders import steps
from bpo.gateways import pdf, wording
from bpo.gateways.weekly import details
from bpo.gateways.weekly.voice import Voice
from bpo.kernel.text import Phrase

_WIDTH, _ROW = 483, 17
_OTHERS = "others"
_MOST = 12
"""Steps told one by one; a company has seldom more, and the page must hold them."""


def page(figures: MonthlyFigures, voice: Voice, palette: charts.Palette) -> dict[str, Any]:
    """What the template of the page needs."""
    told = _bounded(figures.steps)
    return {
        "has_outcomes": bool(told) or any(one.open_cents for one in figures.lost),
        "steps": [_row(one, voice) for one in told],
        "steps_total": voice.money(sum(one.recovered_cents for one in told)),
        "steps_chart": _chart(told, voice, palette) if any(s.recovered_cents for s in told) else "",
        "steps_height": _ROW * len(told),
        "lost": [_lost(one, voice) for one in figures.lost],
        "lost_open": voice.money(sum(one.open_cents for one in figures.lost)),
        "lost_total": voice.money(sum(one.lost_cents for one in figures.lost)),
        "lost_own": any(one.roll_pct is not None for one in figures.lost),
    }


@dataclass(frozen=True, slots=True)
class StepRow:
    """A line of the table of steps."""

    name: str
    invoices: str
    told: str
    recovered: str
    share: str


def _row(one: Effect, voice: Voice) -> StepRow:
    return StepRow(
        pdf.fitted(_name(one.name, voice), width=140, size=8),
        voice.number(one.invoices),
        voice.money(one.told_cents),
        voice.money(one.recovered_cents),
        voice.percent(one.recovered_pct),
    )


@dataclass(frozen=True, slots=True)
class LostRow:
    """A line of the table of what may be lost."""

    age: str
    open: str
    roll: str
    share: str
    lost: str


def _lost(one: AgeLost, voice: Voice) -> LostRow:
    first, last = one.bucket.partition("-")[::2]
    if one.bucket == "current":
        age = voice.say("Not due")
    elif last:
        age = voice.say("{first} to {last} days", first=first, last=last)
    else:
        age = voice.say("Over {days} days", days=first.removesuffix("+"))
    return LostRow(
        age,
        voice.money(one.open_cents),
        voice.say("usual") if one.roll_pct is None else voice.percent(one.roll_pct),
        wording.percent(one.lost_pct, voice.locale, losses.DIGITS),
        voice.money(one.lost_cents),
    )


def _chart(told: Sequence[Effect], voice: Voice, palette: charts.Palette) -> str:
    title = voice.say("What followed each reminder")
    bars = [
        charts.Step(
            _name(one.name, voice),
            (one.recovered_pct or 0) / 100,
            f"{voice.percent(one.recovered_pct)} · {voice.short(one.recovered_cents)}",
        )
        for one in told
    ]
    frame = charts.Frame("steps", title, title, _WIDTH, _ROW * len(bars), palette)
    return pdf.image(charts.recovery_by_step(frame, bars, empty=""))


def _name(key: str, voice: Voice) -> str:
    """A step in words: whoever reads the report does not know what D+5 is."""
    day = steps.day_of(key)
    if day is None:
        label = Phrase("Other steps") if key == _OTHERS else steps.label_of(key)
        return voice.phrase(label) if isinstance(label, Phrase) else label
    if day < 0:
        words = voice.count(
            "%(num)s day before falling due", "%(num)s days before falling due", -day
        )
    elif day:
        words = voice.count("%(num)s day after falling due", "%(num)s days after falling due", day)
    else:
        words = voice.say("on the due date")
    return voice.say("Instalment, {day}", day=words) if key.startswith("agreement") else words


def _bounded(told: Sequence[Effect]) -> list[Effect]:
    """The steps that most was told in, in their order, and all others as one."""
    if len(told) <= _MOST:
        return list(told)
    large = sorted(told, key=lambda one: -one.told_cents)[: _MOST - 1]
    kept = [one for one in told if one in large]
    return [*kept, _sum(_OTHERS, [one for one in told if one not in large])]


def _sum(name: str, some: Sequence[Effect]) -> Effect:
    told = sum(one.told_cents for one in some)
    came = sum(one.recovered_cents for one in some)
    return Effect(name, sum(one.invoices for one in some), told, came, details.share(came, told))
