"""Reads: what is agreed (offers, plans, agreements)."""
