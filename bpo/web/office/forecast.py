"""The cash to come and how far predictions can be trusted: a company's model on trial."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template

from bpo.analytics.cash import CONFIDENCE_PCT, CashWeek
from bpo.analytics.trials import Trial
from bpo.db import db
from bpo.domain.access import Permission
from bpo.gateways import wording
from bpo.kernel.text import Phrase
from bpo.queries import scores
from bpo.web import access, language
from bpo.web.office import blueprint, lists

MONTH = 4
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


@blueprint.get("/w/<slug>/forecast", endpoint="forecast")
@access.requires(Permission.SEE_WORKSPACE)
def show_forecast(slug: str) -> str:
    """Thirteen weeks ahead with their band, what was said against what came, the model's test."""
    session, place = db.session(), g.workspace.id
    found = scores.insight(session, place)
    if found is None:
        return render_template("office/forecast/none.html")
    return render_template(
        "office/forecast/page.html",
        found=found,
        ahead=[(_label(week), week) for week in found.ahead],
        past=[(_label(week), week) for week in found.record.next_week],
        month=_sum(found.ahead[:MONTH]),
        quarter=_sum(found.ahead),
        rows=comparison(found.trial),
        features=_features(found.model.model["late"]),
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


def _features(late: dict[str, float]) -> list[tuple[Phrase, float]]:
    """What the chance is made of and how strongly, strongest first."""
    known = [(FEATURES[name], value) for name, value in late.items() if name in FEATURES]
    return sorted(known, key=lambda pair: -abs(pair[1]))


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
