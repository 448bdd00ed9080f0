"""The frame of the command line: one sentence for a refusal, JSON alone on standard output."""

import datetime
import json
from argparse import Namespace

import pytest

from bpo import cli
from bpo.cli import console
from bpo.kernel.errors import BadInput, Conflict, NotFound


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("BPO_DATA", str(tmp_path))


def _exit(capsys, *words):
    with pytest.raises(SystemExit) as stopped:
        cli.main(words)
    said = capsys.readouterr()
    assert said.out == ""
    return stopped.value.code, said.err


def test_an_unknown_command_gets_one_sentence(capsys):
    assert _exit(capsys, "colect") == (2, "There is no command colect (see bpo --help)\n")


def test_a_wrong_argument_gets_one_sentence(capsys):
    code, said = _exit(capsys, "up", "--port", "ninety")
    assert code == 2
    assert said == (
        "Argument --port: ninety is no port: use a number from 1 to 65535 (see bpo up --help)\n"
    )


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (BadInput("{file} has no header", file="x.csv"), 2),
        (NotFound("There is no workspace {slug}", slug="sol"), 2),
        (Conflict("It is closed"), 1),
    ],
)
def test_a_refusal_becomes_its_sentence_and_its_exit_code(capsys, data_dir, refusal, code):
    def refuse(arguments, settings):
        raise refusal

    assert cli._run(Namespace(run=refuse)) == code
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{refusal}\n")


def test_output_is_one_json_document_and_nothing_else(capsys):
    console.output({"on": datetime.date(2026, 11, 23), "name": "São João", "none": None})
    console.say("for a person")
    said = capsys.readouterr()
    assert json.loads(said.out) == {"on": "2026-11-23", "name": "São João", "none": None}
    assert "São João" in said.out
    assert said.err == "for a person\n"


@pytest.mark.parametrize("family", [name for name in cli.FAMILIES if cli.exists(name)])
def test_every_family_explains_itself(capsys, family):
    with pytest.raises(SystemExit) as stopped:
        cli.main([family, "--help"])
    assert stopped.value.code == 0
    assert f"bpo {family}" in capsys.readouterr().out
