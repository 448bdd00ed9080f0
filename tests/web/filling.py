"""Filling in forms as a person would: the page is opened first and its token sent along."""

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Filler:
    """A signed-in browser that reads pages and sends forms."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, url: str) -> str:
        """The text of a page that must be there."""
        answer = self.client.get(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        return answer.text

    def token(self, page: str) -> str:
        """The form token of a page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.open(page))
        assert token, f"{page} has no form"
        return token[1]

    def send(self, page: str, fields: dict[str, Any], to: str | None = None) -> TestResponse:
        """The answer to a form of `page`, sent to `to` or to the page itself."""
        return self.client.post(to or page, data={"csrf_token": self.token(page), **fields})
