"""The two database roles of an embedded cluster, their passwords and what each may do."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from bpo.kernel.errors import BadInput

DATABASE = "bpo"


class Role(StrEnum):
    """`owner` owns the tables, `app` owns nothing, `admin` exists to make the other two."""

    ADMIN = "postgres"
    OWNER = "bpo_owner"
    APP = "bpo_app"


@dataclass(frozen=True, slots=True)
class Passwords:
    """One password per role."""

    values: Mapping[str, str] = field(repr=False)

    @classmethod
    def kept_in(cls, path: Path) -> "Passwords":
        """The passwords of a data folder; made at the first call, whoever makes it."""
        if not path.exists():
            _keep(path, {role: secrets.token_urlsafe(24) for role in Role})
        try:
            return cls(json.loads(path.read_text(encoding="ascii")))
        except PermissionError as error:
            raise BadInput(
                "{path} belongs to another user: choose another data folder with BPO_DATA",
                path=path,
            ) from error

    def of(self, role: Role) -> str:
        return self.values[role]


def _keep(path: Path, values: Mapping[str, str]) -> None:
    """Write the file whole, unless another process was first."""
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def ensure(connect: Callable[[str], Connection[Any]], passwords: Passwords) -> None:
    """Make roles, database and default privileges where they are missing.

    `connect` opens a database as the superuser. Copies of the database inherit its privileges.
    """
    with connect("postgres") as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (Role.OWNER, Role.APP):
            if role not in known:
                _create_role(connection, role, passwords.of(role))
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            create_database(connection, DATABASE, "template1")
    with connect(DATABASE) as connection:
        _set_defaults(connection)


def create_database(connection: Connection[Any], name: str, template: str) -> None:
    """A database that belongs to the owner role."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(Role.OWNER), sql.Identifier(template)
        )
    )


def drop_database(connection: Connection[Any], name: str) -> None:
    """Remove a database and disconnect whoever is in it."""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _create_role(connection: Connection[Any], role: Role, password: str) -> None:
    connection.execute(
        sql.SQL(
            "CREATE ROLE {} LOGIN PASSWORD {} "
            "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"
        ).format(sql.Identifier(role), sql.Literal(password))
    )


def _set_defaults(connection: Connection[Any]) -> None:
    """Whatever the owner creates from now on in this database, the application may use."""
    owner, app = sql.Identifier(Role.OWNER), sql.Identifier(Role.APP)
    for grant in (
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES",
        "GRANT USAGE, SELECT ON SEQUENCES",
    ):
        connection.execute(
            sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} {} TO {}").format(
                owner, sql.SQL(grant), app
            )
        )
