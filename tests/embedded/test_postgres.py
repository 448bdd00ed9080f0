"""An embedded PostgreSQL comes up whatever happened before, and lets nobody else in."""

import os
import signal
import stat
import threading
from pathlib import Path

import psutil
import psycopg
import pytest

from bpo.embedded import places
from bpo.embedded.postgres import Cluster
from bpo.kernel.errors import BadInput


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def _query(cluster: Cluster, statement: str, role: str = "owner") -> object:
    with psycopg.connect(_libpq(cluster.url(role))) as connection:
        result = connection.execute(statement)
        row = result.fetchone() if result.description else None
        return row[0] if row else None


def _postmaster(data_dir: Path) -> psutil.Process:
    files = data_dir / "postgres" / "data" / "postmaster.pid"
    return psutil.Process(int(files.read_text().split()[0]))


@pytest.fixture
def postgres(data_dir: Path) -> Cluster:
    cluster = Cluster(data_dir, durable=False)
    cluster.start()
    return cluster


def test_what_was_committed_survives_a_killed_server_and_a_pid_that_is_anothers(data_dir):
    postgres = Cluster(data_dir)
    postgres.start()
    _query(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    _postmaster(data_dir).kill()
    pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    assert not postgres.alive()
    again = Cluster(data_dir)
    again.start()

    assert _query(again, "SELECT answer FROM kept") == 42
    assert _query(again, "SELECT answer FROM kept", role="app") == 42


def test_a_second_start_joins_and_many_first_starts_make_one_server(data_dir):
    starters = [Cluster(data_dir, durable=False) for _ in range(3)]
    threads = [threading.Thread(target=starter.start) for starter in starters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    servers = {_query(starter, "SELECT pg_postmaster_start_time()") for starter in starters}
    assert len(servers) == 1


def test_a_busy_backend_of_a_killed_server_does_not_stop_the_next_start(postgres, data_dir):
    with psycopg.connect(_libpq(postgres.url("owner"))) as connection:
        backend = psutil.Process(connection.info.backend_pid)
        backend.send_signal(signal.SIGSTOP)
        _postmaster(data_dir).kill()
        threading.Timer(0.5, backend.send_signal, [signal.SIGCONT]).start()
        postgres.start()
    assert postgres.running()


def test_data_of_another_major_version_is_refused_with_a_sentence(postgres, data_dir):
    postgres.stop()
    (data_dir / "postgres" / "data" / "PG_VERSION").write_text("14\n")
    with pytest.raises(BadInput, match=r"holds data of PostgreSQL 14 and this program brings \d+"):
        postgres.start()


def test_a_half_made_cluster_is_made_anew(data_dir):
    cluster = Cluster(data_dir, durable=False)
    (data_dir / "postgres" / "data.new").mkdir()
    (data_dir / "postgres" / "data.new" / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert cluster.running()


def test_only_passwords_open_it_and_only_through_a_private_socket(postgres, data_dir):
    sockets = data_dir / "postgres" / "run"
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "postgres.json").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(sockets), user="bpo_app", password="guess", dbname="bpo")
    assert _query(postgres, "SHOW listen_addresses") == ""


def test_the_application_role_has_no_powers(postgres):
    powers = "rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication"
    statement = f"SELECT {powers} FROM pg_roles WHERE rolname = current_user"
    assert _query(postgres, statement, role="app") is False
    assert _query(postgres, statement, role="owner") is False


def test_a_data_folder_with_a_long_name_gets_a_short_socket(data_dir):
    deep = data_dir / ("a" * 60) / ("b" * 60)
    cluster = Cluster(deep, durable=False)
    cluster.start()
    assert _query(cluster, "SELECT 1") == 1
    cluster.stop()
    places.prepare(deep, "postgres", ".s.PGSQL.5432").sockets.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
def test_root_finds_a_place_when_the_data_folder_is_closed_to_others(data_dir):
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    place = places.prepare(closed, "postgres", ".s.PGSQL.5432")
    assert place.home.is_relative_to(places.SHELTER)
    assert place.home.stat().st_uid != 0
    assert places.prepare(closed, "postgres", ".s.PGSQL.5432") == place
    place.sockets.rmdir()
    place.home.rmdir()
    place.home.parent.rmdir()
