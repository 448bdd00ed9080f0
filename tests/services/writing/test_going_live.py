"""Going live waits for whoever the company chose: on every path, for exactly what was asked."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.deals.approvals import State
from bpo.domain.reminders.steps import Channel
from bpo.domain.writing import regua_edits
from bpo.domain.writing.messages import Text
from bpo.gateways.mail import MemoryMail
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AuditEntry, Campaign, MessageText, Simulation
from bpo.queries.reminders import campaigns as stored_campaigns
from bpo.services.desk import approval_mails
from bpo.services.people import workspaces
from bpo.services.people.account_mails import Postman
from bpo.services.reminders import campaigns
from bpo.services.writing import publications, regua_drafts, releases, simulations, texts
from bpo.services.writing.texts import Place
from tests.factories import debts, people
from tests.factories.people import NOW
from workers import campaigns as jobs

DAY = NOW.date()
CALL = Place("not_seen", Channel.SMS, "pt_BR")
WORDS = Text(
    "Oi, {{ first_name }}. A fatura {{ number }} de {{ creditor_short }} ainda nao consta paga."
    " Se ja pagou, desconsidere. {{ link }} Sair: SAIR"
)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def sol(session, cast):
    with acting_as(actors.system([cast.sol.id], name="test")):
        cast.sol.cnpj, cast.sol.legal_name = "12345678000195", "Padaria Sol Ltda."
        cast.sol.street, cast.sol.city, cast.sol.state = "Rua das Palmeiras, 120", "Campinas", "SP"
        session.commit()
        davi = debts.debtor(session, cast.sol, reference="D-1")
        debts.receivable(session, davi, "1001", due=DAY - timedelta(days=5), cents=1_000_00)
        yield cast.sol


@pytest.fixture
def queue():
    return MemoryQueue()


@pytest.fixture
def who(session, cast):
    return lambda name: people.actor(session, getattr(cast, name))


@pytest.fixture
def row(session, sol):
    (found,) = session.scalars(select(Campaign).where(Campaign.workspace_id == sol.id))
    return found


def waits_for(who, sol, role):
    workspaces.set_go_live_approval(who("marta"), sol.id, role, now=NOW)


def lived(request):
    """The job that works out what would be sent has run."""
    simulations.run(
        actors.system([request.workspace_id], name="simulation"),
        request.workspace_id,
        request.simulation_id,
        now=NOW,
    )


def later(step_key, who, sol, row):
    """Ana moves a step by a day, on the draft."""
    change = regua_drafts.on_steps(lambda steps: regua_edits.moved(steps, step_key, 1))
    regua_drafts.edit(who("ana"), sol.id, row.id, change, now=NOW)


def _planned(queue):
    return [job for job, _args in queue.jobs if job is Job.PLAN_CAMPAIGNS]


def acts(session):
    rows = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    return [action for action in rows if action.startswith(("going_live", "campaign.r"))]


def test_bruno_sees_what_would_be_sent_and_lets_the_campaign_start(session, who, sol, row, queue):
    waits_for(who, sol, "client_manager")
    with pytest.raises(Conflict, match="client manager's approval"):
        releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)

    asked = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue, note="Pode?")
    assert [job for job, _ in queue.jobs] == [Job.SIMULATE_CAMPAIGN, Job.SEND_APPROVAL_MAILS]
    with pytest.raises(Conflict, match="worked out"):
        publications.accept(who("bruno"), sol.id, asked.id, now=NOW, queue=queue)
    lived(asked)
    shown = session.get(Simulation, (sol.id, asked.simulation_id)).result["after"]
    assert (shown["debtors"], shown["known"]) == (1, 1)
    assert row.state == "awaiting_go"
    for name in ("ana", "marta"):
        with pytest.raises(Forbidden):
            publications.accept(who(name), sol.id, asked.id, now=NOW, queue=queue)
    for name in ("carla", "celia"):
        with pytest.raises(NotFound):
            publications.accept(who(name), sol.id, asked.id, now=NOW, queue=queue)

    publications.accept(who("bruno"), sol.id, asked.id, now=NOW, queue=queue)

    assert (row.state, row.released_version) == ("running", 1)
    assert asked.decided_by_name == "Bruno"
    assert queue.jobs[-1] == (Job.PLAN_CAMPAIGNS, (sol.id, DAY.isoformat()))
    assert acts(session) == [
        "going_live.set",
        "going_live.ask",
        "going_live.accept",
        "campaign.running",
    ]


def test_every_path_obeys_the_program_itself_included(session, who, sol, row, queue, app):
    """Screen and jobs call these; the command line plans, which sends nothing of it."""
    waits_for(who, sol, "client_manager")
    program = actors.system([sol.id], name="bpo")
    for actor in (who("ana"), who("marta"), program):
        with pytest.raises(Conflict):
            releases.give_go(actor, sol.id, row.id, now=NOW, queue=queue)
    row.state, row.released_version = "running", 1
    session.commit()
    later("d+5", who, sol, row)
    for actor in (who("ana"), who("marta"), program):
        with pytest.raises(Conflict):
            regua_drafts.save(actor, sol.id, row.id, now=NOW)
        with pytest.raises(Conflict):
            texts.save(actor, sol.id, CALL, WORDS, base=0, now=NOW)
        with pytest.raises(Conflict):
            texts.return_to_standard(actor, sol.id, CALL, base=0, now=NOW)
    assert row.version == 1
    assert session.scalars(select(MessageText)).all() == []

    row.state, row.released_version = "awaiting_go", None
    session.commit()
    jobs.plan_campaigns(sol.id, DAY.isoformat())
    campaigns.plan(program, sol.id, DAY, now=NOW, queue=queue, states=campaigns.PLANNABLE)
    assert row.state == "awaiting_go"


def test_the_bpo_manager_needs_nobody_where_it_is_theirs_to_approve(who, sol, row, queue):
    waits_for(who, sol, "admin")

    with pytest.raises(Conflict, match="BPO manager's approval"):
        releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    with pytest.raises(BadInput, match="nobody's approval"):
        publications.ask_go(who("marta"), sol.id, row.id, now=NOW, queue=queue)
    releases.give_go(who("marta"), sol.id, row.id, now=NOW, queue=queue)

    assert row.state == "running"


def test_resuming_what_ran_is_free_and_resuming_what_was_changed_meanwhile_waits(
    session, who, sol, row, queue
):
    releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    waits_for(who, sol, "admin")
    releases.pause(who("ana"), sol.id, row.id, now=NOW)
    releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    assert row.state == "running"

    releases.pause(who("ana"), sol.id, row.id, now=NOW)
    later("d+5", who, sol, row)
    regua_drafts.save(who("ana"), sol.id, row.id, now=NOW)
    with pytest.raises(Conflict):
        releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    asked = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    assert len(asked.case_file["changes"]) == 1


def test_a_draft_holds_once_approved_and_any_edit_takes_the_request_back(
    session, who, sol, row, queue
):
    releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    waits_for(who, sol, "client_manager")
    later("d+5", who, sol, row)
    first = publications.ask_version(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    with pytest.raises(Conflict, match="already"):
        publications.ask_version(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    later("d+5", who, sol, row)
    assert first.state == State.VOIDED
    lived(first)
    with pytest.raises(Conflict, match="already decided"):
        publications.accept(who("bruno"), sol.id, first.id, now=NOW, queue=queue)

    second = publications.ask_version(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    lived(second)
    result = session.get(Simulation, (sol.id, second.simulation_id)).result
    assert result["difference"]["days"]
    publications.accept(who("bruno"), sol.id, second.id, now=NOW, queue=queue)

    assert (row.version, row.released_version) == (2, 2)
    steps = {one["key"]: one["offset"] for one in stored_campaigns.version(session, row).steps}
    assert steps["d+5"] == 7


def test_a_refusal_leaves_everything_as_it_is_with_its_reason(session, who, sol, row, queue):
    releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    waits_for(who, sol, "client_manager")
    later("d+5", who, sol, row)
    asked = publications.ask_version(who("ana"), sol.id, row.id, now=NOW, queue=queue)

    publications.refuse(who("bruno"), sol.id, asked.id, "Cedo demais", now=NOW)

    assert (asked.state, asked.answer) == (State.REFUSED, "Cedo demais")
    assert row.version == 1
    assert regua_drafts.read(session, sol, row.id).started


def test_new_words_wait_too_and_the_latest_request_alone_counts(session, who, sol, row, queue):
    releases.give_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    waits_for(who, sol, "client_manager")
    ask = {"base": 0, "now": NOW, "queue": queue}
    first = publications.ask_text(who("ana"), sol.id, CALL, WORDS, **ask)
    better = replace_words("Bom dia")
    second = publications.ask_text(who("ana"), sol.id, CALL, better, **ask)
    assert first.state == State.VOIDED

    publications.accept(who("bruno"), sol.id, second.id, now=NOW, queue=queue)

    (kept,) = session.scalars(select(MessageText)).all()
    assert kept.body.startswith("Bom dia")
    assert kept.created_by == who("bruno").user_id


def replace_words(greeting):
    return WORDS._replace(body=WORDS.body.replace("Oi", greeting))


def test_a_go_is_void_as_soon_as_a_text_that_it_would_say_changes(session, who, sol, row, queue):
    waits_for(who, sol, "client_manager")
    asked = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    lived(asked)
    elsewhere = CALL._replace(key="said_nowhere")
    texts.save(who("ana"), sol.id, elsewhere, WORDS, base=0, now=NOW)
    assert asked.state == State.ASKED

    texts.save(who("ana"), sol.id, CALL, WORDS, base=0, now=NOW)

    assert (asked.state, row.state) == (State.VOIDED, "awaiting_go")
    with pytest.raises(Conflict, match="already decided"):
        publications.accept(who("bruno"), sol.id, asked.id, now=NOW, queue=queue)
    assert row.state == "awaiting_go"


@pytest.mark.parametrize(
    ("blank", "named"), [({"cnpj": None}, "CNPJ"), ({"street": None, "city": None}, "address")]
)
def test_no_campaign_starts_whose_messages_would_not_say_who_asks(
    session, who, sol, row, queue, blank, named
):
    waits_for(who, sol, "admin")
    early = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    lived(early)
    known = {name: getattr(sol, name) for name in blank} | {"state": sol.state}
    for name in known:
        setattr(sol, name, None)
    session.commit()

    for go in (
        lambda: releases.give_go(who("marta"), sol.id, row.id, now=NOW, queue=queue),
        lambda: publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue),
        lambda: publications.accept(who("marta"), sol.id, early.id, now=NOW, queue=queue),
    ):
        with pytest.raises(Conflict) as refused:
            go()
        assert [str(one) for one in refused.value.phrase.params["missing"]] == [named]
        session.rollback()
    assert (row.state, early.state, _planned(queue)) == ("awaiting_go", "asked", [])

    for name, value in known.items():
        setattr(sol, name, value)
    session.commit()
    publications.accept(who("marta"), sol.id, early.id, now=NOW, queue=queue)
    assert row.state == "running"


def test_what_the_law_wants_in_each_message_stays_while_a_campaign_speaks(who, sol, row, queue):
    profile = workspaces.of(sol)
    nameless = replace(profile, cnpj=None)
    workspaces.describe(who("marta"), sol.id, nameless, now=NOW)
    workspaces.describe(who("marta"), sol.id, profile, now=NOW)
    releases.give_go(who("marta"), sol.id, row.id, now=NOW, queue=queue)

    for blanked in (nameless, replace(profile, street=None, state=None, city=None)):
        with pytest.raises(BadInput, match="cannot be left blank while a campaign"):
            workspaces.describe(who("marta"), sol.id, blanked, now=NOW)
    moved = replace(profile, street="Rua Nova, 1")
    assert workspaces.describe(who("marta"), sol.id, moved, now=NOW).street == "Rua Nova, 1"


def test_an_answer_too_late_or_after_another_choice_lets_nothing_go(who, sol, row, queue):
    waits_for(who, sol, "client_manager")
    asked = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    lived(asked)
    publications.accept(who("bruno"), sol.id, asked.id, now=NOW + timedelta(days=15), queue=queue)
    assert (asked.state, row.state) == (State.EXPIRED, "awaiting_go")

    again = publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    waits_for(who, sol, "admin")
    assert again.state == State.VOIDED


def test_the_mail_names_the_campaign_and_no_debtor(session, who, sol, row, queue):
    waits_for(who, sol, "client_manager")
    publications.ask_go(who("ana"), sol.id, row.id, now=NOW, queue=queue)
    mail = MemoryMail()
    postman = Postman(mail, None, "Contas em Dia", "bpo@example.com", "https://bpo.example")

    assert approval_mails.send(sol.id, postman=postman, now=NOW) == 1

    letter = message_from_bytes(mail.sent[0].message, policy=policy.default)
    text = letter.get_body(("plain",)).get_content()
    assert row.name in text
    assert "/portal/sol/approvals" in text


def test_a_simulation_that_breaks_says_so_instead_of_running_for_ever(
    session, who, sol, row, monkeypatch
):
    number = simulations.ask(who("ana"), sol.id, row.id, days=5, now=NOW, queue=MemoryQueue())
    asked = session.get(Simulation, (sol.id, number))
    version = stored_campaigns.version(session, row)
    version.steps = [{"key": "broken"}]
    session.commit()
    with pytest.raises(BadInput):
        simulations.run(actors.system([sol.id]), sol.id, number, now=NOW)
    session.refresh(asked)
    assert asked.state == "failed"

    asked.state, asked.heard_at = "running", NOW - timedelta(minutes=7)
    assert simulations.state_of(asked, NOW) == "failed"
    assert simulations.state_of(asked, NOW - timedelta(minutes=5)) == "running"
