"""Going live: what debtors will be told from now on, and whose approval that waits for."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bpo.domain.deals import approvals
from bpo.domain.deals.approvals import About
from bpo.kernel.actor import Actor, Role
from bpo.kernel.errors import BadInput, Conflict
from bpo.kernel.text import Phrase

APPROVERS = (Role.ADMIN, Role.CLIENT_MANAGER)
VALID_FOR = timedelta(days=14)
"""An answer later than this is about another book: it is asked for again."""
LOOK_AHEAD_DAYS = 60
"""So far the simulation goes that whoever approves is shown."""

TITLES = {
    About.GO: Phrase("Start a campaign"),
    About.VERSION: Phrase("New version of a campaign"),
    About.TEXT: Phrase("New words of a message"),
}


def approver(word: str | None) -> Role | None:
    """Who approves, as a setting names it; None for nobody. Raises BadInput."""
    if not word:
        return None
    if word not in [role.value for role in APPROVERS]:
        raise BadInput("Choose one of the options", field="go_live_by")
    return Role(word)


def asked_of(setting: str | None, actor: Actor) -> Role | None:
    """Whose approval an actor needs; None for whoever may approve, or where nobody need.

    A program has no role: it lets nothing go live that waits for a person.
    """
    needed = approver(setting)
    if needed is None or approvals.may_decide(actor.role, needed):
        return None
    return needed


def require(setting: str | None, actor: Actor) -> None:
    """Raises Conflict when what the actor does would go live without the approval it needs."""
    needed = asked_of(setting, actor)
    if needed is Role.CLIENT_MANAGER:
        raise Conflict("This goes live only with the client manager's approval: ask for it")
    if needed is not None:
        raise Conflict("This goes live only with the BPO manager's approval: ask for it")


def fingerprint(content: Mapping[str, Any]) -> str:
    """The name of exactly what is asked about: anything else has another one."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
