"""Figures over many rows: frames in, frames and frozen figures out; no database, no clock."""
