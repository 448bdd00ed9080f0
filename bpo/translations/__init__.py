"""The texts of the screens, messages and reports in other languages than the English of the code."""
