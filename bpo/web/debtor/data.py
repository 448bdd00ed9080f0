"""My data: what is kept, to read and to take away, requests about it, and channels stopped."""

import json

from flask import g, redirect
from werkzeug.wrappers import Response

from bpo.domain.page.page_acts import Kind
from bpo.domain.people.links import Purpose
from bpo.gateways import papers
from bpo.kernel import clock
from bpo.services.books import invoices
from bpo.services.desk import personal_data
from bpo.services.page import page_acts as doing
from bpo.services.people.visits import Visitor
from bpo.services.reminders import opt_outs
from bpo.web import access, documents
from bpo.web.debtor import blueprint, door
from bpo.web.debtor.acts import done, sent
from bpo.web.debtor.door import Answer
from bpo.web.forms import Typed
from bpo.web.throttle import limiter

ON_PAGE = "page"
"""The source of silence that a debtor asked for on the page."""
DOWNLOADS = "6 per hour; 12 per day"


@door.done("/data")
def data_request(visitor: Visitor) -> Answer:
    """Ask for a full copy, a correction or a deletion."""
    return done(visitor, "data", lambda typed: _ask(visitor, typed))


@blueprint.get("/d/<token>/data.json")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(DOWNLOADS, key_func=door.link_tried)
@door.proved
def data_json(visitor: Visitor) -> Answer:
    """The record for programs."""
    kept = personal_data.hand_out(visitor, now=g.now)
    content = json.dumps(kept, ensure_ascii=False, indent=2).encode()
    return documents.download("meus-dados.json", "application/json", content)


@blueprint.get("/d/<token>/data.pdf")
@access.signed(Purpose.DEBTOR_PAGE)
@limiter.limit(DOWNLOADS, key_func=door.link_tried)
@door.proved
def data_pdf(visitor: Visitor) -> Answer:
    """The record on paper."""
    here, locale = visitor.workspace, visitor.locale
    day = clock.local_day(g.now, here.time_zone)
    frame = papers.Frame(invoices.creditor(here), day, here.currency)
    kept = personal_data.hand_out(visitor, now=g.now)
    drawn = papers.personal_data(frame, kept, personal_data.WORDS, locale)
    return documents.download("meus-dados.pdf", "application/pdf", drawn)


@door.done("/channels/<int:contact_id>")
def channel_stop(visitor: Visitor, contact_id: int) -> Response:
    """Write to one address no more."""
    home = door.home(visitor)
    opt_outs.stop_one(visitor, contact_id, source=ON_PAGE, now=g.now)
    return redirect(f"{home}/data?stopped=1#channels", 303)


def _ask(visitor: Visitor, typed: Typed) -> int:
    return doing.data_request(visitor, sent(typed), typed.one_of("kind", Kind), now=g.now)
