"""Reads: what arrives as a file (imports, attachments, proofs)."""
