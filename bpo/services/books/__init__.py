"""Use cases: what is owed (receivables, charges, adjustments, statements)."""
