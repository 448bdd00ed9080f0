"""What reminders did as rows of the database."""

import zlib
from collections.abc import Iterator
from datetime import time, timedelta

from bpo.demo.book_rows import Here
from bpo.demo.diary import Diary, Work
from bpo.demo.ledger import Note, Promise
from bpo.demo.storing import Row
from bpo.domain.reminders import moves
from bpo.kernel import clock

_PLANNED_BEFORE = timedelta(minutes=30)
_MORNING = time(9)


def touches(here: Here, diary: Diary) -> Iterator[Row]:
    """Contacts and how they ended."""
    for made in diary.made:
        touch = made.touch
        yield {
            "workspace_id": here.workspace_id,
            "id": made.id,
            "debtor_id": made.debtor.id,
            "campaign_id": touch.campaign_id,
            "anchor_kind": touch.anchor_kind.value,
            "anchor_id": touch.anchor_id,
            "cycle": touch.cycle,
            "step_key": touch.step_key,
            "channel": touch.channel.value,
            "template_key": touch.template or None,
            "version": 1,
            "planned_on": touch.planned_on,
            "scheduled_at": touch.scheduled_at,
            "total_cents": touch.total_cents,
            "moved_because": moves.written(touch.reasons),
            "state": made.state.value,
            "state_reason": made.reason,
            "attempts": made.attempts,
            "answer": made.words,
            "settled_at": made.at,
            "created_at": touch.scheduled_at - _PLANNED_BEFORE,
        }


def touch_receivables(here: Here, diary: Diary) -> Iterator[Row]:
    """What each contact listed."""
    for made in diary.made:
        for item in made.touch.receivables:
            yield {
                "workspace_id": here.workspace_id,
                "touch_id": made.id,
                "receivable_id": item.id,
                "open_cents": item.open_cents,
            }


def messages(here: Here, diary: Diary) -> Iterator[Row]:
    """What was handed to the mail server, to the letter."""
    for made in diary.made:
        if made.message and made.address:
            yield {
                "workspace_id": here.workspace_id,
                "touch_id": made.id,
                "recipient": made.address.address,
                "subject": made.message.subject,
                "message_id": made.message.message_id,
                "template": made.message.template,
                "body": zlib.compress(made.message.body, 1),
                "rendered_at": made.at,
            }


def skips(here: Here, diary: Diary, campaign_id: int) -> Iterator[Row]:
    """Who was left in peace, and why."""
    for silence in diary.silences:
        yield {
            "workspace_id": here.workspace_id,
            "debtor_id": silence.debtor.id,
            "campaign_id": campaign_id,
            "on_day": silence.on,
            "reasons": silence.reasons,
            "next_on": silence.next_on,
        }


def plan_runs(here: Here, diary: Diary, campaign_id: int) -> Iterator[Row]:
    """The mornings on which the campaign was planned."""
    for run in diary.runs:
        yield {
            "workspace_id": here.workspace_id,
            "campaign_id": campaign_id,
            "on_day": run.on,
            "ran_at": run.at,
            "created": run.created,
            "skipped": run.skipped,
        }


def tasks(here: Here, diary: Diary) -> Iterator[Row]:
    """Work for people, done and to be done."""
    for work in diary.work:
        yield {
            "workspace_id": here.workspace_id,
            "kind": work.kind,
            "debtor_id": work.debtor.id,
            "touch_id": work.touch.id if work.touch else None,
            "due_on": work.due_on,
            "detail": work.detail | _about(work),
            "state": "done" if work.done_at else "open",
            "closed_at": work.done_at,
            "closed_by": here.analyst if work.done_at else None,
            "created_at": clock.instant(work.due_on, _MORNING, here.book.zone),
        }


def _about(work: Work) -> dict[str, int]:
    match work.about:
        case Promise():
            return {"promise_id": work.about.id}
        case Note():
            return {"note_id": work.about.id}
    return {}
