# ruff: noqa: E501
"""The foundation: accounts, workspaces, receivables, campaigns, reports, and their two walls.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PROTECTED = (
    "audit_entries",
    "campaign_versions",
    "campaigns",
    "contact_rules",
    "contacts",
    "debtors",
    "disputes",
    "entries",
    "freshness_marks",
    "holds",
    "imports",
    "local_holidays",
    "messages",
    "notes",
    "opt_outs",
    "payment_methods",
    "payments",
    "plan_runs",
    "policy_versions",
    "promises",
    "receivables",
    "report_deliveries",
    "report_runs",
    "skips",
    "stored_files",
    "tasks",
    "touch_receivables",
    "touches",
)
APPEND_ONLY = ("access_entries", "audit_entries", "entries", "payments")

SCOPE = (
    "workspace_id = ANY ((SELECT string_to_array("
    "current_setting('bpo.workspaces', true), ',')::bigint[])::bigint[])"
)

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

SETTLE_RECEIVABLES = """
CREATE FUNCTION settle_receivables() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM receivables r
        JOIN (SELECT e.workspace_id, e.receivable_id, sum(e.principal_cents) AS cents,
                  max(e.on_day) AS last_day
              FROM entries e
              WHERE e.principal_cents <> 0
                AND (e.workspace_id, e.receivable_id) IN
                    (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
              GROUP BY e.workspace_id, e.receivable_id) total
            ON r.workspace_id = total.workspace_id AND r.id = total.receivable_id
        WHERE r.settled_cents <> total.cents
           OR r.settled_on IS DISTINCT FROM
                CASE WHEN total.cents = r.amount_cents THEN total.last_day END
    ) THEN
        -- Who adds to the same receivable meanwhile is waited for, and only then seen and summed.
        PERFORM FROM receivables r
        WHERE (r.workspace_id, r.id) IN
            (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
        ORDER BY r.id
        FOR NO KEY UPDATE;
        UPDATE receivables r
        SET settled_cents = total.cents,
            settled_on = CASE WHEN total.cents = r.amount_cents THEN total.last_day END
        FROM (SELECT e.workspace_id, e.receivable_id, sum(e.principal_cents) AS cents,
                  max(e.on_day) AS last_day
              FROM entries e
              WHERE e.principal_cents <> 0
                AND (e.workspace_id, e.receivable_id) IN
                    (SELECT workspace_id, receivable_id FROM added WHERE principal_cents <> 0)
              GROUP BY e.workspace_id, e.receivable_id) total
        WHERE r.workspace_id = total.workspace_id AND r.id = total.receivable_id;
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Tables first, then what the database itself watches over."""
    create_tables()
    for table in PROTECTED:
        protect(table)
    op.execute(REFUSE_CHANGE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(SETTLE_RECEIVABLES)
    op.execute(
        "CREATE TRIGGER entries_settle AFTER INSERT ON entries"
        " REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION settle_receivables()"
    )
    for column in ("messages.body", "stored_files.content"):
        table, name = column.split(".")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STORAGE EXTERNAL")


def protect(table: str) -> None:
    """Let a role that is not the owner see and write the rows of its workspaces alone."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY workspace ON {table} USING ({SCOPE}) WITH CHECK ({SCOPE})")


def downgrade() -> None:
    """Back to an empty schema."""
    for table in TABLES:
        op.execute(f"DROP TABLE IF EXISTS {table} CASCADE")
    op.execute("DROP FUNCTION settle_receivables()")
    op.execute("DROP FUNCTION refuse_change()")


TABLES = (
    "touch_receivables",
    "tasks",
    "report_deliveries",
    "messages",
    "holds",
    "entries",
    "disputes",
    "touches",
    "skips",
    "report_runs",
    "receivables",
    "promises",
    "plan_runs",
    "payments",
    "opt_outs",
    "notes",
    "imports",
    "contacts",
    "campaign_versions",
    "stored_files",
    "signed_links",
    "policy_versions",
    "payment_methods",
    "memberships",
    "local_holidays",
    "freshness_marks",
    "debtors",
    "contact_rules",
    "campaigns",
    "audit_entries",
    "access_entries",
    "workspaces",
    "users",
)


