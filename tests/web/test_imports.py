"""The screens of imports: Ana drops a file, looks, answers, imports and reads what became of it."""

import re
from io import BytesIO

import pytest
from sqlalchemy import func, select

from bpo.db import acting_as
from bpo.gateways.queue import MemoryQueue
from bpo.jobs import Job
from bpo.kernel import actor as actors
from bpo.models import Import, Receivable
from bpo.services.intake import imports
from tests.factories import people
from tests.factories.tables import NOW, rows, taken
from tests.formats.test_nfe import bill, document
from tests.web.filling import Filler

HEAD = "cliente;numero;emissao;vencimento;valor;data pagamento;Vendedor"
CLEAR = rows(
    "C1;F1;25/09/2026;25/10/2026;1.234,56;26/10/2026;Zé",
    "C1;F2;25/09/2026;25/10/2026;;;Zé",
    "C1;F3;25/09/2026;25/10/2026;10,00;;Zé",
    head=HEAD,
)
OPEN_DATES = rows("C1;F1;01/02/2026;03/04/2026;100,00;;Zé", head=HEAD)
LIST = "/w/sol/imports"


@pytest.fixture
def cast(session):
    return people.cast(session)


@pytest.fixture
def sol(cast):
    """Let the test read the rows of Sol."""
    with acting_as(actors.system((cast.sol.id,))):
        yield cast.sol


@pytest.fixture
def ana(client, cast):
    return Filler(people.sign_in(client, cast.ana))


def dropped(filler, content, name="títulos.csv"):
    return filler.send(LIST, {"file": (BytesIO(content), name)})


def decided(filler, page, **fields):
    """The form of a preview, sent as it stands but for some fields."""
    html = filler.open(page)
    found = dict(re.findall(r'<input type="hidden" name="(mapped_kind)" value="(\w+)">', html))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return filler.send(page, found | {name.replace("__", "."): v for name, v in fields.items()})


def work(sol):
    """What a worker does with the files that were asked for."""
    program = actors.system([sol.id], name="worker")

    def done(session):
        waiting = session.scalars(select(Import.id).where(Import.state == "queued")).all()
        for number in waiting:
            imports.apply(program, sol.id, number, now=NOW, queue=MemoryQueue())

    return done


def test_a_file_is_dropped_looked_at_imported_and_its_result_read(session, ana, sol, queue):
    page = dropped(ana, CLEAR).location
    seen = ana.open(page)
    assert "títulos.csv" in seen
    assert "R$\xa01.234,56" in seen
    assert "Importar 2 linhas" in seen
    assert "valor está em branco." in seen
    assert "Vendedor" in seen
    assert session.scalar(select(func.count()).select_from(Receivable)) == 0

    assert decided(ana, page, act="start").location == page
    (job,) = queue.jobs
    assert job[0] is Job.APPLY_IMPORT
    waiting = ana.open(page)
    assert f'data-progress-url="{page}/progress"' in waiting
    state = ana.client.get(f"{page}/progress").json
    assert (state["done"], state["total"], state["finished"]) == (0, 3, False)

    work(sol)(session)
    state = ana.client.get(f"{page}/progress").json
    assert (state["finished"], state["next"], state["text"]) == (True, page, "3 de 3 linhas")
    result = ana.open(page)
    assert "Aplicado" in result
    assert "valor está em branco." in result
    sheet = ana.client.get(f"{page}/problems.csv")
    assert "valor está em branco." in sheet.text
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    assert "títulos.csv" in ana.open(LIST)


def test_an_open_question_is_asked_with_examples_and_the_answer_decides(session, ana, sol, queue):
    page = dropped(ana, OPEN_DATES).location
    asked = ana.open(page)
    assert "1 de fevereiro de 2026" in asked
    assert "2 de janeiro de 2026" in asked
    assert 'value="start"' not in asked
    refused = ana.send(page, {"act": "start"})
    assert refused.status_code == 400
    assert queue.jobs == []
    assert decided(ana, page, date_order="mdy", act="look").location == page
    assert "02/01/2026" in ana.open(page)
    decided(ana, page, date_order="mdy", act="start")
    work(sol)(session)
    session.expire_all()
    assert session.scalars(select(Receivable)).one().issue_date.isoformat() == "2026-01-02"


