"""Legal rates and indices of prices, kept by the BPO manager for all client companies."""

from decimal import Decimal
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import indices
from bpo.domain.books import legal_rates as rules
from bpo.domain.books.indices import Index
from bpo.domain.books.policies import percent
from bpo.domain.people.access import Permission
from bpo.queries.books import legal_rates as stored
from bpo.services.books import legal_rates
from bpo.web import access, forms, language
from bpo.web.office import blueprint

Answer = str | Response | tuple[str, int]


@blueprint.get("/office/legal-rates", endpoint="legal_rates")
@access.requires(Permission.MANAGE_USERS)
def rates() -> Answer:
    """What was entered, and the form for more."""
    return _page()


@blueprint.post("/office/legal-rates")
@access.requires(Permission.MANAGE_USERS)
def legal_rates_enter() -> Answer:
    """Enter or correct months."""
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: legal_rates.enter(
            g.actor,
            rules.read(typed.needed("rates"), indices.checked if _index() else None),
            now=g.now,
            source=typed.needed("source"),
            index=_index(),
        )
    )
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    told = ngettext("%(num)s month entered", "%(num)s months entered", attempt.result)
    flash(told, "success")
    return redirect(url_for("office.legal_rates", of=_index()))


def _index() -> Index | None:
    """The index of the address; none is the legal rate."""
    asked = request.args.get("of")
    return Index(asked) if asked in list(Index) else None


def _page(**context: Any) -> str:
    given = {"faults": {}} | context
    session, index = db.session(), _index()
    return render_template(
        "office/legal_rates/page.html",
        rates=stored.of_index(session, index) if index else stored.listed(session),
        index=index,
        indices=list(Index),
        typed=request.form,
        shown=_shown,
        **given,
    )


def _shown(rate: Decimal) -> str:
    mark = "." if language.current() == "en" else ","
    return f"{percent(rate):f} %".replace(".", mark)
