"""Documents of a client company, handed out as downloads."""

from io import BytesIO

from flask import Response, g, send_file

from bpo.db import db
from bpo.kernel.errors import NotFound
from bpo.queries import reports


def report(run_id: int, *, for_client: bool) -> Response:
    """The PDF of a report of the company at hand; `for_client`: only if it was made for them."""
    file = reports.document(db.session(), g.workspace.id, run_id, for_client=for_client)
    if file is None:
        raise NotFound("This report does not exist or is not ready yet")
    return send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.name,
        max_age=0,
    )
