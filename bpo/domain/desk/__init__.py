"""Rules: what waits for a person (inbox, promises, disputes, approvals, conversations)."""
