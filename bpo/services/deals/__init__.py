"""Use cases: what is agreed (offers, plans, agreements)."""
