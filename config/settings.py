"""The settings, read from the environment here and nowhere else."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from bpo.kernel.errors import BadInput

WEAK_SECRETS = frozenset(
    {"secret", "changeme", "change-me", "password", "dev", "development", "test"}
)
MINIMUM_SECRET_LENGTH = 32
CHANNEL_SECRETS = "BPO_CHANNEL_"
LOG_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})


class Environment(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may decide; an absent server URL means "start your own".

    `bpo_name` is the name under which the BPO writes to its clients.
    `database_url` is the application role's, `migration_database_url` the owner's, both in
    SQLAlchemy's `postgresql+psycopg://` form. `texts_url` is a local catcher for SMS and
    WhatsApp, for trying out; `channel_secrets` are the keys of providers, by the name that
    follows `BPO_CHANNEL_` in the environment. `data_dir` holds embedded servers, stored files and
    the generated secret.
    """

    environment: Environment
    data_dir: Path
    secret_key: str = field(repr=False)
    base_url: str
    database_url: str | None = field(default=None, repr=False)
    migration_database_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    texts_url: str | None = None
    channel_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    mail_sender: str = "cobranca@bpo.localhost"
    bpo_name: str = "BPO Financeiro"
    log_level: str = "INFO"
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    outbox_port: int = 8025
    web_processes: int = 2
    workers: int = 2
    session_idle: timedelta = timedelta(hours=2)
    session_lifetime: timedelta = timedelta(hours=12)
    upload_limit_bytes: int = 32 * 1024 * 1024

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def files_dir(self) -> Path:
        """Stored reports, proofs and uploads."""
        return self.data_dir / "files"


def load(environ: Mapping[str, str] = os.environ, /, **changes: str) -> Settings:
    """Read the settings, `changes` before `environ`; BadInput names what cannot be used.

    Without `BPO_ENV` an installation with its own `DATABASE_URL` counts as production, one that
    starts its own servers as development. The secret of the latter is made once and kept in the
    data folder.
    """
    environ = {**environ, **changes}
    environment = _environment(environ)
    data_dir = Path(environ.get("BPO_DATA") or "var").expanduser().resolve()
    port = _integer(environ, "BPO_PORT", 8000, 1, 65535)
    host = environ.get("BPO_HOST") or "127.0.0.1"
    return Settings(
        environment=environment,
        data_dir=data_dir,
        secret_key=_secret_key(environ, environment, data_dir),
        base_url=_base_url(environ, environment, port),
        database_url=_database_url(environ, "DATABASE_URL"),
        migration_database_url=_database_url(environ, "MIGRATION_DATABASE_URL"),
        redis_url=environ.get("REDIS_URL") or None,
        smtp_url=_smtp_url(environ),
        texts_url=_texts_url(environ, environment),
        channel_secrets=_channel_secrets(environ),
        mail_sender=environ.get("BPO_MAIL_SENDER") or "cobranca@bpo.localhost",
        bpo_name=environ.get("BPO_NAME", "").strip() or "BPO Financeiro",
        log_level=_log_level(environ),
        trusted_proxies=_integer(environ, "BPO_TRUSTED_PROXIES", 0, 0, 10),
        host=host,
        port=port,
        outbox_port=_integer(environ, "BPO_OUTBOX_PORT", 8025, 1, 65535),
        web_processes=_integer(environ, "BPO_WEB_PROCESSES", 2, 1, 64),
        workers=_integer(environ, "BPO_WORKERS", 2, 1, 64),
        session_idle=_minutes(environ, "BPO_SESSION_IDLE_MINUTES", 2 * 60),
        session_lifetime=_minutes(environ, "BPO_SESSION_MINUTES", 12 * 60),
    )


def child_environ(settings: Settings) -> dict[str, str]:
    """The environment in which a child process reads the same settings again."""
    ours = _variables(settings)
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {name: value for name, value in ours.items() if value is not None}


def _variables(settings: Settings) -> dict[str, str | None]:
    return {
        "BPO_ENV": settings.environment.value,
        "BPO_DATA": str(settings.data_dir),
        "BPO_SECRET_KEY": settings.secret_key,
        "BPO_BASE_URL": settings.base_url,
        "DATABASE_URL": settings.database_url,
        "MIGRATION_DATABASE_URL": settings.migration_database_url,
        "REDIS_URL": settings.redis_url,
        "SMTP_URL": settings.smtp_url,
        "BPO_TEXTS_URL": settings.texts_url,
        "BPO_MAIL_SENDER": settings.mail_sender,
        "BPO_NAME": settings.bpo_name,
        "BPO_LOG_LEVEL": settings.log_level,
        "BPO_TRUSTED_PROXIES": str(settings.trusted_proxies),
        "BPO_HOST": settings.host,
        "BPO_PORT": str(settings.port),
        "BPO_OUTBOX_PORT": str(settings.outbox_port),
        "BPO_WEB_PROCESSES": str(settings.web_processes),
        "BPO_WORKERS": str(settings.workers),
        "BPO_SESSION_IDLE_MINUTES": _whole_minutes(settings.session_idle),
        "BPO_SESSION_MINUTES": _whole_minutes(settings.session_lifetime),
    }


