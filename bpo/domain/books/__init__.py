"""Rules: what is owed (receivables, charges, adjustments, statements)."""
