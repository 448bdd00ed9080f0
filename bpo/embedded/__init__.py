"""The servers this program starts for itself: PostgreSQL, Valkey, mail catcher."""
