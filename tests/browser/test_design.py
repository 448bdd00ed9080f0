"""The comforts that scripts add, in a real browser: keys, palette, choosing, menus, themes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.web import kitchen_sink

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, kitchen_sink.create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--headless"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, address: str) -> Iterator[object]:
    """A page whose console must stay silent: no error, nothing refused by the policy."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert said == []


def test_ana_walks_through_her_inbox_by_keys(page) -> None:
    page.goto("/page/inbox_sample.html?everywhere=1")
    bulk = page.locator("form.bulk")
    assert not bulk.is_visible()
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    assert page.locator(".work-item").nth(1).get_attribute("data-current") == ""
    assert bulk.is_visible()
    assert bulk.locator("[data-bulk-count]").inner_text() == "1"
    page.get_by_role("button", name="Limpar").click()
    assert not bulk.is_visible()


def test_all_rows_are_chosen_at_once_and_a_range_by_shift(page) -> None:
    page.goto("/")
    boxes = page.locator("tbody .row-check")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    assert [boxes.nth(at).is_checked() for at in range(5)] == [False, True, True, True, False]
    page.locator("[data-check-all]").click()
    assert page.locator("[data-bulk-count]").inner_text() == "5"


def test_the_palette_opens_finds_and_goes(page) -> None:
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("hori")
    playwright.expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/?c=horizonte")


def test_the_theme_changes_at_once_and_stays(page) -> None:
    page.goto("/page/portal_sample.html")
    page.get_by_text("Seu menu: Ana Souza").locator("..").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Tema escuro").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["theme"] == "dark"


def test_a_filter_changes_the_address(page) -> None:
    page.goto("/?sort=-open&page=3")
    page.get_by_label("Situação").select_option("overdue")
    page.wait_for_url("**/?sort=-open&status=overdue")


def test_nothing_is_destroyed_by_the_first_click(page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Cancelar acordo").click()
    question = page.get_by_text("O acordo volta a ser cobrado")
    assert question.is_visible()
    page.get_by_role("button", name="Voltar").click()
    assert not question.is_visible()


def test_a_dialog_opens_and_closes(page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Registrar promessa").click()
    dialog = page.get_by_role("dialog", name="Registrar promessa")
    assert dialog.is_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_no_page_is_wider_than_a_telephone(browser, address: str) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for name in ("kitchen_sink", "inbox_sample", "portal_sample", "debtor_sample", "auth/login"):
        page.goto(f"/page/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    context.close()


def test_without_scripts_the_menu_and_the_dialogs_open_as_targets(browser, address: str) -> None:
    context = browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/")
    assert not page.locator("#rail").is_visible()
    page.locator(".menu-open").click()
    page.locator("#rail").wait_for(state="visible")
    page.goto("/#promise")
    page.locator("dialog#promise").wait_for(state="visible")
    context.close()
