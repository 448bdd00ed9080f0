"""`bpo campaigns`: what the campaigns of a workspace say on a day, or would in the days to come."""

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from bpo.cli import arguments as read
from bpo.cli import console, installation
from bpo.db import acting_as, db
from bpo.domain.insight import foresight
from bpo.domain.reminders import reasons
from bpo.domain.reminders.touches import Plan, Skip, Touch
from bpo.gateways import outside, wording
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase
from bpo.models import Campaign, Workspace
from bpo.queries.reminders import campaigns as stored
from bpo.services.reminders import campaigns
from bpo.services.reminders.campaigns import Planned
from bpo.services.writing import simulations
from config.settings import Settings


def register(commands: console.Commands) -> None:
    parser = commands.add_parser("campaigns", help="plan the reminders of a day")
    verbs = parser.add_subparsers(required=True, parser_class=console.Parser)
    plan = verbs.add_parser("plan", help="decide and store what is said on a day")
    plan.add_argument("--workspace", required=True, metavar="W")
    plan.add_argument("--date", required=True, type=read.day, metavar="D")
    plan.add_argument("--dry-run", action="store_true", help="store nothing, explain everybody")
    console.add_json(plan)
    plan.set_defaults(run=run_plan)
    ahead = verbs.add_parser("simulate", help="what the campaigns would send in the days to come")
    ahead.add_argument("--workspace", required=True, metavar="W")
    ahead.add_argument("--days", type=int, default=60, metavar="N")
    ahead.add_argument("--pays", action="store_true", help="people pay when the model expects it")
    console.add_json(ahead)
    ahead.set_defaults(run=run_simulate)


def run_plan(arguments: Namespace, settings: Settings) -> None:
    """Plan a day; a repeat creates nothing."""
    with installation.application(settings) as app:
        workspace = read.workspace(db.session(), arguments.workspace)
        program = actors.system([workspace.id], name="bpo campaigns")
        done = campaigns.plan(
            program,
            workspace.id,
            arguments.date,
            now=datetime.now(UTC),
            queue=outside.of(app).queue,
            dry_run=arguments.dry_run,
            states=campaigns.PLANNABLE,
            keep=True,
            everybody=arguments.dry_run,
        )
        with acting_as(program):
            result = _described(workspace, done)
    if arguments.json:
        console.output(result)
    for warning in result["warnings"]:
        console.say(warning)
    heard = {touch["debtor"] for touch in result["touches"]}
    silent = {skip["debtor"] for skip in result["skipped"]} - heard
    console.say(f"{done.created} new of {done.touches}, {len(silent)} left in peace")


def run_simulate(arguments: Namespace, settings: Settings) -> None:
    """Live the days ahead by the function that plans; nothing is stored."""
    if not 1 <= arguments.days <= simulations.FURTHEST:
        raise BadInput("Between 1 and {most} days", field="days", most=simulations.FURTHEST)
    now = datetime.now(UTC)
    with installation.application(settings):
        workspace = read.workspace(db.session(), arguments.workspace)
        first = clock.local_day(now, workspace.time_zone)
        with acting_as(actors.system([workspace.id], name="bpo campaigns")):
            session = db.session()
            result = {}
            for row in stored.listed(session, workspace.id):
                if row.state in campaigns.PLANNABLE:
                    whole = simulations.foresee(
                        session,
                        workspace,
                        row.id,
                        first,
                        arguments.days,
                        now=now,
                        pays=arguments.pays,
                    )
                    result[row.key] = whole.to_json()
    assumes = wording.say(foresight.assumption(arguments.pays), workspace.locale)
    if arguments.json:
        console.output(
            {
                "from": first,
                "days": arguments.days,
                "assumes": assumes,
                "campaigns": result,
            }
        )
    console.say(assumes)
    for key, one in result.items():
        console.say(f"{key}: {one['messages']} messages to {one['debtors']} of {one['known']}")


def _described(workspace: Workspace, done: Planned) -> dict[str, Any]:
    session = db.session()
    ids = sorted({i for _, plan in done.plans for t in plan.touches for i in t.receivable_ids})
    debtors = stored.debtor_references(session, workspace.id)
    numbers = stored.receivable_numbers(session, workspace.id, ids)
    touches, skipped, warnings = [], [], []
    for row, plan in done.plans:
        touches += [_touch(row, touch, debtors, numbers) for touch in plan.touches]
        skipped += [_skip(row, skip, debtors, workspace.locale) for skip in plan.skips]
        warnings += _warnings(plan, workspace.locale)
    warnings += [wording.say(one, workspace.locale) for one in _at_rest(workspace, done)]
    return {
        "created": done.created,
        "touches": touches,
        "skipped": skipped,
        "warnings": list(dict.fromkeys(warnings)),
    }


def _at_rest(workspace: Workspace, done: Planned) -> list[Phrase]:
    """Why nobody hears from campaigns that were not planned."""
    paused = [row for row in stored.listed(db.session(), workspace.id) if row.state == "paused"]
    found = [
        Phrase("{name} is paused: it is silent and keeps its debtors", name=row.name)
        for row in paused
    ]
    if not done.plans and not paused:
        found.append(Phrase("No campaign is at work: nobody is contacted"))
    return found


def _touch(
    row: Campaign, touch: Touch, debtors: dict[int, str], numbers: dict[int, str]
) -> dict[str, Any]:
    return {
        "debtor": debtors[touch.debtor_id],
        "campaign": row.key,
        "step": touch.step_key,
        "channel": touch.channel.value,
        "anchor": touch.anchor,
        "scheduled_at": touch.scheduled_at,
        "receivables": [numbers[number] for number in touch.receivable_ids],
        "total_cents": touch.total_cents,
        "reasons": [reason.code.value for reason in touch.reasons],
    }


def _skip(row: Campaign, skip: Skip, debtors: dict[int, str], locale: str) -> dict[str, Any]:
    return {
        "debtor": debtors[skip.debtor_id],
        "campaign": row.key,
        "reasons": [code.value for code in skip.codes],
        "steps": list(dict.fromkeys(reason.step for reason in skip.reasons if reason.step)),
        "because": [wording.say(reasons.phrase(reason), locale) for reason in skip.reasons],
        "next_on": skip.next_on,
    }


def _warnings(plan: Plan, locale: str) -> list[str]:
    return [wording.say(warning, locale) for warning in plan.warnings]
