"""Who is acting: a person, a program or a debtor, and the workspaces they may reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """What kind of actor asks."""

    USER = "user"
    SYSTEM = "system"
    DEBTOR = "debtor"


class Role(StrEnum):
    """The role of a user; `admin` is the BPO manager."""

    ADMIN = "admin"
    ANALYST = "analyst"
    CLIENT_MANAGER = "client_manager"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts, with the workspaces in reach."""

    kind: ActorKind
    workspace_ids: frozenset[int]
    user_id: int | None = None
    role: Role | None = None
    debtor_id: int | None = None
    name: str = ""
    address: str | None = None

    def reaches(self, workspace_id: int) -> bool:
        """Whether the workspace is within this actor's reach."""
        return workspace_id in self.workspace_ids


def system(workspace_ids: Iterable[int] = (), *, name: str = "system") -> Actor:
    """The program itself, working in the given workspaces."""
    return Actor(ActorKind.SYSTEM, frozenset(workspace_ids), name=name)


def user(
    user_id: int, role: Role, workspace_ids: Iterable[int], *, name: str, address: str | None = None
) -> Actor:
    """A signed-in person; `address` is the network address they act from."""
    return Actor(
        ActorKind.USER, frozenset(workspace_ids), user_id, role, name=name, address=address
    )


def debtor(workspace_id: int, debtor_id: int, *, name: str, address: str | None = None) -> Actor:
    """A debtor who opened a signed link."""
    return Actor(
        ActorKind.DEBTOR,
        frozenset({workspace_id}),
        debtor_id=debtor_id,
        name=name,
        address=address,
    )
