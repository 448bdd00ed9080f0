"""The settings refuse what would be unsafe and survive being handed to a child process."""

import dataclasses
import stat
from datetime import timedelta

import pytest

from bpo.kernel.errors import BadInput
from config import settings
from config.settings import Environment

STRONG = "kX9v-2mQ7pLz4Wc8sTfYbN6hRd1aJ0eGu"


@pytest.fixture
def laptop(tmp_path):
    return {"BPO_DATA": str(tmp_path / "data")}


@pytest.fixture
def production(tmp_path):
    return {
        "BPO_DATA": str(tmp_path),
        "DATABASE_URL": "postgres://app:pw@db/bpo",
        "BPO_SECRET_KEY": STRONG,
        "BPO_BASE_URL": "https://cobranca.example/",
    }


def test_an_empty_environment_is_a_laptop_with_a_secret_of_its_own(laptop, tmp_path):
    first, second = settings.load(laptop), settings.load(laptop)
    assert first == second
    assert first.environment is Environment.DEVELOPMENT
    assert first.base_url == "http://localhost:8000"
    assert first.database_url is None
    secret = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(first.secret_key) >= 48


def test_a_database_of_ones_own_means_production(production):
    found = settings.load(production)
    assert found.production
    assert found.secure_cookies
    assert found.base_url == "https://cobranca.example"
    assert found.database_url == "postgresql+psycopg://app:pw@db/bpo"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"BPO_SECRET_KEY": ""}, "BPO_SECRET_KEY is not set"),
        ({"BPO_SECRET_KEY": "short"}, "BPO_SECRET_KEY is weak"),
        ({"BPO_SECRET_KEY": "a" * 64}, "BPO_SECRET_KEY is weak"),
        ({"BPO_BASE_URL": ""}, "BPO_BASE_URL is not set"),
        ({"BPO_BASE_URL": "cobranca.example"}, "BPO_BASE_URL is cobranca.example"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must be a postgresql:// address"),
        ({"SMTP_URL": "mail.example"}, "SMTP_URL must begin"),
        ({"BPO_PORT": "80000"}, "BPO_PORT is 80000: use a whole number from 1 to 65535"),
        ({"BPO_WORKERS": "two"}, "BPO_WORKERS is two"),
        ({"BPO_LOG_LEVEL": "loud"}, "BPO_LOG_LEVEL is LOUD"),
        ({"BPO_ENV": "staging"}, "BPO_ENV is staging"),
    ],
)
def test_what_cannot_be_used_is_named(production, change, named):
    with pytest.raises(BadInput, match=named):
        settings.load(production | change)


def test_a_child_process_reads_the_same_settings(production):
    found = settings.load(
        production
        | {"REDIS_URL": "redis://q", "SMTP_URL": "smtp://m:25", "BPO_SESSION_IDLE_MINUTES": "45"},
        BPO_PORT="8123",
    )
    assert found.port == 8123
    assert found.session_idle == timedelta(minutes=45)
    assert settings.load(settings.child_environ(found)) == found


def test_secrets_do_not_show_in_a_traceback(production):
    shown = repr(settings.load(production))
    assert STRONG not in shown
    assert ":pw@" not in shown


def test_every_setting_reaches_the_child(production):
    loaded = settings.load(production)
    fields = {field.name for field in dataclasses.fields(loaded)}
    assert len(settings._variables(loaded)) == len(
        fields - {"upload_limit_bytes", "channel_secrets"}
    )
