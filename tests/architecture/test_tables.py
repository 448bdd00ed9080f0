"""The two walls between workspaces, as the database itself knows them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    ForeignKeyConstraint,
    NullPool,
    Table,
    create_engine,
    text,
)

from bpo import models, schema
from bpo.db import UnsafeRole, check_role

TABLES = models.Workspace.metadata.tables
OUTSIDE = {"memberships", "signed_links"}
"""Tables that signing in and opening a link must read before any scope is known."""

INSIDE = {name for name, table in TABLES.items() if "workspace_id" in table.c} - OUTSIDE
APPEND_ONLY = {
    "access_entries",
    "agreement_acceptances",
    "audit_entries",
    "entries",
    "message_texts",
    "payments",
    "refunds",
}


@pytest.fixture(scope="module")
def owner(database_urls) -> Iterator[Connection]:
    engine = create_engine(database_urls.owner, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def workspace_tables() -> list[Table]:
    return [TABLES[name] for name in sorted(INSIDE)]


@pytest.mark.parametrize("table", workspace_tables(), ids=lambda table: table.name)
def test_the_key_of_a_workspace_table_leads_with_the_workspace(table):
    assert next(iter(table.primary_key.columns)).name == "workspace_id"


def composite(key: ForeignKeyConstraint) -> bool:
    pairs = [(element.parent.name, element.column.name) for element in key.elements]
    return pairs[0] == ("workspace_id", "workspace_id") and len(pairs) == 2


def test_keys_between_workspace_tables_cannot_cross_over():
    crossing = [
        f"{table.name}.{key.column_keys}"
        for table in workspace_tables()
        for key in table.foreign_key_constraints
        if key.referred_table.name in INSIDE and not composite(key)
    ]
    assert crossing == []


def test_every_workspace_table_hangs_on_a_workspace():
    """By a key of its own, or by one that leads through another table of the workspace."""
    loose = [
        table.name
        for table in workspace_tables()
        if not {key.referred_table.name for key in table.foreign_key_constraints}
        & (INSIDE | {"workspaces"})
    ]
    assert loose == []


def test_every_workspace_table_is_behind_its_policy(owner):
    policies = owner.execute(
        text(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, p.polname, p.polcmd,"
            " p.polpermissive, pg_get_expr(p.polqual, p.polrelid),"
            " pg_get_expr(p.polwithcheck, p.polrelid)"
            " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        )
    ).all()
    behind = {row[0] for row in policies if row[1]}
    assert behind == INSIDE
    for name, enabled, forced, policy, command, permissive, using, check in policies:
        if name in INSIDE:
            assert (enabled, forced, policy, command, permissive) == (
                True,
                False,
                "workspace",
                "*",
                True,
            ), name
            for wall in (using, check):
                assert "workspace_id = ANY" in wall, name
                assert "current_setting('bpo.workspaces'::text, true)" in wall, name
    assert len(policies) == len({row[0] for row in policies}), "a second policy would open a door"


def test_trails_and_money_are_append_only(owner):
    triggers = owner.execute(
        text(
            "SELECT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.proname = 'refuse_change' AND tgenabled = 'O'"
        )
    )
    assert set(triggers.scalars()) == APPEND_ONLY


def test_there_is_one_newest_migration():
    assert len(schema.heads()) == 1


def test_migrations_say_what_the_models_say(database_urls):
    assert schema.drift(database_urls.owner, models.Workspace.metadata) == []


def test_checks_and_defaults_of_the_models_are_in_the_database(owner):
    """What the comparison of models and migrations does not look at."""
    declared = {
        str(constraint.name)
        for table in TABLES.values()
        for constraint in table.constraints
        if constraint.__visit_name__ == "check_constraint"
    }
    there = set(
        owner.execute(text("SELECT conname FROM pg_constraint WHERE contype = 'c'")).scalars()
    )
    assert declared <= there
    defaulted = {
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.server_default is not None and not column.identity
    }
    found = owner.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_default IS NOT NULL"
        )
    )
    assert {tuple(row) for row in found} == defaulted


def engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool)


def test_the_application_accepts_only_a_plain_role(servers, database_urls):
    check_role(engine(database_urls.app))
    with pytest.raises(UnsafeRole, match="owns tables"):
        check_role(engine(database_urls.owner))
    with pytest.raises(UnsafeRole, match="superuser"):
        check_role(
            engine(
                servers.postgres.url("admin", database_urls.app.rsplit("/", 1)[-1].split("?")[0])
            )
        )
