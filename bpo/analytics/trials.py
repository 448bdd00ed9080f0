"""The model put to the test: fitted on what was known on a day, asked about what came after."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from bpo.analytics import fitting, past, scorecard, traits
from bpo.analytics.frames import Flags, Frames, Integers, ordinal
from bpo.analytics.past import Floats
from bpo.analytics.scorecard import Cases, Scorecard
from bpo.analytics.traits import Traits

BINS = 10


@dataclass(frozen=True, slots=True)
class Measures:
    """How good chances of lateness are; None when they cannot be measured.

    `auc`: chance that of a late and a punctual title the late one had the higher chance. `brier`:
    mean squared error. `log_loss`: mean negative logarithm. `ece`: mean distance between chance
    and outcome over 10 equal bins.
    """

    auc: float | None
    brier: float | None
    log_loss: float | None
    ece: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Titles whose chance lay in one tenth: how many, mean chance, share late (0 to 1)."""

    count: int
    chance: float
    late: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A back-test at a day: the model's measures beside those of plainer answers.

    `mae_days`: mean error of the days from issue to settlement. `past_late_rate`: the debtor's own
    late rate, smoothed; `customer_mean_days`, `constant_days`: the mean days of the debtor, and of
    everybody, among what was settled on the day.
    """

    split: date
    model: Measures
    past_late_rate: Measures
    mae_days: float | None
    customer_mean_days: float | None
    constant_days: float | None
    n_train: int
    n_test: int
    late_share: float | None
    trust: float
    bins: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        """The measures under the names of `bpo score evaluate`."""
        return {
            **asdict(self.model),
            "mae_days": self.mae_days,
            "n_train": self.n_train,
            "n_test": self.n_test,
            "late_share": self.late_share,
            "baselines": {
                "past_late_rate": asdict(self.past_late_rate),
                "customer_mean": {"mae_days": self.customer_mean_days},
                "constant": {"mae_days": self.constant_days},
            },
        }


def evaluate(
    frames: Frames, split: date, known_until: date | None = None, at_issue: Traits | None = None
) -> Trial:
    """Fit on what was known at the end of `split`; ask about every title issued after it.

    The answers are the outcomes known at the end of `known_until` (all facts without one): a title
    settled, or open past its deadline, which is late. Each title is asked about with the facts
    dated before its own issue day. `at_issue` as in `scorecard.fit`.
    """
    until = ordinal(known_until) if known_until else _last(frames)
    remembered = past.remember(frames, until)
    known = at_issue or traits.at_issue(frames, remembered)
    card = scorecard.fit(frames, split, known)
    seen = scorecard.cases(frames, remembered, until, known)
    asked = (frames.receivables.issue[seen.title] > ordinal(split)) & _decided(seen)
    return _trial(frames, card, seen, asked, split)


def _decided(seen: Cases) -> Flags:
    """Titles whose outcome is fairly known.

    While others wait for their deadline, so must those paid before it: alone they would make the
    latest part of the book look punctual.
    """
    waiting = ~seen.settled & ~seen.late
    decided: Flags = seen.due if waiting.any() else seen.settled | seen.late
    return decided


def measures(chance: Floats, late: Flags) -> Measures:
    """The quality of chances against outcomes."""
    if not len(late):
        return Measures(None, None, None, None)
    safe, auc = np.clip(chance, 1e-6, 1 - 1e-6), fitting.auc(chance, late)
    return Measures(
        auc=None if auc is None else _rounded(auc),
        brier=_rounded(float(((chance - late) ** 2).mean())),
        log_loss=_rounded(float(-np.log(np.where(late, safe, 1 - safe)).mean())),
        ece=_rounded(sum(abs(b.chance - b.late) * b.count for b in bins(chance, late)) / len(late)),
    )


def bins(chance: Floats, late: Flags) -> tuple[Bin, ...]:
    """The titles by tenths of their chance; empty tenths are left out."""
    place = (chance * BINS).astype(np.int64).clip(0, BINS - 1)
    return tuple(
        Bin(int(among.sum()), float(chance[among].mean()), float(late[among].mean()))
        for among in (place == number for number in range(BINS))
        if among.any()
    )


def _trial(frames: Frames, card: Scorecard, seen: Cases, asked: Flags, split: date) -> Trial:
    late, chance = seen.late[asked], card.chance(seen.traits)
    plain = seen.traits.plain_rate[asked]
    ahead = card.outlook(seen.traits, chance).reached(np.full(len(chance), 0.5))
    days = _Days(frames, seen, asked & seen.settled, _train(frames, seen, split))
    return Trial(
        split=split,
        model=measures(chance[asked], late),
        past_late_rate=measures(plain, late),
        mae_days=days.error(days.term + ahead),
        customer_mean_days=days.error(days.customer_mean()),
        constant_days=days.error(days.constant()),
        n_train=card.known,
        n_test=len(late),
        late_share=_rounded(float(late.mean())) if len(late) else None,
        trust=card.trust,
        bins=bins(chance[asked], late),
    )


def _train(frames: Frames, seen: Cases, split: date) -> Flags:
    """Titles settled by the end of the split."""
    paid_on = frames.receivables.effective[seen.title] + seen.delay
    return seen.settled & (paid_on <= ordinal(split))


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Days from issue to settlement: what they were, and what plain answers say."""

    frames: Frames
    seen: Cases
    asked: Flags
    train: Flags

    @property
    def term(self) -> Integers:
        titles = self.frames.receivables
        return titles.effective[self.seen.title] - titles.issue[self.seen.title]

    @property
    def taken(self) -> Floats:
        return self.term + self.seen.delay

    def error(self, guess: Floats) -> float | None:
        """The mean distance of a guess from what happened, in days."""
        if not self.asked.any() or not self.train.any():
            return None
        return _rounded(float(np.abs(guess - self.taken)[self.asked].mean()))

    def constant(self) -> Floats:
        mean = float(self.taken[self.train].mean()) if self.train.any() else 0.0
        return np.full(len(self.train), mean)

    def customer_mean(self) -> Floats:
        debtor = self.frames.receivables.debtor[self.seen.title]
        size = len(self.frames.receivables.debtor_ids)
        count = np.bincount(debtor[self.train], minlength=size)
        total = np.bincount(debtor[self.train], self.taken[self.train], minlength=size)
        mean = np.divide(total, count, out=np.zeros(size), where=count > 0)
        return np.where(count[debtor] > 0, mean[debtor], self.constant())


def _last(frames: Frames) -> int:
    days = [frames.receivables.issue, frames.entries.on]
    return int(max((part.max() for part in days if len(part)), default=0))


def _rounded(value: float) -> float:
    return round(value, 4)
