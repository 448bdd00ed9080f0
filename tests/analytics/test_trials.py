"""The model put to the test: on books with known truth, and on IBM's sample."""

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bpo.analytics import frames, past, scorecard, traits, trials
from bpo.analytics.frames import Frames, ordinal
from bpo.analytics.trials import Measures, Trial
from tests.analytics import books
from tests.analytics.ledger import Title, build, day

SPLIT = date(2013, 5, 6)
LEAK = 0.93
"""No honest model of IBM's sample tells late from punctual better than this."""


@pytest.fixture(scope="module")
def ibm(shared_data: Path) -> Frames:
    return books.ibm(shared_data).frames()


def test_the_sample_is_told_as_well_as_was_asked_for(ibm: Frames) -> None:
    found = trials.evaluate(ibm, SPLIT)
    assert (found.n_train, found.n_test, found.late_share) == (1628, 738, 0.294)
    model = measured(found.model)
    assert 0.88 <= model["auc"] <= LEAK
    assert model["brier"] <= 0.125
    assert model["ece"] <= 0.035
    assert 0 < days(found)[0] <= 5.8


@pytest.mark.parametrize(
    "split", ["2012-09-01", "2012-12-01", "2013-02-01", "2013-03-15", "2013-07-01", "2013-09-01"]
)
def test_it_beats_the_own_late_rate_at_other_days_too(ibm: Frames, split: str) -> None:
    found = trials.evaluate(ibm, date.fromisoformat(split))
    model, plain = measured(found.model), measured(found.past_late_rate)
    assert model["auc"] > plain["auc"]
    assert model["brier"] < plain["brier"]
    assert model["log_loss"] < plain["log_loss"]
    assert model["ece"] < plain["ece"]
    assert days(found)[0] < days(found)[1] < days(found)[2]


@pytest.mark.parametrize("by_chance", [False, True])
def test_on_other_books_it_is_better_where_habits_tell_more_than_the_rate(by_chance: bool) -> None:
    """By habit it gains; where lateness is pure chance of a fixed rate, the rate is the truth."""
    seeds = (2, 3, 5, 7)
    drawn = [books.habits(seed, by_chance=by_chance, drift=0.1).frames() for seed in seeds]
    tried = [trials.evaluate(book, books.day(500)) for book in drawn]
    gain = [
        measured(found.past_late_rate)["log_loss"] - measured(found.model)["log_loss"]
        for found in tried
    ]
    assert min(gain) > (-0.002 if by_chance else 0.0)
    assert np.mean([days(found)[1] - days(found)[0] for found in tried]) > 0


def measured(found: Measures) -> dict[str, float]:
    """Measures, all of them known."""
    return {name: value for name, value in asdict(found).items() if value is not None}


def days(found: Trial) -> tuple[float, float, float]:
    """Errors of the days to settlement: the model's, the customer's mean's, the constant's."""
    errors = (found.mae_days, found.customer_mean_days, found.constant_days)
    return tuple(error or 0.0 for error in errors)  # type: ignore[return-value]


def test_a_planted_leak_is_seen(ibm: Frames) -> None:
    """The own outcome in the rate it is asked with, and the line of a leak is passed."""
    card, everything = scorecard.fit(ibm, SPLIT), past.remember(ibm, 99_999)
    issued = np.flatnonzero(ibm.receivables.issue > ordinal(SPLIT))
    late = everything.closed_on[issued] > ibm.receivables.effective[issued]
    known = traits.observe(ibm, everything, issued, ibm.receivables.issue[issued])
    assert measured(trials.measures(card.chance(known), late))["auc"] < LEAK
    leaked = replace(known, late_rate=known.late_rate * 0.6 + late * 0.4)
    assert measured(trials.measures(card.chance(leaked), late))["auc"] > LEAK


def test_the_future_does_not_reach_the_model(ibm: Frames) -> None:
    """Whatever came after the split, the model fitted at it is the same."""
    whole = scorecard.fit(ibm, SPLIT)
    known = scorecard.fit(_until(ibm, SPLIT), SPLIT)
    assert np.allclose(whole.late, known.late)
    assert np.allclose(whole.days, known.days)
    assert whole.trust == known.trust


