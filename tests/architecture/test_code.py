"""The rules of the house about source code."""

import ast

import pytest

from tests.architecture import reading
from tests.architecture.reading import ROOT

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "base", "misc"}
OWN_THE_CLOCK = ("bpo/web/session.py", "bpo/cli/", "bpo/embedded/", "bpo/bench/", "workers/")
CLOCKS = {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.datetime.now"}


def test_one_place_commits():
    sites = [
        f"{reading.name(path)}:{call.lineno}"
        for path in reading.modules()
        for called, call in reading.calls(path)
        if called.endswith(".commit")
    ]
    assert [site.partition(":")[0] for site in sites] == ["bpo/db.py"], sites


def test_the_environment_is_read_in_config_alone():
    readers = {
        reading.name(path)
        for path in reading.modules()
        for node in ast.walk(reading.tree(path))
        if isinstance(node, ast.Attribute) and reading.dotted(node) in {"os.environ", "os.getenv"}
    }
    assert {reader for reader in readers if not reader.startswith("config/")} == set()


def test_nothing_is_imported_inside_a_function():
    inside = [
        f"{reading.name(path)}:{node.lineno}"
        for path in reading.modules()
        for function in ast.walk(reading.tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_time_enters_at_the_entry_points():
    asked = [
        f"{reading.name(path)}:{call.lineno} {called}"
        for path in reading.modules()
        for called, call in reading.calls(path)
        if called in CLOCKS and not reading.name(path).startswith(OWN_THE_CLOCK)
    ]
    assert asked == []


def test_every_module_says_what_lives_there():
    silent = [reading.name(p) for p in reading.modules() if not ast.get_docstring(reading.tree(p))]
    assert silent == []


def test_files_are_named_for_what_they_hold():
    vague = [reading.name(path) for path in reading.modules() if path.stem in VAGUE]
    assert vague == []


@pytest.mark.parametrize(
    ("folder", "kinds"),
    [
        ("bpo", ("py", "css", "js")),
        ("workers", ("py",)),
        ("config", ("py",)),
        ("templates", ("html", "txt", "css")),
        ("tests", ("py",)),
    ],
)
def test_no_file_is_longer_than_a_reader_can_hold(folder, kinds):
    long = {
        reading.name(path): lines
        for kind in kinds
        for path in (ROOT / folder).rglob(f"*.{kind}")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_the_architecture_page_names_every_package():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    packages = {
        reading.name(path.parent) for path in reading.modules() if path.name == "__init__.py"
    }
    # Families below these are told by the page as a whole, not one by one.
    deep = {package for package in packages if package.count("/") > 2}
    unnamed = {package for package in packages - deep if package.split("/")[-1] not in page}
    assert unnamed == set()
