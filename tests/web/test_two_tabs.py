"""Two tabs, or two people, on one form: neither changes unseen what the other has changed."""

from datetime import timedelta

import lxml.html
import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import (
    AuditEntry,
    BankAccount,
    ChannelSetting,
    Guide,
    Subscription,
    SubscriptionPrice,
)
from bpo.queries.insight import report_readers
from bpo.queries.people import users
from tests.factories import books, people
from tests.web.test_texts import Writer

GUIDES = "/w/sol/guides"
REPLACES = "salvar de novo substitui o dela"


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def ana(client, cast):
    return Tabs(people.sign_in(client, cast.ana))


class Tabs(Writer):
    """A browser that can keep a form open while another tab sends it."""

    def form(self, page, to):
        """All that the form of a page sends as it is shown, where it goes to `to`."""
        return filled(self.open(page), to)


def filled(text, to):
    """The fields of a form in the text of a page, lists of ticked boxes as lists."""
    (form,) = lxml.html.fromstring(text).xpath(f"//form[@action='{to}' or not(@action)]")[:1]
    fields = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    fields.pop("csrf_token")
    return {name: found[0] if len(found) == 1 else found for name, found in fields.items()}


def acts(session, like):
    session.expire_all()
    return session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like(like)).order_by(AuditEntry.id)
    ).all()


def test_a_guide_is_not_replaced_unseen(session, ana):
    edit = f"{GUIDES}/first-call/edit"
    tab = ana.form(edit, edit)
    assert ana.post(edit, tab | {"body": "Ligue de manhã."}).status_code == 302
    refused = ana.post(edit, tab | {"body": "Ligue à tarde."})
    assert refused.status_code == 400
    assert REPLACES in refused.text
    assert session.scalars(select(Guide.body)).all() == ["Ligue de manhã."]
    again = filled(refused.text, edit)
    assert again["body"] == "Ligue à tarde."
    assert ana.post(edit, again).status_code == 302
    session.expire_all()
    assert session.scalars(select(Guide.body)).all() == ["Ligue à tarde."]


def test_two_clicks_on_save_keep_a_guide_once(session, ana):
    edit = f"{GUIDES}/first-call/edit"
    tab = ana.form(edit, edit) | {"body": "Ligue de manhã."}
    first, second = ana.post(edit, tab), ana.post(edit, tab)
    assert (first.location, second.location) == (f"{GUIDES}/first-call",) * 2
    assert acts(session, "guide.%") == ["guide.save"]


def test_a_new_guide_takes_the_place_of_no_other(session, ana):
    new = f"{GUIDES}/new/edit"
    own = {"title": "Ligar cedo", "reader": "team", "body": "De manhã."}
    first, second = ana.post(new, own), ana.post(new, own)
    assert (first.location, second.location) == (f"{GUIDES}/ligar-cedo",) * 2
    refused = ana.post(new, own | {"body": "À tarde."})
    assert refused.status_code == 400
    assert "Já existe um guia com este título" in refused.text
    assert "À tarde." in refused.text
    assert session.scalars(select(Guide.body)).all() == ["De manhã."]


def test_a_guide_with_more_in_it_than_was_read_is_not_taken_away(session, ana):
    edit, drop = f"{GUIDES}/first-call/edit", f"{GUIDES}/first-call/drop"
    ana.post(edit, ana.form(edit, edit) | {"body": "Ligue de manhã."})
    tab = ana.form(f"{GUIDES}/first-call", drop)
    ana.post(edit, ana.form(edit, edit) | {"body": "Ligue de manhã, e anote."})
    assert ana.post(drop, tab).status_code == 409
    assert session.scalars(select(Guide.body)).all() == ["Ligue de manhã, e anote."]
    assert ana.post(drop, ana.form(f"{GUIDES}/first-call", drop)).status_code == 302


def test_a_guide_that_was_taken_away_meanwhile_loses_nothing_of_what_was_typed(session, ana):
    new = f"{GUIDES}/new/edit"
    ana.post(new, {"title": "Ligar cedo", "reader": "team", "body": "De manhã."})
    edit, drop = f"{GUIDES}/ligar-cedo/edit", f"{GUIDES}/ligar-cedo/drop"
    tab = ana.form(edit, edit)
    ana.post(drop, {})
    refused = ana.post(edit, tab | {"body": "Muito cedo."})
    assert refused.status_code == 400
    assert ana.post(new, filled(refused.text, new)).status_code == 302
    assert session.scalars(select(Guide.body)).all() == ["Muito cedo."]


ACCOUNTS = "/w/sol/settings/accounts"
ACCOUNT = {"name": "Principal", "bank": "341", "branch": "0712", "number": "45871-3"}


@pytest.fixture
def account(session, ana):
    """The page of an account that Ana has opened."""
    ana.post(ACCOUNTS, ACCOUNT)
    return f"{ACCOUNTS}/{session.scalars(select(BankAccount.id)).one()}"


