"""Silence on request: by an analyst, by the debtor's own link, honoured by whatever is planned."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.debtors import Channel
from bpo.domain.people.links import Purpose, expiry
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Forbidden, NotFound
from bpo.models import AuditEntry, Contact, OptOut
from bpo.services.people import links
from bpo.services.people.visits import Closed
from bpo.services.reminders import opt_outs
from tests.factories import debts, people

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
SIGNER = Signer("x" * 40)


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def everywhere(cast):
    """The test itself may look into both workspaces."""
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        yield


@pytest.fixture
def davi(session, cast, everywhere):
    return debts.debtor(session, cast.sol)


def token(session, debtor, purpose=Purpose.UNSUBSCRIBE):
    link = links.issue(
        session,
        purpose,
        debtor.id,
        workspace_id=debtor.workspace_id,
        expires_at=expiry(purpose, NOW),
        now=NOW,
    )
    session.commit()
    return SIGNER.token(link.id, purpose)


def by_link(act, given):
    return act(given, signer=SIGNER, address="203.0.113.9", now=NOW)


def silent(session):
    return [(row.channel, row.address, row.source) for row in session.scalars(select(OptOut))]


def trail(session):
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(row.action, row.actor_name) for row in rows if row.action.startswith("opt_out")]


def test_ana_notes_that_davi_wants_no_e_mails_and_once_is_enough(session, cast, davi):
    ana = people.actor(session, cast.ana)

    def add(address):
        return opt_outs.add(
            ana, cast.sol.id, davi.id, Channel.EMAIL, address, source=opt_outs.ANALYST, now=NOW
        )

    assert add("davi@example.org")
    assert not add(" Davi@Example.org ")
    assert silent(session) == [("email", "davi@example.org", "analyst")]
    assert trail(session) == [("opt_out.record", "Ana")]

    assert opt_outs.remove(ana, cast.sol.id, davi.id, Channel.EMAIL, "davi@example.org", now=NOW)
    assert silent(session) == []
    assert trail(session)[-1] == ("opt_out.withdraw", "Ana")
    assert not opt_outs.remove(
        ana, cast.sol.id, davi.id, Channel.EMAIL, "davi@example.org", now=NOW
    )


def test_a_telephone_is_kept_as_it_is_dialled(session, cast, davi):
    ana = people.actor(session, cast.ana)
    for channel in (Channel.PHONE, Channel.WHATSAPP):
        opt_outs.add(
            ana, cast.sol.id, davi.id, channel, "(11) 98765-4321", source="analyst", now=NOW
        )
    assert [(c, a) for c, a, _ in silent(session)] == [
        ("phone", "+5511987654321"),
        ("whatsapp", "+5511987654321"),
    ]


def test_an_address_is_matched_as_the_contact_has_it(session, cast, davi):
    session.add(
        Contact(
            workspace_id=cast.sol.id, debtor_id=davi.id, channel="email", address="Odd@Example.org"
        )
    )
    session.commit()
    ana = people.actor(session, cast.ana)
    opt_outs.add(
        ana, cast.sol.id, davi.id, Channel.EMAIL, "Odd@Example.org", source="analyst", now=NOW
    )
    assert silent(session)[0][1] == "Odd@Example.org"


def test_what_is_no_address_is_refused(session, cast, davi):
    ana = people.actor(session, cast.ana)
    with pytest.raises(BadInput):
        opt_outs.add(ana, cast.sol.id, davi.id, Channel.EMAIL, "nobody", source="x", now=NOW)


def test_who_may_speak_for_davi(session, cast, davi):
    def add(actor, debtor_id=davi.id):
        return opt_outs.add(
            actor, cast.sol.id, debtor_id, Channel.EMAIL, "a@example.org", source="x", now=NOW
        )

    with pytest.raises(Forbidden):
        add(people.actor(session, cast.bruno))
    with pytest.raises(NotFound):
        add(people.actor(session, cast.carla))
    elsewhere = actors.debtor(cast.lua.id, davi.id, name="Davi")
    with pytest.raises(NotFound):
        add(elsewhere)
    eva = debts.debtor(session, cast.sol, "Eva Melo", email="eva@example.org")
    with pytest.raises(Forbidden):
        add(actors.debtor(cast.sol.id, eva.id, name="Eva"))
    with pytest.raises(NotFound):
        add(people.actor(session, cast.ana), 10**9)
    assert add(actors.debtor(cast.sol.id, davi.id, name="Davi"))


def test_davi_stops_all_his_addresses_by_the_link_and_takes_it_back(session, cast, davi):
    session.add_all(
        Contact(workspace_id=cast.sol.id, debtor_id=davi.id, channel=channel, address=address)
        for channel, address in (("email", "loja@example.org"), ("phone", "+5511987654321"))
    )
    session.commit()
    link = token(session, davi)

    assert not by_link(opt_outs.look, link).is_silent
    assert silent(session) == []

    assert by_link(opt_outs.stop, link).is_silent
    assert by_link(opt_outs.stop, link).is_silent
    assert {(c, a) for c, a, _ in silent(session)} == {
        ("email", "davi@example.org"),
        ("email", "loja@example.org"),
    }
    assert trail(session) == [("opt_out.record", "Davi Lima")] * 2

    wish = by_link(opt_outs.resume, link)
    assert [(one.hint, one.silent) for one in wish.addresses] == [
        ("d•••@example.org", False),
        ("l•••@example.org", False),
    ]
    assert silent(session) == []


def test_the_link_takes_back_only_what_it_asked_for(session, cast, davi):
    """What Ana noted, and what Eva asked for the address they share, still stands."""
    session.add(
        Contact(
            workspace_id=cast.sol.id,
            debtor_id=davi.id,
            channel="email",
            address="casa@example.org",
        )
    )
    eva = debts.debtor(session, cast.sol, "Eva Melo", email="casa@example.org")
    ana = people.actor(session, cast.ana)
    noted = (cast.sol.id, davi.id, Channel.EMAIL, "davi@example.org")
    opt_outs.add(ana, *noted, source=opt_outs.ANALYST, now=NOW)
    by_link(opt_outs.stop, token(session, eva))

    wish = by_link(opt_outs.resume, token(session, davi))

    assert wish.is_silent
    assert {(address, source) for _, address, source in silent(session)} == {
        ("davi@example.org", "analyst"),
        ("casa@example.org", "unsubscribe"),
    }
    assert not opt_outs.remove(actors.debtor(cast.sol.id, davi.id, name="Davi"), *noted, now=NOW)
    assert opt_outs.remove(ana, *noted, now=NOW)
    assert not by_link(opt_outs.resume, token(session, eva)).is_silent


def test_the_link_of_davi_moves_nobody_elses_address(session, cast, davi):
    """Carla's client has a debtor with the very same address; nothing is pooled."""
    debts.debtor(session, cast.lua)
    by_link(opt_outs.stop, token(session, davi))
    rows = session.scalars(select(OptOut)).all()
    assert [row.workspace_id for row in rows] == [cast.sol.id]


@pytest.mark.parametrize("fault", ["purpose", "signature", "revoked", "expired", "closed"])
def test_a_link_that_does_not_work_stops_nothing(session, cast, davi, fault):
    link, now = token(session, davi), NOW
    match fault:
        case "purpose":
            link = token(session, davi, Purpose.DEBTOR_PAGE)
        case "signature":
            link = link[:-1] + ("A" if link[-1] != "A" else "B")
        case "revoked":
            links.revoke(session, Purpose.UNSUBSCRIBE, davi.id, now=NOW, workspace_id=cast.sol.id)
            session.commit()
        case "expired":
            now = NOW + timedelta(days=731)
        case "closed":
            cast.sol.active = False
            session.commit()
    found = opt_outs.stop(link, signer=SIGNER, address=None, now=now)
    assert isinstance(found, Closed)
    assert (found.workspace is None) == (fault in ("purpose", "signature"))
    assert silent(session) == []
