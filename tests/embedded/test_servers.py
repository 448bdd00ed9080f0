"""Processes share the servers of a data folder: the first starts them, the last stops them."""

from dataclasses import replace

from bpo.embedded import servers
from bpo.embedded.servers import Servers
from tests.cluster import settings_in


def test_the_last_one_out_stops_the_servers(data_dir):
    program = Servers(settings_in(data_dir), durable=False)
    command = Servers(settings_in(data_dir), durable=False)
    joined = program.join()
    assert command.join() == joined
    assert None not in (joined.database_url, joined.migration_database_url, joined.redis_url)

    program.leave()
    assert command.alive()
    command.leave()
    assert not command.alive()
    assert not servers.in_use(data_dir)


def test_addresses_of_the_users_own_are_left_alone(data_dir):
    own = replace(
        settings_in(data_dir),
        database_url="postgresql+psycopg://somewhere/else",
        redis_url="redis://somewhere",
    )
    with servers.join_or_start(own) as joined:
        assert joined == own
    assert not (data_dir / "postgres").exists()
