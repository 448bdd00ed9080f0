"""Menus, addresses with filters, shapes of charts, and the language of a request."""

import pytest
from flask import Flask

from bpo.kernel.actor import Role
from bpo.web import filters, language, navigation
from bpo.web.navigation import Here, Section
from tests.web import kitchen_sink
from tests.web.kitchen_sink import COMPANIES

ANA_IN_A_WORKSPACE = Here(
    "office.debtor_history", Role.ANALYST, COMPANIES[0], COMPANIES, {"office.inbox": 42}
)


@pytest.fixture(scope="module")
def kitchen() -> Flask:
    return kitchen_sink.create_app()


def everywhere(endpoint: str, **values: str) -> str:
    return "/".join([endpoint, *values.values()])


def section(sections: tuple[Section, ...], key: str) -> Section:
    return next(section for section in sections if section.key == key)


def test_ana_sees_where_she_is_and_what_waits() -> None:
    menu = navigation.office(ANA_IN_A_WORKSPACE, everywhere)
    assert [part.key for part in menu] == ["work", "workspace", "clients"]
    assert section(menu, "work").items[0].count == 42
    lit = [item.url for item in section(menu, "workspace").items if item.active]
    assert lit == ["office.debtors/sol"]
    assert [item.label for item in section(menu, "clients").items if item.active] == [
        "Padaria Sol Nascente"
    ]


def test_the_manager_alone_administers() -> None:
    manager = Here("office.users", Role.ADMIN, None, COMPANIES)
    menu = navigation.office(manager, everywhere)
    assert [part.key for part in menu] == ["work", "clients", "staff"]
    assert [i.label.template for i in section(menu, "staff").items if i.active] == ["Users"]


def test_a_screen_that_does_not_exist_is_not_offered(kitchen: Flask) -> None:
    with kitchen.test_request_context("/"):
        menu = navigation.office(ANA_IN_A_WORKSPACE)
        urls = [item.url for part in menu for item in part.items]
    assert "/office/w/sol/debtors" in urls
    assert not any("payments" in url for url in urls)


def test_bruno_sees_his_companies_and_no_office() -> None:
    bruno = Here("portal.workspace", Role.CLIENT_MANAGER, COMPANIES[1], COMPANIES[1:3])
    menu = navigation.portal(bruno, everywhere)
    assert [part.key for part in menu] == ["portal", "clients"]
    assert all("office" not in item.url for part in menu for item in part.items)


def test_with_one_company_there_is_nothing_to_choose() -> None:
    bruno = Here("portal.workspace", Role.CLIENT_MANAGER, COMPANIES[1], COMPANIES[1:2])
    assert [part.key for part in navigation.portal(bruno, everywhere)] == ["portal"]


def test_a_colour_that_is_not_of_the_palette_is_slate() -> None:
    assert navigation.colour("teal") == "teal"
    assert navigation.colour("#ff0000") == "slate"
    assert navigation.colour(None) == "slate"


def test_a_changed_filter_starts_at_the_first_page(kitchen: Flask) -> None:
    with kitchen.test_request_context("/list?q=café&page=3&sort=-open"):
        assert filters.here(sort="name") == "/list?q=caf%C3%A9&sort=name"
        assert filters.here(page=4) == "/list?q=caf%C3%A9&sort=-open&page=4"
        assert filters.here(q=None, sort=None) == "/list"
        assert filters.here_fields("page") == [("q", "café"), ("sort", "-open")]


def test_initials() -> None:
    assert filters.initials("Padaria Sol Nascente") == "PN"
    assert filters.initials("Ana") == "A"
    assert filters.initials("") == "?"


def test_a_static_file_is_named_by_what_it_holds(kitchen: Flask) -> None:
    with kitchen.test_request_context("/"):
        assert filters.asset("css/base.css").startswith("/static/css/base.css?v=")
        with pytest.raises(FileNotFoundError):
            filters.asset("css/nothing.css")


@pytest.mark.parametrize(
    ("preference", "accepted", "spoken"),
    [
        ("en", "pt-BR", "en"),
        (None, "en-GB,en;q=0.8", "en"),
        (None, "fr, pt;q=0.5", "pt_BR"),
        (None, "fr", "pt_BR"),
        ("xx", "", "pt_BR"),
    ],
)
def test_the_language_is_chosen(
    kitchen: Flask, preference: str | None, accepted: str, spoken: str
) -> None:
    with kitchen.test_request_context("/", headers={"Accept-Language": accepted}):
        assert language.chosen(preference) == spoken


def test_the_theme_is_one_of_three(kitchen: Flask) -> None:
    with kitchen.test_request_context("/", headers={"Cookie": "theme=dark"}):
        assert filters.theme() == "dark"
    with kitchen.test_request_context("/", headers={"Cookie": 'theme="><script>'}):
        assert filters.theme() == "auto"
