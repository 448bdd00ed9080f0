"""Files made to do harm, dropped into the page and given to the command: refused in words."""

import io
import tracemalloc
import zipfile

import pytest

from bpo.cli import console
from bpo.cli import inspect as command
from bpo.kernel.errors import BadInput
from tests.factories import people
from tests.web.filling import Filler

LIST = "/w/sol/imports"
MB = 1024 * 1024
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(10))
    + b"]><nfeProc>&k;</nfeProc>"
)


def zipped(name, *chunks):
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as to,
    ):
        for chunk in chunks:
            to.write(chunk)
    return buffer.getvalue()


HOSTILE = {
    "xml bomb": ("nota.xml", lambda: LAUGHS),
    "xml of another file": (
        "nota.xml",
        lambda: b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><nfeProc>&x;</nfeProc>',
    ),
    "zip bomb": ("notas.zip", lambda: zipped("a.csv", *[bytes(MB)] * 140)),
    "zip within zip": ("notas.zip", lambda: zipped("b.zip", zipped("a.csv", b"a;b\n1;2\n"))),
    "binary": ("titulos.csv", lambda: bytes(range(256)) * 400),
    "random": ("titulos.xlsx", lambda: b"PK\x03\x04" + bytes(range(255, 0, -1)) * 100),
    "zeros": ("titulos.csv", lambda: bytes(MB)),
    "one long line": ("titulos.csv", lambda: b"a" * MB),
}


@pytest.fixture
def ana(client, session):
    return Filler(people.sign_in(client, people.cast(session).ana))


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_page_refuses_it_in_words_and_little_memory(ana, kind):
    name, made = HOSTILE[kind]
    content = made()
    tracemalloc.start()
    try:
        answer = ana.send(LIST, {"file": (io.BytesIO(content), name)})
        page = answer.text if answer.status_code == 400 else ana.open(answer.location)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code in (302, 303, 400)
    assert 'id="file-error"' in page or 'class="alert' in page
    assert "root:" not in page
    assert peak < 64 * MB, f"{peak // MB} MB"


def test_the_page_refuses_200_mb_before_it_reads_them(client, ana):
    class Endless(io.RawIOBase):
        given = 0

        def readable(self):
            return True

        def readinto(self, room):
            Endless.given += len(room)
            room[:] = b"0" * len(room)
            return len(room)

    answer = client.post(
        LIST,
        environ_overrides={"wsgi.input": Endless(), "CONTENT_LENGTH": str(200 * MB)},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert Endless.given < MB


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_command_refuses_it_or_says_that_it_is_nothing_known(tmp_path, kind):
    name, made = HOSTILE[kind]
    (tmp_path / name).write_bytes(made())
    with pytest.raises(BadInput):
        looked(tmp_path / name)


def test_the_command_refuses_200_mb_without_reading_them(tmp_path):
    path = tmp_path / "titulos.csv"
    with path.open("wb") as file:
        file.truncate(200 * MB)
    tracemalloc.start()
    try:
        with pytest.raises(BadInput):
            looked(path)
        assert tracemalloc.get_traced_memory()[1] < MB
    finally:
        tracemalloc.stop()


def looked(path):
    parser = console.Parser()
    command.register(parser.add_subparsers(parser_class=console.Parser))
    arguments = parser.parse_args(["inspect", str(path)])
    return arguments.run(arguments, None)
