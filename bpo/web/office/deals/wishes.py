"""A plan that an analyst types, as the address or the form of a page carries it."""

from bpo.domain.deals.installments import Method
from bpo.domain.deals.terms import Wish
from bpo.web.forms import Typed


def wished(typed: Typed) -> Wish | None:
    """The plan that was typed; None when no field of it was filled in. Raises BadInput."""
    if typed.text("payments") is None and typed.text("down_cents") is None:
        return None
    method = typed.one_of("method", Method) if typed.text("method") else Method.PRICE
    return Wish(typed.cents("down_cents") or 0, typed.whole("payments") or 1, method)
