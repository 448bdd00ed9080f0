"""A browser without a screen, for tests that hold an application context open around it."""

from typing import Any

import flask
from flask.testing import FlaskClient


class Browser(FlaskClient):
    """Forgets between requests what belonged to the request before.

    Inside an open application context all requests share `flask.g`, where the signed-in user and
    the language are kept: without this, Carla would browse as whoever came before her.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if flask.has_app_context():
            vars(flask.g).clear()
        return super().open(*args, **kwargs)
