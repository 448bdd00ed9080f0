"""`bpo metrics` and `bpo reports build`: what scripts rely on, with real commits."""

import json
from argparse import Namespace
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from bpo import cli
from bpo.cli import metrics, reports
from bpo.db import acting_as, db, unit_of_work
from bpo.gateways import outside, wording
from bpo.kernel import actor as actors
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Debtor, ReportDelivery, ReportRun, StoredFile
from tests.factories import debts, people

KEYS = [
    "open_cents",
    "open_count",
    "aging_cents",
    "dso_simple_90",
    "bpdso_90",
    "add",
    "dso_countback",
    "true_dso_open",
    "pmr_month",
    "avg_delay_month",
    "cei_month",
    "delinq_gt0_pct",
    "delinq_gt30_pct",
    "issued_month_cents",
    "received_month_cents",
]


@pytest.fixture
def company(fresh_app):
    with fresh_app.app_context():
        sol = people.workspace(calendar="none")
        with unit_of_work(actors.system((), name="tests")) as session:
            bruno = people.User(email="bruno@example.com", name="Bruno", role="client_manager")
            session.add(bruno)
            session.flush()
            session.add(people.Membership(user_id=bruno.id, workspace_id=sol.id))
        with acting_as(actors.system([sol.id], name="tests")):
            davi = debts.debtor(db.session(), sol)
            title = debts.receivable(
                db.session(), davi, due=date(2026, 9, 20), issue=date(2026, 9, 1), cents=900_00
            )
            debts.paid(db.session(), title, 300_00, date(2026, 10, 2))
        yield sol.id


@pytest.fixture
def settings(fresh_app):
    return outside.of(fresh_app).settings


def asked(**words) -> Namespace:
    return Namespace(**({"workspace": "sol", "json": True, "more": False, "by": None} | words))


def test_metrics_are_one_json_document_with_the_agreed_names(company, settings, capsys):
    metrics.run(asked(as_of=date(2026, 10, 15)), settings)
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert list(found) == KEYS
    metrics.run(asked(as_of=date(2026, 10, 15), more=True), settings)
    more = json.loads(capsys.readouterr().out)
    assert {key: more[key] for key in KEYS} == found
    assert more["expected_loss_cents"] == 30_00
    assert (more["expected_loss"]["by"], len(more["expected_loss"]["ages"])) == ("usual", 7)
    assert sum(age["lost_cents"] for age in more["expected_loss"]["ages"]) == 30_00
    assert (more["promises_kept_pct"], more["plans_broken_pct"]) == (None, None)
    for by, name in (("debtor", "Davi Lima"), ("step", "-"), ("analyst", "-"), ("class", "-")):
        metrics.run(asked(as_of=date(2026, 10, 15), by=by), settings)
        told = json.loads(capsys.readouterr().out)
        (part,) = told["parts"]
        assert (told["by"], part["name"]) == (by, name)
        assert {key: part[key] for key in KEYS} == found
    assert found["open_cents"] == 600_00
    assert found["aging_cents"] == {
        "current": 0,
        "1-30": 600_00,
        "31-60": 0,
        "61-90": 0,
        "90+": 0,
    }
    assert found["dso_simple_90"] == 60.0
    assert found["cei_month"] == 33.3333
    assert found["received_month_cents"] == 300_00


def test_before_the_first_fact_percentages_are_null(company, settings, capsys):
    metrics.run(asked(as_of=date(2026, 8, 31)), settings)
    found = json.loads(capsys.readouterr().out)
    assert (found["open_cents"], found["delinq_gt0_pct"], found["dso_simple_90"]) == (0, None, None)


def test_metrics_for_a_person_go_to_standard_error(company, settings, capsys):
    metrics.run(asked(as_of=date(2026, 10, 15), json=False), settings)
    said = capsys.readouterr()
    assert said.out == ""
    assert "R$\xa0600,00" in said.err


def test_a_workspace_that_is_not_there_is_named(company, settings):
    with pytest.raises(NotFound, match="marte"):
        metrics.run(asked(workspace="marte", as_of=date(2026, 10, 15)), settings)


def build(settings, tmp_path, **words) -> int:
    given = {"kind": "weekly", "week": "2026-W41", "send": False, "out": tmp_path / "sol.pdf"}
    return reports.run(asked(**(given | words)), settings)


