"""The Pix of a creditor's bank (API Pix 2.9.0): charges with a due date, and notices of money."""
