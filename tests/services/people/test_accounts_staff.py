"""What Marta, who runs the BPO, does with other people's accounts."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.links import Purpose
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import AccessEntry, AuditEntry, User
from bpo.queries.people import users
from bpo.services.people import accounts, staff
from tests.factories import people
from tests.factories.people import NOW, PASSWORD

SIGNER = Signer("a secret of the tests that is long enough")


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def marta(session, cast):
    return people.actor(session, cast.marta)


def invite(actor, *places, email="dora@example.com", role=Role.ANALYST, queue=None):
    return staff.invite(actor, email, "Dora", role, [p.id for p in places], now=NOW, queue=queue)


def reach(session, user):
    return people.actor(session, user).workspace_ids


def described(name, role, places=()):
    return staff.Described(name, role, frozenset(places))


def test_an_invitation_makes_an_account_gives_access_and_asks_for_a_mail(session, cast, marta):
    queue = MemoryQueue()
    invitation = invite(marta, cast.sol, queue=queue)
    assert queue.jobs == [(Job.SEND_ACCOUNT_MAIL, (invitation.link_id,))]
    assert reach(session, invitation.user) == {cast.sol.id}
    token = SIGNER.token(invitation.link_id, Purpose.INVITE.value)
    accounts.set_password_by_link(
        token, Purpose.INVITE, "uma frase bem longa", address=None, signer=SIGNER, now=NOW
    )
    admission = accounts.sign_in("dora@example.com", "uma frase bem longa", address=None, now=NOW)
    assert admission.user.id == invitation.user.id


def test_an_invitation_lasts_a_week(session, cast, marta):
    token = SIGNER.token(invite(marta).link_id, Purpose.INVITE.value)
    late = NOW + timedelta(days=7)
    assert accounts.invited(token, Purpose.INVITE, signer=SIGNER, now=late) is None
    early = late - timedelta(seconds=1)
    assert accounts.invited(token, Purpose.INVITE, signer=SIGNER, now=early).name == "Dora"


def test_access_is_recorded_in_each_workspace_and_in_the_access_log(session, cast, marta):
    dora = invite(marta, cast.sol).user
    staff.change(marta, dora.id, described("Dora", Role.ANALYST, [cast.lua.id]), now=NOW)
    with acting_as(marta):
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.subject_id == dora.id).order_by(AuditEntry.id)
        ).all()
    assert [(e.workspace_id, e.action) for e in entries] == [
        (cast.sol.id, "membership.add"),
        (cast.lua.id, "membership.add"),
        (cast.sol.id, "membership.remove"),
    ]
    log = session.scalars(select(AccessEntry).where(AccessEntry.user_id == dora.id)).all()
    assert [entry.action for entry in log] == ["account_created", "invited"]
    assert {entry.detail["by"] for entry in log} == {"Marta"}


def test_two_people_cannot_share_an_address(session, cast, marta):
    for email in ("ana@example.com", " ANA@example.com "):
        with pytest.raises(BadInput) as refusal:
            invite(marta, email=email)
        assert refusal.value.field == "email"


@pytest.mark.parametrize(
    "email", ["ana", "ana@", "a b@x.com", "<ana@x.com>", "ana@x.com\nBcc: b@x.com"]
)
def test_an_account_needs_a_real_address(session, cast, marta, email):
    with pytest.raises(BadInput) as refusal:
        invite(marta, email=email)
    assert refusal.value.field == "email"


def test_nobody_but_the_bpo_manager_touches_accounts(session, cast):
    for person in (cast.ana, cast.bruno):
        acting = people.actor(session, person)
        with pytest.raises(Forbidden):
            invite(acting, cast.sol)
        with pytest.raises(Forbidden):
            staff.deactivate(acting, cast.carla.id, now=NOW)
        with pytest.raises(Forbidden):
            staff.change(acting, person.id, described("x", Role.ADMIN), now=NOW)
        with pytest.raises(Forbidden):
            staff.drop_second_factor(acting, cast.carla.id, now=NOW)
        with pytest.raises(Forbidden):
            staff.invite_again(acting, cast.carla.id, now=NOW, queue=None)


def test_a_deactivated_user_is_out_at_once_and_their_links_are_dead(session, cast, marta):
    token = SIGNER.token(
        staff.invite_again(marta, cast.ana.id, now=NOW, queue=None).link_id, Purpose.RESET.value
    )
    before = cast.ana.session_version
    closed = staff.deactivate(marta, cast.ana.id, now=NOW)
    assert (closed.active, closed.session_version) == (False, before + 1)
    assert accounts.invited(token, Purpose.RESET, signer=SIGNER, now=NOW) is None
    with pytest.raises(BadInput):
        accounts.sign_in("ana@example.com", PASSWORD, address=None, now=NOW)
    staff.activate(marta, cast.ana.id, now=NOW)
    assert accounts.sign_in("ana@example.com", PASSWORD, address=None, now=NOW).user.active


def test_the_bpo_never_loses_its_last_manager(session, cast, marta):
    with pytest.raises(Conflict):
        staff.change(marta, cast.marta.id, described("M", Role.ANALYST), now=NOW)
    with pytest.raises(Conflict):
        staff.deactivate(marta, cast.marta.id, now=NOW)
    people.user(session, "Nadia", Role.ADMIN)
    staff.change(marta, cast.marta.id, described("M", Role.ANALYST), now=NOW)
    assert session.get(User, cast.marta.id).role == "analyst"


def test_a_promoted_analyst_reaches_everything_and_keeps_no_memberships(session, cast, marta):
    staff.change(marta, cast.ana.id, described("Ana", Role.ADMIN), now=NOW)
    assert reach(session, cast.ana) == {cast.sol.id, cast.lua.id}
    assert users.workspaces_of(session, cast.ana.id) == set()


def test_what_ana_had_in_a_closed_company_waits_for_its_return(session, cast, marta):
    cast.sol.active = False
    session.commit()
    marta = people.actor(session, cast.marta)
    staff.change(marta, cast.ana.id, described("Ana", Role.ANALYST, [cast.lua.id]), now=NOW)
    staff.give_access(marta, cast.ana.id, cast.lua.id, member=False, now=NOW)
    assert users.workspaces_of(session, cast.ana.id) == {cast.sol.id}
    with acting_as(actors.system([cast.sol.id, cast.lua.id])):
        told = session.execute(
            select(AuditEntry.workspace_id, AuditEntry.action)
            .where(AuditEntry.subject_id == cast.ana.id, AuditEntry.subject_kind == "user")
            .order_by(AuditEntry.id)
        ).all()
    assert told == [(cast.lua.id, "membership.add"), (cast.lua.id, "membership.remove")]


def test_a_workspace_lets_people_in_and_out(session, cast, marta):
    staff.give_access(marta, cast.carla.id, cast.sol.id, member=True, now=NOW)
    assert reach(session, cast.carla) == {cast.sol.id, cast.lua.id}
    staff.give_access(marta, cast.carla.id, cast.lua.id, member=False, now=NOW)
    assert reach(session, cast.carla) == {cast.sol.id}


def test_access_to_a_workspace_that_is_not_there_is_not_given(session, cast, marta):
    with pytest.raises(NotFound):
        invite(marta, email="e@example.com", role=Role.ANALYST) and staff.give_access(
            marta, cast.ana.id, 999_999, member=True, now=NOW
        )


def test_who_has_a_password_gets_a_reset_instead_of_an_invitation(session, cast, marta):
    queue = MemoryQueue()
    again = staff.invite_again(marta, cast.ana.id, now=NOW, queue=queue)
    token = SIGNER.token(again.link_id, Purpose.RESET.value)
    assert accounts.invited(token, Purpose.RESET, signer=SIGNER, now=NOW).id == cast.ana.id
    assert len(queue.jobs) == 1


def test_marta_helps_who_lost_telephone_and_codes(session, cast, marta):
    secret = pyotp.random_base32()
    ana = people.actor(session, cast.ana)
    accounts.add_second_factor(ana, secret, pyotp.TOTP(secret).at(NOW), now=NOW)
    before = session.get(User, cast.ana.id).session_version
    after = staff.drop_second_factor(marta, cast.ana.id, now=NOW)
    assert (after.totp_secret, after.recovery_hashes) == (None, [])
    assert after.session_version == before + 1


def test_a_script_makes_an_account_with_a_good_password_only(session, cast, marta):
    with pytest.raises(BadInput):
        staff.create(marta, "e@example.com", "Eva", Role.ANALYST, [], "curta", now=NOW)
    eva = staff.create(
        marta, "e@example.com", "Eva", Role.ANALYST, [cast.sol.id], PASSWORD, now=NOW
    )
    assert accounts.sign_in("e@example.com", PASSWORD, address=None, now=NOW).user.id == eva.id
