"""Documents kept with debtors and receivables."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from bpo.db import Model
from bpo.models.columns import Created, Instant, Name, WithinParent, within_workspace


class Attachment(WithinParent, Created, Model):
    """A stored file as a document of a debtor, and of one receivable when it is about that.

    The same content is kept once for each of them. Removing hides; the file stays for the record
    of what was sent.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        within_workspace("debtor_id", "debtors", ondelete="CASCADE"),
        within_workspace("receivable_id", "receivables", ondelete="CASCADE"),
        within_workspace("file_id", "stored_files"),
        CheckConstraint(
            "kind IN ('invoice', 'fiscal_document', 'boleto', 'contract', 'payment_proof',"
            " 'other')",
            name="kind",
        ),
        Index(
            "uq_attachments_content",
            "workspace_id",
            "debtor_id",
            "receivable_id",
            "sha256",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_attachments_receivable", "workspace_id", "receivable_id"),
        Index("ix_attachments_file", "workspace_id", "file_id"),
    )

    debtor_id: Mapped[int] = mapped_column(BigInteger)
    receivable_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[Name]
    file_id: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[Name]
    import_id: Mapped[int | None] = mapped_column(BigInteger)
    created_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
    hidden_at: Mapped[Instant | None]
    hidden_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("users.id"))