def test_a_column_can_be_given_another_meaning_or_none(session, ana, sol, queue):
    page = dropped(ana, CLEAR).location
    changed = {"map__description": "Vendedor", "map__paid_date": ""}
    decided(ana, page, act="start", **changed)
    work(sol)(session)
    session.expire_all()
    first = session.scalars(select(Receivable).where(Receivable.number == "F1")).one()
    assert (first.description, first.settled_on) == ("Zé", None)
    assert first.extra == {"data pagamento": "26/10/2026"}


def test_a_file_that_lacks_a_column_says_which_and_can_be_mapped(session, ana, sol, queue):
    strange = rows("C1;25/10/2026;10,00", head="quem;quando;quanto")
    page = dropped(ana, strange).location
    assert "data de vencimento" in ana.open(page)
    fields = {"map__debtor_ref": "quem", "map__due_date": "quando", "map__amount": "quanto"}
    decided(ana, page, act="look", **fields)
    assert "R$\xa010,00" in ana.open(page)


def test_the_same_file_is_recognised(session, ana, sol):
    taken(sol, CLEAR)
    page = dropped(ana, CLEAR).location
    assert "já foi importado" in ana.open(page)


def test_a_file_that_is_no_table_or_empty_is_refused_in_the_page(ana, sol, session):
    for content in (b"", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"):
        answer = dropped(ana, content)
        assert answer.status_code == 400
        assert 'id="file-error"' in answer.text
        assert "títulos.csv: " in answer.text
    assert session.scalar(select(func.count()).select_from(Import)) == 0


def test_a_file_can_be_thrown_away_before_and_not_after(ana, sol, session, queue):
    page = dropped(ana, CLEAR).location
    assert ana.send(page, {}, f"{page}/discard").location == LIST
    assert ana.client.get(page).status_code == 404
    done = taken(sol, CLEAR)
    answer = ana.send(LIST, {}, f"{LIST}/{done.id}/discard")
    assert answer.status_code == 409


def test_a_failed_import_tells_why_and_can_be_tried_again(session, ana, sol, queue, monkeypatch):
    page = dropped(ana, CLEAR).location
    decided(ana, page, act="start")
    with monkeypatch.context() as broken:
        broken.setattr(imports.imports_reading, "take", lambda *_: 1 / 0)
        work(sol)(session)
    assert "nada foi gravado" in ana.open(page)
    decided(ana, page, act="start")
    work(sol)(session)
    assert "Aplicado" in ana.open(page)


def test_the_given_file_comes_back_as_it_was_and_never_as_a_page(ana, sol):
    page = dropped(ana, CLEAR).location
    answer = ana.client.get(f"{page}/file")
    assert answer.data == CLEAR
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_name_that_would_run_as_a_script_is_shown_as_text(ana, sol):
    page = dropped(ana, CLEAR, "<script>alert(1)</script>.csv").location
    for seen in (ana.open(page), ana.open(LIST)):
        assert "<script>alert" not in seen


@pytest.mark.parametrize("where", ["", "/1", "/1/progress", "/1/problems.csv", "/1/file"], ids=str)
def test_carla_and_bruno_reach_none_of_it(client, cast, where):
    with acting_as(actors.system((cast.sol.id,))):
        number = taken(cast.sol, CLEAR).id
    url = LIST + where.replace("/1", f"/{number}")
    assert people.sign_in(client, cast.carla).get(url).status_code == 404
    assert people.sign_in(client, cast.bruno).get(url).status_code == 403
    elsewhere = url.replace("/sol/", "/lua/")
    assert people.sign_in(client, cast.carla).get(elsewhere).status_code == (404 if where else 200)


def test_an_import_is_undone_from_its_page(session, ana, sol):
    row = taken(sol, CLEAR)
    page = f"{LIST}/{row.id}"
    assert f'action="{page}/undo"' in ana.open(page)
    ana.send(page, {}, f"{page}/undo")
    html = ana.open(page)
    assert f'action="{page}/undo"' not in html
    owed = select(func.sum(Receivable.amount_cents - Receivable.settled_cents))
    assert session.scalar(owed) == 0


def test_a_fiscal_document_is_looked_at_before_it_is_imported(session, ana, sol):
    sol.cnpj = None
    session.commit()
    content = document(bill("001", "2026-09-01", "300.00"), dest="CPF")
    ana.send(LIST, {"file": (BytesIO(content), "nota.xml")})
    number = session.scalar(select(func.max(Import.id)))
    html = ana.open(f"{LIST}/{number}")
    assert "300" in html
    assert 'name="act" value="start"' in html
