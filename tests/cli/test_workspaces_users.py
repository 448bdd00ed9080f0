"""`bpo workspaces` and `bpo users`: what scripts rely on, with real commits."""

import io
import json

import pytest

from bpo import cli
from bpo.gateways import outside
from bpo.services.people import accounts
from config.settings import child_environ
from tests.factories.people import NOW, PASSWORD


@pytest.fixture
def run(fresh_app, monkeypatch, capsys):
    """Run a command on the test's own database: its exit code, standard output and error."""
    for name, value in child_environ(outside.of(fresh_app).settings).items():
        monkeypatch.setenv(name, value)

    def command(*words, given=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = cli.main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_a_workspace_is_created_and_listed(run):
    code, out, err = run("workspaces", "create", "ibm", "--name", "IBM", "--calendar", "none")
    assert (code, out) == (0, "")
    assert "ibm" in err
    run(
        "workspaces",
        "create",
        "sol",
        "--name",
        "Padaria Sol",
        "--currency",
        "USD",
        "--locale",
        "en",
    )
    code, out, _ = run("workspaces", "list", "--json")
    rows = {row["slug"]: row for row in json.loads(out)}
    assert rows["ibm"]["calendar"] == "none"
    assert (rows["ibm"]["currency"], rows["ibm"]["locale"]) == ("BRL", "pt_BR")
    assert (rows["sol"]["currency"], rows["sol"]["locale"]) == ("USD", "en")
    assert rows["sol"]["calendar"] == "br"


@pytest.mark.parametrize("slug", ["Sol", "s", "sol"])
def test_a_slug_that_cannot_be_is_bad_input(run, slug):
    run("workspaces", "create", "sol", "--name", "Sol")
    code, out, err = run("workspaces", "create", slug, "--name", "Outra")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert slug in err


def test_a_user_gets_a_password_from_standard_input(run, fresh_app):
    run("workspaces", "create", "sol", "--name", "Sol")
    words = ("users", "create", "ana@example.com", "--name", "Ana", "--role", "analyst")
    code, out, _ = run(*words, "--workspace", "sol", "--password-stdin", given=PASSWORD + "\n")
    assert (code, out) == (0, "")
    with fresh_app.app_context():
        assert (
            accounts.sign_in("ana@example.com", PASSWORD, address=None, now=NOW).user.name == "Ana"
        )
    (row,) = json.loads(run("users", "list", "--json")[1])
    assert (row["email"], row["workspaces"]) == ("ana@example.com", ["sol"])
    assert "hash" not in str(row)


def test_without_a_password_the_link_to_choose_one_is_printed_once(run, fresh_app):
    words = ("users", "create", "marta@example.com", "--name", "Marta", "--role", "admin")
    code, out, _ = run(*words)
    path = out.strip().partition("http://localhost")[2]
    assert (code, path.startswith("/invitation/")) == (0, True)
    assert fresh_app.test_client().get(path).status_code == 200


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (("eva@example.com", "--role", "analyst", "--workspace", "nowhere"), ""),
        (("eva@", "--role", "analyst"), ""),
        (("eva@example.com", "--role", "analyst", "--password-stdin"), "curta\n"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence_and_nothing_is_made(run, words, given):
    code, out, err = run("users", "create", *words, "--name", "Eva", given=given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert json.loads(run("users", "list", "--json")[1]) == []
