"""The composition root: settings in, a Flask application out, with every collaborator in place."""

from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy.orm import configure_mappers
from werkzeug.middleware.proxy_fix import ProxyFix

from bpo import db as database
from bpo import paths
from bpo.gateways import outside
from bpo.gateways.mail import Mail, MemoryMail, Smtp
from bpo.gateways.outside import Outside
from bpo.gateways.queue import MemoryQueue, Queue, RedisQueue
from bpo.gateways.signing import Signer
from bpo.web import acts, errors, filters, language, security, session, throttle
from bpo.web.blueprints import BLUEPRINTS
from bpo.web.routes import Route
from config.settings import Environment, Settings


def create_app(
    settings: Settings, *, queue: Queue | None = None, mail: Mail | None = None
) -> Flask:
    """Build the application; connects to nothing until asked.

    `settings.database_url` must be set; the caller has started the embedded servers if need be.
    """
    app = Flask(
        "bpo",
        template_folder=str(paths.TEMPLATES),
        static_folder=str(paths.STATIC),
        static_url_path="/static",
    )
    app.url_rule_class = Route
    app.config.from_mapping(_config(settings))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign]
    queue = queue or (RedisQueue(settings.redis_url) if settings.redis_url else MemoryQueue())
    mail = mail or (Smtp(settings.smtp_url) if settings.smtp_url else MemoryMail())
    outside.install(app, Outside(settings, queue, Signer(settings.secret_key), mail))
    database.init_app(app)
    configure_mappers()  # before any fork, so that no process pays for it again
    _install_web(app)
    return app


def _install_web(app: Flask) -> None:
    security.measure(app)
    session.init_app(app)
    CSRFProtect(app)
    throttle.limiter.init_app(app)
    language.init_app(app, session.locale, session.time_zone)
    filters.init_app(app)
    acts.init_app(app)
    errors.init_app(app)
    security.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.environment is Environment.TEST,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True, "pool_size": 5},
        "SESSION_COOKIE_NAME": "bpo_session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": settings.session_lifetime,
        "MAX_CONTENT_LENGTH": settings.upload_limit_bytes,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "RATELIMIT_STORAGE_URI": _limiter_storage(settings.redis_url),
        "RATELIMIT_HEADERS_ENABLED": False,
        "SEND_FILE_MAX_AGE_DEFAULT": 0,
    }


def _limiter_storage(redis_url: str | None) -> str:
    if not redis_url:
        return "memory://"
    return redis_url.replace("unix://", "redis+unix://", 1)
