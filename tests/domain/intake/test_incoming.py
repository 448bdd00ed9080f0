"""What a file is, when whoever gives it has said so."""

import io

import pytest
import xlsxwriter

from bpo.domain.intake import incoming
from bpo.kernel.errors import BadInput
from tests.formats.test_archives import archive
from tests.formats.test_cnab import header_400
from tests.formats.test_nfe import bill, document
from tests.formats.test_ofx import movement, statement


def workbook() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        book.add_worksheet().write_string(0, 0, "cliente")
    return written.getvalue()


NFE = document(bill("001", "2026-09-01", "300.00"))
FILES = {
    "csv": b"cliente;numero\n1;2\n",
    "xlsx": workbook(),
    "nfe": NFE,
    "ofx": statement(movement("1,00")),
    "cnab400": header_400("341").encode(),
}


@pytest.mark.parametrize("form", FILES)
def test_a_file_is_what_it_is_said_to_be_or_refused(form):
    incoming.require(FILES[form], form)
    for other in set(incoming.FORMATS) - {form, "zip"}:
        with pytest.raises(BadInput, match="not"):
            incoming.require(FILES[form], other)


def test_an_archive_of_nfe_goes_by_either_name():
    content = archive(nota__xml=NFE)
    incoming.require(content, "zip")
    incoming.require(content, "nfe")
    with pytest.raises(BadInput):
        incoming.require(content, "ofx")
