"""What holds of every address of the office and the portal, the newest among them."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bpo.db import acting_as
from bpo.kernel import actor as actors
from bpo.models import Campaign
from tests.factories import books, debts, people
from tests.web.test_access import addresses

SENT_WITHOUT_A_FORM = {"debtor.stop", "debtor.resume", "hooks.channels", "hooks.pix"}
"""Mail programs and providers, by the signature in the address."""
EVIL = ("=1+1", "+1", "-1+1", "@SUM(A1)", " =1+1", "\N{FULLWIDTH EQUALS SIGN}1+1")
KINDS = {
    "key": ("open_cents", "overdue_cents", "received_month_cents", "promises", "approvals"),
    "kind": ("step", "channel", "text", "analyst", "debtor", "weekday"),
    "where": ("reminders", "hold", "promise", "dispute", "nobody"),
    "form": ("csv", "xlsx"),
}


@pytest.fixture
def cast(session):
    found = people.cast(session)
    with acting_as(actors.system([found.sol.id, found.lua.id], name="test")):
        yield found


@pytest.fixture
def numbers(session, cast):
    """What addresses name of a book whose debtors have names that spreadsheets would run."""
    for place, evil in enumerate(EVIL):
        debtor = debts.debtor(session, cast.sol, f"{evil} Ltda", reference=f"{evil}{place}")
        title = debts.receivable(session, debtor, f"{evil}{place}", due=books.LATE, cents=10_00)
        if place % 2:
            debts.paid(session, title, 1_00, books.TODAY)
    campaign = select(Campaign.id).where(Campaign.workspace_id == cast.sol.id)
    found = {"campaign_id": session.scalars(campaign).one(), "debtor_id": debtor.id}
    return found | {"receivable_id": title.id, "user_id": cast.ana.id, "slug": "sol"}


def opened(app, numbers, method="GET"):
    """Every address of a method with things that are there, by all that some parts can be."""
    adapter = app.url_map.bind("localhost")
    for address in addresses(app):
        if address.method == method:
            values = [address.samples | {n: v for n, v in numbers.items() if n in address.samples}]
            for name in address.samples.keys() & KINDS.keys():
                values = [one | {name: kind} for one in values for kind in KINDS[name]]
            for one in values if method == "GET" else values[:1]:
                try:
                    yield address, adapter.build(address.endpoint, one, method=method)
                except LookupError:
                    continue


def test_a_form_without_its_token_does_nothing_anywhere(app, client, cast, numbers):
    people.sign_in(client, cast.marta)
    taken = [
        address.endpoint
        for address, url in opened(app, numbers, "POST")
        if client.post(url, data={"name": "x"}).status_code != 400
    ]
    assert set(taken) == SENT_WITHOUT_A_FORM


def test_no_browser_keeps_a_page_or_a_file(app, client, cast, numbers):
    people.sign_in(client, cast.marta)
    kept = [
        url
        for address, url in opened(app, numbers)
        if address.endpoint != "static"
        and client.get(url).headers.get("Cache-Control") != "no-store"
    ]
    assert kept == []


def test_no_cell_of_any_export_runs(app, client, cast, numbers):
    people.sign_in(client, cast.marta)
    seen, running = 0, []
    for _address, url in opened(app, numbers):
        if not url.endswith((".csv", ".xlsx")):
            continue
        answer = client.get(url)
        cells = list(_cells(answer, url)) if answer.status_code == 200 else []
        seen += sum("1+1" in cell for cell in cells)
        running += [(url, cell) for cell in cells if _runs(cell)]
    assert running == []
    assert seen > 100


def _cells(answer, url):
    if url.endswith(".csv"):
        for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"):
            yield from row
        return
    for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows():
        yield from (f"={one.value}" if one.data_type == "f" else "" for one in row)
        yield from (f"'{one.value}" for one in row if one.data_type == "s")


def _runs(cell):
    return cell.lstrip(" ")[:1] in tuple("=+-@\uff1d") and not re.fullmatch(r"-?[\d.,]+", cell)


@pytest.mark.parametrize("field", ["a=1", "b"])
def test_a_form_without_end_is_not_read(client, cast, field):
    """Anybody could have a server count fields until its memory is gone, before signing in."""
    form = {"content_type": "application/x-www-form-urlencoded"}
    endless = client.post("/login", data="&".join([field] * 300_000), **form)
    assert endless.status_code == 413
    assert client.post("/login", data=f"email=x&{field}", **form).status_code == 400
