"""PDFs: searchable text in embedded fonts, nothing fetched, nothing read beside the assets."""

import logging
import re
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from bpo import paths
from bpo.gateways import pdf

DAY = date(2026, 11, 22)
STYLE = """<style>
@font-face { font-family: Inter; src: url(fonts/Inter-Regular.ttf); }
@page { size: a4; margin: 2cm;
  @frame foot { -pdf-frame-content: foot; bottom: 1cm; left: 2cm; right: 2cm; height: 1cm } }
html { font-family: Inter; }
</style>"""


def drawn(body: str, assets: Path = paths.TEMPLATES / "reports") -> PdfReader:
    return PdfReader(BytesIO(pdf.render(STYLE + body, assets=assets, dated=DAY)))


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """A folder of assets with one picture and the fonts; a secret picture lies beside it."""
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "fonts").symlink_to(paths.TEMPLATES / "reports" / "fonts")
    Image.new("RGB", (4, 4), "red").save(folder / "inside.png")
    Image.new("RGB", (4, 4), "red").save(tmp_path / "outside.png")
    return folder


@pytest.fixture
def requests() -> Iterator[list[str]]:
    """What a server on this machine was asked for; its address comes first."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    asked.append(f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def test_accents_can_be_searched_and_copied() -> None:
    told = drawn("<p>Cobrança não é ameaça: R$\xa01.234,56</p>").pages[0].extract_text()
    assert told.strip() == "Cobrança não é ameaça: R$ 1.234,56"


def test_an_amount_is_not_parted_from_its_currency() -> None:
    words = "Estão em atraso R$\xa01.234,56 " * 40
    lines = drawn(f"<p>{words}</p>").pages[0].extract_text().splitlines()
    assert len(lines) > 5
    assert not any(line.rstrip().endswith("R$") for line in lines)


def test_the_text_of_a_drawing_is_in_the_same_font() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="0" y="12"'
        ' font-family="Inter" font-size="9">ação</text></svg>'
    )
    page = drawn(f'<p>Cobrança</p><p><img src="{pdf.image(svg)}"/></p>').pages[0]
    fonts: Any = page["/Resources"].get_object()
    names = {font.get_object()["/BaseFont"] for font in fonts["/Font"].values()}
    embedded = {name.partition("+")[2] for name in names if "+" in name}
    assert "ação" in page.extract_text()
    assert embedded == {"Inter-Regular"}


def test_the_same_page_of_the_same_day_gives_the_same_bytes() -> None:
    first, second = (pdf.render("<p>a</p>", assets=paths.TEMPLATES, dated=DAY) for _ in range(2))
    assert first == second
    assert first != pdf.render("<p>a</p>", assets=paths.TEMPLATES, dated=date(2026, 11, 23))


def test_the_document_is_dated() -> None:
    metadata = drawn("<p>a</p>").metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.date() == DAY


def test_pages_are_counted() -> None:
    document = pdf.render("<p>a</p><pdf:nextpage /><p>b</p>", assets=paths.TEMPLATES, dated=DAY)
    assert pdf.page_count(document) == 2


def test_a_table_over_many_pages_repeats_its_head_and_counts_the_pages() -> None:
    rows = "".join(f"<tr><td>linha {n}</td></tr>" for n in range(150))
    foot = '<div id="foot">página <pdf:pagenumber /> de <pdf:pagecount /></div>'
    pages = drawn(f"{foot}<table><thead><tr><th>Devedor</th></tr></thead>{rows}</table>").pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "Devedor" in page.extract_text()
        assert f"página {number} de {len(pages)}" in page.extract_text()


def test_a_picture_of_the_assets_is_drawn(assets: Path) -> None:
    assert len(drawn('<p><img src="inside.png"/></p>', assets).pages[0].images) == 1


@pytest.mark.parametrize(
    "source", ["../outside.png", "{parent}/outside.png", "file://{parent}/outside.png"]
)
def test_a_file_beside_the_assets_is_not_read(assets: Path, source: str) -> None:
    source = source.format(parent=assets.parent)
    assert len(drawn(f'<p>a <img src="{source}"/></p>', assets).pages[0].images) == 0


@pytest.mark.parametrize(
    "body",
    [
        '<p>a<img src="{url}/a.png"/></p>',
        '<link rel="stylesheet" href="{url}/a.css"/><p>a</p>',
        '<style>@import url("{url}/b.css");</style><p>a</p>',
        "<style>p {{ background-image: url({url}/b.png) }}</style><p>a</p>",
        "<style>@font-face {{ font-family: X; src: url({url}/a.ttf) }}</style><p>a</p>",
    ],
)
def test_nothing_is_fetched(requests: list[str], body: str) -> None:
    assert "a" in drawn(body.format(url=requests[0])).pages[0].extract_text()
    assert len(requests) == 1


def test_what_is_left_out_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        drawn('<p>a<img src="missing.png"/></p>')
    assert "missing.png" in caplog.text


def test_a_long_text_is_cut_to_the_room_it_has() -> None:
    cut = pdf.fitted("Distribuidora de Alimentos Irmãos Vasconcelos", width=80, size=8)
    assert cut.endswith("…")
    assert pdf.width_of(cut, size=8) <= 80
    assert pdf.fitted("Café Conceição", width=80, size=8) == "Café Conceição"


def test_every_tag_of_the_papers_begins_with_a_plain_look() -> None:
    papers = (paths.TEMPLATES / "reports").glob("*.html")
    used = {tag for paper in papers for tag in re.findall(r"<([a-z]+[0-9]?)\b", paper.read_text())}
    plain = set(re.findall(r"[a-z]+[0-9]?", re.sub(r"{.*?}|/\*.*?\*/", "", pdf.plain_look())))
    inline = {"span", "br", "img", "thead", "tbody", "pdf"}
    head = {"meta", "title", "style", "head"}
    assert used - inline - head <= plain


def test_a_paragraph_a_heading_and_a_cell_each_have_their_own_line() -> None:
    told = drawn("<h2>Título</h2><p>um <b>dois</b></p><table><tr><td>três</td></tr></table>")
    lines = [line.strip() for line in told.pages[0].extract_text().splitlines() if line.strip()]
    assert lines == ["Título", "um dois", "três"]
