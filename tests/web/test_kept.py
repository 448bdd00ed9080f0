"""A form that comes after its session is over loses nothing of what was typed."""

import re

import lxml.html
import pytest
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Note
from tests.factories import debts, people

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
TYPED = {"kind": "note", "body": 'Ana <b>escreveu</b> "muito" aqui', "outcome": ""}


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def notes(session, cast):
    """The address of Davi's notes."""
    with acting_as(actors.system([cast.sol.id], name="test")):
        yield f"/w/sol/debtors/{debts.debtor(session, cast.sol).id}/notes"


def kept(page):
    """The fields that the page would send again."""
    form = page[page.index("<main") :]
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: text.replace("&lt;", "<").replace("&gt;", ">") for name, text in found}


def test_what_ana_typed_is_sent_again_once_she_has_signed_in(session, client, cast, notes):
    refused = client.post(notes, data=TYPED, headers=OURS)
    assert refused.status_code == 401
    assert "Você não está mais conectado" in refused.text
    assert "&lt;b&gt;escreveu&lt;/b&gt;" in refused.text
    ana = people.sign_in(client, cast.ana)
    again = ana.post(notes, data=kept(refused.text) | TYPED, headers=OURS)
    assert (again.status_code, "envie de novo" in again.text) == (400, True)
    assert session.scalars(select(Note)).all() == []
    done = ana.post(notes, data=kept(again.text) | {"body": TYPED["body"]}, headers=OURS)
    assert done.status_code == 302
    assert [note.body for note in session.scalars(select(Note))] == [TYPED["body"]]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({"Origin": "https://evil.example"}, TYPED),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, TYPED),
        ({}, TYPED),
        (OURS, TYPED | {"new_password": "segredo"}),
        (OURS, TYPED | {"body": "x" * 60_001}),
    ],
)
def test_what_is_not_ours_or_not_to_be_shown_is_not_kept(client, cast, notes, headers, fields):
    ana = people.sign_in(client, cast.ana)
    answer = ana.post(notes, data=fields, headers=headers)
    assert answer.status_code == 400
    assert fields["body"][:12] not in answer.text
    assert "Este formulário expirou" in answer.text


def test_a_refusal_leads_back_to_the_nearest_page(client, cast, notes):
    ana = people.sign_in(client, cast.ana)
    answer = ana.post(notes, data={})
    assert answer.status_code == 400
    assert f'href="{notes.rpartition("/")[0]}"' in answer.text


@pytest.fixture
def record(notes):
    """The form of Davi's record."""
    return f"{notes.rpartition('/')[0]}/edit"


def shown(page):
    """All that a form would send as it is, what it showed at first among it."""
    form = lxml.html.fromstring(page).xpath("//form[.//input[starts-with(@name, 'was-')]]")[0]
    return {name: value for name, value in form.form_values() if not name.startswith("_")}


def test_two_people_who_change_one_record_both_keep_theirs(client, cast, record):
    ana = people.sign_in(client, cast.ana)
    before = shown(ana.get(record).text)
    hers, his = before | {"city": "Recife"}, before | {"tags": "vip"}
    assert ana.post(record, data=hers).status_code == 302
    assert ana.post(record, data=his).status_code == 302
    now = shown(ana.get(record).text)
    assert (now["city"], now["tags"]) == ("Recife", "vip")


def test_what_both_have_changed_is_told_and_replaced_only_knowingly(client, cast, record):
    ana = people.sign_in(client, cast.ana)
    before = shown(ana.get(record).text)
    ana.post(record, data=before | {"city": "Recife", "state": "PE"})
    refused = ana.post(record, data=before | {"city": "Olinda"})
    assert refused.status_code == 400
    assert "Outra pessoa mudou isto enquanto isso, para Recife" in refused.text
    again = shown(refused.text)
    assert (again["city"], again["was-city"]) == ("Olinda", "Recife")
    assert ana.post(record, data=again).status_code == 302
    now = shown(ana.get(record).text)
    assert (now["city"], now["state"]) == ("Olinda", "PE")


def test_an_old_page_of_a_company_turns_nothing_back(client, cast):
    marta = people.sign_in(client, cast.marta)
    settings = "/w/sol/settings"
    before = shown(marta.get(settings).text)
    marta.post(settings, data=before | {"time_zone": "America/Manaus"})
    marta.post(settings, data=before | {"phone": "+55 11 4000-0000"})
    now = shown(marta.get(settings).text)
    assert (now["time_zone"], now["phone"]) == ("America/Manaus", "+55 11 4000-0000")


@pytest.mark.parametrize(
    ("tab", "change"),
    [("contact", {"weekly_cap": "2"}), ("policy", {"fine_rate": "1"})],
)
def test_rules_are_not_replaced_unseen(client, cast, tab, change):
    marta = people.sign_in(client, cast.marta)
    settings = f"/w/sol/settings/{tab}"
    before = shown(marta.get(settings).text)
    assert set(change) <= set(before)
    assert marta.post(settings, data=before | change).status_code == 302
    assert marta.post(settings, data=before | change).status_code == 302, "two clicks are one"
    refused = marta.post(settings, data=before)
    assert refused.status_code == 400
    assert "salvar de novo substitui o dela" in refused.text
    assert marta.post(settings, data=shown(refused.text)).status_code == 302
