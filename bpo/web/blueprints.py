"""Every family of screens, with its views imported so that their routes exist."""

from bpo.web import auth, debtor, office, portal, public
from bpo.web.auth import account, links, signing_in
from bpo.web.public import health

VIEWS = (
    health,
    signing_in,
    links,
    account,
)
BLUEPRINTS = (
    auth.blueprint,
    debtor.blueprint,
    office.blueprint,
    portal.blueprint,
    public.blueprint,
)
