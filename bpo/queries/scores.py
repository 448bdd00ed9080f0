"""Predictions of payment: read from the facts of a workspace."""

from datetime import date

from sqlalchemy.orm import Session

from bpo.analytics import trials
from bpo.analytics.trials import Trial
from bpo.queries import figures


def trial(session: Session, workspace_id: int, split: date) -> Trial:
    """The model fitted on what was known at the end of `split`, put to the test on what came."""
    return trials.evaluate(figures.load(session, workspace_id), split)
