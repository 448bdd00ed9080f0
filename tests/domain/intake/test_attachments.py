"""Which files may be documents, and what fits a message."""

import pytest

from bpo.domain.intake import attachments
from bpo.domain.intake.attachments import Sized
from bpo.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("nota 123.PDF", b"%PDF-1.7 ...", ("nota 123.pdf", "application/pdf")),
        ("nota.html", b"%PDF-1.7 ...", ("nota.pdf", "application/pdf")),
        ("../../etc/x.png", b"\x89PNG\r\n\x1a\n...", ("x.png", "image/png")),
        ("C:\\notas\\nfe.xml", b"\xef\xbb\xbf<?xml ?><NFe/>", ("nfe.xml", "application/xml")),
        ("", b"<nfeProc/>", ("documento.xml", "application/xml")),
        ('a"\r\nX: y.jpg', b"\xff\xd8\xff\xe0", ("a X y.jpg", "image/jpeg")),
        ("nota\u202efdp.exe", b"%PDF-1.7 ...", ("nota fdp.pdf", "application/pdf")),
    ],
)
def test_a_file_is_what_its_content_says(name, content, kept):
    found = attachments.examine(name, content)
    assert (found.name, found.media_type) == kept


@pytest.mark.parametrize(
    "content", [b"", b"<html><script>", b"MZ\x90\x00", b"PK\x03\x04", b"%PDF-" + b"x" * 11_000_000]
)
def test_other_files_are_refused(content):
    with pytest.raises(BadInput):
        attachments.examine("nota.pdf", content)


def test_what_does_not_fit_a_message_stays():
    found = [Sized(1, 60), Sized(2, 50), Sized(3, 40)]
    assert attachments.fitting(found, 100) == [1, 3]
    assert attachments.fitting(found, 0) == []
