"""Words of the business that every layer speaks: money, days, documents, text, errors, actors."""
