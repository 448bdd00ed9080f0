"""QR codes: the same code as vectors and as pixels, safe in a page."""

from io import BytesIO
from xml.etree import ElementTree

from PIL import Image

from bpo.gateways import qrcode

PIX = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)


def test_the_vectors_scale_and_have_a_name() -> None:
    root = ElementTree.fromstring(qrcode.svg(PIX, title="Pix <da> Ana"))
    assert root.get("viewBox")
    assert root.get("width") is None
    assert root.get("role") == "img"
    assert [child.text for child in root if child.tag == "title"] == ["Pix <da> Ana"]


def test_the_pixels_are_as_many_as_the_modules_ask_for() -> None:
    side = int((ElementTree.fromstring(qrcode.svg(PIX)).get("viewBox") or "").split()[2])
    picture = Image.open(BytesIO(qrcode.png(PIX, scale=3)))
    assert picture.size == (side * 3, side * 3)
    assert {colour for _, colour in picture.convert("1").getcolors() or []} == {0, 255}


def test_another_text_is_another_code() -> None:
    assert qrcode.svg(PIX) != qrcode.svg(PIX[:-1] + "E")
