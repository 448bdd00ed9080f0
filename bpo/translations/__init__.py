"""The texts of screens, messages and reports in other languages than the code's English."""
