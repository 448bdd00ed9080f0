"""Screens: what is owed (receivables, charges, adjustments, statements)."""
