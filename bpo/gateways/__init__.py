"""The outside world behind protocols, each with a real and a memory twin."""
