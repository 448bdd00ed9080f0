"""Column types and mixins that the tables share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

Cents = Annotated[int, mapped_column(BigInteger)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Name = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
JsonList = Annotated[list[Any], mapped_column(JSONB)]
BigId = Annotated[int, mapped_column(BigInteger)]


class Keyed:
    """A table outside the workspaces, with a surrogate key."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class InWorkspace:
    """A table whose rows belong to one workspace; the key leads with it."""

    workspace_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("workspaces.id"), primary_key=True
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class WithinParent:
    """A workspace's row whose first composite foreign key already ties it to the workspace.

    Leaving out the key to `workspaces` saves one look-up for each row of a bulk insert.
    """

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class Created:
    """When a row was written."""

    created_at: Mapped[Instant] = mapped_column(server_default=func.now())


class OnItsWay:
    """A mail to one reader: where it stands, its tries, what the server answered.

    `claimed_at`: since when a worker hands it over. `retry_at`: not to be tried before.
    """

    state: Mapped[str] = mapped_column(Text, server_default="planned")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    retry_at: Mapped[Instant | None]
    claimed_at: Mapped[Instant | None]
    settled_at: Mapped[Instant | None]
    message_id: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)


def on_its_way() -> tuple[CheckConstraint, CheckConstraint]:
    """What holds of the state and claim of every row that is `OnItsWay`."""
    return (
        CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain',"
            " 'cancelled')",
            name="state",
        ),
        CheckConstraint("(state = 'sending') = (claimed_at IS NOT NULL)", name="claim"),
    )


def within_workspace(
    column: str, table: str, *, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """A foreign key that cannot point into another workspace."""
    return ForeignKeyConstraint(
        ["workspace_id", column],
        [f"{table}.workspace_id", f"{table}.id"],
        ondelete=ondelete,
    )
