"""A client company's own words: texts of messages, the draft of a regua, guides, and remarks."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import (
    Created,
    Instant,
    InWorkspace,
    Json,
    JsonList,
    Name,
    within_workspace,
)


class MessageText(InWorkspace, Created, Model):
    """A version of a text in a channel and language; never changed, the newest holds.

    `is_standard`: from here on the text that comes with the product holds again.
    """

    __tablename__ = "message_texts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key", "channel", "locale", "version"),
        CheckConstraint("channel IN ('email', 'sms', 'whatsapp')", name="channel"),
    )

    key: Mapped[Name]
    channel: Mapped[Name]
    locale: Mapped[Name]
    version: Mapped[int]
    is_standard: Mapped[bool] = mapped_column(server_default=text("false"))
    subject: Mapped[str] = mapped_column(Text, server_default="")
    preview: Mapped[str] = mapped_column(Text, server_default="")
    title: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text, server_default="")
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class CampaignDraft(Created, Model):
    """The next version of a campaign while somebody works on it; `base` is the version it began
    from."""

    __tablename__ = "campaign_drafts"
    __table_args__ = (within_workspace("campaign_id", "campaigns", ondelete="CASCADE"),)

    workspace_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    base: Mapped[int]
    steps: Mapped[JsonList]
    options: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    updated_at: Mapped[Instant]
    updated_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Guide(InWorkspace, Created, Model):
    """A company's own guide, shown where it helps; it takes the place of the product's of its key.

    `reader`: `team` or `debtor`. `places`: the steps and tasks beside which it is shown.
    `body` is Markdown.
    """

    __tablename__ = "guides"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key", "locale"),
        CheckConstraint("reader IN ('team', 'debtor')", name="reader"),
    )

    key: Mapped[Name]
    locale: Mapped[Name]
    reader: Mapped[Name]
    title: Mapped[Name]
    body: Mapped[Name]
    places: Mapped[JsonList] = mapped_column(server_default=text("'[]'"))
    is_hidden: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[Instant]
    updated_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))


class Remark(InWorkspace, Created, Model):
    """What somebody of the team says about a text or a step: "works badly, because …".

    `subject_kind` is `text` (`email/pt_BR/notice`) or `step` (the step's key).
    """

    __tablename__ = "remarks"
    __table_args__ = (
        CheckConstraint("subject_kind IN ('text', 'step')", name="subject_kind"),
        within_workspace("campaign_id", "campaigns", ondelete="CASCADE"),
    )

    subject_kind: Mapped[Name]
    subject: Mapped[Name]
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    words: Mapped[Name]
    made_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[Instant | None]
    settled_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
