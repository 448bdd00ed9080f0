"""Gunicorn's configuration, read by name: `gunicorn -c python:config.gunicorn wsgi:app`."""

import gc

from config import logging
from config import settings as _settings

_found = _settings.load()

bind = f"{_found.host}:{_found.port}"
workers = _found.web_processes
worker_class = "gthread"
threads = 4
preload_app = True
timeout = 60
graceful_timeout = 10
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
accesslog = None
control_socket_disable = True


def on_starting(server: object) -> None:
    """Before the application is loaded: its log lines look like everybody's."""
    logging.configure(_found)


def when_ready(server: object) -> None:
    """Before the forks: what is loaded is no garbage, so that no process looks through it again."""
    gc.collect()
    gc.freeze()
