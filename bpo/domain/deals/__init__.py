"""Rules: what is agreed (offers, plans, agreements)."""
