"""Reads: who it is about (staff, companies, debtors, and who may do what)."""
