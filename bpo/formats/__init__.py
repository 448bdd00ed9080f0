"""Layouts that others defined, read and written: pure codecs."""
