"""The mail catcher: an SMTP server that keeps what it is given, and a page to read it."""