def create_tables() -> None:
    """As the models declare them."""
    op.create_table(
        "users",
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column(
            "recovery_hashes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("locale", sa.Text(), server_default="pt_BR", nullable=False),
        sa.Column("theme", sa.Text(), server_default="auto", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("session_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'analyst', 'client_manager')", name=op.f("ck_users_role")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "workspaces",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("cnpj", sa.Text(), nullable=True),
        sa.Column("trade", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("colour", sa.Text(), server_default="teal", nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=True),
        sa.Column("sender_email", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), server_default="America/Sao_Paulo", nullable=False),
        sa.Column("locale", sa.Text(), server_default="pt_BR", nullable=False),
        sa.Column("currency", sa.Text(), server_default="BRL", nullable=False),
        sa.Column("calendar", sa.Text(), server_default="br", nullable=False),
        sa.Column("year_end_closed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("pix_key", sa.Text(), nullable=True),
        sa.Column("report_weekday", sa.Integer(), server_default=sa.text("4"), nullable=False),
        sa.Column("report_hour", sa.Integer(), server_default=sa.text("17"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("calendar IN ('br', 'none')", name=op.f("ck_workspaces_calendar")),
        sa.CheckConstraint("report_hour BETWEEN 0 AND 23", name=op.f("ck_workspaces_report_hour")),
        sa.CheckConstraint(
            "report_weekday BETWEEN 0 AND 6", name=op.f("ck_workspaces_report_weekday")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("slug", name=op.f("uq_workspaces_slug")),
    )
    op.create_table(
        "access_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_access_entries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entries")),
    )
    op.create_index("ix_access_entries_at", "access_entries", ["at"], unique=False)
    op.create_table(
        "audit_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_entries_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_audit_entries_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["workspace_id", "at"], unique=False)
    op.create_index(
        "ix_audit_entries_subject",
        "audit_entries",
        ["workspace_id", "subject_kind", "subject_id"],
        unique=False,
    )
    op.create_table(
        "campaigns",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("precedence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'awaiting_go', 'running', 'paused')",
            name=op.f("ck_campaigns_state"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_campaigns_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_campaigns_workspace_id_key")),
    )
    op.create_table(
        "contact_rules",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_contact_rules_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_contact_rules")),
    )
    op.create_table(
        "debtors",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("reference_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_name", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), server_default="company", nullable=False),
        sa.Column("consumer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("risk_class", sa.Text(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('person', 'company')", name=op.f("ck_debtors_kind")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_debtors_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_debtors")),
        sa.UniqueConstraint(
            "workspace_id", "reference", name=op.f("uq_debtors_workspace_id_reference")
        ),
    )
    op.create_index(
        "ix_debtors_search_name", "debtors", ["workspace_id", "search_name"], unique=False
    )
    op.create_index(
        "uq_debtors_document",
        "debtors",
        ["workspace_id", "document"],
        unique=True,
        postgresql_where=sa.text("document IS NOT NULL"),
    )
    op.create_table(
        "freshness_marks",
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["users.id"], name=op.f("fk_freshness_marks_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_freshness_marks_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_freshness_marks")),
    )
    op.create_table(
        "local_holidays",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_local_holidays_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_local_holidays")),
        sa.UniqueConstraint("workspace_id", "day", name=op.f("uq_local_holidays_workspace_id_day")),
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_memberships_user_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_memberships_workspace_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "workspace_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_workspace_id", "memberships", ["workspace_id"], unique=False)
    op.create_table(
        "payment_methods",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('pix', 'boleto', 'link', 'transfer')", name=op.f("ck_payment_methods_kind")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_payment_methods_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_payment_methods")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_policy_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_policy_versions_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint(
            "workspace_id", "version", name=op.f("uq_policy_versions_workspace_id_version")
        ),
    )
    op.create_table(
        "signed_links",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_state", sa.Text(), nullable=True),
        sa.Column("mail_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(purpose IN ('invite', 'reset')) = (workspace_id IS NULL)",
            name=op.f("ck_signed_links_scope"),
        ),
        sa.CheckConstraint(
            "mail_state IN ('waiting', 'sending', 'sent', 'failed', 'refused', 'uncertain')",
            name=op.f("ck_signed_links_mail_state"),
        ),
        sa.CheckConstraint(
            "purpose IN ('invite', 'reset', 'debtor_page', 'unsubscribe')",
            name=op.f("ck_signed_links_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_signed_links_workspace_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_links")),
    )
    op.create_index(
        "ix_signed_links_mail",
        "signed_links",
        ["mail_state"],
        unique=False,
        postgresql_where=sa.text("mail_state IN ('waiting', 'sending', 'failed')"),
    )
    op.create_index(
        "uq_signed_links_live",
        "signed_links",
        ["purpose", "workspace_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "stored_files",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_stored_files_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stored_files")),
    )
    op.create_table(
        "campaign_versions",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_campaign_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_campaign_versions_workspace_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_campaign_versions")),
        sa.UniqueConstraint(
            "workspace_id",
            "campaign_id",
            "version",
            name=op.f("uq_campaign_versions_workspace_id_campaign_id_version"),
        ),
    )
    op.create_table(
        "contacts",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), server_default="billing", nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default="valid", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "channel IN ('email', 'phone', 'whatsapp')", name=op.f("ck_contacts_channel")
        ),
        sa.CheckConstraint(
            "purpose IN ('billing', 'owner', 'legal')", name=op.f("ck_contacts_purpose")
        ),
        sa.CheckConstraint("status IN ('valid', 'invalid')", name=op.f("ck_contacts_status")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_contacts_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_contacts")),
        sa.UniqueConstraint(
            "workspace_id",
            "debtor_id",
            "channel",
            "address",
            name=op.f("uq_contacts_workspace_id_debtor_id_channel_address"),
        ),
    )
    op.create_table(
        "imports",
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="uploaded", nullable=False),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("progress", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("applied", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("rejected", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("problems", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("error", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('uploaded', 'queued', 'running', 'applied', 'failed', 'undone')",
            name=op.f("ck_imports_state"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_imports_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "file_id"],
            ["stored_files.workspace_id", "stored_files.id"],
            name=op.f("fk_imports_workspace_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_imports_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_sha256", "imports", ["workspace_id", "sha256"], unique=False)
    op.create_table(
        "notes",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("next_act", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('call', 'whatsapp', 'visit', 'email', 'note')", name=op.f("ck_notes_kind")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_notes_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_notes_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_debtor", "notes", ["workspace_id", "debtor_id"], unique=False)
    op.create_table(
        "opt_outs",
        sa.Column("debtor_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_opt_outs_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_opt_outs_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_opt_outs")),
        sa.UniqueConstraint(
            "workspace_id",
            "channel",
            "address",
            name=op.f("uq_opt_outs_workspace_id_channel_address"),
        ),
    )
    op.create_table(
        "payments",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("method", sa.Text(), server_default="other", nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL) = (amount_cents > 0)", name=op.f("ck_payments_sign")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_payments_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_payments_workspace_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "reverses_id"],
            ["payments.workspace_id", "payments.id"],
            name=op.f("fk_payments_workspace_id_reverses_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "workspace_id", "idempotency_key", name=op.f("uq_payments_workspace_id_idempotency_key")
        ),
    )
    op.create_index("ix_payments_day", "payments", ["workspace_id", "paid_on"], unique=False)
    op.create_index(
        "ix_payments_debtor", "payments", ["workspace_id", "debtor_id", "paid_on"], unique=False
    )
    op.create_index(
        "uq_payments_reverses_id",
        "payments",
        ["workspace_id", "reverses_id"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "plan_runs",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_plan_runs_workspace_id_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "campaign_id", "on_day", name=op.f("pk_plan_runs")),
    )
    op.create_table(
        "promises",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("promised_for", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default="analyst", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'kept', 'partly_kept', 'broken', 'cancelled')",
            name=op.f("ck_promises_state"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_promises_amount")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_promises_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_promises_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_debtor", "promises", ["workspace_id", "debtor_id"], unique=False)
    op.create_table(
        "receivables",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("installment", sa.Integer(), nullable=True),
        sa.Column("installments", sa.Integer(), nullable=True),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("effective_due_date", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("settled_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("extra", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(settled_cents = amount_cents) = (settled_on IS NOT NULL)",
            name=op.f("ck_receivables_closed"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_receivables_amount")),
        sa.CheckConstraint(
            "effective_due_date >= due_date", name=op.f("ck_receivables_effective_due")
        ),
        sa.CheckConstraint(
            "settled_cents BETWEEN 0 AND amount_cents", name=op.f("ck_receivables_settled")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_receivables_workspace_id_debtor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "policy_version_id"],
            ["policy_versions.workspace_id", "policy_versions.id"],
            name=op.f("fk_receivables_workspace_id_policy_version_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_receivables")),
        sa.UniqueConstraint(
            "workspace_id",
            "debtor_id",
            "number_key",
            name=op.f("uq_receivables_workspace_id_debtor_id_number_key"),
        ),
    )
    op.create_index("ix_receivables_due", "receivables", ["workspace_id", "due_date"], unique=False)
    op.create_index(
        "ix_receivables_open",
        "receivables",
        ["workspace_id", "debtor_id"],
        unique=False,
        postgresql_where=sa.text("settled_on IS NULL"),
        postgresql_include=["due_date", "effective_due_date", "amount_cents", "settled_cents"],
    )
    op.create_table(
        "report_runs",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="due", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('weekly', 'requested')", name=op.f("ck_report_runs_kind")),
        sa.CheckConstraint(
            "state IN ('due', 'built', 'done', 'failed')", name=op.f("ck_report_runs_state")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name=op.f("fk_report_runs_requested_by")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "file_id"],
            ["stored_files.workspace_id", "stored_files.id"],
            name=op.f("fk_report_runs_workspace_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_report_runs_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_report_runs")),
        sa.UniqueConstraint(
            "workspace_id", "kind", "slot", name=op.f("uq_report_runs_workspace_id_kind_slot")
        ),
    )
    op.create_index(
        "uq_report_runs_next",
        "report_runs",
        ["workspace_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'weekly' AND state = 'due'"),
    )
    op.create_table(
        "skips",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_skips_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_skips_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "debtor_id", "campaign_id", "on_day", name=op.f("pk_skips")
        ),
    )
    op.create_table(
        "touches",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("anchor_kind", sa.Text(), nullable=False),
        sa.Column("anchor_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("step_key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("template_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("moved_because", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (claimed_at IS NOT NULL)", name=op.f("ck_touches_claim")
        ),
        sa.CheckConstraint(
            "anchor_kind IN ('due_date', 'debtor', 'payment', 'installment', 'request')",
            name=op.f("ck_touches_anchor_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain', 'cancelled')",
            name=op.f("ck_touches_state"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "campaign_id"],
            ["campaigns.workspace_id", "campaigns.id"],
            name=op.f("fk_touches_workspace_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_touches_workspace_id_debtor_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_touches")),
        sa.UniqueConstraint(
            "workspace_id",
            "debtor_id",
            "campaign_id",
            "anchor_kind",
            "anchor_id",
            "cycle",
            "step_key",
            "channel",
            name="uq_touches_contact",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_touches_attention",
        "touches",
        ["workspace_id", "state"],
        unique=False,
        postgresql_where=sa.text("state IN ('sending', 'failed', 'refused', 'uncertain')"),
    )
    op.create_index(
        "ix_touches_waiting",
        "touches",
        ["workspace_id", "scheduled_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'failed')"),
    )
    op.create_table(
        "disputes",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('open', 'upheld', 'rejected', 'withdrawn')", name=op.f("ck_disputes_state")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_disputes_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_disputes_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_disputes_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_disputes")),
    )
    op.create_index("ix_disputes_debtor", "disputes", ["workspace_id", "debtor_id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("principal_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fine_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("interest_cents", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind <> 'payment' OR payment_id IS NOT NULL", name=op.f("ck_entries_payment")
        ),
        sa.CheckConstraint(
            "kind IN ('payment', 'rebate', 'discount', 'write_off', 'withdrawal', 'reversal')",
            name=op.f("ck_entries_kind"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_entries_created_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "payment_id"],
            ["payments.workspace_id", "payments.id"],
            name=op.f("fk_entries_workspace_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_entries_workspace_id_receivable_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_entries")),
    )
    op.create_index("ix_entries_day", "entries", ["workspace_id", "on_day"], unique=False)
    op.create_index("ix_entries_payment", "entries", ["workspace_id", "payment_id"], unique=False)
    op.create_index(
        "ix_entries_receivable",
        "entries",
        ["workspace_id", "receivable_id", "on_day"],
        unique=False,
    )
    op.create_table(
        "holds",
        sa.Column("debtor_id", sa.BigInteger(), nullable=True),
        sa.Column("receivable_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("until IS NULL OR until >= starts_on", name=op.f("ck_holds_order")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_holds_created_by")),
        sa.ForeignKeyConstraint(["released_by"], ["users.id"], name=op.f("fk_holds_released_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_holds_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_holds_workspace_id_receivable_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_holds_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_holds")),
    )
    op.create_index(
        "ix_holds_live",
        "holds",
        ["workspace_id", "debtor_id"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "messages",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("touch_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("body", postgresql.BYTEA(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touches.workspace_id", "touches.id"],
            name=op.f("fk_messages_workspace_id_touch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "touch_id", name=op.f("pk_messages")),
    )
    op.create_index("ix_messages_message_id", "messages", ["message_id"], unique=False)
    op.create_table(
        "report_deliveries",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (claimed_at IS NOT NULL)",
            name=op.f("ck_report_deliveries_claim"),
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'sending', 'sent', 'failed', 'refused', 'uncertain', 'cancelled')",
            name=op.f("ck_report_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_report_deliveries_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["report_runs.workspace_id", "report_runs.id"],
            name=op.f("fk_report_deliveries_workspace_id_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_report_deliveries")),
        sa.UniqueConstraint(
            "workspace_id",
            "run_id",
            "recipient",
            name=op.f("uq_report_deliveries_workspace_id_run_id_recipient"),
        ),
    )
    op.create_index(
        "ix_report_deliveries_waiting",
        "report_deliveries",
        ["workspace_id", "retry_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('planned', 'sending', 'failed')"),
    )
    op.create_table(
        "tasks",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=True),
        sa.Column("touch_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'dismissed')", name=op.f("ck_tasks_state")),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_tasks_closed_by")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "debtor_id"],
            ["debtors.workspace_id", "debtors.id"],
            name=op.f("fk_tasks_workspace_id_debtor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touches.workspace_id", "touches.id"],
            name=op.f("fk_tasks_workspace_id_touch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_tasks_workspace_id")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_tasks")),
        sa.UniqueConstraint(
            "workspace_id", "kind", "subject_id", name=op.f("uq_tasks_workspace_id_kind_subject_id")
        ),
        sa.UniqueConstraint(
            "workspace_id", "kind", "touch_id", name=op.f("uq_tasks_workspace_id_kind_touch_id")
        ),
    )
    op.create_index(
        "ix_tasks_open",
        "tasks",
        ["workspace_id", "due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "touch_receivables",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("touch_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.BigInteger(), nullable=False),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "receivable_id"],
            ["receivables.workspace_id", "receivables.id"],
            name=op.f("fk_touch_receivables_workspace_id_receivable_id"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touch_id"],
            ["touches.workspace_id", "touches.id"],
            name=op.f("fk_touch_receivables_workspace_id_touch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "touch_id", "receivable_id", name=op.f("pk_touch_receivables")
        ),
    )
