"""The settings of a client company, tab by tab, and its public policy page."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy, EarlyDiscount
from bpo.domain.reminders import contact_rules
from bpo.domain.reminders.hours import Window, between
from bpo.kernel import actor as actors
from bpo.models import LocalHoliday, PaymentMethod, Workspace
from bpo.queries.people import workspaces as stored
from bpo.services.people import workspaces
from bpo.web.office.settings import policy_form
from tests.factories import people
from tests.web.filling import Filler

SOL = "/w/sol/settings"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def marta(client, cast):
    return Filler(people.sign_in(client, cast.marta))


@pytest.fixture
def sol(session, cast):
    """Let the test read the rows of Sol."""
    with acting_as(actors.system((cast.sol.id,))):
        yield cast.sol


def described(session, sol, **changes):
    return workspaces.texts_of(session.get(Workspace, sol.id)) | changes


def test_a_company_is_described_in_its_form(session, marta, sol):
    fields = described(
        session, sol, name="Padaria Sol Nascente", cnpj="12.ABC.345/01DE-35", colour="amber"
    )
    assert marta.send(SOL, fields).location == SOL
    kept = session.get(Workspace, sol.id, populate_existing=True)
    assert (kept.name, kept.cnpj, kept.colour) == (
        "Padaria Sol Nascente",
        "12ABC34501DE35",
        "amber",
    )
    page = marta.open(SOL)
    assert "12.ABC.345/01DE-35" in page
    assert 'data-colour="amber"' in page


def test_a_wrong_cnpj_is_told_beside_it_and_what_was_typed_stays(session, marta, sol):
    answer = marta.send(SOL, described(session, sol, cnpj="11.222.333/0001-82", city="Campinas"))
    assert answer.status_code == 400
    assert 'id="cnpj-error"' in answer.text
    assert 'value="Campinas"' in answer.text


def policy_fields(policy=None, mark=",", since=None, **changes):
    since = since or TODAY + timedelta(days=10)
    fields = policy_form.fields(policy or CollectionPolicy(), mark)
    return fields | {"effective_from": since.isoformat()} | changes


def latest(session, sol):
    return stored.policies(session, sol.id)[0]


def test_a_policy_goes_through_its_form_unchanged(session, marta, sol):
    policy = CollectionPolicy(
        fine_rate=Decimal("0.015"),
        discounts=(EarlyDiscount(5, Decimal("0.03")), EarlyDiscount(0, cents=12_34)),
    )
    assert marta.send(f"{SOL}/policy", policy_fields(policy)).status_code == 302
    assert (latest(session, sol).version, policies.from_json(latest(session, sol).terms)) == (
        2,
        policy,
    )


def test_warnings_are_read_before_a_policy_is_published(session, marta, sol):
    fields = policy_fields(monthly_rate="2")
    asked = marta.send(f"{SOL}/policy", fields)
    assert (asked.status_code, 'name="confirmed"' in asked.text) == (200, True)
    assert latest(session, sol).version == 1
    assert marta.send(f"{SOL}/policy", fields | {"confirmed": "1"}).status_code == 302
    assert latest(session, sol).version == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fine_rate", "dois"),
        ("fine_rate", "120"),
        ("monthly_rate", "NaN"),
        ("monthly_rate", "1e-9"),
        ("monthly_rate", "1" * 26),
        ("fine_rate", "1e9999999"),
        ("fine_rate", "Infinity"),
        ("ladder_charges_0", "9" * 200),
        ("effective_from", "9999-12-31"),
        ("negotiation.max_installments", ""),
        ("negotiation.min_installment_cents", "x"),
        ("effective_from", "2020-01-01"),
        ("interest_base", "never"),
    ],
)
def test_a_policy_that_cannot_be_read_is_not_published(session, marta, sol, field, value):
    answer = marta.send(f"{SOL}/policy", policy_fields(**{field: value}))
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert latest(session, sol).version == 1


def test_each_version_stays_readable(marta, sol):
    marta.send(f"{SOL}/policy", policy_fields(grace_days="3"))
    assert "Versão 1" in marta.open(f"{SOL}/policy/1")
    assert marta.client.get(f"{SOL}/policy/9").status_code == 404


def contact_fields(**changes):
    return {
        "window_weekdays_opens": "09:00",
        "window_weekdays_closes": "17:30",
        "email_window_weekdays_opens": "08:00",
        "email_window_weekdays_closes": "20:00",
        "min_spacing_days": "2",
        "daily_cap": "1",
        "weekly_cap": "2",
        "fresh_business_days": "3",
        "limitation_years": "",
        "quiet_after_issue_days": "2",
    } | changes


def test_contact_rules_are_set_in_their_form(session, marta, sol):
    assert marta.send(f"{SOL}/contact", contact_fields()).status_code == 302
    rules = contact_rules.from_json(stored.contact_rules(session, sol.id).rules)
    assert (rules.weekly_cap, rules.limitation_years) == (2, None)
    assert rules.window.weekdays.closes.isoformat() == "17:30:00"
    assert rules.state_windows == {}
    for wrong in (
        {
            "state_new": "AM",
            "state_new_weekdays_opens": "18:00",
            "state_new_weekdays_closes": "20:00",
        },
        {
            "state_new": "",
            "state_new_weekdays_opens": "10:00",
            "state_new_weekdays_closes": "12:00",
        },
        {"state_new": "RS", "state_new_weekdays_opens": "10:00"},
        {"window_weekdays_closes": "08:00"},
        {"window_weekdays_opens": ""},
        {"weekly_cap": "99"},
        {"daily_cap": ""},
    ):
        assert marta.send(f"{SOL}/contact", contact_fields(**wrong)).status_code == 400


def test_a_state_may_have_hours_of_its_own_and_lose_them_again(session, marta, sol):
    new = {"state_new": "RS", "state_new_weekdays_opens": "10:00"}
    marta.send(f"{SOL}/contact", contact_fields(**new, state_new_weekdays_closes="12:00"))
    assert "RS, segunda a sexta" in marta.client.get(f"{SOL}/contact").text
    read = lambda: contact_rules.from_json(stored.contact_rules(session, sol.id).rules)  # noqa: E731
    assert read().state_windows == {"RS": Window(between(10, 12))}
    marta.send(f"{SOL}/contact", contact_fields())
    session.expire_all()
    assert read().state_windows == {}


def test_weekdays_may_have_hours_of_their_own(session, marta, sol):
    own = {"window_day4_opens": "09:00", "window_day4_closes": "12:00", "window_day0_closed": "1"}
    assert marta.send(f"{SOL}/contact", contact_fields(**own)).status_code == 302
    rules = contact_rules.from_json(stored.contact_rules(session, sol.id).rules)
    assert rules.window.days == ((0, None), (4, between(9, 12)))
    assert 'value="12:00"' in marta.client.get(f"{SOL}/contact").text
    closed = {f"window_day{day}_closed": "1" for day in range(5)}
    assert marta.send(f"{SOL}/contact", contact_fields(**closed)).status_code == 400


def test_ways_to_pay_are_added_and_withdrawn(session, marta, sol):
    page = f"{SOL}/payment"
    wrong = {"kind": "transfer", "label": "TED", "bank": "001", "document": "1"}
    assert marta.send(page, wrong).status_code == 400
    card = {"kind": "link", "label": "Cartão", "url": "https://pay.example/sol"}
    assert marta.send(page, card).status_code == 302
    method = session.scalars(select(PaymentMethod)).one()
    marta.send(page, {}, to=f"{page}/{method.id}/withdraw")
    assert not session.get(PaymentMethod, (sol.id, method.id), populate_existing=True).active
    marta.send(page, {}, to=f"{page}/{method.id}/restore")
    assert session.get(PaymentMethod, (sol.id, method.id), populate_existing=True).active


def test_holidays_are_added_once_and_removed(session, marta, sol):
    page = f"{SOL}/holidays"
    fields = {"day": "2027-07-14", "name": "Aniversário"}
    assert marta.send(page, fields).status_code == 302
    assert marta.send(page, fields).status_code == 400
    holiday = session.scalars(select(LocalHoliday)).one()
    marta.send(page, {}, to=f"{page}/{holiday.id}/remove")
    assert session.scalars(select(LocalHoliday)).all() == []


def test_people_are_let_in_and_out(session, marta, cast, sol):
    page = f"{SOL}/people"
    assert marta.send(page, {"user": str(cast.carla.id)}).status_code == 302
    assert "Carla" in marta.open(page).partition("<tbody>")[2].partition("</tbody>")[0]
    marta.send(page, {}, to=f"{page}/{cast.carla.id}/remove")
    assert cast.sol.id not in people.actor(session, cast.carla).workspace_ids


def test_an_analyst_reads_the_settings_and_changes_nothing(client, cast):
    ana = people.sign_in(client, cast.ana)
    for tab in ("", "/policy", "/contact", "/payment", "/people", "/holidays", "/policy/1"):
        page = ana.get(SOL + tab)
        assert page.status_code == 200, tab
        assert 'type="submit">' not in page.text.partition("<main")[2].partition("</main>")[0], tab
    assert "carla@example.com" not in ana.get(f"{SOL}/people").text
    assert ana.post(SOL, data={"csrf_token": "made up"}).status_code == 400
    page = ana.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    for act in ("", "/policy", "/contact", "/payment", "/people", "/holidays", "/close"):
        assert ana.post(SOL + act, data={"csrf_token": token}).status_code == 403, act


def test_a_company_is_taken_on_closed_and_opened_again(session, marta):
    new = {
        "name": "Colégio Mar Aberto",
        "colour": "coral",
        "time_zone": "America/Sao_Paulo",
        "locale": "pt_BR",
        "currency": "BRL",
        "calendar": "br",
    }
    answer = marta.send("/office/workspaces/new", new)
    assert answer.location == "/w/colegio-mar-aberto/settings/policy"
    made = stored.by_slug(session, "colegio-mar-aberto")
    assert marta.send("/office/workspaces/new", new).status_code == 400
    closed = marta.send(
        "/w/colegio-mar-aberto/settings", {}, to="/w/colegio-mar-aberto/settings/close"
    )
    assert closed.location == "/office/workspaces"
    assert marta.client.get("/w/colegio-mar-aberto/settings").status_code == 404
    assert marta.client.get("/p/colegio-mar-aberto/policy").status_code == 404
    reopen = f"/office/workspaces/{made.id}/reopen"
    assert marta.send("/office/workspaces", {}, to=reopen).status_code == 302
    assert marta.client.get("/w/colegio-mar-aberto/settings").status_code == 200


def test_anybody_reads_the_policy_of_a_company_and_its_versions(client, session, marta, sol):
    marta.send(f"{SOL}/policy", policy_fields(fine_rate="1", since=TODAY + timedelta(days=9)))
    client.delete_cookie("bpo_session")
    today = client.get("/p/sol/policy")
    later = client.get("/p/sol/policy?version=2")
    assert (today.status_code, later.status_code) == (200, 200)
    assert "Padaria Sol" in today.text
    assert "R$ 1.020,33" in today.text.replace("\xa0", " ")
    assert "R$ 1.010,33" in later.text.replace("\xa0", " ")
    assert client.get("/p/sol/policy?version=3").status_code == 404
    assert client.get("/p/nobody/policy").status_code == 404


def test_the_public_page_tells_public_facts_only(client, session, sol):
    marta = actors.system((sol.id,))
    workspaces.describe(
        marta,
        sol.id,
        workspaces.Profile("Padaria Sol", pix_key="dona@sol.example", sender_email="s@sol.example"),
        now=people.NOW,
    )
    page = client.get("/p/sol/policy").text
    assert "Pix" in page
    assert "dona@sol.example" not in page
    assert "s@sol.example" not in page
