"""Every family of screens, with its views imported so that their routes exist."""

from bpo.web import auth, debtor, hooks, office, portal, public
from bpo.web.auth import account, links, signing_in
from bpo.web.debtor import acts as debtor_page_acts
from bpo.web.debtor import data as debtor_page_data
from bpo.web.debtor import page, unsubscribe
from bpo.web.debtor import plans as debtor_page_plans
from bpo.web.hooks import channels as channel_hooks
from bpo.web.hooks import pix as pix_hooks
from bpo.web.office import (
    agreements,
    analysis,
    analysis_rooms,
    approvals,
    attachments,
    audit,
    campaign_effects,
    campaign_lists,
    campaign_previews,
    campaign_shelf,
    campaign_simulations,
    campaigns,
    conversations,
    debtor_acts,
    debtor_page,
    debtors,
    forecast,
    guides,
    imports,
    inbox,
    inspect,
    legal_rates,
    negotiation,
    overview,
    palette,
    payments,
    portfolio,
    postal,
    receivables,
    reconciliation,
    regua_editor,
    remarks,
    replies,
    reports,
    statements,
    subscriptions,
    text_previews,
    texts,
    touches,
    users,
    workspaces,
)
from bpo.web.office.settings import (
    channels as channel_settings,
)
from bpo.web.office.settings import (
    company,
    contact,
    holidays,
    payment,
    people,
)
from bpo.web.office.settings import policy as policy_settings
from bpo.web.portal import agreements as portal_agreements
from bpo.web.portal import approvals as portal_approvals
from bpo.web.portal import companies
from bpo.web.portal import feedback as portal_feedback
from bpo.web.portal import receipts as portal_receipts
from bpo.web.public import guides as public_guides
from bpo.web.public import health, policy

VIEWS = (
    forecast,
    health,
    signing_in,
    links,
    account,
    page,
    debtor_page_acts,
    debtor_page_data,
    debtor_page_plans,
    unsubscribe,
    channel_hooks,
    pix_hooks,
    users,
    audit,
    legal_rates,
    workspaces,
    company,
    policy_settings,
    contact,
    payment,
    people,
    holidays,
    palette,
    policy,
    debtors,
    debtor_page,
    debtor_acts,
    conversations,
    receivables,
    attachments,
    subscriptions,
    statements,
    payments,
    reconciliation,
    negotiation,
    agreements,
    imports,
    inspect,
    inbox,
    replies,
    postal,
    channel_settings,
    campaigns,
    campaign_effects,
    campaign_lists,
    campaign_previews,
    campaign_shelf,
    campaign_simulations,
    regua_editor,
    texts,
    text_previews,
    remarks,
    guides,
    public_guides,
    touches,
    overview,
    analysis,
    analysis_rooms,
    portfolio,
    reports,
    companies,
    approvals,
    portal_approvals,
    portal_agreements,
    portal_receipts,
    portal_feedback,
)
BLUEPRINTS = (
    auth.blueprint,
    debtor.blueprint,
    hooks.blueprint,
    office.blueprint,
    portal.blueprint,
    public.blueprint,
)
