"""A company's own words: versions of texts, drafts of campaigns, guides and remarks.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("message_texts", "campaign_drafts", "guides", "remarks")
SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)
STATES = "state IN ('draft', 'awaiting_go', 'running', 'paused'{more})"


def upgrade() -> None:
    """The tables and their walls; a campaign may be put away."""
    _message_texts()
    _campaign_drafts()
    _guides()
    _remarks()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")
    op.execute(
        "CREATE TRIGGER message_texts_append_only BEFORE UPDATE OR DELETE ON message_texts"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    _states(", 'archived'")


def downgrade() -> None:
    """Without words of their own; campaigns put away are paused again."""
    op.execute("UPDATE campaigns SET state = 'paused' WHERE state = 'archived'")
    _states("")
    for table in reversed(TABLES):
        op.drop_table(table)


def _states(more: str) -> None:
    op.drop_constraint(op.f("ck_campaigns_state"), "campaigns", type_="check")
    op.create_check_constraint(op.f("ck_campaigns_state"), "campaigns", STATES.format(more=more))


def _key() -> list[sa.Column]:
    return [
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _created() -> sa.Column:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _by(table: str, column: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(column, sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}")),
    ]


def _inside(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f(f"fk_{table}_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f(f"pk_{table}")),
    ]


def _of_campaign(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "campaign_id"],
        ["campaigns.workspace_id", "campaigns.id"],
        name=op.f(f"fk_{table}_workspace_id_campaign_id"),
        ondelete="CASCADE",
    )


def _message_texts() -> None:
    words = [
        sa.Column(name, sa.Text(), server_default="", nullable=False)
        for name in ("subject", "preview", "title", "body")
    ]
    op.create_table(
        "message_texts",
        *_key(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_standard", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *words,
        _created(),
        *_by("message_texts", "created_by"),
        sa.CheckConstraint(
            "channel IN ('email', 'sms', 'whatsapp')", name=op.f("ck_message_texts_channel")
        ),
        sa.UniqueConstraint(
            "workspace_id",
            "key",
            "channel",
            "locale",
            "version",
            name=op.f("uq_message_texts_workspace_id_key_channel_locale_version"),
        ),
        *_inside("message_texts"),
    )


def _campaign_drafts() -> None:
    op.create_table(
        "campaign_drafts",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _created(),
        *_by("campaign_drafts", "updated_by"),
        _of_campaign("campaign_drafts"),
        sa.PrimaryKeyConstraint("workspace_id", "campaign_id", name=op.f("pk_campaign_drafts")),
    )


def _guides() -> None:
    op.create_table(
        "guides",
        *_key(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("places", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _created(),
        *_by("guides", "updated_by"),
        sa.CheckConstraint("reader IN ('team', 'debtor')", name=op.f("ck_guides_reader")),
        sa.UniqueConstraint(
            "workspace_id", "key", "locale", name=op.f("uq_guides_workspace_id_key_locale")
        ),
        *_inside("guides"),
    )


def _remarks() -> None:
    op.create_table(
        "remarks",
        *_key(),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        _created(),
        *_by("remarks", "made_by"),
        *_by("remarks", "settled_by"),
        sa.CheckConstraint(
            "subject_kind IN ('text', 'step')", name=op.f("ck_remarks_subject_kind")
        ),
        _of_campaign("remarks"),
        *_inside("remarks"),
    )
