"""Reads: what is said, to whom, when (campaigns, steps, contact, deliveries)."""
