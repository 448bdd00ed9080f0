"""Signing in, links of account mails and one's own account, through the browser."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.jobs import Job
from bpo.kernel.actor import Role
from bpo.models import User
from bpo.services.people import accounts, staff
from bpo.web.throttle import limiter
from tests.factories import people
from tests.factories.people import PASSWORD

NEW = "a lua vem depois do sol"


@pytest.fixture
def browser(app, client):
    """A browser that sends the form token by itself, in front of an unhurried limiter."""
    with app.app_context():
        limiter.reset()
    return Browser(client)


@pytest.fixture
def ana(session):
    return people.user(session, "Ana", Role.ANALYST)


class Browser:
    """Fills in forms as a person would: it opens the page first and sends its token along."""

    def __init__(self, client):
        self.client = client

    def open(self, url):
        return self.client.get(url)

    def send(self, page, fields, to=None):
        form = self.open(page).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token, f"{page} has no form"
        return self.client.post(to or page, data={"csrf_token": token[1], **fields})

    def sign_in(self, email="ana@example.com", password=PASSWORD, **more):
        return self.send("/login", {"email": email, "password": password, **more})

    @property
    def signed_in(self):
        return self.open("/account").status_code == 200


def test_ana_signs_in_and_goes_where_she_wanted(browser, ana):
    answer = browser.sign_in(next="/account")
    assert (answer.status_code, answer.location) == (302, "/account")
    assert browser.signed_in


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/\tx", "evil"]
)
def test_signing_in_leads_nowhere_else(browser, ana, elsewhere):
    assert browser.sign_in(next=elsewhere).location == "/"


def test_a_wrong_password_is_told_in_the_page_without_saying_which_part(browser, ana):
    wrong, unknown = browser.sign_in(password="wrong"), browser.sign_in("nobody@example.com")
    said = [re.search(r'<div class="grow">([^<]+)', page.text)[1] for page in (wrong, unknown)]
    assert (wrong.status_code, unknown.status_code) == (400, 400)
    assert said[0] == said[1]
    assert 'value="ana@example.com"' in wrong.text
    assert not browser.signed_in


def test_whoever_asks_without_signing_in_is_asked_to_and_comes_back(browser):
    answer = browser.open("/account?x=1")
    assert (answer.status_code, answer.location) == (302, "/login?next=/account?x%3D1")
    assert browser.client.get("/account", headers={"Accept": "application/json"}).status_code == 401


def test_a_form_without_its_token_is_refused(browser, ana):
    answer = browser.client.post("/login", data={"email": "ana@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert not browser.signed_in


def test_tries_on_one_account_are_slowed_down_from_wherever_they_come(browser, ana):
    for number in range(10):
        browser.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        assert browser.sign_in(password="wrong").status_code == 400
    browser.client.environ_base["REMOTE_ADDR"] = "198.51.100.99"
    assert browser.sign_in(" ANA@example.com").status_code == 429
    people_elsewhere = browser.sign_in("bruno@example.com", "wrong")
    assert people_elsewhere.status_code == 400


def test_tries_from_one_address_are_slowed_down_whatever_the_account(browser, ana):
    for number in range(30):
        browser.sign_in(f"u{number}@example.com", "wrong")
    assert browser.sign_in().status_code == 429


def test_signing_in_well_does_not_count_as_a_try(browser, ana):
    for _ in range(12):
        assert browser.sign_in().status_code == 302
        browser.client.delete_cookie("bpo_session")


def test_signing_in_starts_a_fresh_session(browser, ana):
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    browser.sign_in()
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_signing_out_takes_a_form_and_ends_the_session(browser, ana):
    browser.sign_in()
    assert browser.open("/logout").status_code == 405
    assert browser.send("/account", {}, to="/logout").location == "/login"
    assert not browser.signed_in


def test_a_copy_of_the_session_is_worth_nothing_after_signing_out(browser, ana):
    browser.sign_in()
    copied = browser.client.get_cookie("bpo_session").value
    browser.send("/account", {}, to="/logout")
    browser.client.set_cookie("bpo_session", copied)
    assert not browser.signed_in
    browser.client.delete_cookie("bpo_session")
    browser.sign_in()
    assert browser.signed_in


@pytest.mark.parametrize(
    ("started", "seen"), [(timedelta(hours=13), timedelta(0)), (timedelta(hours=3),) * 2]
)
def test_a_session_ends_after_a_day_of_work_or_two_idle_hours(browser, ana, started, seen):
    browser.sign_in()
    now = datetime.now(UTC)
    with browser.client.session_transaction() as cookie:
        cookie["started_at"] = (now - started).timestamp()
        cookie["seen_at"] = (now - seen).timestamp()
    assert not browser.signed_in


def test_a_deactivated_user_is_out_with_the_next_click(session, browser, ana):
    browser.sign_in()
    marta = people.actor(session, people.user(session, "Marta", Role.ADMIN))
    staff.deactivate(marta, ana.id, now=datetime.now(UTC))
    assert not browser.signed_in


def second_factor(session, person):
    secret, now = pyotp.random_base32(), datetime.now(UTC) - timedelta(minutes=5)
    acting = people.actor(session, person)
    return secret, accounts.add_second_factor(acting, secret, pyotp.TOTP(secret).at(now), now=now)


def test_with_a_second_factor_the_password_alone_opens_nothing(session, browser, ana):
    secret, codes = second_factor(session, ana)
    assert browser.sign_in(next="/account").location == "/login/code"
    assert not browser.signed_in
    assert browser.send("/login/code", {"code": "000000"}).status_code == 400
    now = pyotp.TOTP(secret).at(datetime.now(UTC))
    assert browser.send("/login/code", {"code": now}).location == "/account"
    assert browser.signed_in
    browser.client.delete_cookie("bpo_session")
    browser.sign_in()
    assert browser.send("/login/code?recovery=1", {"code": codes[0]}).status_code == 302
    assert browser.signed_in


def test_a_code_cannot_be_given_without_the_password(session, browser, ana):
    second_factor(session, ana)
    assert browser.open("/login/code").location == "/login"
    browser.sign_in()
    with browser.client.session_transaction() as cookie:
        cookie["pending"]["at"] -= 601
        cookie.modified = True
    assert browser.open("/login/code").location == "/login"


def test_no_code_is_taken_once_the_password_has_changed(session, browser, ana):
    secret, _ = second_factor(session, ana)
    browser.sign_in()
    assert browser.open("/login/code").status_code == 200
    page = browser.open("/login/code").text
    form_token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    now = datetime.now(UTC)
    accounts.change_password(people.actor(session, ana), PASSWORD, NEW, now=now)
    fields = {"csrf_token": form_token, "code": pyotp.TOTP(secret).at(now)}
    assert browser.client.post("/login/code", data=fields).location == "/login"
    assert not browser.signed_in


def test_guessing_codes_is_slowed_down(session, browser, ana):
    second_factor(session, ana)
    browser.sign_in()
    answers = [browser.client.get("/login/code") for _ in range(1)]
    for _ in range(10):
        answers.append(browser.send("/login/code", {"code": "123456"}))
    assert browser.send("/login/code", {"code": "123456"}).status_code == 429


def token(app, link_id, purpose):
    return outside.of(app).signer.token(link_id, purpose.value)


def test_a_forgotten_password_is_asked_for_and_replaced(app, browser, ana, queue):
    asked = browser.send("/forgot", {"email": "ana@example.com"})
    stranger = browser.send("/forgot", {"email": "nobody@example.com"})
    assert (asked.status_code, asked.location) == (stranger.status_code, stranger.location)
    (job, (link_id,)), (other, _) = queue.jobs
    assert (job, other) == (Job.SEND_ACCOUNT_MAIL, Job.SEND_ACCOUNT_MAIL)
    page = f"/reset/{token(app, link_id, Purpose.RESET)}"
    assert browser.send(page, {"password": "short"}).status_code == 400
    assert browser.send(page, {"password": NEW}).location == "/login"
    assert browser.open(page).status_code == 404
    assert browser.sign_in(password=NEW).status_code == 302


def test_an_invitation_is_accepted_with_a_name_and_a_password(app, session, browser, queue):
    marta = people.actor(session, people.user(session, "Marta", Role.ADMIN))
    staff.invite(
        marta, "dora@example.com", "Dora", Role.ANALYST, [], now=datetime.now(UTC), queue=queue
    )
    page = f"/invitation/{token(app, queue.jobs[0][1][0], Purpose.INVITE)}"
    shown = browser.open(page).text
    assert "Marta" in shown
    assert "dora@example.com" in shown
    again = browser.send(page, {"name": "Dora Dias", "password": "short"})
    assert (again.status_code, "Dora Dias" in again.text) == (400, True)
    assert browser.send(page, {"name": "Dora Dias", "password": NEW}).status_code == 302
    assert browser.signed_in
    assert "Dora Dias" in browser.open("/account").text
    assert browser.open(page).status_code == 404


@pytest.mark.parametrize("page", ["/invitation/AQ.AAAA", "/reset/x", "/reset/AQ.%C3"])
def test_a_link_that_was_made_up_says_that_it_does_not_work(browser, page):
    answer = browser.open(page)
    assert answer.status_code == 404
    assert "/login" in answer.text


def test_a_changed_password_keeps_this_session_and_ends_the_others(app, browser, ana):
    browser.sign_in()
    other = app.test_client()
    people.sign_in(other, ana)
    changed = browser.send(
        "/account", {"current": PASSWORD, "password": NEW}, to="/account/password"
    )
    assert changed.status_code == 302
    assert browser.signed_in
    assert other.get("/account").status_code == 302


def test_what_is_wrong_with_a_password_is_said_beside_it(browser, ana):
    browser.sign_in()
    wrong = {"current": "not it", "password": NEW}
    answer = browser.send("/account", wrong, to="/account/password")
    assert answer.status_code == 400
    assert 'id="current-error"' in answer.text


def test_a_second_factor_is_set_up_with_a_picture_and_recovery_codes(session, browser, ana):
    browser.sign_in()
    browser.send("/account", {}, to="/account/second-factor")
    page = browser.open("/account").text
    secret = re.search(r'<code class="mono">([A-Z2-7]{32})</code>', page)[1]
    assert "<svg" in page
    confirm = "/account/second-factor/confirm"
    assert browser.send("/account", {"code": "000000"}, to=confirm).status_code == 400
    code = pyotp.TOTP(secret).at(datetime.now(UTC))
    done = browser.send("/account", {"code": code}, to=confirm)
    assert len(re.findall(r"<li>([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})</li>", done.text)) == 10
    assert secret not in browser.open("/account").text
    off = browser.send("/account", {"current": PASSWORD}, to="/account/second-factor/off")
    assert off.status_code == 302
    assert session.get(User, ana.id, populate_existing=True).totp_secret is None


def test_language_and_theme_are_kept_with_the_account(browser, ana):
    browser.sign_in()
    browser.send("/account", {"locale": "en", "theme": "dark", "next": "/account"}, "/preferences")
    page = browser.open("/account").text
    assert 'lang="en"' in page
    assert 'data-theme="dark"' in page
    chosen = {"name": "Ana Lima", "locale": "pt_BR", "theme": "light"}
    browser.send("/account", chosen)
    page = browser.open("/account").text
    assert ('lang="pt-BR"' in page, 'data-theme="light"' in page) == (True, True)


def test_a_reader_without_an_account_chooses_a_language_too(browser):
    browser.send("/login", {"locale": "en", "next": "/login"}, "/preferences")
    assert 'lang="en"' in browser.open("/login").text
