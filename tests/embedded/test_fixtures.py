"""The databases that tests work with keep tests apart."""

import psycopg
import pytest
import redis
from sqlalchemy import text

from tests.cluster import DatabaseUrls


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_session_test_leaves_nothing_behind(session, turn):
    found = session.execute(text("SELECT count(*) FROM users")).scalar_one()
    session.execute(text("CREATE TEMP TABLE seen (turn int)"))
    session.commit()
    assert found == 0
    assert session.execute(text("SELECT count(*) FROM seen")).scalar_one() == 0


def test_requests_run_inside_the_tests_transaction(session, client):
    session.execute(text("CREATE TEMP TABLE seen (turn int)"))
    session.commit()
    assert client.get("/healthz").status_code < 500


@pytest.mark.parametrize("turn", [1, 2])
def test_a_fresh_database_is_empty_and_commits_for_real(fresh_database: DatabaseUrls, turn):
    with psycopg.connect(_libpq(fresh_database.owner)) as owner:
        owner.execute("CREATE TABLE notes_of_the_test (id int)")
    with psycopg.connect(_libpq(fresh_database.app)) as app:
        app.execute("INSERT INTO notes_of_the_test VALUES (1)")
    with psycopg.connect(_libpq(fresh_database.app)) as app:
        assert app.execute("SELECT count(*) FROM notes_of_the_test").fetchone() == (1,)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_fresh_database_comes_back_as_it_was_made(fresh_database: DatabaseUrls, turn):
    with psycopg.connect(_libpq(fresh_database.owner)) as owner:
        assert owner.execute("SELECT count(*) FROM workspaces").fetchone() == (0,)
        made = owner.execute(
            "INSERT INTO workspaces (slug, name, legal_name, cnpj, street, city, state,"
            " postal_code) VALUES ('a', 'a', 'a', '11222333000181', 'a', 'a', 'SP', '01000000')"
            " RETURNING id"
        )
        assert made.fetchone() == (1,)


def test_the_application_role_owns_nothing_and_may_not_create(fresh_database: DatabaseUrls):
    with psycopg.connect(_libpq(fresh_database.app)) as app:
        owned = app.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert owned.fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (id int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_the_key_store_is_emptied_for_each_test(redis_url, turn):
    with redis.Redis.from_url(redis_url) as connection:
        assert connection.keys() == []
        connection.set("left", "behind")
