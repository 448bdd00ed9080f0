"""An embedded Valkey keeps what it was told and starts again after any end."""

import psutil
import pytest
import redis

from bpo.embedded.valkey import Server


@pytest.fixture
def valkey(data_dir):
    server = Server(data_dir)
    server.start()
    return server


def test_it_starts_again_over_the_socket_of_a_killed_server(valkey, data_dir):
    with redis.Redis.from_url(valkey.url) as client:
        client.set("kept", "yes")
        client.execute_command("WAITAOF", 1, 0, 2000)
        psutil.Process(int(client.info("server")["process_id"])).kill()

    again = Server(data_dir)
    assert not again.running()
    again.start()

    with redis.Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"


def test_a_second_start_joins(valkey, data_dir):
    Server(data_dir).start()
    with redis.Redis.from_url(valkey.url) as client:
        assert client.info("clients")["connected_clients"] == 1
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_it_listens_on_its_socket_alone(valkey):
    with redis.Redis.from_url(valkey.url) as client:
        assert client.config_get("port") == {"port": "0"}
