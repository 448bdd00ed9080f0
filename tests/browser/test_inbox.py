"""Ana works through her inbox in a real browser: keys, chosen lines, undo, questions, frames."""

import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from bpo.db import acting_as, db
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.kernel.actor import Role
from bpo.models import Message
from tests.factories import debts, people, waiting

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium at /usr/bin/chromium"),
]
MAIL = b"Subject: Fatura\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Bom dia, Davi</p>"


@pytest.fixture
def address(fresh_app) -> Iterator[str]:
    with fresh_app.app_context():
        _fill()
    server = make_server("127.0.0.1", 0, fresh_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def _fill() -> None:
    """Three uncertain sends and a call, all of Padaria Sol."""
    now = datetime.now(UTC)
    place, session = people.workspace(), db.session()
    people.user(session, "Ana", Role.ANALYST, place)
    today = clock.local_day(now, place.time_zone)
    with acting_as(actors.system([place.id], name="test")):
        debts.running(session, place, since=now - timedelta(days=60))
        debts.fresh(session, place, today, now)
        for state, name in (("uncertain", "Davi"), ("uncertain", "Eva"), ("sent", "Bia")):
            who = debts.debtor(session, place, name, email=f"{name.lower()}@example.org")
            title = debts.receivable(session, who, due=today - timedelta(days=9))
            touch = waiting.touch(session, title, state, day=today)
            waiting.task(session, touch, due=today)
            session.add(
                Message(
                    workspace_id=place.id,
                    touch_id=touch.id,
                    recipient="davi@example.org",
                    template="something_wrong@pt_BR",
                    body=zlib.compress(MAIL),
                    rendered_at=now,
                )
            )
            session.commit()


@pytest.fixture
def page(address: str) -> Iterator[object]:
    """Ana's browser, signed in; its console must stay silent."""
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--headless"]
        )
        opened = chromium.new_context(base_url=address, locale="pt-BR").new_page()
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto("/login")
        opened.fill("[name=email]", "ana@example.com")
        opened.fill("[name=password]", people.PASSWORD)
        opened.click("form button[type=submit]")
        opened.wait_for_url("**/office/inbox")
        yield opened
        chromium.close()
        assert said == []


def test_ana_empties_her_inbox_and_takes_it_back(page) -> None:
    lines = page.locator(".inbox-item")
    playwright.expect(lines).to_have_count(3)
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    page.locator("form.bulk").get_by_role("button", name="Dispensar").click()
    playwright.expect(lines).to_have_count(1)
    page.locator(".toast").get_by_role("button", name="Desfazer").click()
    playwright.expect(lines).to_have_count(3)


def test_an_uncertain_send_is_decided_where_it_stands(page) -> None:
    lines = page.locator(".inbox-item")
    lines.first.get_by_role("button", name="Enviar de novo").click()
    question = page.locator("[popover]:popover-open")
    assert "duas vezes" in question.inner_text()
    question.get_by_role("button", name="Voltar").click()
    lines.first.get_by_role("button", name="Mais").click()
    page.locator("[popover]:popover-open").get_by_role("button", name="Não enviar").click()
    playwright.expect(lines).to_have_count(2)


def test_the_mail_shows_in_its_frame(page) -> None:
    page.locator(".inbox-item").first.get_by_role("button", name="Mais").click()
    page.locator("[popover]:popover-open").get_by_role("link", name="Ver a mensagem").click()
    body = page.frame_locator("iframe").locator("p")
    playwright.expect(body).to_have_text("Bom dia, Davi")
