"""Rules: what came in (payments, bank statements, Pix, reconciliation)."""
