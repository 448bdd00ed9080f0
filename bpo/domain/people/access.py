"""Who may do what: one matrix of roles and permissions, and the check that everything calls."""

from enum import StrEnum

from bpo.kernel.actor import Actor, ActorKind, Role
from bpo.kernel.errors import Forbidden, NotFound


class Permission(StrEnum):
    """What a user may be allowed to do in the workspaces in reach."""

    SEE_PORTFOLIO = "see_portfolio"
    SEE_WORKSPACE = "see_workspace"
    EDIT_WORKSPACE = "edit_workspace"
    CREATE_WORKSPACE = "create_workspace"
    EDIT_DEBTORS = "edit_debtors"
    IMPORT = "import"
    RECORD_PAYMENT = "record_payment"
    ADJUST = "adjust"
    WRITE_OFF = "write_off"
    REFUND = "refund"
    KEEP_RATES = "keep_rates"
    EDIT_CAMPAIGN = "edit_campaign"
    RELEASE_CAMPAIGN = "release_campaign"
    CONTACT = "contact"
    HOLD = "hold"
    NEGOTIATE = "negotiate"
    DECIDE = "decide"
    SEE_REPORTS = "see_reports"
    BUILD_REPORTS = "build_reports"
    SEE_PORTAL = "see_portal"
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"
    SEE_QUEUE = "see_queue"


_ANALYST = frozenset(
    {
        Permission.SEE_PORTFOLIO,
        Permission.SEE_WORKSPACE,
        Permission.EDIT_DEBTORS,
        Permission.IMPORT,
        Permission.RECORD_PAYMENT,
        Permission.ADJUST,
        Permission.EDIT_CAMPAIGN,
        Permission.RELEASE_CAMPAIGN,
        Permission.CONTACT,
        Permission.HOLD,
        Permission.NEGOTIATE,
        Permission.SEE_REPORTS,
        Permission.BUILD_REPORTS,
    }
)

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.ANALYST: _ANALYST,
    Role.CLIENT_MANAGER: frozenset(
        {Permission.SEE_PORTAL, Permission.SEE_REPORTS, Permission.DECIDE}
    ),
}


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role carries the permission; the program itself may do everything."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.role is not None and permission in MATRIX[actor.role]


def require(actor: Actor, permission: Permission, workspace_id: int | None = None) -> None:
    """Raise NotFound for a workspace out of reach, Forbidden for a permission the role lacks.

    Out of reach and non-existent look the same, so that nothing can be learned by guessing.
    """
    if workspace_id is not None and not actor.reaches(workspace_id):
        raise NotFound("This page does not exist or is not yours to see")
    if not may(actor, permission):
        raise Forbidden("Your role does not allow this")
