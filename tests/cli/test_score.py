"""`bpo score evaluate`: what scripts rely on."""

import json
from argparse import Namespace
from datetime import date

import pytest

from bpo.cli import score
from bpo.db import acting_as, db
from bpo.gateways import outside
from bpo.kernel import actor as actors
from bpo.kernel.errors import NotFound
from tests.factories import debts, people

MEASURES = ["auc", "brier", "log_loss", "ece"]


@pytest.fixture
def settings(fresh_app):
    with fresh_app.app_context():
        sol = people.workspace(calendar="none")
        with acting_as(actors.system([sol.id], name="tests")):
            davi = debts.debtor(db.session(), sol)
            paid_on = (date(2026, 2, 5), date(2026, 3, 20), date(2026, 4, 8), date(2026, 5, 9))
            for month, day in enumerate(paid_on, start=1):
                due = date(2026, month + 1, 10)
                issue = date(2026, month, 11)
                title = debts.receivable(db.session(), davi, str(month), due=due, issue=issue)
                debts.paid(db.session(), title, 100_00, day)
        yield outside.of(fresh_app).settings


def asked(**words) -> Namespace:
    return Namespace(**({"workspace": "sol", "json": True, "split": date(2026, 3, 10)} | words))


def test_the_measures_are_one_json_document_with_the_agreed_names(settings, capsys):
    score.run(asked(), settings)
    found = json.loads(capsys.readouterr().out)
    own = ["mae_days", "n_train", "n_test", "late_share", "baselines"]
    assert list(found) == [*MEASURES, *own]
    assert list(found["baselines"]) == ["past_late_rate", "customer_mean", "constant"]
    assert list(found["baselines"]["past_late_rate"]) == MEASURES
    assert (found["n_train"], found["n_test"], found["late_share"]) == (1, 2, 0.0)
    assert found["auc"] is None
    assert found["baselines"]["constant"]["mae_days"] > 0


def test_without_json_it_is_a_table_for_people(settings, capsys):
    score.run(asked(json=False), settings)
    said = capsys.readouterr()
    assert said.out == ""
    assert "trained on 1, tested on 2 receivables" in said.err


def test_an_unknown_workspace_is_named(settings):
    with pytest.raises(NotFound, match="nowhere"):
        score.run(asked(workspace="nowhere"), settings)
