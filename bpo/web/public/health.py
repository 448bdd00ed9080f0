"""Whether the program can serve: the supervisor and load balancers ask."""

from flask import Response, jsonify
from sqlalchemy import text

from bpo.db import db
from bpo.web import access
from bpo.web.public import blueprint


@blueprint.get("/healthz")
@access.public
def health() -> Response:
    """Answer 200 when the database answers."""
    db.session().execute(text("SELECT 1"))
    return jsonify(status="ok")