def test_open_titles_are_censored_and_never_labelled_from_the_future() -> None:
    paid_later = [Title(1, n, n + 30, 100, ((n + 200, "payment", 100),)) for n in range(60)]
    never_paid = [Title(1, n, n + 30, 100) for n in range(60)]
    one, other = (trials.evaluate(build(story), day(80)) for story in (paid_later, never_paid))
    assert one.n_train == other.n_train == 0
    assert one.trust == other.trust
    assert np.allclose(
        scorecard.fit(build(paid_later), day(80)).late,
        scorecard.fit(build(never_paid), day(80)).late,
    )


def test_titles_paid_before_others_are_due_are_not_asked_about_alone() -> None:
    """Of the last month only the early payments are known: it would look wholly punctual."""
    past = [Title(1, n, n + 30, 100, ((n + 40, "payment", 100),)) for n in range(0, 200, 2)]
    early = [Title(2, n, n + 30, 100, ((n + 5, "payment", 100),)) for n in range(201, 221, 2)]
    waiting = [Title(1, n, n + 30, 100) for n in range(201, 221, 2)]
    settled = [Title(1, n, n + 30, 100, ((n + 40, "payment", 100),)) for n in range(201, 221, 2)]
    open_ones = build([*past, *early, *waiting])
    assert trials.evaluate(open_ones, day(200), known_until=day(225)).n_test == 0
    later = trials.evaluate(build([*past, *early, *settled]), day(200))
    assert (later.n_test, later.late_share) == (20, 0.5)


def test_chances_are_calibrated_where_the_truth_is_known() -> None:
    gaps = [
        trials.evaluate(books.habits(seed, by_chance=True, drift=0.0).frames(), books.day(450))
        for seed in (11, 12, 13)
    ]
    assert np.mean([found.model.ece for found in gaps]) < 0.05
    for found in gaps:
        for one in found.bins:
            if one.count >= 150:
                assert abs(one.chance - one.late) < 0.1


def test_an_empty_book_and_a_book_of_one_kind_are_measured_without_a_figure() -> None:
    empty = trials.evaluate(build([]), day(0)).as_json()
    assert (empty["auc"], empty["n_test"], empty["late_share"]) == (None, 0, None)
    punctual = [Title(1, n, n + 10, 100, ((n + 5, "payment", 100),)) for n in range(0, 200, 5)]
    found = trials.evaluate(build(punctual), day(100))
    assert found.model.auc is None
    assert measured(found.model)["brier"] < 0.02


def _until(book: Frames, split: date) -> Frames:
    """The book as it stood at the end of a day: nothing dated later exists."""
    titles, entries = book.receivables, book.entries
    kept = np.flatnonzero(titles.issue <= ordinal(split))
    seen = entries.on <= ordinal(split)
    seen &= np.isin(entries.receivable, kept)
    day64 = "datetime64[D]"
    return frames.build(
        pd.DataFrame(
            {
                "receivable_id": titles.ids[kept],
                "debtor_id": titles.debtor_ids[titles.debtor[kept]],
                "issue_date": titles.issue[kept].astype(day64),
                "due_date": titles.due[kept].astype(day64),
                "effective_due_date": titles.effective[kept].astype(day64),
                "amount_cents": titles.amount[kept],
            }
        ),
        pd.DataFrame(
            {
                "receivable_id": titles.ids[entries.receivable[seen]],
                "on": entries.on[seen].astype(day64),
                "kind": pd.Categorical(["payment"] * int(seen.sum())),
                "principal_cents": entries.principal[seen],
            }
        ),
    )


def test_the_measures_are_those_of_the_books() -> None:
    late = np.array([False, False, True, True])
    chance = np.array([0.1, 0.4, 0.35, 0.8])
    found = trials.measures(chance, late)
    assert found.auc == 0.75
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4, abs=1e-4)
    assert found.ece == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4, abs=1e-4)
    assert trials.measures(np.full(4, 0.5), late).auc == 0.5
    assert found.log_loss == pytest.approx(-np.log([0.9, 0.6, 0.35, 0.8]).mean(), abs=1e-4)
