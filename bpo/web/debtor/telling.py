"""Pages for debtors, said in their language and in the creditor's name and colour."""

from typing import Any

from flask import Response, g, render_template
from flask_babel import force_locale

from bpo.gateways import outside
from bpo.models import Workspace
from bpo.services.people.visits import Closed, Visitor
from bpo.web.debtor import blueprint


def tell(template: str, visitor: Visitor, **context: Any) -> str:
    """A page for whoever came by a working link."""
    return _told(template, visitor.workspace, visitor.locale, debtor=visitor.debtor, **context)


def closed(found: Closed, *, asked: bool = False) -> tuple[str, int]:
    """A link that opens nothing: whom to ask, when we know whose it was.

    `asked`: a new one was asked for just now.
    """
    if found.workspace is None:
        return render_template("debtor/unknown.html"), 404
    code = 200 if asked else 410
    return _told("closed", found.workspace, found.workspace.locale, asked=asked), code


def wait(creditor: Workspace | None) -> tuple[str, int]:
    """Too many tries: come back later, or ask a person."""
    if creditor is None:
        return render_template("errors/429.html"), 429
    return _told("wait", creditor, creditor.locale), 429


@blueprint.after_request
def hide(response: Response) -> Response:
    """Keep pages of debtors out of search engines, caches and referrers."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _told(template: str, workspace: Workspace, locale: str, **context: Any) -> str:
    g.workspace = workspace
    with force_locale(locale):
        bpo = outside.current().settings.bpo_name
        return render_template(f"debtor/{template}.html", workspace=workspace, bpo=bpo, **context)
