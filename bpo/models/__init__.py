"""The tables: columns, constraints and relationships, one file per family."""
