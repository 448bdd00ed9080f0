"""Every address, opened by somebody who should not get there."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, IntegerConverter

from bpo.db import acting_as
from bpo.domain.people.access import MATRIX, Permission
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import Workspace
from bpo.web.access import GUARD
from tests.factories import debts, people

OPEN = {"public", "signed_in"}
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Address:
    """One rule of the application with a method that it answers."""

    rule: str
    endpoint: str
    method: str
    guard: str
    arguments: frozenset[str]
    samples: dict[str, object] = field(default_factory=dict, compare=False)

    def __str__(self):
        return f"{self.method} {self.rule}"


def sample(name, converter):
    """A value that the part of an address accepts."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    if name in {"day", "month", "date"}:
        return "2026-11-23"
    return 1 if isinstance(converter, IntegerConverter) else "1"


def addresses(app):
    """Every address but those of files."""
    return [
        Address(
            str(rule),
            rule.endpoint,
            method,
            getattr(app.view_functions[rule.endpoint], GUARD, ""),
            frozenset(rule.arguments),
            {name: sample(name, rule._converters[name]) for name in rule.arguments},
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def guarded(app):
    """Addresses that ask for a permission, with it."""
    return [
        (address, Permission(address.guard))
        for address in addresses(app)
        if address.guard not in OPEN and not address.guard.startswith("signed:")
    ]


def within_workspace(app):
    return [(a, permission) for a, permission in guarded(app) if "slug" in a.arguments]


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def knock(app, client, cast):
    return Knock(app, client, cast)


class Knock:
    """Goes to addresses and reports the answers that are not the expected ones."""

    def __init__(self, app, client, cast):
        self.client = client
        self.adapter = app.url_map.bind("localhost")
        self.numbers = {"user_id": cast.ana.id, "workspace_id": cast.sol.id, "version": 1}

    def url(self, address, slug, numbers=None):
        given = self.numbers | (numbers or {}) | {"slug": slug}
        values = {name: given.get(name, sample) for name, sample in address.samples.items()}
        return self.adapter.build(address.endpoint, values, method=address.method)

    def token(self):
        """A form token of whoever is signed in, or of the sign-in page."""
        page = self.client.get("/account", follow_redirects=True).text
        return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def answer(self, address, slug="sol", numbers=None, token=None):
        data = None if address.method in SAFE else {"csrf_token": token}
        return self.client.open(self.url(address, slug, numbers), method=address.method, data=data)

    def wrong(self, found, right, **how):
        """Addresses whose status is not among the right ones, with what they answered."""
        token = self.token()
        answers = {str(a): self.answer(a, token=token, **how).status_code for a in found}
        return {where: status for where, status in answers.items() if status not in right}


def test_every_view_says_who_may_pass(app):
    unguarded = [str(address) for address in addresses(app) if not address.guard]
    assert unguarded == []


def test_guards_name_permissions_that_exist(app):
    assert len(guarded(app)) > 20
    assert all(isinstance(permission, Permission) for _, permission in guarded(app))


def test_addresses_of_a_workspace_always_ask_for_a_permission(app):
    """But for the public policy page."""
    loose = [
        str(a)
        for a in addresses(app)
        if "slug" in a.arguments and a.guard in {"signed_in", "public"}
    ]
    assert sorted(loose) == ["GET /p/<slug>/guides", "GET /p/<slug>/policy"]


def test_nobody_comes_in_without_signing_in(app, knock):
    found = [address for address, _ in guarded(app)]
    token = knock.token()
    for address in found:
        answer = knock.answer(address, token=token)
        assert answer.status_code == 302, str(address)
        assert answer.location.startswith("/login"), str(address)


def test_carla_of_another_company_finds_nothing(app, knock, cast):
    """The same answer as for a company that does not exist."""
    people.sign_in(knock.client, cast.carla)
    allowed = [a for a, p in within_workspace(app) if p in MATRIX[Role.ANALYST]]
    refused = [a for a, p in within_workspace(app) if p not in MATRIX[Role.ANALYST]]
    assert knock.wrong(allowed, {404}) == {}
    assert knock.wrong(allowed, {404}, slug="nowhere") == {}
    assert knock.wrong(refused, {403}) == knock.wrong(refused, {403}, slug="nowhere") == {}


def test_celia_who_manages_another_company_finds_nothing(app, knock, cast):
    people.sign_in(knock.client, cast.celia)
    allowed = [a for a, p in within_workspace(app) if p in MATRIX[Role.CLIENT_MANAGER]]
    refused = [a for a, p in within_workspace(app) if p not in MATRIX[Role.CLIENT_MANAGER]]
    assert knock.wrong(allowed, {404}) == {}
    assert knock.wrong(refused, {403}) == knock.wrong(refused, {403}, slug="nowhere") == {}


@pytest.mark.parametrize("name", ["ana", "bruno"])
def test_a_role_opens_only_what_it_carries(app, knock, cast, name):
    person = getattr(cast, name)
    people.sign_in(knock.client, person)
    beyond = [a for a, p in guarded(app) if p not in MATRIX[Role(person.role)]]
    assert knock.wrong(beyond, {403}) == {}


@pytest.fixture
def of_lua(session, cast):
    """Numbers of things that belong to Lua, by the name that addresses give them."""
    with acting_as(actors.system((cast.lua.id,))):
        davi = debts.debtor(session, cast.lua, "Davi de Lua")
        receivable = debts.receivable(session, davi, due=people.NOW.date())
        return {"debtor_id": davi.id, "receivable_id": receivable.id}


def rows_of(session, cast, places=()):
    """How many rows each table holds of the two companies, or of some of them."""
    tables = [t for t in Workspace.metadata.sorted_tables if "workspace_id" in t.c]
    with acting_as(actors.system([place.id for place in places or (cast.sol, cast.lua)])):
        return {
            t.name: session.scalar(select(func.count()).select_from(t).where(t.c.workspace_id > 0))
            for t in tables
        }


def test_ana_cannot_reach_into_lua_through_her_own_workspace(app, session, knock, cast, of_lua):
    """`/w/sol/…` with the numbers of Lua's things; whatever has another name gets a huge one."""
    people.sign_in(knock.client, cast.ana)
    found = [
        a
        for a, p in within_workspace(app)
        if p in MATRIX[Role.ANALYST] and any(name.endswith("_id") for name in a.arguments)
    ]
    ids = {name for a in found for name in a.arguments if name.endswith("_id")}
    numbers = dict.fromkeys(ids, 2**40) | of_lua
    read = [a for a in found if a.method == "GET"]
    written = [a for a in found if a.method != "GET"]
    assert len(read) > 0
    assert len(written) > 0
    assert knock.wrong(read, {404}, numbers=numbers) == {}
    before = rows_of(session, cast)
    assert knock.wrong(written, {302, 400, 404, 409}, numbers=numbers) == {}
    assert rows_of(session, cast) == before


def test_lists_of_all_clients_hold_only_those_in_reach(app, knock, cast, of_lua):
    people.sign_in(knock.client, cast.ana)
    everywhere = [
        a
        for a, p in guarded(app)
        if not a.arguments and a.method == "GET"
        if p in MATRIX[Role.ANALYST]
    ]
    for address in everywhere:
        page = _words(knock.answer(address).get_data())
        assert "Oficina Lua" not in page, str(address)
        assert "Davi de Lua" not in page, str(address)


def _words(content: bytes) -> str:
    """What a page says, every page of a document, or every sheet of a workbook."""
    if content.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as workbook:
        return "".join(workbook.read(name).decode() for name in workbook.namelist())


def test_a_session_ends_where_its_user_was_closed_or_changed_the_password(session, knock, cast):
    people.sign_in(knock.client, cast.ana)
    assert knock.client.get("/account").status_code == 200
    cast.ana.session_version += 1
    session.commit()
    assert knock.client.get("/account").status_code == 302


def test_answers_are_never_kept_and_never_framed(knock, cast):
    people.sign_in(knock.client, cast.marta)
    headers = knock.client.get("/office/users").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(client, cast):
    page = client.get("/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    fields = {"email": "ana@example.com", "password": people.PASSWORD, "csrf_token": token}
    cookies = client.post("/login", data=fields).headers.getlist("Set-Cookie")
    (cookie,) = [line for line in cookies if line.startswith("bpo_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
