"""Numbers and characters that only programs send: refused, never a crash."""

import pytest

from bpo.db import db
from tests.factories import people


@pytest.mark.parametrize(
    "address", ["/w/sol/debtors/{}", "/w/sol/reports/{}.pdf", "/office/users/{}"]
)
def test_a_number_beyond_all_numbers_is_refused(fresh_app, address):
    fresh_app.testing = False
    with fresh_app.app_context():
        marta = people.cast(db.session()).marta
        client = people.sign_in(fresh_app.test_client(), marta)
        db.session.remove()
    assert client.get(address.format("9" * 26)).status_code == 400


def test_a_character_that_no_text_may_hold_is_refused(fresh_app):
    fresh_app.config["WTF_CSRF_ENABLED"] = False
    form = {"email": "ana\x00@example.com", "password": "x"}
    assert fresh_app.test_client().post("/login", data=form).status_code == 400
