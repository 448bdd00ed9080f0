"""What collection achieved: money after each step, and balances that rolled on or were cured."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bpo.analytics.aging import places, sums
from bpo.analytics.frames import Frames, Integers, balances, days_late, ordinal
from bpo.domain.books.receivables import AGING, Bucket

WINDOW_DAYS = 7

SENDS = ("receivable_id", "step_key", "on", "open_cents")


@dataclass(frozen=True, slots=True)
class Effect:
    """One step, channel, text or analyst: invoices told of, centavos told of, and what followed."""

    name: str
    invoices: int
    told_cents: int
    recovered_cents: int
    recovered_pct: float | None


def by_step(
    frames: Frames, sends: pd.DataFrame, until: date, undone: Collection[int] = ()
) -> pd.DataFrame:
    """What was told of in each step, and what came in after it, by `until` (see `after`).

    Columns, one row per step: step_key, receivables, open_cents, recovered_cents, recovered_pct (of
    open_cents, 0 to 100, NaN without any).
    """
    told = sends.assign(recovered_cents=after(frames, sends, until, undone))
    steps = told.groupby("step_key", sort=False).agg(
        receivables=("receivable_id", "size"),
        open_cents=("open_cents", "sum"),
        recovered_cents=("recovered_cents", "sum"),
    )
    share = steps["recovered_cents"] * 100 / steps["open_cents"].where(steps["open_cents"] > 0)
    return steps.assign(recovered_pct=share.round(4)).reset_index()


def after(
    frames: Frames, sends: pd.DataFrame, until: date, undone: Collection[int] = ()
) -> Integers:
    """Centavos that came in after each of `sends`, by the day `until`.

    `sends`: one row per contact and receivable in it, with receivable_id, step_key, on (local day)
    and open_cents (balance told in it); with `until`, the day before which money belongs to it,
    however near. Money belongs to the last of them that it follows, for `WINDOW_DAYS`. A payment
    on the day of a step counts for it: what was paid before is not sent. `undone` are the payments
    that were given back: they never came.
    """
    touched = sends.loc[:, list(SENDS)].assign(on=_numbers(sends["on"]), row=range(len(sends)))
    if "until" in sends:
        touched["until"] = _numbers(sends["until"])
    paid = _payments(frames, until, undone)
    matched = pd.merge_asof(
        paid.sort_values("on"),
        touched.sort_values("on", kind="stable"),
        on="on",
        by="receivable_id",
        tolerance=WINDOW_DAYS,
    ).dropna(subset=["row"])
    if "until" in sends:
        matched = matched[matched["on"] < matched["until"]]
    return sums(np.asarray(matched["row"], np.int64), np.asarray(matched["cents"]), len(sends))


def rolls(
    frames: Frames, earlier: date, later: date, buckets: tuple[Bucket, ...] = AGING
) -> pd.DataFrame:
    """What became of the balance of each bucket between two days, in centavos.

    Columns, one row per bucket at `earlier`: bucket, open_cents, rolled_cents (open in an older
    bucket at `later`), stayed_cents, renegotiated_cents (taken into agreements in between),
    cured_cents (settled otherwise, by payment above all), roll_pct (of open_cents, NaN without
    any). Rolled + stayed + renegotiated + cured = open.
    """
    each = fates(frames, earlier, later, buckets)
    names = [f"{name}_cents" for name in FATES]
    sums_ = [sums(each["place"].to_numpy(), each[name].to_numpy(), len(buckets)) for name in names]
    table = pd.DataFrame(dict(zip(names, sums_, strict=True)))
    table.insert(0, "bucket", [bucket.name for bucket in buckets])
    share = table["rolled_cents"] * 100 / table["open_cents"].where(table["open_cents"] > 0)
    return table.assign(roll_pct=share.round(4))


FATES = ("open", "rolled", "stayed", "renegotiated", "cured")


def fates(
    frames: Frames, earlier: date, later: date, buckets: tuple[Bucket, ...] = AGING
) -> pd.DataFrame:
    """What became of each balance between two days, in centavos (see `rolls`).

    Columns, one row per receivable open at `earlier`: title (its position), place (of its bucket
    then), and open_cents, rolled_cents, stayed_cents, renegotiated_cents, cured_cents.
    """
    before, after = balances(frames, earlier), balances(frames, later)
    known = np.flatnonzero(before > 0)
    old = places(days_late(frames, earlier)[known], buckets)
    new = places(days_late(frames, later)[known], buckets)
    left = np.minimum(before, after)[known]
    agreed = _agreed(frames, earlier, later)[known].clip(0, before[known] - left)
    return pd.DataFrame(
        {
            "title": known,
            "place": old,
            "open_cents": before[known],
            "rolled_cents": np.where(new > old, left, 0),
            "stayed_cents": np.where(new > old, 0, left),
            "renegotiated_cents": agreed,
            "cured_cents": before[known] - left - agreed,
        }
    )


def _agreed(frames: Frames, earlier: date, later: date) -> Integers:
    """What of each title went into agreements after `earlier`, through `later`."""
    entries = frames.entries
    within = entries.agreed & (entries.on > ordinal(earlier)) & (entries.on <= ordinal(later))
    found = np.zeros(len(frames.receivables.ids), dtype=np.int64)
    np.add.at(found, entries.receivable[within], entries.principal[within])
    return found


def _payments(frames: Frames, until: date, undone: Collection[int]) -> pd.DataFrame:
    entries = frames.entries
    came = entries.receipt & (entries.on <= ordinal(until))
    rows = np.flatnonzero(came & ~np.isin(entries.payment, list(undone)))
    return pd.DataFrame(
        {
            "receivable_id": frames.receivables.ids[entries.receivable[rows]],
            "on": entries.on[rows],
            "cents": (entries.principal + entries.charges)[rows],
        }
    )


def _numbers(days: "pd.Series[date]") -> Integers:
    return np.asarray(days, dtype="datetime64[D]").astype(np.int64)
