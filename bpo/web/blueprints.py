"""Every family of screens, with its views imported so that their routes exist."""

from bpo.web import auth, debtor, hooks, office, portal, public
from bpo.web.auth import account, links, signing_in
from bpo.web.debtor import acts as debtor_page_acts
from bpo.web.debtor import agreements as debtor_page_agreements
from bpo.web.debtor import data as debtor_page_data
from bpo.web.debtor import page, unsubscribe
from bpo.web.debtor import plans as debtor_page_plans
from bpo.web.hooks import channels as channel_hooks
from bpo.web.hooks import pix as pix_hooks
from bpo.web.office.books import adjustments, legal_rates, receivables, statements, subscriptions
from bpo.web.office.cash import credits, payments, pix_charges, reconciliation
from bpo.web.office.deals import agreements, negotiation
from bpo.web.office.desk import (
    approvals,
    bulk_acts,
    conversations,
    debtor_acts,
    debtor_page,
    disputes,
    guides,
    inbox,
    palette,
    replies,
)
from bpo.web.office.insight import (
    analysis,
    analysis_rooms,
    behind,
    done,
    forecast,
    overview,
    pattern_titles,
    portfolio,
    portfolio_mail,
    reports,
)
from bpo.web.office.intake import attachments, imports, inspect
from bpo.web.office.people import audit, debtors, users
from bpo.web.office.reminders import (
    campaign_effects,
    campaign_lists,
    campaign_previews,
    campaign_shelf,
    campaigns,
    going_live,
    postal,
    touches,
)
from bpo.web.office.settings import (
    accounts,
    company,
    contact,
    holidays,
    payment,
    people,
    workspaces,
)
from bpo.web.office.settings import (
    channels as channel_settings,
)
from bpo.web.office.settings import policy as policy_settings
from bpo.web.office.writing import campaign_simulations, regua_editor, remarks, text_previews, texts
from bpo.web.portal import agreements as portal_agreements
from bpo.web.portal import approvals as portal_approvals
from bpo.web.portal import companies
from bpo.web.portal import done as portal_done
from bpo.web.portal import feedback as portal_feedback
from bpo.web.portal import figures as portal_figures
from bpo.web.portal import receipts as portal_receipts
from bpo.web.public import guides as public_guides
from bpo.web.public import health, policy

VIEWS = (
    bulk_acts,
    forecast,
    going_live,
    health,
    signing_in,
    links,
    account,
    page,
    debtor_page_acts,
    debtor_page_agreements,
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
    accounts,
    people,
    holidays,
    palette,
    policy,
    debtors,
    debtor_page,
    debtor_acts,
    disputes,
    conversations,
    receivables,
    attachments,
    subscriptions,
    statements,
    adjustments,
    behind,
    pattern_titles,
    payments,
    credits,
    pix_charges,
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
    portfolio_mail,
    reports,
    companies,
    approvals,
    portal_approvals,
    portal_agreements,
    portal_receipts,
    portal_feedback,
    portal_figures,
    portal_done,
    done,
)
BLUEPRINTS = (
    auth.blueprint,
    debtor.blueprint,
    hooks.blueprint,
    office.blueprint,
    portal.blueprint,
    public.blueprint,
)
