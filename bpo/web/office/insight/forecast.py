"""The cash to come and how far predictions can be trusted: a company's model on trial."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from flask import g, render_template

from bpo.analytics import cash
from bpo.analytics.cash import CONFIDENCE_PCT, CashWeek
from bpo.analytics.trials import Trial
from bpo.db import db
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel.text import Phrase
from bpo.queries.insight import scores
from bpo.web import access, language
from bpo.web.office import blueprint
from bpo.web.office.people import lists

STRONG, CLEAR, SLIGHT = 0.5, 0.2, 0.05
"""How far a usual distance from the middle moves the log-odds of lateness, to be called so."""
FEATURES = {
    "rate": Phrase("How often the debtor was late so far"),
    "timing": Phrase("How many days before or after the due date they usually pay"),
    "overdue": Phrase("Invoices of the debtor that are overdue at the moment"),
    "size": Phrase("The amount, against what is usual in this company"),
    "experience": Phrase("How many invoices the debtor has had"),
    "level": Phrase("Whether the whole company is lately paid later than before"),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """One row of the comparison: figures None where the answer gives no such figure."""

    name: Phrase
    picks: float | None = None
    miss: float | None = None
    gap: float | None = None
    days: float | None = None
    is_model: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """One thing the model looks at, how much it matters, and which way (None: hardly any)."""

    name: Phrase
    strength: Phrase
    way: Phrase | None


@dataclass(frozen=True, slots=True)
class Pace:
    """What else moves a payment. `queue_pct`: by how much each older open invoice lowers the odds
    of being paid within a week; None where it tells nothing."""

    queue_pct: float | None
    season: bool


@blueprint.get("/w/<slug>/forecast", endpoint="forecast")
@access.requires(Permission.SEE_WORKSPACE)
def show_forecast(slug: str) -> str:
    """Thirteen weeks ahead with their band, what was said against what came, the model's test."""
    session, place = db.session(), g.workspace.id
    found = scores.insight(session, place)
    if found is None:
        return render_template(
            "office/forecast/none.html", has_titles=scores.has_titles(session, place)
        )
    return render_template(
        "office/forecast/page.html",
        found=found,
        ahead=[(_label(week), week) for week in found.ahead],
        past=[(_label(week), week) for week in found.record.next_week],
        spans=[(cash.MONTH, one) for one in found.record.months]
        + [(cash.QUARTER, one) for one in found.record.quarters],
        month=_sum(found.ahead[: cash.MONTH]),
        quarter=_sum(found.ahead),
        rows=comparison(found.trial),
        weights=weigh(found.model.model),
        pace=_pace(found.model.model.get("pace", {})),
        risky=scores.risky(session, place),
        versions=scores.versions(session, place),
        confidence=CONFIDENCE_PCT,
        today=lists.today(),
    )


def comparison(trial: Trial) -> list[Baseline]:
    """The model beside plainer answers, in figures that can be said in words.

    `picks`: of a hundred pairs of a late and a punctual invoice, in how many the late one had the
    higher chance. `miss`: mean squared error of the chances, 0 to 100 (50/50 guessing gives 25).
    `gap`: mean distance between what was said and what happened, in points. `days`: mean error.
    """
    model, plain = trial.model, trial.past_late_rate
    return [
        Baseline(
            Phrase("The model"),
            _hundred(model.auc),
            _hundred(model.brier),
            _hundred(model.ece),
            trial.mae_days,
            is_model=True,
        ),
        Baseline(
            Phrase("The debtor's own late rate"),
            _hundred(plain.auc),
            _hundred(plain.brier),
            _hundred(plain.ece),
        ),
        Baseline(Phrase("The debtor's own mean"), days=trial.customer_mean_days),
        Baseline(Phrase("One mean for everybody"), days=trial.constant_days),
    ]


def _hundred(value: float | None) -> float | None:
    return None if value is None else round(value * 100, 1)


def weigh(model: Mapping[str, Any]) -> list[Weight]:
    """What the chance is made of, strongest first: how far it moves by what titles differ in.

    Models kept before that was known are weighed as if all figures differed alike.
    """
    late, apart = model["late"], model.get("apart", {})
    moved = {name: late[name] * apart.get(name, 1.0) for name in FEATURES if name in late}
    ordered = sorted(moved, key=lambda name: -abs(moved[name]))
    return [Weight(FEATURES[name], _strength(moved[name]), _way(moved[name])) for name in ordered]


def _strength(moved: float) -> Phrase:
    if abs(moved) >= STRONG:
        return Phrase("counts much")
    if abs(moved) >= CLEAR:
        return Phrase("counts")
    return Phrase("counts a little") if abs(moved) >= SLIGHT else Phrase("counts hardly here")


def _way(moved: float) -> Phrase | None:
    if abs(moved) < SLIGHT:
        return None
    return Phrase("more means later") if moved > 0 else Phrase("more means sooner")


def _pace(stored: Mapping[str, float]) -> Pace:
    queue = stored.get("queue", 0.0)
    lowered = round((1 - exp(queue)) * 100) if queue else None
    return Pace(lowered, bool(stored.get("season")))


@dataclass(frozen=True, slots=True)
class Sum:
    """What some weeks bring together, centavos; the band None where it was not kept."""

    cents: int
    low_cents: int | None
    high_cents: int | None


def _sum(weeks: Sequence[CashWeek]) -> Sum:
    cents = sum(week.expected_cents for week in weeks)
    return Sum(cents, weeks[-1].sum_low_cents, weeks[-1].sum_high_cents)


def _label(week: CashWeek) -> str:
    return wording.day_short(week.first, language.current())