def test_a_report_is_written_and_kept_but_sent_to_nobody(company, settings, tmp_path, capsys):
    assert build(settings, tmp_path) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["week"], result["as_of"], result["deliveries"]) == ("2026-W41", "2026-10-11", [])
    document = (tmp_path / "sol.pdf").read_bytes()
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
    assert "600,00" in text.replace("\xa0", " ")
    with acting_as(actors.system([company])):
        assert db.session().scalars(select(StoredFile.content)).one() == document


def test_sent_to_the_client_managers_with_the_outcome_of_each(company, settings, tmp_path, capsys):
    assert build(settings, tmp_path, send=True, out=None) == 0
    result = json.loads(capsys.readouterr().out)
    (delivery,) = result["deliveries"]
    assert (delivery["recipient"], delivery["state"]) == ("bruno@example.com", "sent")
    with acting_as(actors.system([company])):
        assert db.session().scalars(select(ReportRun.state)).all() == ["done"]
        assert db.session().scalars(select(ReportDelivery.state)).all() == ["sent"]


def test_command_paper_and_portal_say_the_same_numbers(
    company, settings, tmp_path, capsys, fresh_app
):
    metrics.run(asked(as_of=date(2026, 10, 11)), settings)
    found = json.loads(capsys.readouterr().out)
    build(settings, tmp_path, send=True)
    pages = PdfReader(tmp_path / "sol.pdf").pages
    paper = " ".join(page.extract_text() for page in pages).replace("\xa0", " ")
    bruno = people.sign_in(fresh_app.test_client(), _reader())
    portal = bruno.get("/portal/sol?day=2026-10-11").text.replace("\xa0", " ")
    amounts = [found["open_cents"], found["received_month_cents"], found["aging_cents"]["1-30"]]
    said = [wording.money(cents, "pt_BR").replace("\xa0", " ") for cents in amounts]
    said += [wording.percent(found["delinq_gt0_pct"], "pt_BR")]
    said += [f"{wording.number(found['dso_simple_90'], 'pt_BR', 1)} dias"]
    for text in said:
        assert text in paper
        assert text in portal


def _reader() -> people.User:
    return db.session().scalars(select(people.User)).one()


@pytest.mark.parametrize("week", ["2026-41", "2026-W99", "2999-W01"])
def test_a_week_that_is_none_writes_nothing(company, settings, tmp_path, week):
    with pytest.raises(BadInput):
        build(settings, tmp_path, week=week)
    assert not (tmp_path / "sol.pdf").exists()
    with acting_as(actors.system([company])):
        assert db.session().scalars(select(ReportRun)).all() == []


def test_every_kind_is_made_from_the_command_line(company, settings, tmp_path, capsys):
    out = tmp_path / "out.pdf"
    assert build(settings, tmp_path, kind="monthly", week=None, month="2026-10", out=out) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["period"], told["as_of"]) == ("2026-10", "2026-10-31")
    with acting_as(actors.system([company])):
        reference = db.session().scalars(select(Debtor.reference)).one()
    assert build(settings, tmp_path, kind="dossier", debtor=reference, out=out) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "dossier"
    assert build(settings, tmp_path, kind="portfolio", workspace=None, out=out) == 0
    assert json.loads(capsys.readouterr().out)["clients"] == 1
    assert len(PdfReader(out).pages) == 1
    with pytest.raises(BadInput, match="--month"):
        build(settings, tmp_path, kind="monthly", month=None)


def bpo(settings, *words: str) -> None:
    """A command line run as typed, on the servers of the test."""
    arguments = cli._parser(words).parse_args(words)
    arguments.run(arguments, settings)


@pytest.mark.parametrize("file", ["", ".ddmmyyyy-variant"])
def test_the_published_sample_imported_gives_the_published_figures(
    fresh_app, settings, shared_data, capsys, file
):
    goldens = json.loads((shared_data / "vectors/metrics_goldens_ibm.json").read_text())
    path = shared_data / f"datasets/ibm-wa/WA_Fn-UseC_-Accounts-Receivable{file}.csv"
    bpo(settings, "workspaces", "create", "ibm", "--name", "IBM", "--calendar", "none")
    bpo(settings, "import", str(path), "--workspace", "ibm", "--json")
    capsys.readouterr()
    for day, golden in goldens.items():
        bpo(settings, "metrics", "--workspace", "ibm", "--as-of", day, "--json")
        assert json.loads(capsys.readouterr().out) == golden
