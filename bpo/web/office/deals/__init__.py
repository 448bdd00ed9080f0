"""Screens: what is agreed (offers, plans, agreements)."""
