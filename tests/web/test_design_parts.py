"""The parts of the design, rendered whole: valid, labelled, without anything inline."""

from html.parser import HTMLParser

import pytest
from flask import Flask

from bpo import paths
from tests.web import kitchen_sink

VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
PAGES = [
    "kitchen_sink.html",
    "inbox_sample.html",
    "portal_sample.html",
    "debtor_sample.html",
    *sorted(
        f"{folder}/{page.name}"
        for folder in ("errors", "auth")
        for page in (paths.TEMPLATES / folder).glob("*.html")
    ),
]


class Reader(HTMLParser):
    """Notes what is wrong with a page's markup."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.named: set[str] = set()
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "label" and given.get("for"):
            self.targets.append(given["for"] or "")
        for name in given:
            if name == "style" or name.startswith("on"):
                self.problems.append(f"<{tag} {name}>: nothing may be inline")
        if tag == "script" and not given.get("src"):
            self.problems.append("a script without a source")
        if tag == "img" and "alt" not in given:
            self.problems.append("an image without a text")
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self._named(tag, given)

    def _named(self, tag: str, given: dict[str, str | None]) -> None:
        if given.get("aria-label") or "label" in self.open or given.get("id") in self.targets:
            return
        self.problems.append(f"<{tag} name={given.get('name')}> has no label")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def kitchen() -> Flask:
    return kitchen_sink.create_app()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("lang", ["pt_BR", "en"])
def test_a_page_is_sound(kitchen: Flask, name: str, lang: str) -> None:
    answer = kitchen.test_client().get(f"/page/{name}?lang={lang}")
    assert answer.status_code == 200
    reader = read(answer.text)
    assert reader.problems == []
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids)), "an id occurs twice"


def test_the_reader_of_pages_can_find_fault() -> None:
    reader = read('<p style="color:red"><input name="x"><b></p><script>1</script>')
    assert len(reader.problems) == 4


def test_the_language_of_the_page_is_the_readers(kitchen: Flask) -> None:
    portuguese = kitchen.test_client().get("/page/auth/login.html?lang=pt_BR").text
    english = kitchen.test_client().get("/page/auth/login.html?lang=en").text
    assert '<html lang="pt-BR"' in portuguese
    assert "Esqueci minha senha" in portuguese
    assert '<html lang="en"' in english
    assert "I forgot my password" in english


def test_the_clients_name_and_colour_stand_on_the_page(kitchen: Flask) -> None:
    page = kitchen.test_client().get("/").text
    assert 'class="office" data-colour="amber"' in page
    assert 'class="bar in-workspace"' in page
    assert page.count("Padaria Sol Nascente") >= 3


def test_the_debtors_page_is_small(kitchen: Flask) -> None:
    client = kitchen.test_client()
    page = client.get("/page/debtor_sample.html").text
    weight = len(page.encode())
    for chunk in page.split('"'):
        if chunk.startswith("/static/") and ".svg" not in chunk:
            weight += len(client.get(chunk).data)
    weight += sum(
        len((paths.STATIC / "js" / name).read_bytes()) for name in ("copying.js", "forms.js")
    )
    assert weight < 50_000


def test_the_debtors_page_uses_the_letters_of_the_telephone() -> None:
    sheet = (paths.STATIC / "css" / "debtor.css").read_text()
    assert "--font: system-ui" in sheet


def test_an_error_says_its_own_sentence_and_a_way_out(kitchen: Flask) -> None:
    page = kitchen.test_client().get("/page/errors/404.html").text
    assert "Nada por aqui" in page
    assert 'href="/"' in page


def test_what_was_done_can_be_undone_from_its_message(kitchen: Flask) -> None:
    client = kitchen.test_client()
    with client.session_transaction() as session:
        session["_flashes"] = [
            ("success", {"text": "Cobrança pausada.", "undo": "/office/undo/7"}),
            ("warning", "Dados <antigos>"),
        ]
    page = client.get("/page/inbox_sample.html").text
    assert '<form method="post" action="/office/undo/7">' in page
    assert "Desfazer" in page
    assert "Dados &lt;antigos&gt;" in page
    assert read(page).problems == []
