"""What debtors of the demonstration did on their own pages, and how content they are."""

from datetime import datetime, timedelta

from sqlalchemy import insert, text

from bpo.db import unit_of_work
from bpo.domain.page import page_acts as rules
from bpo.domain.page.page_acts import Kind
from bpo.kernel.actor import Actor
from bpo.models import Hold, PageAct, Task, Workspace

_WHO = """
SELECT r.debtor_id, min(r.number) AS number FROM receivables r
WHERE r.workspace_id = :place AND r.settled_on IS NULL
  AND r.effective_due_date BETWEEN :since AND :until
  AND NOT EXISTS (SELECT FROM promises p WHERE p.workspace_id = r.workspace_id
                  AND p.debtor_id = r.debtor_id AND p.state = 'active')
  AND NOT EXISTS (SELECT FROM disputes x WHERE x.workspace_id = r.workspace_id
                  AND x.debtor_id = r.debtor_id AND x.state = 'open')
  AND NOT EXISTS (SELECT FROM tasks t WHERE t.workspace_id = r.workspace_id
                  AND t.debtor_id = r.debtor_id AND t.state = 'open')
GROUP BY r.debtor_id ORDER BY sum(r.amount_cents), r.debtor_id LIMIT :most
"""
_OPINIONS = """
INSERT INTO feedback (workspace_id, debtor_id, about, subject_id, score, words, at)
SELECT workspace_id, debtor_id, 'payment', id, score,
       CASE WHEN id % 4 = 0 THEN (ARRAY['Demorei para achar onde pagar.', 'Foi um pouco confuso.',
            'Resolvi, mas precisei ligar.', 'Gostei de ver a conta explicada.',
            'Paguei pelo Pix em um minuto.'])[score] END,
       CAST(:now AS timestamptz) - (row_number() OVER (ORDER BY paid_on DESC, id)) * interval '29 h'
FROM (SELECT p.*, (ARRAY[5, 4, 5, 3, 5, 4, 2, 5, 4, 5, 1])[1 + (p.id % 11)::int] AS score
      FROM payments p
      WHERE p.workspace_id = :place AND p.reverses_id IS NULL AND p.amount_cents > 0
        AND p.id % 3 = 0 AND p.paid_on > :since
      ORDER BY p.paid_on DESC, p.id LIMIT 14) asked
ON CONFLICT DO NOTHING
"""
_SAID = (
    (Kind.PAID, "Paguei ontem no aplicativo do banco, podem conferir?"),
    (Kind.MESSAGE, "Boa noite! Mudei de contador e não recebi o boleto. Podem reenviar?"),
)


def fill(program: Actor, workspace: Workspace, *, now: datetime) -> int:
    """Let two debtors act on their pages last night, and some answer the survey; how many acted."""
    today = now.date()
    with unit_of_work(program) as session:
        since = today - timedelta(days=90)
        session.execute(text(_OPINIONS), {"place": workspace.id, "now": now, "since": since})
        values = {
            "place": workspace.id,
            "since": today - timedelta(days=45),
            "until": today - timedelta(days=2),
            "most": len(_SAID),
        }
        found = session.execute(text(_WHO), values).all()
        for (debtor_id, number), (kind, words) in zip(found, _SAID, strict=False):
            detail = {"numbers": [number]} if kind is Kind.PAID else {}
            act = session.scalar(
                insert(PageAct)
                .values(
                    workspace_id=workspace.id,
                    debtor_id=debtor_id,
                    kind=kind.value,
                    request_key=f"demo-{kind.value}",
                    words=words,
                    detail=detail,
                    at=now - timedelta(hours=11),
                )
                .returning(PageAct.id)
            )
            session.add_all(_follows(workspace, debtor_id, kind, words, act, now))
        return len(found)


def _follows(
    workspace: Workspace, debtor_id: int, kind: Kind, words: str, act: int | None, now: datetime
) -> list[Hold | Task]:
    """The pause and the line of the inbox that an act makes."""
    today = now.date()
    return [
        Hold(
            workspace_id=workspace.id,
            debtor_id=debtor_id,
            reason="payment_seen" if kind is Kind.PAID else "reply",
            source="debtor",
            starts_on=today - timedelta(days=1),
            until=today + timedelta(days=3),
        ),
        Task(
            workspace_id=workspace.id,
            kind=rules.LINES[kind].value,
            debtor_id=debtor_id,
            due_on=today,
            detail={"page_act_id": act, "text": words},
        ),
    ]
