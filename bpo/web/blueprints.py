"""Every family of screens, with its views imported so that their routes exist."""

from bpo.web import auth, debtor, office, portal, public
from bpo.web.auth import account, links, signing_in
from bpo.web.office import audit, palette, users, workspaces
from bpo.web.office.settings import (
    company,
    contact,
    holidays,
    payment,
    people,
)
from bpo.web.office.settings import policy as policy_settings
from bpo.web.public import health, policy

VIEWS = (
    health,
    signing_in,
    links,
    account,
    users,
    audit,
    workspaces,
    company,
    policy_settings,
    contact,
    payment,
    people,
    holidays,
    palette,
    policy,
)
BLUEPRINTS = (
    auth.blueprint,
    debtor.blueprint,
    office.blueprint,
    portal.blueprint,
    public.blueprint,
)
