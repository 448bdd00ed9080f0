"""Models of payment behaviour, version by version, and what the latest says of each title."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Float, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Instant, InWorkspace, Json, JsonList, within_workspace


class ScoreModel(InWorkspace, Model):
    """A model fitted on the past of one workspace, as of a day; never changed, only followed.

    `model` holds the coefficients (`scorecard.to_json`), `trial` its back-test, `record` how the
    cash forecasts of the last weeks went. `scored_on` is the day for which the open receivables
    were last scored with it.
    """

    __tablename__ = "score_models"
    __table_args__ = (UniqueConstraint("workspace_id", "version"),)

    version: Mapped[int]
    as_of: Mapped[date]
    fitted_at: Mapped[Instant]
    model: Mapped[Json]
    trial: Mapped[Json]
    record: Mapped[Json]
    cash: Mapped[JsonList]
    scored_on: Mapped[date]


class DebtorChance(Model):
    """How much of what a debtor owes is expected within the weeks that are scored, 0 to 1.

    Made of the scores of the debtor's open receivables when these are written, so that lists of
    debtors need not add them up. A debtor who owed nothing then has none.
    """

    __tablename__ = "debtor_chances"
    __table_args__ = (within_workspace("debtor_id", "debtors", ondelete="CASCADE"),)

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    debtor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    pay_chance: Mapped[float] = mapped_column(Float)
    scored_on: Mapped[date]


class Score(Model):
    """What the model says of one open receivable.

    `late_chance` is 0 to 1, `week_chances` that of being paid in each coming week, `expected_on`
    the day by which half of such titles are paid; `reasons` are phrases.
    """

    __tablename__ = "scores"
    __table_args__ = (within_workspace("receivable_id", "receivables", ondelete="CASCADE"),)

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    receivable_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int]
    scored_on: Mapped[date]
    late_chance: Mapped[float] = mapped_column(Float)
    week_chances: Mapped[list[float]] = mapped_column(ARRAY(Float))
    expected_on: Mapped[date]
    reasons: Mapped[list[Any]] = mapped_column(JSONB)