def said(session):
    session.expire_all()
    row = session.scalars(select(BankAccount)).one()
    return (row.name, row.bank, row.branch, row.number)


def test_two_people_who_correct_one_account_both_keep_theirs(session, ana, account):
    tab = ana.form(account, account)
    assert ana.post(account, tab | {"name": "Conta do Itaú"}).status_code == 302
    assert ana.post(account, tab | {"branch": "0713"}).status_code == 302
    assert said(session) == ("Conta do Itaú", "341", "0713", "45871-3")


def test_a_number_that_both_have_corrected_is_told(session, ana, account):
    tab = ana.form(account, account)
    ana.post(account, tab | {"number": "45872-1", "name": "Caixa"})
    refused = ana.post(account, tab | {"number": "45873-9"})
    assert refused.status_code == 400
    assert "enquanto isso, para 45872-1" in refused.text
    again = filled(refused.text, account)
    assert again["number"] == "45873-9"
    assert ana.post(account, again).status_code == 302
    assert said(session) == ("Caixa", "341", "0712", "45873-9")


@pytest.fixture
def charge(session, ana, cast):
    """The page of what Davi pays each month."""
    davi = books.davi(session, cast.sol)
    due = (books.TODAY + timedelta(days=20)).isoformat()
    terms = {"debtor": davi.id, "description": "Plano", "every": "monthly", "first_due": due}
    ana.post("/w/sol/subscriptions/new", terms | {"amount": "100,00"})
    return f"/w/sol/subscriptions/{session.scalars(select(Subscription.id)).one()}"


def prices(session):
    session.expire_all()
    order = SubscriptionPrice.since, SubscriptionPrice.id
    return session.scalars(select(SubscriptionPrice.amount_cents).order_by(*order)).all()


def test_a_price_is_not_replaced_unseen(session, ana, charge):
    price, since = f"{charge}/price", (books.TODAY + timedelta(days=40)).isoformat()
    tab = ana.form(charge, price) | {"since": since}
    assert ana.post(price, tab | {"amount": "120,00"}).status_code == 302
    assert ana.post(price, tab | {"amount": "120,00"}).status_code == 302
    refused = ana.post(price, tab | {"amount": "130,00"})
    assert refused.status_code == 400
    assert REPLACES in refused.text
    assert prices(session) == [100_00, 120_00]
    again = filled(refused.text, price)
    assert (again["amount"], again["since"]) == ("130,00", since)
    assert ana.post(price, again).status_code == 302
    assert prices(session) == [100_00, 130_00]
    assert acts(session, "subscription.reprice") == ["subscription.reprice"] * 2


def test_one_prices_a_charge_anew_while_another_ends_it(session, ana, charge):
    price, end = (ana.form(charge, f"{charge}/{act}") for act in ("price", "end"))
    last = (books.TODAY + timedelta(days=90)).isoformat()
    assert ana.post(f"{charge}/price", price | {"amount": "120,00"}).status_code == 302
    assert ana.post(f"{charge}/end", end | {"ends_on": last}).status_code == 302
    assert prices(session) == [120_00], "before it begins, the price is the one it begins with"
    assert session.scalars(select(Subscription.ends_on)).one().isoformat() == last


def test_the_last_day_of_a_charge_is_not_replaced_unseen(session, ana, charge):
    end, days = f"{charge}/end", [books.TODAY + timedelta(days=days) for days in (60, 90)]
    tab = ana.form(charge, end)
    for _click in range(2):
        assert ana.post(end, tab | {"ends_on": days[0].isoformat()}).status_code == 302
    refused = ana.post(end, tab | {"ends_on": days[1].isoformat()})
    assert refused.status_code == 400
    assert filled(refused.text, end)["ends_on"] == days[1].isoformat()
    session.expire_all()
    assert session.scalars(select(Subscription.ends_on)).one() == days[0]
    assert acts(session, "subscription.end") == ["subscription.end"]


def test_an_old_page_ends_no_pause_that_it_did_not_show(session, ana, charge):
    pause, resume = f"{charge}/pause", f"{charge}/resume"
    tab = ana.form(charge, pause) | {"reason": "férias"}
    for _click in range(2):
        assert ana.post(pause, tab).status_code == 302
    old = ana.form(charge, resume)
    for _click in range(2):
        assert ana.post(resume, old).status_code == 302
    later = (books.TODAY + timedelta(days=1)).isoformat()
    ana.post(pause, ana.form(charge, pause) | {"reason": "obra", "since": later})
    refused = ana.post(resume, old)
    assert refused.status_code == 400
    assert "Alguém pausou ou retomou" in refused.text
    did = ["subscription.pause", "subscription.resume", "subscription.pause"]
    assert acts(session, "subscription._%e") == ["subscription.pause", *did[1:]]


REPORTS = "/w/sol/reports"
WEEKLY = f"{REPORTS}/schedules/weekly"


