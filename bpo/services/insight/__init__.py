"""Use cases: what it all comes to (figures, predictions, reports)."""
