"""Measurements of the program's own work, on a throw-away database with the safety on."""