def schedule(session, place):
    session.expire_all()
    row = report_readers.schedules(session, place.id)["weekly"]
    chosen = report_readers.chosen(session, place.id).get("weekly", ())
    return row.weekday, row.hour, sorted(chosen)


def test_one_moves_the_hour_of_a_report_while_another_chooses_its_readers(session, ana, cast):
    tab = ana.form(REPORTS, WEEKLY)
    assert ana.post(WEEKLY, tab | {"hour": "9"}).status_code == 302
    readers = {"to": "chosen", "reader": [str(cast.bruno.id)]}
    assert ana.post(WEEKLY, tab | readers).status_code == 302
    assert schedule(session, cast.sol) == (4, 9, [cast.bruno.id])
    assert ana.post(WEEKLY, tab | readers).status_code == 302, "two clicks say it once"
    assert acts(session, "report.schedule") == ["report.schedule"] * 2


def test_an_hour_that_both_have_moved_is_told(session, ana, cast):
    tab = ana.form(REPORTS, WEEKLY) | {"to": "chosen", "reader": [str(cast.bruno.id)]}
    ana.post(WEEKLY, tab | {"hour": "9"})
    refused = ana.post(WEEKLY, tab | {"hour": "10", "weekday": "0"})
    assert refused.status_code == 400
    assert "Outra pessoa mudou isto enquanto isso: salve de novo" in refused.text
    assert schedule(session, cast.sol) == (4, 9, [cast.bruno.id])
    again = filled(refused.text, WEEKLY)
    assert (again["hour"], again["weekday"], again["reader"]) == ("10", "0", str(cast.bruno.id))
    assert ana.post(WEEKLY, again).status_code == 302
    assert schedule(session, cast.sol) == (0, 10, [cast.bruno.id])


def test_readers_that_both_have_chosen_are_told_and_what_is_wrong_stays_in_the_form(
    session, ana, cast
):
    tab = ana.form(REPORTS, WEEKLY) | {"to": "chosen"}
    ana.post(WEEKLY, tab | {"reader": [str(cast.bruno.id)]})
    refused = ana.post(WEEKLY, tab | {"reader": [str(cast.ana.id)]})
    assert refused.status_code == 400
    wrong = ana.post(WEEKLY, tab | {"hour": "9", "reader": ["x"]})
    assert wrong.status_code == 400
    assert "Escolha pessoas com acesso a esta empresa" in wrong.text
    assert filled(wrong.text, WEEKLY)["hour"] == "9"
    assert schedule(session, cast.sol) == (4, 17, [cast.bruno.id])


def test_an_old_page_gives_nobody_back_what_was_taken_away(client, session, cast):
    """A name corrected on a page that was open while the access was taken."""
    marta, page = Tabs(people.sign_in(client, cast.marta)), f"/office/users/{cast.ana.id}"
    tab = marta.form(page, page)
    assert tab["workspace"] == str(cast.sol.id)
    assert marta.post(page, {**tab, "workspace": []}).status_code == 302
    assert marta.post(page, {**tab, "name": "Ana Maria"}).status_code == 302
    session.expire_all()
    assert cast.ana.name == "Ana Maria"
    assert users.workspaces_of(session, cast.ana.id) == set()


def test_a_role_that_both_have_changed_is_told(client, session, cast):
    marta, page = Tabs(people.sign_in(client, cast.marta)), f"/office/users/{cast.ana.id}"
    tab = marta.form(page, page)
    marta.post(page, tab | {"role": "client_manager"})
    refused = marta.post(page, tab | {"role": "admin", "name": "Ana Maria"})
    assert refused.status_code == 400
    assert "Outra pessoa mudou isto enquanto isso" in refused.text
    session.expire_all()
    assert (cast.ana.role, cast.ana.name) == ("client_manager", "Ana")
    again = filled(refused.text, page)
    assert again["role"] == "admin"
    assert marta.post(page, again).status_code == 302


def test_an_old_page_switches_no_channel_on_again(client, session, cast):
    marta, page = Tabs(people.sign_in(client, cast.marta)), "/w/sol/settings/channels/mailbox"
    fields = {"host": "imap.sol.example", "user": "sol", "password": "SOL_MAILBOX"}
    tab = marta.form(page, page)
    for _click in range(2):
        assert marta.post(page, tab | fields).status_code == 302
    tab = marta.form(page, page)
    marta.post(f"{page}/off", {})
    refused = marta.post(page, tab | {"folder": "Respostas"})
    assert refused.status_code == 400
    assert REPLACES in refused.text
    session.expire_all()
    row = session.scalars(select(ChannelSetting)).one()
    assert (row.active, row.options["folder"]) == (False, "INBOX")
    assert marta.post(page, filled(refused.text, page)).status_code == 302
    session.expire_all()
    assert (row.active, row.options["folder"]) == (True, "Respostas")
    assert acts(session, "channel.set_up") == ["channel.set_up"] * 2
