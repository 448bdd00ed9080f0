"""What the menus show: sections of links, computed for one reader and one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import g, request, url_for
from flask_login import current_user
from werkzeug.routing import BuildError

from bpo.kernel.actor import Role
from bpo.kernel.colours import COLOURS
from bpo.kernel.text import Phrase
from bpo.web import session

Link = Callable[..., str | None]


class Place(Protocol):
    """What a menu needs to know of a workspace."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def colour(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Item:
    """One link of a menu. `count` is a badge, `colour` a workspace's dot."""

    label: Phrase | str
    url: str
    icon: str | None = None
    active: bool = False
    count: int | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A group of links; `key` is `work`, `workspace`, `clients`, `staff` or `portal`."""

    key: str
    items: tuple[Item, ...]
    label: Phrase | str | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """Where the reader stands. `counts` maps endpoints to the figures beside their links."""

    endpoint: str
    role: Role
    workspace: Place | None = None
    workspaces: Sequence[Place] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


_WORK = (
    ("office.inbox", Phrase("Inbox"), "inbox"),
    ("office.reconciliation", Phrase("Money to reconcile"), "banknote"),
    ("office.portfolio", Phrase("Portfolio"), "briefcase"),
    ("office.feedback", Phrase("Satisfaction"), "star"),
    ("office.inspect", Phrase("Look at a file"), "search"),
)
_WORKSPACE = (
    ("office.workspace", Phrase("Overview"), "layout-dashboard"),
    ("office.debtors", Phrase("Debtors"), "users"),
    ("office.receivables", Phrase("Receivables"), "receipt-text"),
    ("office.approvals", Phrase("Approvals"), "lock"),
    ("office.subscriptions", Phrase("Recurring charges"), "repeat"),
    ("office.agreements", Phrase("Agreements"), "handshake"),
    ("office.payments", Phrase("Payments"), "banknote"),
    ("office.campaigns", Phrase("Campaigns"), "megaphone"),
    ("office.analysis", Phrase("Analysis"), "scale"),
    ("office.forecast", Phrase("Forecast"), "trending-up"),
    ("office.imports", Phrase("Imports"), "upload"),
    ("office.reports", Phrase("Reports"), "chart-column"),
    ("office.settings", Phrase("Policy and settings"), "settings"),
)
_STAFF = (
    ("office.workspaces", Phrase("Client companies"), "building-2"),
    ("office.users", Phrase("Users"), "shield-check"),
    ("office.legal_rates", Phrase("Legal interest"), "percent"),
    ("office.audit", Phrase("Audit"), "history"),
)
_PORTAL = (
    ("portal.workspace", Phrase("Overview"), "layout-dashboard"),
    ("portal.debtors", Phrase("Debtors"), "users"),
    ("portal.approvals", Phrase("Decisions"), "handshake"),
    ("portal.agreements", Phrase("Agreements"), "handshake"),
    ("portal.receipts", Phrase("Receipts"), "banknote"),
    ("portal.feedback", Phrase("Satisfaction"), "star"),
    ("portal.reports", Phrase("Reports"), "chart-column"),
)
# Screens that belong under another screen's link: endpoint prefix -> the link that is lit.
_UNDER = {
    "office.analysis": "office.analysis",
    "office.debtor": "office.debtors",
    "office.bulk": "office.debtors",
    "office.receivable": "office.receivables",
    "office.agreement": "office.agreements",
    "office.payment": "office.payments",
    "office.subscription": "office.subscriptions",
    "office.bank_line": "office.reconciliation",
    "office.campaign": "office.campaigns",
    "office.touch": "office.campaigns",
    "office.letter": "office.campaigns",
    "office.text": "office.campaigns",
    "office.remark": "office.campaigns",
    "office.guide": "office.campaigns",
    "office.import": "office.imports",
    "office.inspect": "office.inspect",
    "office.report": "office.reports",
    "office.setting": "office.settings",
    "office.user": "office.users",
    "office.workspace_new": "office.workspaces",
    "office.access_log": "office.audit",
    "portal.debtor": "portal.debtors",
    "portal.report": "portal.reports",
    "portal.receipt": "portal.receipts",
    "portal.agreement": "portal.agreements",
}


def menu() -> tuple[Section, ...]:
    """The menu of this request's reader; `g.counts` may hold figures by endpoint."""
    if not current_user.is_authenticated:
        return ()
    place = Here(
        endpoint=request.endpoint or "",
        role=Role(current_user.user.role),
        workspace=g.get("workspace"),
        workspaces=session.reachable(),
        counts=g.get("counts", {}),
    )
    return portal(place) if place.role is Role.CLIENT_MANAGER else office(place)


def link(endpoint: str, **values: Any) -> str | None:
    """The address of a screen, or None where this installation has no such screen."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def office(here: Here, link: Link = link) -> tuple[Section, ...]:
    """The left rail of the staff: work, the workspace at hand, the clients, administration."""
    sections = [Section("work", _items(_WORK, here, link))]
    if here.workspace:
        items = _items(_WORKSPACE, here, link, slug=here.workspace.slug)
        sections.append(Section("workspace", items, here.workspace.name))
    sections.append(Section("clients", _clients(here, link), Phrase("Clients")))
    if here.role is Role.ADMIN:
        sections.append(Section("staff", _items(_STAFF, here, link), Phrase("Administration")))
    return tuple(section for section in sections if section.items)


def portal(here: Here, link: Link = link) -> tuple[Section, ...]:
    """The portal's top menu; who has several companies can change between them."""
    sections = []
    if here.workspace:
        items = _items(_PORTAL, here, link, slug=here.workspace.slug)
        sections.append(Section("portal", items))
    if len(here.workspaces) > 1:
        clients = _clients(here, link, "portal.workspace")
        sections.append(Section("clients", clients, Phrase("Companies")))
    return tuple(sections)


def lit(endpoint: str) -> str:
    """The menu link under which a screen belongs: `office.debtor_history` -> `office.debtors`."""
    matches = [prefix for prefix in _UNDER if endpoint.startswith(prefix)]
    return _UNDER[max(matches, key=len)] if matches else endpoint


def _items(
    entries: Sequence[tuple[str, Phrase, str]], here: Here, link: Link, **values: str
) -> tuple[Item, ...]:
    return tuple(
        Item(label, url, icon, lit(here.endpoint) == endpoint, here.counts.get(endpoint))
        for endpoint, label, icon in entries
        if (url := link(endpoint, **values))
    )


def _clients(here: Here, link: Link, endpoint: str = "office.workspace") -> tuple[Item, ...]:
    current = here.workspace.slug if here.workspace else None
    return tuple(
        Item(place.name, url, colour=colour(place.colour), active=place.slug == current)
        for place in here.workspaces
        if (url := link(endpoint, slug=place.slug))
    )


def colour(name: str | None) -> str:
    """A colour of the palette; anything else is `slate`."""
    return name if name in COLOURS else "slate"
