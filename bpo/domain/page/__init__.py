"""Rules: the debtor's own page (what is shown there and what is done there)."""
