"""The page that tells what a file or a code is."""

from io import BytesIO

import pytest

from tests.factories import people
from tests.formats.test_nfe import bill, document
from tests.formats.test_ofx import statement
from tests.web.filling import Filler

PAGE = "/office/inspect"


@pytest.fixture
def ana(session, client):
    return Filler(people.sign_in(client, people.cast(session).ana))


def test_a_pasted_code_is_told_with_its_check_digits(ana):
    html = ana.send(PAGE, {"text": "12.abc.345/01de-35"}).text
    assert "12ABC34501DE35" in html
    wrong = ana.send(PAGE, {"text": "12.abc.345/01de-36"}).text
    assert wrong.count("circle-alert") > html.count("circle-alert")
    answer = ana.send(PAGE, {"text": "<script>hello"})
    assert answer.status_code == 400
    assert "<script>hello" not in answer.text


def test_a_dropped_file_is_told_and_not_kept(ana):
    bills = [bill("001", "2026-09-01", "100.33"), bill("002", "2026-10-01", "199.67")]
    html = ana.send(PAGE, {"file": (BytesIO(document(*bills)), "x.bin")}).text
    assert "52998224725" in html
    assert "199,67" in html
    assert ana.send(PAGE, {}).status_code == 400


def test_a_file_that_brings_nothing_is_not_called_good(ana):
    html = ana.send(PAGE, {"file": (BytesIO(statement()), "x.ofx")}).text
    assert "Nada a importar" in html
