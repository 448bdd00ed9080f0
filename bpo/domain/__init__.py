"""The rules of collection: pure functions over frozen values."""
