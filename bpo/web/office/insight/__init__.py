"""Screens: what it all comes to (figures, predictions, reports)."""
