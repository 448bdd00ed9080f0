"""Client companies and the rules each has chosen: policy, contact rules, methods, holidays."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, InWorkspace, Json, Keyed, Name


class Workspace(Keyed, Created, Model):
    """A client company and its work area. The list itself lies outside the row policies.

    `go_live_by`: whose approval going live waits for (`domain.going_live`); None: nobody's.
    """

    __tablename__ = "workspaces"
    __table_args__ = (
        CheckConstraint("calendar IN ('br', 'none')", name="calendar"),
        CheckConstraint("reply_hold_days BETWEEN 1 AND 30", name="reply_hold_days"),
        CheckConstraint("go_live_by IN ('admin', 'client_manager')", name="go_live_by"),
    )

    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[Name]
    legal_name: Mapped[Name]
    cnpj: Mapped[str | None] = mapped_column(Text)
    trade: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    district: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    postal_code: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    colour: Mapped[str] = mapped_column(Text, server_default="teal")
    sender_name: Mapped[str | None] = mapped_column(Text)
    sender_email: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(Text)
    reply_hold_days: Mapped[int | None]
    time_zone: Mapped[str] = mapped_column(Text, server_default="America/Sao_Paulo")
    locale: Mapped[str] = mapped_column(Text, server_default="pt_BR")
    currency: Mapped[str] = mapped_column(Text, server_default="BRL")
    calendar: Mapped[str] = mapped_column(Text, server_default="br")
    year_end_closed: Mapped[bool] = mapped_column(server_default=text("true"))
    pix_key: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    go_live_by: Mapped[str | None] = mapped_column(Text)

    @property
    def address(self) -> str:
        """The postal address on one line."""
        place = " - ".join(filter(None, (self.city, self.state)))
        return ", ".join(filter(None, (self.street, self.district, place, self.postal_code)))


class PolicyVersion(InWorkspace, Created, Model):
    """One dated version of a collection policy; `terms` is `domain.policies.CollectionPolicy`."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("workspace_id", "version"),)

    version: Mapped[int]
    effective_from: Mapped[date]
    terms: Mapped[Json]
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class ContactRules(Created, Model):
    """The contact rules of a workspace as data: windows, caps, freshness, five-year limit."""

    __tablename__ = "contact_rules"

    workspace_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("workspaces.id"), primary_key=True
    )
    rules: Mapped[Json]


class PaymentMethod(InWorkspace, Created, Model):
    """A way to pay that the creditor offers: Pix, boleto, payment link or transfer."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        CheckConstraint("kind IN ('pix', 'boleto', 'link', 'transfer')", name="kind"),
    )

    kind: Mapped[Name]
    label: Mapped[Name]
    details: Mapped[Json]
    position: Mapped[int] = mapped_column(server_default=text("0"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class LocalHoliday(InWorkspace, Model):
    """A state or municipal holiday that closes the workspace's calendar."""

    __tablename__ = "local_holidays"
    __table_args__ = (UniqueConstraint("workspace_id", "day"),)

    day: Mapped[date]
    name: Mapped[Name]


class FreshnessMark(InWorkspace, Model):
    """Somebody or some import said: payments are known up to this day."""

    __tablename__ = "freshness_marks"

    known_until: Mapped[date]
    source: Mapped[Name]
    recorded_at: Mapped[Instant]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
