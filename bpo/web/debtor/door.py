"""The door of the debtor's page: a working link, a browser that has answered, and the way back."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from bpo.domain.people.links import Purpose
from bpo.gateways import outside
from bpo.services.page import debtor_page
from bpo.services.page.debtor_page import Account, Arrival
from bpo.services.people.visits import Closed, Visitor
from bpo.web import access
from bpo.web.debtor import blueprint, proof
from bpo.web.debtor.telling import closed
from bpo.web.throttle import limiter

P = ParamSpec("P")
Answer = str | Response | tuple[str, int]

OPENINGS = "600 per minute"
"""Far above any reader: mail programs check links from few addresses."""
ACTS_PER_LINK = "12 per hour; 30 per day"
ACTS_PER_ADDRESS = "60 per hour"


def proved(view: Callable[Concatenate[Visitor, P], Answer]) -> Callable[..., Answer]:
    """Let those in who have answered the question of their link; everybody else is asked first."""

    @wraps(view)
    def guarded(token: str, *args: P.args, **kwargs: P.kwargs) -> Answer:
        arrival = arrive(token)
        if isinstance(arrival, Closed):
            return closed(arrival)
        if not proof.holds(arrival.visitor):
            return redirect(home(arrival.visitor), 303 if request.method == "POST" else 302)
        return view(arrival.visitor, *args, **kwargs)

    return guarded


def seen(rule: str, **options: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A page of the link, for who has proved themselves: `rule` is its address below the link's."""
    return _at("GET", rule, [limiter.limit(OPENINGS)], options)


def done(rule: str, **options: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """An act on the link's page, by who has proved themselves: measured by link and by address."""
    measures = [
        limiter.limit(ACTS_PER_LINK, key_func=link_tried),
        limiter.limit(ACTS_PER_ADDRESS),
    ]
    return _at("POST", rule, measures, options)


def _at(
    method: str, rule: str, measures: Sequence[Callable[..., Any]], options: dict[str, Any]
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    def placed(view: Callable[..., Answer]) -> Callable[..., Answer]:
        guarded = proved(view)
        for measure in reversed(measures):
            guarded = measure(guarded)
        guarded = access.signed(Purpose.DEBTOR_PAGE)(guarded)
        blueprint.add_url_rule(f"/d/<token>{rule}", view_func=guarded, methods=[method], **options)
        return guarded

    return placed


def arrive(token: str) -> Arrival | Closed:
    """Whoever stands at the door; programs that only look leave no mark."""
    signer, address = outside.current().signer, request.remote_addr
    noted = request.method != "HEAD"
    return debtor_page.arrive(token, signer=signer, address=address, now=g.now, noted=noted)


def account(visitor: Visitor) -> Account:
    """The account of a proved visitor today."""
    return debtor_page.account(visitor, signer=outside.current().signer, now=g.now)


def home(visitor: Visitor) -> str:
    """The page of the link, its token written in the one way that we write it."""
    token = outside.current().signer.token(visitor.link_id, Purpose.DEBTOR_PAGE)
    return url_for("debtor.page", token=token)


def asked_token() -> str:
    """The token in the address at hand."""
    return str((request.view_args or {}).get("token", ""))


def link_tried(*_: Any) -> str:
    """The link at hand, however its token is written: what its limits are counted by."""
    return f"link:{outside.current().signer.link_id(asked_token(), Purpose.DEBTOR_PAGE)}"
