"""A form that was sent twice: the row that its first sending made a moment ago."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

AT_ONCE, TWO_CLICKS = timedelta(minutes=2), timedelta(seconds=10)

Row = TypeVar("Row", bound=Any)


def a_moment_ago(
    session: Session, row: Row, names: Iterable[str], within: timedelta = AT_ONCE
) -> Row | None:
    """The very same row as far as `names` tell, written within a span; None when there is none.

    Ask under the lock that the writers of such rows take. `names` say who wrote it too, so that two
    people are not taken for one.
    """
    model = type(row)
    same = [getattr(model, name).is_not_distinct_from(getattr(row, name)) for name in names]
    recent = model.created_at > func.now() - within
    found: Row | None = session.scalar(select(model).where(*same, recent).limit(1))
    return found