def _whole_minutes(span: timedelta) -> str:
    return str(int(span.total_seconds() // 60))


def _environment(environ: Mapping[str, str]) -> Environment:
    default = Environment.PRODUCTION if environ.get("DATABASE_URL") else Environment.DEVELOPMENT
    value = environ.get("BPO_ENV") or default
    try:
        return Environment(value)
    except ValueError:
        raise BadInput(
            "BPO_ENV is {value}: use production, development or test", value=value
        ) from None


def _secret_key(environ: Mapping[str, str], environment: Environment, data_dir: Path) -> str:
    given = environ.get("BPO_SECRET_KEY", "")
    if environment is Environment.PRODUCTION:
        return _strong(given)
    return given or _stored_secret(data_dir / "secret_key")


def _strong(secret: str) -> str:
    if not secret:
        raise BadInput("BPO_SECRET_KEY is not set: production needs a secret of its own")
    if (
        len(secret) < MINIMUM_SECRET_LENGTH
        or len(set(secret)) < 8
        or secret.lower() in WEAK_SECRETS
    ):
        raise BadInput(
            "BPO_SECRET_KEY is weak: use at least {minimum} random characters",
            minimum=MINIMUM_SECRET_LENGTH,
        )
    return secret


def _stored_secret(path: Path) -> str:
    """The data folder's secret; the first process that needs it makes it."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return _make_secret(path)


def _make_secret(path: Path) -> str:
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    draft = path.with_name(f".secret-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii")


def _base_url(environ: Mapping[str, str], environment: Environment, port: int) -> str:
    given = environ.get("BPO_BASE_URL", "").rstrip("/")
    if given and not given.startswith(("http://", "https://")):
        raise BadInput(
            "BPO_BASE_URL is {given}: it must begin with https:// or http://", given=given
        )
    if not given and environment is Environment.PRODUCTION:
        raise BadInput("BPO_BASE_URL is not set: the links in messages need the public address")
    return given or f"http://localhost:{port}"


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
    """A PostgreSQL URL in the form SQLAlchemy wants, with psycopg as the driver."""
    given = environ.get(name, "")
    if not given:
        return None
    scheme, separator, rest = given.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgres", "postgresql"}:
        raise BadInput("{name} must be a postgresql:// address", name=name)
    return f"postgresql+psycopg://{rest}"


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    given = environ.get("SMTP_URL") or None
    if given and not given.startswith(("smtp://", "smtps://")):
        raise BadInput("SMTP_URL must begin with smtp:// or smtps://")
    return given


def _texts_url(environ: Mapping[str, str], environment: Environment) -> str | None:
    """The local catcher of short messages; in production nothing may end there unseen."""
    given = environ.get("BPO_TEXTS_URL") or None
    if given and environment is Environment.PRODUCTION:
        raise BadInput("BPO_TEXTS_URL is for trying out: in production set up a provider")
    if given and not given.startswith(("http://127.0.0.1", "http://localhost")):
        raise BadInput("BPO_TEXTS_URL must be on this machine")
    return given


def _channel_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(CHANNEL_SECRETS): value
        for name, value in environ.items()
        if name.startswith(CHANNEL_SECRETS) and value
    }


def _log_level(environ: Mapping[str, str]) -> str:
    level = (environ.get("BPO_LOG_LEVEL") or "INFO").upper()
    if level not in LOG_LEVELS:
        raise BadInput(
            "BPO_LOG_LEVEL is {level}: use one of {allowed}",
            level=level,
            allowed=", ".join(sorted(LOG_LEVELS)),
        )
    return level


def _minutes(environ: Mapping[str, str], name: str, default: int) -> timedelta:
    return timedelta(minutes=_integer(environ, name, default, 1, 60 * 24 * 30))


def _integer(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    given = environ.get(name, "")
    if not given:
        return default
    if not given.isdecimal() or not low <= int(given) <= high:
        raise BadInput(
            "{name} is {given}: use a whole number from {low} to {high}",
            name=name,
            given=given,
            low=low,
            high=high,
        )
    return int(given)
