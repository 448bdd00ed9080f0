"""The back office: rules, tables, use cases, screens and commands."""
