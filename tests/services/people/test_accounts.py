"""Signing in, passwords, second factors: what an account does for its owner."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from bpo.domain.people.links import Purpose
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.jobs import Job
from bpo.kernel.actor import Role
from bpo.kernel.errors import BadInput, Conflict, NotFound
from bpo.models import AccessEntry, SignedLink, User
from bpo.services.people import account_mails, accounts
from bpo.services.people.account_mails import Postman
from tests.factories import people
from tests.factories.people import NOW, PASSWORD

HERE = "192.0.2.7"
SIGNER = Signer("a secret of the tests that is long enough")
NEW = "a lua vem depois do sol"


@pytest.fixture
def ana(session):
    return people.user(session, "Ana", Role.ANALYST)


@pytest.fixture
def acting(session, ana):
    return people.actor(session, ana)


def told(session, action):
    query = select(AccessEntry).where(AccessEntry.action == action).order_by(AccessEntry.id)
    return session.scalars(query).all()


def sign_in(email="ana@example.com", password=PASSWORD, now=NOW):
    return accounts.sign_in(email, password, address=HERE, now=now)


def code_at(secret, moment):
    return pyotp.TOTP(secret).at(moment)


def test_ana_signs_in_whatever_the_case_of_her_address(session, ana):
    admission = sign_in(" Ana@Example.com ")
    (entry,) = told(session, "sign_in")
    assert (admission.user.id, admission.needs_code) == (ana.id, False)
    assert admission.user.last_login_at == NOW
    assert (entry.user_id, entry.address, entry.detail) == (ana.id, HERE, {"factor": "password"})


def test_every_refusal_says_the_same_and_is_recorded(session, ana):
    people.user(session, "Ex", Role.ANALYST, active=False)
    people.user(session, "Novo", Role.ANALYST, password_hash=None)
    said = set()
    for email in ("ana@example.com", "nobody@example.com", "ex@example.com", "novo@example.com"):
        with pytest.raises(BadInput) as refusal:
            sign_in(email, "wrong" if email.startswith("ana") else PASSWORD)
        said.add((str(refusal.value), refusal.value.field))
    assert len(said) == 1
    assert [entry.subject for entry in told(session, "sign_in_refused")] == [
        "ana@example.com",
        "nobody@example.com",
        "ex@example.com",
        "novo@example.com",
    ]
    assert told(session, "sign_in") == []


def test_an_old_hash_is_made_anew_when_its_password_is_given(session, ana):
    before = ana.password_hash
    assert sign_in().user.password_hash != before
    assert sign_in().user.id == ana.id


def test_a_changed_password_ends_the_other_sessions(session, ana, acting):
    version = ana.session_version
    user = accounts.change_password(acting, PASSWORD, NEW, now=NOW)
    assert user.session_version == version + 1
    assert sign_in(password=NEW).user.id == ana.id
    with pytest.raises(BadInput):
        sign_in(password=PASSWORD)
    assert len(told(session, "password_changed")) == 1


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("not it", NEW, "current"), (PASSWORD, "short", "password")],
)
def test_a_password_is_changed_only_by_who_knows_it_and_for_a_good_one(
    ana, acting, current, new, field
):
    with pytest.raises(BadInput) as refusal:
        accounts.change_password(acting, current, new, now=NOW)
    assert refusal.value.field == field
    assert sign_in().user.id == ana.id


def asked(session, email="ana@example.com", now=NOW):
    queue = MemoryQueue()
    accounts.ask_reset(email, address=HERE, now=now, queue=queue)
    return queue.jobs


def token_of(job, purpose=Purpose.RESET):
    return SIGNER.token(job[1][0], purpose.value)


def reset(token, password=NEW, now=NOW, purpose=Purpose.RESET, **more):
    return accounts.set_password_by_link(
        token, purpose, password, address=HERE, signer=SIGNER, now=now, **more
    )


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(session, ana):
    (job,) = asked(session)
    assert job[0] is Job.SEND_ACCOUNT_MAIL
    token = token_of(job)
    assert accounts.invited(token, Purpose.RESET, signer=SIGNER, now=NOW).id == ana.id
    assert reset(token).session_version == 2
    assert sign_in(password=NEW).user.id == ana.id
    with pytest.raises(NotFound):
        reset(token, "another good password")


def test_asking_for_a_stranger_looks_the_same_and_sends_nothing(session, ana):
    postman = Postman(None, SIGNER, "BPO Luz", "cobranca@bpo.example", "https://bpo.example")
    people.user(session, "Ex", Role.ANALYST, active=False)
    for stranger in ("nobody@example.com", "ex@example.com"):
        ((job, (link_id,)),) = asked(session, stranger)
        assert job is Job.SEND_ACCOUNT_MAIL
        assert account_mails.send(link_id, postman=postman, now=NOW) is None
    assert session.scalars(select(SignedLink)).all() == []
    assert len(told(session, "reset_unknown")) == 2


def test_a_reset_link_lasts_two_hours_and_a_newer_one_ends_it(session, ana):
    (first,), (second,) = asked(session), asked(session)
    almost = NOW + timedelta(hours=2)
    with pytest.raises(NotFound):
        reset(token_of(first))
    with pytest.raises(NotFound):
        reset(token_of(second), now=almost)
    assert reset(token_of(second), now=almost - timedelta(seconds=1)).id == ana.id


def test_a_token_serves_only_its_own_purpose_and_cannot_be_made_up(session, ana):
    (job,) = asked(session)
    for token in (
        token_of(job, Purpose.INVITE),
        token_of(job)[:-1],
        "",
        "..",
        "AQ.",
        "A" * 400,
        "é.é",
    ):
        with pytest.raises(NotFound):
            reset(token)


def test_a_bad_password_does_not_spend_the_link(session, ana):
    (job,) = asked(session)
    with pytest.raises(BadInput):
        reset(token_of(job), "short")
    assert reset(token_of(job)).id == ana.id


def test_who_never_had_a_password_is_invited_again(session):
    novo = people.user(session, "Novo", Role.ANALYST, password_hash=None)
    (job,) = asked(session, "novo@example.com")
    user = reset(token_of(job, Purpose.INVITE), purpose=Purpose.INVITE, name="  Nova  Ana ")
    assert (user.id, user.name) == (novo.id, "Nova Ana")
    assert len(told(session, "invite_accepted")) == 1


@pytest.fixture
def guarded(session, ana, acting):
    """Ana with a second factor: her secret and her recovery codes."""
    secret = pyotp.random_base32()
    codes = accounts.add_second_factor(acting, secret, code_at(secret, NOW), now=NOW)
    return secret, codes


def give(user_id, code, now):
    return accounts.give_code(user_id, code, address=HERE, now=now)


def test_a_second_factor_is_asked_for_after_the_password(session, ana, guarded):
    secret, _ = guarded
    later = NOW + timedelta(minutes=2)
    assert sign_in(now=later).needs_code
    assert told(session, "sign_in") == []
    code = code_at(secret, later)
    assert give(ana.id, f"{code[:3]} {code[3:]}", later).id == ana.id
    assert told(session, "sign_in")[0].detail == {"factor": "code"}


def test_a_code_serves_once(session, ana, guarded):
    secret, _ = guarded
    later = NOW + timedelta(minutes=2)
    give(ana.id, code_at(secret, later), later)
    with pytest.raises(BadInput):
        give(ana.id, code_at(secret, later), later + timedelta(seconds=5))
    with pytest.raises(BadInput):
        give(ana.id, code_at(secret, NOW), NOW)
    assert len(told(session, "code_refused")) == 2


def test_a_clock_may_be_half_a_minute_wrong_but_not_more(ana, guarded):
    secret, _ = guarded
    later = NOW + timedelta(minutes=10)
    with pytest.raises(BadInput):
        give(ana.id, code_at(secret, later - timedelta(seconds=90)), later)
    assert give(ana.id, code_at(secret, later - timedelta(seconds=30)), later).id == ana.id


def test_a_lost_telephone_is_replaced_by_recovery_codes_each_good_once(session, ana, guarded):
    _, codes = guarded
    assert len(set(codes)) == 10
    assert give(ana.id, codes[0].lower().replace("-", " "), NOW).id == ana.id
    with pytest.raises(BadInput):
        give(ana.id, codes[0], NOW)
    assert give(ana.id, codes[1], NOW).id == ana.id
    kept = session.get(User, ana.id, populate_existing=True).recovery_hashes
    assert len(kept) == 8
    assert not any(code in " ".join(kept) for code in codes)


def test_a_second_factor_starts_only_when_the_telephone_agrees(session, ana, acting):
    secret = pyotp.random_base32()
    with pytest.raises(BadInput):
        accounts.add_second_factor(acting, secret, "000000", now=NOW)
    assert not sign_in().needs_code


def test_a_second_factor_is_not_replaced_unnoticed(acting, guarded):
    secret = pyotp.random_base32()
    with pytest.raises(Conflict):
        accounts.add_second_factor(acting, secret, code_at(secret, NOW), now=NOW)


def test_the_password_takes_the_second_factor_off(session, ana, acting, guarded):
    with pytest.raises(BadInput):
        accounts.drop_second_factor(acting, "not it", now=NOW)
    accounts.drop_second_factor(acting, PASSWORD, now=NOW)
    assert not sign_in().needs_code


def test_preferences_are_chosen_from_what_there_is(session, ana, acting):
    user = accounts.choose(acting, name="Ana Lima", locale="en", theme="dark", now=NOW)
    assert (user.name, user.locale, user.theme) == ("Ana Lima", "en", "dark")
    for wrong in ({"locale": "fr"}, {"theme": "pink"}):
        choice = {"name": "Ana", "locale": "en", "theme": "dark"} | wrong
        with pytest.raises(BadInput):
            accounts.choose(acting, now=NOW, **choice)
