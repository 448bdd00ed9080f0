"""A small world of debtors to try ways of collecting in; it knows nothing of the rules it tries."""
