"""`bpo import`: what scripts rely on, with real commits."""

import json
import multiprocessing
import time

import pytest
import redis
from rq import Worker
from sqlalchemy import select

from bpo.cli import console, imports
from bpo.db import acting_as, db
from bpo.formats.problems import Ambiguous
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import FreshnessMark, Import, Receivable
from tests.factories import people
from workers.worker import ApplicationWorker

HEAD = "cliente;numero;emissao;vencimento;valor;data pagamento\n"
CLEAR = "C1;F1;25/09/2026;25/10/2026;1.234,56;26/10/2026\n"


@pytest.fixture
def settings(fresh_app):
    with fresh_app.app_context():
        people.workspace()
        yield outside.of(fresh_app).settings


@pytest.fixture
def file(tmp_path):
    def written(text, name="titulos.csv"):
        path = tmp_path / name
        path.write_text(HEAD + text, encoding="utf-8")
        return path

    return written


def given(settings, path, *words, workspace="sol"):
    """Run the command as it is typed."""
    parser = console.Parser()
    imports.register(parser.add_subparsers(parser_class=console.Parser))
    arguments = parser.parse_args(["import", str(path), "--workspace", workspace, *words])
    return arguments.run(arguments, settings)


def found(model):
    with acting_as(actors.system(range(1, 9))):
        rows = list(db.session().scalars(select(model)))
        db.session().expunge_all()
        db.session().rollback()
    return rows


def test_a_file_is_taken_in_and_told_as_one_json_document(settings, file, capsys):
    path = file(CLEAR + "C1;F2;25/09/2026;25/10/2026;;\n")
    assert not given(settings, path, "--json")
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "kind": "receivables",
        "total": 2,
        "applied": 1,
        "unchanged": 0,
        "rejected": 1,
        "problems": [
            {
                "line": 3,
                "field": "amount",
                "code": "missing",
                "message": "valor está em branco.",
                "level": "reject",
            }
        ],
    }
    assert not given(settings, path, "--json")
    again = json.loads(capsys.readouterr().out)
    assert (again["applied"], again["unchanged"], again["rejected"]) == (0, 1, 1)


def test_a_person_reads_each_remark_on_standard_error(settings, file, capsys):
    given(settings, file(CLEAR + "C1;F2;25/09/2026;25/10/2026;;\n"))
    said = capsys.readouterr()
    assert said.out == ""
    assert "line 3: valor está em branco." in said.err
    assert "2 rows: 1 applied, 0 unchanged, 1 rejected" in said.err


def test_an_ambiguous_file_writes_nothing_and_the_sentence_names_the_option(settings, file):
    path = file("C1;F1;01/09/2026;01/10/2026;100,00;\n")
    with pytest.raises(Ambiguous, match="--date-order"):
        given(settings, path)
    assert found(Import) == []
    assert not given(settings, path, "--date-order", "mdy")
    assert found(Receivable)[0].due_date.isoformat() == "2026-01-10"


def test_an_ambiguous_amount_names_its_option(settings, file):
    path = file("C1;F1;25/09/2026;25/10/2026;1.234;\n")
    with pytest.raises(Ambiguous, match="--decimal"):
        given(settings, path)
    assert not given(settings, path, "--decimal", ".")
    assert found(Receivable)[0].amount_cents == 1_23


def test_columns_may_be_named_by_hand_and_freshness_said(settings, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("quem;quando;quanto\nC1;25/10/2026;10,00\n", encoding="utf-8")
    words = [f"--map={pair}" for pair in ("debtor_ref=quem", "due_date=quando", "amount=quanto")]
    assert not given(settings, path, *words, "--known-until", "2026-11-20")
    assert found(Receivable)[0].amount_cents == 10_00
    assert found(FreshnessMark)[0].known_until.isoformat() == "2026-11-20"


@pytest.mark.parametrize(
    ("words", "refusal", "sentence"),
    [
        (["--workspace", "marte"], NotFound, "marte"),
        (["--map", "due_date"], BadInput, "FIELD=COLUMN"),
        (["--map", "nada=x"], BadInput, "nada"),
        (["--encoding", "klingon"], BadInput, "klingon"),
    ],
)
def test_what_was_asked_wrongly_is_said_in_a_sentence(settings, file, words, refusal, sentence):
    with pytest.raises(refusal, match=sentence):
        given(settings, file(CLEAR), *words)
    assert found(Import) == []


def test_a_file_that_is_not_there_is_named(settings, tmp_path):
    with pytest.raises(BadInput, match="nada"):
        given(settings, tmp_path / "nada.csv")


def test_a_running_worker_does_the_work_and_the_command_waits(
    fresh_app, settings, file, redis_url, capsys, monkeypatch
):
    monkeypatch.setattr(imports, "PATIENCE_SECONDS", 30.0)
    process = multiprocessing.get_context("fork").Process(
        target=_serve, args=(fresh_app, redis_url), daemon=True
    )
    process.start()
    try:
        _wait_for_worker(redis_url)
        assert not given(settings, file(CLEAR), "--json")
    finally:
        process.terminate()
        process.join(10)
    assert json.loads(capsys.readouterr().out)["applied"] == 1
    assert found(Import)[0].progress == 1


def _serve(app, redis_url):
    ApplicationWorker(app, redis.Redis.from_url(redis_url)).work(logging_level="ERROR")


def _wait_for_worker(redis_url):
    with redis.Redis.from_url(redis_url) as connection:
        until = time.monotonic() + 15
        while not Worker.count(connection=connection):
            assert time.monotonic() < until
            time.sleep(0.05)


def test_a_worker_that_does_not_answer_is_not_waited_for_for_ever(
    fresh_app, settings, file, redis_url, capsys, monkeypatch
):
    monkeypatch.setattr(imports, "PATIENCE_SECONDS", 0.3)
    with redis.Redis.from_url(redis_url) as connection:
        ApplicationWorker(fresh_app, connection, "asleep").register_birth()
        assert not given(settings, file(CLEAR), "--json")
    assert json.loads(capsys.readouterr().out)["applied"] == 1


def test_an_import_that_fails_ends_with_its_sentence_and_exit_code_one(
    settings, file, capsys, monkeypatch
):
    monkeypatch.setattr(imports.imports.imports_reading, "take", lambda *_: 1 / 0)
    assert given(settings, file(CLEAR), "--json") == 1
    assert "nada foi gravado" in capsys.readouterr().err
    assert found(Receivable) == []
