"""The background jobs: each unpacks ids and calls one use case."""
