"""Small ledgers written by hand, and random ones, for the tests of figures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

from bpo.analytics import frames
from bpo.analytics.frames import Frames
from bpo.domain.books.receivables import Entry, EntryKind, Receivable

START = date(2026, 1, 5)

few = settings(max_examples=40, deadline=None)


@dataclass(frozen=True)
class Title:
    """One receivable of a story: days are counted from START."""

    debtor: int
    issue: int
    due: int
    cents: int
    entries: tuple[tuple[int, str, int], ...] = field(default=())
    closed_days: int = 0


def day(number: int) -> date:
    """The date of a day of the story."""
    return START + timedelta(days=number)


def build(titles: Iterable[Title]) -> Frames:
    """The frames of a story; receivable ids count from 100."""
    numbered = list(enumerate(titles, start=100))
    receivables = pd.DataFrame(
        [
            (
                number,
                title.debtor,
                day(title.issue),
                day(title.due),
                day(title.due + title.closed_days),
                title.cents,
            )
            for number, title in numbered
        ],
        columns=list(frames.RECEIVABLES),
    )
    entries = pd.DataFrame(
        [
            (number, day(on), kind, cents)
            for number, title in numbered
            for on, kind, cents in title.entries
        ],
        columns=list(frames.ENTRIES),
    )
    return frames.build(typed(receivables), typed(entries), {1: "Davi", 2: "Dora"})


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers as int64, also when the frame is empty."""
    whole = [name for name in frame if name.endswith(("_id", "_cents"))]
    return frame.astype(dict.fromkeys(whole, "int64"))


def one_by_one(titles: Iterable[Title]) -> list[tuple[Title, Receivable]]:
    """The same story for the rules of single receivables."""
    return [
        (
            title,
            Receivable(
                title.cents,
                day(title.due),
                day(title.due + title.closed_days),
                tuple(Entry(day(on), EntryKind(kind), cents) for on, kind, cents in title.entries),
            ),
        )
        for title in titles
    ]


@st.composite
def stories(draw: st.DrawFn) -> list[Title]:
    """Random ledgers of up to 25 receivables of up to 5 debtors over a year."""
    return [draw(_titles()) for _ in range(draw(st.integers(0, 25)))]


@st.composite
def _titles(draw: st.DrawFn) -> Title:
    cents, issue = draw(st.integers(1, 1_000_000)), draw(st.integers(0, 300))
    left, entries = cents, []
    for _ in range(draw(st.integers(0, 3))):
        part = draw(st.integers(0, left))
        left -= part
        kind = draw(st.sampled_from(["payment", "payment", "rebate", "write_off", "withdrawal"]))
        entries.append((issue + draw(st.integers(-10, 150)), kind, part))
    return Title(
        debtor=draw(st.integers(1, 5)),
        issue=issue,
        due=issue + draw(st.integers(0, 60)),
        cents=cents,
        entries=tuple(entries),
        closed_days=draw(st.integers(0, 4)),
    )
