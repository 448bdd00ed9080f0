"""Rules: how it is worded (the régua and the texts, checked, tried and let live)."""
