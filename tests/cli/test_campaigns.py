"""`bpo campaigns plan --dry-run --json`: everybody of a company is explained, once a campaign."""

import json
from argparse import ArgumentTypeError, Namespace
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from bpo.cli import arguments
from bpo.cli import campaigns as command
from bpo.db import acting_as, db
from bpo.domain.reminders import steps
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.domain.writing import regua_edits
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput
from bpo.models import Campaign, CampaignVersion, Hold, OptOut
from bpo.queries.reminders import campaigns as queries
from tests.factories import debts, people, waiting

DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
EVERYBODY = (
    *("greeted", "refused", "owing", "late", "nowhere"),
    *("elsewhere", "held", "disputing", "promising", "nothing"),
)
AGO = DAY - timedelta(days=15)


def campaign(session, sol, key, state="running"):
    row = Campaign(workspace_id=sol.id, key=key, name=key, state=state, precedence=2, version=1)
    row.started_at = NOON - timedelta(days=60)
    session.add(row)
    session.flush()
    ladder = steps.to_json(DEFAULT_REGUA)
    session.add(CampaignVersion(workspace_id=sol.id, campaign_id=row.id, version=1, steps=ladder))
    session.commit()


def payer(session, sol, name, **columns):
    found = debts.debtor(session, sol, name, email=f"{name}@example.org", **columns)
    title = debts.receivable(session, found, f"{name}-paid", due=AGO, cents=100_00)
    debts.paid(session, title, 100_00, AGO)
    return found


def late(session, sol, name, **columns):
    found = debts.debtor(session, sol, name, **{"email": f"{name}@example.org"} | columns)
    return found, debts.receivable(session, found, f"{name}-late", due=date(2026, 11, 13))


@pytest.fixture
def settings(fresh_app):
    with fresh_app.app_context():
        sol = people.workspace()
        with acting_as(actors.system([sol.id], name="tests")):
            _book(db.session(), sol)
        yield outside.of(fresh_app).settings


def _book(session, sol):
    greeting = regua_edits.switched(DEFAULT_REGUA, "relationship")
    first = debts.running(session, sol, greeting, since=NOON - timedelta(days=60))
    queries.version(session, first).options = {"audience": {"without_tags": ["rest"]}}
    campaign(session, sol, "rest")
    campaign(session, sol, "resting", state="paused")
    payer(session, sol, "greeted")
    refused = payer(session, sol, "refused")
    session.add(
        OptOut(
            workspace_id=sol.id,
            debtor_id=refused.id,
            channel="email",
            address="refused@example.org",
            source="link",
            at=NOON - timedelta(days=1),
        )
    )
    owing = payer(session, sol, "owing")
    debts.receivable(session, owing, "owing-late", due=date(2026, 11, 23))
    late(session, sol, "late", reference="late")
    late(session, sol, "nowhere", email=None)
    late(session, sol, "elsewhere", tags=["rest"])
    held, _ = late(session, sol, "held")
    session.add(
        Hold(workspace_id=sol.id, debtor_id=held.id, reason="legal", source="person", starts_on=AGO)
    )
    waiting.dispute(session, late(session, sol, "disputing")[1], AGO)
    promising, title = late(session, sol, "promising")
    waiting.promise(session, promising, title.amount_cents, date(2026, 11, 26), made_on=AGO)
    debts.debtor(session, sol, "nothing")


def test_everybody_is_explained_once_by_each_campaign(settings, capsys):
    command.run_plan(Namespace(workspace="sol", date=DAY, dry_run=True, json=True), settings)
    told = capsys.readouterr()
    found = json.loads(told.out)
    heard = {(one["campaign"], one["debtor"]): one["step"] for one in found["touches"]}
    silent = {(one["campaign"], one["debtor"]): one["reasons"] for one in found["skipped"]}
    rows = Counter([*heard, *((one["campaign"], one["debtor"]) for one in found["skipped"])])
    assert rows == {(key, name): 1 for key in ("regua", "rest") for name in EVERYBODY}
    assert {name: step for (key, name), step in heard.items() if key == "regua"} == {
        "greeted": "relationship",
        "late": "d+5",
    }
    assert {name for (key, name) in heard if key == "rest"} == {"elsewhere"}
    assert {name: why for (key, name), why in silent.items() if key == "regua"} == {
        "refused": ["nothing_due", "opt_out"],
        "owing": ["channel_unavailable", "waiting", "overdue"],
        "nowhere": ["channel_unavailable", "no_contact", "waiting"],
        "elsewhere": ["channel_unavailable", "audience"],
        "held": ["channel_unavailable", "hold"],
        "disputing": ["dispute"],
        "promising": ["channel_unavailable", "promise"],
        "nothing": ["nothing_due"],
    }
    assert silent["rest", "late"] == ["channel_unavailable", "assigned"]
    assert silent["rest", "owing"] == ["channel_unavailable", "assigned"]
    assert any("resting" in warning for warning in found["warnings"])
    assert "7 left in peace" in told.err


@pytest.mark.parametrize("far", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_in_which_no_books_are_kept_is_refused_by_every_command(far):
    with pytest.raises(ArgumentTypeError, match="is not a day from 1900-01-01"):
        arguments.day(far)


def test_a_day_far_off_is_looked_at_but_not_kept(settings, capsys):
    far = Namespace(workspace="sol", date=date(2199, 12, 31), dry_run=True, json=True)
    command.run_plan(far, settings)
    assert json.loads(capsys.readouterr().out)["created"] == 0
    far.dry_run = False
    with pytest.raises(BadInput, match="a year ahead"):
        command.run_plan(far, settings)
