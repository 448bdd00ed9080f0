"""Taking on a client company, describing it, and the rules it may choose."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.domain.books import policies
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.people.payment_methods import Kind
from bpo.domain.people.workspaces import Profile
from bpo.domain.reminders import contact_rules, steps
from bpo.domain.reminders.contact_rules import Rules
from bpo.domain.reminders.regua import DEFAULT_REGUA
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, Conflict, Forbidden, NotFound
from bpo.models import (
    AuditEntry,
    Campaign,
    CampaignVersion,
    Debtor,
    Receivable,
    Workspace,
)
from bpo.queries.people import workspaces as stored
from bpo.services.books import policies as policy_service
from bpo.services.people import business_days, payment_methods, workspaces
from tests.factories import people
from tests.factories.people import NOW

PROGRAM = actors.system((), name="tests")


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def marta(session, cast):
    return people.actor(session, cast.marta)


@pytest.fixture
def ana(session, cast):
    return people.actor(session, cast.ana)


def actions(session, workspace_id):
    query = select(AuditEntry.action).where(AuditEntry.workspace_id == workspace_id)
    return list(session.scalars(query.order_by(AuditEntry.id)))


def test_a_new_company_can_collect_within_the_rules_at_once(session):
    made = workspaces.create(
        PROGRAM, "sol", Profile("Padaria Sol", pix_key="ana@sol.com.br"), now=NOW
    )
    with acting_as(actors.system((made.id,))):
        policy = stored.policy_on(session, made.id, date(2026, 11, 23))
        campaign = session.scalars(select(Campaign)).one()
        version = session.scalars(select(CampaignVersion)).one()
        (pix,) = stored.payment_methods(session, made.id)
        rules = stored.contact_rules(session, made.id)
    assert (policy.version, policies.from_json(policy.terms)) == (1, CollectionPolicy())
    assert (campaign.key, campaign.state, campaign.version) == ("regua", "awaiting_go", 1)
    assert steps.from_json(version.steps) == DEFAULT_REGUA
    assert (pix.kind, pix.details) == ("pix", {"key": "ana@sol.com.br"})
    assert contact_rules.from_json(rules.rules) == Rules()


def test_days_before_the_first_policy_fall_under_the_first(session):
    made = workspaces.create(PROGRAM, "sol", Profile("Sol"), now=NOW)
    with acting_as(actors.system((made.id,))):
        assert stored.policy_on(session, made.id, date(2012, 1, 1)).version == 1


def test_a_slug_is_taken_once_and_is_plain(session, cast, marta):
    with pytest.raises(BadInput, match="already"):
        workspaces.create(marta, "sol", Profile("Outra"), now=NOW)
    for bad in ("S", "Sol", "sol nascente", "sol--2", "-sol", "a" * 41, "são"):
        with pytest.raises(BadInput) as refusal:
            workspaces.create(marta, bad, Profile("Outra"), now=NOW)
        assert refusal.value.field == "slug"


def test_only_the_bpo_manager_takes_on_companies(session, cast, ana):
    with pytest.raises(Forbidden):
        workspaces.create(ana, "nova", Profile("Nova"), now=NOW)


def test_the_audit_trail_of_a_company_begins_with_its_creation(session, cast, marta):
    made = workspaces.create(marta, "nova", Profile("Nova"), now=NOW)
    with acting_as(actors.system((made.id,))):
        entry = session.scalars(select(AuditEntry).where(AuditEntry.workspace_id == made.id)).one()
    assert (entry.action, entry.user_id) == ("workspace.create", cast.marta.id)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"cnpj": "11.222.333/0001-81"}, ("cnpj", "11222333000181")),
        ({"cnpj": "12.abc.345/01de-35"}, ("cnpj", "12ABC34501DE35")),
        ({"state": "sp"}, ("state", "SP")),
        ({"postal_code": "01310100"}, ("postal_code", "01310-100")),
        ({"email": " Ana@Sol.com.br "}, ("email", "ana@sol.com.br")),
        ({"pix_key": "+55 (11) 98765-4321"}, ("pix_key", "+5511987654321")),
        ({"pix_key": "12.abc.345/01de-35"}, ("pix_key", "12ABC34501DE35")),
        ({"trade": "   "}, ("trade", None)),
        ({"name": "  Padaria   Sol "}, ("legal_name", "Padaria Sol")),
    ],
)
def test_what_is_said_is_kept_in_normal_form(session, given, kept):
    made = workspaces.create(PROGRAM, "sol", Profile(**({"name": "Sol"} | given)), now=NOW)
    assert getattr(made, kept[0]) == kept[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("cnpj", "11.222.333/0001-82"),
        ("cnpj", "11.111.111/1111-11"),
        ("cnpj", "123.456.789-09"),
        ("state", "XX"),
        ("email", "ana"),
        ("sender_email", "ana@"),
        ("pix_key", "1234"),
        ("colour", "pink"),
        ("locale", "fr"),
        ("calendar", "us"),
        ("time_zone", "America/Sao Paulo"),
        ("currency", "R$"),
        ("city", "x" * 121),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_nothing_is_written(session, field, value):
    with pytest.raises(BadInput) as refusal:
        workspaces.create(PROGRAM, "sol", Profile(**({"name": "Sol"} | {field: value})), now=NOW)
    assert refusal.value.field == field
    assert session.scalar(select(func.count()).select_from(Workspace)) == 0


def test_a_change_is_recorded_field_by_field(session, cast, marta):
    before = workspaces.of(cast.sol)
    after = replace(before, trade="Padaria", currency="USD")
    workspaces.describe(marta, cast.sol.id, after, now=NOW)
    with acting_as(marta):
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "workspace.describe")
        ).one()
    assert entry.detail == {"changed": {"trade": [None, "Padaria"]}}
    assert before.currency == "BRL"


def test_an_unchanged_description_leaves_no_trace(session, cast, marta):
    workspaces.describe(marta, cast.sol.id, workspaces.of(cast.sol), now=NOW)
    with acting_as(marta):
        assert actions(session, cast.sol.id) == ["workspace.create"]


def test_pix_follows_the_key(session, cast, marta):
    def offered():
        with acting_as(marta):
            return [m.details for m in stored.payment_methods(session, cast.sol.id)]

    for key in ("ana@sol.com.br", "+5511987654321"):
        workspaces.describe(marta, cast.sol.id, Profile("Sol", pix_key=key), now=NOW)
        assert offered() == [{"key": key}]
    workspaces.describe(marta, cast.sol.id, Profile("Sol"), now=NOW)
    assert offered() == []


def test_an_analyst_changes_nothing_and_carla_cannot_even_look(session, cast, ana):
    carla = people.actor(session, cast.carla)
    with pytest.raises(Forbidden):
        workspaces.describe(ana, cast.sol.id, Profile("Sol"), now=NOW)
    with pytest.raises(NotFound):
        workspaces.describe(carla, cast.sol.id, Profile("Sol"), now=NOW)
    with pytest.raises(NotFound):
        policy_service.review(carla, cast.sol.id, CollectionPolicy())


def test_a_closed_company_leaves_every_list_and_comes_back_whole(session, cast, marta):
    workspaces.close(marta, cast.sol.id, now=NOW)
    assert cast.sol.id not in people.actor(session, cast.ana).workspace_ids
    assert [w.slug for w in stored.listed(session)] == ["lua"]
    workspaces.reopen(people.actor(session, cast.marta), cast.sol.id, now=NOW)
    assert cast.sol.id in people.actor(session, cast.ana).workspace_ids


def test_policies_are_published_in_versions_that_never_change(session, cast, marta):
    stricter = CollectionPolicy(fine_rate=Decimal("0.01"))
    soon = date(2026, 12, 1)
    version = policy_service.publish(marta, cast.sol.id, stricter, soon, now=NOW)
    with acting_as(marta):
        on = lambda day: stored.policy_on(session, cast.sol.id, day).version  # noqa: E731
        assert (version.version, on(date(2026, 11, 30)), on(soon)) == (2, 1, 2)
        first = stored.policy_version(session, cast.sol.id, 1)
        assert policies.from_json(first.terms) == CollectionPolicy()
    with pytest.raises(BadInput, match="past"):
        policy_service.publish(marta, cast.sol.id, stricter, date(2026, 11, 22), now=NOW)


def test_the_later_of_two_versions_of_one_day_holds(session, cast, marta):
    today = date(2026, 11, 23)
    for rate in ("0.01", "0.015"):
        policy = CollectionPolicy(fine_rate=Decimal(rate))
        policy_service.publish(marta, cast.sol.id, policy, today, now=NOW)
    with acting_as(marta):
        assert stored.policy_on(session, cast.sol.id, today).version == 3


def test_a_policy_with_errors_is_not_published(session, cast, marta):
    policy = CollectionPolicy(fine_rate=Decimal("1.5"))
    with pytest.raises(BadInput) as refusal:
        policy_service.publish(marta, cast.sol.id, policy, date(2026, 12, 1), now=NOW)
    assert refusal.value.field == "fine_rate"


def debtor(session, workspace_id, **columns):
    row = Debtor(
        workspace_id=workspace_id,
        reference="1",
        reference_key="1",
        name="Davi",
        search_name="davi",
        **columns,
    )
    session.add(row)
    session.flush()
    return row


def test_what_protects_consumers_is_a_warning_where_there_are_consumers(session, cast, marta):
    high = CollectionPolicy(fine_rate=Decimal("0.05"))
    assert policy_service.review(marta, cast.sol.id, high).warnings == ()
    with acting_as(marta):
        debtor(session, cast.sol.id, kind="person", consumer=True)
        session.commit()
    with acting_as(marta):
        review = policy_service.review(marta, cast.sol.id, high)
    assert (review.errors, [f.field for f in review.warnings]) == ((), ["fine_rate"])


def test_due_dates_follow_local_holidays_there_and_back(session, cast, marta):
    due, later = date(2026, 11, 25), date(2026, 12, 10)
    with acting_as(marta):
        davi = debtor(session, cast.sol.id)
        session.add_all(
            Receivable(
                workspace_id=cast.sol.id,
                debtor_id=davi.id,
                number=str(day),
                number_key=str(day),
                issue_date=date(2026, 11, 1),
                due_date=day,
                effective_due_date=day,
                amount_cents=100,
            )
            for day in (due, later)
        )
        session.commit()

    def effective():
        with acting_as(marta):
            query = select(Receivable.effective_due_date).order_by(Receivable.due_date)
            return list(session.scalars(query))

    holiday_id = business_days.add_holiday(marta, cast.sol.id, due, "Padroeira", now=NOW).id
    assert effective() == [due + timedelta(days=1), later]
    with pytest.raises(Conflict):
        business_days.add_holiday(marta, cast.sol.id, due, "Outra vez", now=NOW)
    business_days.remove_holiday(marta, cast.sol.id, holiday_id, now=NOW)
    assert effective() == [due, later]


def test_ways_to_pay_are_checked_offered_withdrawn_and_restored(session, cast, marta):
    where = cast.sol.id
    with pytest.raises(BadInput) as refusal:
        payment_methods.add(marta, where, Kind.LINK, "Cartão", {"url": "http://x.example"}, now=NOW)
    assert refusal.value.field == "url"
    with pytest.raises(Conflict):
        payment_methods.add(marta, where, Kind.PIX, "Pix", {"key": "x"}, now=NOW)
    card = payment_methods.add(
        marta, where, Kind.LINK, "Cartão", {"url": "https://pay.example/sol"}, now=NOW
    )
    with acting_as(marta):
        assert [m.label for m in stored.payment_methods(session, where)] == ["Cartão"]
    payment_methods.withdraw(marta, where, card.id, now=NOW)
    with acting_as(marta):
        assert stored.payment_methods(session, where) == []
    payment_methods.restore(marta, where, card.id, now=NOW)
    with acting_as(marta):
        assert len(stored.payment_methods(session, where)) == 1
        assert "payment_method.withdraw" in actions(session, where)


def test_a_method_of_another_company_is_not_found(session, cast, marta):
    card = payment_methods.add(
        marta, cast.sol.id, Kind.LINK, "Cartão", {"url": "https://pay.example"}, now=NOW
    )
    with pytest.raises(NotFound):
        payment_methods.withdraw(marta, cast.lua.id, card.id, now=NOW)


def test_contact_rules_are_replaced_and_recorded(session, cast, marta):
    workspaces.set_contact_rules(marta, cast.sol.id, Rules(weekly_cap=2), now=NOW)
    with acting_as(marta):
        kept = contact_rules.from_json(stored.contact_rules(session, cast.sol.id).rules)
        assert kept.weekly_cap == 2
        assert actions(session, cast.sol.id)[-1] == "contact_rules.set"
    with pytest.raises(BadInput):
        workspaces.set_contact_rules(marta, cast.sol.id, Rules(weekly_cap=99), now=NOW)
