"""What programs send to every form of the office and the portal: answered, never a failure."""

import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.domain.people.access import Permission
from bpo.kernel import actor as actors
from bpo.models import BankAccount, Campaign, Payment, Receivable
from tests.factories import books, debts, people
from tests.web import filling
from tests.web.test_access import guarded

NAMES = [
    "account",
    "about",
    "act",
    "action",
    "address",
    "agreed",
    "amount",
    "answer",
    "at",
    "bank",
    "body",
    "by",
    "cents",
    "consumer",
    "day",
    "debtor",
    "decision",
    "description",
    "document",
    "down_cents",
    "email",
    "ends_on",
    "every",
    "fine",
    "first_due",
    "goal",
    "grounds",
    "hour",
    "id",
    "ids",
    "invoice",
    "kind",
    "label",
    "late_from",
    "late_to",
    "locale",
    "method",
    "moment",
    "monthly_cents",
    "month_day",
    "name",
    "next",
    "next_on",
    "note",
    "notice_days",
    "number",
    "of",
    "offer",
    "on",
    "on_day",
    "outcome",
    "paid_on",
    "paid_to",
    "payments",
    "period",
    "person",
    "phone",
    "reader",
    "readers",
    "reason",
    "receivable",
    "reference",
    "role",
    "seen",
    "since",
    "slug",
    "starts_on",
    "state",
    "subject",
    "tags",
    "time_zone",
    "title",
    "to",
    "until",
    "used",
    "version",
    "was-hour",
    "was-left",
    "was-name",
    "was-number",
    "was-readers",
    "was-role",
    "was-version",
    "was-weekday",
    "was-workspaces",
    "weekday",
    "which",
    "why",
    "words",
    "workspace",
]
HOSTILE = {
    "a number that no machine holds": "9" * 5_000,
    "a number that no column holds": "9" * 25,
    "digits of another script": "٣²",
    "a word of a program": "';--<script>{{7*7}}\u202e",
}


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def numbers(session, cast):
    """What there is to act on, by the name that addresses give it."""
    davi = books.davi(session, cast.sol)
    title = session.scalars(select(Receivable.id)).first()
    debts.paid(session, session.get_one(Receivable, (cast.sol.id, title)), 10_00, books.LATE)
    account = BankAccount(workspace_id=cast.sol.id, bank="341", number="1")
    session.add(account)
    session.flush()
    campaign = select(Campaign.id).where(Campaign.workspace_id == cast.sol.id)
    return {
        "debtor_id": davi.id,
        "receivable_id": title,
        "payment_id": session.scalars(select(Payment.id)).one(),
        "campaign_id": session.scalars(campaign).one(),
        "account_id": account.id,
        "user_id": cast.ana.id,
        "slug": "sol",
        "name": "weekly",
        "key": "d+1",
        "channel": "email",
        "locale": "pt_BR",
    }


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_form_fails_for_what_a_program_types(app, client, cast, numbers, kind):
    """Read as far as it goes: 5,000 digits are one number that Python itself refuses."""
    marta = filling.Filler(people.sign_in(client, cast.marta))
    token, adapter = marta.token("/account"), app.url_map.bind("localhost")
    failed = []
    for address, permission in guarded(app):
        if address.method != "POST" or permission is Permission.SEE_PORTAL:
            continue
        values = address.samples | {
            name: one
            for name, one in numbers.items()
            if name in address.samples and f"):{name}>" not in address.rule
        }
        url = adapter.build(address.endpoint, values, method="POST")
        typed = dict.fromkeys(NAMES, HOSTILE[kind]) | {"csrf_token": token}
        answer = client.post(url, data=typed)
        if answer.status_code >= 500:
            failed.append((str(address), answer.status_code))
    assert failed == []
