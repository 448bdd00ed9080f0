"""The picture of a Pix code."""

from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from bpo.gateways import qrcode
from bpo.services.people.visits import Visitor


def drawn(visitor: Visitor, code: str | None) -> Markup | None:
    """A QR code to be scanned, described in the debtor's language; None without a code."""
    if code is None:
        return None
    with force_locale(visitor.locale):
        return qrcode.svg(code, title=_("QR code of the Pix payment"))
